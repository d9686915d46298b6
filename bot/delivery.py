"""The outbox -> messages that arrive, at the pace that Telegram allows, answers first.

    claim | put into words | send | settle

A window of a few messages is in flight, one per chat. What Telegram answers is written down before anything else goes
to that chat. A chat that was told to wait (429) waits alone.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bot.outbox import Outbox, Room
from bot.types import Alert, Delivery, FeedNews, Later, Message, Moved, Outcome, Rejected

logger = logging.getLogger(__name__)

# Telegram's documented rates are 30 a second, 1 a second to one person, 20 a minute to one group; we stay below.
OVERALL_PER_SECOND = 25
CHAT_SECONDS = 1.0  # between two alerts
GROUP_PER_MINUTE = 18
KEPT_FOR_A_GROUPS_ANSWERS = 4  # of these, so that a question need not wait for a minute behind many alerts
WINDOW = 8  # messages in flight; as many may be sent twice after a crash
KEPT_FOR_ANSWERS = 2  # places in the window that alerts leave free
LEASE_SECONDS = 120.0  # longer than any send may take with its second tries
SETTLE_WAITS = (0.2, 1.0, 5.0, 20.0, 60.0)  # seconds; a full disk or a locked file
WORDING_SECONDS = 5.0  # until the next try when an alert could not be put into words, doubling
WORDING_TRIES = 8
LONGEST_SLEEP = 5.0
CLOSING_STEP = 0.02


class Sender(Protocol):
    """Delivers one message. Never raises for the other side's reasons, and says what became of it."""

    async def send(self, chat_id: int, message: Message, reply_to: int | None, thread_id: int | None) -> Outcome:
        """`reply_to` is a message's number, `thread_id` a topic's."""


class Pace:
    """How many messages may go now, and to whom. Pure but for its memory; times are seconds of one clock."""

    def __init__(self) -> None:
        self._overall: deque[float] = deque()
        self._recent: dict[int, deque[float]] = defaultdict(deque)
        self._paused: dict[int, float] = {}

    def note(self, chat_id: int, now: float) -> None:
        """A message goes to the chat now."""
        self._overall.append(now)
        self._recent[chat_id].append(now)

    def pause(self, chat_id: int, until: float) -> None:
        """The chat takes nothing before that time."""
        self._paused[chat_id] = max(until, self._paused.get(chat_id, until))

    def room(self, in_flight: Iterable[int], now: float) -> Room:
        """Places for new messages, given the chats that messages are on their way to."""
        self._forget(now)
        flying = frozenset(in_flight)
        limit = max(0, min(WINDOW - len(flying), OVERALL_PER_SECOND - len(self._overall)))
        groups = {chat_id: len(times) for chat_id, times in self._recent.items() if chat_id < 0}
        full = {chat_id for chat_id, sent in groups.items() if sent >= GROUP_PER_MINUTE}
        nearly = {chat_id for chat_id, sent in groups.items() if sent >= GROUP_PER_MINUTE - KEPT_FOR_A_GROUPS_ANSWERS}
        resting = nearly | {chat_id for chat_id, times in self._recent.items() if times[-1] > now - CHAT_SECONDS}
        return Room(limit, max(0, limit - KEPT_FOR_ANSWERS), flying | full | self._paused.keys(), frozenset(resting))

    def wait(self, now: float) -> float:
        """Seconds until there may be more room than now; infinite when nothing holds anything back."""
        self._forget(now)
        lifted = [*self._paused.values(), *(times[0] + _span(chat_id) for chat_id, times in self._recent.items())]
        lifted += [rested for times in self._recent.values() if (rested := times[-1] + CHAT_SECONDS) > now]
        lifted += [self._overall[0] + 1.0] if len(self._overall) >= OVERALL_PER_SECOND else []
        return max(0.0, min(lifted, default=math.inf) - now)

    def _forget(self, now: float) -> None:
        while self._overall and self._overall[0] <= now - 1.0:
            self._overall.popleft()
        for chat_id, times in list(self._recent.items()):
            while times and times[0] <= now - _span(chat_id):
                times.popleft()
            if not times:
                del self._recent[chat_id]
        self._paused = {chat_id: until for chat_id, until in self._paused.items() if until > now}


def _span(chat_id: int) -> float:
    return 60.0 if chat_id < 0 else CHAT_SECONDS


