"""Somebody in, whether the bot is for him out: asked before anything else.

    who, and where | administrator? banned? let in, or invited just now? may he ask in this group? | come in, or what is
    said to him once in a while

Whoever was told so meets silence: a person who shouts at a door is no reason to shout back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from bot.keeping.people import Standing
from bot.office import Office
from bot.rules import Access
from bot.sheet import spoken
from bot.types import TERMINAL_CHAT, Heard, Reply

TOLD_AGAIN = timedelta(days=1)
DEAD_LINKS = 3  # times a day that somebody is told that his invite is no good
SILENCE = Reply(())
_INVITED = re.compile(r"/start(?:@\w+)?\s+i_([A-Za-z0-9_-]{1,62})\s*")


class Door:
    """One read for each person who comes."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._people = office.store.people

    def admits(self, user_id: int, chat_id: int) -> bool:
        """Whether somebody is answered in a chat; of a private one that is his own number. Nothing is said or kept."""
        if self._is_operator(user_id):
            return True
        known = self._people.standings((user_id, chat_id))
        return not (known[user_id].banned or known[chat_id].banned) and self._is_let_in(user_id, chat_id, known)

    def keeps_out(self, chat_id: int) -> bool:
        """Whether a person who followed something is a stranger by now, and could not even stop what comes."""
        is_private, is_open = chat_id > 0, self._office.rules.access is Access.OPEN
        return is_private and not is_open and not self.admits(chat_id, chat_id)

    def refusal(self, heard: Heard) -> Reply | None:
        """What is said to somebody whom the bot is not for; silence is a reply too. None: come in. RightsUnknown."""
        user_id, chat_id = heard.user_id, heard.chat.id
        if self._is_operator(user_id):
            return None
        known = self._people.standings((user_id, chat_id))
        banned = next((number for number in (user_id, chat_id) if known[number].banned), None)
        if banned is not None:
            return self._told_once(heard, banned, known[banned])
        if self._is_let_in(user_id, chat_id, known):
            return self._refused_to_ask(heard)
        invite = _INVITED.fullmatch(heard.text) if heard.chat.kind == "private" else None
        if invite and self._office.rules.access is Access.INVITE:
            return self._come_by(heard, invite[1])
        return self._turned_away(heard, known)

    def _is_operator(self, user_id: int) -> bool:
        """Also whoever sits at the terminal."""
        return user_id == TERMINAL_CHAT or user_id in self._office.admins

    def _is_let_in(self, user_id: int, chat_id: int, known: Mapping[int, Standing]) -> bool:
        """A group that is let in answers all of its members; a person who is, is answered in private."""
        rules = self._office.rules
        if rules.access in (Access.OPEN, Access.CLOSED):
            return rules.access is Access.OPEN
        if chat_id in rules.allowed:
            return True
        is_private = chat_id > 0
        invited = rules.access is Access.INVITE and known[user_id].admitted
        return is_private and (user_id in rules.allowed or invited)

    def _come_by(self, heard: Heard, code: str) -> Reply | None:
        """None: he is greeted as everybody who comes for the first time."""
        now = self._office.clock()
        if self._people.admit(heard.user_id, code, now):
            return None
        if not self._people.spend(heard.user_id, "told:invite", now.date(), DEAD_LINKS):
            return SILENCE
        return self._said(heard, "access.dead_link", number=heard.user_id)

    def _turned_away(self, heard: Heard, known: Mapping[int, Standing]) -> Reply:
        """Once a day: a person, or a group, by the number that the operator would have to let in. Never in a channel,
        where nobody spoke.
        """
        now, is_private = self._office.clock(), heard.chat.kind == "private"
        number = heard.user_id if is_private else heard.chat.id
        told_at = known[number].told_at
        if heard.chat.kind == "channel" or (told_at is not None and now - told_at < TOLD_AGAIN):
            return SILENCE
        self._people.tell(number, now)
        return self._said(heard, "access.stranger" if is_private else "access.strange_group", number=number)

    def _told_once(self, heard: Heard, number: int, standing: Standing) -> Reply:
        if standing.told_at is not None or heard.chat.kind == "channel":
            return SILENCE
        self._people.tell(number, self._office.clock())
        return self._said(heard, "access.banned")

    def _refused_to_ask(self, heard: Heard) -> Reply | None:
        """In a group that has its administrators alone answered. Telegram is asked who they are."""
        chat, user_id = heard.chat, heard.user_id
        if chat.kind != "group" or chat.askers == "everyone" or self._office.rights.governs(chat.id, user_id):
            return None
        if not self._people.spend(user_id, f"told:{chat.id}", self._office.clock().date(), 1):
            return SILENCE
        is_welcome = self.admits(user_id, user_id)
        return self._said(heard, "access.admins_only_ask_in_private" if is_welcome else "access.admins_only")

    def _said(self, heard: Heard, key: str, **values: object) -> Reply:
        return spoken(self._office.texts, heard, key, failed=True, **values)
