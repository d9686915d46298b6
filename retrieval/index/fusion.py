"""Scores of meaning and of words -> one ranking. Pure: passage id -> score in, Hits out.

Min-max scaling of each list and a weighted sum (Bruch et al., "An Analysis of Fusion Functions for Hybrid Retrieval",
arXiv 2210.11934) beat reciprocal rank fusion on news; a passage that one list does not hold scores 0 there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from retrieval.types import Hit

DENSE_WEIGHT = 0.5  # English news, all-MiniLM-L6-v2; measured on dev data, see tests/benchmarks
HALF_LIFE_DAYS = 14.0  # of what makes an article news
RECENCY_WEIGHT = (
    0.4  # added, not multiplied: a clear old match is not drowned by a weak new one (measured: tests/benchmarks)
)


def fuse(dense: Mapping[int, float], lexical: Mapping[int, float], dense_weight: float = DENSE_WEIGHT) -> list[Hit]:
    """Best first. With one list empty the other decides alone."""
    weight = 0.0 if not dense else 1.0 if not lexical else dense_weight
    meaning, words = _scaled(dense), _scaled(lexical)
    hits = [
        Hit(
            passage_id=key,
            score=weight * meaning.get(key, 0.0) + (1 - weight) * words.get(key, 0.0),
            cosine=dense.get(key),
            bm25=lexical.get(key),
        )
        for key in {*dense, *lexical}
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.passage_id))


def favour_recent(hits: Sequence[Hit], published: Mapping[int, datetime | None], now: datetime) -> list[Hit]:
    """Adds to each score what its article's date is worth, and scales the sum back to 0..1. Undated ones gain nothing.

    A date after `now` counts by its distance too: it is either wrong or about to be.
    """
    whole = 1 + RECENCY_WEIGHT
    gained = (replace(hit, score=(hit.score + _recency(published.get(hit.passage_id), now)) / whole) for hit in hits)
    return sorted(gained, key=lambda hit: (-hit.score, hit.passage_id))


def at_most(hits: Sequence[Hit], article_of: Mapping[int, str], per_article: int) -> list[Hit]:
    """Keeps the best `per_article` passages of each article, in order. Hits of no known article are dropped."""
    seen: dict[str, int] = {}
    kept = []
    for hit in hits:
        article = article_of.get(hit.passage_id)
        if article is not None and seen.get(article, 0) < per_article:
            seen[article] = seen.get(article, 0) + 1
            kept.append(hit)
    return kept


def _recency(published: datetime | None, now: datetime) -> float:
    if published is None:
        return 0.0
    days = abs((now - published).total_seconds()) / 86_400
    return RECENCY_WEIGHT * 2 ** (-days / HALF_LIFE_DAYS)


def _scaled(scores: Mapping[int, float]) -> dict[int, float]:
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    if high == low:
        return dict.fromkeys(scores, 1.0)
    return {key: (score - low) / (high - low) for key, score in scores.items()}
