"""How well questions are answered and refused on other people's benchmarks.

    python -m tests.benchmarks.sets SHARED WORK [--only NAME ...]

SHARED holds the folders newsqa, squad2, xquad and rgb; WORK keeps the corpora between runs. SQuAD: questions of titles
that the reader was not trained on, over all paragraphs. XQuAD: Russian on Russian, and Russian questions on the English
paragraphs, where the words do not match and the model does not help: an answer or a refusal is right, noise is not.
RGB (Chen et al., arXiv 2309.01431): five snippets a question; all irrelevant, or two of them with the answer.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from retrieval import Answer, Article, Closest, Corpus, CorpusSettings, Refusal, evaluate, open_corpus
from retrieval.evaluation import said
from retrieval.measures import contains_answer
from tests.benchmarks.fit_confidence import copy_rows, rows_of, squad

SNIPPETS = 5
WITH_ANSWER = 2  # of them, when there is an answer: the paper's noise rate of .6
SHOWN = (
    "hit@1", "hit@5", "hit@10", "MRR@10", "answer in first sentence", "answer in whole reply", "span EM", "span F1",
    "refusal AUROC", "answered at 10 % false", "answer rate", "false-answer rate", "closest rate", "citation validity",
    "whole p50 ms", "whole p95 ms",
)  # fmt: skip


def figures(dataset: Path, work: Path) -> None:
    corpus = open_corpus(CorpusSettings(work, models=work.parent / "models"))
    found = evaluate(dataset, corpus).as_dict()
    corpus.close()
    for name in SHOWN:
        if found.get(name) is not None:
            print(f"  {name:<26}{found[name]:.3f}", flush=True)


def newsqa(shared: Path, work: Path) -> None:
    figures(shared / "newsqa", work / "newsqa")


def squad2(shared: Path, work: Path) -> None:
    figures(squad(shared, work), work / "squad2")


def xquad_russian(shared: Path, work: Path) -> None:
    figures(copy_rows(shared / "xquad", work / "xquad-ru-dataset", "ru", "ru"), work / "xquad-ru")


def xquad_across(shared: Path, work: Path) -> None:
    figures(copy_rows(shared / "xquad", work / "xquad-across-dataset", "en", "ru"), work / "xquad-across")


def rgb(shared: Path, work: Path) -> None:
    rows = rows_of(shared / "rgb" / "en_fact.jsonl.gz")
    settings = CorpusSettings(work / "rgb", models=work / "models")
    untold, told = [], []
    for row in rows:
        answers = list(_flat(row["answer"]))
        untold.append(_asked(settings, row["query"], row["negative"][:SNIPPETS]))
        snippets = [*row["positive"][:WITH_ANSWER], *row["negative"][: SNIPPETS - WITH_ANSWER]]
        reply = _asked(settings, row["query"], snippets)
        told.append((reply, answers))
    for kind in (Answer, Closest, Refusal):
        print(f"  irrelevant only: {kind.__name__:<10}{_share(isinstance(r, kind) for r in untold):.3f}")
    for kind in (Answer, Closest, Refusal):
        print(f"  with the answer: {kind.__name__:<10}{_share(isinstance(r, kind) for r, _ in told):.3f}")
    print(f"  with the answer: right, answered         {_share(_right(r, a, Answer) for r, a in told):.3f}")
    print(f"  with the answer: right, or closest shown {_share(_right(r, a, Answer, Closest) for r, a in told):.3f}")


def _asked(settings: CorpusSettings, question: str, snippets: Sequence[str]) -> Answer | Closest | Refusal:
    corpus = open_corpus(settings)
    _replace(corpus, snippets)
    reply = corpus.ask(question)
    corpus.close()
    return reply


def _replace(corpus: Corpus, snippets: Sequence[str]) -> None:
    for article in corpus.articles():
        corpus.remove(article.id)
    for number, snippet in enumerate(snippets):
        corpus.add(Article(id=f"snippet-{number}", title="", text=snippet))


def _right(reply: Answer | Closest | Refusal, answers: Sequence[str], *kinds: type) -> bool:
    return isinstance(reply, kinds) and contains_answer(said(reply), answers)


def _share(values: Iterator[bool]) -> float:
    found = list(values)
    return sum(found) / len(found)


def _flat(answers: Any) -> Iterator[str]:
    if isinstance(answers, str):
        yield answers
    else:
        for answer in answers:
            yield from _flat(answer)


SETS: dict[str, Callable[[Path, Path], None]] = {
    "newsqa": newsqa,
    "squad2": squad2,
    "xquad ru": xquad_russian,
    "xquad ru on en": xquad_across,
    "rgb": rgb,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--only", nargs="+", choices=SETS, default=list(SETS))
    options = parser.parse_args()
    for name in options.only:
        print(name, flush=True)
        SETS[name](options.shared, options.work)


if __name__ == "__main__":
    main()
