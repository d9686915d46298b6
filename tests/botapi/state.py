"""What Telegram's side knows: chats, messages, updates that wait to be fetched. JSON in, JSON out."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path
from typing import Any

Json = dict[str, Any]

BOT_ID = 7000000001
BOT = {
    "id": BOT_ID,
    "is_bot": True,
    "first_name": "Footnote",
    "username": "footnote_test_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": True,
    "supports_guest_queries": True,
}


class State:
    """Everything that outlives a restart of the server."""

    def __init__(self) -> None:
        self.chats: dict[int, Json] = {}
        self.messages: dict[tuple[int, int], Json] = {}
        self.updates: list[Json] = []
        self.queries: dict[str, Json | None] = {}  # a pressed button -> what the bot answered
        self.commands: dict[str, list[Json]] = {}
        self.admins: dict[int, set[int]] = {}  # chat -> people, and the bot where it is one
        self.authors: dict[
            tuple[int, int], int
        ] = {}  # (chat, message) -> who wrote it; a channel's messages do not tell
        self.files: dict[str, bytes] = {}  # what was sent, by file id; forgotten by a restart
        self.drafts: list[tuple[int, str]] = []  # (chat, text), in their order; forgotten too
        self.presented: dict[str, Any] = {}  # descriptions and the menu button
        self._numbers = itertools.count(1)

    def number(self) -> int:
        """A number that was never given before."""
        return next(self._numbers)

    def chat(self, chat_id: int, **more: object) -> Json:
        """The chat of that number; positive ones are people, negative ones groups, or what `type` says."""
        name = {"first_name": f"Person {chat_id}"} if chat_id > 0 else {"title": f"Group {-chat_id}"}
        kind = "private" if chat_id > 0 else "supergroup"
        chat = self.chats.setdefault(chat_id, {"id": chat_id, "type": kind, **name})
        chat.update(more)
        return chat

    def message(self, chat_id: int, sender: Json, **body: object) -> Json:
        """A new message in a known chat."""
        number, chat = self.number(), self.chats[chat_id]
        writer = {"sender_chat": chat} if chat["type"] == "channel" else {"from": sender}
        message = {"message_id": number, "date": int(time.time()), "chat": chat, **writer, **body}
        self.messages[chat_id, number] = message
        self.authors[chat_id, number] = sender["id"]
        return message

    def named(self, username: str) -> int | None:
        """The number of the chat with that username, which begins with "@"."""
        names = ((chat.get("username"), number) for number, chat in self.chats.items())
        return next((number for name, number in names if name and f"@{name}".lower() == username.lower()), None)

    def wrote(self, chat_id: int, user_id: int) -> bool:
        """Whether the person ever wrote there."""
        return any(author == user_id and place[0] == chat_id for place, author in self.authors.items())

    def is_topic(self, chat_id: int, thread: int) -> bool:
        """Whether anybody ever wrote in that forum topic."""
        topics = (m for m in self.messages.values() if m.get("is_topic_message") and m["chat"]["id"] == chat_id)
        return any(message["message_thread_id"] == thread for message in topics)

    def save(self, file: Path) -> None:
        """Writes it down as JSON, in one step."""
        told = {
            "chats": list(self.chats.values()),
            "messages": list(self.messages.values()),
            "updates": self.updates,
            "queries": self.queries,
            "commands": self.commands,
            "admins": {chat_id: sorted(people) for chat_id, people in self.admins.items()},
            "authors": [[*place, author] for place, author in self.authors.items()],
            "next": self.number(),
        }
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        fresh.replace(file)

    @classmethod
    def load(cls, file: Path) -> State:
        """What `save` wrote; an empty state when there is no such file."""
        state = cls()
        if not file.exists():
            return state
        told = json.loads(file.read_text(encoding="utf-8"))
        state.chats = {chat["id"]: chat for chat in told["chats"]}
        state.messages = {(m["chat"]["id"], m["message_id"]): m for m in told["messages"]}
        state.updates, state.queries, state.commands = told["updates"], told["queries"], told["commands"]
        state.admins = {int(chat_id): set(people) for chat_id, people in told["admins"].items()}
        state.authors = {(chat_id, number): author for chat_id, number, author in told["authors"]}
        state._numbers = itertools.count(told["next"])
        return state
