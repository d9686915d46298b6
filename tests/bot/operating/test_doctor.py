"""The doctor asks whoever must answer, in seconds, changes nothing, and says of each what to do."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from telegram import User

from bot.config import Endpoint, Settings
from bot.lock import hold
from bot.operating.doctor import _Examination
from bot.operating.finding import Finding
from bot.operating.health import Health, Line, Vitals
from bot.operating.metrics import Metrics
from bot.operating.monitor import Monitor
from bot.operating.outside import Outside
from bot.operating.reaching import DEADLINE_SECONDS, Reached, reach
from bot.operating.stock import Stock
from bot.texts import load_texts
from retrieval import Feed, Validators
from tests.botapi import TOKEN, BotApi
from tests.botapi.state import BOT
from tests.journey import settings

TEXTS = load_texts()
WELL = Vitals(commit=0.004, behind=0, behind_for=0.0, stale=0, free=10**11, held=True)
HOOK, HOOK_SECRET, KEY = "https://bot.example.org/telegram", "a-secret-of-the-tests-only", "sk-of-the-tests-only"


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    api = BotApi()
    yield api
    await api.stop()


async def examined(given: Settings, language: str = "en", seconds: float = DEADLINE_SECONDS) -> dict[str, Finding]:
    """What the doctor says of everything outside."""
    reached = await asyncio.to_thread(reach, given, seconds)
    return {f.name: f for f in Outside(given, TEXTS, language, datetime.now(UTC)).findings(reached)}


@pytest.fixture
def given(api: BotApi, tmp_path: Path) -> Settings:
    return settings(api.start(), tmp_path)


def changed(given: Settings, **values: Any) -> Settings:
    return given.model_copy(update=values)


def hooked(given: Settings) -> Settings:
    here = Endpoint("127.0.0.1", free_port())
    return changed(given, webhook_url=HOOK, webhook_secret=SecretStr(HOOK_SECRET), webhook_listen=here)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


async def test_it_meets_the_bot_and_changes_nothing(api: BotApi, given: Settings) -> None:
    found = await examined(given)
    assert found["bot"] == Finding("bot", "ok", f"@{BOT['username']}, number {BOT['id']}")
    assert found["webhook"].state == found["monitor"].state == "ok"
    assert {call.method for call in api.calls} == {"getMe", "getWebhookInfo"}


def test_what_the_bot_may_not_do_is_told_with_what_botfather_should_hear(given: Settings) -> None:
    outside = Outside(given, TEXTS, "en", datetime.now(UTC))
    may = {"can_join_groups": True, "supports_inline_queries": True, "supports_guest_queries": True}
    hears = {"can_read_all_group_messages": False}

    def found(**changed: bool) -> Finding:
        me = User(1, "Footnote", True, username="footnote_bot", **(may | hears | changed))
        return next(f for f in outside.findings(Reached("yes", me)) if f.name == "abilities")

    assert found().state == "ok"
    lacking = found(supports_inline_queries=False, can_read_all_group_messages=True)
    assert lacking.state == "warn"
    assert [word in lacking.detail for word in ("/setinline", "/setprivacy", "/setjoingroups")] == [True, True, False]
    assert "/setjoingroups" in found(can_join_groups=False).detail
    assert "guest mode" in found(supports_guest_queries=False).detail


async def test_a_token_that_telegram_does_not_know_is_a_failure(api: BotApi, given: Settings) -> None:
    api.faults.refuse("getMe", 401, "Unauthorized")
    found = await examined(given)
    assert found["bot"].state == "fail"
    assert "@BotFather" in found["bot"].detail
    assert found.keys() == {"bot", "monitor"}


async def test_without_a_network_it_warns_and_is_soon_done(api: BotApi, given: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the call and says nothing
        root = f"http://127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        model = {"llm_url": f"{root}/v1", "llm_model": "m", "llm_key": SecretStr(KEY)}
        found = await examined(changed(given, telegram_api_url=root, **model), seconds=0.5)
    assert time.monotonic() - began < 0.5 + 3
    assert found["bot"].state == found["llm"].state == "warn"
    assert api.calls == []


async def test_nothing_secret_is_said_in_any_language(api: BotApi, given: Settings) -> None:
    api.faults.refuse("getMe", 401, "Unauthorized")
    secretive = changed(hooked(given), llm_url="http://127.0.0.1:9/v1", llm_model="m", llm_key=SecretStr(KEY))
    for language in TEXTS.languages():
        found = [*(await examined(secretive, language)).values(), _Examination(secretive, TEXTS, language).settings()]
        said = " ".join(finding.detail for finding in found)
        assert HOOK in said
        assert not any(secret in said for secret in (TOKEN.split(":")[1], HOOK_SECRET, KEY))


async def test_a_webhook_that_is_left_over_is_told_of(api: BotApi, given: Settings) -> None:
    api.webhooks.set({"url": "https://old.example.org/x"})
    found = (await examined(given))["webhook"]
    assert found.state == "warn"
    assert "https://old.example.org/x" in found.detail


async def test_a_webhook_that_is_set_is_well_until_telegram_fails_to_reach_it(api: BotApi, given: Settings) -> None:
    given = hooked(given)
    assert (await examined(given))["webhook"].state == "warn"  # not set yet
    api.webhooks.via = f"http://127.0.0.1:{given.webhook_listen.port}"
    api.webhooks.set({"url": HOOK})
    assert (await examined(given))["webhook"].state == "ok"
    api.people.write("hello", 7)
    await api.wait(lambda: api.webhooks.replies)
    found = (await examined(given))["webhook"]
    assert found.state == "warn"
    assert "Connection refused" in found.detail
    assert str(given.webhook_listen.port) in found.detail


async def test_a_taken_port_is_a_failure_unless_a_running_bot_has_it(given: Settings, tmp_path: Path) -> None:
    given = hooked(given)
    assert (await examined(given))["listen"].state == "ok"
    with socket.create_server(given.webhook_listen):
        taken = (await examined(given))["listen"]
        assert taken.state == "fail"
        assert "FOOTNOTE_WEBHOOK_LISTEN" in taken.detail
        with hold(tmp_path):
            assert (await examined(given))["listen"].state == "ok"


@asynccontextmanager
async def watched(line: Line) -> AsyncIterator[int]:
    """A running bot's monitor; its port."""
    health = Health(lambda: WELL, lambda: line)
    monitor = Monitor(Endpoint("127.0.0.1", 0), health, Metrics(), Stock)
    await monitor.start()
    await asyncio.sleep(0.05)
    yield monitor.port or 0
    await monitor.close()


