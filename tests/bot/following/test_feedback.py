"""What the buttons under an alert change: nearness, stories, the next question."""

from __future__ import annotations

import pytest

from bot.desk import Desk
from bot.following.feedback import MOST_STEPS
from bot.store import BotStore
from bot.texts import load_texts
from retrieval import STEP
from tests.bot.wiring import READER, Person, text
from tests.fake_corpus import BAKERY, FERRY, FakeCorpus, HandClock


@pytest.fixture
def corpus() -> FakeCorpus:
    return FakeCorpus(FERRY, BAKERY)


@pytest.fixture
def reader(corpus: FakeCorpus, store: BotStore, clock: HandClock) -> Person:
    return Person(Desk(corpus, store, load_texts(), admins=frozenset(), clock=clock), store)  # type: ignore[arg-type]


def test_more_and_less_move_the_least_score_by_a_step(reader: Person) -> None:
    one = reader.follow("ferry")
    said = text(reader.send(f"more:{one.id}"))
    assert said == "I will send more like this for “ferry”, also what is further from it."
    assert reader.followed()[0].wishes.shift == pytest.approx(-STEP)
    reader.send(f"less:{one.id}")
    said = text(reader.send(f"less:{one.id}"))
    assert said == "I will send less like this: only what is nearer to “ferry”."
    assert reader.followed()[0].wishes.shift == pytest.approx(STEP)


@pytest.mark.parametrize(("verb", "sign", "words"), [("more", -1, "as wide as"), ("less", 1, "as narrow as")])
def test_it_ends_somewhere_and_says_so(reader: Person, verb: str, sign: int, words: str) -> None:
    one = reader.follow("ferry")
    said = [text(reader.send(f"{verb}:{one.id}")) for _ in range(MOST_STEPS + 2)]
    assert [words in each for each in said] == [False] * MOST_STEPS + [True, True]
    assert reader.followed()[0].wishes.shift == pytest.approx(sign * MOST_STEPS * STEP)


def test_a_story_is_hushed_for_this_chat_alone(reader: Person, store: BotStore) -> None:
    for _ in range(2):
        assert text(reader.send("hush:7")) == "I will say no more about this story."
    assert store.hushed(READER) == {7}
    assert store.hushed(200) == set()


@pytest.mark.parametrize("data", ["hush:", "hush:x", "hush:-7", "more:99", "less:", "talk:ffffffffffffffff"])
def test_what_a_forged_button_says_changes_nothing(reader: Person, store: BotStore, data: str) -> None:
    assert reader.send(data).failed
    assert store.hushed(READER) == set()


def test_after_ask_about_this_the_next_question_leans_on_the_article(
    reader: Person, store: BotStore, corpus: FakeCorpus
) -> None:
    said = text(reader.send(f"talk:{store.handle('bakery')}"))
    assert said == "Ask me anything about “A bakery opens”."
    reader.say("And when?")
    ((_, (turn,)),) = corpus.asked
    assert (turn.question, turn.articles) == ("A bakery opens", ("bakery",))


def test_an_article_that_is_gone_cannot_be_talked_about(reader: Person, store: BotStore, corpus: FakeCorpus) -> None:
    del corpus.held["bakery"]
    assert text(reader.send(f"talk:{store.handle('bakery')}")) == "I do not have that article any more."
