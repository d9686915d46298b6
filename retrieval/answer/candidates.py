"""Question and evidence -> the passages' sentences, each with what speaks for it: words shared, words near, kind
held.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from retrieval.answer.coverage import covered
from retrieval.answer.margins import squash
from retrieval.text.stems import stems
from retrieval.types import Evidence, Question, Reading, Span
from retrieval.words.kinds import holding

SHORT_WORDS = 5  # a sentence below this is a heading, a byline or a fragment
LIKELY = -2.0  # margin from which a reading counts as an answer, if not a sure one
REMEMBERED = 20_000  # sentences whose stems are kept, some ten megabytes: the same articles answer again and again
SAME = 0.7  # two sentences sharing this much of the shorter one's words say the same
WEIGHTS = {"words": 0.8, "context": 0.75, "meaning": 0.5, "passage": 0.7, "kind": 0.7, "whole": 0.4, "read": 2.5,
           "said_by": 0.9, "settles": 1.0}  # fmt: skip
"""Between what logistic regression gave on news questions and on the starter articles' own; votes by their ablation."""

WORDS_ALONE = {**WEIGHTS, "kind": 0.4, "passage": 1.0}  # the same for Russian questions that nothing reads


@dataclass(slots=True)
class Candidate:
    """One sentence of one passage. `features` are between 0 and 1."""

    evidence: Evidence
    span: Span
    text: str
    stems: frozenset[str]
    around: frozenset[str]  # of the title and the sentence before: who "he" is
    reading: Reading | None  # None: not read
    features: dict[str, float] = field(default_factory=dict)

    @property
    def score(self) -> float:
        weights = WORDS_ALONE if self.reading is None and "meaning" not in self.features else WEIGHTS
        return sum(weights[name] * value for name, value in self.features.items())

    @property
    def marked(self) -> Span | None:
        """The short answer inside `text`, if a reader found a likely one."""
        if self.reading is None or self.reading.margin <= LIKELY:
            return None
        start = self.span.start - self.evidence.passage.start
        return Span(self.reading.span.start - start, min(self.reading.span.end, start + len(self.text)) - start)

    @property
    def likely(self) -> str:
        """The words of the short answer; empty where there is none."""
        return self.text[slice(*self.marked)] if self.marked else ""


def candidates(question: Question, evidence: Sequence[Evidence], weights: dict[str, float]) -> list[Candidate]:
    """Every sentence of the evidence, best first. `weights`: of the question's words, by their rarity."""
    found = [candidate for e in evidence for candidate in _sentences(e)]
    holds = holding(question.asked_for, question.standalone)
    for candidate in found:
        candidate.features = _features(candidate, holds, weights)
    return sorted(found, key=lambda c: -c.score)


def alike(one: Candidate, other: Candidate) -> bool:
    """Whether both say the same, nearly word for word."""
    shorter = min(len(one.stems), len(other.stems)) or 1
    return len(one.stems & other.stems) / shorter >= SAME


def _sentences(evidence: Evidence) -> list[Candidate]:
    article, found = evidence.article, []
    title = _stems_of(article.title, article.language)
    around = title
    readings: Sequence[Reading | None] = evidence.readings or [None] * len(evidence.passage.sentences)
    for span, reading in zip(evidence.passage.sentences, readings, strict=True):
        text = article.text[span.start : span.end]
        own = _stems_of(text, article.language)
        found.append(Candidate(evidence, span, text, own, around, reading))
        around = title | own
    return found


@lru_cache(REMEMBERED)
def _stems_of(text: str, language: str) -> frozenset[str]:
    """Of an article's own words, never of what people ask."""
    return frozenset(stems(text, language))


def _features(candidate: Candidate, holds: Callable[[str], float], weights: dict[str, float]) -> dict[str, float]:
    read = {"read": squash(candidate.reading.margin)} if candidate.reading else {}
    return {
        "words": covered(weights, candidate.stems),
        "context": covered(weights, candidate.around, candidate.stems),
        "passage": candidate.evidence.hit.score,
        "kind": holds(candidate.text),
        "whole": float(len(candidate.stems) >= SHORT_WORDS),
        **read,
    }
