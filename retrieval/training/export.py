"""A trained reader in transformers' form -> the small form that the product runs: ONNX, int8.

python -m retrieval.training.export TRAINED OUT
"""

from __future__ import annotations

import argparse
import json
import tempfile
import warnings
from pathlib import Path
from typing import Any

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from retrieval.training.train import MAX_TOKENS

OPSET = 17
INPUTS = ["input_ids", "attention_mask", "token_type_ids"]


class _Graph(torch.nn.Module):
    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, *tensors: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        output = self.model(**dict(zip(INPUTS, tensors, strict=True)))
        return output.start_logits, output.end_logits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trained", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # the tracer warns of every shape it fixes
    tokenizer = AutoTokenizer.from_pretrained(options.trained)
    model = AutoModelForQuestionAnswering.from_pretrained(options.trained).eval()
    encoded = tokenizer(
        ["A question?", "Another, longer question?"], ["A text.", "A text."], padding=True, return_tensors="pt"
    )
    options.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "plain.onnx"
        axes = {key: {0: "batch", 1: "tokens"} for key in [*INPUTS, "start", "end"]}
        torch.onnx.export(
            _Graph(model), tuple(encoded[key] for key in INPUTS), str(plain), input_names=INPUTS,
            output_names=["start", "end"], dynamic_axes=axes, opset_version=OPSET, dynamo=False,
        )  # fmt: skip
        quantize_dynamic(plain, options.out / "model.onnx", per_channel=True, weight_type=QuantType.QInt8,
                         op_types_to_quantize=["MatMul", "Gather"])  # fmt: skip
    tokenizer.backend_tokenizer.save(str(options.out / "tokenizer.json"))
    about = {"languages": ["en"], "inputs": INPUTS, "max_tokens": MAX_TOKENS}
    (options.out / "reader.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
