"""Helpful or not, and why: what people think of an answer.

A vote is kept with the question and what was quoted, by itself: it outlives its turn. Each person has one, and may
change it; the buttons show what was chosen.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.answering.buttons import find_turn, form_of, keyboard
from bot.answering.recalling import recall
from bot.keeping.ratings import OPINIONS, Opinion, Quoted, Rated
from bot.keeping.turns import Asked
from bot.office import Handle, Office, Verb
from bot.sheet import spoken
from bot.types import Heard, Message, Reply
from retrieval import Sentence


class Rating:
    """The buttons Helpful and Not helpful under an answer, and those that say why not."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def commands(self) -> Mapping[str, Handle]:
        return {}

    def verbs(self) -> Mapping[str, Verb]:
        return {"rate": Verb(self.rate, plain=True)}

    def rate(self, heard: Heard, vote: str) -> Reply:
        """ "12:a:helpful": the turn, the form in which its answer is shown, what the person thinks of it."""
        number, letter, verdict = (*vote.split(":"), "", "")[:3]
        asked, form = find_turn(self._office, heard, number), form_of(letter)
        opinion = next((known for known in OPINIONS if known == verdict), None)
        if asked is None or form is None or opinion is None:
            return spoken(self._office.texts, heard, "button.stale", failed=True)
        self._office.store.ratings.rate(self._rated(heard, asked, opinion))
        return Reply((Message("", buttons=keyboard(self._office, heard, asked, form)),), replaces=True)

    def _rated(self, heard: Heard, asked: Asked, opinion: Opinion) -> Rated:
        found = recall(self._office, asked)
        quotes = tuple(quoted for said in found.sentences for quoted in _quoted(said)) if found else ()
        told = {"asked": asked.asked_at.isoformat(), "log": self._office.corpus.last_change()}
        return Rated(
            asked.id, heard.chat.id, heard.user_id, opinion, asked.question, asked.standalone, asked.outcome, quotes,
            {**told, **asked.trace}, self._office.clock(),
        )  # fmt: skip


def _quoted(said: Sentence) -> list[Quoted]:
    """What it cites. The short answer is known where it is the cited sentence itself."""
    short = said.text[slice(*said.span)] if said.span else ""
    return [Quoted(one.article_id, one.quote, short if short in one.quote else "") for one in said.citations]
