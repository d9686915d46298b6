"""A model's name or folder -> the small form that runs here: model.onnx (int8), tokenizer.json, and what is said of it.

The first use exports the model in a process of its own, into the data folder; from then on onnxruntime and tokenizers
run it, without torch (several times faster, and ready in a second).
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
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from retrieval.errors import ModelFailed

EXPORT_VERSION = "1"  # part of every fingerprint: raise it when the exported graph changes
MANY = 20  # languages on a card: it has met most there are, and knows the neighbours of those it names
HASHED = ("*.safetensors", "*.bin", "*.json", "vocab.txt", "*.model")  # what decides the output

Task = Literal["embedder", "reader"]
Model = TypeVar("Model")
Tokens = npt.NDArray[np.int64]

log = logging.getLogger(__name__)


class Exported:
    """An exported model. Tokenizers and session are shared between threads: neither changes after construction."""

    def __init__(self, folder: Path, task: Task) -> None:
        """Raises ModelFailed when the folder's files do not load."""
        try:
            self._load(folder, task)
        except Exception as error:  # onnxruntime has a kind for each fault, tokenizers has none
            raise ModelFailed(str(folder), last_line(str(error))) from error

    def _load(self, folder: Path, task: Task) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self.about: dict[str, Any] = json.loads((folder / f"{task}.json").read_text(encoding="utf-8"))
        self.languages = card_languages(self.about["card"])
        self.counter: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.counter.no_truncation()
        self.counter.no_padding()
        self.tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        strategy = "only_second" if task == "reader" else "longest_first"
        self.tokenizer.enable_truncation(self.about["max_tokens"], strategy=strategy)
        self.tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # texts run side by side instead
        self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, ["CPUExecutionProvider"])

    def run(self, encoded: Any) -> list[Any]:
        """One text's tokens -> the model's outputs, without their batch axis. One text a run: int8 scales follow the
        whole batch, so company would change what comes out."""
        return [output[0] for output in self._session.run(None, self.inputs(encoded))]

    def inputs(self, encoded: Any) -> dict[str, Tokens]:
        """One text's tokens, by the model's names for them: (1, tokens) each."""
        feeds = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        return {key: np.asarray([feeds[key]], np.int64) for key in self.about["inputs"]}


def open_model(name: str, cache: Path, task: Task, load: Callable[[Path], Model]) -> Model:
    """Loads what was exported before; exports it if it was not, or if it is damaged. Raises ModelFailed."""
    folder = cache / (key_of(name) if task == "embedder" else f"{task}-{key_of(name)}")
    if (folder / f"{task}.json").is_file():
        try:
            return load(folder)
        except ModelFailed as error:
            log.warning("the exported model is damaged, exporting it again: folder=%s reason=%s", folder, error.reason)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        _export(name, folder, task)
    except (subprocess.CalledProcessError, OSError) as error:
        reason = last_line(error.stderr) if isinstance(error, subprocess.CalledProcessError) else str(error)
        raise ModelFailed(name, reason) from error
    return load(folder)


def key_of(name: str) -> str:
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
    found = re.search(r"^language:[ \t]*(.*(?:\n[ \t]*-[ \t]*.+)*)", card_head(card), re.MULTILINE)
    codes = re.findall(r"\b[a-z]{2,12}\b", found.group(1)) if found else []
    if "multilingual" in codes or len(codes) >= MANY:
        return frozenset("*")
    return frozenset(code for code in codes if len(code) == 2) or frozenset({"en"})


def card_head(card: str) -> str:
    """The part of a model's card that names the languages."""
    return card.split("\n---", 1)[0]


def covers(languages: frozenset[str], language: str) -> bool:
    """Whether the languages that `card_languages` gives hold this one."""
    return "*" in languages or language in languages


def last_line(said: str) -> str:
    """Of a traceback or a message: what went wrong."""
    return (said.strip().splitlines() or ["no reason given"])[-1]


def _export(name: str, folder: Path, task: Task) -> None:
    """Into a folder beside it, renamed when whole: a crash leaves no half model behind."""
    scratch = folder.with_name(f"{folder.name}.{os.getpid()}.tmp")
    scratch.mkdir(parents=True, exist_ok=True)
    log.info("preparing the model, once: model=%s", name)
    try:
        command = [sys.executable, "-m", "retrieval.export", task, name, str(scratch)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # noqa: S603 our own module
        _put_in_place(scratch, folder, task)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _put_in_place(scratch: Path, folder: Path, task: Task) -> None:
    try:
        scratch.rename(folder)
    except OSError:
        if not (folder / f"{task}.json").is_file():  # else another process was faster, with the same model
            raise
