"""A power cut at every commit of the outbox -> databases that cannot be opened, alerts lost, alerts that came twice.

python -m tests.benchmarks.power_loss [--chats 20] [--seed 0]

The planner and the drain run over a real SQLite file, with faults. At every commit the database's two files are copied
as a power cut may leave them, each copy is opened as a new start does, and everything is sent that is still to be sent.

What is taken for granted: a file that was synced keeps what it had then (`synchronous=FULL` syncs the log of each
commit before it returns, and the database before the log is begun anew). What was written since may be there or not,
each sector of 512 bytes for itself, may be zeros, or garbage; a file may end anywhere in it.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from bot.alerting.planning import Planner
from bot.outgoing.parcels import unpack
from bot.outgoing.rates import FREE
from bot.outgoing.steps import Room
from bot.outgoing.types import Alert, Delivery, Outcome
from bot.store import HEAD, MIGRATIONS, BotStore, open_store
from bot.types import Hours, Kind, Subscription
from retrieval import Article, StoreFailed, open_engine
from tests.fakes import NOON, FakeWire
from tests.simulated import SimulatedDrain, SimulatedTelegram

FEED = "https://news.example/feed"
SECTOR = 512
FRAME, HEADER = 4_096 + 24, 32  # of SQLite's write-ahead log
CHECKPOINT_PAGES = 40  # of the log until it is written back: often enough that cuts meet it
AT_ONCE = 8  # subscriptions of one page
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Disk:
    """The files of a database."""

    database: bytes
    log: bytes

    @classmethod
    def read(cls, folder: Path) -> Disk:
        log = folder / "bot.db-wal"
        return cls((folder / "bot.db").read_bytes(), log.read_bytes() if log.exists() else b"")

    def write(self, folder: Path) -> None:
        (folder / "bot.db").write_bytes(self.database)
        (folder / "bot.db-wal").write_bytes(self.log)


def cuts(before: Disk, after: Disk, chance: random.Random) -> Iterator[tuple[str, Disk]]:
    """How the disk may be left by a power cut during or right after the commit between the two."""
    yield "synced", after
    start, end = _changed(before.log, after.log)
    if end > start:
        middle = start + (end - start) // 2
        boundary = HEADER + (middle - HEADER) // FRAME * FRAME
        old = before.log.ljust(len(after.log), b"\0")
        yield "missing", Disk(before.database, before.log)
        yield "torn at a page", Disk(before.database, after.log[:boundary] + before.log[boundary:])
        yield "torn in a page", Disk(before.database, after.log[:middle] + before.log[middle:])
        yield "zeroed", Disk(before.database, after.log[:middle] + bytes(end - middle) + after.log[end:])
        yield "garbage", Disk(before.database, after.log[:middle] + chance.randbytes(end - middle) + after.log[end:])
        yield "sectors", Disk(before.database, _mixed(old, after.log, chance))
    if before.database != after.database:  # the log was written back, and the database not synced yet
        old = before.database.ljust(len(after.database), b"\0")
        yield "written back in part", Disk(_mixed(old, after.database, chance), after.log)
        yield "written back, torn", Disk(_garbled(old, after.database, chance), after.log)


def _changed(old: bytes, new: bytes) -> tuple[int, int]:
    """From the first byte to behind the last one that differ."""
    old = old.ljust(len(new), b"\0")
    sectors = [at for at in range(0, len(new), SECTOR) if old[at : at + SECTOR] != new[at : at + SECTOR]]
    if not sectors:
        return 0, 0
    return sectors[0], min(len(new), sectors[-1] + SECTOR)


def _mixed(old: bytes, new: bytes, chance: random.Random) -> bytes:
    """Each sector is the old or the new one; one at least is the old one."""
    places = [at for at in range(0, len(new), SECTOR) if old[at : at + SECTOR] != new[at : at + SECTOR]]
    kept = {chance.choice(places), *(at for at in places if chance.random() < 0.5)}
    mixed = bytearray(new)
    for at in kept:
        mixed[at : at + SECTOR] = old[at : at + SECTOR]
    return bytes(mixed)


def _garbled(old: bytes, new: bytes, chance: random.Random) -> bytes:
    """One sector that was being written is garbage."""
    places = [at for at in range(0, len(new), SECTOR) if old[at : at + SECTOR] != new[at : at + SECTOR]]
    at = chance.choice(places)
    return new[:at] + chance.randbytes(len(new[at : at + SECTOR])) + new[at + SECTOR :]


@dataclass
class Tally:
    """What was found over all images of one way to cut."""

    images: int = 0
    unreadable: int = 0
    damaged: int = 0  # opened, and SQLite finds its own structure broken
    lost: int = 0
    twice: int = 0  # though every reply was heard
    most_twice: int = 0  # of one image
    beyond: int = 0  # images of which more came twice than was being sent
    open_ends: int = 0  # rows that never came to an end


@dataclass
class Experiment:
    """The world outside the process, which no power cut changes: the articles, and Telegram."""

    chats: int
    stories: int = 3
    seed: int = 0
    wire: FakeWire = field(default_factory=FakeWire)
    tallies: dict[str, Tally] = field(default_factory=dict)
    commits: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        for n in range(self.stories):
            self.wire.add(Article(f"article {n}", f"Title {n}", "It happened. More is not known."))
            self.wire.list_in(FEED, f"article {n}")

    def telegram(self, *, unsteady: float) -> SimulatedTelegram:
        """One chat in ten has blocked the bot, one in ten is a group that moved."""
        telegram = SimulatedTelegram(self.seed, unsteady=unsteady)
        telegram.blocked = {n for n in range(1, self.chats + 1) if n % 10 == 1}
        telegram.moves = {-n: -1_000_000 - n for n in range(1, self.chats + 1) if n % 10 == 2}
        return telegram

    def people(self, store: BotStore) -> None:
        for n in range(1, self.chats + 1):
            chat_id = -n if n % 10 == 2 else n
            store.chat(chat_id, language="en", kind="group" if chat_id < 0 else "private")
            store.subscribe(Subscription(chat_id, Kind.FEED, FEED, "News", NOON))
            if n % 10 == 3:
                store.set_hours(chat_id, Hours(quiet=(11 * 60, 12 * 60 + 10)))  # ten minutes after the beginning

    def expected(self) -> set[tuple[int, str]]:
        chats = {-n if n % 10 == 2 else n for n in range(1, self.chats + 1) if n % 10 != 1}
        return {(chat_id, f"article {n}") for chat_id in chats for n in range(self.stories)}

    def run(self) -> None:
        """The one life that is cut off everywhere."""
        with tempfile.TemporaryDirectory() as folder:
            open_store(Path(folder)).close()
            telegram = self.telegram(unsteady=0.1)
            store = CutStore(Path(folder), self, telegram)
            self.people(store)
            store.begin()
            Planner(self.wire, store, store.drain, at_once=AT_ONCE).run()
            store.drain.run(end=DAY)
            store.close()
            arrived = {(each.chat_id, each.about) for each in telegram.arrived}
            assert arrived == self.expected(), "the run itself is to deliver everything"

    def cut(self, before: Disk, after: Disk, moment: Moment) -> None:
        self.commits[moment.what] += 1
        for name, disk in cuts(before, after, self.chance):
            self._recover(self.tallies.setdefault(name, Tally()), disk, moment)

    def _recover(self, tally: Tally, disk: Disk, moment: Moment) -> None:
        """A new start, until nothing is left to send."""
        tally.images += 1
        telegram = self.telegram(unsteady=0.0)
        with tempfile.TemporaryDirectory() as folder:
            disk.write(Path(folder))
            with closing(sqlite3.connect(Path(folder) / "bot.db")) as db:
                tally.damaged += db.execute("PRAGMA integrity_check").fetchone()[0] != "ok"
            try:
                store = open_store(Path(folder), lambda: drain())
            except StoreFailed:
                tally.unreadable += 1
                return
            drain = SimulatedDrain(store, telegram)
            drain.seconds = moment.seconds
            store.reclaim(drain())
            Planner(self.wire, store, drain, at_once=AT_ONCE).run()
            drain.run(end=DAY)
            tally.open_ends += sum(n for state, n in store.counts().items() if state not in ("done", "dead", "unknown"))
            store.close()
        again = Counter((each.chat_id, each.about) for each in telegram.arrived)
        tally.lost += len(self.expected() - moment.landed - again.keys())
        twice = sum(n - 1 for n in again.values()) + len(
            again.keys() & (moment.landed | moment.under_way) - moment.unheard
        )
        tally.twice += twice
        tally.beyond += twice > len(moment.under_way)
        tally.most_twice = max(tally.most_twice, twice)


@dataclass(frozen=True, slots=True)
class Moment:
    """What Telegram had when the power went: what had surely arrived, and what was being sent, and may have."""

    what: str  # the commit
    seconds: float
    landed: frozenset[tuple[int, str]]
    under_way: frozenset[tuple[int, str]]  # what was just being settled too
    unheard: frozenset[tuple[int, str]]  # arrived, and the reply was lost: this is sent again, power cut or not


class CutStore(BotStore):
    """A real outbox in whose every commit the power is cut, once it has begun."""

    def __init__(self, folder: Path, experiment: Experiment, telegram: SimulatedTelegram) -> None:
        self.drain = SimulatedDrain(self, telegram, replace(FREE, overall=200))
        super().__init__(open_engine(f"sqlite:///{folder / 'bot.db'}", MIGRATIONS, HEAD), self.drain)
        self._folder, self._experiment, self._telegram = folder, experiment, telegram
        self._before: Disk | None = None
        self._flying: set[int] = set()  # rows

    def begin(self) -> None:
        with self._engine.connect() as tx:
            tx.exec_driver_sql(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        self._before = Disk.read(self._folder)

    def enqueue(self, deliveries: Sequence[Delivery], places: Mapping[str, int], answered: Sequence[int] = ()) -> None:
        super().enqueue(deliveries, places, answered)
        self._cut("enqueue")

    def claim(self, now: datetime, room: Room, lease_seconds: float) -> list[Delivery]:
        claimed = super().claim(now, room, lease_seconds)
        self._cut("claim")
        self._flying |= {row for delivery in claimed for row in delivery.rows}
        return claimed

    def settle(self, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        super().settle(delivery, outcome, now)
        self._flying -= set(delivery.rows)
        self._cut("settle", set(delivery.rows))

    def _cut(self, what: str, settled: Set[int] = frozenset()) -> None:
        after = Disk.read(self._folder)
        if self._before is None or after == self._before:
            return
        self._experiment.cut(self._before, after, self._moment(what, settled))
        self._before = after

    def _moment(self, what: str, settled: Set[int]) -> Moment:
        arrived = {(each.chat_id, each.about) for each in self._telegram.arrived}
        was = {new: old for old, new in self._telegram.moves.items()}
        with self._engine.connect() as tx:
            rows = tx.execute(sa.text("SELECT id, chat_id, content FROM outbox")).all()
        about = {row.id: (was.get(row.chat_id, row.chat_id), _article(row.content)) for row in rows}
        flying = {about[row] for row in self._flying & about.keys()}
        open_ends = arrived & {about[row] for row in (self._flying | settled) & about.keys()}
        return Moment(
            what,
            self.drain.seconds,
            frozenset(arrived - flying),
            frozenset(open_ends),
            frozenset(self._telegram.unheard),
        )


def _article(content: str) -> str:
    alert = unpack(content)
    return alert.article_id if isinstance(alert, Alert) else ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.power_loss")
    parser.add_argument("--chats", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    begun = time.monotonic()
    experiment = Experiment(arguments.chats, seed=arguments.seed)
    experiment.run()
    print("commits:", ", ".join(f"{n} {what}" for what, n in sorted(experiment.commits.items())))
    for name, tally in [*experiment.tallies.items(), ("all", _sum(experiment.tallies.values()))]:
        print(f"{name:22} {tally.images:5} images: {tally.unreadable} not opened, {tally.damaged} damaged, "
              f"{tally.lost} lost, {tally.open_ends} without an end, {tally.twice} twice "
              f"(at most {tally.most_twice}; more than was being sent: {tally.beyond})")  # fmt: skip
    print(f"{time.monotonic() - begun:.0f} s")
    return 1 if any(tally.lost or tally.unreadable or tally.beyond for tally in experiment.tallies.values()) else 0


def _sum(tallies: Iterable[Tally]) -> Tally:
    every = list(tallies)
    total = Tally(*(sum(getattr(one, name) for one in every) for name in Tally.__dataclass_fields__))
    total.most_twice = max(one.most_twice for one in every)
    return total


if __name__ == "__main__":
    raise SystemExit(main())
