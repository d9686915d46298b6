"""How well articles are matched with what somebody follows in plain words, on 4,000 newswire stories of 1987.

    python -m tests.benchmarks.topics DATA WORK

DATA: folder with topics/reuters_train.jsonl.gz, {"id", "date", "title", "text", "topics"} a line, and
stories/pairs.jsonl.gz as `stories.py` has it; WORK keeps a corpus.
Every topic with ten or more articles (Reuters-21578) is followed by its description below. Mean average precision over
the topics, beside BM25 of the description over title and text, and the nearest passage's cosine; then precision and
recall at each level, of all matches together (micro) and as the mean over topics (macro). What ships was fitted on even
ids and its levels were set on them; odd ids check. Then Russian, by words alone: of labelled pairs of articles, how
often one's title, followed as a topic, finds the other, if both tell one event, if they tell two, and how often it
finds articles of other pairs.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.matching.interests import Interests
from retrieval.matching.matcher import Matcher
from retrieval.matching.relevance import LEVELS
from retrieval.matching.sketch import Sketch, told_words
from retrieval.measures import area_under_roc
from retrieval.models import load_embedder
from retrieval.text.stems import content_stems, stems
from retrieval.types import Article, Interest
from tests.benchmarks.stories import rarity_among, read_pairs
from tests.retrieval.engine import Engine

K1, B = 1.2, 0.75  # of BM25

# What a reader would write who follows the topic, from the meaning of its name alone: written before any figure was
# seen, and never changed since.
DESCRIPTIONS = {
    "earn": "company earnings, profits and dividends",
    "acq": "mergers and acquisitions of companies",
    "crude": "crude oil",
    "grain": "grain harvest and exports",
    "money-fx": "foreign exchange and currency markets",
    "interest": "interest rates",
    "trade": "international trade and tariffs",
    "wheat": "wheat",
    "corn": "corn",
    "ship": "shipping and ports",
    "money-supply": "money supply",
    "gnp": "economic growth and gross national product",
    "sugar": "sugar",
    "oilseed": "oilseeds",
    "coffee": "coffee",
    "veg-oil": "vegetable oil",
    "gold": "gold",
    "livestock": "livestock and cattle",
    "soybean": "soybeans",
    "bop": "balance of payments",
    "nat-gas": "natural gas",
    "cpi": "consumer prices and inflation",
    "carcass": "beef and pork meat",
    "reserves": "central bank currency reserves",
    "dlr": "US dollar exchange rate",
    "copper": "copper",
    "jobs": "employment and jobless figures",
    "palm-oil": "palm oil",
    "cocoa": "cocoa",
    "barley": "barley",
    "cotton": "cotton",
    "rubber": "natural rubber",
    "ipi": "industrial production",
    "yen": "Japanese yen exchange rate",
    "meal-feed": "animal feed and meal",
    "rice": "rice",
    "gas": "gasoline and petrol",
    "alum": "aluminium",
    "wpi": "wholesale prices",
    "retail": "retail sales",
    "housing": "housing starts and home construction",
    "sorghum": "sorghum",
    "iron-steel": "iron and steel",
    "hog": "hogs and pigs",
    "zinc": "zinc",
    "orange": "orange juice",
}

Table = npt.NDArray[np.float64]  # (topics, articles)


@dataclass(frozen=True, slots=True)
class Labelled:
    """The articles that the corpus holds, and which topics each has."""

    articles: list[Article]
    has: npt.NDArray[np.bool_]  # (topics, articles)
    is_even: npt.NDArray[np.bool_]  # (articles,)


def read(file: Path) -> list[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def article_of(row: dict[str, Any]) -> Article:
    day = datetime.strptime(row["date"].split()[0], "%d-%b-%Y").replace(tzinfo=UTC)
    return Article(row["id"], row["title"], row["text"] or row["title"], published=day)


def labelled(rows: Sequence[dict[str, Any]], held: set[str]) -> Labelled:
    """Without those whose words another article has already."""
    kept = [row for row in rows if row["id"] in held]
    has = np.array([[topic in row["topics"] for row in kept] for topic in DESCRIPTIONS])
    return Labelled([article_of(row) for row in kept], has, np.array([int(row["id"]) % 2 == 0 for row in kept]))


def matched(matcher: Matcher, articles: Sequence[Article]) -> Table:
    followed = Interests()
    followed.put(matcher.interest(text, key) for key, text in enumerate(DESCRIPTIONS.values()))
    scores = np.zeros((len(DESCRIPTIONS), len(articles)))
    for column, article in enumerate(articles):
        for match in matcher.match(followed, article.id, 0.0):
            scores[match.key, column] = match.score
    return scores


def by_bm25(articles: Sequence[Article]) -> Table:
    bags = [Counter(stems(f"{article.title}\n{article.text}", "en")) for article in articles]
    long = np.array([bag.total() for bag in bags])  # (articles,)
    scores = np.zeros((len(DESCRIPTIONS), len(bags)))
    for row, text in enumerate(DESCRIPTIONS.values()):
        for word in dict.fromkeys(content_stems(text, "en")):
            counts = np.array([bag[word] for bag in bags])  # (articles,)
            held = np.count_nonzero(counts)
            rare = math.log(1 + (len(bags) - held + 0.5) / (held + 0.5))
            scores[row] += rare * counts * (K1 + 1) / (counts + K1 * (1 - B + B * long / long.mean()))
    return scores


def by_cosine(engine: Engine, articles: Sequence[Article]) -> Table:
    """Of the nearest passage."""
    asked = engine.embedder.questions(list(DESCRIPTIONS.values()))  # (topics, dim)
    columns = {article.id: column for column, article in enumerate(articles)}
    scores = np.full((len(asked), len(articles)), -1.0)
    for passage in engine.store.passages_of(list(columns), engine.embedder.fingerprint):
        column = columns[passage.article_id]
        scores[:, column] = np.maximum(scores[:, column], asked @ passage.vector)
    return scores


def mean_average_precision(scores: Table, has: npt.NDArray[np.bool_]) -> float:
    precisions = []
    for row, relevant in zip(scores, has, strict=True):
        ranked = relevant[np.argsort(-row, kind="stable")]
        precisions.append(float((np.cumsum(ranked) / np.arange(1, len(ranked) + 1))[ranked].mean()))
    return sum(precisions) / len(precisions)


def at_level(scores: Table, has: npt.NDArray[np.bool_], least: float) -> str:
    """A topic without matches has no precision."""
    told = scores >= least
    right, matches, wanted = ((part).sum(1) for part in (told & has, told, has))  # (topics,)
    some = matches > 0
    return (f"precision {right.sum() / matches.sum():.3f} micro {(right[some] / matches[some]).mean():.3f} macro, "
            f"recall {right.sum() / wanted.sum():.3f} micro {(right / wanted).mean():.3f} macro, "
            f"{np.count_nonzero(~some)} topics without a match")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fixed:
    """Rarities of words among the pairs' own articles."""

    among: Callable[[Sequence[str]], list[float]]
    edition: int = 1

    def __call__(self, stems: Sequence[str]) -> list[float]:
        return self.among(stems)


