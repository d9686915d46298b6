from __future__ import annotations

from datetime import UTC, datetime

import pytest

from retrieval.answer.candidates import Candidate
from retrieval.answer.votes import ENOUGH, SAID_BY, VOTED, contradicting, count_votes
from retrieval.types import AskedFor, Evidence
from tests.retrieval.answer.passages import asked, found, passage

HURT = asked("How many passengers were hurt?", "number")
SURE, UNSURE, NO = 9.0, 0.5, -5.0


def may(day: int) -> datetime:
    return datetime(2026, 5, day, tzinfo=UTC)


def voted(*evidence: Evidence, kind: AskedFor = "number") -> dict[str, float]:
    """Sentence -> what its votes come to; sentences that give no answer are left out."""
    candidates = found(HURT, evidence)
    count_votes(kind, candidates)
    return {c.text: c.features[SAID_BY] for c in candidates if SAID_BY in c.features}


def crash(article: str, words: str, number: str, margin: float = SURE, day: int = 5) -> Evidence:
    return passage(article, (f"{words} {number} passengers were hurt.", number, margin), published=may(day))


def test_an_answer_that_others_give_too_is_likelier_than_one_that_nobody_else_gives() -> None:
    votes = voted(crash("a", "In Ash Lane", "12"), crash("b", "They say", "twelve"), crash("c", "Some hold that", "31"))
    assert votes["In Ash Lane 12 passengers were hurt."] == votes["They say twelve passengers were hurt."]
    assert 0.2 < votes["In Ash Lane 12 passengers were hurt."] < 1 / ENOUGH + 0.01
    assert votes["Some hold that 31 passengers were hurt."] == 0.0


def test_three_others_who_are_sure_are_all_it_takes() -> None:
    votes = voted(*(crash(name, f"The {name} tells that", "12", margin=90.0) for name in "abcdef"))
    assert set(votes.values()) == {1.0}


def test_a_vote_counts_as_much_as_it_is_sure() -> None:
    sure = voted(crash("a", "In Ash Lane", "12"), crash("b", "They say", "12", SURE))
    unsure = voted(crash("a", "In Ash Lane", "12"), crash("b", "They say", "12", UNSURE))
    first = "In Ash Lane 12 passengers were hurt."
    assert sure[first] > unsure[first] > 0


def test_an_article_does_not_vote_for_itself_nor_twice_for_another() -> None:
    twice = passage("a", ("In all 12 were hurt.", "12", SURE), ("Those 12 passengers are well again.", "12", SURE))
    assert set(voted(twice).values()) == {0.0}
    once = passage("a", ("In all 12 were hurt.", "12", SURE))
    other = crash("b", "They say", "12")
    assert voted(twice, other)[other.text] == pytest.approx(voted(once, other)[other.text])


def test_an_unlikely_reading_neither_votes_nor_is_voted_for() -> None:
    votes = voted(crash("a", "In Ash Lane", "12", NO), crash("b", "They say", "12"))
    assert votes == {"They say 12 passengers were hurt.": 0.0}


def test_what_was_not_read_is_left_alone() -> None:
    assert voted(passage("a", "In Ash Lane 12 passengers were hurt."), passage("b", "They say 12 were hurt.")) == {}
    count_votes("number", [])


def test_only_the_best_sentences_are_compared() -> None:
    many = [crash(f"article {at}", f"Report {at} tells that", "12") for at in range(VOTED + 5)]
    assert len(voted(*many)) == VOTED


def told(kind: AskedFor, *evidence: Evidence) -> list[tuple[str, str]]:
    """(article, value) of the sentences that contradict each other."""
    candidates: list[Candidate] = found(HURT, evidence)
    return [(c.evidence.article.id, c.likely) for c in contradicting(kind, candidates)]


def test_values_that_exclude_each_other_are_told_newest_first() -> None:
    assert told("number", crash("old", "In Ash Lane", "12", day=3), crash("new", "They say", "31", day=9)) == [
        ("new", "31"),
        ("old", "12"),
    ]


def test_values_that_agree_contradict_nobody() -> None:
    assert told("number", crash("a", "In Ash Lane", "12"), crash("b", "They say", "twelve")) == []
    assert told("number", crash("a", "In Ash Lane", "12")) == []
    assert told("number") == []


def test_an_unsure_value_contradicts_nobody() -> None:
    assert told("number", crash("a", "In Ash Lane", "12"), crash("b", "They say", "31", UNSURE)) == []


def test_an_article_counts_by_its_surest_value() -> None:
    both = passage("a", ("First 31 were counted.", "31", UNSURE), ("In the end 12 were hurt.", "12", SURE))
    assert told("number", both, crash("b", "They say", "12")) == []
    assert told("number", both, crash("b", "They say", "31", day=6)) == [("b", "31"), ("a", "12")]


def test_reasons_and_things_do_not_exclude_each_other() -> None:
    one, other = (("It was shut for its cracks.", "its cracks", SURE), ("It was shut for repairs.", "repairs", SURE))
    assert told("reason", passage("a", one), passage("b", other)) == []
    assert told("thing", passage("a", one), passage("b", other)) == []
