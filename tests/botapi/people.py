"""What people do, as updates that the bot will fetch."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.botapi.checks import units
from tests.botapi.faults import Faults
from tests.botapi.state import BOT, Json, State


class People:
    """Everybody who is not the bot. `push(kind, content)` hands an update over and returns it."""

    def __init__(self, state: State, faults: Faults, push: Callable[[str, Json], Json]) -> None:
        self._state = state
        self._faults = faults
        self._push = push

    def write(self, text: str, chat_id: int = 1, *, user_id: int | None = None, **more: object) -> Json:
        """Somebody writes; a private chat has the person's number. Commands are marked as Telegram marks them.

        What is written in a channel is a post of the channel, and nobody's.
        """
        user = self._user(user_id or abs(chat_id), more)
        chat = self._state.chat(chat_id)
        if text.startswith("/"):
            more.setdefault("entities", [{"type": "bot_command", "offset": 0, "length": units(text.split()[0])}])
        kind = "channel_post" if chat["type"] == "channel" else "message"
        return self._push(kind, self._state.message(chat_id, user, text=text, **more))

    def send_sticker(self, chat_id: int = 1) -> Json:
        """A message without text."""
        self._state.chat(chat_id)
        sticker = {"file_id": "s", "file_unique_id": "s", "type": "regular", "width": 1, "height": 1}
        body = {**sticker, "is_animated": False, "is_video": False}
        return self._push("message", self._state.message(chat_id, self._user(abs(chat_id), {}), sticker=body))

    def send_document(self, name: str, content: bytes, chat_id: int = 1, **more: object) -> Json:
        """A file, as a person sends it."""
        self._state.chat(chat_id)
        file_id = f"file-{self._state.number()}"
        self._state.files[file_id] = content
        body = {"file_id": file_id, "file_unique_id": file_id, "file_name": name, "file_size": len(content)}
        return self._push("message", self._state.message(chat_id, self._user(abs(chat_id), {}), document=body, **more))

    def press(self, message: Json, data: str, *, user_id: int | None = None) -> Json:
        """Presses a button under one of the bot's messages."""
        user = self._user(user_id or abs(message["chat"]["id"]), {})
        query = f"press-{self._state.number()}"
        self._state.queries[query] = None
        return self._push(
            "callback_query", {"id": query, "from": user, "chat_instance": "1", "message": message, "data": data}
        )

    def search(self, text: str, user_id: int = 1, *, language: str = "en") -> str:
        """Types the bot's name and some words in whatever chat; the query's number."""
        query = f"search-{self._state.number()}"
        self._state.queries[query] = None
        person = self._user(user_id, {"language": language})
        self._push("inline_query", {"id": query, "from": person, "query": text, "offset": ""})
        return query

    def call_over(self, text: str, chat_id: int, user_id: int = 1, *, language: str = "en") -> str:
        """Names the bot in a chat that it is no member of; the query's number."""
        query = f"guest-{self._state.number()}"
        self._state.queries[query] = None
        self._state.chat(chat_id)
        person = self._user(user_id, {"language": language})
        self._push("guest_message", self._state.message(chat_id, person, text=text, guest_query_id=query))
        return query

    def edit(self, message: Json, text: str) -> Json:
        """Changes what somebody wrote; `message` is the update's."""
        message.update(text=text, edit_date=int(time.time()))
        return self._push("edited_message", message)

    def block(self, chat_id: int) -> None:
        """Blocks the bot."""
        self._faults.blocked.add(chat_id)
        self._member(chat_id, "member", "kicked")

    def unblock(self, chat_id: int) -> None:
        """Lets the bot write again."""
        self._faults.blocked.discard(chat_id)
        self._member(chat_id, "kicked", "member")

    def upgrade(self, chat_id: int, new_id: int, *, tell: bool = True) -> None:
        """A group becomes a supergroup with another number; with `tell` the bot gets the service message."""
        self._state.chat(new_id)
        self._faults.migrated[chat_id] = new_id
        if tell:
            user = self._user(1, {})
            self._push("message", self._state.message(chat_id, user, migrate_to_chat_id=new_id))

    def _user(self, user_id: int, more: dict[str, object]) -> Json:
        language = more.pop("language", "en")
        return {"id": user_id, "is_bot": False, "first_name": f"Person {user_id}", "language_code": language}

    def _member(self, chat_id: int, old: str, new: str) -> None:
        def member(status: str) -> Json:
            return {"user": BOT, "status": status, **({"until_date": 0} if status == "kicked" else {})}

        change = {"chat": self._state.chat(chat_id), "from": self._user(abs(chat_id), {}), "date": int(time.time())}
        change |= {"old_chat_member": member(old), "new_chat_member": member(new)}
        self._push("my_chat_member", change)
