"""Work that waits, and how long it takes lately -> who may wait too, and who had better come again.

Counted is what holds its chat's turn: of a person who sends a hundred questions, one waits here at a time, so that
nobody makes the others wait. One who is turned away is told at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

LONGEST_WAIT = 1.2  # seconds for one's turn; with the work itself and the way out, an answer takes two at most
FIRST_GUESS = 0.1  # seconds that the work takes, before any was done
WEIGHT = 0.05  # of the newest work in how long it takes: some twenty are remembered


class Admission:
    """To so many threads. `clock` counts seconds. Safe to use from several threads."""

    def __init__(self, threads: int, clock: Callable[[], float] = time.perf_counter) -> None:
        self._threads, self._clock = threads, clock
        self._changing = Lock()
        self._inside = 0
        self._takes = FIRST_GUESS

    def wait(self) -> float:
        """Seconds until whoever comes now would have its turn."""
        ahead = max(0, self._inside - self._threads + 1)
        return ahead * self._takes / self._threads

    def is_open(self) -> bool:
        """Whether that is short enough."""
        return self.wait() <= LONGEST_WAIT

    @contextmanager
    def within(self) -> Iterator[None]:
        """Around waiting and working."""
        with self._changing:
            self._inside += 1
        try:
            yield
        finally:
            with self._changing:
                self._inside -= 1

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Around the work alone."""
        began = self._clock()
        try:
            yield
        finally:
            with self._changing:
                self._takes += WEIGHT * (self._clock() - began - self._takes)
