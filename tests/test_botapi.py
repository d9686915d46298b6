"""The Bot API server of the tests refuses what Telegram refuses, and loses nothing that was not acknowledged."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter

from tests.botapi import TOKEN, BotApi
from tests.feedserver import FeedServer

os.environ.setdefault("PTB_TIMEDELTA", "true")  # the library warns about waits as plain numbers


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    api = BotApi()
    yield api
    await api.stop()


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    async with Bot(TOKEN, base_url=api.start() + "/bot") as bot:
        api.people.write("/start", 7)
        yield bot


async def test_an_update_comes_again_until_it_is_acknowledged(api: BotApi, bot: Bot) -> None:
    api.people.write("hello", 7)
    first, second = await bot.get_updates()
    assert [u.update_id for u in await bot.get_updates()] == [first.update_id, second.update_id]
    assert [u.update_id for u in await bot.get_updates(offset=second.update_id)] == [second.update_id]
    assert second.message is not None
    assert second.message.text == "hello"


async def test_a_long_poll_ends_when_somebody_writes(api: BotApi, bot: Bot) -> None:
    [start] = await bot.get_updates()
    poll = asyncio.create_task(bot.get_updates(offset=start.update_id + 1, timeout=20))
    await api.wait(lambda: api.polls == 2)
    api.people.write("hello", 7)
    assert len(await asyncio.wait_for(poll, 5)) == 1


@pytest.mark.parametrize(
    ("chat_id", "error"), [(7, None), (8, BadRequest), (9, Forbidden), (-5, ChatMigrated), (10, RetryAfter)]
)
async def test_each_chat_answers_as_telegram_would(
    api: BotApi, bot: Bot, chat_id: int, error: type[Exception] | None
) -> None:
    for known in (9, -5, 10):
        api.people.write("hello", known)
    api.people.block(9)
    api.people.upgrade(-5, -1005)
    api.faults.flood("sendMessage", 2, 10)
    if error is None:
        assert (await bot.send_message(chat_id, "hello")).text == "hello"
    else:
        with pytest.raises(error):
            await bot.send_message(chat_id, "hello")
    assert len(api.sent()) == (error is None)


@pytest.mark.parametrize(
    "entities",
    [
        [MessageEntity("bold", 0, 99)],
        [MessageEntity("bold", 1, 1)],  # half of a ship
        [MessageEntity("bold", 0, 4), MessageEntity("italic", 2, 4)],
        [MessageEntity("text_link", 0, 2, url="javascript:alert(1)")],
        [MessageEntity("bold", n, 1) for n in range(2, 103)],
    ],
)
async def test_bad_entities_are_refused(bot: Bot, entities: list[MessageEntity]) -> None:
    text = "🚢 sails" if len(entities) < 9 else "x" * 200
    with pytest.raises(BadRequest):
        await bot.send_message(7, text, entities=entities)


async def test_what_telegram_limits_is_limited(bot: Bot) -> None:
    button = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="x" * 65)]])
    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        await bot.send_message(7, "hello", reply_markup=button)
    with pytest.raises(BadRequest, match="too long"):
        await bot.send_message(7, "🚢" * 2049)
    with pytest.raises(BadRequest, match="replied"):
        await bot.send_message(7, "hello", reply_parameters=ReplyParameters(999))
    with pytest.raises(BadRequest, match="no parameter"):
        await bot.send_message(7, "hello", api_kwargs={"protect": True})


async def test_a_lost_reply_is_still_a_message_and_a_dropped_one_is_not(api: BotApi, bot: Bot) -> None:
    api.faults.lose_reply("sendMessage")
    api.faults.drop("sendMessage")
    for text in ("one", "two"):
        with pytest.raises(NetworkError):
            await bot.send_message(7, text)
    assert [message["text"] for message in api.sent(7)] == ["one"]


async def test_telegrams_rates_can_be_enforced(api: BotApi, bot: Bot) -> None:
    api.faults.rates = True
    await bot.send_message(7, "one")
    with pytest.raises(RetryAfter):
        await bot.send_message(7, "two")


def test_the_feed_server_knows_what_is_unchanged() -> None:
    with FeedServer() as site:
        before = _get(site.feed_url)
        assert _get(site.feed_url, before["etag"])["status"] == 304
        url = site.publish("Ferry <late>", "The ferry to Tern Island was late on Friday.")
        assert _get(site.feed_url, before["etag"])["status"] == 200
        assert "was late" in _get(url)["body"]
        assert _get(site.root + "/nowhere")["status"] == 404


def test_alone_it_keeps_what_was_said_over_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    command = [sys.executable, "-m", "tests.botapi", "--port", "0", "--state", str(file)]
    for said in (1, 2):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]) as process:  # noqa: S603
            assert process.stdout is not None
            root = process.stdout.readline().strip()
            assert json.loads(_get(f"{root}/control/write?text=hello")["body"])["message"]["text"] == "hello"
            assert json.loads(_get(f"{root}/control/stats")["body"])["pending"] == said
            assert _get(f"{root}/control/fault?kind=earthquake")["status"] == 400
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0


def _get(url: str, etag: str | None = None) -> dict[str, Any]:
    request = urllib.request.Request(url, headers={"If-None-Match": etag} if etag else {})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:  # noqa: S310 - our own server
            return {"status": reply.status, "etag": reply.headers["ETag"], "body": reply.read().decode()}
    except urllib.error.HTTPError as error:
        with error:
            return {"status": error.code, "etag": None, "body": ""}
