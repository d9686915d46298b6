from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer.agreement import SURE, Claim, disagree, grouped, same_value
from retrieval.types import AskedFor

SAME: list[tuple[AskedFor, str, str]] = [
    ("number", "12", "twelve"),
    ("number", "12", "a dozen"),
    ("number", "12 people", "двенадцать человек"),
    ("number", "at least 12", "12"),
    ("number", "12 passengers", "12 people"),
    ("number", "$3.2 million", "3,2 млн долларов"),
    ("number", "$3.2 million", "$3.2m"),
    ("number", "$3.2 million", "3.2 million dollars"),
    ("number", "3,200,000", "3.2 million"),
    ("number", "17 500", "17,500"),
    ("number", "12 %", "12 percent"),
    ("number", "12 процентов", "12%"),
    ("number", "half", "50%"),
    ("number", "полтора миллиона рублей", "1,5 млн рублей"),
    ("number", "двадцать пять", "25"),
    ("number", "сто двадцать", "120"),
    ("number", "45 years", "45"),
    ("number", "10 to 15", "10–15"),
    ("number", "dozens", "dozens of homes"),
    ("time", "5 March", "March 5, 2026"),
    ("time", "March 5, 2026", "Thursday, March 5"),
    ("time", "5 March", "Thursday, March 5"),
    ("time", "5 марта 2026 года", "March 5, 2026"),
    ("time", "05.03.2026", "5 марта 2026 года"),
    ("time", "2026-03-05", "5 March 2026"),
    ("time", "Thursday", "Thursday, March 5"),
    ("time", "в четверг", "on Thursday"),
    ("time", "1998", "в 1998 году"),
    ("time", "7 p.m.", "19:00"),
    ("time", "7 часов вечера", "at 7 p.m."),
    ("time", "noon", "12:00"),
    ("time", "Sept. 3", "3 сентября"),
    ("time", "two years ago", "Two years ago."),
    ("person", "Ilse Brandt", "Brandt"),
    ("person", "Brandt", "Mayor Ilse Brandt"),
    ("person", "Ilse Brandt", "I. Brandt"),
    ("person", "the mayor, Ilse Brandt", "Ilse Brandt"),
    ("person", "Ilse Brandt’s", "Ilse Brandt"),
    ("person", "Пётр Лодкин", "Петром Лодкиным"),
    ("person", "мэр Ильза Брандт", "Брандт"),
    ("speaker", "Captain Vos", "Piet Vos"),
    ("place", "Vellmar", "the port of Vellmar"),
    ("place", "Северная Гавань", "Северной Гавани"),
    ("place", "в Вельмаре", "Вельмар"),
    ("thing", "the Lantern Prize", "Lantern Prize"),
    ("thing", "«Соль и ветер»", "соль и ветер"),
    ("thing", "barge", "barges"),
    ("reason", "deep cracks in the pillars", "cracks in its pillars"),
]  # fmt: skip

OTHER: list[tuple[AskedFor, str, str]] = [
    ("number", "12", "15"),
    ("number", "12", "about 90"),
    ("number", "12 dead", "12 injured"),
    ("number", "$12", "€12"),
    ("number", "12 km", "12 miles"),
    ("number", "up to 12", "at least 12"),
    ("number", "12", "12 to 15"),
    ("number", "3.2 million", "3.2"),
    ("number", "12", "dozens"),
    ("number", "двенадцать", "двадцать"),
    ("time", "5 March", "6 March"),
    ("time", "5 March 2025", "5 March 2026"),
    ("time", "Thursday", "Friday"),
    ("time", "1998", "1989"),
    ("time", "7 a.m.", "7 p.m."),
    ("time", "after 1998", "1998"),
    ("time", "March 5 to 7", "March 5"),
    ("time", "2026", "March"),
    ("person", "Ilse Brandt", "Karl Brandt"),
    ("person", "Ilse Brandt", "Anna Holm"),
    ("person", "Пётр Лодкин", "Павел Лодкин"),
    ("person", "Марин", "Мария"),
    ("place", "Vellmar", "Ostrand"),
    ("place", "North Vellmar", "South Vellmar"),
    ("thing", "Lantern Prize", "Harbour Prize"),
    ("thing", "car", "carpet"),
    ("reason", "deep cracks", "strong winds"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "one", "other"), SAME)
