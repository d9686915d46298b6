"""Signs of life: none for quick answers, a draft in private, typing elsewhere, and never in an answer's way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from bot.incoming.inbox import Inbox, JournalBot
from bot.incoming.reception import build_bot
from bot.incoming.signs import MOST_SIGNS, PATIENCE_SECONDS, Signs
from bot.incoming.updates import Event, Place, Said
from bot.store import open_store
from tests.botapi import TOKEN, BotApi, Call

SHOWN = ("sendChatAction", "sendMessageDraft")


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    api = BotApi()
    yield api
    await api.stop()


@pytest.fixture
async def bot(api: BotApi, tmp_path: Path) -> AsyncIterator[JournalBot]:
    with closing(open_store(tmp_path)) as store:
        async with build_bot(Inbox(store), TOKEN, api.start()) as bot:
            yield bot


def said(api: BotApi, chat_id: int) -> Said:
    api.state.chat(chat_id)
    return Said(Place(chat_id, "private" if chat_id > 0 else "group", "en"), 7, "why?", None, 1, None)


def words(_: Event, number: int) -> str:
    return f"working, {number}"


def shown(api: BotApi) -> list[Call]:
    return [call for call in api.calls if call.method in SHOWN]


async def test_what_takes_no_time_shows_nothing(api: BotApi, bot: JournalBot) -> None:
    signs = Signs(bot, words)
    with signs.of_life(1, said(api, 7)):
        await asyncio.sleep(PATIENCE_SECONDS / 4)
    await asyncio.sleep(PATIENCE_SECONDS * 1.5)
    assert shown(api) == []


async def test_somebody_alone_with_us_sees_a_draft_and_a_group_sees_typing(api: BotApi, bot: JournalBot) -> None:
    signs = Signs(bot, words)
    with signs.of_life(1, said(api, 7)), signs.of_life(2, said(api, -7)):
        await api.wait(lambda: len(shown(api)) == 2)
    assert api.state.drafts == [(7, "working, 0")]
    assert {(call.method, call.chat_id) for call in shown(api)} == {("sendMessageDraft", 7), ("sendChatAction", -7)}


async def test_signs_leave_connections_for_answers(api: BotApi, bot: JournalBot) -> None:
    for method in SHOWN:
        api.faults.hang(method, 3.0, times=1000)
    signs = Signs(bot, words)
    with ExitStack() as working:
        for number in range(1, 101):
            working.enter_context(signs.of_life(number, said(api, number)))
        await api.wait(lambda: len(shown(api)) == MOST_SIGNS)
        async with asyncio.timeout(2.0):
            await bot.send_message(7, "an answer")
    assert len(shown(api)) == MOST_SIGNS
    await signs.release()
