"""How near an article is to an interest, by meaning and by words -> how surely it is about it, 0 to 1.

    logistic(meaning, words), or of words alone where the model does not know the language

Both were fitted on labelled newswire, each topic weighing as much as any other, and scaled so that one half is where
seven of ten matches are right; the levels are the same for every topic and language (tests/benchmarks/topics.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from retrieval.types import Level

LEVELS: Mapping[Level, float] = MappingProxyType({"strict": 0.75, "balanced": 0.5, "wide": 0.3})  # least scores
FLOOR = 0.2  # matches below it are not given: a little under "wide", so that a threshold of one's own has room
STEP = 0.03  # by which one opinion moves a threshold of one's own
DIGITS = 4  # of a score: the last digits of a product hang on how a library divides the work

_MEANING, _WORDS, _BOTH = 11.0, 8.0, -7.1  # a ratio of 1 to 2 ranks as well; more meaning finds other words for it
_WORDS_ALONE, _ALONE = 11.5, -4.8

Column = npt.NDArray[np.float32]  # (n,)
Scores = npt.NDArray[np.float64]  # (n,)


def by_both(meaning: Column, words: Column) -> Scores:
    """`meaning`: cosines; `words`: shares of the interest that the article tells, 0..1."""
    return _logistic(_MEANING * meaning.astype(np.float64) + _WORDS * words + _BOTH)


def by_words(words: Column) -> Scores:
    """Where the model does not know both languages."""
    return _logistic(_WORDS_ALONE * words.astype(np.float64) + _ALONE)


def _logistic(evidence: Scores) -> Scores:
    chance: Scores = 1 / (1 + np.exp(-evidence))
    return np.round(chance, DIGITS)
