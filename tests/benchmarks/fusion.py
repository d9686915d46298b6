"""How each way of ranking does on a dataset, by article: words, meaning, reciprocal ranks, min-max, with and without
recency.

python -m tests.benchmarks.fusion DATASET DATA      # DATASET as for `footnote eval`; DATA keeps the corpus between runs
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from retrieval.build import CorpusSettings, open_corpus
from retrieval.corpus import Corpus
from retrieval.evaluation import AskedQuestion, fill, read_questions
from retrieval.finding import CANDIDATES
from retrieval.index.fusion import favour_recent, fuse, scaled
from retrieval.types import Hit

Ranking = Callable[[dict[int, float], dict[int, float]], list[Hit]]
RRF_K = 60


def reciprocal_ranks(dense: dict[int, float], lexical: dict[int, float]) -> list[Hit]:
    """Cormack, Clarke and Buettcher, SIGIR 2009; scaled to 0..1, so that recency weighs as much as elsewhere."""
    score: dict[int, float] = {}
    for scores in (dense, lexical):
        for rank, key in enumerate(sorted(scores, key=lambda key: -scores[key]), 1):
            score[key] = score.get(key, 0.0) + 1 / (RRF_K + rank)
    return sorted((Hit(key, value) for key, value in scaled(score).items()), key=lambda hit: -hit.score)


RANKINGS: dict[str, Ranking] = {
    "BM25": lambda dense, lexical: fuse({}, lexical),
    "dense": lambda dense, lexical: fuse(dense, {}),
    "RRF": reciprocal_ranks,
    "min-max .3": lambda dense, lexical: fuse(dense, lexical, dense_weight=0.3),
    "min-max .5": lambda dense, lexical: fuse(dense, lexical, dense_weight=0.5),
    "min-max .7": lambda dense, lexical: fuse(dense, lexical, dense_weight=0.7),
}


def candidates(corpus: Corpus, question: AskedQuestion) -> tuple[dict[int, float], dict[int, float]]:
    """passage -> cosine, passage -> BM25."""
    hits = corpus._index.search(question.text, "en", CANDIDATES, corpus._embedder.questions([question.text]))
    dense = {hit.passage_id: hit.cosine for hit in hits if hit.cosine is not None}
    return dense, {hit.passage_id: hit.bm25 for hit in hits if hit.bm25 is not None}


def rank_of_gold(corpus: Corpus, hits: Sequence[Hit], gold: frozenset[str], now: datetime | None) -> int | None:
    dated = corpus._store.dated([hit.passage_id for hit in hits])
    if now is not None:
        hits = favour_recent(hits, {key: published for key, (_, published) in dated.items()}, now)
    articles = list(dict.fromkeys(dated[hit.passage_id][0] for hit in hits))
    return next((rank for rank, article in enumerate(articles, 1) if article in gold), None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("data", type=Path)
    options = parser.parse_args()
    corpus = open_corpus(CorpusSettings(options.data))
    fill(options.dataset, corpus)
    questions = [question for question in read_questions(options.dataset) if question.articles]
    found = [candidates(corpus, question) for question in questions]
    print(f"{len(questions)} questions\n{'':<22}{'hit@1':>8}{'hit@10':>8}{'MRR@10':>8}")
    for name, ranking in RANKINGS.items():
        for recency in (False, True):
            ranks = [
                rank_of_gold(corpus, ranking(*scores), q.articles, (q.asked or datetime.now(UTC)) if recency else None)
                for q, scores in zip(questions, found, strict=True)
            ]
            hit = [sum(rank is not None and rank <= depth for rank in ranks) / len(ranks) for depth in (1, 10)]
            reciprocal = sum(1 / rank for rank in ranks if rank is not None and rank <= 10) / len(ranks)
            print(f"{name + (' + recency' if recency else ''):<22}{hit[0]:>8.3f}{hit[1]:>8.3f}{reciprocal:>8.3f}")
    corpus.close()


if __name__ == "__main__":
    main()
