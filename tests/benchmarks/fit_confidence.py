"""Fits the confidence on dev data, prints how it is calibrated, and with --write ships it.

    python -m tests.benchmarks.fit_confidence SHARED WORK [--write]     # SHARED: folder with newsqa, squad2, xquad

One fit for each way to an answer. Read, or understood by the embedding model alone (as with FOOTNOTE_READER=none): news
questions, some of whose weeks are withheld; SQuAD questions and our own lessons, near misses among them, of titles that
the reader was not trained on; the starter articles' questions of stories that it was not trained on. By words alone:
Russian questions, half of whose paragraphs are withheld, and the starter articles' Russian ones. News and the starter
articles choose the threshold. WORK keeps the corpora between runs.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from retrieval.answer.confidence import SHIPPED
from retrieval.build import CorpusSettings, open_corpus
from retrieval.evaluation import AskedQuestion, ask, fill, read_questions
from retrieval.measures import area_under_roc, rate_above
from retrieval.training.pairs import OWN, is_dev, is_dev_story, seed_rows

SEEDS = Path(__file__).parents[2] / "seeds"
QUESTIONS = 350  # of a set, evenly spread
THRESHOLD_BY = {"newsqa", "seeds"}
SHARES = {
    "own": 0.3,
    "squad2": 0.5,
}  # what a group counts: questions about one passage are not what people ask a corpus
ANSWERED = {"read": 0.92, "meaning": 0.92, "words": 0.78}  # of their answerable questions, by the threshold to be
# chosen: shared words alone are easily a coincidence, and what is not answered is still shown as closest
SHOWN = 0.98  # of them: answered, or shown as closest
STRENGTH = 0.5  # inverse of the regularisation; the figures are standardised
BINS = 5


Only = Callable[[AskedQuestion], bool]


@dataclass(frozen=True, slots=True)
class Row:
    """One question's figures, and whether the articles tell."""

    figures: dict[str, float]
    told: bool
    language: str
    group: str


