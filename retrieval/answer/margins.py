"""A reading's margin (logits) -> how sure it is, 0 to 1, and the best of a passage."""

from __future__ import annotations

import math

from retrieval.types import Evidence

SCALE = 4.0  # margins are squashed to 0..1 over about this much


def best_margin(evidence: Evidence) -> float:
    """Of the sentences of a passage that was read."""
    return max(reading.margin for reading in evidence.readings)


def squash(margin: float) -> float:
    """A margin of logits -> 0 (surely not here) to 1 (surely here)."""
    return 1 / (1 + math.exp(-max(-100.0, min(100.0, margin)) / SCALE))
