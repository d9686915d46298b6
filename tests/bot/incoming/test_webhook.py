"""Telegram is told where to come, and asked whether it gets there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from telegram import Update, WebhookInfo

from bot.config import Endpoint
from bot.incoming.inbox import Inbox
from bot.incoming.reception import build_bot
from bot.incoming.webhook import RECENT, Webhook, trouble
from bot.outgoing.outbox import utc_now
from bot.store import open_store
from tests.botapi import TOKEN, BotApi
from tests.botrun import HOOK, HOOK_SECRET, free_port
from tests.journey import settings

NOW = datetime(2026, 5, 31, 12, tzinfo=UTC)


class Side:
    """A bot's webhook, and Telegram's side of it."""

    def __init__(self, api: BotApi, data: Path) -> None:
        self.api, self.came = api, list[int]()
        self.store = open_store(data)
        self.inbox, port = Inbox(self.store), free_port()
        api.webhooks.via = f"http://127.0.0.1:{port}"
        root = api.start()
        hook = {"webhook_url": HOOK, "webhook_secret": SecretStr(HOOK_SECRET)}
        given = settings(root, data).model_copy(update={**hook, "webhook_listen": Endpoint("127.0.0.1", port)})
        self.bot = build_bot(self.inbox, TOKEN, root)
        self.webhook = Webhook(given, self.inbox, self.bot, self._put, utc_now)

    async def _put(self, update: Update) -> None:
        self.came.append(update.update_id)


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    api = BotApi()
    side = Side(api, tmp_path)
    async with side.bot:
        yield side
        await side.webhook.close()
    side.store.close()
    await api.stop()


async def test_before_telegram_knows_of_it_nothing_was_heard(side: Side) -> None:
    assert side.webhook.line().silence == float("inf")
    await side.webhook.open()
    assert side.webhook.line().silence < 5


async def test_a_webhook_that_somebody_took_off_is_set_again(side: Side) -> None:
    await side.webhook.open()
    side.api.webhooks.delete({})
    update = side.api.people.write("hello", 7)
    await side.webhook.ask()
    await side.api.wait(lambda: side.came)
    assert side.came == [update["update_id"]]


async def test_what_telegram_says_of_a_failure_is_passed_on_until_it_is_mended(side: Side) -> None:
    await side.webhook.open()
    via, side.api.webhooks.via = side.api.webhooks.via, "http://127.0.0.1:9"
    side.api.people.write("hello", 7)
    await side.api.wait(lambda: 0 in side.api.webhooks.replies)
    await side.webhook.ask()
    assert side.webhook.line().trouble == "Connection refused"
    assert side.webhook.line().pending == 1
    side.api.webhooks.via = via
    await side.api.wait(lambda: side.came)


async def test_a_telegram_that_does_not_answer_lets_the_silence_grow(side: Side) -> None:
    await side.webhook.open()
    before = side.webhook.line().silence
    side.api.faults.refuse("getWebhookInfo", 502, "Bad Gateway")
    await side.webhook.ask()
    assert side.webhook.line().silence > before
    await side.webhook.ask()
    assert side.webhook.line().silence < 1


def test_a_failure_of_long_ago_is_no_trouble() -> None:
    def told(age: timedelta) -> str:
        info = WebhookInfo(HOOK, False, 0, last_error_date=NOW - age, last_error_message="Connection timed out")
        return trouble(info, NOW)

    assert told(RECENT - timedelta(seconds=1)) == "Connection timed out"
    assert told(RECENT) == ""
    assert trouble(WebhookInfo(HOOK, False, 3), NOW) == ""
