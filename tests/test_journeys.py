"""Whole journeys over HTTP: people, the unchanged Telegram library, the desk, the real model, a feed, and back.

The last ones run the bot as a process of its own, and kill it.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.app import Service
from bot.config import ConfigurationError
from bot.lock import hold
from bot.store import open_store
from retrieval import Article, Corpus, StoreFailed
from tests.botapi import TOKEN, BotApi
from tests.botrun import KillRun
from tests.fakes import until
from tests.feedserver import FeedServer
from tests.journey import TEXTS, api, buttons, entities, follow, running, settings, site

__all__ = ["api", "site"]  # fixtures
END_SECONDS = 15.0  # four waits of CLOSE_SECONDS at most
BRIDGE = Article(
    id="bridge",
    title="Saltgate Bridge closed after cracks are found",
    text="Saltgate Bridge was closed on Tuesday. Inspectors had found cracks in two of its steel beams.\n\n"
    "The repair will cost 14 million crowns, the deputy mayor Tomas Ferrin said. It is to take nine months.",
    url="https://observer.lindhaven.example/2026/03/17/bridge",
    source="The Lindhaven Observer",
)
FERRY = Article(
    id="ferry",
    title="Новый паром на остров Терн",
    text="Новый паром на остров Терн начнёт ходить 4 мая. Билет будет стоить 12 крон.\n\n"
    "Паром построили на верфи в Бренноке за два года.",
    language="ru",
    url="https://vestnik.lindhaven.example/2026/04/20/parom",
    source="Линдхавенский вестник",
)

STORY = (
    "A crane fell into the harbour basin of Millrace on Thursday morning, and nobody was hurt, the police said.",
    "The crane had been out of use since January. It will be raised next week, and the basin stays closed until then.",
)


async def test_a_question_gets_an_answer_with_footnotes(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    corpus = make_corpus()
    corpus.add(BRIDGE)
    async with running(api.start(), corpus, tmp_path):
        api.people.write("Why was Saltgate Bridge closed?", 7)
        [answer] = await api.wait(lambda: api.sent(7))
    assert "cracks in two of its steel beams" in answer["text"]
    links = [e["url"] for e in answer["entities"] if e["type"] == "text_link"]
    assert links
    assert all(link.startswith(f"{BRIDGE.url}#:~:text=") for link in links)
    assert any(BRIDGE.title in quote for quote in entities(answer, "expandable_blockquote"))


async def test_what_the_articles_do_not_tell_is_refused(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    corpus = make_corpus()
    corpus.add(BRIDGE)
    async with running(api.start(), corpus, tmp_path):
        api.people.write("How many moons does Jupiter have?", 7)
        [refusal] = await api.wait(lambda: api.sent(7))
    refusals = [TEXTS.say("en", f"refusal.{reason}") for reason in ("not_told", "nothing_found")]
    assert refusal["text"].startswith(tuple(refusals))


async def test_a_russian_question_gets_a_russian_answer(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    corpus = make_corpus()
    corpus.add(FERRY)
    async with running(api.start(), corpus, tmp_path):
        api.people.write("Сколько будет стоить билет на паром?", 7, language="ru")
        [answer] = await api.wait(lambda: api.sent(7))
        api.people.write("/language xx", 7, language="ru")
        await api.wait(lambda: len(api.sent(7)) == 2)
    assert "12 крон" in answer["text"]
    assert api.sent(7)[1]["text"] == TEXTS.say("ru", "language.unknown")
    menus = [call for call in api.calls if call.method == "setMyCommands"]
    assert {menu.parameters.get("language_code") for menu in menus} == {None, "ru"}


async def test_a_followed_feed_alerts_once_and_its_buttons_work(
    api: BotApi, make_corpus: Callable[[], Corpus], site: FeedServer, tmp_path: Path
) -> None:
    root, corpus = api.start(), make_corpus()
    async with running(root, corpus, tmp_path):
        followed = await follow(api, site.feed_url, 7)
        assert site.title in followed["text"]
        assert any("Old news about the harbour" in message["text"] for message in api.sent(7))
        before = len(api.sent(7))
        url = site.publish(
            "Tanker leaks oil in the bay",
            "The tanker Merganser lost 40 tonnes of fuel oil in the bay on Wednesday, the port authority said.",
            "Captain Rurik Haldane said that booms would keep the oil away from the beaches of Tern Island.",
        )
        alert = (await api.wait(lambda: api.sent(7)[before:], 30))[0]
        assert "Tanker leaks oil in the bay" in alert["text"]
        assert any(e.get("url", "").startswith(url) for e in alert["entities"])
        pressed = buttons(alert)
        api.people.press(alert, pressed[TEXTS.say("en", "button.summary")])
        summary = (await api.wait(lambda: api.sent(7)[before + 1 :]))[0]
        assert "40 tonnes of fuel oil" in summary["text"]
        api.people.press(alert, pressed[TEXTS.say("en", "button.hush")])
        hushed = (await api.wait(lambda: api.sent(7)[before + 2 :]))[0]
        assert hushed["text"] == TEXTS.say("en", "feedback.hush")
        assert all(api.state.queries.values())
        said = len(api.sent(7))
    async with running(root, corpus, tmp_path):
        polls = site.visits.total()
        await until(lambda: site.visits.total() >= polls + 2, 30)
        api.people.write("/following", 7)
        await api.wait(lambda: len(api.sent(7)) > said)
    assert len(api.sent(7)) == said + 1


async def test_a_blocked_bot_sends_nothing_until_it_is_let_in_again(
    api: BotApi, make_corpus: Callable[[], Corpus], site: FeedServer, tmp_path: Path
) -> None:
    root, corpus = api.start(), make_corpus()
    async with running(root, corpus, tmp_path):
        for chat_id in (7, 8):
            await follow(api, site.feed_url, chat_id)
        api.people.block(7)
        site.publish("First news", *STORY)
        await api.wait(lambda: any("First news" in message["text"] for message in api.sent(8)), 30)
        api.people.unblock(7)
        await until(lambda: not api.state.updates)
        site.publish("Second news", *(f"Again: {paragraph}" for paragraph in STORY))
        await api.wait(lambda: any("Second news" in message["text"] for message in api.sent(7)), 30)
    assert not any("First news" in message["text"] for message in api.sent(7))


async def test_a_telegram_that_is_not_there_yet_is_waited_for(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    root = api.start()
    api.faults.refuse("getMe", 502, "Bad Gateway")
    api.people.write("/help", 7)
    async with running(root, make_corpus(), tmp_path):
        [said] = await api.wait(lambda: api.sent(7))
    assert said["text"] == TEXTS.say("en", "help").strip()


async def test_told_to_wait_at_the_login_it_waits(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    root = api.start()
    api.faults.flood("getMe", 1)
    api.people.write("/help", 7)
    async with running(root, make_corpus(), tmp_path):
        await api.wait(lambda: api.sent(7))


async def test_a_server_that_is_not_telegram_is_said_at_once(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    store, elsewhere = open_store(tmp_path), f"{api.start()}/elsewhere"
    with pytest.raises(ConfigurationError) as caught:
        await Service(settings(elsewhere, tmp_path), make_corpus(), store).serve(asyncio.Event())
    store.close()
    assert [fault.variable for fault in caught.value.faults] == ["TELEGRAM_API_URL"]


async def test_told_to_stop_before_telegram_is_there_it_stops(
    make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    async with running("http://127.0.0.1:9", make_corpus(), tmp_path):
        await asyncio.sleep(0.1)


async def test_a_token_that_telegram_does_not_know_is_said_at_once(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    api.faults.refuse("getMe", 401, "Unauthorized")
    store = open_store(tmp_path)
    service = Service(settings(api.start(), tmp_path), make_corpus(), store)
    with pytest.raises(ConfigurationError) as caught:
        await service.serve(asyncio.Event())
    store.close()
    assert [fault.variable for fault in caught.value.faults] == ["TELEGRAM_BOT_TOKEN"]
    assert TOKEN not in str(caught.value)


def test_two_bots_never_share_a_folder(tmp_path: Path) -> None:
    with hold(tmp_path), pytest.raises(StoreFailed) as caught, hold(tmp_path):
        pass
    assert caught.value.reason == "busy"
    with hold(tmp_path):
        pass


@pytest.mark.usefixtures("embedder")  # exports the model, once for all
async def test_killed_at_any_moment_nothing_is_lost(api: BotApi, site: FeedServer, tmp_path: Path) -> None:
    run = KillRun(api, site, tmp_path, seed=1)
    tally = await run.play(kills=3)
    assert tally.lost == []
    assert tally.duplicates <= tally.sending
    log = (tmp_path / "bot.log").read_text()
    assert TOKEN not in log
    assert "What is q" not in log  # nobody's question either


@pytest.mark.usefixtures("embedder")
async def test_a_server_that_never_answers_does_not_keep_it_from_ending(
    api: BotApi, site: FeedServer, tmp_path: Path
) -> None:
    run = KillRun(api, site, tmp_path, seed=3)
    await run.begin()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        api.people.write(f"/follow http://127.0.0.1:{silent.getsockname()[1]}/feed.xml", 7)
        line, _ = await asyncio.to_thread(silent.accept)
        with line:
            begun = time.monotonic()
            assert await run.terminate() == 0
            assert time.monotonic() - begun < END_SECONDS
    assert run.unfinished() == 1
    await run.begin()
    await api.wait(lambda: api.sent(7), 20)
    assert await run.terminate() == 0
    assert run.unfinished() == 0


@pytest.mark.usefixtures("embedder")
async def test_told_to_stop_it_answers_what_was_asked_and_ends(api: BotApi, site: FeedServer, tmp_path: Path) -> None:
    run = KillRun(api, site, tmp_path, seed=2)
    await run.begin()
    for number in range(5):
        api.people.write(f"/ask question {number}", 7)
    await api.wait(lambda: not api.state.updates, 20)
    assert await run.terminate() == 0
    assert len(api.sent(7)) + run.unfinished() + run.undelivered() == 5
