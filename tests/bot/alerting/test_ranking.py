"""What comes first in a digest."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.alerting.ranking import importance

sources = st.integers(1, 500)
ages = st.timedeltas(timedelta(days=-3), timedelta(days=4000))
closenesses = st.floats(0, 1)
DAY = timedelta(days=1)


@given(sources, sources, ages, closenesses)
def test_more_sources_are_never_less_important(one: int, other: int, age: timedelta, closeness: float) -> None:
    fewer, more = sorted((one, other))
    assert importance(fewer, age, closeness) <= importance(more, age, closeness)


@given(sources, ages, ages, closenesses)
def test_what_is_older_is_never_more_important(told: int, one: timedelta, other: timedelta, closeness: float) -> None:
    younger, older = sorted((one, other))
    assert importance(told, older, closeness) <= importance(told, younger, closeness)


@given(sources, ages, closenesses, closenesses)
def test_what_is_nearer_is_never_less_important(told: int, age: timedelta, one: float, other: float) -> None:
    farther, nearer = sorted((one, other))
    assert importance(told, age, farther) <= importance(told, age, nearer)


def test_each_of_the_three_decides_where_the_others_are_equal() -> None:
    plain = importance(1, DAY, 0.5)
    assert importance(2, DAY, 0.5) > plain
    assert importance(1, DAY / 2, 0.5) > plain
    assert importance(1, DAY, 0.6) > plain


def test_many_sources_outweigh_a_day() -> None:
    assert importance(8, 2 * DAY, 0.5) > importance(1, DAY, 0.5)


def test_what_is_dated_ahead_counts_as_of_now() -> None:
    assert importance(1, -DAY, 0.5) == importance(1, timedelta(), 0.5)
