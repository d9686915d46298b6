"""Answers while 100,000 alerts are planned, and sent at the free rate -> how much later they arrive than without.

python -m tests.benchmarks.broadcast_delay --alerts 100000 --seconds 60 --answers 5

People's questions come at random (Poisson). An answer's time runs from its being written down to its arrival at the
server, which runs in this process too and enforces Telegram's rates. Also: how long planning takes, and what it costs
to claim some of so many.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from telegram import Bot

from bot.alerting.planning import Planner
from bot.outgoing.client import TelegramClient
from bot.outgoing.delivery import Drain
from bot.outgoing.outbox import utc_now
from bot.outgoing.rates import FREE
from bot.outgoing.sender import TelegramSender
from bot.outgoing.steps import Room
from bot.outgoing.types import Delivery, Lane, Sent
from bot.store import BotStore, open_store
from bot.types import Message
from tests.botapi import TOKEN, BotApi
from tests.broadcaster import corpus_of, plain
from tests.broadcastrun import settle_in

ASKERS = range(10_000_000, 10_001_000)
ROUND_TRIP = 0.08  # seconds that a reply of Telegram's takes
CLAIMS = 50
WARMING = 3.0  # seconds of sending before the first question
PATIENCE = 30.0
LONGEST_PLANNING = 600.0
RESTING = frozenset(range(20_000_000, 20_000_025))  # as many chats as were sent to in the last second


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked, and for how long."""

    seconds: float
    per_second: float
    seed: int


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds that each answer took; how long they were asked for, the alerts that were sent meanwhile, and how often
    the server told to wait (429).
    """

    delays: list[float]
    seconds: float
    alerts: int
    floods: int


async def beside(data: Path, chats: int, load: Load, work: Callable[[BotStore], object] | None = None) -> Seen:
    """Answers while the outbox of that folder is being sent; with `work` (on a thread) only until that is done."""
    api = BotApi()
    api.faults.round_trip, api.faults.rates = ROUND_TRIP, True
    root = api.start()
    for chat_id in (*ASKERS, *range(1, chats + 1)):
        api.state.chat(chat_id)
    with closing(open_store(data)) as store:
        async with Bot(TOKEN, base_url=f"{root}/bot", request=TelegramClient(2 * FREE.window)) as bot:
            drain = Drain(store, TelegramSender(bot), plain, utc_now, FREE)
            running = asyncio.create_task(drain.run())
            await asyncio.sleep(WARMING)
            began = time.monotonic()
            working = asyncio.create_task(asyncio.to_thread(work, store)) if work else None
            asked = await _ask(store, drain, load, lambda: working is not None and working.done())
            seconds = time.monotonic() - began
            sent = sum(call.at > began for call in api.calls) - len(asked)
            await api.wait(lambda: asked.keys() <= {call.text for call in api.calls if call.result}, PATIENCE)
            await asyncio.gather(*([working] if working else []))
            await drain.close(1.0)
            await running
    await api.stop()
    arrived = {call.text: call.at for call in api.calls if call.result}
    floods = sum("Too Many Requests" in (call.error or "") for call in api.calls)
    return Seen([arrived[text] - at for text, at in asked.items()], seconds, sent, floods)


async def _ask(store: BotStore, drain: Drain, load: Load, done: Callable[[], bool]) -> dict[str, float]:
    """Answer -> when it was ready to be written down."""
    dice, moment = random.Random(load.seed), time.monotonic()
    end = moment + load.seconds
    asked: dict[str, float] = {}
    while (moment := moment + dice.expovariate(load.per_second)) < end and not done():
        await asyncio.sleep(max(0.0, moment - time.monotonic()))
        text = f"answer {len(asked)}"
        asked[text] = time.monotonic()
        answer = Delivery(f"{text} {moment}", Lane.ANSWER, dice.choice(ASKERS), Message(text))
        await asyncio.to_thread(store.enqueue, [answer], {})
        drain.wake()
    return asked


def claims(data: Path) -> dict[str, list[float]]:
    """What is done to the outbox -> the milliseconds that it took, each time."""
    spent: dict[str, list[float]] = {}
    with closing(open_store(data)) as store:
        for what, alerts in (("claim one alert", 1), ("claim six", FREE.window - FREE.kept), ("claim none", 0)):
            room = Room(FREE.window, alerts, resting=RESTING)
            spent[what] = []
            for _ in range(CLAIMS):
                began = time.perf_counter()
                claimed = store.claim(utc_now(), room, 120.0)
                spent[what].append(1000.0 * (time.perf_counter() - began))
                for delivery in claimed:
                    store.settle(delivery, Sent(1), utc_now())
    return spent


def _told(what: str, values: list[float], unit: str, digits: int) -> None:
    p50, p95 = np.percentile(values, (50, 95))
    figures = f"p50 {p50:.{digits}f}  p95 {p95:.{digits}f}  most {max(values):.{digits}f} {unit}"
    print(f"{what:<36} {figures}  ({len(values)})")


def plan(store: BotStore) -> None:
    """One article, for everybody."""
    Planner(corpus_of(1), store, utc_now).run()


def main() -> int:
    """Exit status 1 when the broadcast adds more than 0.2 s to the answers' p95."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.broadcast_delay")
    parser.add_argument("--alerts", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--answers", type=float, default=5.0, help="a second")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    logging.getLogger("tornado.access").setLevel(logging.CRITICAL)
    load, alerts = Load(arguments.seconds, arguments.answers, arguments.seed), arguments.alerts
    with tempfile.TemporaryDirectory() as quiet, tempfile.TemporaryDirectory() as busy:
        alone = asyncio.run(beside(Path(quiet), 0, load))
        settle_in(Path(busy), range(1, alerts + 1))
        planning = asyncio.run(beside(Path(busy), alerts, replace(load, seconds=LONGEST_PLANNING), plan))
        for what, spent in claims(Path(busy)).items():
            _told(f"{what} of {alerts}", spent, "ms", 1)
        sending = asyncio.run(beside(Path(busy), alerts, load))
    _told("answers, nothing else is sent", alone.delays, "s", 3)
    _told(f"while alerts are planned, {planning.seconds:.0f} s", planning.delays, "s", 3)
    _told(f"while alerts are sent, {sending.alerts / sending.seconds:.0f} a second", sending.delays, "s", 3)
    most = max(float(np.percentile(seen.delays, 95)) for seen in (planning, sending))
    added = most - float(np.percentile(alone.delays, 95))
    floods = sum(seen.floods for seen in (alone, planning, sending))
    print(f"added at p95, at most {added:.3f} s; told to wait {floods} times")
    return 1 if added > 0.2 else 0


if __name__ == "__main__":
    raise SystemExit(main())
