"""The drain on a simulated clock: the real pace and the real outbox, a Telegram that answers as it is told, no waiting.

land what has come to an end | claim what there is room for | send | on to the next moment at which anything happens
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Literal, Protocol

from bot.outgoing.delivery import LEASE_SECONDS
from bot.outgoing.rates import FREE, Pace, Rates
from bot.outgoing.sender import CONNECT_SECONDS, READ_SECONDS, RETRY_SECONDS
from bot.outgoing.steps import Room
from bot.outgoing.types import Alert, Delivery, Digest, Gone, Lane, Later, Moved, Outcome, Sent, Unclear
from bot.types import Message
from tests.fakes import NOON

ROUND_TRIP = 0.12  # seconds
LEAST_STEP = 0.01  # seconds; the drain naps no shorter


class Queue(Protocol):
    """The part of an outbox that is drained."""

    def claim(self, now: datetime, room: Room, lease_seconds: float) -> list[Delivery]: ...

    def settle(self, delivery: Delivery, outcome: Outcome, now: datetime) -> None: ...

    def next_due(self) -> datetime | None: ...


Send = Callable[[Delivery, float], tuple[Outcome, float]]  # when it begins -> what comes of it, after how many seconds


class SimulatedDrain:
    """`seconds` of the clock count from NOON; calling it tells the time of day."""

    def __init__(self, queue: Queue, send: Send, rates: Rates = FREE) -> None:
        self.seconds = 0.0
        self._queue, self._send = queue, send
        self._pace = Pace(rates)
        self._numbers = count()
        self._flying: list[tuple[float, int, Delivery, Outcome]] = []  # by the moment that each ends
        self._planned: list[tuple[float, int, Callable[[], object]]] = []

    def __call__(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def plan(self, seconds: float, action: Callable[[], object]) -> None:
        """Something that happens at that time."""
        heapq.heappush(self._planned, (seconds, next(self._numbers), action))

    def run(self, end: float = math.inf) -> None:
        """Until then, or until nothing is left that could ever happen."""
        while self.seconds < end:
            self._happen()
            if self._launch():
                continue
            following = self._next()
            if following == math.inf:
                return
            self.seconds = min(end, max(self.seconds + LEAST_STEP, following))

    def _happen(self) -> None:
        while self._planned and self._planned[0][0] <= self.seconds:
            heapq.heappop(self._planned)[2]()
        while self._flying and self._flying[0][0] <= self.seconds:
            _, _, delivery, outcome = heapq.heappop(self._flying)
            if isinstance(outcome, Later) and outcome.flood:
                self._pace.pause(delivery.chat_id, self.seconds + outcome.seconds)
            self._queue.settle(delivery, outcome, self())

    def _launch(self) -> int:
        room = self._pace.room([delivery.chat_id for _, _, delivery, _ in self._flying], self.seconds)
        claimed = self._queue.claim(self(), room, LEASE_SECONDS) if room.limit else []
        for delivery in claimed:
            self._pace.note(delivery.chat_id, self.seconds, is_answer=delivery.lane is Lane.ANSWER)
            outcome, took = self._send(delivery, self.seconds)
            heapq.heappush(self._flying, (self.seconds + took, next(self._numbers), delivery, outcome))
        return len(claimed)

    def _next(self) -> float:
        """The moment of the next landing or plan, or when a row is due or there is more room."""
        due = self._queue.next_due()
        moments = [heap[0][0] for heap in (self._flying, self._planned) if heap]
        moments += [] if due is None else [(due - NOON).total_seconds()]
        return min(self.seconds + self._pace.wait(self.seconds), *moments, math.inf)


@dataclass(frozen=True, slots=True)
class Spell:
    """Bad weather: from one time to another, every call comes to this.

    "errors": a server's error; "silence": no connection; "floods": told to wait; "lost": taken, and the reply is lost.
    """

    begin: float
    end: float
    kind: Literal["errors", "silence", "floods", "lost"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """`chat_id` is the one that the chat had at first. What was `about`: an article, or an answer's text."""

    seconds: float
    chat_id: int
    about: str
    lane: Lane


class SimulatedTelegram:
    """Takes messages, but for those of chats that blocked the bot or got another number, and but for the weather.

    `unsteady`: of so many calls in all the time, one in three comes to a server's error, a flood, or a lost reply.
    """

    def __init__(self, seed: int = 0, spells: Sequence[Spell] = (), unsteady: float = 0.0) -> None:
        self.blocked: set[int] = set()
        self.moves: dict[int, int] = {}  # old number -> new one
        self.arrived: list[Arrival] = []
        self.tried: dict[str, float] = {}  # what messages are about -> when one was begun first, whatever came of it
        self.unheard: set[tuple[int, str]] = set()  # (chat, about) whose reply was lost
        self._spells, self._unsteady, self._random = spells, unsteady, random.Random(seed)

    def __call__(self, delivery: Delivery, at: float) -> tuple[Outcome, float]:
        for about in abouts(delivery):
            self.tried.setdefault(about, at)
        kind = next((spell.kind for spell in self._spells if spell.begin <= at < spell.end), None)
        if kind is None and self._random.random() < self._unsteady:
            kind = self._random.choice(("errors", "floods", "lost"))
        if kind == "errors":
            return Later(RETRY_SECONDS, "Bad Gateway"), ROUND_TRIP
        if kind == "silence":
            return Later(RETRY_SECONDS, "ConnectTimeout"), CONNECT_SECONDS
        if kind == "floods":
            return Later(self._random.randint(1, 30), "flood", flood=True), ROUND_TRIP
        if delivery.chat_id in self.blocked:
            return Gone("Forbidden: bot was blocked by the user"), ROUND_TRIP
        if delivery.chat_id in self.moves:
            return Moved(self.moves[delivery.chat_id]), ROUND_TRIP
        return self._take(delivery, at, lost=kind == "lost")

    def _take(self, delivery: Delivery, at: float, *, lost: bool) -> tuple[Outcome, float]:
        chat_id = next((old for old, new in self.moves.items() if new == delivery.chat_id), delivery.chat_id)
        for about in abouts(delivery):
            self.arrived.append(Arrival(at, chat_id, about, delivery.lane))
            if lost:
                self.unheard.add((chat_id, about))
        return (Unclear("ReadTimeout"), READ_SECONDS) if lost else (Sent(len(self.arrived)), ROUND_TRIP)


def abouts(delivery: Delivery) -> list[str]:
    """What a message is about."""
    match delivery.content:
        case Message(text):
            return [text]
        case Alert(article_id):
            return [article_id]
        case Digest(alerts):
            return [alert.article_id for alert in alerts]
    raise AssertionError(delivery)
