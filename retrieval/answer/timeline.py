"""What was found for "what happened with X" -> its days: one sentence each, oldest first.

A day is told by its best sentence that belongs to the matter and says something new; fewer than two days are no
timeline.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date
from itertools import groupby

from retrieval.answer.candidates import Candidate, alike

NEAR_BEST = 0.6  # of the best score: below it a sentence is about something else
RARE_WORDS = 0.6  # of the question's words, weighed by rarity, that the best one covers: the same
FEWEST_DAYS = 2


def timeline(found: Sequence[Candidate], most: int = 7) -> list[Candidate]:
    """The days of the articles (UTC), at most `most`, those with the best sentences. Articles without a date are left
    out. `found` best first; empty unless there are two days.
    """
    if not found:
        return []
    matching = [c for c in found if _day(c) is not None and _belongs(c, found[0])]
    told: list[Candidate] = []
    for _, that_day in groupby(sorted(matching, key=lambda c: (_day(c) or date.min, -c.score)), key=_day):
        new = next((c for c in that_day if not any(alike(c, earlier) for earlier in told)), None)
        if new is not None:
            told.append(new)
    best = sorted(told, key=lambda c: -c.score)[:most]
    return [c for c in told if c in best] if len(best) >= FEWEST_DAYS else []


def _day(candidate: Candidate) -> date | None:
    published = candidate.evidence.article.published
    return published.astimezone(UTC).date() if published is not None else None


def _belongs(candidate: Candidate, best: Candidate) -> bool:
    return candidate.score >= NEAR_BEST * best.score and _covered(candidate) >= RARE_WORDS * _covered(best)


def _covered(candidate: Candidate) -> float:
    """How much of the question's words stands in the sentence, its title or the sentence before."""
    return candidate.features.get("words", 0.0) + candidate.features.get("context", 0.0)
