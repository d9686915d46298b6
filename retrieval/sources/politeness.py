"""What a server says about coming again -> seconds; and the hosts that asked us to stay away for a while.

`headers` have lower case names (RFC 9110 for Retry-After, RFC 9111 for freshness).
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_ABSENCE = 86_400.0  # seconds; no server may send us away for longer than a day
LONGEST_FRESHNESS = 7 * 86_400.0
MOST_AWAY = 1_000  # hosts that are remembered

_LONGEST_VALUE = 200  # characters of a header in which a number or a date may be looked for
_SECONDS = re.compile(r"\s*([0-9]+)(?:\.[0-9]+)?\s*(?:,|$)", re.ASCII)
_MAX_AGE = re.compile(r"(?:^|[,\s])max-age\s*=\s*\"?([0-9]+)", re.ASCII | re.IGNORECASE)
_NOT_KEPT = re.compile(r"(?:^|[,\s])no-(?:cache|store)\s*(?:,|$)", re.IGNORECASE)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that Retry-After tells, 0 to a day; a date counts from the server's own clock, or from `now`."""
    value = headers.get("retry-after", "")[:_LONGEST_VALUE]
    if seconds := _SECONDS.match(value):
        return min(float(seconds[1]), LONGEST_ABSENCE)
    then = _moment(value)
    return None if then is None else _between(_told_now(headers, now), then, LONGEST_ABSENCE)


def fresh_for(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds for which what came stays good, 0 to a week; None when nothing is said or nothing may be kept."""
    control = headers.get("cache-control", "")[:_LONGEST_VALUE]
    if _NOT_KEPT.search(control):
        return None
    if age := _MAX_AGE.search(control):
        return min(float(age[1]), LONGEST_FRESHNESS)
    expires = _moment(headers.get("expires", ""))
    return None if expires is None else _between(_told_now(headers, now), expires, LONGEST_FRESHNESS)


class Absences:
    """Hosts that asked us to stay away, and for how long yet. Of too many, the first told are forgotten. Thread-safe.

    `clock` gives seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST_AWAY) -> None:
        self._clock, self._most = clock, most
        self._until: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def stay_away(self, host: str, seconds: float) -> None:
        """From now on; a later word of the same host counts instead of the former."""
        with self._lock:
            self._until.pop(host, None)
            self._until[host] = self._clock() + seconds
            while len(self._until) > self._most:
                self._until.popitem(last=False)

    def left(self, host: str) -> float | None:
        """Seconds yet to stay away, or None."""
        with self._lock:
            left = self._until.get(host, 0.0) - self._clock()
            if left > 0:
                return left
            self._until.pop(host, None)
        return None


def _told_now(headers: Mapping[str, str], now: datetime) -> datetime:
    return _moment(headers.get("date", "")) or now


def _between(first: datetime, last: datetime, most: float) -> float:
    return min(max((last - first).total_seconds(), 0.0), most)


def _moment(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value[:_LONGEST_VALUE])
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
