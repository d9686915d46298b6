"""A folder with an exported question-answering model -> a Reader: question and texts -> spans and "not here".

The shipped one is 22 million parameters, trained by retrieval/training; it reads English.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.types import Reading, Span

SHIPPED = Path(__file__).parent / "weights" / "reader"
LONGEST_ANSWER = 30  # word pieces
LONGEST_QUESTION = 80  # word pieces: what follows is cut, so that a passage fits beside it
NOTHING = Reading(Span(0, 0), -100.0)  # of a sentence without a word piece, or beyond what the model reads
Logits = npt.NDArray[np.float32]


class OnnxReader:
    """Tokenizer and session are shared between threads: neither changes after construction."""

    def __init__(self, folder: Path = SHIPPED) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        about = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
        self._languages: list[str] = about["languages"]
        self._inputs: list[str] = about["inputs"]
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(about["max_tokens"], strategy="only_second")
        self._tokenizer.no_padding()
        self._counter: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._counter.no_truncation()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # passages are read side by side instead
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, ["CPUExecutionProvider"])

    def knows(self, language: str) -> bool:
        return language in self._languages

    def read(self, question: str, text: str, sentences: Sequence[Span]) -> list[Reading]:
        """One run of the model tells of every sentence. Alone, not in a batch: with dynamic int8 scales, company would
        change what is read."""
        encoded = self._tokenizer.encode(self._shortened(question), text)
        feeds = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        inputs = {key: np.asarray([feeds[key]], np.int64) for key in self._inputs}  # (1, tokens) each
        start, end = (logits[0] for logits in self._session.run(None, inputs))  # (tokens,) each
        nowhere = float(start[0] + end[0])
        places = [(at, *encoded.offsets[at]) for at, part in enumerate(encoded.sequence_ids) if part == 1]
        return [_reading(start, end, nowhere, [p for p in places if s.start <= p[1] < s.end]) for s in sentences]

    def _shortened(self, question: str) -> str:
        """Dense questions ("!?!?...") have a word piece for each character."""
        encoded = self._counter.encode(question, add_special_tokens=False)
        return question if len(encoded.ids) <= LONGEST_QUESTION else question[: encoded.offsets[LONGEST_QUESTION][0]]


def _reading(start: Logits, end: Logits, nowhere: float, places: Sequence[tuple[int, int, int]]) -> Reading:
    """The best span within one sentence's tokens (number, first character, behind the last)."""
    if not places:
        return NOTHING
    tokens = [token for token, _, _ in places]
    first, last, best = _best_span(start[tokens], end[tokens])
    return Reading(Span(places[first][1], places[last][2]), best - nowhere)


def _best_span(start: Logits, end: Logits) -> tuple[int, int, float]:
    """Over all starts and ends at most LONGEST_ANSWER apart, in order: (tokens,) each -> first, last, summed logits."""
    sums = start[:, None] + end[None, :]  # (tokens, tokens)
    ahead = np.arange(len(end))[None, :] - np.arange(len(start))[:, None]
    sums = np.where((ahead >= 0) & (ahead < LONGEST_ANSWER), sums, -np.inf)
    first, last = np.unravel_index(int(sums.argmax()), sums.shape)
    return int(first), int(last), float(sums[first, last])
