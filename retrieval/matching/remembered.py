"""What matching asks for again and again, kept in memory: how rare words are, and the vectors of titles."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from retrieval.ports import Embedder, Index, Vectors

GROWN, FEW = 0.1, 20  # share, and number, of changes after which words are counted anew
AT_ONCE = 500  # words counted: 10 ms in which nobody can search
TITLES = 5_000  # vectors that are kept: 8 MB


class CountedRarities:
    """Of stems, as the index has them: 0 (everywhere) to 1 (nowhere). What was told stays until a tenth of the log is
    new, so that an article's score does not hang on the minute. Safe to call from several threads.
    """

    def __init__(self, index: Index) -> None:
        self._index = index
        self._lock = threading.Lock()
        self._known: dict[str, float] = {}
        self._counted, self._edition = 0, 1

    @property
    def edition(self) -> int:
        """Another number when what was told before no longer holds."""
        with self._lock:
            applied = self._index.applied()
            if not 0 <= applied - self._counted <= FEW + GROWN * self._counted:
                self._known, self._counted = {}, applied
                self._edition += 1
            return self._edition

    def __call__(self, stems: Sequence[str]) -> list[float]:
        with self._lock:
            new = [stem for stem in dict.fromkeys(stems) if stem not in self._known]
            for at in range(0, len(new), AT_ONCE):
                some = new[at : at + AT_ONCE]
                self._known.update(zip(some, self._index.rarity(some), strict=True))
            return [self._known[stem] for stem in stems]


class Titles:
    """Title -> its vector. Safe to call from several threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._lock = threading.Lock()
        self._known: dict[str, Vectors] = {}

    def __call__(self, titles: Sequence[str]) -> dict[str, Vectors]:
        """(dim,) each."""
        with self._lock:
            found = {title: self._known[title] for title in titles if title in self._known}
        new = [title for title in dict.fromkeys(titles) if title not in found]
        embedded = dict(zip(new, self._embedder.passages(new), strict=True)) if new else {}
        with self._lock:
            self._known.update(embedded)
            for old in list(self._known)[:-TITLES]:
                del self._known[old]
        return {**found, **embedded}
