"""An article's passages -> what interests are compared with: its vectors, how much it is about each of its words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.ports import StoredPassage, Vectors
from retrieval.text.roots import root_of
from retrieval.text.stems import stems

PASSAGES_READ = 8  # of an article, the first: about 1,200 words
TITLED = 2  # how often a word counts that stands in the title
HALF = 1.2  # times that a word stands in an article of usual length until it counts one half; BM25's k1
USUAL, LENGTHENS = 130, 0.5  # stems of a short report; how much a longer article asks for more: BM25's b


@dataclass(frozen=True, slots=True)
class Sketch:
    """Where there are no vectors of the model, `fingerprint` is empty."""

    words: Mapping[str, float]  # root -> 0..1
    vectors: Vectors | None = None  # (1 + passages, dim), its title's first
    fingerprint: str = ""


def sketch(passages: Sequence[StoredPassage], title: Vectors | None, fingerprint: str) -> Sketch:
    """`passages`: of one article, at least one, in its order. `title` (dim,): its title's vector, if it has one."""
    first = passages[0]
    vectors = [passage.vector for passage in passages[:PASSAGES_READ] if passage.vector is not None]
    words = told_words(first.title, " ".join(passage.text for passage in passages), first.language)
    if not vectors:
        return Sketch(words)
    return Sketch(words, np.stack([vectors[0] if title is None else title, *vectors]), fingerprint)


def told_words(title: str, text: str, language: str) -> dict[str, float]:
    """Root -> how much the article is about it: often for its length, or in its title."""
    titled, told = ([root_of(stem, language) for stem in stems(part, language)] for part in (title, text))
    counts = Counter(told)
    for word in titled:
        counts[word] += TITLED
    half = HALF * (1 - LENGTHENS + LENGTHENS * (len(titled) + len(told)) / USUAL)
    return {word: count / (count + half) for word, count in counts.items()}
