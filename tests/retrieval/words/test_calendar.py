from __future__ import annotations

import pytest

from retrieval.words.amounts import counts, number_word, sign_of
from retrieval.words.calendar import month_number, weekday_number
from retrieval.words.moments import moment_in


@pytest.mark.parametrize(
    ("forms", "number"),
    [
        ("January jan Jan. январь января январе январём", 1),
        ("March march mar Mar. март марта марте", 3),
        ("May may май мая мае маем", 5),
        ("June Jun июнь июня", 6),
        ("September Sept. sep сентября", 9),
        ("Marina mayor Mayday Juno майор мартышка decade Augustine январский", 0),
    ],
)
def test_a_month_is_told_by_any_of_its_forms_and_by_no_other_word(forms: str, number: int) -> None:
    assert {month_number(form) for form in forms.split()} == {number}


@pytest.mark.parametrize(
    ("forms", "number"),
    [
        ("Monday mondays Monday’s Mon. понедельник понедельника", 1),
        ("Thursday Thu thurs. четверг", 4),
        ("Sunday Sun. воскресенье", 7),
        ("Monroe thus Sun Saturn Fritz среднее четверть субботник", 0),
    ],
)
def test_a_weekday_is_told_by_any_of_its_forms_and_by_no_other_word(forms: str, number: int) -> None:
    assert {weekday_number(form) for form in forms.split()} == {number}


@pytest.mark.parametrize("text", ["thus", "may", "mar", "окружающей среды"])
def test_what_an_article_mostly_means_otherwise_is_no_moment(text: str) -> None:
    assert moment_in(text) is None


@pytest.mark.parametrize(
    ("word", "value"), [("Seven", 7), ("двух", 2), ("тысяч", 1000), ("dozen", 12), ("millions", None), ("m", None)]
)
def test_a_number_word_counts_unless_it_is_vague(word: str, value: float | None) -> None:
    assert number_word(word) == value


@pytest.mark.parametrize(
    ("name", "sign"), [("rubles", "₽"), ("roubles", "₽"), ("rupees", "₹"), ("per cent", "%"), ("plum", "")]
)
def test_a_unit_goes_by_its_sign(name: str, sign: str) -> None:
    assert sign_of(name) == sign


def test_numbers_and_their_units_count_and_other_words_do_not() -> None:
    assert all(map(counts, ("12", "five", "million", "cent", "dollar", "процент")))
    assert not any(map(counts, ("ferry", "паром", "centre")))
