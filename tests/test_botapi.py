"""The Bot API server of the tests refuses what Telegram refuses, and loses nothing that was not acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from telegram import (
    Bot,
    ChatMemberAdministrator,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    MessageEntity,
    ReplyParameters,
)
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter

from tests.botapi import TOKEN, BotApi, Fault, Refused
from tests.botapi.state import BOT_ID
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


async def test_some_calls_go_wrong_by_chance(api: BotApi, bot: Bot) -> None:
    api.faults.sometimes("sendMessage", 0.3, Fault())
    api.faults.sometimes("sendMessage", 0.3, Fault(refusal=Refused(500, "Internal Server Error")))
    heard = 0
    for number in range(40):
        with contextlib.suppress(NetworkError):
            heard += bool(await bot.send_message(7, str(number)))
    lost = sum(call.lost for call in api.calls)
    refused = sum(call.error is not None for call in api.calls)
    assert heard + lost + refused == 40
    assert len(api.sent(7)) == heard + lost
    assert 3 < lost < 22
    assert 3 < refused < 22


async def test_replies_take_as_long_as_they_are_told(api: BotApi, bot: Bot) -> None:
    api.faults.round_trip = 0.2
    began = time.monotonic()
    await bot.send_message(7, "hello")
    assert time.monotonic() - began >= 0.2


async def test_a_message_that_was_sent_can_be_changed(api: BotApi, bot: Bot) -> None:
    button = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go")]])
    sent = await bot.send_message(7, "one ship", entities=[MessageEntity("bold", 0, 3)], reply_markup=button)
    changed = await bot.edit_message_text("two ships", 7, sent.message_id)
    assert isinstance(changed, Message)
    assert (changed.text, changed.entities, changed.reply_markup) == ("two ships", (), None)
    assert changed.edit_date is not None
    assert [message["text"] for message in api.sent(7)] == ["two ships"]


async def test_a_change_is_refused_where_there_is_nothing_to_change(api: BotApi, bot: Bot) -> None:
    theirs = api.people.write("hello", 7)["message"]["message_id"]
    marked = [MessageEntity("bold", 0, 3)]
    ours = (await bot.send_message(7, "one ship", entities=marked)).message_id
    for number, text, words in (
        (ours, "one ship", "message is not modified"),
        (999, "two ships", "message to edit not found"),
        (theirs, "two ships", "message can't be edited"),
        (ours, "🚢" * 2049, "message is too long"),
    ):
        with pytest.raises(BadRequest, match=f"(?i){words}"):
            await bot.edit_message_text(text, 7, number, entities=marked if text == "one ship" else None)
    await bot.edit_message_text("one ship", 7, ours)  # without its mark it is another message


async def test_a_change_reaches_nobody_who_has_blocked_the_bot(api: BotApi, bot: Bot) -> None:
    sent = await bot.send_message(7, "one ship")
    api.people.block(7)
    with pytest.raises(Forbidden):
        await bot.edit_message_text("two ships", 7, sent.message_id)


async def test_a_chat_is_found_by_its_number_and_by_its_name(api: BotApi, bot: Bot) -> None:
    api.state.chat(-1009, type="channel", username="Harbour_News", title="Harbour")
    assert (await bot.get_chat("@harbour_news")).id == -1009
    assert (await bot.get_chat(-1009)).title == "Harbour"
    assert (await bot.get_chat(7)).first_name == "Person 7"
    for unknown in ("@harbour", -1010):
        with pytest.raises(BadRequest, match="not found"):
            await bot.get_chat(unknown)


async def test_who_governs_a_group_is_told(api: BotApi, bot: Bot) -> None:
    api.people.write("hello", -5, user_id=7)
    api.state.admins[-5] = {8}
    assert isinstance(await bot.get_chat_member(-5, 8), ChatMemberAdministrator)
    assert [(await bot.get_chat_member(-5, number)).status for number in (7, 9, bot.id)] == ["member", "left", "member"]
    assert (await bot.get_chat_member(7, 7)).status == "member"
    api.faults.kicked.add(-5)
    with pytest.raises(Forbidden):
        await bot.get_chat_member(-5, 8)


async def test_a_channel_is_open_to_its_administrators(api: BotApi, bot: Bot) -> None:
    api.state.chat(-1009, type="channel", username="harbour_news")
    with pytest.raises(BadRequest, match=r"(?i)inaccessible"):
        await bot.get_chat_member(-1009, bot.id)
    with pytest.raises(Forbidden):
        await bot.send_message("@harbour_news", "hello")
    api.state.admins[-1009] = {BOT_ID}
    me = await bot.get_chat_member(-1009, bot.id)
    assert isinstance(me, ChatMemberAdministrator)
    assert me.can_post_messages
    sent = await bot.send_message("@harbour_news", "hello", disable_notification=True, allow_paid_broadcast=True)
    assert sent.from_user is None
    assert sent.sender_chat is not None
    await bot.edit_message_text("hello there", -1009, sent.message_id)


async def test_what_people_post_in_a_channel_is_the_channels(api: BotApi, bot: Bot) -> None:
    api.state.chat(-1009, type="channel")
    number = api.people.write("good morning", -1009)["channel_post"]["message_id"]
    post = (await bot.get_updates())[-1].channel_post
    assert post is not None
    assert (post.text, post.from_user, post.message_id) == ("good morning", None, number)
    api.state.admins[-1009] = {BOT_ID}
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("good night", -1009, number)


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
