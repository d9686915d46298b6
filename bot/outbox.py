"""Deliveries -> rows that survive a crash -> deliveries to be sent now, and what their outcome leads to.

    enqueue | claim | (someone sends) | settle

Written down before it is sent, and settled in one transaction afterwards: a crash between the two sends at most that
one message again, and loses none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from bot.parcels import pack, unpack
from bot.tables import chats, cursors, offers, outbox, questions, subscriptions
from bot.types import Delivery, Gone, Lane, Later, Moved, Outcome, Rejected, Sent, Unclear
from retrieval import reads_only

LANES = (Lane.ANSWER, Lane.ALERT)  # in the order of urgency; a row holds the place in this tuple
MAX_TRIES = 300  # with waits of at most BACKOFF_CAP that is a day, as long as Telegram itself keeps an update for us
BACKOFF_CAP = 300.0  # seconds
UNCLEAR_WAIT = 2.0  # seconds before the one resend after a lost reply
KEYS_AT_ONCE = 500  # SQLite takes 32766 parameters in a statement, older ones 999
PLANNER = "alerts"

State = Literal["ready", "done", "dead", "unknown"]


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a row. `wait`: seconds until it may be sent again, for a ready one."""

    state: State
    reason: str | None = None
    wait: float = 0.0
    tries: int = 0
    unclear: int = 0


@dataclass(frozen=True, slots=True)
class Room:
    """How much may be claimed: at most `limit` rows, `alerts` of them alerts."""

    limit: int
    alerts: int
    busy: frozenset[int] = frozenset()  # chats that take nothing now
    resting: frozenset[int] = frozenset()  # chats that take answers now, but no alerts


def next_step(outcome: Outcome, tries: int, unclear: int) -> Step:
    """Decides; `tries` and `unclear` are what the row had before this outcome."""
    match outcome:
        case Sent():
            return Step("done", None, 0.0, tries + 1, unclear)
        case Later(seconds, reason, flood=True):  # Telegram's own wish, however often: not the message's fault
            return Step("ready", reason, seconds, tries, unclear)
        case Later(seconds, reason):
            if tries + 1 >= MAX_TRIES:
                return Step("dead", reason, 0.0, tries + 1, unclear)
            return Step("ready", reason, min(BACKOFF_CAP, seconds * 2 ** min(tries, 20)), tries + 1, unclear)
        case Unclear(reason):
            state: State = "unknown" if unclear else "ready"
            return Step(state, reason, UNCLEAR_WAIT, tries + 1, unclear + 1)
        case Moved():
            return Step("ready", None, 0.0, tries, unclear)
        case Gone(reason) | Rejected(reason):
            return Step("dead", reason, 0.0, tries + 1, unclear)


def utc_now() -> datetime:
    """The clock of production."""
    return datetime.now(UTC)


