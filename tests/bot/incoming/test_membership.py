"""Who may change what a chat follows: asked of Telegram each time, over HTTP and from another thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from telegram import Bot

from bot.incoming.membership import Membership
from bot.outgoing.client import TelegramClient
from bot.rights import Found, RightsUnknown
from tests.botapi import TOKEN, BotApi
from tests.botapi.state import BOT_ID

GROUP, CHANNEL = -1005, -1007


@dataclass
class Gate:
    """Membership, and the server that it asks."""

    api: BotApi
    membership: Membership

    async def governs(self, chat_id: int, user_id: int) -> bool:
        return await asyncio.to_thread(self.membership.governs, chat_id, user_id)

    async def find(self, name: str) -> Found | None:
        return await asyncio.to_thread(self.membership.find_chat, name)


@pytest.fixture
async def gate() -> AsyncIterator[Gate]:
    api = BotApi()
    bot = Bot(TOKEN, base_url=api.start() + "/bot", request=TelegramClient(8, read_timeout=1))
    api.people.write("hello", GROUP, user_id=7)
    api.people.write("hello", GROUP, user_id=8)
    api.state.chat(CHANNEL, type="channel", title="Harbour news", username="harbour")
    api.state.admins = {GROUP: {7}, CHANNEL: {7, BOT_ID}}
    async with bot:
        loop = asyncio.get_running_loop()
        yield Gate(api, Membership(bot, lambda: loop))
    await api.stop()


async def test_only_a_groups_administrators_govern_it(gate: Gate) -> None:
    assert await gate.governs(GROUP, 7)
    assert not await gate.governs(GROUP, 8)
    assert not await gate.governs(-999, 7)  # a group that we are not in


async def test_it_is_asked_anew_each_time(gate: Gate) -> None:
    assert await gate.governs(GROUP, 7)
    gate.api.state.admins[GROUP] = set()
    assert not await gate.governs(GROUP, 7)


async def test_ones_own_chat_is_ones_own_without_asking(gate: Gate) -> None:
    assert await gate.governs(8, 8)
    assert await gate.governs(GROUP, GROUP)  # a hidden administrator writes as the group
    assert {call.method for call in gate.api.calls} == {"getMe"}


async def test_whoever_writes_as_a_group_or_a_channel_governs_no_other(gate: Gate) -> None:
    assert not await gate.governs(CHANNEL, GROUP)
    assert not await gate.governs(GROUP, CHANNEL)


async def test_a_channel_is_found_by_its_name_or_number_if_we_may_post_there(gate: Gate) -> None:
    assert await gate.find("@harbour") == Found(CHANNEL, "Harbour news", "channel")
    assert await gate.find(str(CHANNEL)) == Found(CHANNEL, "Harbour news", "channel")
    assert await gate.find("@nobody") is None
    gate.api.state.admins[CHANNEL] = {7}
    assert await gate.find("@harbour") is None


async def test_a_group_is_found_if_we_are_in_it(gate: Gate) -> None:
    found = await gate.find(str(GROUP))
    assert found is not None
    assert (found.id, found.kind) == (GROUP, "group")


async def test_when_telegram_cannot_be_asked_nobody_governs_and_that_is_said(gate: Gate) -> None:
    gate.api.faults.refuse("getChatMember", 502, "Bad Gateway")
    with pytest.raises(RightsUnknown):
        await gate.governs(GROUP, 7)
    gate.api.faults.drop("getChat")
    with pytest.raises(RightsUnknown):
        await gate.find("@harbour")
