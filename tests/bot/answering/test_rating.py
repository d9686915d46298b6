"""Helpful or not, and why: one vote a person, shown on the buttons, kept with all that it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk import Desk
from bot.keeping.ratings import FAULTS, Quoted
from bot.store import BotStore
from bot.texts import load_texts
from bot.types import Reply
from tests.bot.wiring import Person
from tests.fake_corpus import BAKERY, FERRY, NOON, FakeCorpus, HandClock

TEXTS = load_texts()
GROUP, ANNA, BORIS = -500, 7, 9


@pytest.fixture
def corpus() -> FakeCorpus:
    return FakeCorpus(FERRY, BAKERY)


@pytest.fixture
def person(corpus: FakeCorpus, store: BotStore, clock: HandClock) -> Person:
    return Person(Desk(corpus, store, TEXTS, admins=frozenset(), clock=clock), store)  # type: ignore[arg-type]


def votes(reply: Reply) -> list[list[str]]:
    """What the rows of votes say."""
    rows = reply.messages[-1].buttons
    return [[button.text for button in row] for row in rows if row[0].data.startswith("rate:")]


def named(reply: Reply, name: str) -> str:
    (data,) = [b.data for row in reply.messages[-1].buttons for b in row if name in b.text]
    return data


def test_helpful_is_kept_thanked_for_and_shown(person: Person) -> None:
    answer = person.say("Who carries ninety?")
    assert votes(answer) == [["👍 Helpful", "👎 Not helpful"]]
    reply = person.send(named(answer, "👍"))
    assert votes(reply) == [["✓ 👍 Thank you!", "👎 Not helpful"]]
    assert [person.store.ratings.of_turn(1)] == [{person.user_id: "helpful"}]


def test_a_vote_changes_the_buttons_and_no_word(person: Person) -> None:
    answer = person.say("Who carries ninety?")
    reply = person.send(named(answer, "👍"))
    assert reply.replaces
    (message,) = reply.messages
    assert (message.text, message.marks) == ("", ())
    others = [row for row in answer.messages[-1].buttons if not row[0].data.startswith("rate:")]
    assert [row for row in message.buttons if not row[0].data.startswith("rate:")] == others


@pytest.mark.parametrize(
    ("name", "fault", "shown"),
    [
        ("It is wrong", "wrong", "✓ 👎 Wrong. Thanks!"),
        ("Something is missing", "missing", "✓ 👎 Incomplete. Thanks!"),
        ("It is out of date", "outdated", "✓ 👎 Out of date. Thanks!"),
        ("It is unclear", "unclear", "✓ 👎 Unclear. Thanks!"),
    ],
)
def test_not_helpful_asks_why_and_thanks_for_the_reason(person: Person, name: str, fault: str, shown: str) -> None:
    asked = person.send(named(person.say("Who carries ninety?"), "👎"))
    assert votes(asked) == [
        ["👍 Helpful", "✓ 👎 What is wrong?"],
        ["It is wrong", "Something is missing"],
        ["It is out of date", "It is unclear"],
    ]
    assert person.store.ratings.of_turn(1) == {person.user_id: "unhelpful"}
    assert votes(person.send(named(asked, name))) == [["👍 Helpful", shown]]
    assert person.store.ratings.of_turn(1) == {person.user_id: fault}


def test_a_mind_may_be_changed_and_counts_once(person: Person) -> None:
    answer = person.say("Who carries ninety?")
    for name in ("👍", "👎", "👍", "👎"):
        last = person.send(named(answer, name))
    assert person.store.ratings.counts()["unhelpful"] == sum(person.store.ratings.counts().values()) == 1
    assert votes(person.send(named(last, "👍"))) == [["✓ 👍 Thank you!", "👎 Not helpful"]]


def test_a_vote_keeps_the_form_in_which_the_answer_is_shown(person: Person) -> None:
    longer = person.send(named(person.say("Who carries ninety?"), "Longer"))
    rated = person.send(named(longer, "👎"))
    assert named(rated, "Back to the answer")
    assert votes(person.send(named(rated, "Back to the answer")))[0] == ["👍 Helpful", "✓ 👎 What is wrong?"]


def test_in_a_group_each_member_has_a_vote_and_they_are_counted(person: Person) -> None:
    anna, boris = (replace(person.at(GROUP), user_id=one) for one in (ANNA, BORIS))
    answer = anna.say("/ask Who carries ninety?")
    assert votes(answer) == [["👍 Helpful", "👎 Not helpful"]]
    assert votes(anna.send(named(answer, "👍"))) == [["✓ 👍 Thank you! · 1", "👎 Not helpful"]]
    assert votes(boris.send(named(answer, "👍"))) == [["✓ 👍 Thank you! · 2", "👎 Not helpful"]]
    assert votes(boris.send(named(answer, "👎")))[0] == ["👍 Helpful · 1", "✓ 👎 What is wrong? · 1"]
    assert person.store.ratings.of_turn(1) == {ANNA: "helpful", BORIS: "unhelpful"}


def test_all_that_a_vote_is_about_is_kept_with_it(person: Person, corpus: FakeCorpus, clock: HandClock) -> None:
    answer = person.say("Who carries ninety according to The Example?")
    clock.advance(60)
    person.send(named(answer, "👍"))
    (rated,) = person.store.ratings.all()
    assert (rated.turn, rated.chat_id, rated.user_id, rated.verdict) == (1, 100, 100, "helpful")
    assert (rated.question, rated.standalone) == (
        "Who carries ninety according to The Example?",
        "Who carries ninety ?",
    )
    assert (rated.outcome, rated.quotes) == ("answered", (Quoted("ferry", "It carries ninety people."),))
    assert rated.rated_at == NOON + timedelta(minutes=1)
    assert rated.trace["asked"] == NOON.isoformat()
    assert rated.trace["log"] == corpus.last_change()
    assert rated.trace["confidence"] == 0.9


def test_an_answer_whose_articles_are_gone_can_still_be_judged(person: Person, corpus: FakeCorpus) -> None:
    answer = person.say("Who carries ninety?")
    corpus.held.clear()
    assert votes(person.send(named(answer, "👎")))
    (rated,) = person.store.ratings.all()
    assert rated.quotes == ()


def test_russian_votes_are_in_russian(person: Person) -> None:
    answer = person.say("Who carries ninety?")
    person.store.set_language(person.chat_id, "ru")
    asked = person.send(named(answer, "👎"))
    assert votes(asked) == [
        ["👍 Полезно", "✓ 👎 Что не так?"], ["Ответ неверен", "Чего-то не хватает"], ["Устарело", "Непонятно"],
    ]  # fmt: skip


@pytest.mark.parametrize("language", TEXTS.languages())
def test_no_label_is_longer_than_half_a_phones_width_shows(language: str) -> None:
    names = ["helpful", "unhelpful", *FAULTS, *(f"chosen.{each}" for each in ("helpful", "unhelpful", *FAULTS))]
    assert all(len(TEXTS.say(language, f"rating.{name}")) <= 24 for name in names)
