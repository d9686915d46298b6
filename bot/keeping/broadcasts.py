"""Messages of whoever runs the bot to everybody -> rows, and back. Sync, safe to call from several threads.

    drafted -> spreading (along the chats' numbers) -> catching (those whose number changed) -> spread | stopping
            -> told (to whoever sent it) -> over (its rows are let go)

Each step is one transaction, and finds where the last one ended: whenever a process dies, the next goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from bot.outgoing.rows import row_of
from bot.outgoing.types import Delivery
from bot.tables import broadcasts, chats, outbox, people
from bot.types import TERMINAL_CHAT, Hours
from retrieval import reads_only

Audience = Literal["people", "everybody"]
State = Literal["drafted", "spreading", "catching", "spread", "stopping", "told", "over"]
UNDER_WAY = ("spreading", "catching", "spread")
OPEN = (*UNDER_WAY, "stopping", "told")


@dataclass(frozen=True, slots=True)
class Broadcast:
    """`audience`: people alone, or groups as well. `planned` and `reached` count chats, once it is told."""

    id: int
    text: str
    by: int
    created_at: datetime
    audience: Audience
    state: State
    after: int | None
    planned: int | None
    reached: int | None


@dataclass(frozen=True, slots=True)
class Circle:
    """Whom a bot that is not for everybody is for. `invited`: also whoever came by an invite link."""

    named: frozenset[int]
    invited: bool = False


class Listener(NamedTuple):
    """A chat that a broadcast goes to."""

    chat_id: int
    hours: Hours


class Broadcasts:
    """`circle` is None where the bot is for everybody. Channels are never written to, nor whoever is away, paused, mute
    or banned.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reads_only(engine)

    def draft(self, text: str, by: int, now: datetime) -> int:
        """Its number. Nothing is sent before `begin`."""
        with self._engine.begin() as tx:
            fresh = sa.insert(broadcasts).values(text=text, by=by, created_at=now, state="drafted")
            key = tx.execute(fresh).inserted_primary_key
        return int(key[0]) if key else 0

    def find(self, number: int) -> Broadcast | None:
        return next(iter(self._those(broadcasts.c.id == number)), None)

    def latest(self) -> Broadcast | None:
        """The newest that was begun."""
        return next(reversed(self._those(broadcasts.c.state != "drafted")), None)

    def open(self) -> list[Broadcast]:
        """Those that there is something left to do for, oldest first."""
        return self._those(broadcasts.c.state.in_(OPEN))

    def begin(self, number: int, audience: Audience, since: datetime) -> bool:
        """False when it is no draft any more, or one that is older."""
        fresh = (broadcasts.c.state == "drafted", broadcasts.c.created_at >= since)
        with self._engine.begin() as tx:
            begun = sa.update(broadcasts).where(broadcasts.c.id == number, *fresh)
            return tx.execute(begun.values(state="spreading", audience=audience)).rowcount > 0

    def drop_drafts(self, before: datetime, number: int = 0) -> None:
        """The draft with that number, and those that are older."""
        which = sa.or_(broadcasts.c.id == number, broadcasts.c.created_at < before)
        with self._engine.begin() as tx:
            tx.execute(sa.delete(broadcasts).where(broadcasts.c.state == "drafted", which))

    def stop(self) -> int:
        """What is not on its way yet is not sent; how many broadcasts that ends."""
        with self._engine.begin() as tx:
            running = sa.update(broadcasts).where(broadcasts.c.state.in_(UNDER_WAY))
            return tx.execute(running.values(state="stopping")).rowcount

    # -- whom it goes to

    def count(self, now: datetime, circle: Circle | None) -> tuple[int, int]:
        """How many people and how many groups would get one now."""
        query = sa.select(chats.c.kind, sa.func.count()).where(*_reached("everybody", now, circle))
        with self._reading.connect() as tx:
            found = {row.kind: row[1] for row in tx.execute(query.group_by(chats.c.kind))}
        return found.get("private", 0), found.get("group", 0)

    def listeners(self, broadcast: Broadcast, limit: int, now: datetime, circle: Circle | None) -> list[Listener]:
        """The next that it was not queued for: along their numbers while it spreads, any afterwards."""
        columns = (chats.c.chat_id, chats.c.zone, chats.c.quiet_from, chats.c.quiet_to)
        key = sa.literal(f"b:{broadcast.id}:") + sa.cast(chats.c.chat_id, sa.Text)
        query = sa.select(*columns).where(*_reached(broadcast.audience, now, circle))
        query = query.where(~sa.exists().where(outbox.c.key == key)).order_by(chats.c.chat_id).limit(limit)
        if broadcast.state == "spreading" and broadcast.after is not None:
            query = query.where(chats.c.chat_id > broadcast.after)
        with self._reading.connect() as tx:
            return [Listener(row.chat_id, _hours(row)) for row in tx.execute(query)]

    # -- steps, each of them one transaction

    def queue(self, broadcast: Broadcast, deliveries: Sequence[Delivery], now: datetime) -> bool:
        """The next page, in the chats' order. False when the broadcast was stopped meanwhile: nothing is queued."""
        rows = [row_of(delivery, now) for delivery in deliveries]
        with self._engine.begin() as tx:
            if not _set(tx, broadcast, after=deliveries[-1].chat_id):
                return False
            tx.execute(sqlite.insert(outbox).on_conflict_do_nothing(index_elements=["key"]), rows)
        return True

    def advance(self, broadcast: Broadcast, state: State) -> None:
        """It is in the next state, unless it was stopped meanwhile."""
        with self._engine.begin() as tx:
            _set(tx, broadcast, state=state)

    def withdraw(self, number: int, limit: int, now: datetime) -> int:
        """Of what waits to be sent, so much is not sent; how much that was."""
        ended = {"state": "dead", "reason": "stopped", "finished_at": now, "content": ""}
        waits = sa.select(outbox.c.id).where(*_rows(number), outbox.c.state.in_(("ready", "waiting"))).limit(limit)
        with self._engine.begin() as tx:
            return tx.execute(sa.update(outbox).where(outbox.c.id.in_(waits)).values(ended)).rowcount

    def unsettled(self, number: int, last: int | None = None) -> int | None:
        """The row of a message that is not settled yet, if there is one; `last`: which it was the last time, so that
        as a rule one row is looked at.
        """
        unfinished = sa.select(outbox.c.id).where(outbox.c.finished_at.is_(None)).limit(1)
        with self._reading.connect() as tx:
            still = last is not None and tx.execute(unfinished.where(outbox.c.id == last)).first()
            return last if still else tx.execute(unfinished.where(*_rows(number))).scalar()

    def counts(self, number: int) -> tuple[int, int]:
        """How many chats it was queued for, and how many of them got it."""
        arrived = sa.func.count().filter(outbox.c.state == "done")
        with self._reading.connect() as tx:
            planned, reached = tx.execute(sa.select(sa.func.count(), arrived).where(*_rows(number))).one()
        return planned, reached

    def tell(self, broadcast: Broadcast, counts: tuple[int, int], report: Iterable[Delivery], now: datetime) -> None:
        """It is over for whoever sent it, who is told now."""
        planned, reached = counts
        with self._engine.begin() as tx:
            if _set(tx, broadcast, state="told", planned=planned, reached=reached):
                for delivery in report:
                    tx.execute(sa.insert(outbox).values(row_of(delivery, now)))

    def sweep(self, number: int, limit: int) -> int:
        """Lets so many of its rows go: nothing will look for them again. How many there were."""
        some = sa.select(outbox.c.id).where(*_rows(number)).limit(limit)
        with self._engine.begin() as tx:
            return tx.execute(sa.delete(outbox).where(outbox.c.id.in_(some))).rowcount

    def _those(self, condition: sa.ColumnElement[bool]) -> list[Broadcast]:
        with self._reading.connect() as tx:
            rows = tx.execute(sa.select(broadcasts).where(condition).order_by(broadcasts.c.id)).all()
        return [Broadcast(**row._mapping) for row in rows]


