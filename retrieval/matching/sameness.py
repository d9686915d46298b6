"""Questions of many people -> which of them ask the same, by meaning and by words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from retrieval.ports import Vectors
from retrieval.text.stems import content_stems
from retrieval.types import Interest

ALIKE = 0.85  # cosine of two questions that ask the same in other words; but those about two places may have it too,
SHARED = 0.4  # so that they must share so much of their words
WORDS = 0.66  # two of three words are enough by themselves


class _Sketch(NamedTuple):
    stems: frozenset[str]
    numbers: frozenset[str]
    vector: Vectors | None  # float32 (dim,), of length 1
    fingerprint: str


def same_questions(asked: Sequence[Interest]) -> list[int]:
    """For each, where in the sequence the first one stands that asks the same: its own place, if it is the first."""
    sketches = [_sketch(one) for one in asked]
    firsts: list[int] = []
    found: list[int] = []
    for place, sketch in enumerate(sketches):
        first = next((at for at in firsts if _same(sketches[at], sketch)), place)
        firsts += [place] if first == place else []
        found.append(first)
    return found


def _sketch(asked: Interest) -> _Sketch:
    stems = frozenset(content_stems(asked.text, asked.language)) or frozenset((asked.text.casefold(),))
    numbers = frozenset(stem for stem in stems if any(map(str.isdigit, stem)))
    vector = None if asked.vector is None else np.frombuffer(asked.vector, np.float16).astype(np.float32)
    return _Sketch(stems, numbers, vector, asked.fingerprint)


def _same(one: _Sketch, other: _Sketch) -> bool:
    """What names another year or another amount asks something else."""
    if one.numbers != other.numbers:
        return False
    shared = len(one.stems & other.stems) / len(one.stems | other.stems)
    return shared >= WORDS or (shared >= SHARED and _cosine(one, other) >= ALIKE)


def _cosine(one: _Sketch, other: _Sketch) -> float:
    if one.vector is None or other.vector is None or one.fingerprint != other.fingerprint:
        return 0.0
    return float(one.vector @ other.vector)
