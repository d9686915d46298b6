"""Datasets of questions -> (question, passage, where the answer stands or None): what the reader learns from.

SQuAD's answerable and unanswerable questions; news questions with the sentence that answers them, and with passages of
dated articles that hold the answer; and for each kind passages that look right and do not answer (hard negatives).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEV_PART = 6  # one title in six is kept for measuring
NEGATIVES = 4000  # SQuAD questions that are given another paragraph as well
NEAR_HITS = 5  # a hard negative is drawn from this many best-matching wrong passages


@dataclass(frozen=True, slots=True)
class Pair:
    """`span` in characters of the passage; None: the passage does not answer."""

    question: str
    passage: str
    span: tuple[int, int] | None
    answers: tuple[str, ...] = ()


Search = Callable[
    [Sequence[str], Sequence[str], int], list[list[int]]
]  # questions, passages, k -> best passages' numbers


def load_pairs(data: Path, search: Search, cut: Callable[[str], list[str]], seed: int) -> tuple[list[Pair], list[Pair]]:
    """(train, dev). `cut` makes passages of an article's text."""
    chance = random.Random(seed)  # noqa: S311 not for secrets
    squad, dev = squad_pairs(data / "squad2")
    train = [*squad, *_wrong_paragraphs(squad, search, chance), *_evidence(data / "newsqa_train", chance)]
    for year in ("2023", "2025"):
        train += _dated(data / "newsqa_train" / year, search, cut, chance)
    return train, dev


def is_dev(title: str) -> bool:
    """Whether the title is kept for measuring. Always the same ones."""
    return int(hashlib.md5(title.encode()).hexdigest(), 16) // 4 % DEV_PART == 0  # noqa: S324 a split, no secret


def squad_pairs(folder: Path) -> tuple[list[Pair], list[Pair]]:
    """(train, dev), split by title: each question with its own paragraph."""
    text = {row["id"]: row["text"] for row in _rows(folder / "articles.jsonl.gz")}
    train: list[Pair] = []
    dev: list[Pair] = []
    for row in _rows(folder / "questions.jsonl.gz"):
        article = row["articles"][0]
        span = None
        if row["answerable"]:
            answer = min(row["answers"], key=len)
            start = next((s for s in row["starts"] if text[article].startswith(answer, s)), text[article].find(answer))
            if start < 0:
                continue
            span = (start, start + len(answer))
        (dev if is_dev(article.split("#")[0]) else train).append(
            Pair(row["question"], text[article], span, tuple(row["answers"]))
        )
    return train, dev


def _wrong_paragraphs(pairs: Sequence[Pair], search: Search, chance: random.Random) -> list[Pair]:
    passages = sorted({pair.passage for pair in pairs})
    asked = chance.sample([pair for pair in pairs if pair.span], NEGATIVES)
    return list(_negatives(asked, passages, search, chance))


def _evidence(folder: Path, chance: random.Random) -> list[Pair]:
    rows = list(_rows(folder / "evidence.jsonl.gz"))
    told = []
    for row in rows:
        found = _whole_word(row["answer"], row["evidence"])
        if found:
            told.append(Pair(row["question"], row["evidence"], found, (row["answer"],)))
    untold = [Pair(chance.choice(told).question, pair.passage, None) for pair in chance.sample(told, len(told) // 3)]
    return told + untold


def _dated(folder: Path, search: Search, cut: Callable[[str], list[str]], chance: random.Random) -> list[Pair]:
    """Passages of the gold articles that hold the answer and match the question; and matching ones that do not hold
    it.
    """
    passages, article_of = [], []
    for row in _rows(folder / "articles.jsonl.gz"):
        for passage in cut(row["text"]):
            passages.append(passage)
            article_of.append(row["id"])
    asked = [row for row in _rows(folder / "questions.jsonl.gz") if row["answers"]]
    pairs = []
    for row, hits in zip(asked, search([row["question"] for row in asked], passages, 40), strict=True):
        gold = [hit for hit in hits if article_of[hit] in row["articles"]]
        spans = [(hit, span) for hit in gold[:2] if (span := _whole_word(row["answers"][0], passages[hit]))]
        pairs += [Pair(row["question"], passages[hit], span, tuple(row["answers"])) for hit, span in spans]
        wrong = [hit for hit in hits[:12] if not any(_whole_word(answer, passages[hit]) for answer in row["answers"])]
        pairs += [Pair(row["question"], passages[hit], None) for hit in chance.sample(wrong, min(3, len(wrong)))]
    return pairs


def _negatives(asked: Sequence[Pair], passages: Sequence[str], search: Search, chance: random.Random) -> Iterator[Pair]:
    for pair, hits in zip(asked, search([pair.question for pair in asked], passages, NEAR_HITS), strict=True):
        wrong = [
            passages[hit]
            for hit in hits
            if passages[hit] != pair.passage
            and not any(answer.lower() in passages[hit].lower() for answer in pair.answers)
        ]
        if wrong:
            yield Pair(pair.question, chance.choice(wrong), None)


def _whole_word(answer: str, text: str) -> tuple[int, int] | None:
    found = re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", text, re.IGNORECASE)
    return found.span() if found else None


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)
