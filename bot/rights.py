"""Who may change what a group or a channel follows: asked of Telegram each time, since administrators come and go."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

from bot.types import TERMINAL_CHAT, Heard


class RightsUnknown(Exception):
    """Telegram cannot be asked now."""


class Found(NamedTuple):
    """A group or a channel that we may post in."""

    id: int
    title: str
    kind: Literal["group", "channel"]


class Rights(Protocol):
    """Both raise RightsUnknown. The answer is never older than the question."""

    def governs(self, chat_id: int, user_id: int) -> bool:
        """Whether that person may decide for that chat: an administrator of it, or the one whose chat with us it is."""

    def find_chat(self, name: str) -> Found | None:
        """ "@channel" or "-1001234567890"; None when it does not exist, or we are not in it, or may not post."""


class OwnPlace:
    """The rights of whoever is alone with us: his own chat is his, and there is no other."""

    def governs(self, chat_id: int, user_id: int) -> bool:
        return chat_id in (user_id, TERMINAL_CHAT)

    def find_chat(self, name: str) -> Found | None:
        return None


def may_change_here(rights: Rights, heard: Heard) -> bool:
    """Whether whoever speaks may change what this chat follows. Raises RightsUnknown."""
    return heard.chat.kind == "private" or rights.governs(heard.chat.id, heard.user_id)


def may_change_there(rights: Rights, heard: Heard, chat_id: int) -> bool:
    """The same of any chat. Of the one that he speaks in it was asked before. Raises RightsUnknown."""
    return heard.chat.id == chat_id or rights.governs(chat_id, heard.user_id)
