"""A sentence-transformers model -> a folder with model.onnx (int8), tokenizer.json and embedder.json.

    python -m retrieval.export MODEL FOLDER

Runs as a process of its own, once for each model: it is the only place that imports torch, which takes seconds and
hundreds of megabytes that a bot need not keep. Pooling, normalisation and whatever else the model's modules do are part
of the exported graph, so any sentence-transformers model comes out as it is.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from sentence_transformers import SentenceTransformer

OPSET = 17
EXAMPLES = ["A question?", "A somewhat longer passage, so that the padding of a batch is traced too."]


class _Graph(torch.nn.Module):
    """The whole pipeline as one function of tensors: (batch, tokens) each -> (batch, dim)."""

    def __init__(self, model: SentenceTransformer, inputs: list[str]) -> None:
        super().__init__()
        self.model, self.inputs = model, inputs

    def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
        embedding: torch.Tensor = self.model(dict(zip(self.inputs, tensors, strict=True)))["sentence_embedding"]
        return embedding


def export(name: str, folder: Path) -> None:
    """Raises whatever torch, transformers or onnxruntime raise when the model cannot be exported."""
    model = SentenceTransformer(name, device="cpu").eval()
    inputs = [key for key in model.tokenizer.model_input_names if key != "position_ids"]
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        plain = Path(scratch) / "plain.onnx"
        _to_onnx(model, inputs, plain)
        quantize_dynamic(plain, folder / "model.onnx", per_channel=True, weight_type=QuantType.QInt8,
                         op_types_to_quantize=["MatMul"])  # fmt: skip
    onnx.checker.check_model(str(folder / "model.onnx"))
    model.tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "embedder.json").write_text(json.dumps(_about(model, inputs), indent=1), encoding="utf-8")


def _to_onnx(model: SentenceTransformer, inputs: list[str], path: Path) -> None:
    encoded = model.tokenizer(EXAMPLES, padding=True, return_tensors="pt")
    axes: dict[str, dict[int, str]] = {key: {0: "batch", 1: "tokens"} for key in inputs}
    torch.onnx.export(
        _Graph(model, inputs), tuple(encoded[key] for key in inputs), str(path), input_names=inputs,
        output_names=["embedding"], dynamic_axes={**axes, "embedding": {0: "batch"}}, opset_version=OPSET, dynamo=False,
    )  # fmt: skip


def _about(model: SentenceTransformer, inputs: list[str]) -> dict[str, Any]:
    prompts = {key: value for key, value in (model.prompts or {}).items() if value}
    default = prompts.get(model.default_prompt_name or "", "")
    return {
        "dim": model.get_embedding_dimension(),
        "max_tokens": min(model.max_seq_length or 512, 512),
        "inputs": inputs,
        "question_prompt": prompts.get("query", default),
        "passage_prompt": prompts.get("document", prompts.get("passage", default)),
        "card": (model._model_card_text or "").split("\n---", 1)[0],  # its head names the languages
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # the tracer warns of every shape it fixes; the exported graph is tested instead
    logging.disable(logging.WARNING)
    export(sys.argv[1], Path(sys.argv[2]))
