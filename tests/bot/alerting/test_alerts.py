"""Who is sent what, and when: decided from data alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerting.alerts import FRESH, History, Round, candidates, follow_up, plan, story_key
from bot.outgoing.types import Alert, Delivery, FeedNews, Lane, Manner, Told
from bot.types import Chat, Hours, Kind, Matching, Rhythm, Subscription, Wishes
from retrieval import LEVELS, Article, Change, News

FEED, OTHER = "https://feed.example/", "https://other.example/"
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
AS_USUAL, NOTHING_TOLD, ANY_TIME = Wishes(), History(), Hours()
FERRY = Article("ferry", "Ferry sails", "The ferry sails.", source="The Example", published=NOW - timedelta(hours=2))


@dataclass(frozen=True)
class Said:
    """Words of an article that is told in plain words."""

    text: str

    def holds(self, phrase: str) -> bool:
        return phrase in self.text


def news(number: int, kind: str = "listed", feed: str | None = FEED, article: Article | None = FERRY) -> News:
    change = Change(number, kind, article.id if article else "", 1, feed)  # type: ignore[arg-type]
    return News(change, article, 3 if article else 0)


def added(number: int = 10, article: Article = FERRY) -> News:
    return news(number, "added", None, article)


def follower(kind: Kind, subject: str, chat: int = 1, wishes: Wishes = AS_USUAL, number: int = 5) -> Subscription:
    return Subscription(chat, kind, subject, subject, NOW, after=4, wishes=wishes, id=number)


def planned(
    at: Round | list[News], *followers: Subscription, history: History = NOTHING_TOLD, hours: Hours = ANY_TIME
) -> list[Delivery]:
    at = at if isinstance(at, Round) else Round(at, lambda _: Said("the ferry sails"))
    rows = [(one, Chat(one.chat_id, "en", hours=hours)) for one in followers]
    return plan(candidates(at, rows, NOW), history, NOW)


def test_each_follower_of_a_feed_is_told_of_what_it_lists() -> None:
    first, second = planned([news(10)], follower(Kind.FEED, FEED), follower(Kind.FEED, FEED, -2))
    assert (first.chat_id, second.chat_id) == (1, -2)
    assert (first.key, first.lane, first.due) == ("s:3:1", Lane.ALERT, NOW)
    assert first.content == Alert("ferry", 3, 5, 10)
    assert planned([news(10)], follower(Kind.FEED, OTHER)) == []


@pytest.mark.parametrize(("kind", "subject"), [(Kind.SOURCE, "The Example"), (Kind.STORY, "3"), (Kind.EVERYTHING, "")])
def test_what_comes_in_is_told_to_those_who_follow_it(kind: Kind, subject: str) -> None:
    assert [one.content for one in planned([added()], follower(kind, subject))] == [Alert("ferry", 3, 5, 10)]
    assert planned([added()], follower(kind, "another")) == []
    assert planned([news(10)], follower(kind, subject)) == []  # it came in before, when it was added


@pytest.mark.parametrize("matching", list(Matching))
def test_a_topic_is_told_from_its_least_score_on(matching: Matching) -> None:
    least = LEVELS[matching.value]
    for shift, score, told in ((0.0, least, 1), (0.0, least - 0.001, 0), (0.05, least, 0), (-0.05, least - 0.04, 1)):
        topic = follower(Kind.TOPIC, "ships", wishes=Wishes(matching=matching, shift=shift))
        found = planned(Round([added()], lambda _: Said(""), {5: [(added(), score)]}), topic)
        assert len(found) == told
    assert planned(Round([added()], lambda _: Said(""), {6: [(added(), 1.0)]}), topic) == []


def test_an_alert_keeps_how_near_it_is() -> None:
    at = Round([added()], lambda _: Said(""), {5: [(added(), 0.91)]})
    [one] = planned(at, follower(Kind.TOPIC, "ships"))
    assert one.content == Alert("ferry", 3, 5, 10, 1, 0.91)


def test_feeds_and_sources_and_topics_make_one_key_for_one_story() -> None:
    found = planned([added(), news(11)], follower(Kind.SOURCE, "The Example"), follower(Kind.FEED, FEED, number=6))
    assert [one.key for one in found] == ["s:3:1", "s:3:1"]
    copy = replace(FERRY, id="ferry-elsewhere", source="Another")
    assert planned([added(12, copy)], follower(Kind.SOURCE, "Another"))[0].key == "s:3:1"


def test_what_was_there_before_is_not_told() -> None:
    late = replace(follower(Kind.FEED, FEED), after=10)
    assert planned([news(10)], late) == []
    assert len(planned([news(11)], late)) == 1


def test_what_is_old_when_it_comes_in_is_no_news_unless_a_feed_brings_it() -> None:
    old = replace(FERRY, published=NOW - FRESH - timedelta(minutes=1))
    everything = follower(Kind.EVERYTHING, "")
    assert planned([added(10, old)], everything) == []
    assert len(planned([added(10, replace(old, published=None))], everything)) == 1
    assert len(planned([news(10, article=old)], follower(Kind.FEED, FEED))) == 1


def test_words_that_must_and_must_not_appear() -> None:
    for must, must_not, told in (((), (), 1), (("ferry",), (), 1), (("ferry", "tram"), (), 0), ((), ("tram",), 1),
                                 (("ferry",), ("sails",), 0)):  # fmt: skip
        wishes = Wishes(must=must, must_not=must_not)
        assert len(planned([news(10)], follower(Kind.FEED, FEED, wishes=wishes))) == told


def test_each_rhythm_has_its_lane_and_its_time() -> None:
    for wishes, lane in (
        (Wishes(), Lane.ALERT),
        (Wishes(Rhythm.DAILY), Lane.DIGEST),
        (Wishes(Rhythm.HOURLY), Lane.DIGEST),
    ):
        [one] = planned([news(10)], follower(Kind.FEED, FEED, wishes=wishes))
        assert one.lane is lane
    [daily] = planned([news(10)], follower(Kind.FEED, FEED, wishes=Wishes(Rhythm.DAILY, 8 * 60)))
    assert daily.due == NOW.replace(hour=8) + timedelta(days=1)


def test_what_comes_in_quiet_hours_comes_after_them_together() -> None:
    [one] = planned([news(10)], follower(Kind.FEED, FEED), hours=Hours("UTC", (11 * 60, 13 * 60)))
    assert (one.lane, one.due) == (Lane.DIGEST, NOW.replace(hour=13))


def test_it_goes_to_the_forum_topic_and_without_a_sound_where_that_is_wished() -> None:
    quiet = replace(follower(Kind.FEED, FEED, -5, Wishes(silent=True)), thread_id=7)
    [one] = planned([news(10)], quiet)
    assert (one.key, one.manner) == ("s:3:7:-5", Manner(thread_id=7, silent=True))


def test_a_story_that_is_hushed_is_told_no_more() -> None:
    hushed = History(hushed={(1, 3)})
    assert planned([news(10)], follower(Kind.FEED, FEED), history=hushed) == []
    assert len(planned([news(10)], follower(Kind.FEED, FEED, 2), history=hushed)) == 1


def test_whoever_follows_a_story_gets_its_developments_as_silent_replies() -> None:
    other = replace(FERRY, id="ferry-2")
    story = follower(Kind.STORY, "3")
    told = {"s:3:1": Told("ferry", 1, "sent", 77)}
    [one] = planned([added(10, other)], story, history=History(told))
    assert (one.key, one.content) == ("e:ferry-2:1:1", Alert("ferry-2", 3, 5, 10, update="reply"))
    assert one.manner.silent
    assert planned([added(10)], story, history=History(told)) == []  # the same article
    copy = replace(added(10, other), copy_of="ferry")
    assert planned([copy], story, history=History(told)) == []
    waiting = {"s:3:1": Told("ferry", 1, "open")}
    assert planned([added(10, other)], story, history=History(waiting)) == []


def test_a_question_is_answered_even_if_its_story_was_told() -> None:
    at = Round([added()], lambda _: Said(""), {5: [(added(), 0.2)]})
    [one] = planned(at, follower(Kind.QUESTION, "When does it sail?"), history=History(hushed={(1, 3)}))
    assert one.key == "q:5:1"


def test_a_feed_in_trouble_is_told_to_its_followers_each_time_once() -> None:
    trouble = [
        news(number, kind, FEED, None) for number, kind in ((7, "down"), (9, "back"), (12, "down"), (13, "ended"))
    ]
    told = [
        (one.key, one.content) for one in planned(trouble, follower(Kind.FEED, FEED), follower(Kind.FEED, OTHER, 2))
    ]
    assert told == [
        ("f:7:1", FeedNews(FEED, "down")), ("f:9:1", FeedNews(FEED, "back")), ("f:12:1", FeedNews(FEED, "down")),
        ("f:13:1", FeedNews(FEED, "ended")),
    ]  # fmt: skip


def test_what_is_removed_alerts_nobody() -> None:
    gone = News(Change(10, "removed", "ferry", 1), None)
    assert planned([gone], follower(Kind.EVERYTHING, ""), follower(Kind.FEED, FEED)) == []


def test_a_follow_up_is_one_for_each_revision() -> None:
    first, again, second = (
        follow_up(Alert("ferry", 3, 5, 10, revision), 1, follower(Kind.FEED, FEED), (NOW, Lane.DIGEST), "edit")
        for revision in (2, 2, 3)
    )
    assert first == again
    assert first.key != second.key
    long = follow_up(Alert("x" * 900, 3, 5), 1, follower(Kind.FEED, FEED), (NOW, Lane.DIGEST), "edit")
    assert len(long.key) < 64


@given(st.integers(), st.integers(), st.integers(), st.integers())
def test_keys_differ_when_story_or_chat_do(story: int, chat: int, other_story: int, other_chat: int) -> None:
    same = (story, chat) == (other_story, other_chat)
    assert (story_key(story, chat) == story_key(other_story, other_chat)) is same
    assert story_key(story, chat).endswith(str(chat))
