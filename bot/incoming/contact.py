"""When Telegram was last heard of, whichever way updates come in."""

from __future__ import annotations

import math
import time
from collections.abc import Callable


class Contact:
    """Used on one event loop. `clock` goes on steadily, in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = -math.inf

    def note(self) -> None:
        """Telegram gave us what is new, or said that it will."""
        self._last = self._clock()

    def silence(self) -> float:
        """Seconds since then; infinite as long as it never happened."""
        return self._clock() - self._last
