"""A draft's figures -> the probability that the articles tell, and whether that is enough to answer.

Logistic regression, one for each way to an answer: read, understood by the embedding model alone, or by words alone.
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
    """A fit for each way."""

    read: Fit
    meaning: Fit
    words: Fit

    def fit(self, figures: Mapping[str, float]) -> Fit:
        """The one that these figures are made for."""
        return self.read if "read" in figures else self.meaning if "meaning" in figures else self.words


def load_confidence(path: Path = SHIPPED) -> Confidence:
    data = json.loads(path.read_text(encoding="utf-8"))
    return Confidence(**{name: Fit(**data[name]["fit"]) for name in ("read", "meaning", "words")})
