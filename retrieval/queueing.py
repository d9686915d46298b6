"""Threads that want to write in, one after the other in the order they came, out.

SQLite has one writer at a time, and whoever happens to ask at the right moment is next: a thread that writes one
transaction after the other would keep all others waiting for as long as it has work.
"""

from __future__ import annotations

import threading
from collections import deque


class Queue:
    """A lock that is handed on in order."""

    def __init__(self) -> None:
        self._changing = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    def enter(self) -> None:
        """Waits for one's turn."""
        turn = threading.Event()
        with self._changing:
            if not self._taken:
                self._taken = True
                return
            self._waiting.append(turn)
        turn.wait()

    def leave(self) -> None:
        """It is the next one's turn."""
        with self._changing:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
