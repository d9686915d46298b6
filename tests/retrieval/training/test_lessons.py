from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from retrieval.training.cloze import cloze
from retrieval.training.pairs import OWN, Lesson, Text, places
from retrieval.training.variety import careless, epoch, mistyped
from retrieval.types import Span

BRIDGE = (
    "Engineers closed Gull Bridge on 3 May after Ada Holm found a crack. The repair by Norrby Steel costs 12 million "
    "crowns. Traffic goes over Mill Bridge until 9 June. Ada Holm said that Gull Bridge will open again in autumn."
)
FERRY = Text("Ferry sails", "The ferry to Tern Island sails at noon. Its captain is Joel Marsh.")
TOLD = Lesson("own", "Who found the crack in Gull Bridge?", Text("Bridge closed", BRIDGE), ("Ada Holm",), (FERRY,))
UNTOLD = Lesson("own", "Who built Gull Bridge?", Text("Bridge closed", BRIDGE), (), (FERRY,))
PAIRS = [pair for seed in range(60) for pair in epoch([TOLD, UNTOLD], Random(seed))]


def test_an_answer_is_found_wherever_it_stands_as_whole_words() -> None:
    text = "Ten crowns, often ten; Tenby."
    assert places(text, ["ten", "crowns, often"]) == [Span(0, 3), Span(4, 17), Span(18, 21)]


def test_every_span_of_an_epoch_is_an_accepted_answer_in_the_passage() -> None:
    spans = [(pair, span) for pair in PAIRS for span in pair.spans]
    assert spans
    for pair, span in spans:
        assert pair.text[span.start : span.end] == "Ada Holm"
        assert span.start >= pair.body


def test_what_is_not_told_holds_no_answer_or_asks_about_another() -> None:
    for pair in PAIRS:
        if not pair.spans and "crack" in pair.question.lower() and "gull" in pair.question.lower():
            assert "Ada Holm" not in pair.text


def test_an_epoch_is_varied() -> None:
    assert {"", "Bridge closed. "} <= {pair.text[: pair.body] for pair in PAIRS}
    assert any(pair.text.endswith(FERRY.text) for pair in PAIRS)  # a wrong passage
    assert any(pair.question.islower() for pair in PAIRS)
    assert any(0 < len(pair.text) - pair.body < len(BRIDGE) and pair.spans for pair in PAIRS)  # a window
    assert epoch([TOLD, UNTOLD], Random(1)) == epoch([TOLD, UNTOLD], Random(1))


@pytest.mark.parametrize("seed", range(30))
def test_a_slip_changes_one_word(seed: int) -> None:
    question = "Which company repairs the bridge, and why?"
    slipped = mistyped(question, Random(seed)).split()
    assert sum(one != other for one, other in zip(question.split(), slipped, strict=True)) <= 1
    assert careless("", Random(seed)) == ""


def test_a_name_left_out_of_a_sentence_asks_where_else_it_stands() -> None:
    text = BRIDGE + " The ferry sails every hour, and nobody counts its passengers." * 40
    lessons = [lesson for seed in range(20) for lesson in cloze("Bridge closed", text, Random(seed), 4)]
    assert {bool(lesson.answers) for lesson in lessons} == {True, False}
    for lesson in lessons:
        assert lesson.passage.text in text
        assert lesson.question[:20] not in lesson.passage.text
        assert bool(lesson.spans) is bool(lesson.answers)


def test_a_text_in_which_nothing_recurs_teaches_nothing() -> None:
    assert list(cloze("Ferry", FERRY.text, Random(0), 5)) == []


def test_our_own_lessons_are_whole() -> None:
    articles = {row["id"]: row["text"] for row in _rows(OWN / "articles.jsonl")}
    questions = _rows(OWN / "questions.jsonl")
    assert len({row["id"] for row in questions}) == len(questions)
    for row in questions:
        (article,) = row["articles"]
        assert bool(row["answers"]) is row.get("answerable", True)
        assert all(places(articles[article], [answer]) for answer in row["answers"]), row["id"]


def _rows(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
