from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.shortening import MOST_CHARACTERS, headed, shortened
from bot.pages import LIMITS, units
from bot.types import Button, Mark, MarkKind, Message, Reply

TOLD = "The bridge was closed. Nobody knows more. " * 40


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Why was it closed?", "Why was it closed?"),
        (f"{TOLD}Why was it closed? And who pays?", "Why was it closed? And who pays?"),
        (f"{TOLD}Почему его закрыли?\n{TOLD}", "Почему его закрыли?"),
        (f"Is it so? {'Is it not? ' * 120}Who pays?", ("Is it not? " * 90) + "Who pays?"),
        (f"Who\n\n  pays?\n{TOLD}", "pays?"),
    ],
)
def test_the_last_questions_of_a_long_text_are_asked(question: str, asked: str) -> None:
    short = shortened(question)
    assert short.endswith(asked[-200:])
    assert set(short.split()) <= set(question.split())
    if len(question) > MOST_CHARACTERS:
        assert "Nobody knows more." not in short


def test_a_long_text_without_a_question_is_asked_about_by_its_beginning() -> None:
    short = shortened(TOLD)
    assert TOLD.startswith(short)
    assert short.endswith((".", "closed."))
    assert MOST_CHARACTERS - 50 < len(short) <= MOST_CHARACTERS


def test_a_sentence_that_is_too_long_is_cut_after_a_word() -> None:
    short = shortened("why " * 400 + "?")
    assert short == ("why " * 250).strip()
    assert shortened("б" * 3000) == "б" * MOST_CHARACTERS


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab .?!\n…", max_size=2500), st.integers(1, 4))
def test_whatever_is_said_can_be_asked(text: str, times: int) -> None:
    short = shortened(text * times)
    assert len(short) <= MOST_CHARACTERS
    assert bool(short.strip()) or not text.strip() or len(text * times) > MOST_CHARACTERS


def test_a_line_above_moves_what_is_marked_along() -> None:
    button = ((Button("More", "more"),),)
    reply = Reply((Message("So it is. [1]", (Mark(10, 13, MarkKind.LINK, "https://x.example"),), button),))
    (message,) = headed(reply, "I looked for this.").messages
    assert message.text == "I looked for this.\n\nSo it is. [1]"
    assert [message.text[mark.start : mark.end] for mark in message.marks] == ["[1]"]
    assert message.buttons == button


def test_a_line_above_a_full_message_makes_two() -> None:
    reply = headed(Reply((Message("word " * 819),)), "I looked for this.")
    assert len(reply.messages) == 2
    assert all(units(message.text) <= LIMITS.units for message in reply.messages)
    assert headed(Reply(()), "I looked for this.") == Reply(())
