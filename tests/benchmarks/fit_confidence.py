"""Fits the confidence on dev data, prints how it is calibrated, and with --write ships it.

    python -m tests.benchmarks.fit_confidence SHARED WORK [--write]     # SHARED: folder with newsqa, squad2, xquad

Questions that the models understand: news questions, some of whose weeks are withheld, and SQuAD questions of titles
that the reader was not trained on, unanswerable ones among them. Questions answered by words alone: Russian ones, half
of whose paragraphs are withheld. To both come the starter articles' own questions, near misses among them, which also
choose the threshold; the last line of each shows how they fare when they are left out. WORK keeps the corpora between
runs.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from retrieval.answer.confidence import SHIPPED
from retrieval.build import CorpusSettings, open_corpus
from retrieval.evaluation import ask, fill, read_questions
from retrieval.measures import area_under_roc
from retrieval.training.pairs import is_dev

SEEDS = Path(__file__).parents[2] / "seeds"
SQUAD_QUESTIONS = 900  # of the titles kept for measuring
ANSWERED = 0.90  # of the starter articles' answerable questions: what the threshold is chosen for
STRENGTH = 0.5  # inverse of the regularisation; the figures are standardised
BINS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One question's figures, and whether the articles tell."""

    figures: dict[str, float]
    told: bool
    language: str
    group: str


def collect(name: str, dataset: Path, work: Path) -> list[Row]:
    corpus = open_corpus(CorpusSettings(work / name, models=work / "models"))
    fill(dataset, corpus)
    rows = []
    for question in read_questions(dataset):
        outcome = ask(corpus, question)
        language = _language(question.text)
        rows.append(Row(dict(outcome.reply.trace.figures), question.answerable, language, name))
    corpus.close()
    return [row for row in rows if row.figures]


def squad(shared: Path, work: Path) -> Path:
    """All paragraphs; questions of the titles that the reader has not seen."""
    folder = work / "squad-dataset"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "articles.jsonl.gz").write_bytes((shared / "squad2" / "articles.jsonl.gz").read_bytes())
    rows = [row for row in _rows(shared / "squad2" / "questions.jsonl.gz") if is_dev(row["articles"][0].split("#")[0])]
    step = max(1, len(rows) // SQUAD_QUESTIONS)
    for row in rows:
        row["answers"] = row["answers"] if row["answerable"] else []
    _write(folder / "questions.jsonl", rows[::step])
    return folder


def xquad(shared: Path, work: Path) -> Path:
    """Every other paragraph is withheld, so that its questions are not told."""
    folder = work / "xquad-dataset"
    folder.mkdir(parents=True, exist_ok=True)
    articles = list(_rows(shared / "xquad" / "ru.articles.jsonl.gz"))[::2]
    held = {row["id"] for row in articles}
    questions = list(_rows(shared / "xquad" / "ru.questions.jsonl.gz"))
    for row in questions:
        row["answers"] = row["answers"] if set(row["articles"]) & held else []
    _write(folder / "articles.jsonl", articles)
    _write(folder / "questions.jsonl", questions)
    return folder


def fit(rows: Sequence[Row]) -> tuple[dict[str, float], float]:
    """Weights of the raw figures and the intercept; each group counts the same, however many questions it has."""
    names = sorted({name for row in rows for name in row.figures})
    matrix = np.array([[row.figures.get(name, 0.0) for name in names] for row in rows])  # (n, figures)
    told = np.array([row.told for row in rows])
    share = {group: sum(row.group == group for row in rows) for group in {row.group for row in rows}}
    weight = np.array([len(rows) / len(share) / share[row.group] for row in rows])
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
    strict = sorted(untold)[int(0.9 * len(untold))] if untold else 1.0
    answered, refused = np.mean(np.array(told) >= threshold), np.mean(np.array(untold) < threshold)
    figures = f"AUROC {auroc or 0:.3f}  ECE {gap:.3f}  answered {answered:.3f}  refused {refused:.3f}"
    at_ten = np.mean(np.array(told) > strict)
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
    news = collect("newsqa", options.shared / "newsqa", options.work)
    squads = collect("squad2", squad(options.shared, options.work), options.work)
    russian = collect("xquad", xquad(options.shared, options.work), options.work)
    seeds = collect("seeds", SEEDS, options.work)
    shipped = {}
    for kind, others in (("meaning", [*news, *squads]), ("words", russian)):
        mine = [row for row in seeds if (row.language == "en") == (kind == "meaning")]
        rows = [*others, *mine]
        weights, intercept = fit(rows)
        told = sorted(probability(row, weights, intercept) for row in mine if row.told)
        threshold = told[int((1 - ANSWERED) * len(told))]
        print(f"\n{kind}: threshold {threshold:.3f}  " + " ".join(f"{name} {w:+.2f}" for name, w in weights.items()))
        shown = {}
        for group in sorted({row.group for row in rows}):
            part = [row for row in rows if row.group == group]
            shown[group] = show(group, part, [probability(row, weights, intercept) for row in part], threshold)
        without = fit(others)
        show("seeds, not fitted", mine, [probability(row, *without) for row in mine], threshold)
        fitted = {
            "weights": {name: round(w, 4) for name, w in weights.items()},
            "intercept": round(intercept, 4),
            "threshold": round(threshold, 4),
        }
        shipped[kind] = {"fit": fitted, "dev": shown}
    if options.write:
        SHIPPED.write_text(json.dumps(shipped, indent=1) + "\n", encoding="utf-8")


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _write(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")


def _language(text: str) -> str:
    return "ru" if any("а" <= letter <= "я" for letter in text.lower()) else "en"


if __name__ == "__main__":
    main()
