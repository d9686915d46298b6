"""/start: what it says and offers, and what links to the bot open."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from time import perf_counter

import pytest

from bot.deep_links import deep_link, read_payload
from bot.desk import Desk
from bot.store import BotStore, open_store
from bot.texts import load_texts
from bot.types import Chat, Heard, Kind, Reply
from retrieval import Article, Change, Corpus
from tests.bot.wiring import READER, FakeRights, Person, all_buttons, buttons, text
from tests.fake_corpus import BAKERY, FERRY, NOON, FakeCorpus, HandClock

TEXTS = load_texts()
FULL = replace(
    FERRY, id="full", title="The ferry is full", text="Seven people stayed behind. The ferry was full.",
    published=NOON - timedelta(hours=30),
)  # fmt: skip


@pytest.fixture
def corpus() -> FakeCorpus:
    return FakeCorpus(FERRY, BAKERY, FULL)


def person(corpus: FakeCorpus | Corpus, store: BotStore, clock: HandClock, language: str = "en") -> Person:
    desk = Desk(corpus, store, TEXTS, admins=frozenset(), clock=clock)  # type: ignore[arg-type]
    return Person(desk, store, language=language)


@pytest.fixture
def reader(corpus: FakeCorpus, store: BotStore, clock: HandClock) -> Person:
    store.set_language(READER, "en")
    return person(corpus, store, clock)


def lines(reply: Reply) -> list[str]:
    return text(reply).split("\n")


# -- the first minute


def test_it_is_three_lines_and_three_buttons(reader: Person) -> None:
    reply = reader.say("/start")
    assert len(lines(reply)) == 3
    assert lines(reply)[1].startswith("Here: 3 articles · 5 March – 30 May 2026 · The Example · lately: ")
    assert [len(row) for row in reply.messages[0].buttons] == [1, 1, 1]
    assert list(buttons(reply))[1:] == ["What is new", "Follow a topic"]


def test_each_button_does_something_with_no_typing(reader: Person) -> None:
    example, new, follow = all_buttons(reader.say("/start"))
    answer = reader.send(example.data)
    assert answer.outcome == "answered"
    assert not reader.send(new.data).failed
    offered = reader.send(follow.data)
    assert "/follow floods in Siberia" in text(offered)
    assert list(buttons(offered))[-1] == "Source: The Example"
    reader.press(reader.press(offered, "Source: The Example"), "Follow")
    assert [(one.kind, one.subject) for one in reader.followed()] == [(Kind.SOURCE, "The Example")]


def test_without_articles_it_says_so_and_who_can_help(store: BotStore, clock: HandClock) -> None:
    reply = person(FakeCorpus(), store, clock).say("/start")
    assert len(lines(reply)) == 3
    assert lines(reply)[1] == TEXTS.say("en", "refusal.empty_corpus")
    assert "administrator" in lines(reply)[2]
    assert list(buttons(reply)) == ["Follow a topic"]
    assert "/follow https://" in text(person(FakeCorpus(), store, clock).press(reply, "Follow a topic"))


def test_an_example_is_asked_once_for_a_state_of_the_log(reader: Person, corpus: FakeCorpus) -> None:
    first = reader.say("/start")
    asked = len(corpus.asked)
    assert buttons(reader.say("/start")) == buttons(first)
    assert len(corpus.asked) == asked > 0


def test_an_example_stands_while_a_newer_one_is_looked_for(reader: Person, corpus: FakeCorpus) -> None:
    first = all_buttons(reader.say("/start"))[0]
    corpus.log.append(Change(len(corpus.log) + 1, "added", "ferry", 1))
    asked = len(corpus.asked)
    assert all_buttons(reader.say("/start"))[0] == first
    assert len(corpus.asked) == asked + 1
    corpus.held.clear()
    corpus.held["bakery"] = BAKERY
    corpus.log.append(Change(len(corpus.log) + 1, "removed", "ferry", 1))
    assert "ferry" not in all_buttons(reader.say("/start"))[0].text.casefold()


def test_a_group_gets_examples_of_its_own_sources_only(corpus: FakeCorpus, store: BotStore, clock: HandClock) -> None:
    desk = Desk(corpus, store, TEXTS, admins=frozenset(), clock=clock, rights=FakeRights())  # type: ignore[arg-type]
    group = Chat(-5, "en", "group", sources=("Another",))
    assert lines(desk.hear(Heard(group, 8, "/start")))[1] == TEXTS.say("en", "refusal.empty_corpus")


# -- with real articles


@pytest.fixture(scope="module")
def greeting(starter: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    store = open_store(tmp_path_factory.mktemp("greeting"))
    yield person(starter, store, HandClock())
    store.close()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_example_is_really_answered_in_the_readers_language(greeting: Person, language: str) -> None:
    chat = Chat(READER + len(language + language[0]), language)
    reply = greeting.desk.hear(Heard(chat, chat.id, "/start"))
    example = all_buttons(reply)[0]
    answer = greeting.desk.press(Heard(chat, chat.id, example.data))
    assert answer.outcome == "answered"
    is_russian = re.search("[а-яё]", example.text) is not None
    assert is_russian == (language == "ru")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_what_is_new_is_of_the_newest_days_though_they_are_long_ago(greeting: Person, language: str) -> None:
    chat = Chat(READER + 7, language)
    told = greeting.desk.press(Heard(chat, chat.id, "new:"))
    assert not told.refused
    assert "2026" in lines(told)[0]
    assert "1." in text(told)
    assert len(all_buttons(told)) >= 1
    asked = "And what is new?" if language == "en" else "А что нового?"
    assert text(greeting.desk.hear(Heard(chat, chat.id, asked))) == text(told)


def test_it_is_quick_the_second_time(greeting: Person) -> None:
    greeting.say("/start")
    began = perf_counter()
    greeting.say("/start")
    assert perf_counter() - began < 0.15


@pytest.mark.parametrize("language", ["en", "ru"])
def test_where_no_story_makes_a_question_the_newest_days_do(
    make_corpus: Callable[[], Corpus], store: BotStore, clock: HandClock, language: str
) -> None:
    corpus = make_corpus()
    corpus.add(Article("x", "", "Nothing of note was seen.", "en", published=NOON - timedelta(days=40)))
    store.set_language(READER, language)
    reader = person(corpus, store, clock)
    example = all_buttons(reader.say("/start"))[0]
    assert example.text == TEXTS.say(language, "greeting.happened", day=TEXTS.date(language, NOON - timedelta(days=46)))
    assert "Nothing of note" in text(reader.send(example.data))


def test_topics_of_real_articles_lead_to_a_proposal(greeting: Person) -> None:
    offered = greeting.send("pick:")
    assert 3 <= len(all_buttons(offered)) <= 5
    proposal = greeting.send(all_buttons(offered)[0].data)
    assert proposal.replaces
    assert {"Follow", "Strict"} <= buttons(proposal).keys()


# -- links


@pytest.mark.parametrize(
    ("payload", "meant"),
    [
        ("a_0123456789abcdef", ("a", "0123456789abcdef")),
        ("s_17", ("s", "17")),
        ("q_x-Y_z", ("q", "x-Y_z")),
        ("i_code", ("i", "code")),
        ("a_", None),
        ("z_1", None),
        ("a_" + "b" * 63, None),
        ("a_é", None),
        ("", None),
        ("hello there", None),
    ],
)
def test_a_payload_names_what_is_opened(payload: str, meant: tuple[str, str] | None) -> None:
    assert read_payload(payload) == meant


def test_a_link_carries_what_it_opens() -> None:
    link = deep_link("footnote_bot", "s", 17)
    assert link == "https://t.me/footnote_bot?start=s_17"
    assert read_payload(link.partition("?start=")[2]) == ("s", "17")


def test_a_link_to_an_article_sums_it_up_and_asks_on(reader: Person, store: BotStore) -> None:
    reply = reader.say(f"/start a_{store.handle('ferry')}")
    assert text(reply).startswith("Ferry to Tern Island sails again\n\n• ")
    assert {"Ask about this", "Follow"} <= buttons(reply).keys()
    assert FERRY.title in text(reader.press(reply, "Ask about this"))


def test_a_link_to_a_story_tells_it(reader: Person, corpus: FakeCorpus) -> None:
    number = corpus.story("ferry").id
    reply = reader.say(f"/start s_{number}")
    assert "What happened:" in text(reply)
    assert list(buttons(reply)) == ["Ask about this", "Follow"]


def test_a_link_with_a_question_answers_it_at_once_and_only_there(reader: Person, store: BotStore) -> None:
    key = store.handle("Who carries ninety?", owner=READER, until=NOON + timedelta(days=7))
    assert reader.say(f"/start q_{key}").outcome == "answered"
    elsewhere = reader.at(77).say(f"/start q_{key}")
    assert lines(elsewhere)[0] == TEXTS.say("en", "greeting.stale")


@pytest.mark.parametrize("payload", ["a_unknown", "s_999", "s_x", "q_0000", "s_99999999999999999999"])
def test_a_stale_link_says_so_and_greets(reader: Person, payload: str) -> None:
    reply = reader.say(f"/start {payload}")
    assert lines(reply)[0] == TEXTS.say("en", "greeting.stale")
    assert len(all_buttons(reply)) == 3


@pytest.mark.parametrize("payload", ["i_code", "whatever", "a_", "\u0000"])
def test_what_is_no_link_of_ours_is_greeted(reader: Person, payload: str) -> None:
    assert lines(reader.say(f"/start {payload}"))[0] == TEXTS.say("en", "greeting.about")


def test_a_link_to_an_article_that_is_gone_is_told(reader: Person, store: BotStore, corpus: FakeCorpus) -> None:
    key = store.handle("ferry")
    del corpus.held["ferry"]
    assert text(reader.say(f"/start a_{key}")) == TEXTS.say("en", "error.UnknownArticle.default", subject="", reason="")