async def test_a_bot_that_runs_is_asked_how_it_is(given: Settings) -> None:
    async with watched(Line(1.0)) as port:
        found = (await examined(changed(given, monitor=Endpoint("0.0.0.0", port))))["monitor"]  # noqa: S104
        assert found.state == "ok"
    async with watched(Line(300.0)) as port:
        found = (await examined(changed(given, monitor=Endpoint("127.0.0.1", port)), "ru"))["monitor"]
    assert found.state == "warn"
    assert TEXTS.say("ru", "condition.telegram", seen="300 s") in found.detail
    assert (await examined(changed(given, monitor=Endpoint("127.0.0.1", port))))["monitor"].state == "ok"  # free


async def test_a_program_that_is_no_bot_has_the_monitors_port(api: BotApi, given: Settings) -> None:
    port = int(given.telegram_api_url.rpartition(":")[2])  # the server of these tests
    found = (await examined(changed(given, monitor=Endpoint("127.0.0.1", port))))["monitor"]
    assert found.state == "warn"
    assert "FOOTNOTE_MONITOR" in found.detail


@pytest.mark.parametrize(("answered", "state"), [("yes", "ok"), ("refused", "fail"), ("no", "warn")])
def test_a_language_model_answers_or_not(given: Settings, answered: Any, state: str) -> None:
    model = changed(given, llm_url="http://127.0.0.1:9/v1", llm_model="m")
    outside = Outside(model, TEXTS, "en", datetime.now(UTC))
    [found] = [f for f in outside.findings(Reached(model=answered)) if f.name == "llm"]
    assert found.state == state
    assert "http://127.0.0.1:9/v1" in found.detail


@pytest.fixture
def examination(tmp_path: Path) -> Callable[[str], _Examination]:
    return lambda language: _Examination(settings("http://127.0.0.1:9", tmp_path), TEXTS, language)


def test_little_room_is_warned_of_and_none_is_a_failure(examination: Callable[[str], _Examination]) -> None:
    told = [examination("en").disk(free) for free in (50 * 10**9, 900 * 10**6, 99 * 10**6)]
    assert [finding.state for finding in told] == ["ok", "warn", "fail"]
    assert [word in finding.detail for word, finding in zip(("50.0 GB", "900 MB", "99 MB"), told, strict=True)]


def test_an_old_parser_is_warned_of(examination: Callable[[str], _Examination]) -> None:
    assert examination("en").expat((2, 6, 0)).state == "ok"
    assert examination("en").expat((2, 5, 9)).state == "warn"


def test_feeds_that_do_not_answer_are_named_with_the_day_since_when(
    examination: Callable[[str], _Examination],
) -> None:
    now = datetime(2026, 5, 31, tzinfo=UTC)
    up = Feed("https://a.example/feed", "A", Validators(), now, 0)
    down = [replace(up, url=f"https://{n}.example/feed", down_since=now - timedelta(days=n)) for n in (2, 9, 4)]
    ended = replace(up, url="https://gone.example/feed", ended=True, down_since=now)
    assert examination("en").feeds([up]).state == "ok"
    found = examination("en").feeds([up, *down, ended])
    assert found.state == "warn"
    for told in ("3 of 5", "2026-05-22", "https://9.example/feed", "https://gone.example/feed"):
        assert told in found.detail
