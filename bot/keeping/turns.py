"""What was asked and what was said to it -> rows, and back: for follow-ups, buttons, edits, and whoever runs the bot.

A turn is kept as long as its chat wants. What a person thinks of an answer is kept until that person says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from bot.tables import outbox, turns
from retrieval import Turn, reads_only, unhurried

PREVIOUS = 3  # as many questions as a follow-up may refer to
INVITED = "invited"  # in the trace of what somebody said he would ask about: what comes next is about its articles

_WORD = re.compile(r"\w+")
_REPLY = re.compile(r"r:(\d+):\d+")  # the outbox' key of an answer: the update, and which message it is

Outcome = Literal["answered", "closest", "refused", "topic"]


class Place(NamedTuple):
    """A sentence of an article: `article.text[start:end]` of that revision."""

    article_id: str
    revision: int
    start: int
    end: int


class Talk(NamedTuple):
    """Whose questions lean on each other: a private chat's, or one person's in a group; in a forum topic its own."""

    chat_id: int
    user_id: int | None = None  # None: whoever asks there
    thread_id: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and what was said to it."""

    chat_id: int
    user_id: int
    question: str
    standalone: str
    outcome: Outcome
    cited: tuple[Place, ...]
    articles: tuple[str, ...]
    trace: Mapping[str, Any]
    asked_at: datetime
    update_id: int | None = None
    message_id: int | None = None  # the person's own message
    told: Mapping[str, Any] = field(default_factory=dict)  # the answer, packed; empty: there was none
    thread_id: int | None = None  # forum topic
    id: int = 0  # given by the store

    @property
    def turn(self) -> Turn:
        """It by itself: where something was carried into the question, as it was understood."""
        return replace(self.said, question=self_contained(self.question, self.standalone))

    @property
    def said(self) -> Turn:
        """It as it was asked."""
        return Turn(self.question, self.articles, pointed=bool(self.trace.get(INVITED)))


def self_contained(question: str, standalone: str) -> str:
    """The question as it was asked, with its days and sources; as it was understood where it leant on another."""
    carried = set(_WORD.findall(standalone.casefold())) - set(_WORD.findall(question.casefold()))
    return standalone if carried else question


