"""What a bot shows beside messages of words: files, drafts, cards in passing, and itself. Parameters -> results."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.botapi.checks import keyboard_of, text_of, units
from tests.botapi.faults import Refused
from tests.botapi.state import Json, State

MAX_CAPTION = 1024  # UTF-16 units
MAX_UPLOAD, MAX_PHOTO = 50_000_000, 10_000_000  # bytes
MAX_RESULTS, MAX_RESULT_ID = 50, 64
MAX_DESCRIPTION, MAX_SHORT = 512, 120
SCOPED = {"scope", "language_code"}
_SENT = {
    *("chat_id", "caption", "caption_entities", "reply_markup", "reply_parameters", "message_thread_id"),
    *("disable_notification", "allow_paid_broadcast", "uploads"),
}
PARAMETERS: Mapping[str, set[str]] = {
    "sendPhoto": {"photo", *_SENT},
    "sendDocument": {"document", *_SENT},
    "sendMessageDraft": {"chat_id", "draft_id", "text", "entities", "message_thread_id"},
    "answerInlineQuery": {"inline_query_id", "results", "cache_time", "is_personal", "next_offset", "button"},
    "answerGuestQuery": {"guest_query_id", "result"},
    "setMyDescription": {"description", "language_code"},
    "setMyShortDescription": {"short_description", "language_code"},
    "setChatMenuButton": {"chat_id", "menu_button"},
}


class Shown:
    """`known_chat` gives the number of the chat that parameters name, or refuses; `placed` what is replied to."""

    def __init__(
        self, state: State, known_chat: Callable[[Json], int], sent: Callable[[int, Json, Json], Json]
    ) -> None:
        self._state = state
        self._known_chat = known_chat
        self._sent = sent

    def methods(self) -> dict[str, Callable[[Json], Any]]:
        return {
            "sendPhoto": lambda parameters: self._send_file(parameters, "photo", MAX_PHOTO),
            "sendDocument": lambda parameters: self._send_file(parameters, "document", MAX_UPLOAD),
            "sendMessageDraft": self._draft,
            "answerInlineQuery": self._answer_inline,
            "answerGuestQuery": self._answer_guest,
            "setMyDescription": lambda parameters: self._describe(parameters, "description", MAX_DESCRIPTION),
            "setMyShortDescription": lambda parameters: self._describe(parameters, "short_description", MAX_SHORT),
            "setChatMenuButton": self._menu_button,
        }

    def _send_file(self, parameters: Json, kind: str, limit: int) -> Json:
        chat_id = self._known_chat(parameters)
        uploads = parameters.get("uploads") or {}
        name, content = uploads.get(str(parameters.get(kind, kind)).removeprefix("attach://"), (None, b""))
        if name is None:
            raise Refused(400, f"Bad Request: there is no {kind} in the request")
        if len(content) > limit:
            raise Refused(413, "Request Entity Too Large")
        caption = parameters.get("caption") or ""
        if units(caption) > MAX_CAPTION:
            raise Refused(400, "Bad Request: message caption is too long")
        file_id = f"sent-{self._state.number()}"
        self._state.files[file_id] = content
        file = {"file_id": file_id, "file_unique_id": file_id, "file_size": len(content)}
        body: Json = {"document": file | {"file_name": name}} if kind == "document" else {
            "photo": [file | {"width": 1280, "height": 960}]
        }  # fmt: skip
        if caption:
            text, entities = text_of({"text": caption, "entities": parameters.get("caption_entities")})
            body |= {"caption": text} | ({"caption_entities": entities} if entities else {})
        return self._sent(chat_id, parameters, body)

    def _draft(self, parameters: Json) -> bool:
        chat_id = self._known_chat(parameters)
        if self._state.chats[chat_id]["type"] != "private":
            raise Refused(400, "Bad Request: drafts can be sent only in private chats")
        if not int(parameters.get("draft_id") or 0):
            raise Refused(400, "Bad Request: DRAFT_ID_INVALID")
        text_of(parameters)
        self._state.drafts.append((chat_id, parameters["text"]))
        return True

    def _answer_inline(self, parameters: Json) -> bool:
        self._close(parameters["inline_query_id"], parameters)
        results = parameters.get("results") or []
        if len(results) > MAX_RESULTS or len({result["id"] for result in results}) < len(results):
            raise Refused(400, "Bad Request: RESULT_ID_DUPLICATE")
        for result in results:
            self._check_result(result)
        start = (parameters.get("button") or {}).get("start_parameter", "start")
        if not 1 <= len(start) <= 64 or not start.replace("_", "").replace("-", "").isalnum():
            raise Refused(400, "Bad Request: START_PARAM_INVALID")
        return True

    def _answer_guest(self, parameters: Json) -> Json:
        self._close(parameters["guest_query_id"], parameters)
        self._check_result(parameters["result"])
        return {"inline_message_id": f"guest-{self._state.number()}"}

    def _close(self, query: str, parameters: Json) -> None:
        if query not in self._state.queries or self._state.queries[query] is not None:
            raise Refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self._state.queries[query] = parameters

    def _check_result(self, result: Json) -> None:
        if not 1 <= len(result["id"].encode()) <= MAX_RESULT_ID:
            raise Refused(400, "Bad Request: RESULT_ID_INVALID")
        if result["type"] != "article" or not result.get("title"):
            raise Refused(400, "Bad Request: RESULT_TYPE_INVALID")
        content = result["input_message_content"]
        text_of({"text": content["message_text"], "entities": content.get("entities")})
        keyboard_of(result)

    def _describe(self, parameters: Json, name: str, limit: int) -> bool:
        if len(parameters.get(name) or "") > limit:
            raise Refused(400, f"Bad Request: {name} is too long")
        self._state.presented[json.dumps([name, parameters.get("language_code")])] = parameters.get(name)
        return True

    def _menu_button(self, parameters: Json) -> bool:
        self._state.presented["menu_button"] = parameters["menu_button"]
        return True
