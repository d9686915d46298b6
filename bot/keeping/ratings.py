"""What people think of answers -> rows, and back. A row holds all that it is about: it outlives its turn.

Sync, safe to call from several threads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, get_args

import sqlalchemy as sa

from bot.keeping.turns import Outcome
from bot.tables import ratings, turns
from retrieval import reads_only

Fault = Literal["wrong", "missing", "outdated", "unclear"]
Opinion = Literal["helpful", "unhelpful"] | Fault
FAULTS: tuple[Fault, ...] = get_args(Fault)
OPINIONS: tuple[Opinion, ...] = ("helpful", "unhelpful", *FAULTS)
PAGE = 500  # rows read at a time


class Quoted(NamedTuple):
    """A sentence that was shown, and the short answer in it ("" where none was marked)."""

    article_id: str
    quote: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Rated:
    """What one person thinks of one answer. `trace` is the turn's, and tells when it was asked and the log's number."""

    turn: int
    chat_id: int
    user_id: int
    verdict: Opinion
    question: str
    standalone: str
    outcome: Outcome
    quotes: tuple[Quoted, ...]
    trace: Mapping[str, Any]
    rated_at: datetime


class Ratings:
    """One for each person and answer: who thinks otherwise later has only thought so."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reads_only(engine)

    def rate(self, rated: Rated) -> None:
        """Keeps it, in place of what the person thought before."""
        row = {
            "turn": rated.turn,
            "chat_id": rated.chat_id,
            "user_id": rated.user_id,
            "asker": sa.select(turns.c.user_id).where(turns.c.id == rated.turn).scalar_subquery(),
            "verdict": rated.verdict,
            "question": rated.question,
            "standalone": rated.standalone,
            "outcome": rated.outcome,
            "quotes": [list(quoted) for quoted in rated.quotes],
            "trace": dict(rated.trace),
            "rated_at": rated.rated_at,
        }
        theirs = (ratings.c.turn == rated.turn, ratings.c.user_id == rated.user_id)
        with self._engine.begin() as tx:
            tx.execute(sa.delete(ratings).where(*theirs))
            tx.execute(sa.insert(ratings).values(row))

    def of_turn(self, turn: int) -> dict[int, Opinion]:
        """Person -> what he thinks of the answer."""
        rows = sa.select(ratings.c.user_id, ratings.c.verdict).where(ratings.c.turn == turn)
        with self._reading.connect() as tx:
            return {row.user_id: row.verdict for row in tx.execute(rows)}

    def counts(self) -> dict[Opinion, int]:
        """How often each was said, the never said with 0."""
        rows = sa.select(ratings.c.verdict, sa.func.count().label("times")).group_by(ratings.c.verdict)
        with self._reading.connect() as tx:
            said = {row.verdict: row.times for row in tx.execute(rows)}
        return {opinion: said.get(opinion, 0) for opinion in OPINIONS}

    def newest(self, limit: int) -> list[Rated]:
        """The last that were said, newest first."""
        with self._reading.connect() as tx:
            rows = tx.execute(sa.select(ratings).order_by(ratings.c.id.desc()).limit(limit))
            return [_rated(row) for row in rows]

    def all(self) -> Iterator[Rated]:
        """In the order in which they were said."""
        after, more = 0, True
        while more:
            page = sa.select(ratings).where(ratings.c.id > after).order_by(ratings.c.id).limit(PAGE)
            with self._reading.connect() as tx:
                rows = tx.execute(page).all()
            yield from map(_rated, rows)
            after, more = (rows[-1].id, True) if rows else (after, False)


def _rated(row: Any) -> Rated:
    quotes = tuple(Quoted(*quoted) for quoted in row.quotes)
    return Rated(
        row.turn, row.chat_id, row.user_id, row.verdict, row.question, row.standalone, row.outcome, quotes,
        row.trace, row.rated_at,
    )  # fmt: skip
