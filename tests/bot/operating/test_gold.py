"""What people think of answers becomes questions for an evaluation, and nothing in it is about anybody."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from bot.desk import Desk
from bot.keeping.ratings import Quoted, Rated
from bot.operating.gold import gold_rows
from bot.store import BotStore
from bot.texts import load_texts
from retrieval import BadDataset, Corpus, evaluate
from retrieval.evaluation import read_questions
from tests.bot.wiring import Person
from tests.fake_corpus import NOON, HandClock
from tests.retrieval.articles import BAKERY, LIGHTHOUSE

VOTE = Rated(
    12, 100_200_300, 400_500_600, "helpful", "Who carries ninety?", "Who carries ninety?", "answered",
    (Quoted("ferry", "It carries ninety people.", "ninety"), Quoted("bakery", "It sells rye bread.")),
    {"confidence": 0.9, "log": 3, "asked": "2026-05-31T12:00:00+00:00"}, NOON,
)  # fmt: skip


def test_a_helpful_answer_is_gold() -> None:
    assert gold_rows([VOTE]) == [
        {
            "id": "turn-12",
            "question": "Who carries ninety?",
            "opinions": {"helpful": 1},
            "asked": "2026-05-31T12:00:00+00:00",
            "outcome": "answered",
            "said": [
                {"article": "ferry", "quote": "It carries ninety people."},
                {"article": "bakery", "quote": "It sells rye bread."},
            ],
            "log": 3,
            "answerable": True,
            "answers": ["ninety", "It sells rye bread."],
            "articles": ["ferry", "bakery"],
            "quote": "It carries ninety people.",
            "quote_article": "ferry",
        }
    ]


@pytest.mark.parametrize("verdict", ["unhelpful", "wrong", "missing", "outdated", "unclear"])
def test_anything_else_is_for_a_person_to_judge(verdict: str) -> None:
    (row,) = gold_rows([replace(VOTE, verdict=verdict)])  # type: ignore[arg-type]
    assert row["judge"] is True
    assert (row["answers"], row["articles"]) == ([], [])
    assert len(row["said"]) == 2


def test_people_who_disagree_make_one_row_to_judge() -> None:
    (row,) = gold_rows([VOTE, replace(VOTE, user_id=8, verdict="wrong"), replace(VOTE, user_id=9)])
    assert row["opinions"] == {"helpful": 2, "wrong": 1}
    assert row["judge"]


def test_what_quotes_nothing_is_no_gold() -> None:
    (row,) = gold_rows([replace(VOTE, quotes=())])
    assert row["judge"]


@pytest.mark.parametrize(
    ("question", "standalone", "exported"),
    [
        (
            "Who carries ninety yesterday?",
            "Who carries ninety ?",
            "Who carries ninety yesterday?",
        ),  # its days are its own
        ("And when?", "When does the ferry sail?", "When does the ferry sail?"),  # it leant on another
    ],
)
def test_a_question_can_be_asked_by_itself(question: str, standalone: str, exported: str) -> None:
    (row,) = gold_rows([replace(VOTE, question=question, standalone=standalone)])
    assert row["question"] == exported


def test_nobodys_number_is_in_it() -> None:
    written = json.dumps(gold_rows([VOTE, replace(VOTE, turn=13, verdict="wrong")]))
    assert "100200300" not in written
    assert "400500600" not in written


def test_what_was_rated_is_evaluated_as_it_is(
    make_corpus: Callable[..., Corpus], store: BotStore, clock: HandClock, tmp_path: Path
) -> None:
    corpus = make_corpus()
    for article in (BAKERY, LIGHTHOUSE):
        corpus.add(article)
    person = Person(Desk(corpus, store, load_texts(), admins=frozenset(), clock=clock), store)
    for question, vote in (
        ("Who is the owner of the Holm bakery?", "👍 Helpful"),
        ("How long did Marta Ellings keep the lighthouse?", "👍 Helpful"),
        ("Where did the Holm bakery burn?", "👎 Not helpful"),
    ):
        person.press(person.say(question), vote)
    folder = tmp_path / "rated"
    folder.mkdir()
    lines = [json.dumps(row, ensure_ascii=False) for row in gold_rows(store.ratings.all())]
    (folder / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    read = read_questions(folder)
    assert [one.text for one in read] == [
        "Who is the owner of the Holm bakery?", "How long did Marta Ellings keep the lighthouse?",
    ]  # fmt: skip
    assert [one.articles for one in read] == [{"bakery"}, {"lighthouse"}]
    assert all(isinstance(one.asked, datetime) and one.answerable for one in read)
    figures = evaluate(folder, corpus).as_dict()
    assert (figures["questions"], figures["articles"]) == (2, 2)
    assert figures["hit@1"] == figures["answer in whole reply"] == figures["answer rate"] == 1.0
    with pytest.raises(BadDataset, match="no articles"):
        evaluate(folder, make_corpus(tmp_path / "empty"))


def test_a_row_that_somebody_has_judged_counts_again(tmp_path: Path) -> None:
    (row,) = gold_rows([replace(VOTE, verdict="missing")])
    (tmp_path / "questions.jsonl").write_text(json.dumps(row))
    assert read_questions(tmp_path) == []
    del row["judge"]
    (tmp_path / "questions.jsonl").write_text(json.dumps(row | {"answers": ["ninety"], "articles": ["ferry"]}))
    (judged,) = read_questions(tmp_path)
    assert (judged.answers, judged.articles, judged.answerable) == (("ninety",), {"ferry"}, True)
