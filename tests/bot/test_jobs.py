"""The loops go on whatever a round meets, and plan each change of the corpus once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest

from bot.delivery import Drain
from bot.jobs import CHANGES_AT_ONCE, Jobs, plan_alerts, watch_followed
from bot.outbox import utc_now
from bot.store import BotStore, open_store
from bot.types import Alert, Message, Subscription
from retrieval import Corpus
from tests.fakes import NOON, FakeLog, FakeSender, until

FEED = "https://feed.example/"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BotStore]:
    store = open_store(tmp_path)
    for chat_id in (1, 2):
        store.chat(chat_id, language="en", kind="private")
        store.subscribe(Subscription(chat_id, FEED, "Feed", NOON))
    yield store
    store.close()


def words(_: int, alert: Alert) -> Message | None:
    return Message(alert.article_id)


@asynccontextmanager
async def running(log: FakeLog, store: BotStore, sender: FakeSender) -> AsyncIterator[Jobs]:
    drain = Drain(store, sender, words, utc_now)
    jobs = Jobs(cast("Corpus", log), store, drain, poll_seconds=60, clock=utc_now)
    jobs.start()
    try:
        yield jobs
    finally:
        assert await jobs.close(5.0)


def test_planning_follows_the_log_to_its_end(store: BotStore) -> None:
    log = FakeLog()
    for number in range(CHANGES_AT_ONCE + 3):
        log.list_article(f"article {number}", FEED)
    assert plan_alerts(cast("Corpus", log), store) == 2 * (CHANGES_AT_ONCE + 3)
    assert store.cursor() == CHANGES_AT_ONCE + 3
    assert plan_alerts(cast("Corpus", log), store) == 0
    assert store.counts() == {"ready": 2 * (CHANGES_AT_ONCE + 3)}


def test_an_article_listed_again_is_not_announced_again(store: BotStore) -> None:
    log = FakeLog()
    log.list_article("ferry", FEED)
    plan_alerts(cast("Corpus", log), store)
    log.list_article("ferry", FEED)
    plan_alerts(cast("Corpus", log), store)
    assert store.counts() == {"ready": 2}


def test_articles_begun_anew_have_a_log_that_begins_anew(store: BotStore) -> None:
    store.enqueue((), 40)
    log = FakeLog()
    log.list_article("old", FEED)
    assert plan_alerts(cast("Corpus", log), store) == 0
    log.list_article("ferry", FEED)
    assert plan_alerts(cast("Corpus", log), store) == 2


def test_what_is_followed_is_watched(store: BotStore) -> None:
    log = FakeLog()
    store.subscribe(Subscription(1, "https://gone.example/", "Gone", NOON))
    for _ in range(2):
        watch_followed(cast("Corpus", log), store)
    assert log.watched == [FEED]


async def test_a_new_article_reaches_its_followers(store: BotStore) -> None:
    log, sender = FakeLog(), FakeSender()
    async with running(log, store, sender):
        log.list_article("ferry", FEED)
        await until(lambda: sorted(sender.sent) == [(1, "ferry"), (2, "ferry")])


async def test_what_a_dead_process_was_sending_is_sent_again(store: BotStore) -> None:
    log, sender = FakeLog(), FakeSender(60.0)
    log.list_article("ferry", FEED)
    plan_alerts(cast("Corpus", log), store)
    dead = Drain(store, sender, words, utc_now)
    dying = asyncio.create_task(dead.run())
    await until(lambda: sender.in_flight == 2)
    dying.cancel()
    assert store.counts() == {"sending": 2}
    second = FakeSender()
    async with running(log, store, second):
        await until(lambda: sorted(second.sent) == [(1, "ferry"), (2, "ferry")])
    await dead.close(0.0)


async def test_a_round_that_fails_is_logged_and_the_others_go_on(
    store: BotStore, caplog: pytest.LogCaptureFixture
) -> None:
    log, sender = FakeLog(), FakeSender()
    log.failures.append(OSError("no network"))
    async with running(log, store, sender):
        log.list_article("ferry", FEED)
        await until(lambda: len(sender.sent) == 2)
        await until(lambda: log.refreshes == 2)
    assert "a round of _refresh failed" in caplog.text


async def test_loops_stop_when_they_are_told(store: BotStore) -> None:
    log = FakeLog()
    async with running(log, store, FakeSender()) as jobs:
        await until(lambda: log.refreshes == 1)
        async with asyncio.timeout(3):
            assert await jobs.close(2.0)
