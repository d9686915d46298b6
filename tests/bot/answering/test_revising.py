"""A message that is edited: what is answered anew, and where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.answering.revising import asks_anew
from bot.keeping.turns import Asked
from bot.types import Chat, Heard, SentFile
from tests.fake_corpus import NOON

CHAT, GROUP = Chat(7, "en"), Chat(-7, "en", "group")
WAS = Asked(7, 7, "Who carries ninety?", "Who carries ninety?", "answered", (), ("ferry",), {}, NOON, 1, 20)


def edit(text: str, chat: Chat = CHAT, file: SentFile | None = None) -> Heard:
    return Heard(chat, 7, text, file=file, message_id=20, update_id=2, edited=True)


@pytest.mark.parametrize("text", ["Who carries eighty?", "/ask Who carries eighty?", "/SUMMARY@a_bot ferry", "thanks"])
@pytest.mark.parametrize("chat", [CHAT, GROUP])
def test_other_words_are_answered_anew(text: str, chat: Chat) -> None:
    assert asks_anew(edit(text, chat), WAS)


@pytest.mark.parametrize("text", ["Who carries ninety?", " Who carries ninety?\n", "/ask Who carries ninety?"])
def test_the_same_words_are_not(text: str) -> None:
    assert not asks_anew(edit(text), WAS)


@pytest.mark.parametrize("text", ["/follow ferries", "/pause", "/new", "/forget", "/add https://x.example", "/start a"])
def test_a_command_with_effects_is_not_done_again(text: str) -> None:
    assert not asks_anew(edit(text), None)
    assert not asks_anew(edit(text), WAS)


def test_a_file_is_not_received_again() -> None:
    assert not asks_anew(edit("Who carries eighty?", file=SentFile("a.opml")), WAS)


def test_what_was_never_answered_is_answered_where_it_was_surely_for_us() -> None:
    assert asks_anew(edit("Who carries eighty?"), None)
    assert not asks_anew(edit("Who carries eighty?", GROUP), None)


def test_a_long_question_is_compared_by_what_was_asked_of_it() -> None:
    told = "It was a long day. " * 80
    assert not asks_anew(edit(f"{told} {WAS.question}"), WAS)
    assert asks_anew(edit(f"{told} And why?"), replace(WAS, question="Why?"))
