"""A reader on SQuAD titles that it has not seen -> EM, F1, answerability, carelessness, speed.

    python -m retrieval.training.measure DATA [--reader FOLDER] [--trained FOLDER] [--every N]

Each question is read with its own paragraph, by the exported reader and, with --trained, by what it was exported from.
EM and F1 over the answerable ones, the best span whatever its margin; AUROC of the margin between answerable and
unanswerable ones. Careless: the same questions in lower case, without question mark, with one slip of the fingers.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForQuestionAnswering

from retrieval.exported import Exported
from retrieval.measures import area_under_roc, span_scores
from retrieval.reader import SHIPPED, OnnxReader
from retrieval.training.pairs import Lesson, squad_lessons
from retrieval.training.variety import mistyped
from retrieval.types import Span

SIDE_BY_SIDE = 2
LENGTHS = (160, 180)  # tokens: the pairs that speed is measured on


class Trained(Exported):
    """What was exported, before it was made small: the same tokens, run by torch in full precision."""

    def __init__(self, folder: Path, exported: Path) -> None:
        super().__init__(exported, "reader")
        self._model = AutoModelForQuestionAnswering.from_pretrained(folder).eval()

    def run(self, encoded: Any) -> list[Any]:
        with torch.no_grad():
            output = self._model(**{key: torch.from_numpy(tokens) for key, tokens in self.inputs(encoded).items()})
        return [output.start_logits[0].numpy(), output.end_logits[0].numpy()]


def carelessly(question: str, chance: random.Random) -> str:
    return mistyped(question.lower().rstrip("? "), chance)


def figures(model: Exported, lessons: Sequence[Lesson], asked: Callable[[str], str]) -> str:
    reader = OnnxReader(model)
    read = [
        (lesson, reader.read(asked(lesson.question), lesson.passage.text, [Span(0, len(lesson.passage.text))])[0])
        for lesson in lessons
    ]
    scores = [span_scores(x.passage.text[r.span.start : r.span.end], x.answers) for x, r in read if x.answers]
    exact, f1 = (sum(column) / len(scores) for column in zip(*scores, strict=True))
    told, untold = ([r.margin for x, r in read if bool(x.answers) is wanted] for wanted in (True, False))
    return f"EM {exact:.3f}  F1 {f1:.3f}  answerability AUROC {area_under_roc(told, untold):.3f}"


def pairs_a_second(model: Exported, lessons: Sequence[Lesson]) -> str:
    """Of about 170 tokens, as many side by side as the product runs."""
    reader = OnnxReader(model)
    low, high = LENGTHS
    timed = [x for x in lessons if low <= len(model.tokenizer.encode(x.question, x.passage.text).ids) <= high]
    began = time.perf_counter()
    with ThreadPoolExecutor(SIDE_BY_SIDE) as crew:
        list(crew.map(lambda x: reader.read(x.question, x.passage.text, [Span(0, len(x.passage.text))]), timed))
    return f"{len(timed) / (time.perf_counter() - began):.1f} pairs/s of {low} to {high} tokens, {len(timed)} pairs"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--reader", type=Path, default=SHIPPED)
    parser.add_argument("--trained", type=Path)
    parser.add_argument("--every", type=int, default=1, help="measure on every Nth question (default: all)")
    options = parser.parse_args()
    lessons = squad_lessons(options.data / "squad2", dev=True)[:: options.every]
    shipped = Exported(options.reader, "reader")
    chance = random.Random(0)  # noqa: S311 not for secrets
    size = sum(file.stat().st_size for file in options.reader.iterdir())
    print(f"{len(lessons)} questions, {sum(not x.answers for x in lessons)} of them unanswerable; {size / 1e6:.1f} MB")
    print("as asked    ", figures(shipped, lessons, str))
    print("carelessly  ", figures(shipped, lessons, lambda question: carelessly(question, chance)))
    if options.trained:
        print("full precision", figures(Trained(options.trained, options.reader), lessons, str))
    print(pairs_a_second(shipped, lessons))


if __name__ == "__main__":
    main()
