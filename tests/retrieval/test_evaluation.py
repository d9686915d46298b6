from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval import BadDataset, Closest, Corpus, evaluate
from retrieval.answer.confidence import WAYS, Confidence, load_confidence, write_fitted
from retrieval.build import CONFIDENCE
from retrieval.evaluation import ask, read_questions, said, sentences_of
from tests.retrieval.articles import BAKERY, FERRY_RU, LIGHTHOUSE

QUESTIONS = [
    {"id": "1", "question": "Who is the owner of the Holm bakery?", "asked": "2026-05-13",
     "answers": ["Peder Holm"], "articles": ["bakery"]},
    {"id": "2", "question": "Сколько туристов осталось на острове?", "answers": ["140"], "articles": ["parom"]},
    {"id": "3", "question": "Who won the chess championship in Buenos Aires?", "answers": []},
]  # fmt: skip


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    folder = tmp_path / "dataset"
    folder.mkdir()
    rows = [
        {
            "id": a.id,
            "title": a.title,
            "text": a.text,
            "published": a.published.date().isoformat(),
            "language": a.language,
        }
        for a in (LIGHTHOUSE, BAKERY, FERRY_RU)
        if a.published
    ]
    (folder / "articles.jsonl.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)))
    return folder


def test_a_report_holds_the_documented_figures(
    dataset: Path, make_corpus: Callable[..., Corpus], tmp_path: Path
) -> None:
    predictions = tmp_path / "predictions.jsonl"
    report = evaluate(dataset, make_corpus(), predictions=predictions)
    figures = report.as_dict()
    assert figures["hit@1"] == figures["MRR@10"] == figures["citation validity"] == 1.0
    assert figures["answer in whole reply"] == figures["answer rate"] == 1.0
    assert figures["false-answer rate"] == 0.0
    assert figures["refusal AUROC"] == 1.0
    assert {"passages/s", "whole p50 ms", "whole p95 ms", "span F1"} <= figures.keys()
    assert all(name in report.table() for name in figures)
    rows = [json.loads(line) for line in predictions.read_text().splitlines()]
    assert [row["id"] for row in rows] == ["1", "2", "3"]
    assert rows[0].keys() == {"id", "state", "refused", "confidence", "span", "sentences", "hits", "ms"}
    assert [(row["state"], row["refused"]) for row in rows] == [("answer", False), ("answer", False), ("refusal", True)]
    citation = rows[0]["sentences"][0]["citations"][0]
    assert BAKERY.text[citation["start"] : citation["end"]] == citation["quote"]


def test_a_filled_corpus_is_not_filled_twice(dataset: Path, make_corpus: Callable[..., Corpus]) -> None:
    corpus = make_corpus()
    evaluate(dataset, corpus)
    before = corpus.last_change()
    assert evaluate(dataset, corpus).as_dict()["passages/s"] is None
    assert corpus.last_change() == before


@pytest.mark.parametrize(
    "line", ["not json", '{"question": "no id"}', "[]", "5", '{"id": 1, "question": "Q", "answers": 5}']
)
def test_a_bad_question_is_named_by_its_line(dataset: Path, make_corpus: Callable[..., Corpus], line: str) -> None:
    with (dataset / "questions.jsonl").open("a") as file:
        file.write(f"\n{line}\n")
    with pytest.raises(BadDataset, match="line 4"):
        evaluate(dataset, make_corpus())


def test_one_answer_may_stand_without_a_list(tmp_path: Path) -> None:
    row = {"id": 1, "question": "Where?", "answers": "Paris", "articles": "a", "previous": "Who?"}
    (tmp_path / "questions.jsonl").write_text("\n" + json.dumps(row))
    (question,) = read_questions(tmp_path)
    assert (question.answers, question.articles, question.previous) == (("Paris",), frozenset("a"), ("Who?",))
    assert question.answerable


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("questions.jsonl", b'{"id": "\xff"}'),
        ("questions.jsonl.gz", b"plain"),
        ("questions.jsonl.gz", gzip.compress(b"{}" * 99)[:-9]),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadDataset, match=name):
        read_questions(tmp_path)


def test_a_folder_without_the_files_is_named(tmp_path: Path, make_corpus: Callable[..., Corpus]) -> None:
    with pytest.raises(BadDataset, match="no questions"):
        evaluate(tmp_path, make_corpus())


def test_a_file_of_questions_alone_is_read(tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_text(json.dumps(QUESTIONS[0]))
    assert [question.id for question in read_questions(tmp_path / "mine.jsonl")] == ["1"]
    with pytest.raises(BadDataset, match="no questions"):
        read_questions(tmp_path / "nowhere.jsonl")


def test_the_closest_passages_count_as_shown_and_not_as_answered(
    dataset: Path, make_corpus: Callable[..., Corpus], tmp_path: Path
) -> None:
    shipped = load_confidence()
    never = {way: replace(getattr(shipped, way), threshold=1.0, closest=0.0) for way in WAYS}
    folder = tmp_path / "unsure"
    folder.mkdir()
    write_fitted(Confidence(**never), folder / CONFIDENCE)
    corpus = make_corpus(folder)
    predictions = tmp_path / "predictions.jsonl"
    figures = evaluate(dataset, corpus, predictions=predictions).as_dict()
    assert figures["answer rate"] == figures["false-answer rate"] == 0.0
    assert figures["closest shown, told"] == figures["closest shown, not told"] == 1.0
    assert figures["answer in whole reply"] == figures["citation validity"] == 1.0
    rows = [json.loads(line) for line in predictions.read_text().splitlines()]
    assert [(row["state"], row["refused"]) for row in rows] == [("closest", True)] * 3
    assert all(row["sentences"] for row in rows)
    (asked, *_) = read_questions(dataset)
    reply = ask(corpus, asked).reply
    assert isinstance(reply, Closest)
    assert said(reply, 1) == sentences_of(reply)[0].text
    assert said(reply).startswith(said(reply, 1))


def test_what_is_to_be_judged_is_passed_over(dataset: Path, make_corpus: Callable[..., Corpus]) -> None:
    with (dataset / "questions.jsonl").open("a") as file:
        file.write("\n" + json.dumps({"id": "4", "question": "Who knows?", "answers": [], "judge": True}))
    assert [question.id for question in read_questions(dataset)] == ["1", "2", "3"]
    assert evaluate(dataset, make_corpus()).as_dict()["questions"] == 3


def test_a_corpus_that_has_articles_is_asked_without_any_in_the_folder(
    dataset: Path, make_corpus: Callable[..., Corpus], tmp_path: Path
) -> None:
    corpus = make_corpus()
    evaluate(dataset, corpus)
    (dataset / "articles.jsonl.gz").unlink()
    figures = evaluate(dataset, corpus).as_dict()
    assert (figures["articles"], figures["broken files"], figures["hit@1"]) == (3, 0, 1.0)
    with pytest.raises(BadDataset, match="no articles"):
        evaluate(dataset, make_corpus(tmp_path / "empty"))
