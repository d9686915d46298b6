"""What the reader is worth on a dataset, and how many passages it should read.

python -m tests.benchmarks.reading DATASET DATA   # DATASET as for `footnote eval`; DATA keeps the corpus between runs
"""

from __future__ import annotations

import argparse
from pathlib import Path

from retrieval.answer.rank import CLEAR, MOST_READ, Ranker
from retrieval.build import CorpusSettings, open_corpus
from retrieval.evaluation import evaluate
from retrieval.reader import load_reader

NEVER = 1e9  # no reading is so clear
SHOWN = {
    "hit@1": "hit@1", "MRR@10": "MRR", "answer in first sentence": "first", "answer in whole reply": "whole",
    "span EM": "EM", "refusal AUROC": "AUROC", "answered at 10 % false": "at 10 %", "whole p50 ms": "p50 ms",
    "whole p95 ms": "p95 ms",
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("data", type=Path)
    options = parser.parse_args()
    reader = load_reader(None, options.data)
    rankers = {
        "none": Ranker(None),
        **{f"{most}": Ranker(reader, most, NEVER) for most in (1, 2, 4, MOST_READ)},
        f"{MOST_READ}, until clear": Ranker(reader, MOST_READ, CLEAR),
    }
    corpus = open_corpus(CorpusSettings(options.data))
    print(f"{'passages read':<16}" + "".join(f"{name:>8}" for name in SHOWN.values()))
    for name, ranker in rankers.items():
        corpus._ranker = ranker
        figures = evaluate(options.dataset, corpus).as_dict()
        print(f"{name:<16}" + "".join(f"{figures[key] or 0:>8.3f}" for key in SHOWN), flush=True)
    corpus.close()


if __name__ == "__main__":
    main()
