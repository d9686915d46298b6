"""A few words that somebody types -> for each article near them the sentence that shows why, best article first.

    found by meaning and words | the best passages of each article | the sentence that holds most of the words

Nothing is read and nothing decided, so that it may be asked for at every letter.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime

from retrieval.answer.candidates import Candidate, candidates
from retrieval.answer.citations import cite
from retrieval.answer.coverage import Weighing
from retrieval.asked.question import Known, understand
from retrieval.finding import PER_ARTICLE, Finder
from retrieval.summary.gist import is_whole
from retrieval.types import Citation, Evidence, Scope

FRAGMENT = 0.5  # what a heading or a byline counts beside a whole sentence
NEAR = 0.4  # a cosine from which a passage is about what was typed though no word is shared


class Snippets:
    """Sync, and safe to call from several threads."""

    def __init__(self, finder: Finder, weighing: Weighing, known: Callable[[], Known]) -> None:
        self._finder, self._weighing, self._known = finder, weighing, known

    def find(self, text: str, now: datetime, limit: int, sources: Collection[str] = ()) -> list[Citation]:
        """One citation an article; `sources`: only of these, where any are named."""
        question = understand(text, self._known().languages)
        if sources:
            question = replace(question, scope=Scope(sources=tuple(sources)))
        found = self._finder.find(question, self._finder.vector(question), now)
        if found.widened:  # nothing by these sources
            return []
        by_article: dict[str, list[Evidence]] = {}
        for evidence in self._finder.evidence(found.hits, limit * PER_ARTICLE):
            by_article.setdefault(evidence.article.id, []).append(evidence)
        weights = self._weighing(question)
        told = (candidates(question, passages, weights) for passages in list(by_article.values())[:limit])
        shown = (max(every, key=_shows) for every in told if every)
        return [cite(best.evidence.article, best.span) for best in shown if _is_near(best)]


def _is_near(candidate: Candidate) -> bool:
    """Something is always nearest: it must share a word, or mean about the same."""
    return candidate.features["words"] > 0 or (candidate.evidence.hit.cosine or 0.0) >= NEAR


def _shows(candidate: Candidate) -> float:
    """How much of what was typed stands in the sentence, and, for half, around it."""
    share = candidate.features["words"] + candidate.features["context"] / 2
    return share if is_whole(candidate.text) else share * FRAGMENT
