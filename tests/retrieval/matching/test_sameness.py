"""Questions that ask the same come together, in other words and other forms; those about something else do not."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval import Interest, same_questions
from retrieval.ports import Embedder


def asked(text: str, language: str = "en", embedder: Embedder | None = None) -> Interest:
    vector = embedder.questions([text])[0].astype(np.float16).tobytes() if embedder else None
    return Interest(0, text, language, vector, embedder.fingerprint if embedder else "")


def groups(*questions: Interest) -> list[list[int]]:
    firsts = same_questions(questions)
    return [[place for place, first in enumerate(firsts) if first == one] for one in sorted(set(firsts))]


def test_other_forms_of_the_same_words_are_the_same_question() -> None:
    texts = ("Сколько стоит билет на паром?", "сколько стоят билеты на паром", "Когда отходит паром?")
    assert groups(*(asked(text, "ru") for text in texts)) == [[0, 1], [2]]


def test_one_more_word_of_three_changes_nothing() -> None:
    texts = ("Who is the mayor of Lindhaven?", "who was Lindhaven's mayor", "Who is the mayor of Brennok?")
    assert groups(*map(asked, texts)) == [[0, 1], [2]]


def test_other_words_with_the_same_meaning_are_the_same_question(embedder: Embedder) -> None:
    texts = ("How much is the ferry?", "What does the ferry cost?", "When does the ferry sail?")
    assert groups(*(asked(text, embedder=embedder) for text in texts)) == [[0, 1], [2]]
    assert groups(*map(asked, texts)) == [[0], [1], [2]]  # words alone do not tell


def test_another_name_is_another_question_however_near_it_is(embedder: Embedder) -> None:
    texts = ("How many moons does Jupiter have?", "How many moons does Saturn have?", "number of moons of Jupiter")
    assert groups(*(asked(text, embedder=embedder) for text in texts)) == [[0, 2], [1]]


def test_another_year_is_another_question(embedder: Embedder) -> None:
    texts = ("Was the 2025 budget approved by the council?", "Was the 2026 budget approved by the council?")
    assert groups(*(asked(text, embedder=embedder) for text in texts)) == [[0], [1]]


@pytest.mark.parametrize("text", ["?", "what?", "👍", ""])
def test_a_question_without_words_is_only_like_itself(text: str) -> None:
    assert groups(asked(text), asked("Where is the ferry?"), asked(text)) == [[0, 2], [1]]


def test_vectors_of_two_models_are_not_compared(embedder: Embedder) -> None:
    one, other = (asked(text, embedder=embedder) for text in ("How much is the ferry?", "What does the ferry cost?"))
    other = Interest(0, other.text, "en", other.vector, "another model")
    assert groups(one, other) == [[0], [1]]


def test_no_questions_are_no_groups() -> None:
    assert same_questions([]) == []
