"""How well support is told from its lack, and evidence found on a page, beside what others reach.

python -m tests.benchmarks.support DATA [--models FOLDER]   # DATA holds qags/, wice/; FOLDER keeps the exported model
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from retrieval.answer.support import bears_out, rank_evidence, support
from retrieval.measures import area_under_roc
from retrieval.models import load_embedder
from retrieval.text.stems import content_stems, stems

TOP = 5
Rows = list[dict[str, Any]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--models", type=Path)
    options = parser.parse_args()
    judged = _read(options.data / "qags" / "cnndm.jsonl.gz")
    claims = _read(options.data / "wice" / "claims.jsonl.gz")
    summaries(judged)
    borne_out(judged, claims)
    print(f"{'evidence on a page':<36}{'hit@1':>8}{'hit@3':>8}{'hit@5':>8}{'all@5':>8}")
    evidence("words alone", claims, lambda claim, page: rank_evidence(claim, page))
    if options.models:
        embed = load_embedder(None, options.models).passages
        evidence("words and meaning", claims, lambda claim, page: rank_evidence(claim, page, "en", embed))
    print(f"{'  reference: BM25':<36}{0.80:>8.3f}{0.97:>8.3f}{0.99:>8.3f}{0.58:>8.3f}")


def summaries(judged: Rows) -> None:
    """Is this sentence supported by the article? AUROC of the score against what people judged."""
    for name, score in (("support", support), ("pairs of words in the article", _pairs)):
        told: dict[bool, list[float]] = {True: [], False: []}
        for sentence, article, supported in _sentences(judged):
            told[supported].append(score(sentence, [article]))
        print(f"AUROC of {name:<33}{area_under_roc(told[True], told[False]):.3f}")
    print(f"{'  reference: pairs of words':<42}{0.818:.3f}")


def borne_out(judged: Rows, claims: Rows) -> None:
    """How much passes the gate that a language model's sentences pass."""
    for supported in (True, False):
        passed = [bears_out(text, [article]) for text, article, label in _sentences(judged) if label is supported]
        print(f"borne out, summaries {'' if supported else 'not '}supported: {sum(passed) / len(passed):.3f}")
    own, other = [], []
    for row in claims:
        gold = [group for group in row["supporting_sentences"] if group]
        if row["label"] == "supported" and gold:
            own.append(any(bears_out(row["claim"], [row["evidence"][at] for at in group]) for group in gold))
            other.append(bears_out(row["claim"], _near_misses(row, set().union(*gold))))
    print(f"borne out, claims by their evidence: {sum(own) / len(own):.3f}, by other sentences that share")
    print(f"  most of their words: {sum(other) / len(other):.3f}")


def evidence(name: str, claims: Rows, rank: Callable[[str, Sequence[str]], list[int]]) -> None:
    """Is the first sentence among the evidence? Do the first five hold a whole set of it?"""
    figures = []
    for row in claims:
        gold = [set(group) for group in row["supporting_sentences"] if group]
        if row["label"] == "not_supported" or not gold:
            continue
        order, any_of = rank(row["claim"], row["evidence"]), set().union(*gold)
        hits = [bool(any_of & set(order[:top])) for top in (1, 3, TOP)]
        figures.append([*hits, any(group <= set(order[:TOP]) for group in gold)])
    print(f"{name:<36}" + "".join(f"{sum(column) / len(column):>8.3f}" for column in zip(*figures, strict=True)))


def _sentences(judged: Rows) -> Iterator[tuple[str, str, bool]]:
    for row in judged:
        yield from ((told["sentence"], row["article"], told["supported"]) for told in row["sentences"])


def _near_misses(row: dict[str, Any], gold: set[int]) -> list[str]:
    wanted = set(content_stems(row["claim"], "en"))
    others = [text for at, text in enumerate(row["evidence"]) if at not in gold]
    return sorted(others, key=lambda text: -len(wanted & set(content_stems(text, "en"))))[:2]


def _pairs(sentence: str, articles: Sequence[str]) -> float:
    held = {pair for article in articles for pair in pairwise(stems(article, "en"))}
    pairs = list(pairwise(stems(sentence, "en")))
    return sum(pair in held for pair in pairs) / (len(pairs) or 1)


def _read(file: Path) -> Rows:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


if __name__ == "__main__":
    main()
