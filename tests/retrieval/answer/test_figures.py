from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer.confidence import SHIPPED, WAYS, load_confidence
from retrieval.answer.figures import MOST_SENTENCES, figures
from retrieval.answer.votes import count_votes
from retrieval.types import Evidence, Question
from tests.retrieval.answer.passages import Said, asked, found, passage

WHO = asked("Who steers the ferry Heron?", "person")
WEIGHTS = {"steer": 1.0, "ferri": 0.5, "heron": 1.0}
STEERS: Said = ("Orla Venn steers the ferry Heron.", "Orla Venn", 6.0)
ASIDE: Said = ("It rained in Millrace all day.", "Millrace", -8.0)


def reckoned(*evidence: Evidence, question: Question = WHO) -> dict[str, float]:
    candidates = found(question, evidence)
    if any(e.readings for e in evidence):
        count_votes(question.asked_for, candidates)
    return figures(question, candidates[:MOST_SENTENCES], evidence, WEIGHTS)


def test_nothing_chosen_has_no_figures() -> None:
    assert figures(WHO, [], [], WEIGHTS) == {}


def test_a_way_is_known_by_its_figures() -> None:
    confidence = load_confidence()
    assert confidence.way(reckoned(passage("a", STEERS))) == "read"
    unread = reckoned(passage("a", "Orla Venn steers the ferry Heron."))
    assert confidence.way(unread) == "words"
    candidates = found(WHO, [passage("a", "Orla Venn steers the ferry Heron.")])
    candidates[0].features["meaning"] = 0.7
    meant = figures(WHO, candidates, [candidates[0].evidence], WEIGHTS)
    assert (confidence.way(meant), meant["meaning"]) == ("meaning", 0.7)


def test_the_surer_the_reading_the_higher_every_figure_of_it() -> None:
    sure = reckoned(passage("a", STEERS, ASIDE))
    unsure = reckoned(passage("a", ("Orla Venn steers the ferry Heron.", "Orla Venn", -1.0), ASIDE))
    for name in ("read", "read_second", "read_mean", "read_match", "read_here", "read_alone"):
        assert sure[name] > unsure[name], name
    assert sure["read_fits"] == unsure["read_fits"] == 1.0


def test_a_mark_of_another_kind_does_not_fit() -> None:
    when = asked("When did Orla Venn steer the ferry Heron?", "time")
    told = passage("a", ("Orla Venn steers the ferry Heron on Monday.", "Orla Venn", 6.0))
    assert reckoned(told, question=when)["read_fits"] == 0.0
    told = passage("a", ("Orla Venn steers the ferry Heron on Monday.", "Monday", 6.0))
    assert reckoned(told, question=when)["read_fits"] == 1.0


def test_what_others_say_too_is_counted() -> None:
    alone = reckoned(passage("a", STEERS))
    backed = reckoned(passage("a", STEERS), passage("b", ("The Heron has a captain, Orla Venn.", "Orla Venn", 5.0)))
    assert backed["read_again"] > alone["read_again"] == 0.0
    assert backed["agree"] > alone["agree"]


def test_words_of_the_question_that_nothing_holds_are_missed() -> None:
    told = reckoned(passage("a", "Orla Venn steers the ferry Heron."))
    half = reckoned(passage("a", "Orla Venn steers the barge."))
    assert (told["passage_words"], told["rarest_missing"], told["names"]) == (1.0, 0.0, 1.0)
    assert half["passage_words"] == pytest.approx(1 - 1.5 / 2.5)
    assert half["rarest_missing"] == 1.0
    assert half["names"] == 0.0


def test_matches_are_told_with_their_lead() -> None:
    told = reckoned(passage("a", STEERS, score=0.9), passage("b", ASIDE, score=0.2))
    assert told["match"] == told["passage_cosine"] == 0.9
    assert told["lead"] == pytest.approx(0.7)
    assert told["own_cosine"] == 0.9


@pytest.mark.parametrize("way", WAYS)
def test_every_weight_of_the_confidence_has_its_figure(way: str) -> None:
    weights = json.loads(SHIPPED.read_text(encoding="utf-8"))[way]["fit"]["weights"]
    read = reckoned(passage("a", STEERS, ASIDE))
    unread = reckoned(passage("a", "Orla Venn steers the ferry Heron."))
    known = {"read": read, "meaning": {**unread, "meaning": 0.5}, "words": unread}[way]
    assert weights
    assert weights.keys() <= known.keys()


MARGINS = st.floats(-300, 300)


@given(st.lists(st.tuples(MARGINS, MARGINS, st.floats(0, 1)), min_size=1, max_size=5))
def test_figures_are_between_0_and_1_or_near_it(told: list[tuple[float, float, float]]) -> None:
    evidence = [
        passage(f"a{at}", (STEERS[0], "Orla Venn", here), (ASIDE[0], "Millrace", aside), score=score)
        for at, (here, aside, score) in enumerate(told)
    ]
    assert all(0 <= value <= 1.0 + 1e-9 for value in reckoned(*evidence).values())
