"""Alerts for thousands of chats, sent by a process that is killed at random moments -> what was lost, what came twice.

people follow a feed | an article | start | kill -9 | start | ... | another article | ... | quiet | count

Each process has a token of its own, so that the server's calls tell which of them sent a message.
"""

from __future__ import annotations

import asyncio
import random
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.alerting.planning import FAN_OUT, Planner
from bot.outgoing.outbox import PLANNED, utc_now
from bot.store import HEAD, MIGRATIONS, BotStore, open_store
from bot.tables import chats, outbox, subscriptions
from bot.types import Kind, Subscription
from retrieval import open_engine
from tests.botapi import BotApi, Fault, Refused
from tests.botapi.server import Call
from tests.broadcaster import FEED, READY, article_id, corpus_of

ROOT = Path(__file__).parents[1]
ARTICLES = 3
START_SECONDS = 60.0  # on a busy machine; usually one
ROUND_TRIP = 0.01  # seconds that a reply of the server's takes
BLOCKED, MISSING, GROUPS, MOVED, MET = 0.02, 0.01, 0.05, 0.01, 0.0005  # shares of the chats
BROKEN, FLOODED, CUT = 0.01, 0.005, 0.01  # shares of the calls: 500, 429, reply lost
PLANNING_KILLS = 0.3  # share of an article's kills that come soon after the start, when alerts are still being planned
PLANNING_SECONDS = 1.5
QUIET_SECONDS = 30.0  # without a call, while something is left to be sent
LOOKING_SECONDS = 0.2
LONGEST_WAIT = 5.0  # seconds for a kill's moment, when there is too little left to be sent
OPEN = ("waiting", "ready", "sending")
Key = tuple[int, str]  # (chat, article)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who follows the feed. `moved`: groups that are supergroups by now, old number -> new; some of the new ones follow
    it too.
    """

    chats: Sequence[int]
    blocked: frozenset[int]
    missing: frozenset[int]
    moved: Mapping[int, int]

    def reachable(self) -> set[int]:
        """The numbers of today."""
        return {self.moved.get(one, one) for one in self.chats if one not in self.blocked | self.missing}


def cast_of(size: int, dice: random.Random) -> Cast:
    """At least one of each kind."""
    groups = [-number for number in range(1, _share(size, GROUPS) + 1)]
    people = list(range(1, size - len(groups) + 1))
    moved = {old: old - 10**9 for old in groups[: _share(size, MOVED)]}
    met = list(moved.values())[: _share(size, MET)]
    everybody = [*groups, *people[: size - len(groups) - len(met)], *met]
    dice.shuffle(everybody)
    people = [one for one in everybody if one > 0]
    blocked, missing = people[: _share(size, BLOCKED)], people[-_share(size, MISSING) :]
    return Cast(everybody, frozenset(blocked), frozenset(missing), moved)


def _share(size: int, share: float) -> int:
    return max(1, round(size * share))


@dataclass(frozen=True, slots=True)
class Tally:
    """What a run came to. A message may come twice if it was being sent at a kill, or if its reply was lost."""

    expected: int
    lost: list[Key]
    by_kills: list[int]  # for each kill: messages that came again because of it
    by_lost_replies: int
    unexplained: int
    planning: int  # kills that met a fan-out under way
    states: Mapping[str, int]  # of the outbox' rows at the end
    reasons: Mapping[str, int]  # of those that ended dead
    changed: int  # rows that planning all over again added or changed
    astray: int  # messages for chats or articles that are not expected


@dataclass(slots=True)
class _Seen:
    """What was looked at after each kill."""

    planning: int = 0
    tokens: list[str] = field(default_factory=list)  # of the processes, in order


class BroadcastRun:
    """One run over an empty data folder."""

    def __init__(self, api: BotApi, data: Path, cast: Cast, dice: random.Random, rate: int) -> None:
        self._api, self._data, self._cast, self._dice, self._rate = api, data, cast, dice, rate
        self._root = api.start()
        self._process: asyncio.subprocess.Process | None = None
        self._seen = _Seen()
        settle_in(data, cast.chats)
        _make_trouble(api, cast)

    async def play(self, kills: int) -> Tally:
        """The whole story. Raises AssertionError when the process does not start or the outbox is never empty."""
        try:
            return await self._play(kills)
        finally:
            if self._process is not None and self._process.returncode is None:
                await self._end(signal.SIGKILL)

    async def _play(self, kills: int) -> Tally:
        with closing(open_store(self._data)) as store:
            for number in range(kills):
                of_article = kills / ARTICLES
                published = 1 + int(number / of_article)
                await self._begin(published)
                await self._moment(number % of_article / of_article, kills - number)
                await self._end(signal.SIGKILL)  # no handler, no farewell
                self._seen.planning += bool(store.places().get(FAN_OUT))
            await self._begin(ARTICLES)
            await self._come_to_rest(store)
            await self._end(signal.SIGTERM)
            return self._tally(store, kills)

    # -- the process

    async def _begin(self, published: int) -> None:
        token = f"7000000001:AAbroadcast-run-{len(self._seen.tokens):05d}-opens-nothing-00"
        self._seen.tokens.append(token)
        told = ("--token", token, "--published", str(published), "--rate", str(self._rate))
        command = (sys.executable, "-m", "tests.broadcaster", str(self._data), self._root, *told)
        with (self._data / "broadcaster.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=log
            )
        async with asyncio.timeout(START_SECONDS):
            line = await self._process.stdout.readline() if self._process.stdout else b""
        if line.decode().strip() != READY:
            raise AssertionError("the process ended before it was ready: see broadcaster.log")

    async def _end(self, number: signal.Signals) -> None:
        if self._process is None or self._process.returncode is not None:
            raise AssertionError("the process has ended by itself: see broadcaster.log")
        self._process.send_signal(number)
        async with asyncio.timeout(START_SECONDS):
            await self._process.wait()

    async def _moment(self, share: float, kills_left: int) -> None:
        """Waits for the moment of the kill: `share` of the article's kills are over."""
        if share < PLANNING_KILLS:
            await asyncio.sleep(self._dice.uniform(0.0, PLANNING_SECONDS))
            return
        calls, end = len(self._api.calls), time.monotonic() + LONGEST_WAIT
        left = len(self._cast.chats) * ARTICLES - calls
        goal = calls + self._dice.uniform(0.0, 2.0) * max(0, left) / kills_left
        while len(self._api.calls) < goal and time.monotonic() < end:  # noqa: ASYNC110 - it is the server's to count
            await asyncio.sleep(0.002)
        await asyncio.sleep(self._dice.uniform(0.0, 0.05))

    async def _come_to_rest(self, store: BotStore) -> None:
        end = corpus_of(ARTICLES).wire.log_end()
        calls, since = -1, time.monotonic()
        while time.monotonic() < since + QUIET_SECONDS:
            if len(self._api.calls) > calls:
                calls, since = len(self._api.calls), time.monotonic()
            if store.cursor() == end and not any(map(store.counts().get, OPEN)):
                return
            await asyncio.sleep(LOOKING_SECONDS)
        raise AssertionError(f"nothing moves, and {store.counts()} is left: see broadcaster.log")

    # -- counting

    def _tally(self, store: BotStore, kills: int) -> Tally:
        arrivals = self._arrivals()
        expected = {(chat, article_id(n + 1)) for chat in self._cast.reachable() for n in range(ARTICLES)}
        by_kills, causes = Counter[str](), Counter[str]()
        for one, again in (pair for calls in arrivals.values() for pair in pairwise(calls)):
            cause = "reply" if one.lost else "kill" if one.token != again.token else "unexplained"
            causes[cause] += 1
            by_kills[one.token] += cause == "kill"
        return Tally(
            len(expected),
            sorted(expected - arrivals.keys()),
            [by_kills[token] for token in self._seen.tokens[:kills]],
            causes["reply"],
            causes["unexplained"],
            self._seen.planning,
            store.counts(),
            _reasons(self._data),
            _changed_by_planning_again(self._data, store),
            len(arrivals.keys() - expected),
        )

    def _arrivals(self) -> dict[Key, list[Call]]:
        """What came, and each time that it came."""
        found: dict[Key, list[Call]] = defaultdict(list)
        for call in self._api.calls:
            if call.method == "sendMessage" and call.result is not None and call.chat_id is not None:
                for line in call.text.splitlines():
                    found[call.chat_id, line.split()[0]].append(call)
        return found


