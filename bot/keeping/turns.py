"""What was asked and what was said to it -> rows, and back: for follow-ups, buttons, edits, and whoever runs the bot.

A turn is kept as long as its chat wants. What a person thinks of an answer is kept until that person says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa

from bot.tables import outbox, turns
from retrieval import Turn, reads_only

PREVIOUS = 3  # as many questions as a follow-up may refer to

Outcome = Literal["answered", "closest", "refused", "topic"]


class Place(NamedTuple):
    """A sentence of an article: `article.text[start:end]` of that revision."""

    article_id: str
    revision: int
    start: int
    end: int


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
    id: int = 0  # given by the store


class Turns:
    """Sync, safe to call from several threads."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reads_only(engine)

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
            "asked_at": asked.asked_at,
            "update_id": asked.update_id,
            "asked_message": asked.message_id,
        }
        with self._engine.begin() as tx:
            if asked.update_id is not None:
                tx.execute(sa.delete(turns).where(turns.c.update_id == asked.update_id))
            key = tx.execute(sa.insert(turns).values(row)).inserted_primary_key
        return int(key[0]) if key else 0

    def previous(self, chat_id: int, since: datetime) -> tuple[Turn, ...]:
        """The chat's last questions, at most three, newest last, without those that it wants forgotten."""
        theirs = (turns.c.chat_id == chat_id, turns.c.asked_at >= since, turns.c.forgotten.is_(sa.false()))
        newest = sa.select(turns.c.question, turns.c.articles).where(*theirs)
        newest = newest.order_by(turns.c.asked_at.desc(), turns.c.id.desc()).limit(PREVIOUS)
        with self._reading.connect() as tx:
            return tuple(Turn(row.question, tuple(row.articles)) for row in reversed(tx.execute(newest).all()))

    def forget_talk(self, chat_id: int) -> None:
        """Nothing asked so far is referred to by what is asked from now on."""
        with self._engine.begin() as tx:
            tx.execute(sa.update(turns).where(turns.c.chat_id == chat_id).values(forgotten=True))

    def find(self, turn_id: int, chat_id: int) -> Asked | None:
        """A turn of that chat; None when it is another's, or not kept any more."""
        return self._one(turns.c.id == turn_id, turns.c.chat_id == chat_id)

    def asked_by(self, chat_id: int, message_id: int) -> Asked | None:
        """The newest turn that this message of a person's asked for."""
        return self._one(turns.c.chat_id == chat_id, turns.c.asked_message == message_id)

    def answered_by(self, chat_id: int, message_id: int) -> Asked | None:
        """The turn that this message of ours answered."""
        key = self._key(chat_id, message_id)
        kind, _, rest = (key or "").partition(":")
        number = rest.partition(":")[0]
        if kind != "r" or not number.lstrip("-").isdecimal():
            return None
        return self._one(turns.c.chat_id == chat_id, turns.c.update_id == int(number))

    def messages_of(self, update_id: int) -> list[int]:
        """The messages of ours that answered an update, first to last, as far as they arrived."""
        rows = sa.select(outbox.c.message_id).where(
            outbox.c.key >= f"r:{update_id}:", outbox.c.key < f"r:{update_id};", outbox.c.message_id.is_not(None)
        )
        with self._reading.connect() as tx:
            return list(tx.execute(rows.order_by(outbox.c.id)).scalars())

    def prune(self, before: Sequence[tuple[sa.ColumnElement[bool], datetime]]) -> int:
        """Deletes the turns of which a condition holds and that are older than its moment; how many that were."""
        with self._engine.begin() as tx:
            return sum(
                tx.execute(sa.delete(turns).where(which, turns.c.asked_at < old)).rowcount for which, old in before
            )

    def _key(self, chat_id: int, message_id: int) -> str | None:
        """Of the outbox' row that arrived as this message."""
        row = sa.select(outbox.c.key).where(outbox.c.chat_id == chat_id, outbox.c.message_id == message_id)
        with self._reading.connect() as tx:
            return tx.execute(row.order_by(outbox.c.id.desc())).scalar()

    def _one(self, *conditions: sa.ColumnElement[bool]) -> Asked | None:
        newest = sa.select(turns).where(*conditions).order_by(turns.c.id.desc()).limit(1)
        with self._reading.connect() as tx:
            row = tx.execute(newest).first()
        return None if row is None else asked_of(row)


def asked_of(row: Any) -> Asked:
    """A row of the table of turns."""
    cited = tuple(Place(*place) for place in row.cited)
    return Asked(
        row.chat_id, row.user_id, row.question, row.standalone, row.outcome, cited, tuple(row.articles), row.trace,
        row.asked_at, row.update_id, row.asked_message, row.id,
    )  # fmt: skip
