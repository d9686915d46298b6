from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.types import AskedFor
from retrieval.words.kinds import holding, names, numbers


@pytest.mark.parametrize(
    ("kind", "sentence", "question"),
    [
        ("person", "Mayor Ilse Brandt cut the ribbon.", "Who opened the bridge?"),
        ("person", "Мост открыла Ильза Брандт.", "Кто открыл мост?"),
        ("place", "The boat drifted ashore near Vellmar.", "Where was the boat found?"),
        ("number", "Seventeen passengers were hurt.", "How many were hurt?"),
        ("number", "Пострадали семнадцать пассажиров.", "Сколько пострадало?"),
        ("time", "The ferry left on Tuesday.", "When did the ferry leave?"),
        ("time", "Паром ушёл в марте.", "Когда ушёл паром?"),
        ("reason", "It was shut because of cracks.", "Why was it shut?"),
        ("reason", "Его закрыли из-за трещин.", "Почему его закрыли?"),
        ("statement", "“We are ready,” the captain said.", "What did the captain say?"),
        ("speaker", "“The pier is unsafe,” said Ilse Brandt.", "Who said the pier was unsafe?"),
        ("speaker", "Ильза Брандт заявила, что пирс опасен.", "Кто заявил, что пирс опасен?"),
        ("events", "Flames spread through two warehouses overnight.", "What happened at the port?"),
        ("truth", "It rained.", "Did it rain?"),
        ("thing", "It rained.", "What fell?"),
    ],
)
def test_a_sentence_holds_what_is_asked_for(kind: AskedFor, sentence: str, question: str) -> None:
    assert holding(kind, question)(sentence) == 1


@pytest.mark.parametrize(
    ("kind", "sentence", "question"),
    [
        ("number", "Many passengers were hurt.", "How many were hurt?"),
        ("number", "It is one of them.", "How many were hurt?"),
        ("number", "All 12 were hurt.", "Which of the 12 were hurt?"),
        ("time", "It may leave soon enough.", "When does it leave?"),
        ("time", "Мартин ушёл.", "Когда ушёл паром?"),
        ("reason", "It was shut.", "Why was it shut?"),
        ("speaker", "The pier is unsafe.", "Who said that?"),
        ("speaker", "“The pier is unsafe,” an inspector said.", "Who said the pier was unsafe?"),
        ("events", "Port news", "What happened at the port?"),
        ("person", "Ilse Brandt opened it.", "Was it Ilse Brandt?"),
    ],
)
def test_a_sentence_does_not_hold_what_is_asked_for(kind: AskedFor, sentence: str, question: str) -> None:
    assert holding(kind, question)(sentence) == 0


@given(st.sampled_from(get_args(AskedFor)), st.text(max_size=80), st.text(max_size=40))
def test_every_kind_is_weighed_between_0_and_1(kind: AskedFor, sentence: str, question: str) -> None:
    assert 0 <= holding(kind, question)(sentence) <= 1


def test_names_are_capitalised_words_inside_a_sentence() -> None:
    assert names("The ferry of Vellmar sank. It was old, said Ilse Brandt.") == {"vellmar", "ilse", "brandt"}


def test_digits_go_before_number_words() -> None:
    assert numbers("Two ships carried 1,200 crates.") == {"1,200"}
    assert numbers("Two ships.") == {"two"}
