"""Files that people send: lists of feeds from everybody, articles from administrators."""

from __future__ import annotations

import pytest

from bot.desk import Desk
from bot.receiving import MOST_BYTES
from bot.store import BotStore
from bot.texts import load_texts
from bot.types import Chat, Heard, Reply, SentFile
from retrieval import FeedLink
from tests.fake_corpus import FERRY, FakeCorpus, HandClock

CHAT = Chat(100, "en")
ADMIN, READER = 7, 8
FEED = "https://news.example/rss"


@pytest.fixture
def corpus() -> FakeCorpus:
    corpus = FakeCorpus()
    corpus.carried = {FEED: [FERRY]}
    corpus.lists = {"Feeds.OPML": (FeedLink(FEED, "News"),)}
    return corpus


@pytest.fixture
def desk(corpus: FakeCorpus, store: BotStore) -> Desk:
    return Desk(corpus, store, load_texts(), admins=frozenset({ADMIN}), clock=HandClock())  # type: ignore[arg-type]


def send(desk: Desk, file: SentFile, user: int = ADMIN) -> Reply:
    return desk.hear(Heard(CHAT, user, "", file=file))


def text(reply: Reply) -> str:
    return "\n".join(message.text for message in reply.messages)


def test_everybody_may_send_a_list_of_feeds(desk: Desk, store: BotStore) -> None:
    assert desk.wants(READER, "Feeds.OPML", 2_000)
    assert text(send(desk, SentFile("Feeds.OPML", b"<opml/>"), READER)) == "Now following 1 feed of the list."
    assert [one.subject for one in store.subscriptions(CHAT.id)] == [FEED]


def test_an_administrators_file_becomes_an_article_with_a_button(desk: Desk, corpus: FakeCorpus) -> None:
    reply = send(desk, SentFile("ferry.txt", b"The ferry sails again."))
    assert text(reply) == "Added: The ferry sails again."
    assert reply.messages[0].buttons[0][0].text == "Summary"
    assert list(corpus.held) == ["ferry.txt:0"]


def test_a_file_of_several_articles_is_counted(desk: Desk) -> None:
    assert text(send(desk, SentFile("notes.zip", b"One.\nTwo.\nThree."))) == "3 articles added."


def test_others_are_told_whom_to_ask_and_their_files_are_not_fetched(desk: Desk, corpus: FakeCorpus) -> None:
    assert not desk.wants(READER, "ferry.txt", 10)
    reply = send(desk, SentFile("ferry.txt", fault="too large"), READER)
    assert reply.failed
    assert "Only administrators" in text(reply)
    assert not corpus.held


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SentFile("big.pdf", fault="too large"), "big.pdf is too large for me."),
        (SentFile("lost.pdf", fault="unreadable"), "I could not read lost.pdf."),
        (SentFile("empty.txt", b""), "empty.txt is empty."),
        (SentFile("other.opml", b"<html>"), "other.opml is no list of feeds (OPML)."),
    ],
)
def test_what_cannot_be_read_is_named(desk: Desk, file: SentFile, words: str) -> None:
    reply = send(desk, file)
    assert (reply.failed, text(reply)) == (True, words)


def test_a_file_beyond_telegrams_limit_is_not_fetched(desk: Desk) -> None:
    assert desk.wants(ADMIN, "report.pdf", MOST_BYTES)
    assert not desk.wants(ADMIN, "report.pdf", MOST_BYTES + 1)
