"""Every call of the Bot API is told to whoever counts, by its method and what came of it, and by nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from telegram import Bot
from telegram.error import TelegramError

from bot.outgoing.calls import Call, CountedRequest
from tests.botapi import TOKEN, BotApi


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    api = BotApi()
    yield api
    await api.stop()


class Counted:
    """A bot whose calls are kept."""

    def __init__(self, root: str) -> None:
        self.calls: list[Call] = []
        requests = [CountedRequest(self.calls.append, 2, read_timeout=0.3, connect_timeout=0.3) for _ in range(2)]
        self.bot = Bot(TOKEN, f"{root}/bot", f"{root}/file/bot", request=requests[0], get_updates_request=requests[1])

    async def outcome(self) -> tuple[str, str, float]:
        """Of a message that is sent."""
        with suppress(TelegramError):
            await self.bot.send_message(7, "hello")
        last = self.calls[-1]
        return last.method, last.result, last.wait


async def test_each_outcome_has_its_name(api: BotApi) -> None:
    counted = Counted(api.start())
    api.people.write("hello", 7)
    async with counted.bot:
        assert await counted.outcome() == ("sendMessage", "ok", 0.0)
        api.faults.flood("sendMessage", 7)
        assert await counted.outcome() == ("sendMessage", "flood", 7.0)
        for code, result in ((400, "refused"), (403, "refused"), (502, "server error")):
            api.faults.refuse("sendMessage", code, "No")
            assert await counted.outcome() == ("sendMessage", result, 0.0)
        api.faults.drop("sendMessage")
        assert await counted.outcome() == ("sendMessage", "network", 0.0)
        api.faults.hang("sendMessage", 1.0)
        assert await counted.outcome() == ("sendMessage", "timeout", 0.0)
    assert counted.calls[0].method == "getMe"
    assert all(call.seconds >= 0 for call in counted.calls)


async def test_files_are_no_methods(api: BotApi) -> None:
    counted = Counted(api.start())
    document = api.people.send_document("notes.txt", b"abc", 7)["message"]["document"]
    async with counted.bot:
        file = await counted.bot.get_file(document["file_id"])
        assert bytes(await file.download_as_bytearray()) == b"abc"
    assert [call.method for call in counted.calls] == ["getMe", "getFile", "file"]
    assert not any(secret in repr(counted.calls) for secret in (TOKEN, TOKEN.split(":")[1], document["file_id"]))
