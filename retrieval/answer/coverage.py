"""A question's words, weighed by their rarity, and a text's words -> how much of the question stands in the text.

A word counts in part when the text has one of the same origin that the stemmer keeps apart ("settled", "settlement").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence

from retrieval.text.stems import content_stems, stems
from retrieval.types import Question

ROOT = 5  # letters that words of the same origin share at least
ALIKE = 0.7  # of the longer word's letters that they share at least
KIN = 0.8  # what such a word counts


Rarity = Callable[[Sequence[str]], list[float]]
Spellings = Callable[[str, str], Mapping[str, tuple[str, ...]]]


class Weighing:
    """A question -> its words as the articles spell them, each with how rare it is (0 to 1)."""

    def __init__(self, rarity: Rarity, spellings: Spellings) -> None:
        self._rarity, self._spellings = rarity, spellings

    def __call__(self, question: Question) -> dict[str, float]:
        meant = self._spellings(question.standalone, question.language)
        words = [meant[word][0] if meant.get(word) else word for word in _words(question)]
        return dict(zip(words, self._rarity(words), strict=True))


def covered(weights: Mapping[str, float], words: Collection[str], besides: Collection[str] = ()) -> float:
    """0 to 1: the share of the weight that stands in `words`, and in no better form `besides`."""
    roots, besides_roots = _roots(words), _roots(besides)
    found = 0.0
    for word, weight in weights.items():  # no generators here: this runs for each sentence that is looked at
        standing = _standing(word, words, roots)
        if standing and besides:
            standing = max(0.0, standing - _standing(word, besides, besides_roots))
        found += weight * standing
    return found / (sum(weights.values()) or 1.0)


def _standing(word: str, words: Collection[str], roots: Collection[str]) -> float:
    """1: it is there; KIN: a word of its kin is; 0."""
    if word in words:
        return 1.0
    if word[:ROOT] not in roots:
        return 0.0
    return KIN if any(_kin(word, other) for other in words) else 0.0


def _roots(words: Collection[str]) -> set[str]:
    """What words of their kin begin with; of a short one, itself."""
    return {word[:ROOT] for word in words}


def _kin(word: str, other: str) -> bool:
    if word[:ROOT] != other[:ROOT]:
        return False
    shared = math.ceil(ALIKE * max(len(word), len(other)))
    return word[:shared] == other[:shared]


def _words(question: Question) -> list[str]:
    """The stems that say what is asked, each once; all of them when none says much."""
    words = content_stems(question.standalone, question.language) or stems(question.standalone, question.language)
    return list(dict.fromkeys(words))
