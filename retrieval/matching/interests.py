"""Many interests, and one article -> how surely it is about each, all of them compared at once.

    meaning: the article's vectors times the matrix of all interests | words: a sparse product with the article's words

An interest whose vector is of another model, or that has none, goes by its words. Nothing hangs on the order in which
interests came.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Protocol

import numpy as np
from threadpoolctl import threadpool_limits

from retrieval.asked.topics import topic_words
from retrieval.matching.relevance import FLOOR, Column, by_both, by_words
from retrieval.matching.sketch import Sketch
from retrieval.ports import Vectors
from retrieval.text.roots import root_of
from retrieval.text.stems import content_stems, stems
from retrieval.types import Interest, Match

WORDS = 12  # of an interest that count: topics have one to six, questions a few more
BLOCK = 2048  # interests side by side: a product with 3 MB at a time takes half the time of one with all of them
NO_WORD = 0  # the column of no word
GONE = np.iinfo(np.int64).min  # the key of a slot that is free
TINY = 1e-6

threadpool_limits(1, "blas")  # the cores belong to the embedder, and threads that wait for a busy one take longer


class Rarities(Protocol):
    """Stems -> how rare each is."""

    @property
    def edition(self) -> int:
        """Another number when what was told before no longer holds."""

    def __call__(self, stems: Sequence[str]) -> list[float]:
        """0 (everywhere) to 1 (nowhere)."""


class Interests:
    """Safe to call from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shelves: dict[str, _Shelf] = {}  # by the fingerprints of the interests' vectors
        self._shelf_of: dict[int, str] = {}
        self._columns: dict[tuple[str, str], int] = {}  # stem and root -> column
        self._rooted: dict[str, list[int]] = {}  # root -> columns
        self._rare, self._edition = np.zeros(1, np.float32), 0  # of each column

    def put(self, wanted: Iterable[Interest]) -> None:
        """Takes them in; those of the same keys go."""
        latest = {interest.key: interest for interest in wanted}
        by_model = sorted(latest.values(), key=lambda interest: interest.fingerprint)
        with self._lock:
            self._drop(latest)
            for fingerprint, group in groupby(by_model, key=lambda interest: interest.fingerprint):
                self._shelve(fingerprint, list(group))

    def discard(self, keys: Iterable[int]) -> None:
        """Keys that are not held do no harm."""
        with self._lock:
            self._drop(keys)

    def keys(self) -> list[int]:
        with self._lock:
            return sorted(self._shelf_of)

    def __len__(self) -> int:
        return len(self._shelf_of)

    def matches(self, sketch: Sketch, rarities: Rarities, floor: float = FLOOR) -> list[Match]:
        """Those that the article is about with at least that score, best first."""
        with self._lock:
            told, rare = self._told(sketch.words), self._rarities(rarities)
            found = [
                match
                for fingerprint, shelf in self._shelves.items()
                for match in shelf.matches(sketch if fingerprint == sketch.fingerprint else None, told, rare, floor)
            ]
        return sorted(found, key=lambda match: (-match.score, match.key))

    def _drop(self, keys: Iterable[int]) -> None:
        for key in keys:
            fingerprint = self._shelf_of.pop(key, None)
            if fingerprint is not None:
                self._shelves[fingerprint].drop(key)

    def _shelve(self, fingerprint: str, interests: Sequence[Interest]) -> None:
        first = interests[0].vector
        dim = 0 if first is None else len(first) // 2
        shelf = self._shelves.setdefault(fingerprint, _Shelf(dim))
        shelf.put(interests, [self._columns_of(interest) for interest in interests])
        self._shelf_of.update(dict.fromkeys((interest.key for interest in interests), fingerprint))

    def _columns_of(self, interest: Interest) -> list[int]:
        words = [(stem, root_of(stem, interest.language)) for stem in interest_words(interest)]
        for word in words:
            if word not in self._columns:
                self._columns[word] = len(self._columns) + 1
                self._rooted.setdefault(word[1], []).append(self._columns[word])
        return [self._columns[word] for word in words]

    def _told(self, words: Mapping[str, float]) -> Column:
        """Of each column, how much the article is about its word."""
        told = np.zeros(len(self._columns) + 1, np.float32)  # (columns,)
        for root in words.keys() & self._rooted.keys():
            told[self._rooted[root]] = words[root]
        return told

    def _rarities(self, rarities: Rarities) -> Column:
        """(columns,). Asked for new words only, until they change."""
        edition = rarities.edition
        known = self._rare if edition == self._edition else np.zeros(1, np.float32)
        new = [stem for stem, _ in islice(self._columns, len(known) - 1, None)]
        self._rare, self._edition = np.append(known, np.array(rarities(new), np.float32)), edition
        return self._rare


