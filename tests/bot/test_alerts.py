"""Who is alerted of what: decided from data alone."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.alerts import alert_key, plan
from bot.types import TERMINAL_CHAT, Alert, FeedNews, Lane, Subscription
from retrieval import Change

FEED, OTHER = "https://feed.example/", "https://other.example/"
NOW = datetime(2026, 5, 4, tzinfo=UTC)


def followers(feed: str) -> list[Subscription]:
    chats = {FEED: (1, -2), OTHER: (1,)}.get(feed, ())
    return [Subscription(chat, feed, "Feed", NOW) for chat in chats]


def listed(number: int, article: str, feed: str = FEED) -> Change:
    return Change(number, "listed", article, 1, feed)


def test_each_follower_of_the_feed_is_alerted() -> None:
    first, second = plan([listed(1, "ferry")], followers)
    assert (first.chat_id, second.chat_id) == (1, -2)
    assert first.lane is Lane.ALERT
    assert first.content == Alert("ferry", FEED)


def test_an_article_that_no_feed_lists_alerts_nobody() -> None:
    changes = [Change(1, "added", "ferry", 1), Change(2, "updated", "ferry", 2), Change(3, "removed", "ferry", 2)]
    assert plan(changes, followers) == []
    assert plan([listed(4, "ferry", "https://unfollowed.example/")], followers) == []


def test_two_feeds_with_the_same_article_make_the_same_key() -> None:
    keys = [d.key for d in plan([listed(1, "ferry"), listed(2, "ferry", OTHER)], followers) if d.chat_id == 1]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_feed_in_trouble_is_told_to_its_followers_each_time_once() -> None:
    changes = [Change(7, "down", "", 0, FEED), Change(9, "back", "", 0, FEED), Change(12, "down", "", 0, FEED)]
    told = [(d.key, d.content) for d in plan(changes, followers) if d.chat_id == 1]
    assert told == [
        ("f:7:1", FeedNews(FEED, "down")), ("f:9:1", FeedNews(FEED, "back")), ("f:12:1", FeedNews(FEED, "down")),
    ]  # fmt: skip


def test_followers_are_asked_for_once_per_feed() -> None:
    asked = []

    def counting(feed: str) -> list[Subscription]:
        asked.append(feed)
        return followers(feed)

    plan([listed(n, f"article {n}") for n in range(5)], counting)
    assert asked == [FEED]


@given(st.text(min_size=1), st.text(min_size=1), st.integers(), st.integers())
def test_keys_differ_when_article_or_chat_do(one: str, two: str, chat: int, other: int) -> None:
    assert (alert_key(one, chat) == alert_key(two, other)) == ((one, chat) == (two, other))
    assert alert_key(one * 100, chat).endswith(f":{chat}")
    assert len(alert_key(one * 100, chat)) < 100


def test_the_terminals_chat_is_no_business_of_the_outbox() -> None:
    both = [Subscription(chat, FEED, "Feed", NOW) for chat in (TERMINAL_CHAT, 7)]
    planned = plan([listed(1, "ferry")], lambda _: both)
    assert [delivery.chat_id for delivery in planned] == [7]
