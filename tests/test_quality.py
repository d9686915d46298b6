"""The starter articles' questions through the real engine: what must hold whatever the figures are. The figures
themselves are printed by `footnote eval seeds`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from retrieval import Answer, Corpus
from retrieval.evaluation import Outcome, ask, read_questions
from tests.conftest import SEEDS

FURNITURE = ("subscribe", "newsletter", "cookie", "donate", "follow us", "read also", "подписывайтесь", "читайте также",
             "поддержите редакцию")  # fmt: skip


@pytest.fixture(scope="module")
def outcomes(starter: Corpus) -> list[Outcome]:
    return [ask(starter, question) for question in read_questions(SEEDS)]


def test_every_citation_is_a_slice_of_its_article(outcomes: list[Outcome]) -> None:
    valid = [each for outcome in outcomes for each in outcome.valid]
    assert len(valid) > 200
    assert all(valid)


def test_no_answer_cites_publishers_furniture(outcomes: list[Outcome]) -> None:
    said = [s.text.lower() for o in outcomes if isinstance(o.reply, Answer) for s in o.reply.sentences]
    assert not [text for text in said if any(word in text for word in FURNITURE)]


def test_the_article_that_tells_is_nearly_always_among_the_first_five(outcomes: list[Outcome]) -> None:
    told = [o for o in outcomes if o.question.articles]
    found = [o for o in told if set(o.reply.trace.hits[:5]) & o.question.articles]
    assert len(found) / len(told) >= 0.95


def test_an_answer_has_one_to_three_sentences_and_no_two_alike(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        if isinstance(outcome.reply, Answer):
            texts = [sentence.text for sentence in outcome.reply.sentences]
            assert 1 <= len(texts) <= 3
            assert len(set(texts)) == len(texts)


def test_a_marked_span_lies_in_its_sentence(outcomes: list[Outcome]) -> None:
    marked = [s for o in outcomes if isinstance(o.reply, Answer) for s in o.reply.sentences if s.span is not None]
    assert marked
    for sentence in marked:
        assert sentence.span is not None
        assert 0 <= sentence.span.start < sentence.span.end <= len(sentence.text)


def test_the_gold_quotes_stand_in_the_starter_articles(starter: Corpus) -> None:
    rows = [json.loads(line) for line in (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    for row in rows:
        if row["answerable"]:
            assert row["quote"] in starter.article(row["quote_article"]).text, row["id"]
            assert any(answer.casefold() in row["quote"].casefold() for answer in row["answers"]), row["id"]


def test_the_starter_articles_are_as_promised(starter: Corpus) -> None:
    articles = starter.articles(limit=500)
    assert len(articles) >= 60
    assert sum(article.language == "ru" for article in articles) >= 12
    assert {Path(article.id).suffix for article in articles} >= {".md", ".txt", ".html", ".pdf"}
    assert len({article.source for article in articles}) >= 6
    assert all(article.title and article.published for article in articles)