class Turns:
    """Sync, safe to call from several threads."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reads_only(engine)
        self._unhurried = unhurried(engine)

    def remember(self, asked: Asked) -> int:
        """Keeps it; its number. The same update's is written over: a process died between the two."""
        row = {
            "chat_id": asked.chat_id,
            "user_id": asked.user_id,
            "question": asked.question,
            "standalone": asked.standalone,
            "outcome": asked.outcome,
            "cited": [list(place) for place in asked.cited],
            "articles": list(asked.articles),
            "trace": dict(asked.trace),
            "told": dict(asked.told),
            "asked_at": asked.asked_at,
            "update_id": asked.update_id,
            "asked_message": asked.message_id,
            "thread_id": asked.thread_id,
        }
        with self._unhurried.begin() as tx:
            if asked.update_id is not None:
                tx.execute(sa.delete(turns).where(turns.c.update_id == asked.update_id))
            key = tx.execute(sa.insert(turns).values(row)).inserted_primary_key
        return int(key[0]) if key else 0

    def previous(self, talk: Talk, since: datetime, before: Asked | None = None) -> tuple[Turn, ...]:
        """The talk's last questions, at most three, newest last, without those that are to be forgotten. `before`: the
        last ones before that.

        The first of them leans on none that is older: it is given as it was understood.
        """
        theirs = [*_within(talk), turns.c.asked_at >= since, turns.c.forgotten.is_(sa.false())]
        if before is not None:
            theirs.append(sa.tuple_(turns.c.asked_at, turns.c.id) < _moment(before))
        newest = sa.select(turns).where(*theirs).order_by(turns.c.asked_at.desc(), turns.c.id.desc()).limit(PREVIOUS)
        with self._reading.connect() as tx:
            found = [asked_of(row) for row in reversed(tx.execute(newest).all())]
        return tuple(asked.said if number else asked.turn for number, asked in enumerate(found))

    def forget_talk(self, talk: Talk) -> None:
        """Nothing asked so far is referred to by what is asked from now on."""
        with self._unhurried.begin() as tx:
            tx.execute(sa.update(turns).where(*_within(talk)).values(forgotten=True))

    def supersede(self, old: Asked, update_id: int) -> None:
        """A question was said differently: its old turn leaves the talk, and what that update asked stands where the
        old one stood, unless that was the last.
        """
        fresh, later = turns.c.update_id == update_id, turns.alias()
        behind = sa.tuple_(later.c.asked_at, later.c.id) > _moment(old)
        theirs = (later.c.chat_id == old.chat_id, later.c.user_id == old.user_id, behind)
        others = (later.c.update_id.is_distinct_from(update_id), later.c.forgotten.is_(sa.false()))
        with self._engine.begin() as tx:
            tx.execute(sa.update(turns).where(turns.c.id == old.id).values(forgotten=True))
            if tx.execute(sa.select(later.c.id).where(*theirs, *others).limit(1)).first() is not None:
                tx.execute(sa.update(turns).where(fresh).values(asked_at=old.asked_at))

    def find(self, turn_id: int, chat_id: int) -> Asked | None:
        """A turn of that chat; None when it is another's, or not kept any more."""
        return self._one(turns.c.id == turn_id, turns.c.chat_id == chat_id)

    def asked_by(self, chat_id: int, message_id: int, but: int | None = None) -> Asked | None:
        """The newest turn that this message of a person's asked for. `but`: an update whose turn does not count."""
        theirs = (turns.c.chat_id == chat_id, turns.c.asked_message == message_id)
        return self._one(*theirs, turns.c.update_id.is_distinct_from(but) if but is not None else sa.true())

    def answered_by(self, chat_id: int, message_id: int) -> Asked | None:
        """The turn that this message of ours answered, as it arrived or as it was changed since."""
        rows = sa.select(outbox.c.key).where(outbox.c.chat_id == chat_id, outbox.c.message_id == message_id)
        with self._reading.connect() as tx:
            updates = [int(number) for key in tx.execute(rows).scalars() for number in _REPLY.findall(key)]
        return self._one(turns.c.chat_id == chat_id, turns.c.update_id.in_(updates)) if updates else None

    def answers_to(self, chat_id: int, message_id: int) -> list[int]:
        """The messages of ours that answered a person's message last, first to last, as far as they arrived."""
        asking = sa.select(turns.c.update_id).where(turns.c.chat_id == chat_id, turns.c.asked_message == message_id)
        with self._reading.connect() as tx:
            updates = list(tx.execute(asking.order_by(turns.c.id.desc())).scalars())
        return next((found for update in updates if update is not None and (found := self.messages_of(update))), [])

    def messages_of(self, update_id: int) -> list[int]:
        """The messages of ours that answered an update, first to last, as far as they arrived."""
        rows = sa.select(outbox.c.message_id).where(
            outbox.c.key >= f"r:{update_id}:", outbox.c.key < f"r:{update_id};", outbox.c.message_id.is_not(None)
        )
        with self._reading.connect() as tx:
            return list(tx.execute(rows.order_by(outbox.c.id)).scalars())

    def _one(self, *conditions: sa.ColumnElement[bool]) -> Asked | None:
        newest = sa.select(turns).where(*conditions).order_by(turns.c.id.desc()).limit(1)
        with self._reading.connect() as tx:
            row = tx.execute(newest).first()
        return None if row is None else asked_of(row)


def _moment(asked: Asked) -> sa.Tuple:
    """Where it stands among others, also among those of the same moment."""
    types = (turns.c.asked_at.type, turns.c.id.type)
    return sa.tuple_(*(sa.literal(value, kind) for value, kind in zip((asked.asked_at, asked.id), types, strict=True)))


def _within(talk: Talk) -> list[sa.ColumnElement[bool]]:
    theirs = [turns.c.chat_id == talk.chat_id, turns.c.thread_id.is_not_distinct_from(talk.thread_id)]
    return [*theirs, *([] if talk.user_id is None else [turns.c.user_id == talk.user_id])]


def asked_of(row: Any) -> Asked:
    """A row of the table of turns."""
    cited = tuple(Place(*place) for place in row.cited)
    return Asked(
        row.chat_id, row.user_id, row.question, row.standalone, row.outcome, cited, tuple(row.articles), row.trace,
        row.asked_at, row.update_id, row.asked_message, row.told, row.thread_id, row.id,
    )  # fmt: skip
