"""The outbox -> messages that arrive, at the pace that Telegram allows, answers first.

    claim | put into words | send | settle

A window of a few messages is in flight, one per chat. What Telegram answers is written down before anything else goes
to that chat. A chat that was told to wait (429) waits alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from bot.outgoing.outbox import Outbox
from bot.outgoing.rates import FREE, Pace, Rates
from bot.outgoing.together import Together
from bot.outgoing.types import Aside, Delivery, Held, Lane, Later, Letter, Moved, Outcome, Rejected
from bot.types import Message

logger = logging.getLogger(__name__)

LEASE_SECONDS = 120.0  # longer than any send may take with its second tries
SETTLE_WAITS = (0.2, 1.0, 5.0, 20.0, 60.0)  # seconds; a full disk or a locked file
WORDING_SECONDS = 5.0  # until the next try when an alert could not be put into words, doubling
WORDING_TRIES = 8
VOID = "void"  # why an alert is not sent whose article or subscription is gone
LONGEST_SLEEP = 5.0
CLOSING_STEP = 0.02


class Sender(Protocol):
    """Delivers one message. Never raises for the other side's reasons, and says what became of it."""

    async def send(self, letter: Letter) -> Outcome:
        """Sends it, or changes the message that it edits."""


class Drain:
    """Empties the outbox as long as it runs. `word` puts an alert into words (sync, on a thread); None: it is void;
    Held and Aside: its chat may not be written to now. `observe` is told the lane and the outcome of each delivery.
    """

    def __init__(  # noqa: PLR0913 what the drain is wired to
        self,
        outbox: Outbox,
        sender: Sender,
        word: Callable[[Delivery], Letter | Held | Aside | None],
        clock: Callable[[], datetime],
        rates: Rates = FREE,
        *,
        observe: Callable[[str, str], None] = lambda *_: None,
    ) -> None:
        self._outbox = outbox
        self._sender = sender
        self._word = word
        self._clock = clock
        self._rates = rates
        self._observe = observe
        self._pace = Pace(rates)
        self._in_flight: dict[int, asyncio.Task[None]] = {}
        self._choosing = asyncio.Lock()
        self._settling = Together[tuple[Delivery, Outcome]](lambda some: outbox.settle_all(some, clock()))
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
                # Not the time of asking: the claim may have taken long.
                self._pace.note(delivery.chat_id, loop.time(), is_answer=delivery.lane is Lane.ANSWER)
                self._in_flight[delivery.chat_id] = loop.create_task(self._deliver(delivery))
            return len(claimed)

    async def _sleep(self) -> None:
        """Until news come, a row becomes due, or there is more room. What is due and blocked waits for one of these."""
        due = await asyncio.to_thread(self._outbox.next_due)
        wait = min(LONGEST_SLEEP, self._pace.wait(asyncio.get_running_loop().time()))
        if due is not None:
            wait = min(wait, (due - self._clock()).total_seconds())
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
            self._observe(str(delivery.lane), result_of(outcome))
            self._follow_up(delivery, outcome)
            await self._settle(delivery, outcome)
        except Exception:
            # The row keeps its lease, and is claimed again when that ends.
            logger.exception("delivery %s could not be settled", delivery.rows)
        finally:
            del self._in_flight[delivery.chat_id]
            self._news.set()

    async def _settle(self, delivery: Delivery, outcome: Outcome) -> None:
        """Keeps trying for a while: what is sent and not written down would be sent again."""
        for wait in SETTLE_WAITS:
            try:
                await self._settling.do((delivery, outcome))
                return
            except Exception as error:
                logger.warning("delivery %s: %s; settled again in %.1f s", delivery.rows, type(error).__name__, wait)
                await asyncio.sleep(wait)
        await self._settling.do((delivery, outcome))

    async def _send(self, delivery: Delivery) -> Outcome:
        content, is_paid = delivery.content, self._rates.paid and delivery.lane is not Lane.ANSWER
        if isinstance(content, Message):
            return await self._sender.send(Letter(delivery.chat_id, content, replace(delivery.manner, paid=is_paid)))
        try:
            worded = await asyncio.to_thread(self._word, delivery)
        except Exception:
            logger.exception("alert %s could not be put into words", delivery.rows)
            spent = delivery.tries + 1 >= WORDING_TRIES
            return Rejected("not worded") if spent else Later(WORDING_SECONDS, "not worded")
        if worded is None:
            return Rejected(VOID)
        if not isinstance(worded, Letter):
            return worded
        return await self._sender.send(replace(worded, manner=replace(worded.manner, paid=is_paid)))

    def _follow_up(self, delivery: Delivery, outcome: Outcome) -> None:
        match outcome:
            case Later(seconds, _, flood=True):
                self._pace.pause(delivery.chat_id, asyncio.get_running_loop().time() + seconds)
                logger.info("chat of delivery %s: told to wait %.0f s", delivery.rows, seconds)
            case Rejected(reason) if reason != VOID:
                logger.error("delivery %s (%s) is given up: %s", delivery.rows, delivery.lane, reason)
            case Moved():
                logger.info("chat of delivery %s has moved", delivery.rows)


def result_of(outcome: Outcome) -> str:
    """One word for it."""
    match outcome:
        case Later(flood=True):
            return "flood"
        case Rejected(reason) if reason == VOID:
            return VOID
    return type(outcome).__name__.lower()
