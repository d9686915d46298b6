"""An article's sentences and a matrix of what each is about -> the three to five that tell it, in the article's order.

Nearness to the article's centre, plus a bonus for standing early that fades with the square root of the position (news
puts the gist first), minus repetition. Measured on news, this ties with the lead, which pure centroids do not reach.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from retrieval.ports import Vectors
from retrieval.text.stems import content_stems
from retrieval.types import Span

FEWEST, MOST = 3, 5
WORDS = 90  # about as much as one wants to read; beyond three sentences it decides how many
LEAD_BONUS = 0.5
REPEATS = 0.8  # cosine from which two sentences say the same
SHORT_WORDS = 6  # headings and fragments make no summary


def summarise_sentences(text: str, spans: Sequence[Span], vectors: Vectors) -> list[Span]:
    """`vectors` (n, dim), unit length, one for each span."""
    whole = [at for at, span in enumerate(spans) if len(text[span.start : span.end].split()) >= SHORT_WORDS]
    order = whole if len(whole) >= FEWEST else list(range(len(spans)))
    if not order:
        return []
    centre = vectors[order].mean(axis=0)
    centre = centre / max(float(np.linalg.norm(centre)), 1e-12)
    score = {at: float(vectors[at] @ centre) + LEAD_BONUS / (place + 1) ** 0.5 for place, at in enumerate(order)}
    chosen: list[int] = []
    for at in sorted(order, key=lambda at: -score[at]):
        if len(chosen) == MOST or (len(chosen) >= FEWEST and _words(text, spans, [*chosen, at]) > WORDS):
            break
        if all(float(vectors[at] @ vectors[other]) < REPEATS for other in chosen):
            chosen.append(at)
    return [spans[at] for at in sorted(chosen)]


def word_vectors(texts: Sequence[str], language: str) -> Vectors:
    """(n, words), unit length: for a language that no model at hand knows, what sentences share is their words."""
    bags = [content_stems(text, language) for text in texts]
    column = {word: at for at, word in enumerate(sorted({word for bag in bags for word in bag}))}
    counts = np.zeros((len(texts), max(1, len(column))), np.float32)
    for row, bag in enumerate(bags):
        for word in bag:
            counts[row, column[word]] += 1
    return counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-12)  # type: ignore[no-any-return]


def _words(text: str, spans: Sequence[Span], chosen: Sequence[int]) -> int:
    return sum(len(text[spans[at].start : spans[at].end].split()) for at in chosen)
