"""Question and evidence -> the articles' own sentences, best first, and the figures that tell how far to trust them.

    sentences weighed by words | the best passages read, or the best sentences weighed by meaning |
    the best distinct ones

Without a language model: what a sentence shares with the question, weighted by how rare each word is, how well its
passage matched, whether it holds the kind of thing that is asked for, and what a small reader that was trained to mark
answers makes of it in its context; in a language that no reader reads, how near it is in meaning.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from retrieval.answer.candidates import Candidate, alike, candidates, question_words
from retrieval.answer.citations import quoted
from retrieval.answer.kinds import names
from retrieval.ports import Embedder, Reader, Vectors
from retrieval.text.stems import stems
from retrieval.types import Draft, Evidence, Question, Reading, Sentence, Span

MOST_SENTENCES = 3
MEANT = 10  # sentences that are embedded for a question that no reader reads: 2 ms each
MOST_READ = 2  # passages, 10 to 20 ms each; measured on dev data, a third brings less than .01 more answers
SCALE = 4.0  # margins are squashed to 0..1 over about this much

Rarity = Callable[[Sequence[str]], list[float]]


class ExtractiveWriter:
    """Implements ports.Writer with nothing but the articles' sentences. Without a reader, words and meaning decide."""

    def __init__(self, embedder: Embedder, rarity: Rarity, reader: Reader | None) -> None:
        self._embedder, self._rarity, self._reader = embedder, rarity, reader
        self._crew = ThreadPoolExecutor(MOST_READ, thread_name_prefix="read")

    def write(self, question: Question, evidence: Sequence[Evidence], vector: Vectors | None) -> Draft:
        words = question_words(question)
        weights = dict(zip(words, self._rarity(words), strict=True))
        found = candidates(question, evidence, weights)
        margins = self._weigh_reading(question, evidence, found)
        if not margins and vector is not None:
            self._weigh_meaning(found[:MEANT], vector)
        found.sort(key=lambda c: -c.score)
        chosen = _distinct(found)
        figures = _figures(question, chosen, evidence, weights) | _read_figures(margins)
        return Draft(tuple(_said(candidate) for candidate in chosen), figures)

    def _weigh_reading(
        self, question: Question, evidence: Sequence[Evidence], found: Sequence[Candidate]
    ) -> list[float]:
        """Reads the best passages, side by side. The best margin of each; none when the language is not known."""
        reader = self._reader
        if reader is None or not reader.knows(question.language):
            return []
        read = [e for e in evidence if reader.knows(e.article.language)][:MOST_READ]
        theirs = [[candidate for candidate in found if candidate.evidence is one] for one in read]
        readings = self._crew.map(lambda mine: _read(reader, question.standalone, mine), theirs)
        return [max(reading.margin for reading in each) for each in readings]

    def _weigh_meaning(self, found: Sequence[Candidate], vector: Vectors) -> None:
        known = [c for c in found if self._embedder.knows(c.evidence.article.language)]
        if known:
            cosines = self._embedder.passages([c.text for c in known]) @ vector[0]  # (n,)
            for candidate, cosine in zip(known, cosines, strict=True):
                candidate.features["meaning"] = float(cosine)


def _read(reader: Reader, question: str, mine: Sequence[Candidate]) -> list[Reading]:
    """Reads one passage, whose sentences these are, and gives each its reading."""
    evidence = mine[0].evidence
    start = evidence.passage.start
    inside = [Span(c.span.start - start, c.span.end - start) for c in mine]
    readings = reader.read(question, evidence.text, inside)
    for candidate, reading, sentence in zip(mine, readings, inside, strict=True):
        candidate.features["read"] = squash(reading.margin)
        if reading.margin > 0:
            end = min(reading.span.end, sentence.end)
            candidate.marked = Span(reading.span.start - sentence.start, end - sentence.start)
    return readings


def squash(margin: float) -> float:
    """A margin of logits -> 0 (surely not here) to 1 (surely here)."""
    return 1 / (1 + math.exp(-max(-100.0, min(100.0, margin)) / SCALE))


def _distinct(found: Sequence[Candidate]) -> list[Candidate]:
    chosen: list[Candidate] = []
    for candidate in found:
        if len(chosen) < MOST_SENTENCES and not any(alike(candidate, other) for other in chosen):
            chosen.append(candidate)
    return chosen


def _said(candidate: Candidate) -> Sentence:
    sentence = quoted(candidate.evidence.article, candidate.span)
    return Sentence(sentence.text, sentence.citations, candidate.marked)


def _figures(
    question: Question, chosen: Sequence[Candidate], evidence: Sequence[Evidence], weights: dict[str, float]
) -> dict[str, float]:
    """What the confidence is reckoned from. All between 0 and 1, or near it, on a corpus of any size."""
    if not chosen:
        return {}
    best = chosen[0]
    total = sum(weights.values()) or 1.0
    passage = best.stems | best.around | frozenset(stems(best.evidence.text, best.evidence.article.language))
    missing = [weight for word, weight in weights.items() if word not in passage]
    asked = names(question.standalone)
    told = names(best.evidence.text) | names(best.evidence.article.title)
    return {
        "words": best.features["words"],
        "window": best.features["words"] + best.features["context"],
        "passage_words": 1 - sum(missing) / total,
        "rarest_missing": max(missing, default=0.0),
        "sentence_cosine": best.features.get("meaning", 0.0),
        "passage_cosine": max((e.hit.cosine or 0.0 for e in evidence), default=0.0),
        "kind": best.features["kind"],
        "kinds": sum(c.features["kind"] for c in chosen) / len(chosen),
        "names": len(asked & told) / len(asked) if asked else 1.0,
        "lead": evidence[0].hit.score - evidence[-1].hit.score,
        "agree": len({c.evidence.article.id for c in chosen}) / MOST_SENTENCES,
        "length": min(1.0, len(weights) / 10),
    }


def _read_figures(margins: Sequence[float]) -> dict[str, float]:
    if not margins:
        return {}
    ordered = sorted((squash(margin) for margin in margins), reverse=True)
    return {"read": ordered[0], "read_second": ordered[1] if len(ordered) > 1 else ordered[0]}
