"""Laps of a question -> its Trace."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from retrieval.types import Trace


class Stopwatch:
    """Milliseconds of each stage, by the monotonic clock."""

    def __init__(self) -> None:
        self._started = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """Ends a stage that began at the last lap."""
        now = time.perf_counter()
        self._laps[stage] = self._laps.get(stage, 0.0) + (now - self._last) * 1000
        self._last = now

    def trace(self, figures: Mapping[str, float], hits: Iterable[str]) -> Trace:
        whole = (time.perf_counter() - self._started) * 1000
        return Trace({**self._laps, "whole": whole}, dict(figures), tuple(hits))
