"""What was chosen to say, and what was found -> the figures that the confidence is reckoned from.

All between 0 and 1, or near it, on a corpus of any size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from retrieval.answer.candidates import Candidate
from retrieval.answer.margins import best_margin, squash
from retrieval.answer.spans import fits
from retrieval.answer.votes import SAID_BY
from retrieval.text.stems import stems
from retrieval.types import Evidence, Question
from retrieval.words.kinds import names

MANY_WORDS = 10  # in a question
MOST_SENTENCES = 3  # of an answer


def figures(
    question: Question, chosen: Sequence[Candidate], evidence: Sequence[Evidence], weights: Mapping[str, float]
) -> dict[str, float]:
    """`chosen` best first; `weights`: of the question's words, by their rarity. None when nothing was chosen."""
    if not chosen:
        return {}
    best = chosen[0]
    return {
        **_matched(best, evidence),
        **_covered(question, best, weights),
        "kind": best.features["kind"],
        "kinds": sum(c.features["kind"] for c in chosen) / len(chosen),
        "agree": len({c.evidence.article.id for c in chosen}) / MOST_SENTENCES,
        "length": min(1.0, len(weights) / MANY_WORDS),
        **({"meaning": best.features["meaning"]} if "meaning" in best.features else {}),
        **_read(question, best, evidence),
    }


def _matched(best: Candidate, evidence: Sequence[Evidence]) -> dict[str, float]:
    matches = [e.hit.score for e in evidence]
    return {
        "match": max(matches),
        "lead": max(matches) - min(matches),
        "passage_cosine": max((e.hit.cosine or 0.0 for e in evidence), default=0.0),
        "own_cosine": best.evidence.hit.cosine or 0.0,
    }


def _covered(question: Question, best: Candidate, weights: Mapping[str, float]) -> dict[str, float]:
    """How much of what was asked stands in the sentence, beside it, in its passage."""
    total = sum(weights.values()) or 1.0
    article = best.evidence.article
    passage = best.stems | best.around | frozenset(stems(best.evidence.text, article.language))
    missing = [weight for word, weight in weights.items() if word not in passage]
    asked, told = names(question.standalone), names(best.evidence.text) | names(article.title)
    return {
        "words": best.features["words"],
        "window": best.features["words"] + best.features["context"],
        "passage_words": 1 - sum(missing) / total,
        "rarest_missing": max(missing, default=0.0),
        "names": len(asked & told) / len(asked) if asked else 1.0,
    }


def _read(question: Question, best: Candidate, evidence: Sequence[Evidence]) -> dict[str, float]:
    """None when nothing was read."""
    read = [e for e in evidence if e.readings]
    if not read:
        return {}
    certain = sorted((squash(best_margin(e)) for e in read), reverse=True)
    inside = sorted((squash(reading.margin) for reading in best.evidence.readings), reverse=True)
    marked = best.likely
    return {
        "read": certain[0],
        "read_second": certain[min(1, len(certain) - 1)],
        "read_mean": sum(certain) / len(certain),
        "read_match": squash(best_margin(max(read, key=lambda e: e.hit.score))),
        "read_here": squash(best.reading.margin) if best.reading else 0.0,
        "read_alone": inside[0] - inside[1] if len(inside) > 1 else 0.0,
        "read_again": best.features.get(SAID_BY, 0.0),
        "read_fits": float(bool(marked) and fits(question.asked_for, marked, question.standalone)),
    }
