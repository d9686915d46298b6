"""Whole journeys where Telegram brings the updates, and where somebody watches over the bot."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import Service
from bot.config import ConfigurationError, Endpoint, Settings
from bot.incoming.updates import ALLOWED
from bot.store import open_store
from retrieval import Corpus
from tests.bot.operating.test_monitor import fetched, values
from tests.botapi import TOKEN, BotApi, Json
from tests.botrun import HOOK, HOOK_SECRET, KillRun, Trial, free_port
from tests.feedserver import FeedServer
from tests.journey import TEXTS, api, running, settings, site
from tests.test_journeys import BRIDGE

__all__ = ["api", "site"]  # fixtures


class Hooked:
    """A bot behind a webhook, with a monitor."""

    def __init__(
        self, api: BotApi, corpus: Corpus, data: Path, *, admins: frozenset[int] = frozenset(),
        held: Callable[[], bool] = lambda: True,
    ) -> None:  # fmt: skip
        self.api, self.corpus, self.data, self.admins, self.held = api, corpus, data, admins, held
        self.port, self.watched = free_port(), free_port()
        self.api.webhooks.via = f"http://127.0.0.1:{self.port}"
        self.root = api.start()

    def settings(self) -> Settings:
        return settings(self.root, self.data, self.admins).model_copy(
            update={
                "webhook_url": HOOK,
                "webhook_secret": SecretStr(HOOK_SECRET),
                "webhook_listen": Endpoint("127.0.0.1", self.port),
                "monitor": Endpoint("127.0.0.1", self.watched),
            }
        )

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        store, stop = open_store(self.data), asyncio.Event()
        serving = asyncio.create_task(Service(self.settings(), self.corpus, store, held=self.held).serve(stop))
        try:
            await self.api.wait(lambda: self.calls("setWebhook") or serving.done())
            yield
        finally:
            stop.set()
            quiet = await serving
            store.close()
            assert quiet

    def calls(self, method: str) -> list[Json]:
        return [call.parameters for call in self.api.calls if call.method == method]

    async def get(self, path: str) -> tuple[int, str]:
        return await asyncio.to_thread(fetched, self.watched, path)

    async def degraded(self) -> dict[str, str]:
        return dict(json.loads((await self.get("/readyz"))[1])["degraded"])


@pytest.fixture
def hooked(api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path) -> Hooked:
    corpus = make_corpus()
    corpus.add(BRIDGE)
    return Hooked(api, corpus, tmp_path)


async def test_what_waited_while_nobody_listened_is_brought_and_answered(api: BotApi, hooked: Hooked) -> None:
    api.people.write("Why was Saltgate Bridge closed?", 7)
    async with hooked.run():
        [answer] = await api.wait(lambda: api.sent(7))
        api.people.write("/help", 8)
        await api.wait(lambda: api.sent(8))
        await api.wait(lambda: not api.state.updates)
    assert "cracks in two of its steel beams" in answer["text"]
    [told] = hooked.calls("setWebhook")
    assert told["url"] == HOOK
    assert told["secret_token"] == HOOK_SECRET
    assert set(told["allowed_updates"]) == set(ALLOWED)
    assert "drop_pending_updates" not in told
    assert api.polls == 0
    assert api.webhooks.is_set  # although it has stopped
    assert hooked.calls("deleteWebhook") == []


async def test_what_is_brought_again_and_again_is_answered_once(api: BotApi, hooked: Hooked) -> None:
    api.webhooks.repeats = 3
    async with hooked.run():
        for number in range(5):
            api.people.write(f"/help {number}", 10 + number)
        await api.wait(lambda: not api.state.updates)
        await api.wait(lambda: len(api.sent()) >= 5)
        await asyncio.sleep(0.3)
    assert len(api.sent()) == 5
    assert api.webhooks.replies.count(200) == 20


async def test_what_comes_while_it_stands_still_waits_for_the_next_start(api: BotApi, hooked: Hooked) -> None:
    async with hooked.run():
        pass
    api.people.write("/help", 7)
    await api.wait(lambda: 0 in api.webhooks.replies)  # nobody there
    async with hooked.run():
        await api.wait(lambda: api.sent(7))


async def test_a_telegram_that_will_not_have_the_webhook_is_asked_again(api: BotApi, hooked: Hooked) -> None:
    api.faults.refuse("setWebhook", 400, "Bad Request: bad webhook: Failed to resolve host")
    api.people.write("/help", 7)
    async with hooked.run():
        await api.wait(lambda: api.sent(7))
    assert len(hooked.calls("setWebhook")) == 2


async def test_a_port_that_is_taken_is_said_at_once(api: BotApi, hooked: Hooked) -> None:
    store = open_store(hooked.data)
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", hooked.port)
    with pytest.raises(ConfigurationError) as caught:
        await Service(hooked.settings(), hooked.corpus, store).serve(asyncio.Event())
    server.close()
    store.close()
    assert [fault.variable for fault in caught.value.faults] == ["FOOTNOTE_WEBHOOK_LISTEN"]


async def test_whoever_goes_back_to_polling_hears_what_the_webhook_was_to_bring(
    api: BotApi, hooked: Hooked, tmp_path: Path
) -> None:
    async with hooked.run():
        pass
    api.people.write("/help", 7)
    await api.wait(lambda: 0 in api.webhooks.replies)
    async with running(hooked.root, hooked.corpus, tmp_path):
        await api.wait(lambda: api.sent(7))
    assert not api.webhooks.is_set


async def test_the_watch_sees_a_bot_that_is_well_and_counts_what_it_does(api: BotApi, hooked: Hooked) -> None:
    async with hooked.run():
        api.people.write("Why was Saltgate Bridge closed?", 7)
        await api.wait(lambda: api.sent(7))
        assert (await hooked.get("/healthz"))[0] == 200
        assert await hooked.degraded() == {}
        page = (await hooked.get("/metrics"))[1]
    told = values(page)
    assert told['footnote_sent_total{lane="answer",result="sent"}'] == 1
    assert told['footnote_questions_total{outcome="answered"}'] == 1
    assert told['footnote_api_requests_total{method="sendMessage",result="ok"}'] == 1
    assert told["footnote_ready"] == 1
    assert len(told) <= 500
    assert not any(hidden in page for hidden in (TOKEN.split(":")[1], HOOK_SECRET, "Saltgate", '"7"'))


async def test_a_bot_that_cannot_reach_telegram_lives_and_is_not_ready(api: BotApi, hooked: Hooked) -> None:
    api.faults.refuse("getMe", 502, "Bad Gateway", times=2)
    store, stop = open_store(hooked.data), asyncio.Event()
    serving = asyncio.create_task(Service(hooked.settings(), hooked.corpus, store).serve(stop))
    await api.wait(lambda: hooked.calls("getMe"))
    assert (await hooked.get("/healthz"))[0] == 200
    await asyncio.sleep(0.1)
    assert (await hooked.degraded()).keys() == {"telegram"}
    await api.wait(lambda: hooked.calls("setWebhook"))
    assert await hooked.degraded() == {}
    stop.set()
    assert await serving
    store.close()


async def test_operators_read_the_same_in_the_chat(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    hooked = Hooked(api, make_corpus(), tmp_path, admins=frozenset({7}), held=lambda: not (tmp_path / "lost").exists())
    async with hooked.run():
        api.people.write("/status", 7)
        [well] = await api.wait(lambda: api.sent(7))
    (tmp_path / "lost").touch()
    async with hooked.run():
        api.people.write("/status", 7)
        _, ill = await api.wait(lambda: len(api.sent(7)) == 2 and api.sent(7))
        degraded = await hooked.degraded()
    assert TEXTS.say("en", "status.well") in well["text"]
    assert degraded == {"lock": "bot.lock"}
    assert TEXTS.say("en", "condition.lock", seen="bot.lock") in ill["text"]


@pytest.mark.usefixtures("embedder")  # exports the model, once for all
async def test_killed_with_questions_in_flight_a_webhook_loses_none(
    api: BotApi, site: FeedServer, tmp_path: Path
) -> None:
    tally = await KillRun(api, site, tmp_path, seed=4, trial=Trial("webhook", 12)).play(kills=1)
    assert tally.lost == []
    assert tally.duplicates <= tally.sending
    log = (tmp_path / "bot.log").read_text()
    assert HOOK_SECRET not in log
    assert TOKEN not in log
