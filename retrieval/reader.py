"""A folder with an exported question-answering model -> a Reader: question and texts -> spans and "not here".

The shipped one is 22 million parameters, trained by retrieval/training; it reads English.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.types import Reading, Span

SHIPPED = Path(__file__).parent / "weights" / "reader"
LONGEST_ANSWER = 30  # word pieces
LONGEST_QUESTION = 400  # characters: what follows is cut, so that room is left for the text
NOTHING = Reading(Span(0, 0), -100.0)  # of a text without a single word piece
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
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = max(1, min(4, os.cpu_count() or 2))
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, ["CPUExecutionProvider"])

    def knows(self, language: str) -> bool:
        return language in self._languages

    def read(self, question: str, texts: Sequence[str]) -> list[Reading]:
        """One text a run: with dynamic int8 scales, company would change what is read."""
        return [self._read(question, text) for text in texts]

    def _read(self, question: str, text: str) -> Reading:
        encoded = self._tokenizer.encode(question[:LONGEST_QUESTION], text)
        feeds = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        inputs = {key: np.asarray([feeds[key]], np.int64) for key in self._inputs}  # (1, tokens) each
        start, end = (logits[0] for logits in self._session.run(None, inputs))  # (tokens,) each
        inside = [at for at, part in enumerate(encoded.sequence_ids) if part == 1]
        if not inside:
            return NOTHING
        first, last, best = _best_span(start[inside], end[inside])
        span = Span(encoded.offsets[inside[first]][0], encoded.offsets[inside[last]][1])
        return Reading(span, best - float(start[0] + end[0]))


def _best_span(start: Logits, end: Logits) -> tuple[int, int, float]:
    """Over all starts and ends at most LONGEST_ANSWER apart, in order: (tokens,) each -> first, last, summed logits."""
    sums = start[:, None] + end[None, :]  # (tokens, tokens)
    ahead = np.arange(len(end))[None, :] - np.arange(len(start))[:, None]
    sums = np.where((ahead >= 0) & (ahead < LONGEST_ANSWER), sums, -np.inf)
    first, last = np.unravel_index(int(sums.argmax()), sums.shape)
    return int(first), int(last), float(sums[first, last])
