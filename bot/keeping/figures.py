"""What happened in each hour, about nobody in particular -> rows, and back; and how much there is now.

Sync, safe to call from several threads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from bot.outgoing.cursors import set_cursors
from bot.outgoing.steps import LANES
from bot.outgoing.types import Lane
from bot.tables import chats, figures, inbox, outbox, ratings, subscriptions
from bot.types import TERMINAL_CHAT
from retrieval import reads_only

_HOUR_CHARACTERS = 13  # of a moment as databases write it: "2026-05-31 12"
_OPEN = ("sending", "ready", "waiting")


class Figure(NamedTuple):
    """How often something happened in the hour that begins then."""

    hour: datetime
    name: str
    value: int


class Chats(NamedTuple):
    """How many places messages may go to, and how many they do not go to now."""

    people: int
    groups: int
    channels: int
    paused: int
    away: int


class Queued(NamedTuple):
    """Messages of one lane that are not settled. `oldest`: since when the first of them is due, or when it will be."""

    state: str
    lane: Lane
    messages: int
    oldest: datetime


class Figures:
    """Counts by hour and name, and of what is held."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reads_only(engine)

    @property
    def file(self) -> Path | None:
        """Where all this lies, if it lies on this machine."""
        name = self._engine.url.database
        return Path(name) if name and self._engine.dialect.name == "sqlite" else None

    # -- what happened

    def add(self, counts: Mapping[tuple[datetime, str], int], places: Mapping[str, int]) -> None:
        """Adds to what is known of these hours, and sets these cursors, in one transaction."""
        rows = [{"hour": hour, "name": name, "value": value} for (hour, name), value in counts.items()]
        write = sqlite.insert(figures)
        total = figures.c.value + write.excluded.value
        write = write.on_conflict_do_update(index_elements=["hour", "name"], set_={"value": total})
        with self._engine.begin() as tx:
            if rows:
                tx.execute(write, rows)
            set_cursors(tx, places)

    def since(self, moment: datetime) -> list[Figure]:
        """All of the hours that begin then or later."""
        query = sa.select(figures).where(figures.c.hour >= moment).order_by(figures.c.hour, figures.c.name)
        with self._reading.connect() as tx:
            return [Figure(row.hour, row.name, row.value) for row in tx.execute(query)]

    def forget(self, before: datetime) -> None:
        """The figures of older hours."""
        with self._engine.begin() as tx:
            tx.execute(sa.delete(figures).where(figures.c.hour < before))

    def subscribed(self, since: datetime) -> list[Figure]:
        """How many of the subscriptions there are began in each hour."""
        hour = sa.func.substr(sa.cast(subscriptions.c.since, sa.Text), 1, _HOUR_CHARACTERS)
        query = sa.select(hour, sa.func.count()).where(subscriptions.c.since >= since).group_by(hour)
        with self._reading.connect() as tx:
            return [Figure(_hour(text), "subscriptions", count) for text, count in tx.execute(query)]

    def verdicts(self, since: datetime) -> dict[str, int]:
        """What people thought of answers, and how often."""
        query = sa.select(ratings.c.verdict, sa.func.count()).where(ratings.c.rated_at >= since)
        with self._reading.connect() as tx:
            return {row.verdict: row[1] for row in tx.execute(query.group_by(ratings.c.verdict))}

    # -- how much there is now

    def chats(self) -> Chats:
        """Without the terminal."""
        columns = (chats.c.kind, chats.c.active, chats.c.paused, sa.func.count())
        query = sa.select(*columns).where(chats.c.chat_id != TERMINAL_CHAT)
        with self._reading.connect() as tx:
            rows = tx.execute(query.group_by(chats.c.kind, chats.c.active, chats.c.paused)).all()

        reached = Counter[str]()
        for kind, active, paused, count in rows:
            reached["away" if not active else "paused" if paused else kind] += count
        return Chats(*(reached[name] for name in ("private", "group", "channel", "paused", "away")))

    def subscriptions(self) -> int:
        with self._reading.connect() as tx:
            return tx.execute(sa.select(sa.func.count()).select_from(subscriptions)).scalar() or 0

    def queued(self) -> list[Queued]:
        """What of the outbox is not settled yet, by state and lane."""
        with self._reading.connect() as tx:
            return [queued for state in _OPEN for queued in _queued(tx, state)]

    def pending(self) -> tuple[int, datetime | None]:
        """How many updates are not finished, and when the oldest of them came."""
        query = sa.select(sa.func.count(), sa.func.min(inbox.c.received_at)).where(inbox.c.finished_at.is_(None))
        with self._reading.connect() as tx:
            count, oldest = tx.execute(query).one()
        return count, oldest


def _queued(tx: sa.Connection, state: str) -> list[Queued]:
    """The state is said as the indexes of open rows say it."""
    columns = (outbox.c.lane, sa.func.count(), sa.func.min(outbox.c.not_before))
    query = sa.select(*columns).where(sa.text(f"outbox.state = '{state}'")).group_by(outbox.c.lane)
    return [Queued(state, LANES[lane], count, oldest) for lane, count, oldest in tx.execute(query)]


def _hour(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H").replace(tzinfo=UTC)
