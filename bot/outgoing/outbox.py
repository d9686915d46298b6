"""Deliveries -> rows that survive a crash -> deliveries to be sent now, and what their outcome leads to.

    enqueue | claim, gathering what goes together | (someone sends) | settle

Written down before it is sent, and settled in one transaction afterwards: a crash between the two sends at most that
one message again, and loses none. A row waits until it is due, is ready, is being sent, and is finished.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from bot.outgoing.cursors import set_cursors
from bot.outgoing.moving import move_chat
from bot.outgoing.parcels import unpack
from bot.outgoing.rows import columns_of, delivery_of, row_of, told_of, upsert
from bot.outgoing.steps import AWAY, LANES, Room, Step, next_step
from bot.outgoing.types import Alert, Delivery, Gone, Lane, Moved, Outcome, Sent, Stray, Told
from bot.tables import chats, cursors, outbox, subscriptions
from retrieval import reads_only, together, unhurried

PLANNED = "alerts"  # the cursor of the log's last change that alerts were planned for
GROUPED_ABOVE = 5  # so many alerts at once come one by one, more as one message
GATHERED = 200  # alerts in one message at most
PROMOTED = 500  # rows that become ready at a time: a million that are due at seven must not hold up a question's answer
AT_ONCE = 500  # keys in one IN (...): SQLite takes 32,766, older ones 999; a short statement is parsed faster

Key = TypeVar("Key", int, str)
_READY, _WAITING, _SENDING = (sa.text(f"outbox.state = '{s}'") for s in ("ready", "waiting", "sending"))  # as indexed


def utc_now() -> datetime:
    """The clock of production."""
    return datetime.now(UTC)


class Outbox:
    """Sync, safe to call from several threads. `clock` stamps rows; the decisions take their own `now`."""

    def __init__(self, engine: sa.Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._reading = reads_only(engine)
        self._unhurried = unhurried(engine)
        self._clock = clock

    def places(self) -> dict[str, int]:
        """The planner's cursors, by name."""
        with self._reading.connect() as tx:
            return {row.name: row.value for row in tx.execute(sa.select(cursors))}

    def cursor(self) -> int:
        """The number of the last change of the corpus that alerts were planned for; 0 at first."""
        return self.places().get(PLANNED, 0)

    def enqueue(self, deliveries: Sequence[Delivery], places: Mapping[str, int], answered: Sequence[int] = ()) -> None:
        """One transaction: the new rows, how far the planner came, and the questions that are answered now.

        A key seen before is dropped silently, unless it waits and the new one is due sooner.
        """
        with self._engine.begin() as tx:
            self._insert(tx, deliveries)
            set_cursors(tx, places)
            if answered:
                tx.execute(sa.update(subscriptions).where(subscriptions.c.id.in_(answered)).values(muted=True))

    def told(self, keys: Sequence[str]) -> dict[str, Told]:
        """What became of the alerts with these keys; those that were never planned are left out."""
        columns = (outbox.c.key, outbox.c.content, outbox.c.state, outbox.c.message_id)
        found: dict[str, Told] = {}
        with self._reading.connect() as tx:
            for few in slices(keys):
                for row in tx.execute(sa.select(*columns).where(outbox.c.key.in_(few))):
                    found[row.key] = told_of(row)
        return found

    def sent_alerts(self, stories: Sequence[int], after: int, limit: int) -> list[tuple[int, Delivery]]:
        """(row, alert) of those about these stories that arrived by themselves, in order, after that row."""
        query = sa.select(outbox).where(outbox.c.id > after, outbox.c.message_id.is_not(None))
        query = query.order_by(outbox.c.id).limit(limit)
        with self._reading.connect() as tx:  # one story's rows are in order, several's would be sorted each time
            rows = [row for story in stories for row in tx.execute(query.where(outbox.c.story == story))]
        return [(row.id, delivery_of([row])) for row in sorted(rows, key=lambda row: int(row.id))[:limit]]

    def message_of(self, key: str) -> int | None:
        """The message that an alert arrived as; None while it has not, or when it was part of a digest."""
        with self._reading.connect() as tx:
            return tx.execute(sa.select(outbox.c.message_id).where(outbox.c.key == key)).scalar()

    def alert_at(self, chat_id: int, message_id: int) -> Alert | None:
        """What the message is about that an alert, or what came of it, arrived as; None for any other, a digest too."""
        arrived = outbox.c.chat_id == chat_id, outbox.c.message_id == message_id, outbox.c.content != ""
        rows = sa.select(outbox.c.content).where(*arrived).order_by(outbox.c.id.desc()).limit(1)
        with self._reading.connect() as tx:
            line = tx.execute(rows).scalar()
        content = unpack(line) if line else None
        return content if isinstance(content, Alert) else None

    def claim(self, now: datetime, room: Room, lease_seconds: float) -> list[Delivery]:
        """What may go now, as much as there is room for, marked as being sent until the lease ends.

        Answers before alerts before digests, oldest first, one message a chat: within a chat a later message never
        overtakes an earlier one of its lane. Alerts that go together are one delivery.
        """
        with self._reading.connect() as tx:  # as a rule there is nothing, and nobody need wait for a turn to write
            if not tx.execute(_is_any(now)).scalar():
                return []
        with self._unhurried.begin() as tx:
            _promote(tx, now)
            chosen = _one_per_chat(tx.execute(_claimable(room)).all(), room)
            gathered = [_gathered(tx, row, now) for row in chosen]
            ids = [row.id for rows in gathered for row in rows]
            if ids:
                lease = now + timedelta(seconds=lease_seconds)
                for few in slices(ids):
                    mark = sa.update(outbox).where(outbox.c.id.in_(few))
                    tx.execute(mark.values(state="sending", lease_until=lease))
        return [delivery_of(rows) for rows in gathered]

    def settle_all(self, settled: Sequence[tuple[Delivery, Outcome]], now: datetime) -> None:
        """The same of several, in one transaction."""
        with together(self._engine):
            for delivery, outcome in settled:
                self.settle(delivery, outcome, now)

    def settle(self, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """Writes down what became of a claimed delivery, in one transaction."""
        with self._engine.begin() as tx:
            counts = sa.select(outbox.c.id, outbox.c.tries, outbox.c.unclear)
            open_ones = outbox.c.id.in_(delivery.rows), outbox.c.finished_at.is_(None)
            rows = tx.execute(counts.where(*open_ones)).all()
            if not rows:  # a merged chat took it along, or it was settled before
                return
            step = next_step(outcome, max(row.tries for row in rows), max(row.unclear for row in rows))
            columns = columns_of(step, now, keep=delivery.lane is not Lane.ANSWER)
            if isinstance(outcome, Sent) and len(rows) == 1:
                columns["message_id"] = outcome.message_id
            tx.execute(sa.update(outbox).where(*open_ones).values(columns))
            self._follow_up(tx, delivery, outcome, now)

    def _follow_up(self, tx: sa.Connection, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        match outcome:
            case Gone(reason):
                _lay_aside(tx, [outbox.c.id.in_(delivery.rows)], now, f"{AWAY}: {reason}")
                self._leave(tx, delivery.chat_id, now)
            case Moved(new_id):
                move_chat(tx, delivery.chat_id, new_id)
            case Sent(_, strayed=True) if delivery.manner.thread_id is not None:
                self._insert(tx, _leave_topic(tx, delivery.chat_id, delivery.manner.thread_id))

    def reclaim(self, now: datetime) -> int:
        """At start: what a dead process was sending is ready again. Returns how many rows that were."""
        with self._engine.begin() as tx:
            sending = sa.update(outbox).where(_SENDING)
            return tx.execute(sending.values(state="ready", lease_until=None, not_before=now)).rowcount

    def counts(self) -> dict[str, int]:
        """How many rows are in each state that occurs."""
        with self._reading.connect() as tx:
            rows = tx.execute(sa.select(outbox.c.state, sa.func.count().label("rows")).group_by(outbox.c.state))
            return {row.state: row.rows for row in rows}

    def next_due(self) -> datetime | None:
        """When the next waiting row becomes due; None when there is none."""
        with self._reading.connect() as tx:
            due: datetime | None = tx.execute(sa.select(sa.func.min(outbox.c.not_before)).where(_WAITING)).scalar()
            return due

    def keyed_by_article(self, limit: int) -> list[tuple[int, str, int]]:
        """(row, article, chat) of alerts as an older bot wrote them: their keys are "a:<article>:<chat>"."""
        old = sa.select(outbox.c.id, outbox.c.key, outbox.c.chat_id)
        old = old.where(outbox.c.key >= "a:", outbox.c.key < "a;").order_by(outbox.c.id).limit(limit)
        with self._reading.connect() as tx:
            return [(row.id, row.key[2:].rpartition(":")[0], row.chat_id) for row in tx.execute(old)]

    def rekey(self, rows: Iterable[tuple[int, str, int]]) -> None:
        """(row, its new key, its story); one whose key is taken or empty keeps nothing but its number."""
        with self._engine.begin() as tx:
            for row, key, story in rows:
                taken = not key or tx.execute(sa.select(outbox.c.id).where(outbox.c.key == key)).first()
                fresh = {"key": f"old:{row}"} if taken else {"key": key, "story": story}
                tx.execute(sa.update(outbox).where(outbox.c.id == row).values(fresh))

    # -- a chat that is away or paused

    def hold_back(self, chat_id: int) -> None:
        """The alerts that wait for the chat are laid aside until it wants them."""
        with self._engine.begin() as tx:
            _lay_aside(tx, _waiting_for(chat_id), self._clock(), AWAY)

    def withdraw(self, chat_id: int, subscription_id: int) -> int | None:
        """Takes back what the chat was still to be told by a subscription. The log's number before the first of it, if
        there was any.
        """
        rows = sa.select(outbox.c.id, outbox.c.content).where(*_waiting_for(chat_id), outbox.c.story.is_not(None))
        with self._engine.begin() as tx:
            alerts = {row.id: alert for row in tx.execute(rows) if isinstance(alert := unpack(row.content), Alert)}
            ended = [row for row, alert in alerts.items() if alert.subscription == subscription_id]
            for few in slices(ended):
                tx.execute(sa.delete(outbox).where(outbox.c.id.in_(few)))
        return min((alerts[row].change - 1 for row in ended), default=None)

    def missed(self, chat_id: int) -> int:
        """How many alerts lie aside for the chat."""
        with self._reading.connect() as tx:
            return tx.execute(sa.select(sa.func.count()).where(*_laid_aside(chat_id))).scalar() or 0

    def catch_up(self, chat_id: int, now: datetime) -> int:
        """What lies aside is ready again, as one digest; how many alerts that are."""
        fresh = {"state": "ready", "lane": LANES.index(Lane.DIGEST), "finished_at": None, "not_before": now}
        with self._engine.begin() as tx:
            again = sa.update(outbox).where(*_laid_aside(chat_id))
            return tx.execute(again.values(fresh | {"reason": None, "tries": 0, "unclear": 0})).rowcount

    def waiting(self, chat_id: int) -> int:
        """How many alerts are under way to the chat."""
        theirs = (outbox.c.chat_id == chat_id, outbox.c.finished_at.is_(None), outbox.c.story.is_not(None))
        with self._reading.connect() as tx:
            return tx.execute(sa.select(sa.func.count()).where(*theirs)).scalar() or 0

    def skip(self, chat_id: int) -> None:
        """What lies aside is let go; its stories are not told again."""
        with self._engine.begin() as tx:
            tx.execute(sa.update(outbox).where(*_laid_aside(chat_id)).values(reason="skipped"))

    # -- steps

    def _leave(self, tx: sa.Connection, chat_id: int, now: datetime) -> None:
        """Nobody is there. Subscriptions stay, in case they come back; what waits would only be refused one by one."""
        planned = sa.select(cursors.c.value).where(cursors.c.name == PLANNED).scalar_subquery()
        away = sa.func.coalesce(chats.c.away_from, planned, 0)
        tx.execute(sa.update(chats).where(chats.c.chat_id == chat_id).values(active=False, away_from=away))
        _lay_aside(tx, _waiting_for(chat_id), now, AWAY)

    def _insert(self, tx: sa.Connection, deliveries: Iterable[Delivery]) -> None:
        now = self._clock()
        rows = [row_of(delivery, now) for delivery in deliveries]
        if rows:
            statement, values = upsert(tx.dialect)
            tx.exec_driver_sql(statement, [values(row) for row in rows])


def _is_any(now: datetime) -> sa.Select[tuple[bool]]:
    due = (
        sa.and_(_WAITING, outbox.c.not_before <= now),
        sa.and_(_SENDING, outbox.c.lease_until <= now),
    )
    return sa.select(sa.or_(*(sa.select(outbox.c.id).where(which).exists() for which in (_READY, *due))))


def _promote(tx: sa.Connection, now: datetime) -> None:
    """What is due is ready, and what a lease has ended for, because its outcome could not be written down, is again."""
    due = sa.select(outbox.c.id).where(_WAITING, outbox.c.not_before <= now).order_by(outbox.c.not_before)
    tx.execute(sa.update(outbox).where(outbox.c.id.in_(due.limit(PROMOTED))).values(state="ready"))
    tx.execute(sa.update(outbox).where(_SENDING, outbox.c.lease_until <= now).values(state="ready", lease_until=None))


def _claimable(room: Room) -> sa.Select[Any]:
    earlier = outbox.alias("earlier")
    # A digest that waits for its time holds up no other; an alert that waits for its next try does.
    in_the_way = sa.or_(earlier.c.state != "waiting", earlier.c.lane < LANES.index(Lane.DIGEST))
    overtakes = sa.exists().where(
        earlier.c.finished_at.is_(None),
        earlier.c.chat_id == outbox.c.chat_id,
        earlier.c.lane == outbox.c.lane,
        earlier.c.id < outbox.c.id,
        in_the_way,
    )
    rests = sa.and_(outbox.c.lane > LANES.index(Lane.ANSWER), outbox.c.chat_id.in_(room.resting))
    wanted = sa.select(outbox).where(_READY, ~overtakes, outbox.c.chat_id.not_in(room.busy), ~rests)
    # A chat has at most one first row in each lane, so that many times the limit is enough to choose from.
    return wanted.order_by(outbox.c.lane, outbox.c.id).limit(len(LANES) * room.limit)


def _one_per_chat(rows: Sequence[sa.Row[Any]], room: Room) -> list[sa.Row[Any]]:
    chosen: dict[int, sa.Row[Any]] = {}
    alerts = room.alerts
    for row in rows:
        is_alert = LANES[row.lane] is not Lane.ANSWER
        if len(chosen) == room.limit or (is_alert and alerts <= 0):
            break
        if row.chat_id not in chosen:
            chosen[row.chat_id] = row
            alerts -= is_alert
    return list(chosen.values())


def _gathered(tx: sa.Connection, head: sa.Row[Any], now: datetime) -> list[sa.Row[Any]]:
    """The row and those that go with it: all of a digest, and alerts when they are too many to come one by one."""
    if head.story is None:
        return [head]
    thread = outbox.c.thread_id
    alike = (
        *_waiting_for(head.chat_id),
        outbox.c.lane == head.lane,
        thread.is_(None) if head.thread_id is None else thread == head.thread_id,
        outbox.c.not_before <= now,
        outbox.c.story.is_not(None),
    )
    rows = list(tx.execute(sa.select(outbox).where(*alike).order_by(outbox.c.id).limit(GATHERED)).all())
    together = LANES[head.lane] is Lane.DIGEST or len(rows) > GROUPED_ABOVE
    return rows if together else [head]


def _lay_aside(tx: sa.Connection, which: Sequence[sa.ColumnElement[bool]], now: datetime, reason: str) -> None:
    """Alerts only. They keep what they are about, so that they can be sent after all."""
    aside = columns_of(Step("dead", reason), now, keep=True, counted=False)
    alerts = outbox.c.lane > LANES.index(Lane.ANSWER)
    tx.execute(sa.update(outbox).where(alerts, *which).values(aside))


def _waiting_for(chat_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Not what is being sent: that has an outcome of its own."""
    return outbox.c.chat_id == chat_id, outbox.c.finished_at.is_(None), outbox.c.state.in_(("ready", "waiting"))


def _laid_aside(chat_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    state = (outbox.c.state == "dead", outbox.c.reason.like(f"{AWAY}%"))
    theirs = (outbox.c.chat_id == chat_id, outbox.c.finished_at.is_not(None), outbox.c.story.is_not(None))
    return (*theirs, *state)


def _leave_topic(tx: sa.Connection, chat_id: int, thread_id: int) -> Iterator[Delivery]:
    """A closed forum topic is written to no more; whoever asked for its alerts is told once."""
    followed = subscriptions.c.chat_id == chat_id, subscriptions.c.thread_id == thread_id
    people = set(tx.execute(sa.select(subscriptions.c.by).where(*followed)).scalars()) - {0}
    tx.execute(sa.update(subscriptions).where(*followed).values(thread_id=None))
    unsent = outbox.c.chat_id == chat_id, outbox.c.thread_id == thread_id, outbox.c.finished_at.is_(None)
    tx.execute(sa.update(outbox).where(*unsent).values(thread_id=None))
    for person in sorted(people):
        yield Delivery(f"t:{chat_id}:{thread_id}:{person}", Lane.ALERT, person, Stray(chat_id))


def slices(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    """As many at a time as a statement takes."""
    return (keys[at : at + AT_ONCE] for at in range(0, len(keys), AT_ONCE))
