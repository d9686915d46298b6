"""The measures of question answering and retrieval, as their papers define them. Pure."""

from __future__ import annotations

import math
import re
import string
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation + "‘’“”«»„–—…", " "))


def normalise(text: str) -> str:
    """As SQuAD's official script: lower case, no punctuation, no English articles, single spaces.

    Unlike it, punctuation becomes a space, so that "two-day" holds "two".
    """
    return " ".join(_ARTICLES.sub(" ", text.casefold().translate(_PUNCTUATION)).split())


def contains_answer(text: str, answers: Sequence[str]) -> bool:
    """Whether an accepted answer stands in the text, as whole words."""
    padded = f" {normalise(text)} "
    return any(f" {normalise(answer)} " in padded for answer in answers if normalise(answer))


def span_scores(span: str, answers: Sequence[str]) -> tuple[float, float]:
    """(exact match, token F1), each the best over the accepted answers. Rajpurkar et al., arXiv 1606.05250."""
    exact = max((float(normalise(span) == normalise(answer)) for answer in answers), default=0.0)
    return exact, max((_f1(normalise(span).split(), normalise(answer).split()) for answer in answers), default=0.0)


def area_under_roc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """The chance that a positive scores above a negative, ties counting half. None without both."""
    if not positive or not negative:
        return None
    ordered = sorted(negative)
    wins = sum((bisect_left(ordered, score) + bisect_right(ordered, score)) / 2 for score in positive)
    return wins / (len(positive) * len(negative))


def rate_above(positive: Sequence[float], negative: Sequence[float], share: float) -> float | None:
    """Of the positive scores, how many lie above all but that share of the negative ones."""
    if not positive or not negative:
        return None
    bar = sorted(negative, reverse=True)[min(int(share * len(negative)), len(negative) - 1)]
    return sum(score > bar for score in positive) / len(positive)


def expected_calibration_error(chances: Sequence[float], outcomes: Sequence[bool], bins: int = 10) -> float | None:
    """How far what was said is from what was, over bins of equally many (Naeini et al., AAAI 2015)."""
    known: dict[float, list[bool]] = {}  # of equal chances the mean: no bin may pick their good or their bad ones
    for chance, outcome in zip(chances, outcomes, strict=True):
        known.setdefault(chance, []).append(outcome)
    ordered = [(chance, sum(known[chance]) / len(known[chance])) for chance in sorted(chances)]
    parts = [ordered[len(ordered) * at // bins : len(ordered) * (at + 1) // bins] for at in range(bins)]
    gaps = [abs(sum(chance for chance, _ in part) - sum(outcome for _, outcome in part)) for part in parts]
    return sum(gaps) / len(ordered) if ordered else None


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank: the smallest value that at least `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _f1(found: Sequence[str], wanted: Sequence[str]) -> float:
    common = sum((Counter(found) & Counter(wanted)).values())
    return 2 * common / (len(found) + len(wanted)) if common else float(not found and not wanted)
