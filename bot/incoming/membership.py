"""A chat and a person in, whether the person may change what the chat follows, out: asked of Telegram each time.

a thread of the desk | hop to the event loop: getChatMember, getChat | back
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import TimeoutError as Overdue
from typing import Any, TypeVar

from telegram import Bot
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.rights import Found, RightsUnknown

ASKING_SECONDS = 10.0
MAY_GOVERN = (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)

T = TypeVar("T")


class Membership:
    """Asks by a bot that runs on another thread's event loop; `loop` gives that loop, once it runs."""

    def __init__(self, bot: Bot, loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
        self._bot = bot
        self._loop = loop

    def governs(self, chat_id: int, user_id: int) -> bool:
        """Whether the person is an administrator of the chat now. One's own chat is one's own, and a group's hidden
        administrators write as the group. Raises RightsUnknown.
        """
        if chat_id == user_id:
            return True
        try:
            member = self._ask(self._bot.get_chat_member(chat_id, user_id))
        except (BadRequest, Forbidden):  # no member, or we are none
            return False
        return member.status in MAY_GOVERN

    def find_chat(self, name: str) -> Found | None:
        """The group or channel of that name or number, if we may write there. Raises RightsUnknown."""
        try:
            chat = self._ask(self._bot.get_chat(int(name) if name.lstrip("-").isdecimal() else name))
            me = self._ask(self._bot.get_chat_member(chat.id, self._bot.id))
        except (BadRequest, Forbidden):
            return None
        if chat.type == ChatType.CHANNEL:
            posts = me.status == ChatMemberStatus.OWNER or bool(getattr(me, "can_post_messages", False))
            return Found(chat.id, chat.title or name, "channel") if posts else None
        is_there = chat.type in (ChatType.GROUP, ChatType.SUPERGROUP) and me.status not in (
            ChatMemberStatus.LEFT,
            ChatMemberStatus.BANNED,
        )
        return Found(chat.id, chat.title or name, "group") if is_there else None

    def _ask(self, question: Coroutine[Any, Any, T]) -> T:
        asked = asyncio.run_coroutine_threadsafe(question, self._loop())
        try:
            return asked.result(ASKING_SECONDS)
        except (BadRequest, Forbidden):
            raise
        except (TelegramError, Overdue) as error:
            asked.cancel()
            raise RightsUnknown from error
