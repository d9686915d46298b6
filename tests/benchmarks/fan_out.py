"""One article, and a million subscriptions of its feed -> the outbox filled, and how long it takes to empty.

python -m tests.benchmarks.fan_out [--subscriptions 1000000]

Planned by the real planner into a real database: chats' numbers are scattered, as Telegram's are. The time of delivery
is simulated with the real pace, a round trip of 0.12 s each; what the outbox itself can do in a second is measured.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import tempfile
import time
from collections import deque
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from bot.alerting.planning import Planner
from bot.app import collect_seldom
from bot.outgoing.delivery import LEASE_SECONDS
from bot.outgoing.outbox import _claimable
from bot.outgoing.rates import FREE, PAID, Rates
from bot.outgoing.steps import Room
from bot.outgoing.types import Delivery, Lane, Outcome, Sent
from bot.store import BotStore, open_store
from bot.types import Message
from retrieval import Article
from tests.fakes import NOON, FakeWire
from tests.simulated import ROUND_TRIP, SimulatedDrain

FEED = "https://news.example/feed"
TOPICS, MATCHING = 100_000, 1_000
SPREAD, PRIME = 618_033_989, 1_000_003_321  # chats' numbers are multiples of the one modulo the other: in no order
ROOM = Room(limit=8, alerts=6)
CLAIMS = 50
MINUTE = 60.0


def fill(folder: Path, rows: int, kind: str, subject: str) -> None:
    """Chats and their subscriptions, by SQL alone. `subject` is an expression in `n`, the subscription's number."""
    numbers = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)"
    chat = f"n * {SPREAD} % {PRIME}"
    with closing(sqlite3.connect(folder / "bot.db")) as db, db:
        db.execute(
            f"INSERT INTO chats (chat_id, language, kind, active) {numbers} "  # noqa: S608 - our own words
            f"SELECT {chat}, 'en', 'private', 1 FROM numbers",
            (rows,),
        )
        db.execute(
            'INSERT INTO subscriptions (chat_id, kind, subject, title, since, "after", muted, rhythm, minute, '  # noqa: S608
            f"weekday, silent, matching, must, must_not, shift, \"by\") {numbers} SELECT {chat}, '{kind}', {subject}, "
            "'News', '2026-05-04 12:00:00.000000', 0, 0, 'instant', 480, 0, 0, 'balanced', '[]', '[]', 0, 0 "
            "FROM numbers",
            (rows,),
        )
        db.execute("INSERT INTO interests SELECT id, 'en', NULL, '' FROM subscriptions WHERE kind = 'topic'")


def resident() -> float:
    """MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def most_resident() -> float:
    """MB, ever."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def report_planning(store: BotStore, wire: FakeWire) -> None:
    before, begun, used = resident(), time.monotonic(), time.process_time()
    queued = Planner(wire, store, lambda: NOON).run()
    wall, cpu, grown = time.monotonic() - begun, time.process_time() - used, most_resident() - before
    with store._engine.connect() as tx:
        rows, keys = tx.execute(sa.text("SELECT count(*), count(DISTINCT chat_id) FROM outbox")).one()
    print(f"planned {queued:,} in {wall:.1f} s ({cpu:.1f} s of CPU); {rows:,} rows of {keys:,} chats; +{grown:.0f} MB")


def report_claims(store: BotStore, what: str) -> None:
    """Each claim is undone, so that every one finds the same outbox."""
    took = []
    for _ in range(CLAIMS):
        begun = time.perf_counter()
        claimed = store.claim(NOON, ROOM, LEASE_SECONDS)
        took.append((time.perf_counter() - begun) * 1e3)
        store.reclaim(NOON)
    due = time.perf_counter()
    store.next_due()
    looked = (time.perf_counter() - due) * 1e3
    print(f"a claim of {len(claimed)} from {what}: median {median(took):.1f} ms, most {max(took):.1f} ms; "
          f"next_due {looked:.2f} ms")  # fmt: skip


def report_plans(store: BotStore) -> None:
    with store._engine.connect() as tx:
        compiled = _claimable(ROOM).compile(store._engine, compile_kwargs={"literal_binds": True})
        for row in tx.execute(sa.text(f"EXPLAIN QUERY PLAN {compiled}")):
            print(f"  {row.detail}")


