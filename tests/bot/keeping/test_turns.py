"""What was asked and what was said to it: who may refer to it, and how a message leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.keeping.turns import INVITED, PREVIOUS, Asked, Place, Talk
from bot.outgoing.steps import Room
from bot.outgoing.types import Alert, Delivery, Lane, Manner, Sent
from bot.store import BotStore
from bot.types import Message
from retrieval import Turn
from tests.blank import blank_store
from tests.fake_corpus import NOON, HandClock

CHAT, ANN, BEN = -5, 1, 2
ASKED = Asked(CHAT, ANN, "who?", "who?", "answered", (Place("a", 1, 0, 9),), ("a",), {"confidence": 0.5}, NOON)
EVERYBODY = Talk(CHAT)
ALERT = Alert("ferry", 3, 1, 7)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BotStore]:
    with closing(blank_store(tmp_path, HandClock())) as store:
        yield store


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


def ask(store: BotStore, question: str, at: float = 0, **more: object) -> Asked:
    asked = replace(ASKED, question=question, standalone=question, asked_at=minutes(at))
    asked = replace(asked, **more)  # type: ignore[arg-type]
    return replace(asked, id=store.turns.remember(asked))


def arrive(store: BotStore, *deliveries: Delivery) -> None:
    """Sent, each as the message whose number its key ends in."""
    store.enqueue(deliveries, {})
    for _ in deliveries:
        (delivery,) = store.claim(NOON, Room(9, 9), 60)
        store.settle(delivery, Sent(delivery.manner.edits or int(delivery.key.rpartition(":")[2])), NOON)


def answer(update: int, number: int, edits: int | None = None) -> Delivery:
    return Delivery(f"r:{update}:{number}", Lane.ANSWER, CHAT, Message("It is so."), Manner(edits=edits))


def questions(store: BotStore, talk: Talk = EVERYBODY, since: float = -60) -> list[str]:
    return [turn.question for turn in store.turns.previous(talk, minutes(since))]


def test_a_turn_comes_back_as_it_was_kept(store: BotStore) -> None:
    asked = ask(store, "why?", update_id=9, message_id=4, told={"sentences": []}, thread_id=6)
    assert store.turns.find(asked.id, CHAT) == asked
    assert store.turns.find(asked.id, CHAT - 1) is None


def test_the_last_three_of_a_time_are_referred_to_oldest_first(store: BotStore) -> None:
    asked = [ask(store, f"{at}?", at) for at in range(5)]
    assert questions(store) == ["2?", "3?", "4?"]
    assert len(questions(store)) == PREVIOUS
    assert questions(store, since=4) == ["4?"]
    assert store.turns.previous(EVERYBODY, minutes(-60), asked[2])[-1].question == "1?"


def test_the_first_of_them_is_given_as_it_was_understood(store: BotStore) -> None:
    ask(store, "why?", 1, standalone="why was the bridge closed")
    ask(store, "where?", 2, standalone="where was the bridge closed")
    assert questions(store) == ["why was the bridge closed", "where?"]


def test_what_only_lost_its_days_is_given_as_it_was_asked(store: BotStore) -> None:
    ask(store, "How many homes were flooded in March?", standalone="How many homes were flooded")
    assert questions(store) == ["How many homes were flooded in March?"]


def test_what_somebody_wanted_to_ask_about_is_what_comes_next_is_about(store: BotStore) -> None:
    ask(store, "A bridge", 1, outcome="topic", articles=("bridge",), trace={INVITED: True})
    ask(store, "A school", 2, outcome="topic", articles=("school",))
    first, second = store.turns.previous(EVERYBODY, NOON)
    assert first == Turn("A bridge", ("bridge",), pointed=True)
    assert second == Turn("A school", ("school",))


def test_people_and_forum_topics_have_talks_of_their_own(store: BotStore) -> None:
    ask(store, "ann?")
    ask(store, "ben?", user_id=BEN)
    ask(store, "there?", thread_id=6)
    assert questions(store, Talk(CHAT, ANN)) == ["ann?"]
    assert questions(store, Talk(CHAT, BEN)) == ["ben?"]
    assert questions(store, Talk(CHAT, ANN, 6)) == ["there?"]
    assert questions(store) == ["ann?", "ben?"]


def test_a_forgotten_talk_is_one_persons_and_still_answers_its_replies(store: BotStore) -> None:
    ask(store, "ann?", update_id=8)
    ask(store, "ben?", user_id=BEN)
    arrive(store, answer(8, 21))
    store.turns.forget_talk(Talk(CHAT, ANN))
    assert questions(store, Talk(CHAT, ANN)) == []
    assert questions(store, Talk(CHAT, BEN)) == ["ben?"]
    found = store.turns.answered_by(CHAT, 21)
    assert found is not None
    assert found.question == "ann?"


def test_each_message_of_an_answer_leads_to_its_turn(store: BotStore) -> None:
    asked, _ = ask(store, "who?", update_id=8), ask(store, "when?", update_id=9)
    arrive(store, answer(8, 21), answer(8, 22), answer(9, 23))
    assert store.turns.answered_by(CHAT, 22) == asked
    assert store.turns.messages_of(8) == [21, 22]
    assert store.turns.answered_by(CHAT, 24) is None
    assert store.turns.answered_by(CHAT - 1, 22) is None


def test_an_answer_that_a_button_changed_still_leads_to_its_turn(store: BotStore) -> None:
    asked = ask(store, "who?", update_id=8)
    arrive(store, answer(8, 21), answer(9, 0, edits=21))  # update 9 pressed a button, and asked nothing
    assert store.turns.answered_by(CHAT, 21) == asked


def test_an_alert_is_known_by_its_message_and_answers_nothing(store: BotStore) -> None:
    arrive(store, Delivery(f"s:3:{CHAT}", Lane.ALERT, CHAT, ALERT), answer(8, 21))
    assert store.alert_at(CHAT, CHAT) == ALERT  # this key ends in the chat's number
    assert store.turns.answered_by(CHAT, CHAT) is None
    assert store.alert_at(CHAT, 21) is None
    assert store.alert_at(CHAT, 22) is None


def test_a_revised_question_takes_the_place_of_the_old_one(store: BotStore) -> None:
    old = ask(store, "who?", 1, update_id=8, message_id=4)
    when = ask(store, "when?", 2, update_id=9)
    ask(store, "whom?", 3, update_id=10, message_id=4)
    store.turns.supersede(old, 10)
    assert questions(store) == ["whom?", "when?"]
    assert store.turns.previous(EVERYBODY, minutes(0), when)[-1].question == "whom?"


def test_of_the_same_moment_the_later_one_comes_later(store: BotStore) -> None:
    asked = [ask(store, f"{at}?", update_id=at, message_id=at) for at in range(1, 4)]
    assert [turn.question for turn in store.turns.previous(EVERYBODY, NOON, asked[1])] == ["1?"]
    ask(store, "4?", update_id=4, message_id=2)
    store.turns.supersede(asked[1], 4)
    assert questions(store) == ["1?", "3?", "4?"]


def test_a_revised_question_that_was_the_last_is_asked_now(store: BotStore) -> None:
    old = ask(store, "who?", 1, update_id=8, message_id=4)
    ask(store, "whom?", 40, update_id=10, message_id=4)
    store.turns.supersede(old, 10)
    assert questions(store, since=30) == ["whom?"]


def test_a_message_leads_to_what_it_asked_last_and_where_that_was_answered(store: BotStore) -> None:
    old = ask(store, "who?", update_id=8, message_id=4)
    arrive(store, answer(8, 21))
    assert store.turns.answers_to(CHAT, 4) == [21]
    ask(store, "whom?", update_id=10, message_id=4)
    assert store.turns.asked_by(CHAT, 4, but=10) == old
    assert store.turns.answers_to(CHAT, 4) == [21]  # the new answer is not there yet
    arrive(store, answer(10, 0, edits=21), answer(10, 23))
    assert store.turns.answers_to(CHAT, 4) == [21, 23]
    assert store.turns.answers_to(CHAT, 5) == []


def test_the_same_update_is_kept_once(store: BotStore) -> None:
    ask(store, "who?", update_id=8)
    again = ask(store, "who?", update_id=8)
    assert questions(store) == ["who?"]
    assert store.turns.find(again.id, CHAT) == again
