"""A draft's figures -> the probability that the articles tell, and whether that is enough to answer.

Logistic regression, one for each way to an answer: read, understood by the embedding model alone, or by words alone.
The weights in confidence.json were fitted on dev data by tests/benchmarks/fit_confidence.py, which also prints how
well the probabilities are calibrated; `footnote calibrate` moves them to one's own articles.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

WAYS = ("read", "meaning", "words")
SHIPPED = Path(__file__).with_name("confidence.json")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights of the figures, the intercept, and the probabilities from which we answer, or show what is closest."""

    weights: Mapping[str, float]
    intercept: float
    threshold: float
    closest: float

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

    def way(self, figures: Mapping[str, float]) -> str:
        """What these figures were made with: one of WAYS."""
        return next((way for way in WAYS[:-1] if way in figures), WAYS[-1])

    def fit(self, figures: Mapping[str, float]) -> Fit:
        """The one that these figures are made for."""
        return {"read": self.read, "meaning": self.meaning, "words": self.words}[self.way(figures)]


def load_confidence(path: Path = SHIPPED) -> Confidence:
    data = json.loads(path.read_text(encoding="utf-8"))
    return Confidence(**{name: Fit(**data[name]["fit"]) for name in WAYS})


def load_fitted(path: Path) -> Confidence:
    """What `calibrate` wrote there, if it did, from what ships now; otherwise what ships."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["of"] == _fingerprint():
            return load_confidence(path)
        problem = "it was made from an older Footnote's"
    except FileNotFoundError:
        return load_confidence()
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem = repr(error)
    log.warning("calibration not used, calibrate again: file=%s reason=%s", path, problem)
    return load_confidence()


def write_fitted(confidence: Confidence, path: Path) -> None:
    """Whole or not at all: a bot may be starting."""
    data = {"of": _fingerprint(), **{way: {"fit": asdict(getattr(confidence, way))} for way in WAYS}}
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    draft.replace(path)


def _fingerprint() -> str:
    """Of what ships: other weights need other corrections."""
    return hashlib.blake2b(SHIPPED.read_bytes(), digest_size=8).hexdigest()
