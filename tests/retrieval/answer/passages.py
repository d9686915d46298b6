"""Sentences in, evidence out, read as a test says: for tests of what is made of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from retrieval.answer.candidates import Candidate, candidates
from retrieval.types import Article, AskedFor, Evidence, Hit, Passage, Question, Reading, Span

Said = tuple[str, str, float] | str  # a sentence, what is marked in it and how surely; alone: it was not read


def asked(text: str, kind: AskedFor, language: str = "en") -> Question:
    return Question(text, text, language, kind, undated=True)


def passage(
    article_id: str, *said: Said, score: float = 0.5, published: datetime | None = None, language: str = "en"
) -> Evidence:
    """One article that has nothing but this passage."""
    told = [(each, "", 0.0) if isinstance(each, str) else each for each in said]
    text = " ".join(sentence for sentence, _, _ in told)
    spans = [_slice(text, sentence) for sentence, _, _ in told]
    readings = [
        Reading(_slice(sentence, marked, span.start), margin)
        for span, (sentence, marked, margin) in zip(spans, told, strict=True)
        if marked
    ]
    article = Article(article_id, "", text, language, published=published)
    hit = Hit(sum(map(ord, article_id)), score, cosine=score, bm25=score)
    return Evidence(hit, Passage(0, len(text), tuple(spans)), article, tuple(readings))


def found(question: Question, evidence: Sequence[Evidence]) -> list[Candidate]:
    """Every sentence, best first, the question's words weighing alike."""
    words = [word.strip("?,.").casefold() for word in question.standalone.split()]
    return candidates(question, evidence, dict.fromkeys(words, 1.0))


def _slice(text: str, part: str, shift: int = 0) -> Span:
    start = text.index(part) + shift
    return Span(start, start + len(part))