def broadcast_key(number: int, chat_id: int) -> str:
    """Of its message to a chat; it ends in the chat's number, as an alert's does, and goes along when a group moves."""
    return f"b:{number}:{chat_id}"


def _set(tx: sa.Connection, broadcast: Broadcast, **values: Any) -> bool:
    """Whether it was still in the state that it was read in."""
    same = sa.update(broadcasts).where(broadcasts.c.id == broadcast.id, broadcasts.c.state == broadcast.state)
    return tx.execute(same.values(values)).rowcount > 0


def _rows(number: int) -> tuple[sa.ColumnElement[bool], ...]:
    return outbox.c.key >= f"b:{number}:", outbox.c.key < f"b:{number};"


def _reached(audience: Audience, now: datetime, circle: Circle | None) -> list[sa.ColumnElement[bool]]:
    kinds = ("private",) if audience == "people" else ("private", "group")
    banned = sa.select(people.c.user_id).where(people.c.banned_at.is_not(None))
    reached = [
        chats.c.kind.in_(kinds), chats.c.active.is_(True), chats.c.paused.is_(False), chats.c.chat_id != TERMINAL_CHAT,
        sa.or_(chats.c.muted_until.is_(None), chats.c.muted_until <= now), chats.c.chat_id.not_in(banned),
    ]  # fmt: skip
    if circle is None:
        return reached
    admitted = sa.select(people.c.user_id).where(people.c.admitted_at.is_not(None))
    invited = chats.c.chat_id.in_(admitted) if circle.invited else sa.false()
    return [*reached, sa.or_(chats.c.chat_id.in_(circle.named), invited)]


def _hours(row: Any) -> Hours:
    quiet = None if row.quiet_from is None or row.quiet_to is None else (row.quiet_from, row.quiet_to)
    return Hours(row.zone, quiet)
