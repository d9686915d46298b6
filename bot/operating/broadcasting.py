"""/broadcast: a message of whoever runs the bot to everybody: shown as it will look, with for how many, then sent."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from bot.keeping.broadcasts import UNDER_WAY, Audience, Broadcast
from bot.office import Handle, Office, Verb
from bot.operating.spreading import circle_of
from bot.outgoing.rates import FREE
from bot.sheet import plain
from bot.types import Button, Heard, Message, Reply

STALE = timedelta(days=1)  # whoever drafted it has forgotten by then what it was about
PER_SECOND = FREE.overall - FREE.reserved
STOP = frozenset(("stop", "стоп", "отмена"))
_NUMBER = re.compile(r"[0-9]{1,9}")


class Broadcasting:
    """In a private chat only: elsewhere everybody would read the draft. What was begun is spread by `Spreading`."""

    def __init__(self, office: Office) -> None:
        self._office, self._rows = office, office.store.broadcasts

    def commands(self) -> Mapping[str, Handle]:
        return {"broadcast": self.draft}

    def verbs(self) -> Mapping[str, Verb]:
        return {
            "bcp": Verb(lambda heard, number: self._begin(heard, number, "people"), plain=True, operator=True),
            "bce": Verb(lambda heard, number: self._begin(heard, number, "everybody"), plain=True, operator=True),
            "bcx": Verb(self._cancel, plain=True, operator=True),
        }

    def draft(self, heard: Heard, text: str) -> Reply:
        """/broadcast <text>, or in reply to a message with the text; /broadcast stop ends what is under way."""
        if heard.chat.kind != "private":
            return self._said(heard, "private")
        if text.casefold() in STOP:
            return self._said(heard, "stopping" if self._rows.stop() else "nothing_to_stop")
        if not (text := (text or heard.replied or "").strip()):
            return self._usage(heard)
        shown = plain(text)
        if len(shown) > 1:
            return replace(self._said(heard, "too_long"), failed=True)
        now = self._office.clock()
        self._rows.drop_drafts(now - STALE)
        number = self._rows.draft(shown[0].text, heard.user_id, now)
        return Reply((*shown, self._question(heard, number)))

    def _question(self, heard: Heard, number: int) -> Message:
        """For how many it would be, and how long it would take."""
        people, groups = self._rows.count(self._office.clock(), circle_of(self._office.rules, self._office.admins))
        lines = [self._say(heard, "reach", people=people, groups=groups)]
        lines += [self._duration(heard, people + groups), self._say(heard, "left_out")]
        send = [Button(self._say(heard, "to_people"), f"bcp:{number}")] if people else []
        both = [Button(self._say(heard, "to_everybody"), f"bce:{number}")] if groups else []
        rows = (*((button,) for button in (*send, *both)), (Button(self._say(heard, "cancel"), f"bcx:{number}"),))
        return plain("\n".join((self._say(heard, "question"), *lines)), rows)[0]

    def _duration(self, heard: Heard, chats: int) -> str:
        minutes = math.ceil(chats / PER_SECOND / 60)
        return self._say(heard, "minutes", count=minutes) if chats > PER_SECOND * 60 else self._say(heard, "soon")

    def _begin(self, heard: Heard, number: str, audience: Audience) -> Reply:
        """Pressed twice, it is sent once."""
        draft = self._own(heard, number)
        if draft is None:
            return self._stale(heard)
        if not self._rows.begin(draft.id, audience, self._office.clock() - STALE):
            return self._said(heard, "begun") if draft.state != "drafted" else self._stale(heard)
        return replace(self._said(heard, "begun"), replaces=True)

    def _cancel(self, heard: Heard, number: str) -> Reply:
        draft = self._own(heard, number)
        if draft is None or draft.state != "drafted":
            return self._stale(heard)
        self._rows.drop_drafts(self._office.clock() - STALE, draft.id)
        return replace(self._said(heard, "cancelled"), replaces=True)

    def _own(self, heard: Heard, number: str) -> Broadcast | None:
        """What whoever presses drafted himself."""
        found = self._rows.find(int(number)) if _NUMBER.fullmatch(number) else None
        return found if found is not None and found.by == heard.user_id else None

    def _usage(self, heard: Heard) -> Reply:
        """How it is used, and what became of the last one."""
        lines = [self._say(heard, "usage")]
        last = self._rows.latest()
        if last is not None and last.planned is not None:
            lines.append(self._say(heard, "done", count=last.planned, reached=last.reached))
        elif last is not None:
            planned, reached = self._rows.counts(last.id)
            lines.append(self._say(heard, "running", count=planned, reached=reached))
        if last is not None and last.state in UNDER_WAY:
            lines.append(self._say(heard, "stop_usage"))
        return Reply(plain("\n".join(lines)))

    def _stale(self, heard: Heard) -> Reply:
        return Reply(plain(self._office.say(heard, "button.stale")), failed=True)

    def _said(self, heard: Heard, key: str) -> Reply:
        return Reply(plain(self._say(heard, key)))

    def _say(self, heard: Heard, key: str, **values: object) -> str:
        return self._office.say(heard, f"broadcast.{key}", **values)
