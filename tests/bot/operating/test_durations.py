"""A few buckets tell of thousands of durations within a quarter."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.operating.durations import LAST, RATIO, SHORTEST, bucket_of, quantile


def test_what_was_never_counted_has_no_quantile() -> None:
    assert quantile({}, 0.95) is None
    assert quantile({3: 0}, 0.5) is None


def test_a_longer_time_is_never_in_an_earlier_bucket() -> None:
    numbers = [bucket_of(milliseconds / 1000) for milliseconds in range(0, 90_000, 7)]
    assert numbers == sorted(numbers)
    assert (numbers[0], numbers[-1]) == (0, LAST)


def test_a_buckets_end_belongs_to_it() -> None:
    assert [bucket_of(SHORTEST * RATIO**number) for number in range(LAST)] == list(range(LAST))


@given(st.lists(st.floats(0.02, 50.0), min_size=1, max_size=200), st.sampled_from((0.5, 0.95, 0.99)))
def test_what_is_told_is_off_by_less_than_a_bucket(seconds: list[float], share: float) -> None:
    told = quantile(Counter(map(bucket_of, seconds)), share)
    ordered = sorted(seconds)
    true = ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)]
    assert told is not None
    assert true / RATIO <= told <= true * RATIO


def test_of_many_answers_the_95th_of_100_is_told_closely() -> None:
    dice = random.Random(7)
    seconds = [dice.lognormvariate(-1.5, 0.4) for _ in range(5000)]
    told = quantile(Counter(map(bucket_of, seconds)), 0.95)
    assert told == pytest.approx(sorted(seconds)[4749], rel=0.05)
