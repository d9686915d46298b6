"""Scores of meaning and of words -> one ranking. Pure: passage id -> score in, Hits out.

Min-max scaling of each list and a weighted sum (Bruch et al., "An Analysis of Fusion Functions for Hybrid Retrieval",
arXiv 2210.11934) beat reciprocal rank fusion on news; a passage that one list does not hold scores 0 there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from retrieval.types import Hit

DENSE_WEIGHT = 0.5  # English news, all-MiniLM-L6-v2; measured on dev data, see tests/benchmarks
WHOLE_WEIGHT = 0.5  # of the article's own match beside its passage's; measured on dev data
HALF_LIFE_DAYS = 21.0  # of what makes an article news
RECENCY_WEIGHT = 0.5  # added, not multiplied: a clear old match is not drowned by a weak new one (measured)
AHEAD = timedelta(days=2)  # what clocks and time zones may differ by

NOTHING: Mapping[int, float] = {}
LATELY = 0.1  # for passages of the articles that the question before was answered from


def fuse(
    dense: Mapping[int, float],
    lexical: Mapping[int, float],
    whole: Mapping[int, float] = NOTHING,
    limit: int | None = None,
    *,
    dense_weight: float = DENSE_WEIGHT,
) -> list[Hit]:
    """Best first. With one list empty the other decides alone. `whole`: how well each passage's article matches (0..1);
    without it passages are judged by themselves.
    """
    weight = 0.0 if not dense else 1.0 if not lexical else dense_weight
    meaning, words = scaled(dense), scaled(lexical)
    share = WHOLE_WEIGHT if whole else 0.0
    score = {
        key: (weight * meaning.get(key, 0.0) + (1 - weight) * words.get(key, 0.0) + share * whole.get(key, 0.0))
        / (1 + share)
        for key in {*dense, *lexical}
    }
    best = sorted(score, key=lambda key: (-score[key], key))[:limit]
    return [Hit(key, score[key], dense.get(key), lexical.get(key)) for key in best]


def favour_recent(hits: Sequence[Hit], published: Mapping[int, datetime | None], now: datetime) -> list[Hit]:
    """Adds to each score what its article's date is worth, and scales the sum back to 0..1. Undated ones gain nothing.

    A date well after `now` gains nothing either: it is wrong.
    """
    whole = 1 + RECENCY_WEIGHT
    gained = (replace(hit, score=(hit.score + _recency(published.get(hit.passage_id), now)) / whole) for hit in hits)
    return sorted(gained, key=lambda hit: (-hit.score, hit.passage_id))


def favour(hits: Sequence[Hit], keys: Collection[int]) -> list[Hit]:
    """Adds something to the scores of these passages: what was just talked about is more likely meant."""
    gained = (replace(hit, score=min(1.0, hit.score + LATELY * (hit.passage_id in keys))) for hit in hits)
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


def freshness(published: datetime, now: datetime) -> float:
    """1 for now, halved with every half-life before or after it."""
    return float(2 ** (-abs((now - published).total_seconds()) / 86_400 / HALF_LIFE_DAYS))


def _recency(published: datetime | None, now: datetime) -> float:
    if published is None:
        return 0.0
    is_ahead = published - now > AHEAD
    return 0.0 if is_ahead else RECENCY_WEIGHT * freshness(published, now)


def scaled(scores: Mapping[int, float]) -> dict[int, float]:
    """From 0 (the least of them) to 1 (the most)."""
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    if high == low:
        return dict.fromkeys(scores, 1.0)
    return {key: (score - low) / (high - low) for key, score in scores.items()}