class Outbox:
    """Sync, safe to call from several threads. `clock` stamps rows; the decisions take their own `now`."""

    def __init__(self, engine: sa.Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._reading = reads_only(engine)
        self._clock = clock

    def cursor(self) -> int:
        """The number of the last change of the corpus that alerts were planned for; 0 at first."""
        with self._reading.connect() as tx:
            return tx.execute(sa.select(cursors.c.value).where(cursors.c.name == PLANNER)).scalar() or 0

    def enqueue(self, deliveries: Sequence[Delivery], cursor: int) -> None:
        """One transaction: the new rows, and how far the planner came. A key seen before is dropped silently."""
        with self._engine.begin() as tx:
            self._insert(tx, deliveries)
            if not tx.execute(sa.update(cursors).where(cursors.c.name == PLANNER).values(value=cursor)).rowcount:
                tx.execute(sa.insert(cursors).values(name=PLANNER, value=cursor))

    def claim(self, now: datetime, room: Room, lease_seconds: float) -> list[Delivery]:
        """The rows that may go now, as many as there is room for, marked as being sent until the lease ends.

        Answers before alerts, oldest first, one per chat: within a chat a later message never overtakes an earlier one
        of its lane.
        """
        with self._engine.begin() as tx:
            chosen = _one_per_chat(tx.execute(_claimable(now, room)).all(), room)
            if chosen:
                lease = now + timedelta(seconds=lease_seconds)
                ids = [row.id for row in chosen]
                tx.execute(sa.update(outbox).where(outbox.c.id.in_(ids)).values(state="sending", lease_until=lease))
        return [_delivery(row) for row in chosen]

    def settle(self, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """Writes down what became of a claimed delivery, in one transaction."""
        with self._engine.begin() as tx:
            counts = sa.select(outbox.c.tries, outbox.c.unclear)
            row = tx.execute(counts.where(outbox.c.id == delivery.id, outbox.c.finished_at.is_(None))).first()
            if row is None:  # a merged chat took it along, or it was settled before
                return
            step = next_step(outcome, row.tries, row.unclear)
            tx.execute(sa.update(outbox).where(outbox.c.id == delivery.id).values(_columns(step, now)))
            match outcome:
                case Gone():
                    _mark_gone(tx, delivery.chat_id, now)
                case Moved(new_id):
                    move_chat(tx, delivery.chat_id, new_id)

    def reclaim(self, now: datetime) -> int:
        """At start: what a dead process was sending is ready again. Returns how many rows that were."""
        with self._engine.begin() as tx:
            sending = sa.update(outbox).where(outbox.c.state == "sending", outbox.c.finished_at.is_(None))
            return tx.execute(sending.values(state="ready", lease_until=None, not_before=now)).rowcount

    def counts(self) -> dict[str, int]:
        """How many rows are in each state that occurs."""
        with self._reading.connect() as tx:
            rows = tx.execute(sa.select(outbox.c.state, sa.func.count().label("rows")).group_by(outbox.c.state))
            return {row.state: row.rows for row in rows}

    def next_due(self, after: datetime) -> datetime | None:
        """The next time after that one at which a row becomes due; None when there is none."""
        with self._reading.connect() as tx:
            ready = (outbox.c.finished_at.is_(None), outbox.c.state == "ready", outbox.c.not_before > after)
            due: datetime | None = tx.execute(sa.select(sa.func.min(outbox.c.not_before)).where(*ready)).scalar()
            return due

    def _insert(self, tx: sa.Connection, deliveries: Iterable[Delivery]) -> None:
        now = self._clock()
        unique = {delivery.key: delivery for delivery in deliveries}
        for start in range(0, len(unique), KEYS_AT_ONCE):
            keys = list(unique)[start : start + KEYS_AT_ONCE]
            known = set(tx.execute(sa.select(outbox.c.key).where(outbox.c.key.in_(keys))).scalars())
            rows = [_row(unique[key], now) for key in keys if key not in known]
            if rows:
                tx.execute(sa.insert(outbox), rows)


def move_chat(tx: sa.Connection, old: int, new: int) -> None:
    """Rewrites a chat's number wherever it stands. Where both numbers hold the same thing, one is left.

    An alert's key ends in the chat's number, and goes along: else a moved group would get an article again. The numbers
    of messages do not: the moved group counts its own.
    """
    chosen = tx.execute(sa.select(chats.c.language).where(chats.c.chat_id == old)).scalar()
    if chosen and tx.execute(sa.update(chats).where(chats.c.chat_id == new).values(language=chosen)).rowcount:
        tx.execute(sa.delete(chats).where(chats.c.chat_id == old))
    tx.execute(sa.update(chats).where(chats.c.chat_id == old).values(chat_id=new))
    both = sa.select(subscriptions.c.feed).where(subscriptions.c.chat_id == new)
    tx.execute(sa.delete(subscriptions).where(subscriptions.c.chat_id == old, subscriptions.c.feed.in_(both)))
    tx.execute(sa.update(subscriptions).where(subscriptions.c.chat_id == old).values(chat_id=new))
    tx.execute(sa.update(questions).where(questions.c.chat_id == old).values(chat_id=new))
    tx.execute(sa.delete(offers).where(offers.c.chat_id == old))  # a "yes" after the move asks anew
    for row in tx.execute(sa.select(outbox.c.id, outbox.c.key, outbox.c.lane).where(outbox.c.chat_id == old)).all():
        key = f"{row.key.removesuffix(str(old))}{new}" if LANES[row.lane] is Lane.ALERT else row.key
        taken = tx.execute(sa.select(outbox.c.id).where(outbox.c.key == key, outbox.c.id != row.id)).first()
        if taken:
            tx.execute(sa.delete(outbox).where(outbox.c.id == row.id))
        else:
            tx.execute(sa.update(outbox).where(outbox.c.id == row.id).values(chat_id=new, key=key, reply_to=None))


def _claimable(now: datetime, room: Room) -> sa.Select[Any]:
    earlier = outbox.alias("earlier")
    overtakes = sa.exists().where(
        earlier.c.finished_at.is_(None),
        earlier.c.chat_id == outbox.c.chat_id,
        earlier.c.lane == outbox.c.lane,
        earlier.c.id < outbox.c.id,
    )
    due = sa.and_(outbox.c.state == "ready", outbox.c.not_before <= now)
    abandoned = sa.and_(outbox.c.state == "sending", outbox.c.lease_until <= now)
    rests = sa.and_(outbox.c.lane == LANES.index(Lane.ALERT), outbox.c.chat_id.in_(room.resting))
    wanted = sa.select(outbox).where(outbox.c.finished_at.is_(None), sa.or_(due, abandoned), ~overtakes)
    wanted = wanted.where(outbox.c.chat_id.not_in(room.busy), ~rests)
    # A chat has at most one first row in each lane, so twice the limit is enough to choose from.
    return wanted.order_by(outbox.c.lane, outbox.c.id).limit(2 * room.limit)


def _one_per_chat(rows: Sequence[sa.Row[Any]], room: Room) -> list[sa.Row[Any]]:
    chosen: dict[int, sa.Row[Any]] = {}
    alerts = room.alerts
    for row in rows:
        is_alert = LANES[row.lane] is Lane.ALERT
        if len(chosen) == room.limit or (is_alert and alerts <= 0):
            break
        if row.chat_id not in chosen:
            chosen[row.chat_id] = row
            alerts -= is_alert
    return list(chosen.values())


def _mark_gone(tx: sa.Connection, chat_id: int, now: datetime) -> None:
    """The subscriptions stay, in case they come back; the alerts that wait would only be refused one by one."""
    tx.execute(sa.update(chats).where(chats.c.chat_id == chat_id).values(active=False))
    waiting = (outbox.c.chat_id == chat_id, outbox.c.lane == LANES.index(Lane.ALERT), outbox.c.state == "ready")
    tx.execute(sa.update(outbox).where(*waiting).values(_columns(Step("dead", "chat gone"), now, counted=False)))


def _columns(step: Step, now: datetime, *, counted: bool = True) -> dict[str, Any]:
    columns: dict[str, Any] = {"state": step.state, "reason": step.reason, "lease_until": None}
    if counted:
        columns |= {"tries": step.tries, "unclear": step.unclear}
    if step.state == "ready":
        return columns | {"not_before": now + timedelta(seconds=step.wait)}
    return columns | {"finished_at": now, "content": ""}


def _row(delivery: Delivery, now: datetime) -> dict[str, Any]:
    return {
        "key": delivery.key,
        "lane": LANES.index(delivery.lane),
        "chat_id": delivery.chat_id,
        "content": pack(delivery.content),
        "reply_to": delivery.reply_to,
        "thread_id": delivery.thread_id,
        "state": "ready",
        "tries": 0,
        "unclear": 0,
        "not_before": now,
    }


def _delivery(row: sa.Row[Any]) -> Delivery:
    lane = LANES[row.lane]
    return Delivery(
        row.key, lane, row.chat_id, unpack(row.content), row.reply_to, row.thread_id, id=row.id, tries=row.tries
    )
