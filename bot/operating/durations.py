"""How long each of many things took -> counts in buckets, and back: the seconds that a share of them kept. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping

SHORTEST = 0.01  # seconds, the first bucket's end
RATIO = 1.25  # of a bucket's end to that of the one before it: what is told is off by less than a quarter
LAST = 40  # the last bucket's number, which holds whatever took longer than a minute


def bucket_of(seconds: float) -> int:
    """The number of the bucket that holds a duration."""
    if seconds <= SHORTEST:
        return 0
    return min(LAST, math.ceil(math.log(seconds / SHORTEST, RATIO) - 1e-9))


def quantile(buckets: Mapping[int, int], share: float) -> float | None:
    """The seconds within which that share of them was done, between a bucket's ends as if they lay evenly in it. None
    where nothing was counted.
    """
    total = sum(buckets.values())
    left = share * total
    for number in sorted(buckets):
        if buckets[number] and left <= buckets[number]:
            begin = _end(number - 1) if number else 0.0
            return begin + (_end(number) - begin) * left / buckets[number]
        left -= buckets[number]
    return None


def _end(number: int) -> float:
    return SHORTEST * RATIO**number
