"""A model -> a folder with model.onnx (int8), tokenizer.json, and embedder.json or reader.json.

    python -m retrieval.export embedder MODEL FOLDER      # a sentence-transformers model
    python -m retrieval.export reader MODEL FOLDER        # a question-answering model that transformers loads

Runs as a process of its own, once for each model: it is the only place that imports torch, which takes seconds and
hundreds of megabytes that a bot need not keep. Pooling, normalisation and whatever else an embedder's modules do are
part of the exported graph, so any sentence-transformers model comes out as it is.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx
import torch
from huggingface_hub import ModelCard
from onnxruntime.quantization import QuantType, quantize_dynamic
from sentence_transformers import SentenceTransformer
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from retrieval.exported import card_head
from retrieval.unpadded import unpad

OPSET = 17
PASSAGE_TOKENS = 384  # at most, for a reader: a question and the longest passage
EXAMPLES = ["A question?", "A somewhat longer passage, so that the padding of a batch is traced too."]


class _Embedding(torch.nn.Module):
    """The whole pipeline as one function of tensors: (batch, tokens) each -> (batch, dim)."""

    def __init__(self, model: SentenceTransformer, inputs: Sequence[str]) -> None:
        super().__init__()
        self.model, self.inputs = model, inputs

    def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
        embedding: torch.Tensor = self.model(dict(zip(self.inputs, tensors, strict=True)))["sentence_embedding"]
        return embedding


class _Reading(torch.nn.Module):
    """(batch, tokens) each -> where the answer starts and ends: (batch, tokens) each."""

    def __init__(self, model: Any, inputs: Sequence[str]) -> None:
        super().__init__()
        self.model, self.inputs = model, inputs

    def forward(self, *tensors: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        output = self.model(**dict(zip(self.inputs, tensors, strict=True)))
        return output.start_logits, output.end_logits


def export_embedder(name: str, folder: Path) -> None:
    """Raises whatever torch, transformers or onnxruntime raise when the model cannot be exported."""
    model = SentenceTransformer(name, device="cpu").eval()
    tokenizer = model.tokenizer
    inputs = _inputs(tokenizer)
    axes: dict[str, dict[int, str]] = {**{key: {0: "batch", 1: "tokens"} for key in inputs}, "embedding": {0: "batch"}}
    _to_onnx(_Embedding(model, inputs), tokenizer, axes, folder, ["MatMul"])
    prompts = {key: value for key, value in (model.prompts or {}).items() if value}
    default = prompts.get(model.default_prompt_name or "", "")
    about = {
        "dim": model.get_embedding_dimension(),
        "max_tokens": min(model.max_seq_length or 512, 512),
        "inputs": inputs,
        "question_prompt": prompts.get("query", default),
        "passage_prompt": prompts.get("document", prompts.get("passage", default)),
        "card": card_head(model._model_card_text or ""),
    }
    (folder / "embedder.json").write_text(json.dumps(about, indent=1), encoding="utf-8")


def export_reader(name: str, folder: Path) -> None:
    """Word vectors go to int8 as well. Raises ValueError for a model that answers no questions, and what they raise."""
    tokenizer = AutoTokenizer.from_pretrained(name)
    model, loading = AutoModelForQuestionAnswering.from_pretrained(name, output_loading_info=True)
    if loading["missing_keys"]:
        raise ValueError(f"not a question-answering model: it has no {', '.join(sorted(loading['missing_keys']))}")
    inputs = _inputs(tokenizer)
    axes = {key: {0: "batch", 1: "tokens"} for key in [*inputs, "start", "end"]}
    _to_onnx(_Reading(model.eval(), inputs), tokenizer, axes, folder, ["MatMul", "Gather"])
    about = {"max_tokens": min(tokenizer.model_max_length, PASSAGE_TOKENS), "inputs": inputs, "card": _card(name)}
    (folder / "reader.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def _inputs(tokenizer: Any) -> list[str]:
    return [key for key in tokenizer.model_input_names if key != "position_ids"]


def _to_onnx(
    graph: torch.nn.Module, tokenizer: Any, axes: dict[str, dict[int, str]], folder: Path, quantised: list[str]
) -> None:
    """`axes`: of the inputs and outputs, in order, which of their dimensions vary."""
    inputs = _inputs(tokenizer)
    encoded = tokenizer(EXAMPLES, EXAMPLES[::-1], padding=True, return_tensors="pt")
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        plain = Path(scratch) / "plain.onnx"
        torch.onnx.export(
            graph, tuple(encoded[key] for key in inputs), str(plain), input_names=inputs,
            output_names=list(axes)[len(inputs) :], dynamic_axes=axes, opset_version=OPSET, dynamo=False,
        )  # fmt: skip
        quantize_dynamic(plain, folder / "model.onnx", per_channel=True, weight_type=QuantType.QInt8,
                         op_types_to_quantize=quantised)  # fmt: skip
    unpad(folder / "model.onnx", [dict(tokenizer(*pair, return_tensors="np")) for pair in (EXAMPLES, EXAMPLES[::-1])])
    onnx.checker.check_model(str(folder / "model.onnx"))
    tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))


def _card(name: str) -> str:
    """A model's own description; nothing when it has none."""
    try:
        file = Path(name) / "README.md"
        return card_head(file.read_text(encoding="utf-8") if Path(name).is_dir() else ModelCard.load(name).content)
    except (OSError, ValueError):
        return ""


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # the tracer warns of every shape it fixes; the exported graph is tested instead
    logging.disable(logging.WARNING)
    export = {"embedder": export_embedder, "reader": export_reader}[sys.argv[1]]
    export(sys.argv[2], Path(sys.argv[3]))
