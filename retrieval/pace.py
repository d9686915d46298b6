"""What a feed publishes, what its server asks for, how often it failed -> how long until it is visited again. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

LONGEST_WAIT = timedelta(days=1)  # between visits, however quiet or broken a feed is, and whatever it asks for
SHARE = 24  # of a feed's usual gap, one part: a daily one is asked by the hour, and its news is at most an hour late
SPREAD = 0.1  # of a wait, up or down: feeds that were visited in one minute are spread over more
MOST_DOUBLINGS = 16  # of the shortest wait that there can be, this is beyond a day


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit to a feed told. `moments`: when its latest entries appeared, in any order."""

    feed: str
    at: datetime
    moments: Sequence[datetime] = ()
    asked: Sequence[float | None] = ()  # seconds to stay away, by publisher or server: ttl, max-age, Retry-After
    failures: int = 0  # in a row, this visit's included


def next_visit(visit: Visit, base: timedelta) -> timedelta:
    """From `base`, the operator's usual wait, to a day; never sooner than was asked, within that day.

    The same visit always gives the same wait.
    """
    floor = max([min(base, LONGEST_WAIT), *map(stay_away, visit.asked)])
    usual = backoff(base, visit.failures) if visit.failures else _rhythm(visit.moments, visit.at)
    wait, share = min(LONGEST_WAIT, max(floor, usual)), _chance(visit) * SPREAD
    spread = (wait * (1 + share), wait * (1 - share), wait)
    return next((each for each in spread if floor <= each <= LONGEST_WAIT), wait)


def backoff(base: timedelta, failures: int) -> timedelta:
    """Twice as long after each failure."""
    return min(LONGEST_WAIT, base * (1 << min(failures, MOST_DOUBLINGS)))


def stay_away(asked: float | None) -> timedelta:
    """The seconds that a server asks for, up to a day."""
    return min(LONGEST_WAIT, timedelta(seconds=min(asked, 1e9))) if asked and asked > 0 else timedelta()


def _rhythm(moments: Sequence[datetime], now: datetime) -> timedelta:
    """A share of the usual gap between entries, or of the silence since the last, which may be longer."""
    if not moments:
        return timedelta()
    dates = sorted(moments)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(dates)]
    silence = (now - dates[-1]).total_seconds()
    return timedelta(seconds=max(silence, median(gaps or [0.0])) / SHARE)


def _chance(visit: Visit) -> float:
    """-1..1, another for each feed and visit."""
    seed = f"{visit.at.timestamp()} {visit.feed}".encode()
    return int.from_bytes(hashlib.blake2b(seed, digest_size=4).digest()) / 2**31 - 1
