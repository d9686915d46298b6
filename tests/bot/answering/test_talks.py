"""Talks over HTTP: people press and say what they are offered, and the unchanged Telegram library carries it.

The articles are few and plain, so that each state of an answer can be had for certain.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest

from retrieval import Corpus, Refusal
from tests.bot.answering.test_conversation import SEQUEL
from tests.botapi import BotApi, Json
from tests.fake_corpus import BAKERY, FERRY, FakeCorpus
from tests.test_journeys import buttons, entities, running

CHAT = 7
LIMITED = "people according to The Harbour Post?"


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    api = BotApi()
    yield api
    await api.stop()


class Talk:
    """One person's talk with a running bot."""

    def __init__(self, api: BotApi) -> None:
        self._api = api

    async def say(self, text: str, language: str = "en") -> Json:
        said = len(self._api.sent(CHAT))
        self._api.people.write(text, CHAT, language=language)
        return (await self._api.wait(lambda: self._api.sent(CHAT)[said:]))[0]

    async def press(self, message: Json, name: str) -> Json:
        said = len(self._api.sent(CHAT))
        self._api.people.press(message, buttons(message)[name])
        return (await self._api.wait(lambda: self._api.sent(CHAT)[said:]))[0]


@asynccontextmanager
async def talking(api: BotApi, data: Path) -> AsyncIterator[Talk]:
    corpus = FakeCorpus(FERRY, BAKERY, SEQUEL)
    corpus.same_story = [{"ferry", "sequel"}]
    async with running(api.start(), cast("Corpus", corpus), data):
        yield Talk(api)


async def test_a_limited_answer_is_widened_by_its_button(api: BotApi, tmp_path: Path) -> None:
    async with talking(api, tmp_path) as talk:
        limited = await talk.say(LIMITED)
        assert "Seven people stayed behind. [1]\n\nSearched: The Harbour Post\n" in limited["text"]
        widened = await talk.press(limited, "Search everything")
    assert widened["text"].startswith("It carries ninety people. [1]\n\n[1]")
    assert {"Summary", "Follow"} <= buttons(widened).keys()
    assert "Search everything" not in buttons(widened)


async def test_the_closest_passages_come_as_a_list_without_bold(api: BotApi, tmp_path: Path) -> None:
    async with talking(api, tmp_path) as talk:
        unsure = await talk.say("perhaps ninety?")
    assert unsure["text"].startswith("I am not sure the articles answer this. The closest passages:\n• It carries")
    assert entities(unsure, "bold") == []
    assert entities(unsure, "text_link") == ["[1]"]
    assert entities(unsure, "expandable_blockquote")


@pytest.mark.parametrize(("yes", "language", "offer"), [("yes", "en", "Shall I"), ("да", "ru", "Пересказать")])
async def test_a_refusals_offer_is_taken_up_by_a_yes(
    api: BotApi, tmp_path: Path, yes: str, language: str, offer: str
) -> None:
    async with talking(api, tmp_path) as talk:
        refused = await talk.say("Who is the king?", language)
        assert offer in refused["text"]
        assert len(buttons(refused)) == 4  # three articles, and to be told when one answers
        taken = await talk.say(yes, language)
        pressed = await talk.press(refused, next(iter(buttons(refused))))
    assert entities(taken, "bold") == [FERRY.title]
    assert pressed["text"] == taken["text"]


async def test_an_offer_outlives_a_restart(api: BotApi, tmp_path: Path) -> None:
    root, corpus, talk = api.start(), cast("Corpus", FakeCorpus(FERRY)), Talk(api)
    async with running(root, corpus, tmp_path):
        await talk.say("Who is the king?")
    async with running(root, corpus, tmp_path):
        taken = await talk.say("yes")
    assert taken["text"].startswith(FERRY.title)


async def test_a_topic_is_summed_up_and_made_shorter(api: BotApi, tmp_path: Path) -> None:
    async with talking(api, tmp_path) as talk:
        told = await talk.say("/summary people")
        assert "2 stories · 2 articles · 2 sources" in told["text"]
        shorter = await talk.press(told, "Shorter")
        nothing = await talk.say("/summary people yesterday")
    assert "1 story · 1 article · 1 source" in shorter["text"]
    assert "found nothing on: people, " in nothing["text"]


async def test_an_articles_story_and_length_are_a_press_away(api: BotApi, tmp_path: Path) -> None:
    async with talking(api, tmp_path) as talk:
        told = await talk.say("/summary tern island")
        story = await talk.press(told, "Whole story")
        shorter = await talk.press(told, "Shorter")
        longer = await talk.press(shorter, "Longer")
    assert "What happened:\n• The ferry sails again on Monday. [1]\n• The ferry was full. [2]" in story["text"]
    assert shorter["text"].count("•") == 1
    assert longer["text"] == told["text"]


@pytest.mark.parametrize("question", ["why?", "and when?", "Who is he?", "а почему?", "кто ещё?"])
def test_a_bare_follow_up_that_follows_nothing_is_asked_back(starter: Corpus, question: str) -> None:
    refused = starter.ask(question)
    assert isinstance(refused, Refusal)
    assert refused.reason == "empty question"
