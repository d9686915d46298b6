"""The line that says what there is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.answering.coverage import coverage_line
from bot.office import Office
from bot.rights import OwnPlace
from bot.store import BotStore
from bot.texts import load_texts
from bot.types import Chat, Heard
from tests.fake_corpus import BAKERY, FERRY, FakeCorpus, HandClock

CHAT = Chat(100, "en")
OTHERS = [replace(FERRY, id=f"other {n}", title=f"Title {n}", source=f"Source {n}") for n in range(4)]


def line(store: BotStore, clock: HandClock, corpus: FakeCorpus, chat: Chat = CHAT) -> str:
    office = Office(corpus, store, load_texts(), clock, OwnPlace(), frozenset())  # type: ignore[arg-type]
    return coverage_line(office, Heard(chat, 8, ""))


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Here: 1 article · 5 March 2026 · The Example · lately: Ferry to Tern Island sails again"),
        ("ru", "Здесь: 1 статья · 5 марта 2026 · The Example"),
    ],
)
def test_it_names_how_much_and_of_when_and_by_whom(store: BotStore, clock: HandClock, language: str, said: str) -> None:
    assert line(store, clock, FakeCorpus(FERRY), replace(CHAT, language=language)) == said


def test_what_is_not_known_is_left_out(store: BotStore, clock: HandClock) -> None:
    assert line(store, clock, FakeCorpus(replace(BAKERY, language="ru"))) == "Here: 1 article"
    assert line(store, clock, FakeCorpus()) == ""


def test_it_stays_short_with_many_sources_and_long_titles(store: BotStore, clock: HandClock) -> None:
    long = replace(FERRY, id="long", title="A title " * 40, source="A source " * 40)
    said = line(store, clock, FakeCorpus(*OTHERS, long))
    assert said.count("Source") == 3
    assert said.count("Title") == 3
    assert len(line(store, clock, FakeCorpus(long))) < 250


def test_a_group_hears_of_its_own_sources(store: BotStore, clock: HandClock) -> None:
    said = line(store, clock, FakeCorpus(*OTHERS), Chat(-5, "en", "group", sources=("Source 2",)))
    assert said == "Here: 1 article · 5 March 2026 · Source 2 · lately: Title 2"
