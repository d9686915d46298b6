"""Files sent in Telegram, over HTTP: the unchanged library fetches them, and what they hold is followed or added."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import cast

import pytest

from retrieval import Corpus, FeedLink
from tests.botapi import BotApi
from tests.fake_corpus import FERRY, FakeCorpus
from tests.test_journeys import running

ADMIN, READER = 7, 8
FEED = "https://news.example/rss"


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    api = BotApi()
    yield api
    await api.stop()


async def test_a_reader_sends_an_opml_file_and_follows_its_feeds(api: BotApi, tmp_path: Path) -> None:
    corpus = FakeCorpus()
    corpus.carried, corpus.lists = {FEED: [FERRY]}, {"mine.opml": (FeedLink(FEED),)}
    async with running(api.start(), cast("Corpus", corpus), tmp_path):
        api.people.send_document("mine.opml", b"<opml/>", READER)
        [told] = await api.wait(lambda: api.sent(READER))
    assert told["text"] == "Now following 1 feed of the list."


async def test_an_administrators_text_is_added_and_can_be_asked_about(
    api: BotApi, make_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    text = (
        "Lighthouse keeper retires\n\nThe keeper of the Marrow Point lighthouse, Ilse Arnack, retires in June after "
        "thirty-one years. She will be followed by a machine that was built in Brennock."
    )
    async with running(api.start(), make_corpus(), tmp_path, admins=frozenset({ADMIN})):
        api.people.send_document("keeper.txt", text.encode(), ADMIN)
        [told] = await api.wait(lambda: api.sent(ADMIN))
        api.people.write("Who is the keeper of the Marrow Point lighthouse?", ADMIN)
        answer = (await api.wait(lambda: api.sent(ADMIN)[1:]))[0]
    assert told["text"] == "Added: Lighthouse keeper retires"
    assert "Ilse Arnack" in answer["text"]


async def test_a_readers_text_is_declined_without_being_fetched(api: BotApi, tmp_path: Path) -> None:
    async with running(api.start(), cast("Corpus", FakeCorpus()), tmp_path):
        api.people.send_document("essay.txt", b"I think.", READER)
        [told] = await api.wait(lambda: api.sent(READER))
    assert told["text"].startswith("Only administrators can add articles")
    assert all(call.method != "getFile" for call in api.calls)


async def test_a_file_that_telegram_does_not_give_out_is_told(api: BotApi, tmp_path: Path) -> None:
    api.faults.refuse("getFile", 400, "Bad Request: wrong file_id or the file is temporarily unavailable", times=9)
    async with running(api.start(), cast("Corpus", FakeCorpus()), tmp_path):
        api.people.send_document("mine.opml", b"<opml/>", READER)
        [told] = await api.wait(lambda: api.sent(READER))
    assert told["text"] == "I could not read mine.opml."
