"""An exported graph -> the same graph for one text at a time, without the work that only padded batches need.

A text alone has no padding to be masked: the mask adds zeros to each score of attention, and what is looked for as "not
a number" in its softmax never is. Both go through (heads, tokens, tokens) numbers in every layer, a seventh of a run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime

Feed = Mapping[str, npt.NDArray[np.int64]]
MASK = "attention_mask"


def unpad(file: Path, texts: Sequence[Feed]) -> bool:
    """Writes it over, if the lighter graph tells of each text the very same numbers; whether it did."""
    model = onnx.load(file)
    before = _run(model, texts)
    _unmask(model.graph)
    _sweep(model.graph)
    same = all(map(np.array_equal, before, _run(model, texts)))
    if same:
        onnx.save(model, file)
    return same


def _run(model: onnx.ModelProto, texts: Sequence[Feed]) -> list[npt.NDArray[np.float32]]:
    """All outputs for all texts, one after the other."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    return [output for text in texts for output in session.run(None, dict(text))]


def _unmask(graph: onnx.GraphProto) -> None:
    made = {name: node for node in graph.node for name in node.output}
    for node in graph.node:
        if node.op_type == "Softmax" and (adding := made.get(node.input[0])) and adding.op_type == "Add":
            masks = [_leans_on(name, made, {MASK}) and made[name].op_type in ("Where", "Mul") for name in adding.input]
            if masks == [False, True]:
                node.input[0] = adding.input[0]
        elif node.op_type == "Where" and (asking := made.get(node.input[0])) and asking.op_type == "IsNaN":
            _put(graph, node.output[0], node.input[2])


def _leans_on(name: str, made: Mapping[str, onnx.NodeProto], wanted: set[str]) -> bool:
    """Whether it is worked out from one of these."""
    seen, open_ones = set[str](), [name]
    while open_ones:
        name = open_ones.pop()
        if name in wanted:
            return True
        if name in made and name not in seen:
            seen.add(name)
            open_ones += made[name].input
    return False


def _put(graph: onnx.GraphProto, old: str, new: str) -> None:
    for node in graph.node:
        for at, name in enumerate(node.input):
            if name == old:
                node.input[at] = new


def _sweep(graph: onnx.GraphProto) -> None:
    """Takes out what nothing uses any more."""
    while True:
        used = {name for node in graph.node for name in node.input} | {output.name for output in graph.output}
        idle = [node for node in graph.node if used.isdisjoint(node.output)]
        if not idle:
            return
        for node in idle:
            graph.node.remove(node)