def settle_in(data: Path, everybody: Sequence[int]) -> None:
    """All follow what the first one follows, written down at once."""
    first = everybody[0]
    with closing(open_store(data)) as store:
        store.chat(first, language="en", kind="private" if first > 0 else "group")
        store.subscribe(Subscription(first, Kind.FEED, FEED, "Harbour", datetime(2026, 5, 1, tzinfo=UTC)))
    with _engine(data).begin() as tx:
        chat = dict(tx.execute(sa.select(chats)).mappings().one())
        subscription = dict(tx.execute(sa.select(subscriptions)).mappings().one())
        rest = everybody[1:]
        kinds = ({"chat_id": one, "kind": "private" if one > 0 else "group"} for one in rest)
        tx.execute(sa.insert(chats), [chat | kind for kind in kinds])
        del subscription["id"]
        tx.execute(sa.insert(subscriptions), [subscription | {"chat_id": one} for one in rest])


def _make_trouble(api: BotApi, cast: Cast) -> None:
    """Some chats cannot be written to, some calls go wrong."""
    for chat_id in cast.chats:
        if chat_id not in cast.missing:
            api.state.chat(chat_id)
    for old, new in cast.moved.items():
        api.people.upgrade(old, new, tell=False)
    api.faults.blocked |= cast.blocked
    api.faults.round_trip = ROUND_TRIP
    api.faults.sometimes("sendMessage", BROKEN, Fault(refusal=Refused(500, "Internal Server Error")))
    flood = Refused(429, "Too Many Requests: retry after 1", {"retry_after": 1})
    api.faults.sometimes("sendMessage", FLOODED, Fault(refusal=flood))
    api.faults.sometimes("sendMessage", CUT, Fault())


def _engine(data: Path) -> sa.Engine:
    return open_engine(f"sqlite:///{data / 'bot.db'}", MIGRATIONS, HEAD)


def _reasons(data: Path) -> dict[str, int]:
    """Why rows are dead -> how many; "" for those that do not say."""
    engine = _engine(data)
    with engine.connect() as tx:
        reason = sa.func.coalesce(outbox.c.reason, "")
        dead = sa.select(reason.label("reason"), sa.func.count().label("rows")).where(outbox.c.state == "dead")
        found = {row.reason: row.rows for row in tx.execute(dead.group_by(reason))}
    engine.dispose()
    return found


def _rows(data: Path) -> Iterator[tuple[Any, ...]]:
    engine = _engine(data)
    with engine.connect() as tx:
        yield from (tuple(row) for row in tx.execute(sa.select(outbox)))
    engine.dispose()


def _changed_by_planning_again(data: Path, store: BotStore) -> int:
    """From the beginning of the log, as if nothing had ever been planned."""
    before = set(_rows(data))
    store.enqueue((), {PLANNED: 0, FAN_OUT: 0})
    Planner(corpus_of(ARTICLES), store, utc_now).run()
    return len(before ^ set(_rows(data)))
