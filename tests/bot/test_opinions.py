"""`footnote feedback`: what people think of the answers, listed, and exported for an evaluation."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.store import open_store
from tests.bot.cli import Ran
from tests.bot.operating.test_gold import VOTE


@pytest.fixture
def rated(here: Path) -> None:
    with closing(open_store(here / "data")) as store:
        store.ratings.rate(VOTE)
        later = VOTE.rated_at + timedelta(days=1)
        store.ratings.rate(replace(VOTE, turn=13, question="Паром\u202e ушёл?", verdict="wrong", rated_at=later))


def test_nothing_said_yet_is_told(footnote: Callable[..., Ran]) -> None:
    ran = footnote("feedback")
    assert (ran.code, ran.out) == (0, "Nobody has said yet what they think of an answer.\n")
    assert footnote("feedback", "--json").document["newest"] == []
    assert footnote("feedback", "--export", "-").out == ""


@pytest.mark.usefixtures("rated")
def test_it_counts_and_lists_the_newest_first(footnote: Callable[..., Ran]) -> None:
    ran = footnote("feedback")
    assert ran.code == 0
    counts, newest = ran.out.split("\n\n")
    assert counts.splitlines() == [
        "helpful\t1", "not helpful\t0", "wrong\t1", "incomplete\t0", "out of date\t0", "unclear\t0",
    ]  # fmt: skip
    assert newest == "2026-06-01\twrong\tПаром ушёл?\n2026-05-31\thelpful\tWho carries ninety?\n"
    assert "неверно\t1" in footnote("feedback", "--language", "ru").out
    document = footnote("feedback", "--json").document
    assert document["counts"]["wrong"] == 1
    assert [one["opinion"] for one in document["newest"]] == ["wrong", "helpful"]


@pytest.mark.usefixtures("rated")
def test_it_is_exported_to_a_file_and_to_standard_output(footnote: Callable[..., Ran], here: Path) -> None:
    ran = footnote("feedback", "--export", "rated.jsonl")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "2 questions written; ready for an evaluation: 1, the others are for you to judge.\n"
    written = (here / "rated.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in written.splitlines()]
    assert [(row["id"], bool(row.get("judge"))) for row in rows] == [("turn-12", False), ("turn-13", True)]
    assert footnote("feedback", "--export", "-").out == written
    numbers = (VOTE.chat_id, VOTE.user_id)
    everything = written + footnote("feedback", "--json").out + footnote("feedback").out
    assert not any(str(number) in everything for number in numbers)


@pytest.mark.usefixtures("rated")
def test_a_place_that_cannot_be_written_is_a_failure(footnote: Callable[..., Ran]) -> None:
    ran = footnote("feedback", "--export", "nowhere/rated.jsonl")
    assert ran.code == 1
    assert "Traceback" not in ran.err
