"""The event loop's own heartbeat: how late it is, and when it last beat."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable

BEAT_SECONDS = 0.5


class Pulse:
    """Beats as long as it runs. `observe` is told how many seconds late each beat was: so long nobody was served."""

    def __init__(self, observe: Callable[[float], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._observe = observe
        self._clock = clock
        self._last = -math.inf

    async def run(self) -> None:
        """Never ends by itself."""
        while True:
            self._last = self._clock()
            await asyncio.sleep(BEAT_SECONDS)
            self._observe(max(0.0, self._clock() - self._last - BEAT_SECONDS))

    def age(self) -> float:
        """Seconds since the last beat; infinite before the first."""
        return self._clock() - self._last
