"""What the articles do not tell in, what is offered instead out.

refusal | the nearest titles, everything instead of a part, to be told later, what there is to ask about -> Reply
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.answering import render
from bot.answering.buttons import summary_of
from bot.answering.contexts import CONVERSATION
from bot.answering.coverage import coverage_line
from bot.answering.searched import is_limited
from bot.keeping.turns import Asked
from bot.office import Office
from bot.sheet import Buttons
from bot.types import Button, Heard, Reply
from retrieval import Refusal

KEEP_WORDS = timedelta(days=7)  # a button that holds a person's question works so long


class Refusing:
    """Sync, safe to call from several threads."""

    def __init__(self, office: Office) -> None:
        self._office, self._store = office, office.store

    def reply(self, heard: Heard, asked: Asked, refusal: Refusal) -> Reply:
        """The nearest titles to read instead, the first offered in words too; what the articles cover."""
        if refusal.nearest:
            first = refusal.nearest[0].article_id
            self._store.offer(heard.chat.id, first, asked.asked_at + CONVERSATION)
        covered = coverage_line(self._office, heard) if is_asked(refusal) else ""
        if covered and not is_limited(refusal.searched):  # it says how much was searched, too
            refusal = replace(refusal, searched=replace(refusal.searched, articles=0))
        below = tuple(filter(None, (covered, self._offer(heard, refusal))))
        rows = self._rows(heard, asked, refusal)
        return render.refusal(refusal, self._office.texts, heard.chat.language, rows, below=below)

    def _offer(self, heard: Heard, refusal: Refusal) -> str:
        if not refusal.nearest:
            return ""
        return self._office.say(heard, "offer.first" if len(refusal.nearest) > 1 else "offer.only")

    def _rows(self, heard: Heard, asked: Asked, refusal: Refusal) -> Buttons:
        """To be told when an article answers comes last; where nothing was asked there is nothing to wait for."""
        rows = [(summary_of(self._office, heard, near),) for near in refusal.nearest]
        if is_limited(refusal.searched):
            rows.append((self._button(heard, "everywhere", "all", asked.question),))
        if is_asked(refusal):
            rows.append((self._button(heard, "await", "await", refusal.question),))
        return tuple(rows)

    def _button(self, heard: Heard, name: str, verb: str, question: str) -> Button:
        until = self._office.clock() + KEEP_WORDS
        key = self._store.handle(question, owner=heard.chat.id, by=heard.user_id, until=until)
        return Button(self._office.say(heard, f"button.{name}"), f"{verb}:{key}")


def is_asked(refusal: Refusal) -> bool:
    """Whether there was a question at all."""
    return bool(refusal.question.strip()) and refusal.reason != "empty question"
