"""A method's name and parameters -> its result, as Telegram gives it; Refused otherwise."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping

from tests.botapi.checks import keyboard_of, text_of
from tests.botapi.faults import Faults, Refused
from tests.botapi.shown import PARAMETERS as SHOWN
from tests.botapi.shown import Shown
from tests.botapi.state import BOT, BOT_ID, Json, State
from tests.botapi.webhooks import PARAMETERS as WEBHOOK
from tests.botapi.webhooks import Webhooks

MAX_TOAST = 200  # characters of an answer to a pressed button
MAX_FILE = 20_000_000  # bytes that a bot may fetch
UNCHANGED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)
SCOPED = {"scope", "language_code"}
ADMIN_RIGHTS = (
    *(
        "can_manage_chat",
        "can_delete_messages",
        "can_manage_video_chats",
        "can_restrict_members",
        "can_promote_members",
    ),
    *("can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories"),
)
CHANNEL_RIGHTS = ("can_post_messages", "can_edit_messages")
PARAMETERS: Mapping[str, set[str]] = {
    "getMe": set(),
    "setWebhook": WEBHOOK,
    "deleteWebhook": {"drop_pending_updates"},
    "getWebhookInfo": set(),
    "sendMessage": {
        *("chat_id", "text", "entities", "parse_mode", "reply_markup", "reply_parameters", "message_thread_id"),
        *("link_preview_options", "disable_notification", "allow_paid_broadcast"),
    },
    "editMessageText": {
        *("chat_id", "message_id", "text", "entities", "parse_mode", "reply_markup", "link_preview_options"),
    },
    "sendChatAction": {"chat_id", "action", "message_thread_id"},
    "answerCallbackQuery": {"callback_query_id", "text", "show_alert", "cache_time"},
    "editMessageReplyMarkup": {"chat_id", "message_id", "reply_markup"},
    "setMyCommands": {"commands", *SCOPED},
    "getMyCommands": SCOPED,
    "getChat": {"chat_id"},
    "getChatMember": {"chat_id", "user_id"},
    "getFile": {"file_id"},
}
Result = Json | bool | list[Json]


class Methods:
    """All but getUpdates, which waits and so belongs to the server."""

    def __init__(self, state: State, faults: Faults, webhooks: Webhooks) -> None:
        self._state = state
        self._faults = faults
        self._methods: dict[str, Callable[[Json], Result]] = {
            "getMe": lambda _: dict(BOT),
            "setWebhook": webhooks.set,
            "deleteWebhook": webhooks.delete,
            "getWebhookInfo": webhooks.info,
            "sendMessage": self._send_message,
            "sendChatAction": self._send_chat_action,
            "answerCallbackQuery": self._answer_callback_query,
            "editMessageText": self._edit_text,
            "editMessageReplyMarkup": self._edit_reply_markup,
            "setMyCommands": self._set_commands,
            "getMyCommands": lambda parameters: self._state.commands.get(_scope(parameters), []),
            "getChat": self._full_chat,
            "getChatMember": self._chat_member,
            "getFile": self._file,
            **Shown(state, self._chat, self._show).methods(),
        }

    def call(self, name: str, parameters: Json) -> Result:
        """Refuses methods and parameters that it does not know, so that a misspelt one is noticed."""
        if name not in self._methods:
            raise Refused(404, "Not Found: method not found")
        unknown = parameters.keys() - {**PARAMETERS, **SHOWN}[name]
        if unknown:
            raise Refused(400, f"Bad Request: {name} has no parameter {', '.join(sorted(unknown))}")
        return self._methods[name](parameters)

    def _send_message(self, parameters: Json) -> Json:
        chat_id = self._chat(parameters)
        if self._state.chats[chat_id]["type"] == "channel" and not self._is_admin(chat_id, BOT_ID):
            raise Refused(403, "Forbidden: bot is not a member of the channel chat")
        text, entities = text_of(parameters)
        keyboard = keyboard_of(parameters)
        body = self._placed(chat_id, parameters)
        self._faults.check_rate(chat_id)
        body |= {"entities": entities} if entities else {}
        body |= {"reply_markup": keyboard} if keyboard else {}
        return self._state.message(chat_id, dict(BOT), text=text, **body)

    def _show(self, chat_id: int, parameters: Json, body: Json) -> Json:
        """A message that is more than words."""
        keyboard = keyboard_of(parameters)
        body |= self._placed(chat_id, parameters) | ({"reply_markup": keyboard} if keyboard else {})
        self._faults.check_rate(chat_id)
        return self._state.message(chat_id, dict(BOT), **body)

    def _placed(self, chat_id: int, parameters: Json) -> Json:
        """Which message it replies to, and in which topic it stands."""
        body: Json = {}
        reply = parameters.get("reply_parameters")
        if reply:
            original = self._state.messages.get((chat_id, int(reply["message_id"])))
            if original is None and not reply.get("allow_sending_without_reply"):
                raise Refused(400, "Bad Request: message to be replied not found")
            if original and original.get("is_topic_message"):  # a reply stands in the topic of what it replies to
                parameters = {"message_thread_id": original["message_thread_id"], **parameters}
            body |= {"reply_to_message": original} if original else {}
        if "message_thread_id" in parameters:
            thread = int(parameters["message_thread_id"])
            self._check_topic(chat_id, thread)
            body |= {"message_thread_id": thread, "is_topic_message": True}
        return body

    def _check_topic(self, chat_id: int, thread: int) -> None:
        if (chat_id, thread) in self._faults.closed_topics:
            raise Refused(400, "Bad Request: TOPIC_CLOSED")
        if not self._state.is_topic(chat_id, thread):
            raise Refused(400, "Bad Request: message thread not found")

    def _send_chat_action(self, parameters: Json) -> bool:
        chat_id = self._chat(parameters)
        if "message_thread_id" in parameters:
            self._check_topic(chat_id, int(parameters["message_thread_id"]))
        if parameters["action"] != "typing":
            raise Refused(400, "Bad Request: wrong parameter action in request")
        return True

    def _answer_callback_query(self, parameters: Json) -> bool:
        query = parameters["callback_query_id"]
        if query not in self._state.queries or self._state.queries[query] is not None:
            raise Refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        if len(parameters.get("text") or "") > MAX_TOAST:
            raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
        self._state.queries[query] = parameters
        return True

    def _edit_text(self, parameters: Json) -> Json:
        """The keyboard goes unless it is given again."""
        message = self._own_message(parameters)
        text, entities = text_of(parameters)
        keyboard = keyboard_of(parameters)
        if (text, entities, keyboard) == (message["text"], message.get("entities", []), message.get("reply_markup")):
            raise Refused(400, UNCHANGED)
        _put(message, entities=entities, reply_markup=keyboard)
        message.update(text=text, edit_date=int(time.time()))
        return message

    def _edit_reply_markup(self, parameters: Json) -> Json:
        message = self._own_message(parameters)
        keyboard = keyboard_of(parameters)
        if keyboard == message.get("reply_markup"):
            raise Refused(400, UNCHANGED)
        _put(message, reply_markup=keyboard)
        return message

    def _own_message(self, parameters: Json) -> Json:
        place = (self._chat(parameters), int(parameters["message_id"]))
        if place not in self._state.messages:
            raise Refused(400, "Bad Request: message to edit not found")
        if self._state.authors[place] != BOT_ID:
            raise Refused(400, "Bad Request: message can't be edited")
        return self._state.messages[place]

    def _set_commands(self, parameters: Json) -> bool:
        for command in parameters["commands"]:
            described = 1 <= len(command["description"]) <= 256
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]) or not described:
                raise Refused(400, "Bad Request: BOT_COMMAND_INVALID")
        self._state.commands[_scope(parameters)] = parameters["commands"]
        return True

    def _full_chat(self, parameters: Json) -> Json:
        chat = self._state.chats[self._chat(parameters)]
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
        accepted = {"accepted_gift_types": dict.fromkeys(gifts, False)}
        return {"accent_color_id": 0, "max_reaction_count": 11, **accepted, **chat}

    def _chat_member(self, parameters: Json) -> Json:
        """Whoever is no administrator is a member once he wrote there; a channel tells its administrators only."""
        chat_id, user_id = self._chat(parameters), int(parameters["user_id"])
        is_channel = self._state.chats[chat_id]["type"] == "channel"
        if is_channel and not self._is_admin(chat_id, BOT_ID):
            raise Refused(400, "Bad Request: member list is inaccessible")
        person = {"id": user_id, "is_bot": False, "first_name": f"Person {user_id}"}
        user = dict(BOT) if user_id == BOT_ID else person
        if self._is_admin(chat_id, user_id):
            rights = (*ADMIN_RIGHTS, *(CHANNEL_RIGHTS if is_channel else ()))
            may = {"can_be_edited": False, "is_anonymous": False, **dict.fromkeys(rights, True)}
            return {"status": "administrator", "user": user, **may}
        is_there = user_id in (BOT_ID, chat_id) or self._state.wrote(chat_id, user_id)
        return {"status": "member" if is_there else "left", "user": user}

    def _is_admin(self, chat_id: int, user_id: int) -> bool:
        return user_id in self._state.admins.get(chat_id, ())

    def _file(self, parameters: Json) -> Json:
        file_id = parameters["file_id"]
        content = self._state.files.get(file_id)
        if content is None:
            raise Refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(content) > MAX_FILE:
            raise Refused(400, "Bad Request: file is too big")
        told = {"file_id": file_id, "file_unique_id": file_id, "file_size": len(content)}
        return {**told, "file_path": f"documents/{file_id}"}

    def _chat(self, parameters: Json) -> int:
        """By its number, or by its "@name"."""
        name = str(parameters.get("chat_id", ""))
        if name.startswith("@"):
            chat_id = self._state.named(name)
        elif name.removeprefix("-").isdecimal():
            chat_id = int(name)
        else:
            raise Refused(400, "Bad Request: chat_id is empty")
        if chat_id is not None:
            self._faults.check_chat(chat_id)
        if chat_id is None or chat_id not in self._state.chats:
            raise Refused(400, "Bad Request: chat not found")
        return chat_id


def _put(message: Json, **parts: object) -> None:
    """What is empty is left out, as Telegram does."""
    for name, part in parts.items():
        message.pop(name, None)
        message.update({name: part} if part else {})


def _scope(parameters: Json) -> str:
    return json.dumps([parameters.get("scope"), parameters.get("language_code")], sort_keys=True)
