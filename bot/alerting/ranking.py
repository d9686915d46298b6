"""How many tell it, how old it is and how near it is to what is followed in, how important that makes it out. Pure."""

from __future__ import annotations

import math
from datetime import timedelta

SOURCES = 0.3  # what doubling the sources adds to a closeness of 0..1: as in summaries of topics
RECENT = 0.6  # what being of now adds
HALF_LIFE = timedelta(days=2)  # of that; a weekly digest's oldest items have a tenth of it left


def importance(sources: int, age: timedelta, closeness: float) -> float:
    """More the more sources tell it, the younger it is, and the nearer (0..1) it is to what is followed."""
    halvings = max(age, timedelta()) / HALF_LIFE
    return closeness + SOURCES * math.log2(max(sources, 1)) + RECENT * math.pow(0.5, halvings)