def report_throughput(store: BotStore, seconds: float = 5.0) -> None:
    """The outbox alone, one message after the other, as if Telegram answered at once."""
    sent, begun = 0, time.monotonic()
    while time.monotonic() - begun < seconds:
        for delivery in store.claim(NOON, ROOM, LEASE_SECONDS):
            sent += 1
            store.settle(delivery, Sent(sent), NOON)
    print(f"claimed and settled {sent / seconds:.0f} a second, one after the other")


def hold_all(store: BotStore) -> None:
    """As quiet hours do."""
    with store._engine.begin() as tx:
        later = (NOON + timedelta(hours=9)).replace(tzinfo=None)
        tx.execute(sa.text("UPDATE outbox SET state = 'waiting', lane = 2, not_before = :later"), {"later": later})


class Crowd:
    """A queue of one alert for each chat, and of answers, which are put in while it empties. In memory."""

    def __init__(self, alerts: int) -> None:
        self.left = alerts
        self.answers: deque[float] = deque()
        self.waited: list[float] = []
        self._chats = 0

    def claim(self, now: datetime, room: Room, lease_seconds: float) -> list[Delivery]:
        at = (now - NOON).total_seconds()
        answers = [self._chat(Lane.ANSWER) for _ in range(min(room.limit, len(self.answers)))]
        self.waited += [at - self.answers.popleft() for _ in answers]
        count = min(self.left, room.alerts, room.limit - len(answers))
        self.left -= max(0, count)
        return answers + [self._chat(Lane.ALERT) for _ in range(count)]

    def settle(self, delivery: Delivery, outcome: Outcome, now: datetime) -> None: ...

    def next_due(self) -> datetime | None:
        return None

    def _chat(self, lane: Lane) -> Delivery:
        self._chats += 1
        return Delivery("", lane, self._chats, Message(""))


def delivered(alerts: int, rates: Rates, answers: int) -> tuple[float, list[float]]:
    """Seconds until the last alert of so many is sent, and how long each of so many answers a second waited."""
    crowd = Crowd(alerts)
    drain = SimulatedDrain(crowd, lambda _, __: (Sent(1), ROUND_TRIP), rates)

    def ask() -> None:
        crowd.answers.append(drain.seconds)
        if crowd.left:
            drain.plan(drain.seconds + 1 / answers, ask)

    if answers:
        drain.plan(0.0, ask)
    drain.run()
    return drain.seconds, crowd.waited


def report_delivery(alerts: int, simulated: int) -> None:
    """Nothing changes while it goes on, so a part tells the whole."""
    few = min(alerts, simulated)
    for name, rates in (("free", FREE), ("paid", PAID), ("paid, window of 160", replace(PAID, window=160))):
        for answers in (0, 5):
            seconds, waited = delivered(few, rates, answers)
            hours, minutes = divmod(round(seconds * alerts / few / MINUTE), 60)
            late = f"; an answer waits at most {max(waited):.2f} s" if waited else ""
            print(f"{name}, {answers} answers a second: {few / seconds:.1f} a second, {hours} h {minutes:02} min{late}")


def in_folder(measure: Callable[[Path, BotStore], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder), lambda: NOON)
        measure(Path(folder), store)
        store.close()


def one_feed(rows: int) -> Callable[[Path, BotStore], None]:
    def measure(folder: Path, store: BotStore) -> None:
        fill(folder, rows, "feed", f"'{FEED}'")
        wire = FakeWire()
        wire.add(Article("ferry", "The ferry sails again", "The ferry sails on Monday."))
        wire.list_in(FEED, "ferry")
        report_planning(store, wire)
        report_claims(store, f"{rows:,} ready rows")
        report_plans(store)
        report_throughput(store)
        hold_all(store)
        report_claims(store, f"{rows:,} waiting rows")

    return measure


def topics(folder: Path, store: BotStore) -> None:
    fill(folder, TOPICS, "topic", f"CASE WHEN n % {TOPICS // MATCHING} = 0 THEN 'ferry' ELSE 'bakery number ' || n END")
    wire = FakeWire()
    wire.add(Article("ferry", "The ferry sails again", "The ferry sails on Monday."))
    print(f"{TOPICS:,} topics, {MATCHING:,} of which match:")
    report_planning(store, wire)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.fan_out")
    parser.add_argument("--subscriptions", type=int, default=1_000_000)
    parser.add_argument("--simulated", type=int, default=20_000, help="alerts whose delivery is simulated")
    arguments = parser.parse_args()
    collect_seldom()  # as the bot does
    in_folder(one_feed(arguments.subscriptions))
    in_folder(topics)
    report_delivery(arguments.subscriptions, arguments.simulated)


if __name__ == "__main__":
    main()
