"""What is followed, page by page; and when a chat may be written to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.alerting.alerts import story_key
from bot.outgoing.outbox import AT_ONCE
from bot.outgoing.types import Alert, Delivery, Lane
from bot.store import BotStore
from bot.types import Hours, Kind, Matching, Rhythm, Subscription, Wishes
from retrieval import Interest
from tests.blank import blank_store

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
FEED = "https://feed.example/"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BotStore]:
    opened = blank_store(tmp_path, lambda: NOW)
    yield opened
    opened.close()


def following(chat_id: int, kind: Kind = Kind.FEED, subject: str = FEED) -> Subscription:
    return Subscription(chat_id, kind, subject, subject, NOW, after=7, by=chat_id)


def people(store: BotStore, *chat_ids: int) -> None:
    for chat_id in chat_ids:
        store.chat(chat_id, language="en", kind="private")


def followers(store: BotStore, *wanted: tuple[Kind, str]) -> list[int]:
    return [one.chat_id for one, _ in store.page(wanted, (), 0, 99).rows]


def test_what_is_followed_comes_back_as_it_was_wished(store: BotStore) -> None:
    wishes = Wishes(Rhythm.WEEKLY, 555, 4, True, Matching.STRICT, ("ship", "two words"), ("ferry",), 0.04)
    wanted = replace(following(5, Kind.TOPIC, "EU AI law"), wishes=wishes, thread_id=3, muted=True)
    number = store.subscribe(wanted, Interest(0, "EU AI law", "en", b"ab", "model"))
    assert number is not None
    assert store.subscription(number) == replace(wanted, id=number)
    assert store.worded() == [Interest(number, "EU AI law", "en", b"ab", "model")]
    store.set_wishes(number, Wishes())
    store.set_muted(number, False)
    assert store.subscriptions(5) == [replace(wanted, id=number, wishes=Wishes(), muted=False)]
    assert store.unsubscribe(number)
    assert not store.unsubscribe(number)
    assert store.worded() == []


def test_the_same_is_followed_once_in_each_place(store: BotStore) -> None:
    assert store.subscribe(following(5)) is not None
    assert store.subscribe(replace(following(5), title="Renamed")) is None
    assert store.subscribe(replace(following(5), thread_id=3)) is not None
    assert store.subscribe(following(5, Kind.SOURCE)) is not None
    assert [one.title for one in store.subscriptions(5)] == [FEED] * 3
    assert store.followed_feeds() == {FEED}


def test_only_those_who_can_be_told_are_followers(store: BotStore) -> None:
    people(store, 0, 1, 2, 3, 4)
    numbers = {chat_id: store.subscribe(following(chat_id)) for chat_id in range(5)}
    store.set_active(2, False)
    store.set_paused(3, True, 12)
    store.set_muted(numbers[4] or 0, True)
    assert followers(store, (Kind.FEED, FEED)) == [1]  # 0 is the terminal, which looks for itself
    store.set_active(2, True)
    store.set_paused(3, False, None)
    assert followers(store, (Kind.FEED, FEED)) == [1, 2, 3]
    assert followers(store, (Kind.FEED, "https://other.example/"), (Kind.EVERYTHING, "")) == []


def test_a_follower_comes_with_his_hours(store: BotStore) -> None:
    people(store, 1)
    hours = Hours("Asia/Kolkata", (1380, 400), NOW + timedelta(days=1))
    store.set_hours(1, hours)
    store.subscribe(following(1))
    [(one, chat)] = store.page([(Kind.FEED, FEED)], (), 0, 9).rows
    assert (one.chat_id, chat.id, chat.hours) == (1, 1, hours)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(data=st.data(), limit=st.integers(1, 9))
def test_page_by_page_everybody_is_met_once(store: BotStore, data: st.DataObject, limit: int) -> None:
    with store._engine.begin() as tx:
        tx.exec_driver_sql("DELETE FROM subscriptions")
    kinds = st.sampled_from([(Kind.FEED, "a"), (Kind.FEED, "b"), (Kind.TOPIC, "words"), (Kind.SOURCE, "c")])
    numbers = []
    for chat_id, (kind, subject) in enumerate(data.draw(st.lists(kinds, max_size=40)), start=1):
        people(store, chat_id)
        numbers.append((store.subscribe(following(chat_id, kind, subject)) or 0, kind, subject))
    topics = [number for number, kind, _ in numbers if kind is Kind.TOPIC]
    ids = sorted(data.draw(st.sets(st.sampled_from(topics)))) if topics else []
    wanted = [(Kind.FEED, "a"), (Kind.SOURCE, "c")]
    met, end = [], 0
    while end is not None:
        page = store.page(wanted, ids, end, limit)
        met += [one.id for one, _ in page.rows]
        end = page.end
    assert met == sorted(number for number, kind, subject in numbers if (kind, subject) in wanted or number in ids)


def test_more_matches_than_one_statement_takes(store: BotStore) -> None:
    ids = []
    for chat_id in range(1, AT_ONCE + 12):
        people(store, chat_id)
        ids.append(store.subscribe(following(chat_id, Kind.TOPIC, "ships")) or 0)
    first = store.page([], ids, 0, 5000)
    assert (len(first.rows), first.end) == (AT_ONCE, ids[AT_ONCE - 1])
    rest = store.page([], ids, first.end, 5000)
    assert (len(rest.rows), rest.end) == (11, None)


def test_questions_are_open_until_they_are_answered(store: BotStore) -> None:
    number = store.subscribe(following(1, Kind.QUESTION, "Who won?")) or 0
    assert store.open_questions() == {number: "Who won?"}
    store.enqueue((), {}, answered=[number])
    assert store.open_questions() == {}


def test_what_another_model_embedded_is_replaced(store: BotStore) -> None:
    number = store.subscribe(following(1, Kind.TOPIC, "ships")) or 0
    assert store.worded() == [Interest(number, "ships", "", None, "")]
    store.keep_interests([Interest(number, "ships", "en", b"x", "new")])
    assert store.worded() == [Interest(number, "ships", "en", b"x", "new")]
    assert store.worded(number) == []


def test_what_waits_goes_by_the_hours_and_wishes_of_now(store: BotStore) -> None:
    people(store, 1)
    number = store.subscribe(following(1)) or 0
    when = NOW + timedelta(hours=20)
    about = Alert("ferry", 3, number)
    store.enqueue([Delivery(story_key(3, 1), Lane.DIGEST, 1, about, due=when)], {})
    store.set_hours(1, Hours("UTC", None, NOW + timedelta(hours=2)))
    store.retime(1, NOW)
    assert store.next_due() == NOW + timedelta(hours=2)
    store.set_hours(1, Hours())
    store.set_wishes(number, Wishes(Rhythm.DAILY, 13 * 60))
    store.retime(1, NOW)
    assert store.next_due() == NOW + timedelta(hours=1)
    store.set_wishes(number, Wishes())
    store.retime(1, NOW)
    assert store.counts() == {"ready": 1}