def test_one_value_in_two_forms_is_the_same(kind: AskedFor, one: str, other: str) -> None:
    assert same_value(kind, one, other)


@pytest.mark.parametrize(("kind", "one", "other"), OTHER)
def test_two_values_are_not_the_same(kind: AskedFor, one: str, other: str) -> None:
    assert not same_value(kind, one, other)


PIECES = ["at least", "12", "$", "3.2", "million", "March", "5", "2026", "Ilse", "Brandt", "до", "марта", "%", "-"]
KINDS = st.sampled_from(get_args(AskedFor))
VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(sorted({value for _, *pair in (*SAME, *OTHER) for value in pair})),
    st.lists(st.sampled_from(PIECES)).map(" ".join),
)  # fmt: skip
DAYS = st.sampled_from([None, datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 3, 6, tzinfo=UTC)])
CLAIMS = st.lists(st.builds(Claim, VALUES, st.sampled_from("abcd"), DAYS, st.floats(0, 1)), max_size=8)


@given(KINDS, VALUES)
def test_a_value_is_the_same_as_itself(kind: AskedFor, value: str) -> None:
    assert same_value(kind, value, value)


@given(KINDS, VALUES, VALUES)
def test_sameness_has_no_direction(kind: AskedFor, one: str, other: str) -> None:
    assert same_value(kind, one, other) == same_value(kind, other, one)


@given(KINDS, CLAIMS)
def test_every_claim_is_in_one_group(kind: AskedFor, claims: list[Claim]) -> None:
    key = [(c.text, c.article_id, str(c.published), c.weight) for c in claims]
    found = [(c.text, c.article_id, str(c.published), c.weight) for group in grouped(kind, claims) for c in group]
    assert sorted(found) == sorted(key)


@given(KINDS, CLAIMS)
def test_values_that_disagree_are_at_least_two_sure_ones_of_different_articles(
    kind: AskedFor, claims: list[Claim]
) -> None:
    shown = disagree(kind, grouped(kind, claims))
    assert len(shown) != 1
    assert len({claim.article_id for claim in shown}) == len(shown)
    assert all(claim.weight >= SURE[kind] for claim in shown)


def claim(text: str, article: str, day: int | None = 5, weight: float = 0.9) -> Claim:
    return Claim(text, article, datetime(2026, 3, day, 12, tzinfo=UTC) if day else None, weight)


def test_the_strongest_group_is_first_and_an_article_counts_once() -> None:
    loud = [claim("15", "a", weight=0.7), claim("15", "a", weight=0.8), claim("fifteen", "a", weight=0.6)]
    agreed = [claim("12", "b", weight=0.5), claim("twelve", "c", weight=0.5)]
    assert grouped("number", [*loud, *agreed]) == [agreed, [loud[1], loud[0], loud[2]]]


def test_two_that_differ_do_not_meet_through_a_third() -> None:
    claims = [claim("Brandt", "a", weight=0.5), claim("Ilse Brandt", "b"), claim("Karl Brandt", "c", weight=0.8)]
    assert [[c.text for c in group] for group in grouped("person", claims)] == [
        ["Ilse Brandt", "Brandt"],
        ["Karl Brandt"],
    ]


def shown(kind: AskedFor, *claims: Claim) -> list[str]:
    return [c.text for c in disagree(kind, grouped(kind, claims))]


