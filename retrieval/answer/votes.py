"""Sentences that were read -> how many other articles give the same answer as each, and whom they contradict.

An answer that several articles give is likelier; answers that exclude each other are shown side by side.
"""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.answer.agreement import Claim, disagree, grouped, same_value
from retrieval.answer.candidates import Candidate
from retrieval.answer.margins import squash
from retrieval.types import AskedFor

SAID_BY = "said_by"  # the feature's name: 0 by nobody else, 1 by three articles for sure
VOTED = 12  # sentences that are compared, the best ones
ENOUGH = 3  # articles


def count_votes(kind: AskedFor, found: Sequence[Candidate]) -> None:
    """Sets the feature on the best of `found`, which are best first."""
    best = _one_an_article(found)
    for candidate in found[:VOTED]:
        if candidate.likely:
            others = (c for c in best if c.evidence.article.id != candidate.evidence.article.id)
            same = (_certainty(c) for c in others if same_value(kind, c.likely, candidate.likely))
            candidate.features[SAID_BY] = min(ENOUGH, sum(same)) / ENOUGH


def contradicting(kind: AskedFor, found: Sequence[Candidate]) -> list[Candidate]:
    """The sentences of different articles whose answers exclude each other, newest first; none when they agree."""
    best = _one_an_article(found)
    by_claim = {Claim(c.likely, c.evidence.article.id, c.evidence.article.published, _certainty(c)): c for c in best}
    return [by_claim[claim] for claim in disagree(kind, grouped(kind, list(by_claim)))]


def _one_an_article(found: Sequence[Candidate]) -> list[Candidate]:
    """The surest reading of each article, if it has a likely one."""
    sure = sorted((c for c in found if c.likely), key=lambda c: -_certainty(c))
    return list({c.evidence.article.id: c for c in reversed(sure)}.values())[::-1]


def _certainty(candidate: Candidate) -> float:
    return squash(candidate.reading.margin) if candidate.reading else 0.0
