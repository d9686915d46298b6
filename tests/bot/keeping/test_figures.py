"""Counts add up in their hours, and what there is now is counted without a name."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.keeping.figures import Figure
from bot.outgoing.types import Delivery, Lane
from bot.store import BotStore, open_store
from bot.types import Kind, Message, Subscription
from tests.fakes import NOON

HOUR = timedelta(hours=1)


def test_the_same_name_adds_up_in_its_hour(store: BotStore) -> None:
    store.figures.add({(NOON, "question.answered"): 2, (NOON, "articles"): 1}, {})
    store.figures.add({(NOON, "question.answered"): 3, (NOON + HOUR, "question.answered"): 1}, {})
    assert store.figures.since(NOON) == [
        Figure(NOON, "articles", 1),
        Figure(NOON, "question.answered", 5),
        Figure(NOON + HOUR, "question.answered", 1),
    ]
    assert store.figures.since(NOON + HOUR) == [Figure(NOON + HOUR, "question.answered", 1)]


def test_counts_and_cursors_are_one_transaction(store: BotStore) -> None:
    store.figures.add({}, {"counted": 7})
    store.figures.add({(NOON, "articles"): 1}, {"counted": 9})
    assert store.places()["counted"] == 9


def test_what_is_old_is_forgotten(store: BotStore) -> None:
    store.figures.add({(NOON - HOUR, "articles"): 1, (NOON, "articles"): 2}, {})
    store.figures.forget(NOON)
    assert store.figures.since(NOON - HOUR) == [Figure(NOON, "articles", 2)]


def test_subscriptions_are_counted_by_the_hour_they_began_in(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    for number, minutes in enumerate((5, 50, 70)):
        since = NOON + timedelta(minutes=minutes)
        store.subscribe(Subscription(number, Kind.EVERYTHING, "", "Everything", since))
    assert store.figures.subscriptions() == 3
    assert store.figures.subscribed(NOON) == [
        Figure(NOON, "subscriptions", 2),
        Figure(NOON + HOUR, "subscriptions", 1),
    ]
    assert store.figures.subscribed(NOON + 2 * HOUR) == []
    store.close()


def test_a_chat_is_reached_or_paused_or_away_and_the_terminal_is_none(store: BotStore) -> None:
    kinds = (("private", 1), ("private", 2), ("private", 3), ("group", -4), ("channel", -5), ("private", 0))
    for kind, chat_id in kinds:
        store.chat(chat_id, language="en", kind=kind)  # type: ignore[arg-type]
    store.set_paused(2, True, 0)
    store.set_active(3, False)
    store.set_paused(3, True, 0)
    assert store.figures.chats() == (2, 1, 1, 1, 1)  # the fixture's person is another one


def test_what_is_to_be_sent_is_told_by_state_and_lane_with_the_oldest(tmp_path: Path) -> None:
    store = open_store(tmp_path, lambda: NOON)
    queued = [
        Delivery("r:1:0", Lane.ANSWER, 1, Message("Yes.")),
        Delivery("b:1:1", Lane.DIGEST, 1, Message("All."), due=NOON + 3 * HOUR),
        Delivery("b:1:2", Lane.DIGEST, 2, Message("All."), due=NOON + HOUR),
    ]
    store.enqueue(queued, {})
    assert store.figures.queued() == [
        ("ready", Lane.ANSWER, 1, NOON),
        ("waiting", Lane.DIGEST, 2, NOON + HOUR),
    ]
    store.close()


def test_updates_that_are_not_finished_are_counted_with_the_oldest(tmp_path: Path) -> None:
    now = [NOON]
    store = open_store(tmp_path, lambda: now[0])
    assert store.figures.pending() == (0, None)
    store.journal([(1, "{}")])
    now[0] += HOUR
    store.journal([(2, "{}"), (3, "{}")])
    store.finish(2, ())
    assert store.figures.pending() == (2, NOON)
    store.finish(1, ())
    assert store.figures.pending() == (1, NOON + HOUR)
    store.close()


def test_the_databases_file_is_known(store: BotStore, tmp_path: Path) -> None:
    assert store.figures.file == tmp_path / "bot.db"
