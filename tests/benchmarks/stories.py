"""How surely two news articles are told to be about one event, or about two, in English and Russian.

python -m tests.benchmarks.stories DATA    # folder with stories/pairs.jsonl.gz: {"lang", "label", "a" and "b"} a line

AUROC of `likeness` over the pairs of a language, with one setting for both; beside it the cosine of TF-IDF over whole
articles. Rarity is that of a word among all the texts of the pairs in its language, as an index of them would tell it.
The halves say how much of a figure is chance: 200 random halves of the pairs, the middle 95 % of their figures.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.measures import area_under_roc, percentile
from retrieval.summary.gist import bag_of
from retrieval.summary.likeness import SAME_STORY, likeness, profile
from retrieval.types import Article

HALVES = 200


@dataclass(frozen=True, slots=True)
class Pair:
    one: Article
    other: Article
    same: bool


def read_pairs(file: Path, language: str) -> list[Pair]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["lang"] == language]
    sides = [[Article(side, row[side]["title"], row[side]["text"], language) for side in "ab"] for row in rows]
    return [Pair(one, other, row["label"] == "OK") for row, (one, other) in zip(rows, sides, strict=True)]


def scores(pairs: Sequence[Pair]) -> list[float]:
    rarity = rarity_among([_bag(article) for pair in pairs for article in (pair.one, pair.other)])
    return [likeness(profile(pair.one, rarity), profile(pair.other, rarity)) for pair in pairs]


def tf_idf(pairs: Sequence[Pair]) -> list[float]:
    bags = [(_bag(pair.one), _bag(pair.other)) for pair in pairs]
    rarity = rarity_among([bag for both in bags for bag in both])
    return [_cosine(*(_weighed(bag, rarity) for bag in both)) for both in bags]


def rarity_among(bags: Sequence[Mapping[str, int]]) -> Callable[[Sequence[str]], list[float]]:
    """The inverse document frequency of a word over that of a word never met, 0 to 1."""
    holds = Counter(word for bag in bags for word in bag)
    most = math.log(len(bags) + 1)
    return lambda words: [math.log((len(bags) + 1) / max(1, holds[word])) / most for word in words]


def area(pairs: Sequence[Pair], values: Sequence[float]) -> float | None:
    """None where all pairs are of one kind."""
    same = [value for pair, value in zip(pairs, values, strict=True) if pair.same]
    other = [value for pair, value in zip(pairs, values, strict=True) if not pair.same]
    return area_under_roc(same, other)


def halves(pairs: Sequence[Pair], values: Sequence[float]) -> list[float]:
    drawn = random.Random(1)
    chosen = [drawn.sample(range(len(pairs)), len(pairs) // 2) for _ in range(HALVES)]
    areas = [area([pairs[at] for at in half], [values[at] for at in half]) for half in chosen]
    return [figure for figure in areas if figure is not None]


def _bag(article: Article) -> Mapping[str, int]:
    return bag_of(f"{article.title}\n{article.text}", article.language)


def _weighed(bag: Mapping[str, int], rarity: Callable[[Sequence[str]], list[float]]) -> dict[str, float]:
    return {word: count * rare for (word, count), rare in zip(bag.items(), rarity(list(bag)), strict=True)}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    shared = sum(weight * other.get(word, 0.0) for word, weight in one.items())
    return shared / ((math.hypot(*one.values()) * math.hypot(*other.values())) or 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA")
    file = parser.parse_args().data / "stories" / "pairs.jsonl.gz"
    for language in ("ru", "en"):
        pairs = read_pairs(file, language)
        values = scores(pairs)
        told = [pair.same for pair, value in zip(pairs, values, strict=True) if value >= SAME_STORY]
        part = halves(pairs, values)
        print(f"{language}: {len(pairs)} pairs, {sum(pair.same for pair in pairs)} of one story")
        print(f"  likeness AUROC {area(pairs, values):.3f} (halves {percentile(part, 0.025):.3f} to "
              f"{percentile(part, 0.975):.3f}), TF-IDF {area(pairs, tf_idf(pairs)):.3f}")  # fmt: skip
        print(f"  at {SAME_STORY}: precision {sum(told) / len(told):.2f}, "
              f"recall {sum(told) / sum(pair.same for pair in pairs):.2f}")  # fmt: skip


if __name__ == "__main__":
    main()
