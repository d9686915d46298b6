"""Questions about one's own articles -> a confidence that fits them.

    each asked twice: of all articles, and without those that answer | the shipped log-odds scaled and shifted

Scaling and shifting are two numbers, which a few dozen questions can tell; the weights of the figures need thousands
and stay as they were shipped (Platt, "Probabilistic Outputs for Support Vector Machines", 1999).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sklearn.linear_model import LogisticRegression

from retrieval.answer.confidence import WAYS, Fit, load_confidence, write_fitted
from retrieval.corpus import Corpus, Progress, silent
from retrieval.errors import BadDataset, UnknownArticle
from retrieval.evaluation import AskedQuestion, read_questions
from retrieval.measures import expected_calibration_error

FEWEST = 30  # questions of a way, below which two numbers are not told
FALSE = 0.1  # of the questions that the articles do not answer, this share may be answered
SHOWN = 0.97  # of those that they do: answered, or shown as closest
LEAST = 0.1  # of the slope: below it these questions say that the figures tell nothing, which thousands deny
LOOSE = 100.0  # hardly any regularisation: two numbers need none


@dataclass(frozen=True, slots=True)
class Row:
    """One question, asked once."""

    figures: dict[str, float]
    told: bool


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What calibrating one way to an answer brought. Errors are expected calibration errors."""

    way: str
    questions: int  # each counted as often as it was asked
    error_before: float
    error_after: float
    answered: float  # of the questions that the articles answer, at the new threshold
    false: float  # of those that they do not


def calibrate(
    questions: Path, corpus: Corpus, target: Path, *, on_progress: Progress = silent
) -> tuple[Calibrated, ...]:
    """Asks the questions of the corpus as it is and writes what fits into `target`. Raises BadDataset: too few.

    `questions`: a file or folder as for `evaluate`, whose `articles` say which articles hold the answer.
    """
    asked = read_questions(questions)
    rows = []
    for done, question in enumerate(asked, 1):
        rows += _rows(corpus, question)
        on_progress(done, len(asked))
    shipped = load_confidence()
    told: list[Calibrated] = []
    for way in WAYS:
        of_way = [row for row in rows if shipped.way(row.figures) == way]
        if min(sum(row.told for row in of_way), sum(not row.told for row in of_way)) >= FEWEST:
            fit, result = _fitted(way, getattr(shipped, way), of_way)
            shipped, told = replace(shipped, **{way: fit}), [*told, result]
    if not told:
        raise BadDataset(str(questions), f"fewer than {FEWEST} questions whose articles are here")
    write_fitted(shipped, target)
    return tuple(told)


def _rows(corpus: Corpus, question: AskedQuestion) -> list[Row]:
    """Of a question that the articles answer two: as it is, and as if they did not. None when those are not here."""
    if question.answerable and not any(_is_here(corpus, article_id) for article_id in question.articles):
        return []
    turns, now = question.turns, question.asked
    told = corpus.ask(question.text, previous=turns, now=now).trace.figures
    if not question.answerable:
        return [Row(dict(told), told=False)] if told else []
    untold = corpus.ask(question.text, previous=turns, now=now, without=question.articles).trace.figures
    return [Row(dict(figures), known) for figures, known in ((told, True), (untold, False)) if figures]


def _is_here(corpus: Corpus, article_id: str) -> bool:
    try:
        return bool(corpus.article(article_id))
    except UnknownArticle:
        return False


def _fitted(way: str, fit: Fit, rows: Sequence[Row]) -> tuple[Fit, Calibrated]:
    before = [fit.probability(row.figures) for row in rows]
    told = [row.told for row in rows]
    model = LogisticRegression(C=LOOSE).fit([[_log_odds(p)] for p in before], told)
    scale, shift = max(LEAST, float(model.coef_[0][0])), float(model.intercept_[0])
    moved = Fit({name: scale * w for name, w in fit.weights.items()}, scale * fit.intercept + shift, 0.0, 0.0)
    after = [moved.probability(row.figures) for row in rows]
    sure = sorted(p for p, known in zip(after, told, strict=True) if known)
    unsure = sorted((p for p, known in zip(after, told, strict=True) if not known), reverse=True)
    threshold = math.nextafter(unsure[int(FALSE * len(unsure))], 1.0)
    closest = min(threshold, sure[int((1 - SHOWN) * len(sure))])
    result = Calibrated(
        way,
        len(rows),
        expected_calibration_error(before, told) or 0.0,
        expected_calibration_error(after, told) or 0.0,
        sum(p >= threshold for p in sure) / len(sure),
        sum(p >= threshold for p in unsure) / len(unsure),
    )
    return replace(moved, threshold=threshold, closest=closest), result


def _log_odds(probability: float) -> float:
    kept = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(kept / (1 - kept))