def russian(file: Path) -> str:
    pairs = read_pairs(file, "ru")
    articles = [article for pair in pairs for article in (pair.one, pair.other)]
    bags = [Counter(stems(f"{article.title}\n{article.text}", "ru")) for article in articles]
    rarities = Fixed(rarity_among(bags))
    titles = Interests()
    titles.put(Interest(key, article.title, "ru", None, "") for key, article in enumerate(articles))
    kinds: dict[str, list[float]] = {"one event": [], "two events": [], "other pairs": []}
    for at, article in enumerate(articles):
        found = titles.matches(Sketch(told_words(article.title, article.text, "ru")), rarities, 0.0)
        for match in found:
            if match.key // 2 != at // 2:
                kinds["other pairs"].append(match.score)
            elif match.key != at:
                kinds["one event" if pairs[at // 2].same else "two events"].append(match.score)
    shares = [f"{name} {sum(score >= LEVELS['balanced'] for score in kind) / len(kind):.4f}"
              for name, kind in kinds.items()]  # fmt: skip
    return (
        f"found at balanced: {', '.join(shares)}; AUROC {area_under_roc(kinds['one event'], kinds['two events']):.3f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("work", type=Path, metavar="WORK")
    given = parser.parse_args()
    rows = read(given.data / "topics" / "reuters_train.jsonl.gz")
    given.work.mkdir(parents=True, exist_ok=True)
    engine = Engine(given.work, load_embedder(None, given.work / "models"))
    missing = set() if engine.store.last_change() else {row["id"] for row in rows}
    engine.add(*(article_of(row) for row in rows if row["id"] in missing))
    while engine.index.applied() < engine.store.last_change():
        engine.add()
    part = labelled(rows, set(engine.store.ids()))
    tables = {
        "BM25": by_bm25(part.articles),
        "nearest passage": by_cosine(engine, part.articles),
        "matching": matched(Matcher(engine.store, engine.index, engine.embedder, engine.stories), part.articles),
    }
    print(f"{len(part.articles)} articles, {len(DESCRIPTIONS)} topics")
    for half, chosen in (("even ids", part.is_even), ("odd ids", ~part.is_even), ("all", part.is_even | True)):
        print(half)
        for name, scores in tables.items():
            print(f"  {name:<16} MAP {mean_average_precision(scores[:, chosen], part.has[:, chosen]):.3f}")
        for level, least in LEVELS.items():
            print(f"  {level:<9}{least:.2f} {at_level(tables['matching'][:, chosen], part.has[:, chosen], least)}")
    engine.close()
    print(f"Russian titles, by words: {russian(given.data / 'stories' / 'pairs.jsonl.gz')}")


if __name__ == "__main__":
    main()