class _Shelf:
    """The interests of one model. A slot that is let go is given to the next one."""

    def __init__(self, dim: int) -> None:
        self._dim = dim
        self._slots: dict[int, int] = {}  # key -> slot
        self._free: list[int] = []
        self._used = 0  # slots that were ever taken
        self._keys = np.full(BLOCK, GONE, np.int64)
        self._words = np.full((WORDS, BLOCK), NO_WORD, np.int32)  # columns
        self._vectors: list[Vectors] = []  # (dim, BLOCK) each

    def put(self, interests: Sequence[Interest], columns: Sequence[Sequence[int]]) -> None:
        """All with vectors, or all without."""
        for interest, few in zip(interests, columns, strict=True):
            slot = self._free.pop() if self._free else self._next()
            self._slots[interest.key] = slot
            self._keys[slot] = interest.key
            self._words[: len(few), slot] = few
            self._vectors[slot // BLOCK][:, slot % BLOCK] = vector_of(interest)

    def drop(self, key: int) -> None:
        slot = self._slots.pop(key)
        self._keys[slot], self._words[:, slot] = GONE, NO_WORD
        self._free.append(slot)

    def matches(self, sketch: Sketch | None, told: Column, rare: Column, floor: float) -> Iterator[Match]:
        """Without a sketch by words alone."""
        words, keys = self._words[:, : self._used], self._keys[: self._used]
        shares = (told * rare)[words].sum(0) / np.maximum(rare[words].sum(0), TINY)  # (n,)
        meaning = None if sketch is None or sketch.vectors is None else self._near(sketch.vectors)
        scores = by_words(shares) if meaning is None else by_both(meaning, shares)
        for slot in np.flatnonzero((scores >= floor) & (keys != GONE)):
            yield Match(int(keys[slot]), float(scores[slot]))

    def _near(self, article: Vectors) -> Column:
        """(n,). `article` (1 + passages, dim)."""
        ends = range(self._used, 0, -BLOCK)  # of each block, those behind it counted too
        blocks = [block[:, :end] for block, end in zip(self._vectors, ends, strict=True)]
        return np.concatenate([_nearest(article @ block) for block in blocks])

    def _next(self) -> int:
        if self._used == BLOCK * len(self._vectors):
            self._vectors.append(np.zeros((self._dim, BLOCK), np.float32))
        if self._used == len(self._keys):
            self._keys = np.append(self._keys, np.full_like(self._keys, GONE))
            self._words = np.append(self._words, np.full_like(self._words, NO_WORD), 1)
        self._used += 1
        return self._used - 1


def _nearest(cosines: Vectors) -> Column:
    """Of each interest the cosine of the title, or the mean of the best third of the passages where that is more: an
    article that touches on something in one passage of many is not about it. `cosines` (1 + passages, n).
    """
    title, passages = cosines[0], cosines[1:]
    best = math.ceil(len(passages) / 3)
    top = passages.max(0) if best == 1 else np.partition(passages, -best, 0)[-best:].mean(0)
    nearest: Column = np.maximum(title, top)
    return nearest


def vector_of(interest: Interest) -> Vectors:
    """(dim,); (0,) without one."""
    return np.frombuffer(interest.vector or b"", np.float16).astype(np.float32)


def interest_words(interest: Interest) -> list[str]:
    """The stems that it is compared by; all of them where none says much."""
    told = topic_words(interest.text, interest.language) or content_stems(interest.text, interest.language)
    return list(dict.fromkeys(told or stems(interest.text, interest.language)))[:WORDS]
