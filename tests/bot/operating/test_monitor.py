"""Whoever watches over the bot is told whether it lives, whether all is well, and figures about nobody."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.config import Endpoint
from bot.keeping.figures import Queued
from bot.operating.health import Health, Line, Vitals
from bot.operating.metrics import MOST_METHODS, OTHER, Metrics, Standing
from bot.operating.monitor import Monitor
from bot.operating.pulse import BEAT_SECONDS, Pulse
from bot.operating.stock import Stock, take_stock
from bot.outgoing.calls import Call
from bot.outgoing.types import Delivery, Lane
from bot.store import BotStore
from bot.types import Message
from retrieval import Corpus
from tests.blank import blank_store
from tests.fake_corpus import BAKERY, FERRY, FakeCorpus

WELL = Vitals(commit=0.004, behind=0, behind_for=0.0, stale=0, free=10**11, held=True)
HERE = Endpoint("127.0.0.1", 0)


class Watched:
    """A monitor over parts that are as well as a test says."""

    def __init__(self, endpoint: Endpoint = HERE) -> None:
        self.vitals, self.line, self.counts = WELL, Line(1.0), 0
        self.metrics = Metrics()
        self.health = Health(lambda: self.vitals, lambda: self.line)
        self.monitor = Monitor(endpoint, self.health, self.metrics, self._count)

    def _count(self) -> Stock:
        self.counts += 1
        return Stock(inbox=3, passages=17, chats={"people": 2}, feeds={"up": 1, "down": 2})

    async def get(self, path: str) -> tuple[int, str]:
        """Status and body."""
        return await asyncio.to_thread(fetched, self.monitor.port, path)


def fetched(port: int | None, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()


@asynccontextmanager
async def watching(watched: Watched) -> AsyncIterator[Watched]:
    await watched.monitor.start()
    await asyncio.sleep(0.05)
    yield watched
    await watched.monitor.close()


async def test_it_lives_as_long_as_its_event_loop_beats() -> None:
    async with watching(Watched()) as watched:
        status, body = await watched.get("/healthz")
        assert (status, json.loads(body)["status"]) == (200, "ok")


async def test_ready_says_what_is_out_of_order_as_the_status_does() -> None:
    async with watching(Watched()) as watched:
        assert await watched.get("/readyz") == (200, '{"status": "ok", "degraded": {}}')
        watched.line = Line(75.0)
        watched.health.see(replace(WELL, commit=None))
        status, body = await watched.get("/readyz")
        assert status == 503
        told = json.loads(body)
        assert told == {"status": "degraded", "degraded": {"telegram": "75 s", "store": "–"}}
        assert told["degraded"] == watched.health.condition()
        assert "footnote_ready 0.0" in (await watched.get("/metrics"))[1]


async def test_nothing_else_is_there_and_nothing_can_be_sent() -> None:
    async with watching(Watched()) as watched:
        assert (await watched.get("/"))[0] == 404
        assert (await watched.get("/telegram"))[0] == 404
        request = urllib.request.Request(f"http://127.0.0.1:{watched.monitor.port}/readyz", b"x", method="POST")
        with pytest.raises(urllib.error.HTTPError, match="405") as caught:
            await asyncio.to_thread(urllib.request.urlopen, request)
        caught.value.close()


async def test_a_port_that_is_taken_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        caplog.set_level(logging.WARNING)
        async with watching(Watched(Endpoint("127.0.0.1", taken.getsockname()[1]))) as watched:
            assert watched.monitor.port is None
            assert watched.health.condition() == {}  # it looks all the same
    assert "FOOTNOTE_MONITOR" in caplog.text


async def test_the_databases_are_counted_for_all_scrapers_together() -> None:
    async with watching(Watched()) as watched:
        pages = await asyncio.gather(*(watched.get("/metrics") for _ in range(5)))
        assert {status for status, _ in pages} == {200}
        assert watched.counts == 1
        figures = values(pages[0][1])
        assert figures["footnote_inbox_pending"] == 3
        assert figures['footnote_feeds{state="down"}'] == 2
        assert figures["footnote_db_commit_seconds"] == 0.004


async def test_a_loop_that_was_held_up_is_late() -> None:
    late: list[float] = []
    pulse = Pulse(late.append)
    beating = asyncio.create_task(pulse.run())
    await asyncio.sleep(0)
    assert pulse.age() < BEAT_SECONDS
    time.sleep(BEAT_SECONDS + 0.3)  # noqa: ASYNC251 nobody else is served meanwhile
    assert pulse.age() > BEAT_SECONDS
    await asyncio.sleep(0.02)
    beating.cancel()
    assert late
    assert late[0] >= 0.25


def test_what_happens_is_counted() -> None:
    metrics = Metrics()
    metrics.update("said")
    metrics.question("answered", 0.3)
    metrics.sent("alert", "gone")
    metrics.called(Call("sendMessage", "flood", 0.2, wait=7.0))
    metrics.lagged(0.03)
    told = values(metrics.page(Standing(True, Line(1.0))).decode())
    assert told['footnote_updates_total{kind="said"}'] == 1
    assert told['footnote_questions_total{outcome="answered"}'] == 1
    assert told['footnote_question_seconds_bucket{le="0.5"}'] == 1
    assert told['footnote_sent_total{lane="alert",result="gone"}'] == 1
    assert told['footnote_api_requests_total{method="sendMessage",result="flood"}'] == 1
    assert told["footnote_api_retry_after_seconds_total"] == 7
    assert told['footnote_event_loop_lag_seconds_bucket{le="0.05"}'] == 1
    assert time.time() - told["footnote_last_contact_timestamp_seconds"] < 5


def test_however_much_happens_the_page_stays_short() -> None:
    metrics = Metrics()
    for number in range(1000):
        for result in ("ok", "flood", "refused", "server error", "timeout", "network"):
            metrics.called(Call(f"method{chr(97 + number % 26)}{number}", result, 0.1))  # type: ignore[arg-type]
    for outcome in ("answered", "closest", "refused", "topic", "busy", "failed"):
        metrics.question(outcome, 1.0)
    for lane in Lane:
        for result in ("sent", "later", "flood", "unclear", "gone", "rejected", "void", "moved", "held", "aside"):
            metrics.sent(lane, result)
    now = datetime.now(UTC)
    queued = [Queued(state, lane, 5, now) for state in ("sending", "ready", "waiting") for lane in Lane]
    told = values(metrics.page(Standing(True, Line(1.0), WELL, Stock(queued=queued))).decode())
    assert len(told) <= 500
    methods = {found[1] for name in told if (found := re.search(r'method="(\w+)"', name))}
    assert len(methods) == MOST_METHODS + 1
    assert OTHER in methods


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BotStore]:
    store = blank_store(tmp_path)
    yield store
    store.close()


def test_the_stock_is_what_lies_in_the_databases(store: BotStore) -> None:
    corpus: Any = FakeCorpus(FERRY, BAKERY)
    for name in ("a", "b", "c"):
        corpus.carried[f"https://feeds.example/{name}"] = []
    feeds = [corpus.watch(url) for url in corpus.carried]
    now = datetime.now(UTC)
    corpus.watched[feeds[0].url] = replace(feeds[0], down_since=now)
    corpus.watched[feeds[1].url] = replace(feeds[1], down_since=now, ended=True)
    corpus.stats = lambda: type("Stats", (), {"passages": 9})()
    store.chat(7, language="en", kind="private")
    store.journal([(1, "{}"), (2, "{}")])
    store.finish(1, [Delivery("r:1:0", Lane.ANSWER, 7, Message("hello"), due=now - timedelta(seconds=60))])
    stock = take_stock(cast("Corpus", corpus), store)
    assert stock.feeds == {"up": 1, "down": 1, "ended": 1}
    assert (stock.inbox, stock.passages, stock.chats["people"]) == (1, 9, 1)
    told = values(Metrics().page(Standing(True, Line(1.0), WELL, stock)).decode())
    assert told['footnote_outbox_messages{lane="answer",state="ready"}'] == 1
    assert 55 < told['footnote_outbox_oldest_seconds{lane="answer"}'] < 120


def values(page: str) -> dict[str, float]:
    """Series -> value."""
    lines = (line.rpartition(" ") for line in page.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}
