from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.index.fusion import (
    HALF_LIFE_DAYS,
    LATELY,
    RECENCY_WEIGHT,
    WHOLE_WEIGHT,
    at_most,
    favour,
    favour_recent,
    fuse,
    scaled,
)
from retrieval.types import Hit

NOW = datetime(2026, 5, 31, tzinfo=UTC)
SCORES = st.dictionaries(st.integers(1, 50), st.floats(-1, 30, allow_nan=False), max_size=30)


@given(SCORES, SCORES)
def test_every_candidate_is_ranked_once_best_first(dense: dict[int, float], lexical: dict[int, float]) -> None:
    hits = fuse(dense, lexical)
    assert {hit.passage_id for hit in hits} == {*dense, *lexical}
    assert len(hits) == len({hit.passage_id for hit in hits})
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0 <= hit.score <= 1 for hit in hits)


def test_with_no_meaning_the_words_decide_alone() -> None:
    assert [hit.passage_id for hit in fuse({}, {1: 3.0, 2: 9.0, 3: 6.0})] == [2, 3, 1]
    assert fuse({}, {1: 3.0, 2: 9.0})[0].score == 1.0


def test_a_passage_that_both_find_beats_one_that_either_finds() -> None:
    assert fuse({1: 0.9, 2: 0.8, 4: 0.1}, {2: 11.0, 3: 12.0, 5: 1.0})[0].passage_id == 2


def test_of_equal_matches_the_recent_one_comes_first() -> None:
    published = {1: NOW - timedelta(days=100), 2: NOW - timedelta(days=1), 3: None}
    hits = favour_recent([Hit(1, 0.8), Hit(2, 0.8), Hit(3, 0.8)], published, NOW)
    assert [hit.passage_id for hit in hits] == [2, 1, 3]
    assert hits[-1].score == pytest.approx(0.8 / (1 + RECENCY_WEIGHT))


def test_a_much_better_old_match_still_wins() -> None:
    published = {1: NOW - timedelta(days=900), 2: NOW}
    assert favour_recent([Hit(1, 1.0), Hit(2, 0.5)], published, NOW)[0].passage_id == 1


def test_one_article_does_not_crowd_out_the_others() -> None:
    hits = [Hit(n, 1 - n / 10) for n in range(1, 6)]
    kept = at_most(hits, {1: "a", 2: "a", 3: "a", 4: "b"}, 2)
    assert [hit.passage_id for hit in kept] == [1, 2, 4]  # the third of "a" and the orphan are gone


def scores(hits: list[Hit]) -> dict[int, float]:
    return {hit.passage_id: hit.score for hit in hits}


def test_a_date_is_worth_half_as_much_after_each_half_life() -> None:
    ages = {1: 0.0, 2: HALF_LIFE_DAYS, 3: 2 * HALF_LIFE_DAYS, 4: 1000 * HALF_LIFE_DAYS}
    published = {key: NOW - timedelta(days=age) for key, age in ages.items()}
    gained = scores(favour_recent([Hit(key, 0.0) for key in ages], published, NOW))
    whole = RECENCY_WEIGHT / (1 + RECENCY_WEIGHT)
    assert gained == pytest.approx({1: whole, 2: whole / 2, 3: whole / 4, 4: 0.0})


@pytest.mark.parametrize(("days", "is_believed"), [(0.5, True), (1.9, True), (2.1, False), (300, False), (8000, False)])
def test_a_date_ahead_is_believed_for_two_days(days: float, is_believed: bool) -> None:
    (hit,) = favour_recent([Hit(1, 0.3)], {1: NOW + timedelta(days=days)}, NOW)
    assert (hit.score > 0.3 / (1 + RECENCY_WEIGHT)) == is_believed


def test_a_passage_of_an_article_that_matches_as_a_whole_overtakes_a_little_better_one() -> None:
    hits = fuse({}, {1: 9.0, 2: 8.0, 3: 1.0, 4: 0.0}, {2: 1.0, 1: 0.2})
    assert [hit.passage_id for hit in hits] == [2, 1, 3, 4]
    assert scores(hits)[2] == pytest.approx((8 / 9 + WHOLE_WEIGHT) / (1 + WHOLE_WEIGHT))
    assert scores(hits)[3] == pytest.approx(1 / 9 / (1 + WHOLE_WEIGHT))  # its article was not among the matches
    assert fuse({}, {1: 9.0, 2: 8.0, 3: 1.0, 4: 0.0}, {2: 1.0, 1: 0.2}, 1) == hits[:1]


def test_what_was_just_talked_about_gains_a_little_and_never_more_than_one() -> None:
    hits = favour([Hit(1, 0.99), Hit(2, 0.93), Hit(3, 0.5)], {2, 3, 99})
    assert scores(hits) == pytest.approx({2: 1.0, 1: 0.99, 3: 0.5 + LATELY})
    assert [hit.passage_id for hit in hits] == [2, 1, 3]
    assert favour([], {1}) == []


HITS = st.dictionaries(st.integers(1, 50), st.floats(0, 1), max_size=20).map(
    lambda found: [Hit(key, score) for key, score in found.items()]
)


@given(HITS, st.dictionaries(st.integers(1, 50), st.floats(0, 1)), st.dictionaries(st.integers(1, 50), st.datetimes()))
def test_whatever_is_added_scores_stay_between_0_and_1_and_no_hit_is_lost(
    hits: list[Hit], whole: dict[int, float], days: dict[int, datetime]
) -> None:
    published = {key: day.replace(tzinfo=UTC) for key, day in days.items()}
    for gained in (favour_recent(hits, published, NOW), favour(hits, whole)):
        assert {hit.passage_id for hit in gained} == {hit.passage_id for hit in hits}
        assert [hit.score for hit in gained] == sorted((hit.score for hit in gained), reverse=True)
        assert all(0 <= hit.score <= 1 for hit in gained)


def test_scores_are_scaled_from_the_least_to_the_most() -> None:
    assert scaled({1: 4.0, 2: 6.0, 3: 8.0}) == {1: 0.0, 2: 0.5, 3: 1.0}
    assert scaled({1: -2.0}) == {1: 1.0}
    assert scaled({}) == {}
