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
    total = sum(weights.values()) or 1.0
    found = (w * max(0.0, standing(word, words) - standing(word, besides)) for word, w in weights.items())
    return sum(found) / total


def standing(word: str, words: Collection[str]) -> float:
    """1: it is there; KIN: a word of its kin is; 0."""
    if word in words:
        return 1.0
    if len(word) < ROOT:
        return 0.0
    root = word[:ROOT]
    for other in words:  # no generator: this runs for each word of a question and each sentence
        if other.startswith(root) and _kin(word, other):
            return KIN
    return 0.0


def _kin(word: str, other: str) -> bool:
    shared = math.ceil(ALIKE * max(len(word), len(other)))
    return word[:shared] == other[:shared]


def _words(question: Question) -> list[str]:
    """The stems that say what is asked, each once; all of them when none says much."""
    words = content_stems(question.standalone, question.language) or stems(question.standalone, question.language)
    return list(dict.fromkeys(words))