class Drain:
    """Empties the outbox as long as it runs. `word` puts an alert into words (sync, on a thread);
    None: it is void.
    """

    def __init__(
        self,
        outbox: Outbox,
        sender: Sender,
        word: Callable[[int, Alert | FeedNews], Message | None],
        clock: Callable[[], datetime],
    ) -> None:
        self._outbox = outbox
        self._sender = sender
        self._word = word
        self._clock = clock
        self._pace = Pace()
        self._in_flight: dict[int, asyncio.Task[None]] = {}
        self._choosing = asyncio.Lock()
        self._news = asyncio.Event()
        self._closing = False

    def wake(self) -> None:
        """There may be something to send. Call it on the event loop."""
        self._news.set()

    async def run(self) -> None:
        """Until `close` is called. Raises what the database raises; whoever runs it starts it again."""
        while not self._closing:
            self._news.clear()
            if not await self._round():
                await self._sleep()

    async def close(self, seconds: float) -> None:
        """Sends what answers are still due, for at most that long, and awaits what is in flight."""
        self._closing = True
        self.wake()
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end:
            flying = bool(self._in_flight)  # a chat in flight is passed over, and may have more to come once it lands
            if not await self._round(alerts=False) and not flying and not self._in_flight:
                break
            await asyncio.sleep(CLOSING_STEP)
        for task in list(self._in_flight.values()):
            task.cancel()  # the row keeps its mark "sending", and is ready again at the next start
        await asyncio.gather(*self._in_flight.values(), return_exceptions=True)

    async def _round(self, *, alerts: bool = True) -> int:
        """Starts what may go now; how many that were. One at a time, or two could choose the same chat."""
        async with self._choosing:
            loop = asyncio.get_running_loop()
            room = self._pace.room(self._in_flight, loop.time())
            if not room.limit:
                return 0
            room = room if alerts else replace(room, alerts=0)
            claimed = await asyncio.to_thread(self._outbox.claim, self._clock(), room, LEASE_SECONDS)
            for delivery in claimed:
                self._pace.note(delivery.chat_id, loop.time())  # not the time of asking: the claim may have taken long
                self._in_flight[delivery.chat_id] = loop.create_task(self._deliver(delivery))
            return len(claimed)

    async def _sleep(self) -> None:
        """Until news come, a row becomes due, or there is more room. What is due and blocked waits for one of these."""
        now = self._clock()
        due = await asyncio.to_thread(self._outbox.next_due, now)
        wait = min(LONGEST_SLEEP, self._pace.wait(asyncio.get_running_loop().time()))
        if due is not None:
            wait = min(wait, (due - now).total_seconds())
        await self._nap(wait)

    async def _nap(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(0.01, seconds)):
                await self._news.wait()
        except TimeoutError:
            return

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            outcome = await self._send(delivery)
            self._follow_up(delivery, outcome)
            await self._settle(delivery, outcome)
        except Exception:
            # The row keeps its lease, and is claimed again when that ends.
            logger.exception("delivery %d could not be settled", delivery.id)
        finally:
            del self._in_flight[delivery.chat_id]
            self._news.set()

    async def _settle(self, delivery: Delivery, outcome: Outcome) -> None:
        """Keeps trying for a while: what is sent and not written down would be sent again."""
        for wait in SETTLE_WAITS:
            try:
                await asyncio.to_thread(self._outbox.settle, delivery, outcome, self._clock())
                return
            except Exception as error:
                logger.warning("delivery %d: %s; settled again in %.1f s", delivery.id, type(error).__name__, wait)
                await asyncio.sleep(wait)
        await asyncio.to_thread(self._outbox.settle, delivery, outcome, self._clock())

    async def _send(self, delivery: Delivery) -> Outcome:
        message = delivery.content
        if not isinstance(message, Message):
            try:
                worded = await asyncio.to_thread(self._word, delivery.chat_id, message)
            except Exception:
                logger.exception("alert %d could not be put into words", delivery.id)
                spent = delivery.tries + 1 >= WORDING_TRIES
                return Rejected("not worded") if spent else Later(WORDING_SECONDS, "not worded")
            if worded is None:
                return Rejected("void")
            message = worded
        return await self._sender.send(delivery.chat_id, message, delivery.reply_to, delivery.thread_id)

    def _follow_up(self, delivery: Delivery, outcome: Outcome) -> None:
        match outcome:
            case Later(seconds, _, flood=True):
                self._pace.pause(delivery.chat_id, asyncio.get_running_loop().time() + seconds)
                logger.info("chat of delivery %d: told to wait %.0f s", delivery.id, seconds)
            case Rejected(reason) if reason != "void":
                logger.error("delivery %d (%s) is given up: %s", delivery.id, delivery.lane, reason)
            case Moved():
                logger.info("chat of delivery %d has moved", delivery.id)
