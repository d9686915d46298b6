"""The first minute over HTTP: /start and its buttons, links to the bot, and what people send that is no question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval import Article, Corpus
from tests.botapi import BotApi, Json
from tests.feedserver import FeedServer
from tests.journey import TEXTS, api, buttons, pressed, running, site
from tests.test_journeys import BRIDGE, FERRY

__all__ = ["api", "site"]  # fixtures
CUP = Article(
    id="cup",
    title="Crowds greet Athletic after the Cup win",
    text="About 24,000 people lined the streets on Sunday as Athletic brought the Cup home. Captain Ada Brix said that "
    "the team would rest for two weeks.",
    source="Harbour Wire",
)
POST = (
    "A small fire in the engine room of the ferry Old Kestrel stopped all crossings on Tuesday morning. Nobody was "
    "hurt, the coastguard said. Ninety-two passengers were taken ashore by two fishing boats. The operator expects the "
    "ship back in service by Saturday. The cause was a leaking fuel pipe."
)
CHANNEL = {
    "type": "channel",
    "date": 1_700_000_000,
    "chat": {"id": -1009, "type": "channel", "title": "Harbour news", "username": "harbour"},
    "message_id": 17,
}


def words(key: str, **values: object) -> str:
    return TEXTS.say("en", key, **values)


async def said(api: BotApi, text: str, chat_id: int = 7, **more: object) -> Json:
    """The last message that comes of it."""
    before = len(api.sent(chat_id))
    api.people.write(text, chat_id, **more)  # type: ignore[arg-type]
    return (await api.wait(lambda: api.sent(chat_id)[before:], 30))[-1]


async def test_the_first_minute_needs_no_typing(api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path) -> None:
    corpus = make_corpus()
    for article in (BRIDGE, FERRY, CUP):
        corpus.add(replace(article, published=datetime(2026, 5, 3, tzinfo=UTC)))
    async with running(api.start(), corpus, tmp_path):
        start = await said(api, "/start")
        assert len(start["text"].split("\n")) == 3
        example, new, follow = buttons(start)
        assert (new, follow) == (words("button.new"), words("button.topics"))
        answer = await pressed(api, start, example)
        assert "expandable_blockquote" in {entity["type"] for entity in answer["entities"]}
        news = await pressed(api, start, new)
        assert "24,000 people" in news["text"]
        offered = await pressed(api, start, follow)
        proposal = await pressed(api, offered, words("offer.kind.source", title="Harbour Wire"))
        followed = await pressed(api, proposal, words("button.follow"))
    assert followed["text"].startswith(words("follow.done", title="Harbour Wire"))


async def test_an_empty_bot_says_what_it_lacks(api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path) -> None:
    async with running(api.start(), make_corpus(), tmp_path):
        start = await said(api, "/start")
    assert words("refusal.empty_corpus") in start["text"]
    assert list(buttons(start)) == [words("button.topics")]


async def test_a_link_to_an_article_opens_it_and_asks_on(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    from bot.store import open_store

    corpus = make_corpus()
    corpus.add(BRIDGE)
    corpus.add(CUP)
    store = open_store(tmp_path)
    key = store.handle(BRIDGE.id)
    question = store.handle("Who is the deputy mayor?", owner=7)
    store.close()
    async with running(api.start(), corpus, tmp_path):
        summary = await said(api, f"/start a_{key}")
        assert summary["text"].startswith(BRIDGE.title)
        asked = await pressed(api, summary, words("button.ask"))
        assert BRIDGE.title in asked["text"]
        story = await said(api, f"/start s_{corpus.story(CUP.id).id}")
        assert CUP.title in story["text"]
        answer = await said(api, f"/start q_{question}")
        assert "Tomas Ferrin" in answer["text"]
        stranger = await said(api, f"/start q_{question}", 8)
        assert stranger["text"].startswith(words("greeting.stale"))


@pytest.mark.parametrize("language", ["en", "ru"])
async def test_a_sticker_and_a_lone_picture_get_a_word(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path, language: str
) -> None:
    async with running(api.start(), make_corpus(), tmp_path):
        emoji = await said(api, "🎉", language=language)
        api.people.send_sticker(7)
        await api.wait(lambda: len(api.sent(7)) == 2)
    assert emoji["text"] == TEXTS.say(language, "oddments.emoji")
    assert api.sent(7)[1]["text"] == TEXTS.say(language, "hint.text_only")


async def test_a_forwarded_post_is_summed_up_asked_and_added(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    corpus = make_corpus()
    async with running(api.start(), corpus, tmp_path, frozenset({7})):
        shown = await said(api, POST, forward_origin=CHANNEL)
        assert shown["text"] == words("oddments.shown")
        summary = await pressed(api, shown, words("button.summarise"))
        assert "stopped all crossings" in summary["text"]
        assert any(e.get("url", "").startswith("https://t.me/harbour/17") for e in summary["entities"])
        await pressed(api, shown, words("button.ask"))
        answer = await said(api, "What caused the fire?")
        assert answer["text"].startswith("The cause was a leaking fuel pipe.")
        assert corpus.stats().articles == 0
        replied = await said(api, "Who was hurt?", reply_to_message=shown)
        assert replied["text"].startswith("Nobody was hurt")
        added = await pressed(api, shown, words("button.add"))
        assert added["text"].startswith("Added: ")
    article = corpus.article("https://t.me/harbour/17")
    assert (article.source, article.text) == ("Harbour news", POST)


async def test_a_pasted_link_is_read_and_not_added(
    api: BotApi, make_corpus: Callable[[], Corpus], site: FeedServer, tmp_path: Path
) -> None:
    corpus, url = (
        make_corpus(),
        site.publish("Ferry fire", POST, "Tickets are refunded, the operator Strait Lines said."),
    )
    async with running(api.start(), corpus, tmp_path):
        shown = await said(api, url)
        assert list(buttons(shown)) == [words("button.summarise"), words("button.ask")]
        summary = await pressed(api, shown, words("button.summarise"))
        assert summary["text"].startswith("Ferry fire")
        await pressed(api, shown, words("button.ask"))
        answer = await said(api, "How many passengers were taken ashore?")
        assert answer["text"].startswith("Ninety-two passengers")
    assert corpus.stats().articles == 0


async def test_a_group_hears_nothing_of_it_unless_it_is_addressed(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    async with running(api.start(), make_corpus(), tmp_path):
        api.people.write(POST, -5, user_id=7)
        api.people.write("🎉", -5, user_id=7)
        await said(api, "/help", -5, user_id=7)
    assert len(api.sent(-5)) == 1
