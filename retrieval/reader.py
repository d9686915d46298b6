"""A question-answering model's name or folder -> a Reader: question and texts -> spans and "not here".

The shipped one is 22 million parameters, trained by retrieval/training; it reads English. Any extractive one that knows
"not here" as SQuAD 2.0 has it, in position 0, may take its place.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from retrieval.exported import Exported, covers, open_model
from retrieval.types import Reading, Span

SHIPPED = Path(__file__).parent / "weights" / "reader"
LONGEST_ANSWER = 30  # word pieces
LONGEST_TEXT = 512  # word pieces: more than an exported reader takes
LONGEST_QUESTION = 80  # word pieces: what follows is cut, so that a passage fits beside it
NOTHING = Reading(Span(0, 0), -100.0)  # of a sentence without a word piece, or beyond what the model reads
Logits = npt.NDArray[np.float32]


def load_reader(model: str | None, cache: Path) -> OnnxReader:
    """`model` is a folder or a hub name, None the shipped one. Raises ModelFailed."""
    return _load(SHIPPED) if model is None else open_model(model, cache, "reader", _load)


class OnnxReader:
    """An exported model."""

    def __init__(self, model: Exported) -> None:
        self._model = model

    def knows(self, language: str) -> bool:
        return covers(self._model.languages, language)

    def read(self, question: str, text: str, sentences: Sequence[Span]) -> list[Reading]:
        """One run of the model tells of every sentence."""
        encoded = self._model.tokenizer.encode(self._shortened(question), text)
        start, end = self._model.run(encoded)  # (tokens,) each
        nowhere = float(start[0] + end[0])
        parts, offsets = encoded.sequence_ids, encoded.offsets  # each look at them makes the whole list anew
        places = [(at, *offsets[at]) for at, part in enumerate(parts) if part == 1]
        firsts = [first for _, first, _ in places]
        parted = [places[bisect_left(firsts, s.start) : bisect_left(firsts, s.end)] for s in sentences]
        return [_reading(start, end, nowhere, within) for within in parted]

    def _shortened(self, question: str) -> str:
        """Dense questions ("!?!?...") have a word piece for each character."""
        encoded = self._model.counter.encode(question, add_special_tokens=False)
        return question if len(encoded.ids) <= LONGEST_QUESTION else question[: encoded.offsets[LONGEST_QUESTION][0]]


def _load(folder: Path) -> OnnxReader:
    return OnnxReader(Exported(folder, "reader"))


def _reading(start: Logits, end: Logits, nowhere: float, places: Sequence[tuple[int, int, int]]) -> Reading:
    """The best span within one sentence's tokens (number, first character, behind the last)."""
    if not places:
        return NOTHING
    tokens = [token for token, _, _ in places]
    first, last, best = _best_span(start[tokens], end[tokens])
    return Reading(Span(places[first][1], places[last][2]), best - nowhere)


def _best_span(start: Logits, end: Logits) -> tuple[int, int, float]:
    """Over all starts and ends at most LONGEST_ANSWER apart, in order: (tokens,) each -> first, last, summed logits."""
    sums = start[:, None] + end[None, :] + _allowed()[: len(start), : len(start)]  # (tokens, tokens)
    first, last = divmod(int(sums.argmax()), len(end))
    return first, last, float(sums[first, last])


@cache
def _allowed() -> Logits:
    """(LONGEST_TEXT, LONGEST_TEXT), and (n, n) of its corner: 0 where an answer may start and end, else -infinity."""
    ahead = np.arange(LONGEST_TEXT)[None, :] - np.arange(LONGEST_TEXT)[:, None]
    allowed: Logits = np.where((ahead >= 0) & (ahead < LONGEST_ANSWER), np.float32(0), np.float32(-np.inf))
    return allowed
