"""How much of an article is read from its page, and how little else: ROUGE-LSum against the true paragraphs.

    python -m tests.benchmarks.extraction DATA      # DATA: fundus.tar.xz, or the folder that holds it

Each page goes through the real `read_article`. The score is that of Dallabetta et al., "Fundus" (ACL 2024): F1 of the
longest common subsequences of words, paragraphs as sentences, averaged over pages. Beside it trafilatura's default.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trafilatura
from rouge_score.rouge_scorer import RougeScorer

from retrieval.errors import SourceError
from retrieval.sources.articles import read_article
from retrieval.sources.types import Fetched

ARCHIVE = "fundus.tar.xz"
BAR = 0.940
WORST = 10


@dataclass(frozen=True, slots=True)
class PageScore:
    """How one page was read. All 0..1."""

    name: str
    f1: float
    precision: float
    recall: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(data / ARCHIVE if data.is_dir() else data) as archive:
            archive.extractall(folder, filter="data")
        truth = next(Path(folder).rglob("ground_truth.json"))
        pages = list(_pages(truth))
    scorer = RougeScorer(["rougeLsum"])
    ours = [_score(scorer, name, true, _read(page)) for name, page, true in pages]
    theirs = [_score(scorer, name, true, _read_by_default(page)) for name, page, true in pages]
    _print_means(f"ours (bar {BAR:.3f})", ours)
    _print_means("ours, even pages", ours[::2])
    _print_means("ours, odd pages", ours[1::2])
    _print_means("ours, first half of the publishers", ours[: len(ours) // 2])
    _print_means("ours, second half", ours[len(ours) // 2 :])
    _print_means("trafilatura's default", theirs)
    print(f"\nthe worst {WORST}")
    for score in sorted(ours, key=lambda score: score.f1)[:WORST]:
        _print_means(score.name, [score])


def _pages(truth: Path) -> Iterator[tuple[str, Fetched, str]]:
    """Name, page, true paragraphs on lines; all pages of a publisher stand together."""
    for name, said in sorted(json.loads(truth.read_text()).items()):
        content = gzip.decompress((truth.parent / "html" / name).read_bytes())
        yield name.partition(".")[0], Fetched(said["url"], content, "text/html"), "\n".join(said["body"])


def _read(page: Fetched) -> str:
    try:
        return read_article(page, "a").text
    except SourceError as error:
        print(f"no article: {error}")
        return ""


def _read_by_default(page: Fetched) -> str:
    return trafilatura.extract(page.content.decode("utf-8", "replace")) or ""


def _score(scorer: Any, name: str, true: str, read: str) -> PageScore:
    score = scorer.score(true, read)["rougeLsum"]
    return PageScore(name, score.fmeasure, score.precision, score.recall)


def _print_means(title: str, scores: Sequence[PageScore]) -> None:
    figures: Sequence[Callable[[PageScore], float]] = (lambda s: s.f1, lambda s: s.precision, lambda s: s.recall)
    f1, precision, recall = (statistics.mean(map(figure, scores)) for figure in figures)
    print(f"{title:<36} F1 {f1:.4f}  precision {precision:.4f}  recall {recall:.4f}")


if __name__ == "__main__":
    main()
