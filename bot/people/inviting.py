"""/invite: links that let people in, for whoever runs the bot -> a new one, and those that still let somebody in."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import timedelta

from bot.deep_links import deep_link
from bot.keeping.people import Invite
from bot.office import Handle, Office, Verb
from bot.rules import Access
from bot.sheet import Buttons, plain, spoken
from bot.types import Button, Heard, Reply

MOST_PEOPLE, MOST_DAYS = 1000, 365
DAYS = 7  # that an invite lasts unless it is said otherwise
CODE_BYTES = 12  # 16 characters that nobody guesses
MOST_SHOWN = 20
_ASKED = re.compile(r"(?:([0-9]{1,4})(?:\s+([0-9]{1,3}))?)?")
_LISTED = frozenset(("list", "список"))


class Inviting:
    """Links work while access is by invite."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._people = office.store.people

    def commands(self) -> Mapping[str, Handle]:
        return {"invite": self.invite}

    def verbs(self) -> Mapping[str, Verb]:
        return {"uninvite": Verb(self.revoke, plain=True, operator=True)}

    def invite(self, heard: Heard, text: str) -> Reply:
        """/invite [people] [days], /invite list."""
        access = self._office.rules.access
        if access is not Access.INVITE:
            return spoken(self._office.texts, heard, "inviting.off", failed=True, access=access)
        if text.casefold() in _LISTED:
            return Reply(plain(*self._list(heard)))
        asked = _ASKED.fullmatch(text)
        people, days = (int(asked[1] or 1), int(asked[2] or DAYS)) if asked else (0, 0)
        if not (0 < people <= MOST_PEOPLE and 0 < days <= MOST_DAYS):
            return spoken(self._office.texts, heard, "inviting.usage", failed=True)
        return self._invited(heard, people, days)

    def revoke(self, heard: Heard, code: str) -> Reply:
        """Those who came by it stay."""
        self._people.revoke(code)
        return Reply(plain(*self._list(heard)), replaces=True)

    def _invited(self, heard: Heard, people: int, days: int) -> Reply:
        now = self._office.clock()
        invite = Invite(secrets.token_urlsafe(CODE_BYTES), people, now + timedelta(days=days), heard.user_id)
        self._people.invite(invite, now)
        listed, buttons = self._list(heard)
        return Reply(plain("\n\n".join((self._office.say(heard, "inviting.made"), listed)), buttons))

    def _list(self, heard: Heard) -> tuple[str, Buttons]:
        """Each with a button that ends it."""
        standing = self._people.invites(self._office.clock())[:MOST_SHOWN]
        if not standing:
            return self._office.say(heard, "inviting.none"), ()
        lines = [f"{at}. {self._line(heard, invite)}" for at, invite in enumerate(standing, 1)]
        buttons = [
            Button(self._office.say(heard, "button.revoke", number=at), f"uninvite:{invite.code}")
            for at, invite in enumerate(standing, 1)
        ]
        return "\n".join(lines), tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))

    def _line(self, heard: Heard, invite: Invite) -> str:
        link = deep_link(self._office.username(), "i", invite.code)
        until = self._office.texts.date(heard.chat.language, invite.until)
        return self._office.say(heard, "inviting.line", link=link, count=invite.left, date=until)
