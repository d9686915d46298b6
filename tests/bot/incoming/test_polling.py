"""A connection that dies in silence is noticed and left; what comes afterwards comes in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from telegram import Update
from telegram.ext import Updater

from bot.incoming.inbox import Inbox, JournalBot
from bot.incoming.polling import Polling
from bot.outgoing.calls import Call, CountedRequest
from bot.store import BotStore, open_store
from tests.blackhole import BlackHole
from tests.botapi import TOKEN, BotApi

POLL_SECONDS = 1
PATIENCE = 0.3
NOTICED_SECONDS = 2 * (POLL_SECONDS + PATIENCE)  # 90 where a poll takes 30 and the patience is 15


class Listening:
    """A bot that polls through a black hole; `calls` are those it made."""

    def __init__(self, store: BotStore, root: str) -> None:
        self.calls: list[Call] = []
        self.inbox = Inbox(store)

        def request() -> CountedRequest:
            return CountedRequest(self.calls.append, 1, read_timeout=60.0, connect_timeout=0.3, pool_timeout=0.3)

        self.polls = request()

        self.bot = JournalBot(
            self.inbox,
            TOKEN,
            patience=PATIENCE,
            base_url=f"{root}/bot",
            request=request(),
            get_updates_request=self.polls,
        )
        self.queue: asyncio.Queue[object] = asyncio.Queue()
        self.updater = Updater(self.bot, self.queue)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        polling = Polling(self.updater, self.inbox, POLL_SECONDS)
        await self.updater.initialize()
        await polling.open()
        yield
        await polling.close()
        await self.updater.shutdown()

    async def next(self, seconds: float) -> Update:
        async with asyncio.timeout(seconds):
            update = await self.queue.get()
        assert isinstance(update, Update)
        return update


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    api = BotApi()
    yield api
    await api.stop()


@asynccontextmanager
async def listening(api: BotApi, data: Path) -> AsyncIterator[tuple[Listening, BlackHole]]:
    store = open_store(data)
    async with BlackHole(api.start()) as hole:
        bot = Listening(store, hole.root)
        async with bot.open():
            yield bot, hole
    store.close()


async def test_a_dead_connection_is_left_and_the_next_question_heard(api: BotApi, tmp_path: Path) -> None:
    async with listening(api, tmp_path) as (bot, hole):
        api.people.write("before", 7)
        assert (await bot.next(5)).message.text == "before"  # type: ignore[union-attr]
        hole.swallow()
        began = time.monotonic()
        api.people.write("after", 7)
        assert (await bot.next(NOTICED_SECONDS)).message.text == "after"  # type: ignore[union-attr]
        assert time.monotonic() - began > PATIENCE  # it was a dead connection that it waited for
        assert bot.inbox.contact.silence() < POLL_SECONDS
    assert [call.result for call in bot.calls if call.method == "getUpdates"].count("ok") >= 2


async def test_while_nothing_gets_through_it_goes_on_asking_and_hears_when_something_does(
    api: BotApi, tmp_path: Path
) -> None:
    async with listening(api, tmp_path) as (bot, hole):
        hole.swallow(new=True)
        before = hole.connected
        await asyncio.sleep(NOTICED_SECONDS + PATIENCE)
        assert hole.connected >= before + 2
        assert bot.inbox.contact.silence() > NOTICED_SECONDS
        hole.heal()
        api.people.write("at last", 7)
        assert (await bot.next(NOTICED_SECONDS)).message.text == "at last"  # type: ignore[union-attr]


async def test_a_pool_that_is_full_of_the_dead_is_left(api: BotApi, tmp_path: Path) -> None:
    store = open_store(tmp_path)
    async with BlackHole(api.start()) as hole:
        bot = Listening(store, hole.root)
        hole.swallow(new=True)
        await bot.polls.initialize()
        stuck = asyncio.create_task(bot.polls.do_request(f"{hole.root}/bot{TOKEN}/getMe", "POST"))
        await asyncio.sleep(0.2)
        hole.heal()
        api.people.write("is anybody there?", 7)
        async with bot.open():
            assert (await bot.next(NOTICED_SECONDS)).message.text == "is anybody there?"  # type: ignore[union-attr]
        await asyncio.gather(stuck, return_exceptions=True)
    store.close()


async def test_a_stranger_in_telegrams_place_is_outlasted(api: BotApi, tmp_path: Path) -> None:
    async with listening(api, tmp_path) as (bot, _):
        for code, description in ((401, "Unauthorized"), (502, "Bad Gateway")):
            api.faults.refuse("getUpdates", code, description)
        api.people.write("still there?", 7)
        assert (await bot.next(15)).message.text == "still there?"  # type: ignore[union-attr]
    assert {call.result for call in bot.calls if call.method == "getUpdates"} >= {"refused", "server error", "ok"}