@pytest.mark.parametrize(
    ("kind", "older", "newer"),
    [
        ("number", "12", "15"),
        ("number", "12 people", "15 passengers"),
        ("number", "at least 12", "15"),
        ("number", "at least 12 dead", "at least 15 dead"),
        ("number", "не менее 12", "15 человек"),
        ("number", "90", "92"),
        ("number", "$3.2 million", "$4 million"),
        ("number", "12 %", "15 percent"),
        ("number", "about 90", "120"),
        ("number", "up to 12", "15"),
        ("time", "5 March", "6 March"),
        ("time", "5 марта 2026 года", "в 2025 году"),
        ("time", "Thursday", "Friday"),
        ("time", "yesterday", "March 3"),
        ("time", "7 p.m.", "20:00"),
        ("person", "Ilse Brandt", "Anna Holm"),
        ("place", "Vellmar", "Ostrand"),
    ],
)
def test_values_that_exclude_each_other_are_shown_newest_first(kind: AskedFor, older: str, newer: str) -> None:
    assert shown(kind, claim(older, "a", 5), claim(newer, "b", 6)) == [newer, older]


@pytest.mark.parametrize(
    ("kind", "older", "newer"),
    [
        ("number", "12", "twelve"),
        ("number", "about 90", "92"),
        ("number", "около 90", "92"),
        ("number", "more than 100", "112"),
        ("number", "100", "112"),
        ("number", "$3.2 million", "$3,187,400"),
        ("number", "12 %", "12.4 %"),
        ("number", "10 to 15", "12"),
        ("number", "15", "at least 12"),
        ("number", "12 dead", "15 injured"),
        ("number", "12 km", "15 miles"),
        ("number", "12", "$15"),
        ("number", "dozens", "112"),
        ("time", "March", "5 March"),
        ("time", "2026", "5 March"),
        ("time", "yesterday", "4 March"),
        ("time", "before 6 March", "5 March"),
        ("time", "Thursday", "March 5, 2026"),
        ("time", "two weeks ago", "5 March"),
        ("time", "March 5 to 7", "8 March"),
        ("person", "Ilse Brandt", "Brandt"),
        ("person", "Ilse Brandt", "Ильза Брандт"),
        ("person", "Ilse Brandt", "a fisherman"),
        ("place", "Vellmar", "the port of Vellmar"),
        ("thing", "Lantern Prize", "Harbour Prize"),
        ("reason", "deep cracks", "strong winds"),
        ("statement", "yes", "no"),
    ],
)
def test_values_that_may_both_be_true_are_no_disagreement(kind: AskedFor, older: str, newer: str) -> None:
    assert shown(kind, claim(older, "a", 5), claim(newer, "b", 6)) == []


def test_at_least_12_and_15_of_the_same_day_are_compatible() -> None:
    assert shown("number", claim("at least 12", "a", 5), claim("15", "b", 5)) == []
    assert shown("number", claim("at least 12", "a", 5), claim("at least 15", "b", 5)) == []


def test_undated_bounds_are_no_update() -> None:
    assert shown("number", claim("at least 12", "a", None), claim("15", "b", 5)) == []


def test_an_unsure_value_contradicts_nobody() -> None:
    assert shown("number", claim("12", "a"), claim("15", "b", weight=0.3)) == []
    assert shown("person", claim("Ilse Brandt", "a"), claim("Anna Holm", "b", weight=0.65)) == []


def test_one_article_does_not_contradict_itself() -> None:
    assert shown("number", claim("12", "a"), claim("15", "a")) == []


def test_weekdays_of_different_weeks_are_not_compared() -> None:
    assert shown("time", claim("Thursday", "a", 5), claim("Friday", "b", 20)) == []


def test_three_values_are_shown_once_each_newest_first() -> None:
    claims = [claim("12", "a", 5), claim("15", "b", 6), claim("fifteen", "c", 7), claim("19", "d", 8)]
    assert shown("number", *claims) == ["19", "fifteen", "12"]
