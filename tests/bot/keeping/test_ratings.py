"""What people think of answers: one vote a person and answer, kept by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.keeping.ratings import OPINIONS, PAGE, Quoted, Rated
from bot.store import BotStore
from tests.fake_corpus import NOON

VOTE = Rated(
    1, 100, 8, "helpful", "Who carries ninety?", "Who carries ninety?", "answered",
    (Quoted("ferry", "It carries ninety people.", "ninety"),), {"confidence": 0.9, "log": 3}, NOON,
)  # fmt: skip


def test_a_vote_is_kept_as_it_was_given(store: BotStore) -> None:
    store.ratings.rate(VOTE)
    assert store.ratings.newest(9) == list(store.ratings.all()) == [VOTE]


def test_who_thinks_otherwise_later_has_only_thought_so(store: BotStore) -> None:
    store.ratings.rate(VOTE)
    store.ratings.rate(replace(VOTE, user_id=9))
    store.ratings.rate(replace(VOTE, verdict="wrong", rated_at=NOON + timedelta(days=9)))
    assert store.ratings.of_turn(1) == {8: "wrong", 9: "helpful"}
    assert store.ratings.of_turn(2) == {}
    assert store.ratings.counts() == {**dict.fromkeys(OPINIONS, 0), "helpful": 1, "wrong": 1}
    assert [one.user_id for one in store.ratings.newest(1)] == [8]


def test_votes_are_read_to_the_last(store: BotStore) -> None:
    for turn in range(1, PAGE + 3):
        store.ratings.rate(replace(VOTE, turn=turn))
    assert [one.turn for one in store.ratings.all()] == list(range(1, PAGE + 3))
    assert [one.turn for one in store.ratings.newest(2)] == [PAGE + 2, PAGE + 1]


def test_a_vote_outlives_its_turn(store: BotStore) -> None:
    store.ratings.rate(VOTE)
    store.prune(NOON + timedelta(days=400))
    assert store.ratings.of_turn(1) == {8: "helpful"}
