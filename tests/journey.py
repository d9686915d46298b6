"""What journeys begin with: a Bot API server, a site with a feed, a bot that runs over a corpus, and its buttons."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from bot.app import Service
from bot.config import Settings
from bot.outgoing.outbox import utc_now
from bot.texts import load_texts
from retrieval import Corpus
from tests.blank import blank_store
from tests.botapi import TOKEN, BotApi, Json
from tests.feedserver import FeedServer

TEXTS = load_texts()


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    api = BotApi()
    yield api
    await api.stop()


@pytest.fixture
def site() -> Iterator[FeedServer]:
    with FeedServer() as site:
        site.publish(
            "Old news about the harbour", "The harbour was quiet for the whole of last week. Nobody complained."
        )
        yield site


def settings(root: str, data: Path, admins: frozenset[int] = frozenset()) -> Settings:
    """As the environment would give them, but with feeds visited at every round."""
    return Settings.model_construct(
        telegram_bot_token=Settings(TELEGRAM_BOT_TOKEN=TOKEN).telegram_bot_token,
        telegram_api_url=root,
        data=data,
        poll_seconds=1,
        allowed_networks=(ip_network("127.0.0.0/8"),),
        admins=admins,
        log_level="INFO",
        paid_broadcast=False,
        model=None,
        model_languages=(),
    )


@asynccontextmanager
async def running(
    root: str,
    corpus: Corpus,
    data: Path,
    admins: frozenset[int] = frozenset(),
    clock: Callable[[], datetime] = utc_now,
    **decided: object,
) -> AsyncIterator[None]:
    """A bot from its start to its stop, over an open corpus. `decided`: other settings than `settings` has."""
    store, stop = blank_store(data, clock), asyncio.Event()
    operator = settings(root, data, admins).model_copy(update=decided)
    serving = asyncio.create_task(Service(operator, corpus, store, clock).serve(stop))
    try:
        yield
    finally:
        stop.set()
        quiet = await serving
        store.close()
        assert quiet


def entities(message: Json, kind: str) -> list[str]:
    """The stretches of a message's text that are shown so."""
    units = message["text"].encode("utf-16-le")
    marked = [e for e in message.get("entities", []) if e["type"] == kind]
    return [units[e["offset"] * 2 : (e["offset"] + e["length"]) * 2].decode("utf-16-le") for e in marked]


def buttons(message: Json) -> dict[str, str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return {button["text"]: button["callback_data"] for row in rows for button in row}


async def follow(api: BotApi, text: str, chat_id: int, **who: object) -> Json:
    """Somebody follows something, and confirms it; the message that says so."""
    said = len(api.sent(chat_id))
    api.people.write(f"/follow {text}", chat_id, **who)  # type: ignore[arg-type]
    proposal = (await api.wait(lambda: api.sent(chat_id)[said:], 30))[0]
    return await pressed(api, proposal, TEXTS.say("en", "button.follow"), **who)


async def pressed(api: BotApi, message: Json, button: str, **who: object) -> Json:
    """Somebody presses a button; what is said to that, in place of the message or below."""
    chat_id, before = message["chat"]["id"], (message["text"], message.get("reply_markup"))
    said = len(api.sent(chat_id))
    api.people.press(message, buttons(message)[button], **who)  # type: ignore[arg-type]

    def answer() -> list[Json]:
        is_other = (message["text"], message.get("reply_markup")) != before  # it is the server's own
        return [message] if is_other else api.sent(chat_id)[said:]

    return (await api.wait(answer, 30))[-1]
