"""Question and evidence -> the passages' sentences, each with what speaks for it: words shared, words near, kind
held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from retrieval.answer.kinds import holds
from retrieval.answer.rank import squash
from retrieval.text.stems import content_stems, stems
from retrieval.types import Evidence, Question, Reading, Span

SHORT_WORDS = 5  # a sentence below this is a heading, a byline or a fragment
SAME = 0.7  # two sentences sharing this much of the shorter one's words say the same
WEIGHTS = {"words": 0.8, "context": 0.75, "meaning": 0.5, "passage": 0.7, "kind": 0.7, "whole": 0.4, "read": 2.5}
"""Between what logistic regression gave on news questions and on the starter articles' own; see tests/benchmarks."""


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
        return sum(WEIGHTS[name] * value for name, value in self.features.items())

    @property
    def marked(self) -> Span | None:
        """The short answer inside `text`, if a reader found one."""
        if self.reading is None or self.reading.margin <= 0:
            return None
        start = self.span.start - self.evidence.passage.start
        return Span(self.reading.span.start - start, min(self.reading.span.end, start + len(self.text)) - start)


def question_words(question: Question) -> list[str]:
    """The stems that say what is asked, each once; all of them when none says much."""
    words = content_stems(question.standalone, question.language) or stems(question.standalone, question.language)
    return list(dict.fromkeys(words))


def candidates(question: Question, evidence: Sequence[Evidence], weights: dict[str, float]) -> list[Candidate]:
    """Every sentence of the evidence, best first. `weights`: of the question's words, by their rarity."""
    found = [candidate for e in evidence for candidate in _sentences(e)]
    for candidate in found:
        candidate.features = _features(candidate, question, weights)
    return sorted(found, key=lambda c: -c.score)


def alike(one: Candidate, other: Candidate) -> bool:
    """Whether both say the same, nearly word for word."""
    shorter = min(len(one.stems), len(other.stems)) or 1
    return len(one.stems & other.stems) / shorter >= SAME


def _sentences(evidence: Evidence) -> list[Candidate]:
    article, found = evidence.article, []
    title = frozenset(stems(article.title, article.language))
    around = title
    readings: Sequence[Reading | None] = evidence.readings or [None] * len(evidence.passage.sentences)
    for span, reading in zip(evidence.passage.sentences, readings, strict=True):
        text = article.text[span.start : span.end]
        own = frozenset(stems(text, article.language))
        found.append(Candidate(evidence, span, text, own, around, reading))
        around = title | own
    return found


def _features(candidate: Candidate, question: Question, weights: dict[str, float]) -> dict[str, float]:
    total = sum(weights.values()) or 1.0
    own = sum(weight for word, weight in weights.items() if word in candidate.stems)
    near = sum(weight for word, weight in weights.items() if word in candidate.around and word not in candidate.stems)
    read = {"read": squash(candidate.reading.margin)} if candidate.reading else {}
    return {
        "words": own / total,
        "context": near / total,
        "passage": candidate.evidence.hit.score,
        "kind": float(holds(question.asked_for, candidate.text, question.standalone)),
        "whole": float(len(candidate.stems) >= SHORT_WORDS),
        **read,
    }
