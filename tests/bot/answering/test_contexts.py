"""What a question may refer to: an answer, an alert, a summary, a quoted sentence, or what was asked just before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.answering.contexts import MOST_CHARACTERS, Contexts
from bot.keeping.turns import Asked
from bot.office import Office
from bot.outgoing.steps import Room
from bot.outgoing.types import Alert, Delivery, Lane, Sent
from bot.rights import OwnPlace
from bot.store import BotStore
from bot.texts import load_texts
from bot.types import Chat, Heard, Message
from retrieval import Turn
from tests.blank import blank_store
from tests.fake_corpus import BAKERY, FERRY, NOON, FakeCorpus, HandClock

CHAT, GROUP = Chat(7, "en"), Chat(-7, "en", "group")
ANN, BEN = 7, 8
QUESTION = Asked(7, ANN, "Who carries ninety?", "Who carries ninety?", "answered", (), ("ferry",), {}, NOON)
POINTED = Turn("Who carries ninety?", ("ferry",), pointed=True)
OURS, ALERTED = 21, 31  # messages


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BotStore]:
    with closing(blank_store(tmp_path, HandClock())) as store:
        store.turns.remember(replace(QUESTION, update_id=1, message_id=20))
        send(store, Delivery("r:1:0", Lane.ANSWER, 7, Message("It carries ninety people.")), OURS)
        yield store


@pytest.fixture
def contexts(store: BotStore) -> Contexts:
    corpus = FakeCorpus(FERRY, replace(BAKERY, url="https://news.example/bakery"))
    return Contexts(Office(corpus, store, load_texts(), HandClock(), OwnPlace(), frozenset()))  # type: ignore[arg-type]


def send(store: BotStore, delivery: Delivery, number: int) -> None:
    store.enqueue([delivery], {})
    (claimed,) = store.claim(NOON, Room(9, 9), 60)
    store.settle(claimed, Sent(number), NOON)


def reply(text: str, number: int | None = OURS, chat: Chat = CHAT, quoted: str | None = None) -> Heard:
    """To a message with that text; `number`: it is one of ours."""
    return Heard(chat, ANN, "And when?", text, message_id=99, update_id=99, replied_id=number, quoted=quoted)


def test_a_reply_to_an_answer_is_about_its_question_however_old(contexts: Contexts, store: BotStore) -> None:
    later = NOON + timedelta(days=29)
    store.turns.remember(replace(QUESTION, question="Where is the bakery?", asked_at=later, articles=("bakery",)))
    assert contexts.of(reply("It carries ninety people."), later) == (POINTED,)


def test_a_reply_to_an_answer_that_leant_on_another_has_it_as_it_was_understood(
    contexts: Contexts, store: BotStore
) -> None:
    store.turns.remember(replace(QUESTION, question="And who?", update_id=2))
    send(store, Delivery("r:2:0", Lane.ANSWER, 7, Message("It does.")), 22)
    assert contexts.of(reply("It does.", 22), NOON) == (POINTED,)


@pytest.mark.parametrize(
    ("keep", "minutes", "known"), [(0, 14, True), (0, 16, False), (1, 1439, True), (1, 1441, False)]
)
def test_a_chat_that_keeps_less_is_referred_to_for_less(
    contexts: Contexts, keep: int, minutes: int, known: bool
) -> None:
    heard = reply("It carries ninety people.", chat=replace(CHAT, keep_days=keep))
    assert (contexts.of(heard, NOON + timedelta(minutes=minutes)) == (POINTED,)) is known


def test_a_reply_to_an_alert_is_about_its_article(contexts: Contexts, store: BotStore) -> None:
    send(store, Delivery("s:3:7", Lane.ALERT, 7, Alert("bakery", 3, 1)), ALERTED)
    assert contexts.of(reply("News!", ALERTED), NOON) == (Turn(BAKERY.title, ("bakery",), pointed=True),)


def test_an_alert_whose_article_is_gone_is_about_nothing(contexts: Contexts, store: BotStore) -> None:
    send(store, Delivery("s:3:7", Lane.ALERT, 7, Alert("gone", 3, 1)), ALERTED)
    assert contexts.of(reply("News!", ALERTED), NOON) == (Turn(QUESTION.question, ("ferry",)),)


@pytest.mark.parametrize(
    "text",
    [
        f"{FERRY.title}\n\n• It sails. [1]\nhttps://news.example/ferry#:~:text=It%20sails",
        f"{FERRY.title}\n\n• It sails.",
    ],
)
def test_a_reply_to_a_summary_is_about_its_article(contexts: Contexts, text: str) -> None:
    assert contexts.of(reply(text, 77), NOON) == (Turn(FERRY.title, ("ferry",), pointed=True),)


def test_a_reply_to_a_message_of_many_articles_is_about_them_all(contexts: Contexts) -> None:
    digest = "News\n1. Ferry [1]\n2. Bakery [2]\nhttps://news.example/ferry#:~:text=It\nhttps://news.example/bakery"
    assert contexts.of(reply(digest, 77), NOON) == (Turn(FERRY.title, ("ferry", "bakery"), pointed=True),)
    heard = reply(digest, 77, quoted="It sells rye bread.")
    assert contexts.of(heard, NOON) == (Turn("It sells rye bread.", ("bakery",), pointed=True),)


@pytest.mark.parametrize("text", ["Settings\nQuiet hours: none", "Ferry", "", "https://elsewhere.example/x"])
def test_a_reply_to_what_tells_no_article_is_an_ordinary_question(contexts: Contexts, text: str) -> None:
    assert contexts.of(reply(text, 77), NOON) == (Turn(QUESTION.question, ("ferry",)),)
    assert contexts.of(reply(text, 77), NOON + timedelta(minutes=16)) == ()


def test_a_quoted_sentence_is_what_is_asked_about_and_tells_the_article(contexts: Contexts, store: BotStore) -> None:
    store.turns.remember(replace(QUESTION, articles=("bakery", "ferry"), update_id=2))
    send(store, Delivery("r:2:0", Lane.ANSWER, 7, Message("...")), 22)
    heard = reply("It opens. It carries ninety people. [2]", 22, quoted="It carries  ninety people. [2]")
    assert contexts.of(heard, NOON) == (Turn("It carries ninety people. [2]", ("ferry",), pointed=True),)
    heard = reply("It opens. It carries ninety people. [2]", 22, quoted="ninety")  # too little to tell
    assert contexts.of(heard, NOON) == (Turn("ninety", ("bakery", "ferry"), pointed=True),)


def test_in_a_group_a_reply_to_somebody_leans_on_his_words(contexts: Contexts) -> None:
    said = reply("@footnote_bot Is it  true that the bridge is closed?", None, GROUP)
    assert contexts.of(said, NOON)[0].question == "Is it true that the bridge is closed?"
    shown = reply("Look at this!\nhttps://news.example/ferry", None, GROUP)
    assert contexts.of(shown, NOON) == (Turn(FERRY.title, ("ferry",), pointed=True),)
    long = contexts.of(reply("/ask " + "word " * 200, None, GROUP), NOON)[0].question
    assert long.startswith("word word")
    assert MOST_CHARACTERS - 5 <= len(long) <= MOST_CHARACTERS


def test_in_a_group_a_reply_carries_anothers_question_and_nothing_else_does(
    contexts: Contexts, store: BotStore
) -> None:
    store.turns.remember(replace(QUESTION, chat_id=GROUP.id, user_id=BEN, update_id=3))
    send(store, Delivery("r:3:0", Lane.ANSWER, GROUP.id, Message("It carries ninety people.")), 23)
    assert contexts.of(Heard(GROUP, ANN, "And when?"), NOON) == ()
    assert contexts.of(reply("It carries ninety people.", 23, GROUP), NOON) == (POINTED,)


def test_an_edited_question_leans_on_what_stood_before_it(contexts: Contexts, store: BotStore) -> None:
    for number, question in ((2, "And when?"), (3, "And why?")):
        asked_at = NOON + timedelta(minutes=number)
        store.turns.remember(
            replace(QUESTION, question=question, asked_at=asked_at, update_id=number, message_id=20 + number)
        )
    heard = Heard(CHAT, ANN, "And where?", message_id=22, update_id=9, edited=True)
    assert [turn.question for turn in contexts.of(heard, NOON + timedelta(hours=3))] == [QUESTION.question]


def test_a_reply_in_a_group_of_some_sources_is_about_no_others_article(contexts: Contexts) -> None:
    text = f"Ferry [1]\n{FERRY.url}"
    assert contexts.of(reply(text, 77, replace(GROUP, sources=("The Example",))), NOON)[0].articles == ("ferry",)
    assert contexts.of(reply(text, 77, replace(GROUP, sources=("The Harbour Post",))), NOON) == ()
