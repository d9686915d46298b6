"""A claim and the sentences of a page, in order -> which of them bear it out, best first.

    words and meaning shared, in the sentence and around it | then each next one for what those before do not cover

A page about one thing repeats its words everywhere, so a word's weight is its rarity within the page.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from retrieval.ports import Vectors
from retrieval.text.stems import stems

UnitVectors = Callable[[Sequence[str]], Vectors]
"""n texts -> (n, dim), unit length: an embedder's `passages`."""

K1, B = 1.2, 0.75  # of BM25, Robertson and Zaragoza 2009
AROUND = 2  # sentences on either side that tell who "she" is, and when
WORDS = {"match": 5.4, "covered": 2.8, "before": 3.3, "after": 4.8, "numbers": 2.2, "place": -1.8}
WORDS_AND_MEANING = {
    "match": 4.0, "covered": 2.2, "before": 3.2, "after": 4.8, "numbers": 2.4, "place": -1.6, "meaning": 3.8,
}  # fmt: skip
"""Logistic regression on claims of an encyclopedia and the pages they cite; cross-validated in tests/benchmarks."""
NEW = 6.0  # for a sentence that covers all of the claim that those before it do not
COVERING = 5  # sentences chosen with an eye on the others

_NUMBER = re.compile(r"\d+")


def rank_evidence(
    claim: str, sentences: Sequence[str], language: str = "en", embed: UnitVectors | None = None
) -> list[int]:
    """Indexes of all sentences, best first. `embed`, where there is one, tells likeness of meaning."""
    if not sentences:
        return []
    page = _Page(claim, sentences, language)
    signs = page.signs()
    if embed is not None:
        vectors = embed([claim, *sentences])  # (1 + n, dim)
        likeness = vectors[1:] @ vectors[0]  # (n,)
        for sign, value in zip(signs, likeness - likeness.max(), strict=True):
            sign["meaning"] = float(value)
    weights = WORDS_AND_MEANING if embed is not None else WORDS
    scores = [sum(weights[name] * value for name, value in sign.items()) for sign in signs]
    return page.in_turn(scores)


class _Page:
    """The claim's words, and where on the page they are."""

    def __init__(self, claim: str, sentences: Sequence[str], language: str) -> None:
        self._words = [stems(sentence, language) for sentence in sentences]
        wanted = set(stems(claim, language))
        self._held = [wanted.intersection(words) for words in self._words]
        count, spread = len(sentences), Counter(word for words in self._words for word in set(words))
        self._rarity = {word: math.log(1 + (count - spread[word] + 0.5) / (spread[word] + 0.5)) for word in wanted}
        self._total = sum(self._rarity.values()) or 1.0
        self._numbers = set(_NUMBER.findall(claim))
        self._stated = [self._numbers.intersection(_NUMBER.findall(sentence)) for sentence in sentences]

    def signs(self) -> list[dict[str, float]]:
        """Of each sentence, what speaks for it, each 0 to 1."""
        matches = self._bm25()
        best = max(matches) or 1.0
        return [{"match": match / best, **self._around(at)} for at, match in enumerate(matches)]

    def in_turn(self, scores: Sequence[float]) -> list[int]:
        """Greedy: the best, then what adds most to it."""
        ranked = sorted(range(len(scores)), key=lambda at: -scores[at])
        chosen: list[int] = []
        covered: set[str] = set()
        for _ in range(min(COVERING, len(ranked))):
            gains = {at: scores[at] + (NEW * self._share(self._held[at] - covered) if chosen else 0.0) for at in ranked}
            chosen.append(max(gains, key=gains.__getitem__))
            covered |= self._held[chosen[-1]]
            ranked.remove(chosen[-1])
        return chosen + ranked

    def _around(self, at: int) -> dict[str, float]:
        own = self._held[at]
        before = set[str]().union(*self._held[max(0, at - AROUND) : at]) - own
        after = set[str]().union(*self._held[at + 1 : at + 1 + AROUND]) - own
        return {
            "covered": self._share(own),
            "before": self._share(before),
            "after": self._share(after),
            "numbers": len(self._stated[at]) / (len(self._numbers) or 1),
            "place": at / len(self._held),
        }

    def _share(self, words: set[str]) -> float:
        return sum(self._rarity[word] for word in words) / self._total

    def _bm25(self) -> list[float]:
        mean = sum(map(len, self._words)) / len(self._words) or 1.0
        return [self._bm25_of(Counter(words), K1 * (1 - B + B * len(words) / mean)) for words in self._words]

    def _bm25_of(self, counts: Mapping[str, int], length: float) -> float:
        return sum(
            self._rarity[word] * counts[word] * (K1 + 1) / (counts[word] + length)
            for word in self._rarity
            if word in counts
        )
