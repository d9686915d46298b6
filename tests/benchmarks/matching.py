"""How long one article takes against 100,000 followed topics, and the memory that they take.

    python -m tests.benchmarks.matching WORK [--interests N]

WORK keeps a corpus of the starter articles. Topics are two to five words that articles have, drawn at random, each with
a vector of its own (random, of unit length: a product takes as long whatever is in it). Milliseconds of `Matcher.match`
over all the English articles, the vectors of whose titles are known; then what `put` and `discard` take.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from retrieval import CorpusSettings, Interest, Interests, open_corpus
from retrieval.matching.matcher import Matcher
from retrieval.models import load_embedder
from retrieval.text.stems import stems
from retrieval.types import Article
from tests.retrieval.engine import Engine

SEEDS = Path(__file__).parents[2] / "seeds" / "articles"
SHORTEST = 4  # letters of a word that somebody follows
ROUNDS = 3


def topics(articles: list[Article], count: int, fingerprint: str, dim: int) -> Iterator[Interest]:
    drawn, vectors = random.Random(1), np.random.default_rng(1)
    vocabulary = sorted({word for article in articles for word in stems(article.text, article.language)})
    words = [word for word in vocabulary if len(word) >= SHORTEST]
    for key in range(count):
        vector = vectors.standard_normal(dim, np.float32)  # (dim,)
        unit = (vector / np.linalg.norm(vector)).astype(np.float16).tobytes()
        text = " ".join(drawn.choices(words, k=drawn.randint(2, 5)))
        yield Interest(key, text, "en", unit, fingerprint)


def took(errand: Callable[[], object]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    errand()
    return 1000 * (time.perf_counter() - start)


def processor(errand: Callable[[], object]) -> float:
    """Milliseconds of work, however long it had to wait for the processors."""
    start = time.process_time()
    errand()
    return 1000 * (time.process_time() - start)


def megabytes() -> float:
    """The most that this process ever had in memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def fill(work: Path) -> None:
    corpus = open_corpus(CorpusSettings(work))
    list(corpus.add_files([SEEDS], root=SEEDS))
    corpus.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path, metavar="WORK")
    parser.add_argument("--interests", type=int, default=100_000, metavar="N")
    given = parser.parse_args()
    fill(given.work)
    engine = Engine(given.work, load_embedder(None, given.work / "models"))
    engine.add()
    embedder = engine.embedder
    articles = [article for article in engine.store.articles(1000) if embedder.knows(article.language)]
    matcher = Matcher(engine.store, engine.index, embedder, engine.stories)
    followed, before = Interests(), megabytes()
    wanted = list(topics(articles, given.interests, embedder.fingerprint, embedder.dim))
    held = megabytes()
    put = took(lambda: followed.put(wanted))
    print(f"{len(followed)} interests put in {put:.0f} ms; memory at most {megabytes() - held:.0f} MB more "
          f"(the interests themselves {held - before:.0f} MB)")  # fmt: skip
    print(f"first article, which has all words counted: {took(lambda: matcher.match(followed, articles[0].id)):.0f} ms")
    for article in articles:
        matcher.match(followed, article.id)
    times = [took(lambda key=article.id: matcher.match(followed, key)) for article in articles for _ in range(ROUNDS)]
    print(f"{len(articles)} articles, {ROUNDS} times each: least {min(times):.1f} ms, median "
          f"{statistics.median(times):.1f} ms, most {max(times):.1f} ms")  # fmt: skip
    spent = [processor(lambda key=article.id: matcher.match(followed, key)) for article in articles]
    print(f"of the processors, all threads together: median {statistics.median(spent):.1f} ms")
    few = range(0, given.interests, 100)
    print(f"{len(few)} discarded in {took(lambda: followed.discard(few)):.1f} ms")
    engine.close()


if __name__ == "__main__":
    main()
