"""What each part of an answer is worth: the same questions with one part off at a time.

    python -m tests.benchmarks.ablation DATASET DATA [--every N]

DATASET as for `footnote eval`; DATA keeps the corpus between runs. `--every 3`: every third question. The last row adds
what is not built in: maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998), 8 passages out of 30.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from retrieval import Corpus, CorpusSettings, Evidence, Scope, asking, evaluate, finding, open_corpus
from retrieval.answer import candidates, coverage, rank
from retrieval.evaluation import lines_of, place_of
from retrieval.index import fusion
from retrieval.types import Hit

SHOWN = {
    "hit@1": "hit@1", "hit@10": "hit@10", "MRR@10": "MRR", "answer in first sentence": "first",
    "answer in whole reply": "whole", "span EM": "EM", "refusal AUROC": "AUROC", "answered at 10 % false": "at 10 %",
    "whole p50 ms": "p50 ms",
}  # fmt: skip
RELEVANCE = 0.7  # beside novelty
CONSIDERED = 30

Part = tuple[Any, str, Any]  # a module or object, the name of what is replaced in it, by what


def unlimited(text: str, _now: object, _sources: object) -> tuple[Scope, str]:
    return Scope(), text


def spread(find: Callable[..., list[Evidence]], corpus: Corpus) -> Callable[..., list[Evidence]]:
    """Maximal marginal relevance over what `find` brings."""

    def found(hits: Sequence[Hit], limit: int = finding.PASSAGES) -> list[Evidence]:
        offered = find(hits, CONSIDERED)
        if not offered:
            return []
        vectors = corpus._embedder.passages([e.text for e in offered])  # (n, dim)
        chosen = [0]
        while len(chosen) < min(limit, len(offered)):
            rest = [at for at in range(len(offered)) if at not in chosen]
            near = (vectors[rest] @ vectors[chosen].T).max(axis=1)
            worth = RELEVANCE * np.array([offered[at].hit.score for at in rest]) - (1 - RELEVANCE) * near
            chosen.append(rest[int(worth.argmax())])
        return [offered[at] for at in chosen]

    return found


def parts(corpus: Corpus) -> Mapping[str, Sequence[Part]]:
    finder, weights = corpus._finder, candidates.WEIGHTS
    return {
        "everything on": (),
        "no reader": ((corpus._asking, "_ranker", rank.Ranker(None, corpus._ranker._weighing)),),
        "no title read": ((rank, "TITLE", 0),),
        "no meaning": ((finder, "vector", lambda _question: None),),
        "no whole articles": ((fusion, "WHOLE_WEIGHT", 0.0),),
        "no recency": ((fusion, "RECENCY_WEIGHT", 0.0),),
        "no dates, no sources": ((asking, "find_scope", unlimited),),
        "no votes": ((candidates, "WEIGHTS", {**weights, "said_by": 0.0}),),
        "no kin of words": ((coverage, "KIN", 0.0),),
        "copies kept": ((finding, "without_copies", list),),
        "any number an article": ((finding, "PER_ARTICLE", 99),),
        "with MMR": ((finder, "evidence", spread(finder.evidence, corpus)),),
    }


@contextmanager
def replaced(changes: Sequence[Part]) -> Iterator[None]:
    before = [(where, name, getattr(where, name)) for where, name, _ in changes]
    for where, name, value in changes:
        setattr(where, name, value)
    try:
        yield
    finally:
        for where, name, value in before:
            setattr(where, name, value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    corpus = open_corpus(CorpusSettings(options.data, models=options.data.parent / "models"))
    with tempfile.TemporaryDirectory() as folder:
        some = Path(folder)
        lines = list(lines_of(place_of(options.dataset, "questions")))[:: options.every]
        (some / "questions.jsonl").write_text("".join(lines), encoding="utf-8")
        articles = place_of(options.dataset, "articles").resolve()
        (some / articles.name).symlink_to(articles)
        print(f"{'':<24}" + "".join(f"{name:>8}" for name in SHOWN.values()))
        for name, changes in parts(corpus).items():
            with replaced(changes):
                figures = evaluate(some, corpus).as_dict()
            print(f"{name:<24}" + "".join(f"{figures[key] or 0:>8.3f}" for key in SHOWN), flush=True)
    corpus.close()


if __name__ == "__main__":
    main()
