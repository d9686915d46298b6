"""The two other sides of a load: the bot with a probe beside it, and the Bot API server that keeps the times.

python -m tests.loaded server
python -m tests.loaded bot DATA ROOT --paid

Each tells in one line that it is ready. The server takes questions at POST /load/ask ([[chat, text], ...]) and tells
at GET /load/told what became of them; the bot tells at its end how late its event loop was.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import time
from collections import defaultdict, deque
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tornado.web import RequestHandler

from bot.app import Service, collect_seldom
from bot.config import Settings, corpus_settings
from bot.outgoing.outbox import utc_now
from bot.store import open_store
from retrieval import open_corpus
from tests.botapi import TOKEN, BotApi
from tests.botapi.server import Call

ASKED = datetime(2026, 5, 31, 12, tzinfo=UTC)  # when the starter articles are news
PROBE_SECONDS = 0.005
ANSWERS = ("sendMessage", "editMessageText")


class Ledger:
    """When each question was there to be fetched, and when it was answered: the oldest open one of its chat is."""

    def __init__(self, api: BotApi) -> None:
        self._api = api
        self._open: dict[int, deque[float]] = defaultdict(deque)
        self._seen = 0
        self.answers: list[tuple[float, str]] = []  # seconds, and what was said

    def ask(self, chat_id: int, text: str) -> None:
        self._open[chat_id].append(time.monotonic())
        self._api.people.write(text, chat_id)

    def told(self) -> dict[str, Any]:
        """All answers so far, and how many questions are open."""
        for call in self._api.calls[self._seen :]:
            self._note(call)
        self._seen = len(self._api.calls)
        return {"answers": self.answers, "open": sum(map(len, self._open.values())), "calls": self._methods()}

    def _note(self, call: Call) -> None:
        waiting = self._open.get(call.chat_id or 0)
        if call.method in ANSWERS and call.result and waiting:
            self.answers.append((call.at - waiting.popleft(), call.text))

    def _methods(self) -> dict[str, int]:
        counts: dict[str, int] = defaultdict(int)
        for call in self._api.calls:
            counts[f"{call.method}{' refused' if call.error else ''}"] += 1
        return counts


class _Load(RequestHandler):
    def initialize(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def post(self) -> None:
        for chat_id, text in json.loads(self.request.body):
            self._ledger.ask(chat_id, text)

    def get(self) -> None:
        self.finish(json.dumps(self._ledger.told()))


async def serve(round_trip: float) -> None:
    """Until SIGTERM."""
    stop, api = _stopped(), BotApi()
    api.faults.round_trip = round_trip
    print(api.start(routes=[(r"/load/\w+", _Load, {"ledger": Ledger(api)})]), flush=True)  # noqa: T201
    await stop.wait()
    await api.stop()


async def answer(data: Path, root: str, *, paid: bool) -> None:
    """Until SIGTERM: the bot, and every few milliseconds a look at how late its loop is."""
    settings = Settings(
        TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_API_URL=root, FOOTNOTE_DATA=data, FOOTNOTE_PAID_BROADCAST=paid
    )
    ahead = ASKED - utc_now()
    stop, lags = _stopped(), []
    with closing(open_store(data)) as store, closing(open_corpus(corpus_settings(settings))) as corpus:
        collect_seldom()
        service = Service(settings, corpus, store, lambda: utc_now() + ahead)
        probe = asyncio.create_task(_probe(lags))
        print("ready", flush=True)  # noqa: T201
        await service.serve(stop)
        probe.cancel()
    print(json.dumps(sorted(lags)), flush=True)  # noqa: T201


async def _probe(lags: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(PROBE_SECONDS)
        lags.append(round(time.perf_counter() - began - PROBE_SECONDS, 5))


def _stopped() -> asyncio.Event:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    return stop


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.loaded")
    sides = parser.add_subparsers(dest="side", required=True)
    server = sides.add_parser("server")
    server.add_argument("--round-trip", type=float, default=0.0)
    bot = sides.add_parser("bot")
    bot.add_argument("data", type=Path)
    bot.add_argument("root")
    bot.add_argument("--paid", action="store_true")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("tornado.access").setLevel(logging.CRITICAL)
    if arguments.side == "server":
        asyncio.run(serve(arguments.round_trip))
    else:
        asyncio.run(answer(arguments.data, arguments.root, paid=arguments.paid))


if __name__ == "__main__":
    main()
