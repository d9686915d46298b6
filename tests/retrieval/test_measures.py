from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.measures import (
    area_under_roc,
    contains_answer,
    expected_calibration_error,
    percentile,
    rate_above,
    span_scores,
)


def test_an_answer_counts_as_whole_words_whatever_the_case() -> None:
    assert contains_answer("It cost 62 million crowns, he said.", ["62 Million"])
    assert contains_answer("The “Amber Compass” was found.", ["amber compass"])
    assert not contains_answer("He scored 162.", ["62"])
    assert not contains_answer("", ["62"])
    assert not contains_answer("Anything", ["", "the"])


def test_span_scores_are_squads() -> None:
    assert span_scores("the Mill Street bakery", ["Mill Street bakery"]) == (1.0, 1.0)
    exact, overlap = span_scores("bakery in Mill Street", ["Mill Street"])
    assert exact == 0.0
    assert overlap == pytest.approx(2 * 2 / (4 + 2))
    assert span_scores("oven", ["fire"]) == (0.0, 0.0)


def test_area_under_roc_counts_pairs_in_order() -> None:
    assert area_under_roc([0.9, 0.8], [0.1, 0.2]) == 1.0
    assert area_under_roc([0.1], [0.9]) == 0.0
    assert area_under_roc([0.5, 0.5], [0.5]) == 0.5
    assert area_under_roc([0.9, 0.1], [0.5]) == 0.5
    assert area_under_roc([], [0.5]) is None


def test_a_rate_is_counted_above_all_but_a_share_of_the_false_ones() -> None:
    untold = [at / 10 for at in range(10)]
    assert rate_above([0.85, 0.75, 0.95, 0.1], untold, 0.1) == 0.5  # one of the ten is let through: 0.9
    assert rate_above([0.95, 0.9], untold, 0.0) == 0.5
    assert rate_above([], untold, 0.1) is None


def test_percentiles_are_nearest_ranks() -> None:
    assert percentile([4, 1, 3, 2], 0.5) == 2
    assert percentile(list(range(1, 101)), 0.95) == 95
    assert percentile([7], 0.95) == 7


def test_the_calibration_error_is_how_far_what_was_said_is_from_what_was() -> None:
    assert expected_calibration_error([1.0, 1.0, 0.0, 0.0], [True, True, False, False]) == 0.0
    assert expected_calibration_error([1.0, 1.0, 0.0, 0.0], [False, False, True, True]) == 1.0
    assert expected_calibration_error([0.9] * 10, [True] * 9 + [False]) == pytest.approx(0.0)
    assert expected_calibration_error([0.9] * 10, [True] * 5 + [False] * 5) == pytest.approx(0.4)
    assert expected_calibration_error([0.2, 0.8], [False, True], bins=1) == 0.0
    assert expected_calibration_error([0.2, 0.8], [False, True], bins=2) == pytest.approx(0.2)
    assert expected_calibration_error([], []) is None


def test_the_calibration_error_does_not_hang_on_the_order_of_equal_chances() -> None:
    outcomes = [True, False] * 20
    for order in (outcomes, sorted(outcomes), sorted(outcomes, reverse=True)):
        assert expected_calibration_error([0.5] * 40, order) == pytest.approx(0.0)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50), st.integers(1, 12))
def test_a_calibration_error_is_between_0_and_1(rows: list[tuple[float, bool]], bins: int) -> None:
    error = expected_calibration_error([chance for chance, _ in rows], [outcome for _, outcome in rows], bins)
    assert error is not None
    assert 0 <= error <= 1 + 1e-9
