from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from retrieval.answer.coverage import Weighing
from retrieval.answer.crowd import MOST_READ, READ_BESIDE
from retrieval.answer.rank import AT_ONCE, Ranker
from retrieval.text.sentences import split
from retrieval.types import Article, Evidence, Hit, Passage, Question, Reading, Span

QUESTION = Question("Who steers?", "Who steers?", "en", "person", True)
WEIGHING = Weighing(lambda words: [1.0] * len(words), lambda _question, _language: {})  # all words equally rare


class WrittenMargins:
    """Reads the margin that stands in the text: "margin -3.5"."""

    def __init__(self) -> None:
        self.read_texts: list[str] = []

    def knows(self, language: str) -> bool:
        return language == "en"

    def read(self, question: str, text: str, sentences: Sequence[Span]) -> list[Reading]:
        self.read_texts.append(text)
        found = re.search(r"margin (\S+)", text)
        return [Reading(sentence, float(found.group(1)) if found else -9.0) for sentence in sentences]


@pytest.fixture
def reader() -> WrittenMargins:
    return WrittenMargins()


def evidence(*margins: float, language: str = "en") -> list[Evidence]:
    """Passages of falling match, each with a margin."""
    texts = [f"Passage {at} has margin {margin}" for at, margin in enumerate(margins)]
    return [
        Evidence(
            Hit(at, 1 - at / 20),
            Passage(0, len(text), (Span(0, len(text)),)),
            Article(f"a{at}", "Title", text, language),
        )
        for at, text in enumerate(texts)
    ]


def order(ranked: Sequence[Evidence]) -> list[str]:
    return [one.article.id for one in ranked]


def test_a_passage_that_answers_comes_before_a_better_match_that_does_not(reader: WrittenMargins) -> None:
    assert order(Ranker(reader, WEIGHING).rank(QUESTION, evidence(-8, 6, -8)))[0] == "a1"


def test_among_passages_read_alike_the_better_match_comes_first(reader: WrittenMargins) -> None:
    assert order(Ranker(reader, WEIGHING).rank(QUESTION, evidence(-8, -8, -8, -8))) == ["a0", "a1", "a2", "a3"]


def test_a_clear_answer_ends_the_reading(reader: WrittenMargins) -> None:
    ranked = Ranker(reader, WEIGHING, clear=5).rank(QUESTION, evidence(9, -8, -8, -8, -8, -8))
    assert len(reader.read_texts) == AT_ONCE
    assert sum(bool(one.readings) for one in ranked) == AT_ONCE


def test_no_more_passages_are_read_than_the_budget_allows(reader: WrittenMargins) -> None:
    Ranker(reader, WEIGHING).rank(QUESTION, evidence(*[-8.0] * 12))
    assert len(reader.read_texts) == MOST_READ
    Ranker(reader, WEIGHING, most=3).rank(QUESTION, evidence(*[-8.0] * 12))
    assert len(reader.read_texts) == MOST_READ + 3


def test_no_passage_is_lost_and_nothing_is_read_of_nothing(reader: WrittenMargins) -> None:
    found = evidence(-8, 3, -1, 0.5, 2, -7, 4, 1, 1, 1)
    assert sorted(order(Ranker(reader, WEIGHING).rank(QUESTION, found))) == sorted(order(found))
    assert Ranker(reader, WEIGHING).rank(QUESTION, []) == []


@pytest.mark.parametrize(("question", "passages"), [("ru", "en"), ("en", "ru")])
def test_what_the_reader_does_not_know_stays_as_it_was_found(
    reader: WrittenMargins, question: str, passages: str
) -> None:
    asked = Question("?", "?", question, "thing", True)
    found = evidence(-8, 6, language=passages)
    assert Ranker(reader, WEIGHING).rank(asked, found) == found
    assert reader.read_texts == []


def test_without_a_reader_passages_stay_as_they_were_found() -> None:
    assert Ranker(None, WEIGHING).rank(QUESTION, evidence(-8, 6)) == evidence(-8, 6)
    assert not Ranker(None, WEIGHING).reads("en")


def told(match: float, text: str, language: str = "en") -> Evidence:
    spans = tuple(split(text, language))
    return Evidence(Hit(int(match * 100), match), Passage(0, len(text), spans), Article(text, "", text, language))


def test_where_nothing_is_read_a_sentence_with_more_of_the_question_comes_before_a_better_match() -> None:
    asked = Question("Who steers the ferry Heron?", "Who steers the ferry Heron?", "en", "person", True)
    scattered = told(0.6, "The ferry is old. Nobody steers well in a gale. A heron was seen.")
    gathered = told(0.5, "Orla Venn steers the ferry Heron.")
    assert Ranker(None, WEIGHING).rank(asked, [scattered, gathered]) == [gathered, scattered]
    elsewhere = told(0.95, "The ferry Heron is old. Orla Venn steers.")
    assert Ranker(None, WEIGHING).rank(asked, [elsewhere, gathered])[0] == elsewhere
    russian = Question("Кто ведёт паром Цапля?", "Кто ведёт паром Цапля?", "ru", "person", True)
    found = [told(0.6, "Паром старый. Цапля улетела.", "ru"), told(0.5, "Паром Цапля ведёт Орла Венн.", "ru")]
    assert Ranker(WrittenMargins(), WEIGHING).rank(russian, found) == found[::-1]


@pytest.mark.parametrize("beside", range(6))
def test_beside_other_questions_fewer_passages_are_read(reader: WrittenMargins, beside: int) -> None:
    ranker = Ranker(reader, WEIGHING)
    with contextlib.ExitStack() as others:
        for _ in range(beside + 1):  # and the question itself
            others.enter_context(ranker.crowd)
        ranked = ranker.rank(QUESTION, evidence(*[-8.0] * 12))
    assert len(reader.read_texts) == READ_BESIDE[min(beside + 1, len(READ_BESIDE) - 1)]
    assert len(ranked) == 12
    ranker.rank(QUESTION, evidence(*[-8.0] * 12))  # alone again
    assert len(reader.read_texts) == READ_BESIDE[min(beside + 1, len(READ_BESIDE) - 1)] + MOST_READ


def test_beside_others_nothing_is_read_that_could_not_come_first_any_more(reader: WrittenMargins) -> None:
    ranker = Ranker(reader, WEIGHING)
    first, second = evidence(3.5, 3.9)
    far = replace(second, hit=Hit(1, 0.5))
    with ranker.crowd, ranker.crowd:
        assert order(ranker.rank(QUESTION, [first, far])) == ["a0", "a1"]
    assert reader.read_texts == ["Title\nPassage 0 has margin 3.5"]


def test_while_another_waits_for_a_reader_one_passage_is_read(reader: WrittenMargins) -> None:
    ranker = Ranker(reader, WEIGHING)
    with ranker.crowd, ranker.crowd, ranker.crowd.reading(AT_ONCE):
        ranker.rank(QUESTION, evidence(-8, -8, -8))
        assert len(reader.read_texts) == READ_BESIDE[2] > 1, "both readers are at work, and nobody waits"
        with ranker.crowd.reading(1):
            ranker.rank(QUESTION, evidence(-8, -8, -8))
    assert len(reader.read_texts) == READ_BESIDE[2] + 1


def test_beside_one_other_the_best_is_the_same_where_the_first_matches_answer(reader: WrittenMargins) -> None:
    ranker, found = Ranker(reader, WEIGHING), evidence(-8, 2, 3, -8, -8, -8)
    alone = ranker.rank(QUESTION, found)
    with ranker.crowd, ranker.crowd:
        assert order(ranker.rank(QUESTION, found))[0] == order(alone)[0]
