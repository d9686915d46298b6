"""Calls that failed or went well -> whether to try another one now."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

FAILURES = 3  # in a row, from which nothing is tried
PAUSE_SECONDS = 60.0


class Breaker:
    """Lets calls through until FAILURES in a row have failed; then, after each pause, a single one to see. Safe to call
    from several threads; whoever is let through says how it went."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._failures = 0
        self._closed_until = 0.0

    def lets_through(self) -> bool:
        with self._lock:
            if self._failures < FAILURES:
                return True
            if self._now() < self._closed_until:
                return False
            self._closed_until = self._now() + PAUSE_SECONDS  # this one is the probe; others wait for it
            return True

    def is_whole(self) -> bool:
        """Whether nothing stands in the way of calls."""
        with self._lock:
            return self._failures < FAILURES

    def went_well(self) -> None:
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            self._closed_until = self._now() + PAUSE_SECONDS
