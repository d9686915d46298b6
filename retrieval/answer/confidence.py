"""A draft's figures -> the probability that the articles tell, and whether that is enough to answer.

Logistic regression, one for questions that the embedding model understands and one for those answered by words alone.
The weights in confidence.json were fitted on dev data by tests/benchmarks/fit_confidence.py, which also prints how
well the probabilities are calibrated.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SHIPPED = Path(__file__).with_name("confidence.json")


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights of the figures, the intercept, and the probability from which we answer."""

    weights: Mapping[str, float]
    intercept: float
    threshold: float

    def probability(self, figures: Mapping[str, float]) -> float:
        """0 when there are no figures: nothing was found."""
        if not figures:
            return 0.0
        logit = self.intercept + sum(weight * figures.get(name, 0.0) for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


@dataclass(frozen=True, slots=True)
class Confidence:
    """Both fits."""

    meaning: Fit
    words: Fit

    def fit(self, understood: bool) -> Fit:
        return self.meaning if understood else self.words


def load_confidence(path: Path = SHIPPED) -> Confidence:
    data = json.loads(path.read_text(encoding="utf-8"))
    return Confidence(**{name: Fit(**data[name]["fit"]) for name in ("meaning", "words")})
