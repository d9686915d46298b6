"""How the summaries do against extractive reference summaries of news, beside the lead, TextRank and LexRank.

python -m tests.benchmarks.summaries DATA      # gzipped JSONL: {"text", "summary"}, sentences of one in the other

Every method ranks the article's sentences and takes the best until the words run out: as many as the reference has, or
65. ROUGE-1 and ROUGE-2 are F1 of lower-cased runs of letters and digits, not stemmed, averaged over articles; sentence
F1 compares the sentences taken with those of the article that stand in the reference. "ours" at each length is what the
bot would show, whatever its words.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.summary.gist import BUDGETS, bag_of, choose, weigh
from retrieval.text.sentences import split

SHORT = 65  # words
DAMPING, STEPS = 0.85, 60  # of PageRank
_WORD = re.compile(r"[a-z0-9]+")
_SIGNS = re.compile(r"\W+")

Rank = Callable[[Sequence[Mapping[str, int]]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Story:
    sentences: list[str]
    gold: set[int]  # the sentences that stand in the reference
    reference: list[str]  # its words


def words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def read(path: Path) -> list[Story]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [story(row["text"], row["summary"]) for row in map(json.loads, lines)]


def story(text: str, summary: str) -> Story:
    sentences = [s for s in (text[span.start : span.end] for span in split(text, "en")) if words(s)]
    plain = _SIGNS.sub("", summary.lower())
    gold = {at for at, sentence in enumerate(sentences) if _SIGNS.sub("", sentence.lower()) in plain}
    return Story(sentences, gold, words(summary))


def lead(bags: Sequence[Mapping[str, int]]) -> Sequence[float]:
    return [-float(at) for at in range(len(bags))]


def text_rank(bags: Sequence[Mapping[str, int]]) -> Sequence[float]:
    """Mihalcea and Tarau, EMNLP 2004: words in common over the logarithms of the lengths."""
    lengths = [sum(bag.values()) for bag in bags]
    links = np.zeros((len(bags), len(bags)))
    for one, bag in enumerate(bags):
        for other in range(one):
            if min(lengths[one], lengths[other]) > 1:
                common = len(bag.keys() & bags[other].keys())
                links[one, other] = links[other, one] = common / math.log(lengths[one] * lengths[other])
    return page_rank(links)


def lex_rank(bags: Sequence[Mapping[str, int]]) -> Sequence[float]:
    """Erkan and Radev, JAIR 2004: cosines of TF-IDF within the article, without a threshold."""
    holds = Counter(word for bag in bags for word in bag)
    column = {word: at for at, word in enumerate(holds)}
    weights = np.zeros((len(bags), len(column) + 1))
    for row, bag in enumerate(bags):
        for word, count in bag.items():
            weights[row, column[word]] = count * math.log(len(bags) / holds[word])
    weights /= np.maximum(np.linalg.norm(weights, axis=1, keepdims=True), 1e-12)
    links = weights @ weights.T
    np.fill_diagonal(links, 0)
    return page_rank(links)


def page_rank(links: np.ndarray) -> Sequence[float]:
    count = len(links)
    out = links.sum(axis=1, keepdims=True)
    steps = np.where(out > 0, links / np.where(out > 0, out, 1), 1 / count)
    rank = np.full(count, 1 / count)
    for _ in range(STEPS):
        rank = (1 - DAMPING) / count + DAMPING * rank @ steps
    return list(rank)


RANKS: dict[str, Rank] = {
    "lead": lead,
    "TextRank": text_rank,
    "LexRank": lex_rank,
    "ours": lambda bags: weigh(bags, BUDGETS["long"].lead),
}


def take(told: Story, ranks: Sequence[float], budget: int) -> list[int]:
    """The best sentences up to the one that would lie further beyond the budget than its absence lies below it."""
    taken: list[int] = []
    room = float(budget)
    for at in sorted(range(len(ranks)), key=lambda at: -ranks[at]):
        length = len(words(told.sentences[at]))
        if taken and length / 2 > room:
            break
        taken.append(at)
        room -= length
    return sorted(taken)


def measured(told: Story, taken: Sequence[int]) -> tuple[float, float, float]:
    said = [word for at in taken for word in words(told.sentences[at])]
    both = 2 * len(told.gold & set(taken)) / max(1, len(told.gold) + len(taken))
    return rouge(said, told.reference, 1), rouge(said, told.reference, 2), both


def rouge(said: Sequence[str], reference: Sequence[str], size: int) -> float:
    """F1 of shared runs of `size` words."""
    one, other = (Counter(zip(*(text[at:] for at in range(size)), strict=False)) for text in (said, reference))
    shared = sum((one & other).values())
    return 2 * shared / max(1, sum(one.values()) + sum(other.values()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    stories = read(parser.parse_args().data)
    bags = [[bag_of(sentence, "en") for sentence in told.sentences] for told in stories]
    print(f"{len(stories)} articles\n{'':<24}{'ROUGE-1':>8}{'ROUGE-2':>8}{'sent. F1':>9}")
    for name, rank in RANKS.items():
        ranks = [rank(each) for each in bags]
        for most, row in ((None, name), (SHORT, f"{name}, {SHORT} words")):
            taken = [take(s, r, most or len(s.reference)) for s, r in zip(stories, ranks, strict=True)]
            report(row, stories, taken)
    for length, budget in BUDGETS.items():
        report(f"ours, {length}", stories, [choose(told.sentences, "en", budget) for told in stories])


def report(row: str, stories: Sequence[Story], taken: Sequence[Sequence[int]]) -> None:
    figures = np.mean([measured(told, some) for told, some in zip(stories, taken, strict=True)], axis=0)
    print(f"{row:<24}{figures[0]:>8.3f}{figures[1]:>8.3f}{figures[2]:>9.3f}")


if __name__ == "__main__":
    main()
