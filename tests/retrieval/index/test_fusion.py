from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.index.fusion import RECENCY_WEIGHT, at_most, favour_recent, fuse
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
