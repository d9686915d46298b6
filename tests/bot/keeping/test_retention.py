"""Words are kept as long as their chat wants, at most as long as the operator says, and no longer."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.answering.contexts import CONVERSATION
from bot.keeping.retention import KEEP_DAYS, TALK
from bot.keeping.turns import Asked
from bot.rules import Rules
from bot.store import BotStore
from tests.blank import blank_store

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=400)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BotStore]:
    store = blank_store(tmp_path, lambda: NOW)
    for chat_id, days in ((1, None), (2, 0), (3, 1), (4, 7)):
        store.chat(chat_id, language="en", kind="private")
        store.retention.choose(chat_id, days, NOW)
        ask(store, chat_id)
    yield store
    store.close()


def ask(store: BotStore, chat_id: int) -> None:
    store.turns.remember(Asked(chat_id, chat_id, "who?", "who?", "refused", (), (), {}, NOW))
    store.handle("who?", owner=chat_id, by=chat_id, until=LATER)


def kept(store: BotStore) -> list[int]:
    """The chats whose questions and buttons are there: both, or neither."""
    asked = [chat for chat in (1, 2, 3, 4) if store.belongings.count(chat)["questions"]]
    held = [chat for chat in (1, 2, 3, 4) if store.belongings.count(chat)["buttons"]]
    assert asked == held
    return asked


@pytest.mark.parametrize(
    ("age", "left"),
    [
        (timedelta(minutes=14), [1, 2, 3, 4]),
        (timedelta(minutes=16), [1, 3, 4]),
        (timedelta(days=1, minutes=1), [1, 4]),
        (timedelta(days=7, minutes=1), [1]),
        (timedelta(days=30, minutes=1), []),
    ],
)
def test_each_chat_has_its_own_time(store: BotStore, age: timedelta, left: list[int]) -> None:
    store.prune(NOW + age, keep_days=30)
    assert kept(store) == left


def test_nobody_is_kept_longer_than_the_operator_says(store: BotStore) -> None:
    store.prune(NOW + timedelta(days=3), keep_days=2)
    assert kept(store) == []


def test_what_is_kept_for_a_talk_only_goes_by_itself(store: BotStore) -> None:
    assert store.retention.prune_brief(NOW + TALK) == 0
    assert store.retention.prune_brief(NOW + timedelta(minutes=16)) == 2
    assert kept(store) == [1, 3, 4]


def test_a_shorter_time_holds_for_what_was_asked_before(store: BotStore) -> None:
    store.erasing.run(NOW)
    store.retention.choose(1, 0, NOW + timedelta(minutes=1))
    assert not store.erasing.is_wanted()
    assert kept(store) == [1, 2, 3, 4]
    store.retention.choose(1, 0, NOW + timedelta(hours=1))
    assert store.erasing.is_wanted()
    assert kept(store) == [2, 3, 4]


def test_what_nobody_said_is_kept_to_its_own_end(store: BotStore) -> None:
    pages, article = store.handle("a digest", owner=2, until=LATER), store.handle("ferry")
    store.prune(NOW + timedelta(days=60))
    assert (store.resolve(pages, 2), store.resolve(article, 2)) == ("a digest", "ferry")


def test_what_is_said_again_is_kept_anew(store: BotStore) -> None:
    moment = NOW

    def clock() -> datetime:
        return moment

    again = BotStore(store._engine, clock)
    moment += timedelta(days=20)
    key = again.handle("who?", owner=1, by=1, until=LATER + timedelta(days=1))
    again.prune(NOW + timedelta(days=31))
    assert again.resolve(key, 1) == "who?"


def test_whoever_keeps_words_says_whose_they_are() -> None:
    """A group's buttons hold its members' words; a digest's pages hold nobody's."""
    calls = [
        (file.name, {option.arg for option in node.keywords})
        for file in (ROOT / "bot").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "handle"
    ]
    owned = [(name, options) for name, options in calls if "owner" in options]
    assert len(owned) > 5
    assert [name for name, options in owned if "by" not in options] == ["heralding.py"]


def test_a_talk_lasts_as_long_as_a_follow_up_may_refer_to_it() -> None:
    assert TALK == CONVERSATION
    assert Rules().keep_days == KEEP_DAYS
