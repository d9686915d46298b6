"""The loops go on whatever a round meets, and plan each change of the corpus once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest

from bot.alerting.planning import Planner
from bot.jobs import Jobs, watch_followed
from bot.outgoing.delivery import Drain
from bot.outgoing.outbox import utc_now
from bot.outgoing.types import Alert, Delivery, Letter
from bot.store import BotStore
from bot.types import Kind, Message, Subscription
from retrieval import Article, Corpus
from tests.blank import blank_store
from tests.fakes import NOON, FakeFeeds, FakeSender, FakeWire, until

FEED = "https://feed.example/"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BotStore]:
    store = blank_store(tmp_path)
    for chat_id in (1, 2):
        store.chat(chat_id, language="en", kind="private")
        store.subscribe(Subscription(chat_id, Kind.FEED, FEED, "Feed", NOON))
    yield store
    store.close()


FERRY = Article("ferry", "Ferry sails", "The ferry sails.")


def words(delivery: Delivery) -> Letter:
    assert isinstance(delivery.content, Alert)
    return Letter(delivery.chat_id, Message(delivery.content.article_id))


class Log(FakeFeeds):
    """Jobs' side of a corpus, and the planner's."""

    def __init__(self) -> None:
        super().__init__()
        self.wire = FakeWire()

    def last_change(self) -> int:
        return self.wire.last_change()

    def list_article(self, article: Article = FERRY) -> None:
        self.wire.add(article)
        self.wire.list_in(FEED, article.id)


def planner_of(log: Log, store: BotStore) -> Planner:
    return Planner(cast("Corpus", log), store, utc_now)


@asynccontextmanager
async def running(log: Log, store: BotStore, sender: FakeSender) -> AsyncIterator[Jobs]:
    drain = Drain(store, sender, words, utc_now)
    jobs = Jobs(cast("Corpus", log), store, planner_of(log, store), drain, poll_seconds=60, clock=utc_now)
    jobs.start()
    try:
        yield jobs
    finally:
        assert await jobs.close(5.0)


def test_what_is_followed_is_watched(store: BotStore) -> None:
    log = Log()
    store.subscribe(Subscription(1, Kind.FEED, "https://gone.example/", "Gone", NOON))
    for _ in range(2):
        watch_followed(cast("Corpus", log), store)
    assert log.watched == [FEED]


async def test_a_new_article_reaches_its_followers(store: BotStore) -> None:
    log, sender = Log(), FakeSender()
    async with running(log, store, sender):
        log.list_article()
        await until(lambda: sorted(sender.sent) == [(1, "ferry"), (2, "ferry")])


async def test_what_a_dead_process_was_sending_is_sent_again(store: BotStore) -> None:
    log, sender = Log(), FakeSender(60.0)
    log.list_article()
    planner_of(log, store).run()
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
    log, sender = Log(), FakeSender()
    log.failures.append(OSError("no network"))
    async with running(log, store, sender):
        log.list_article()
        await until(lambda: len(sender.sent) == 2)
        await until(lambda: log.refreshes == 2)
    assert "a round of _refresh failed" in caplog.text


async def test_loops_stop_when_they_are_told(store: BotStore) -> None:
    log = Log()
    async with running(log, store, FakeSender()) as jobs:
        await until(lambda: log.refreshes == 1)
        async with asyncio.timeout(3):
            assert await jobs.close(2.0)
