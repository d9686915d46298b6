"""Questions that are answered at the same time -> how closely each may look: with many, all are answered soon."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

MOST_READ = 8  # passages of a question that is alone
READ_BESIDE = (MOST_READ, MOST_READ, 2, 1)  # of each of so many questions; of more, as of the last


class Crowd:
    """`with crowd:` around the answering of a question. `readers`: how many passages are read side by side. Safe to use
    from several threads.
    """

    def __init__(self, readers: int) -> None:
        self._readers = readers
        self._changing = threading.Lock()
        self._size = self._wanted = 0

    def __enter__(self) -> None:
        with self._changing:
            self._size += 1

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._changing:
            self._size -= 1

    @contextmanager
    def reading(self, passages: int) -> Iterator[None]:
        """Around having so many read, and waiting for that."""
        with self._changing:
            self._wanted += passages
        try:
            yield
        finally:
            with self._changing:
                self._wanted -= passages

    def is_waiting(self) -> bool:
        """Whether somebody's passage waits for a reader."""
        return self._wanted > self._readers

    def is_one(self) -> bool:
        """Whether no question has to share with another."""
        return self._size <= 1

    def most_read(self) -> int:
        """Passages that a question may have read now."""
        return READ_BESIDE[min(self._size, len(READ_BESIDE) - 1)]