def collect(group: str, dataset: Path, work: Path, reader: str | None = None, only: Only = lambda _: True) -> list[Row]:
    """The figures of the group's questions that `only` keeps."""
    corpus = open_corpus(CorpusSettings(work / group, models=work / "models", reader=reader))
    fill(dataset, corpus)
    questions = [question for question in read_questions(dataset) if only(question)]
    rows = []
    for question in questions[:: max(1, len(questions) // QUESTIONS)]:
        figures = dict(ask(corpus, question).reply.trace.figures)
        rows.append(Row(figures, question.answerable, _language(question.text), group))
    corpus.close()
    return [row for row in rows if row.figures]


def english(shared: Path, work: Path, reader: str | None) -> list[Row]:
    kept = {name for name, row in seed_rows(SEEDS).items() if is_dev_story(row["story"])}
    rows = [
        *collect("newsqa", shared / "newsqa", work, reader),
        *collect("squad2", squad(shared, work), work, reader),
        *collect("own", OWN, work, reader, lambda question: any(map(is_dev, question.articles))),
        *collect("seeds", SEEDS, work, reader, lambda question: question.id in kept),
    ]
    return [row for row in rows if row.language == "en"]


def russian(shared: Path, work: Path) -> list[Row]:
    rows = [*collect("xquad", xquad(shared, work), work), *collect("seeds", SEEDS, work)]
    return [row for row in rows if row.language == "ru"]


def squad(shared: Path, work: Path) -> Path:
    """All paragraphs; questions of the titles that the reader has not seen."""
    folder = work / "squad-dataset"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "articles.jsonl.gz").write_bytes((shared / "squad2" / "articles.jsonl.gz").read_bytes())
    rows = [
        row for row in rows_of(shared / "squad2" / "questions.jsonl.gz") if is_dev(row["articles"][0].split("#")[0])
    ]
    for row in rows:
        row["answers"] = row["answers"] if row["answerable"] else []
    _write(folder / "questions.jsonl", rows)
    return folder


def xquad(shared: Path, work: Path) -> Path:
    """Every other paragraph is withheld, so that its questions are not told."""
    return copy_rows(shared / "xquad", work / "xquad-dataset", "ru", "ru", every=2)


def copy_rows(xquad_folder: Path, folder: Path, written: str, asked: str, every: int = 1) -> Path:
    """Paragraphs in one language, every so-manyth, and questions in another: a dataset for `evaluate`."""
    folder.mkdir(parents=True, exist_ok=True)
    articles = list(rows_of(xquad_folder / f"{written}.articles.jsonl.gz"))[::every]
    held = {row["id"] for row in articles}
    questions = list(rows_of(xquad_folder / f"{asked}.questions.jsonl.gz"))
    in_text = {row["id"]: row["answers"] for row in rows_of(xquad_folder / f"{written}.questions.jsonl.gz")}
    for row in questions:
        row["answers"] = in_text[row["id"]] if set(row["articles"]) & held else []
    _write(folder / "articles.jsonl", articles)
    _write(folder / "questions.jsonl", questions)
    return folder


def fit(rows: Sequence[Row]) -> tuple[dict[str, float], float]:
    """Weights of the raw figures and the intercept; each group counts the same, however many questions it has."""
    names = sorted({name for row in rows for name in row.figures})
    matrix = np.array([[row.figures.get(name, 0.0) for name in names] for row in rows])  # (n, figures)
    told = np.array([row.told for row in rows])
    share = {group: sum(row.group == group for row in rows) for group in {row.group for row in rows}}
    weight = np.array([SHARES.get(row.group, 1.0) * len(rows) / len(share) / share[row.group] for row in rows])
    scaler = StandardScaler().fit(matrix)
    model = LogisticRegression(C=STRENGTH, max_iter=2000).fit(scaler.transform(matrix), told, weight)
    weights = model.coef_[0] / scaler.scale_
    return dict(zip(names, weights, strict=True)), float(model.intercept_[0] - weights @ scaler.mean_)


def probability(row: Row, weights: dict[str, float], intercept: float) -> float:
    return float(1 / (1 + np.exp(-(intercept + sum(w * row.figures.get(name, 0.0) for name, w in weights.items())))))


def show(name: str, rows: Sequence[Row], chances: Sequence[float], threshold: float) -> dict[str, Any]:
    told = [p for row, p in zip(rows, chances, strict=True) if row.told]
    untold = [p for row, p in zip(rows, chances, strict=True) if not row.told]
    order = np.array_split(np.argsort(chances), BINS)
    table = [_bin([chances[i] for i in part], [rows[i].told for i in part]) for part in order]
    gap = sum(abs(row["said"] - row["was"]) * row["questions"] for row in table) / len(rows)
    auroc = area_under_roc(told, untold)
    answered, refused = np.mean(np.array(told) >= threshold), np.mean(np.array(untold) < threshold)
    figures = f"AUROC {auroc or 0:.3f}  ECE {gap:.3f}  answered {answered:.3f}  refused {refused:.3f}"
    at_ten = rate_above(told, untold, 0.1) or 0.0
    print(f"{name:<18} told {len(told):>4} untold {len(untold):>4}  {figures}  answered at 10 % false {at_ten:.3f}")
    return {"auroc": round(auroc or 0.0, 3), "ece": round(float(gap), 3), "reliability": table}


def _bin(chances: Sequence[float], told: Sequence[bool]) -> dict[str, float]:
    return {"said": round(float(np.mean(chances)), 3), "was": round(float(np.mean(told)), 3), "questions": len(told)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    ways = {
        "read": english(options.shared, options.work, None),
        "meaning": english(options.shared, options.work, "none"),
        "words": russian(options.shared, options.work),
    }
    shipped = {}
    for kind, rows in ways.items():
        weights, intercept = fit(rows)
        told = sorted(probability(row, weights, intercept) for row in rows if row.told and row.group in THRESHOLD_BY)
        threshold, closest = told[int((1 - ANSWERED[kind]) * len(told))], told[int((1 - SHOWN) * len(told))]
        print(
            f"\n{kind}: threshold {threshold:.3f} closest {closest:.3f}  "
            + " ".join(f"{name} {w:+.2f}" for name, w in weights.items())
        )
        shown = {}
        for group in sorted({row.group for row in rows}):
            part = [row for row in rows if row.group == group]
            shown[group] = show(group, part, [probability(row, weights, intercept) for row in part], threshold)
            without = fit([row for row in rows if row.group != group])
            show(f"{group}, not fitted", part, [probability(row, *without) for row in part], threshold)
        fitted = {
            "weights": {name: round(w, 4) for name, w in weights.items()},
            "intercept": round(intercept, 4),
            "threshold": round(threshold, 4),
            "closest": round(closest, 4),
        }
        shipped[kind] = {"fit": fitted, "dev": shown}
    if options.write:
        SHIPPED.write_text(json.dumps(shipped, indent=1) + "\n", encoding="utf-8")


def rows_of(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _write(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")


def _language(text: str) -> str:
    return "ru" if any("а" <= letter <= "я" for letter in text.lower()) else "en"


if __name__ == "__main__":
    main()
