"""Question and evidence -> the articles' own sentences, best first, and the figures that tell how far to trust them.

    sentences weighed by words and by what was read, or the best of them by meaning | the best distinct ones

Without a language model: what a sentence shares with the question, weighted by how rare each word is, how well its
passage matched, whether it holds the kind of thing that is asked for, and what a small reader that was trained to mark
answers makes of it in its context; in a language that no reader reads, how near it is in meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from retrieval.answer.candidates import Candidate, alike, candidates, question_words
from retrieval.answer.citations import quoted
from retrieval.answer.kinds import names
from retrieval.answer.rank import best_margin, best_reading, squash
from retrieval.measures import normalise
from retrieval.ports import Embedder, Vectors
from retrieval.text.stems import stems
from retrieval.types import Draft, Evidence, Question, Sentence

MOST_SENTENCES = 3
LIKELY = -2.0  # margin from which a reading counts as saying the same as another
MEANT = 10  # sentences that are embedded for a question that no reader reads: 2 ms each

Rarity = Callable[[Sequence[str]], list[float]]


class ExtractiveWriter:
    """Implements ports.Writer with nothing but the articles' sentences. Without a reader, words and meaning decide."""

    def __init__(self, embedder: Embedder, rarity: Rarity) -> None:
        self._embedder, self._rarity = embedder, rarity

    def write(self, question: Question, evidence: Sequence[Evidence], vector: Vectors | None) -> Draft:
        words = question_words(question)
        weights = dict(zip(words, self._rarity(words), strict=True))
        found = candidates(question, evidence, weights)
        if vector is not None and not any(e.readings for e in evidence):
            self._weigh_meaning(found[:MEANT], vector)
        found.sort(key=lambda c: -c.score)
        chosen = _distinct(found)
        figures = _figures(question, chosen, evidence, weights) | _meant_figures(found, chosen)
        return Draft(tuple(_said(candidate) for candidate in chosen), figures)

    def _weigh_meaning(self, found: Sequence[Candidate], vector: Vectors) -> None:
        known = [c for c in found if self._embedder.knows(c.evidence.article.language)]
        if known:
            cosines = self._embedder.passages([c.text for c in known]) @ vector[0]  # (n,)
            for candidate, cosine in zip(known, cosines, strict=True):
                candidate.features["meaning"] = float(cosine)


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
    matches = [e.hit.score for e in evidence]
    return {
        "words": best.features["words"],
        "window": best.features["words"] + best.features["context"],
        "passage_words": 1 - sum(missing) / total,
        "rarest_missing": max(missing, default=0.0),
        "passage_cosine": max((e.hit.cosine or 0.0 for e in evidence), default=0.0),
        "own_cosine": best.evidence.hit.cosine or 0.0,
        "kind": best.features["kind"],
        "kinds": sum(c.features["kind"] for c in chosen) / len(chosen),
        "names": len(asked & told) / len(asked) if asked else 1.0,
        "match": max(matches),
        "lead": max(matches) - min(matches),
        "agree": len({c.evidence.article.id for c in chosen}) / MOST_SENTENCES,
        "length": min(1.0, len(weights) / 10),
        **_read_figures(best, evidence),
    }


def _meant_figures(found: Sequence[Candidate], chosen: Sequence[Candidate]) -> dict[str, float]:
    """None when no sentence was embedded."""
    if not any("meaning" in candidate.features for candidate in found):
        return {}
    return {"meaning": chosen[0].features.get("meaning", 0.0)}


def _read_figures(best: Candidate, evidence: Sequence[Evidence]) -> dict[str, float]:
    """None when nothing was read."""
    read = [e for e in evidence if e.readings]
    if not read:
        return {}
    certain = sorted((squash(best_margin(e)) for e in read), reverse=True)
    inside = sorted((squash(reading.margin) for reading in best.evidence.readings), reverse=True)
    marked = {answer for e in read if e.article.id != best.evidence.article.id for answer in _marked(e)}
    return {
        "read": certain[0],
        "read_second": certain[min(1, len(certain) - 1)],
        "read_mean": sum(certain) / len(certain),
        "read_match": squash(best_margin(max(read, key=lambda e: e.hit.score))),
        "read_here": squash(best.reading.margin) if best.reading else 0.0,
        "read_alone": inside[0] - inside[1] if len(inside) > 1 else 0.0,
        "read_again": float(bool(marked & set(_marked(best.evidence)))),
    }


def _marked(evidence: Evidence) -> list[str]:
    """What the reader would answer from this passage, if it would: to be compared."""
    if not evidence.readings or best_margin(evidence) < LIKELY:
        return []
    span = best_reading(evidence).span
    return [normalise(evidence.text[span.start : span.end])]
