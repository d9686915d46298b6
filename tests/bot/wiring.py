"""Somebody who talks to a desk and presses its buttons by what stands on them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.desk import Desk
from bot.rights import Found, RightsUnknown
from bot.store import BotStore
from bot.types import Button, Chat, Heard, Reply, Subscription

READER = 100  # a private chat has its person's number


class FakeRights:
    """Who administers which chat, and where we may post. With `silent`, Telegram cannot be asked."""

    def __init__(self) -> None:
        self.admins: dict[int, set[int]] = {}
        self.places: dict[str, Found] = {}
        self.silent = False
        self.asked: list[tuple[int, int]] = []

    def governs(self, chat_id: int, user_id: int) -> bool:
        self.asked.append((chat_id, user_id))
        if self.silent:
            raise RightsUnknown
        return chat_id == user_id or user_id in self.admins.get(chat_id, set())

    def find_chat(self, name: str) -> Found | None:
        if self.silent:
            raise RightsUnknown
        by_id = {str(found.id): found for found in self.places.values()}
        return self.places.get(name) or by_id.get(name)


@dataclass(frozen=True)
class Person:
    """In one chat, as the store knows it at each word."""

    desk: Desk
    store: BotStore
    chat_id: int = READER
    user_id: int = READER
    language: str = "en"
    thread_id: int | None = None

    @property
    def chat(self) -> Chat:
        kind = "private" if self.chat_id > 0 else "group"
        return self.store.chat(self.chat_id, language=self.language, kind=kind)

    def say(self, text: str, replied: str | None = None) -> Reply:
        return self.desk.hear(Heard(self.chat, self.user_id, text, replied, self.thread_id))

    def press(self, reply: Reply, name: str) -> Reply:
        return self.send(buttons(reply)[name])

    def send(self, data: str) -> Reply:
        """Presses a button with this data, which may be forged."""
        return self.desk.press(Heard(self.chat, self.user_id, data, thread_id=self.thread_id))

    def follow(self, text: str) -> Subscription:
        """Says so, and presses Follow."""
        before = {one.id for one in self.followed()}
        self.press(self.say(f"/follow {text}"), "Follow")
        (fresh,) = [one for one in self.followed() if one.id not in before]
        return fresh

    def followed(self) -> list[Subscription]:
        return self.store.subscriptions(self.chat_id)

    def at(self, chat_id: int, thread_id: int | None = None) -> Person:
        """The same person elsewhere."""
        return replace(self, chat_id=chat_id, thread_id=thread_id)


def text(reply: Reply) -> str:
    return "\n".join(message.text for message in reply.messages)


def all_buttons(reply: Reply) -> list[Button]:
    return [button for message in reply.messages for row in message.buttons for button in row]


def buttons(reply: Reply) -> dict[str, str]:
    """What stands on a button -> its data; of the chosen one without its tick."""
    return {button.text.removeprefix("✓ "): button.data for button in all_buttons(reply)}
