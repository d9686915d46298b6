"""The log of the articles -> the outbox: who is told what, once each, wherever planning is cut off."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.alerting.planning import Planner
from bot.outgoing.outbox import PLANNED
from bot.outgoing.steps import Room
from bot.outgoing.types import Alert, Delivery, Digest, FeedNews, Lane, Sent
from bot.store import HEAD, MIGRATIONS, BotStore
from bot.tables import outbox
from bot.types import TERMINAL_CHAT, Chat, Hours, Kind, Matching, Rhythm, Subscription, Wishes
from retrieval import Article, Interests, Match, open_engine
from tests.blank import blank_store
from tests.fake_corpus import NOON, HandClock
from tests.fakes import FakeWire

FEED, OTHER = "https://news.example/feed", "https://other.example/feed"
PLENTY = Room(limit=1_000, alerts=1_000)
FERRY = Article(
    "ferry", "The ferry sails again", "The ferry sails on Monday. It carries ninety people.",
    source="The Example", published=NOON - timedelta(hours=1),
)  # fmt: skip
BAKERY = Article("bakery", "A bakery opens", "The bakery opens at six. It sells rye bread.", source="The Baker")


class Bot:
    """A real planner over a real store, and a log that the test writes."""

    def __init__(self, store: BotStore, clock: HandClock, at_once: int = 2_000) -> None:
        self.wire, self.store, self.clock = FakeWire(), store, clock
        self.at_once = at_once
        self.planner = Planner(self.wire, store, clock, at_once=at_once)

    def restart(self) -> None:
        self.planner = Planner(self.wire, self.store, self.clock, at_once=self.at_once)

    def follow(self, chat_id: int, kind: Kind, subject: str, **wishes: object) -> int:
        """Its number."""
        self.store.chat(chat_id, language="en", kind="private")
        since, after = self.clock(), self.wire.log_end()
        wanted = Subscription(chat_id, kind, subject, subject, since, after, Wishes(**wishes))  # type: ignore[arg-type]
        number = self.store.subscribe(wanted)
        assert number is not None
        return number

    def bring(self, article: Article, *feeds: str, story: int | None = None, copy_of: str | None = None) -> int:
        """The article comes in, listed by these feeds, and is planned for. Its story."""
        number = self.wire.add(article, story=story, copy_of=copy_of)
        for feed in feeds:
            self.wire.list_in(feed, article.id)
        self.planner.run()
        return number

    def deliver(self) -> list[tuple[int, str]]:
        """All that may go now arrives: (chat, what)."""
        arrived = []
        while claimed := self.store.claim(self.clock(), PLENTY, 60.0):
            for delivery in claimed:
                arrived.append((delivery.chat_id, told(delivery)))
                self.store.settle(delivery, Sent(1_000 + delivery.rows[0]), self.clock())
        return sorted(arrived)

    def rows(self) -> list[tuple[object, ...]]:
        """What the outbox holds, but for the rows' numbers."""
        columns = (outbox.c.key, outbox.c.lane, outbox.c.content, outbox.c.state, outbox.c.not_before, outbox.c.edits)
        with self.store._engine.connect() as tx:
            return sorted(tuple(row) for row in tx.execute(sa.select(*columns)))


def told(delivery: Delivery) -> str:
    match delivery.content:
        case Alert(article_id=article_id, update=update):
            return f"{update} {article_id}".strip()
        case Digest(alerts):
            return "+".join(sorted(alert.article_id for alert in alerts))
        case FeedNews(_, kind):
            return kind
    raise AssertionError(delivery)


@pytest.fixture
def bot(tmp_path: Path, clock: HandClock) -> Iterator[Bot]:
    store = blank_store(tmp_path, clock)
    yield Bot(store, clock)
    store.close()


# -- who is told


@pytest.mark.parametrize(
    ("kind", "subject", "nearly"),
    [
        (Kind.FEED, FEED, OTHER),
        (Kind.SOURCE, "The Example", "The Baker"),
        (Kind.TOPIC, "ferries", "bakeries"),
        (Kind.STORY, "1", "2"),
        (Kind.QUESTION, "When does the ferry sail?", "When does the ferry sink?"),
        (Kind.EVERYTHING, "", None),
    ],
)
def test_each_kind_of_subscription_gets_what_it_is_about(
    bot: Bot, kind: Kind, subject: str, nearly: str | None
) -> None:
    bot.wire.answering["When does the ferry sail?"] = {"ferry"}
    bot.follow(7, kind, subject)
    if nearly is not None:
        bot.follow(8, kind, nearly)
    bot.bring(FERRY, FEED)
    assert bot.deliver() == [(7, "ferry")]


def test_an_article_that_nobody_follows_is_told_to_nobody(bot: Bot) -> None:
    bot.follow(7, Kind.FEED, FEED)
    bot.bring(BAKERY, OTHER)
    assert bot.deliver() == []
    assert bot.store.cursor() == bot.wire.log_end()


def test_a_story_is_told_once_by_whichever_feeds_sources_and_articles(bot: Bot) -> None:
    for kind, subject in ((Kind.FEED, FEED), (Kind.FEED, OTHER), (Kind.SOURCE, "The Example"), (Kind.EVERYTHING, "")):
        bot.follow(7, kind, subject)
    story = bot.bring(FERRY, FEED, OTHER)
    bot.bring(replace(FERRY, id="ferry again", source="The Other"), OTHER, story=story)
    bot.restart()
    bot.wire.list_in(OTHER, "ferry")
    bot.planner.run()
    assert bot.deliver() == [(7, "ferry")]
    bot.bring(replace(FERRY, id="much later"), FEED, story=story)
    assert bot.deliver() == []


def test_a_story_is_told_in_each_forum_topic_that_follows_it(bot: Bot) -> None:
    for thread in (None, 4, 5):
        bot.store.chat(-7, language="en", kind="group")
        bot.store.subscribe(Subscription(-7, Kind.FEED, FEED, "News", NOON, thread_id=thread))
    bot.bring(FERRY, FEED)
    claimed = bot.store.claim(NOON, PLENTY, 60.0)
    assert [delivery.manner.thread_id for delivery in claimed] == [None]  # one at a time, in a chat
    assert [row[0] for row in bot.rows()] == ["s:1:-7", "s:1:4:-7", "s:1:5:-7"]


@pytest.mark.parametrize("first", [Rhythm.DAILY, Rhythm.INSTANT])
def test_the_sooner_of_two_subscriptions_wins(bot: Bot, first: Rhythm) -> None:
    other = Rhythm.DAILY if first is Rhythm.INSTANT else Rhythm.INSTANT
    bot.follow(7, Kind.FEED, FEED, rhythm=first)
    bot.follow(7, Kind.SOURCE, "The Example", rhythm=other)
    bot.bring(FERRY, FEED)
    assert bot.deliver() == [(7, "ferry")]
    bot.clock.advance(7 * 86_400)
    assert bot.deliver() == []


def test_words_that_must_appear_and_words_that_must_not(bot: Bot) -> None:
    bot.follow(7, Kind.FEED, FEED, must=("ninety people",))
    bot.follow(8, Kind.FEED, FEED, must=("ferries", "hundred"))
    bot.follow(9, Kind.FEED, FEED, must_not=("carry",))
    bot.follow(10, Kind.FEED, FEED, must=("sail",), must_not=("bread",))
    bot.bring(FERRY, FEED)
    assert bot.deliver() == [(7, "ferry"), (10, "ferry")]


def test_what_a_topic_takes_depends_on_its_level_and_on_feedback(bot: Bot) -> None:
    bot.follow(7, Kind.TOPIC, "ferry", matching=Matching.STRICT)
    bot.follow(8, Kind.TOPIC, "ferry bread", matching=Matching.STRICT)  # half of it
    bot.follow(9, Kind.TOPIC, "ferry bread", matching=Matching.WIDE)
    bot.follow(10, Kind.TOPIC, "ferry bread", matching=Matching.WIDE, shift=0.5)
    bot.bring(FERRY)
    assert bot.deliver() == [(7, "ferry"), (9, "ferry")]


def test_what_is_old_when_it_comes_in_is_no_news_unless_a_feed_brings_it(bot: Bot) -> None:
    bot.follow(7, Kind.SOURCE, "The Example")
    bot.follow(8, Kind.FEED, FEED)
    bot.bring(replace(FERRY, published=NOON - timedelta(days=30)), FEED)
    assert bot.deliver() == [(8, "ferry")]


def test_nobody_is_told_what_came_before_they_followed(bot: Bot) -> None:
    bot.wire.add(FERRY)
    bot.wire.list_in(FEED, "ferry")
    bot.follow(7, Kind.FEED, FEED)
    bot.planner.run()
    assert bot.deliver() == []
    bot.bring(BAKERY, FEED)
    assert bot.deliver() == [(7, "bakery")]


def test_muted_paused_and_blocked_are_left_alone(bot: Bot) -> None:
    muted = bot.follow(7, Kind.FEED, FEED)
    bot.store.set_muted(muted, True)
    bot.follow(8, Kind.FEED, FEED)
    bot.store.set_paused(8, True, bot.wire.log_end())
    bot.follow(9, Kind.FEED, FEED)
    bot.store.set_active(9, False)
    bot.follow(TERMINAL_CHAT, Kind.FEED, FEED)  # it shows its alerts by itself
    bot.follow(10, Kind.FEED, FEED)
    bot.bring(FERRY, FEED)
    assert bot.deliver() == [(10, "ferry")]
    assert len(bot.rows()) == 1


def test_a_hushed_story_is_told_no_more(bot: Bot) -> None:
    bot.follow(7, Kind.STORY, "1")
    story = bot.bring(FERRY, FEED)
    assert bot.deliver() == [(7, "ferry")]
    bot.store.hush(7, story)
    bot.bring(replace(FERRY, id="more"), story=story)
    assert bot.deliver() == []


# -- when


def test_quiet_hours_gather_what_they_hold(bot: Bot) -> None:
    bot.follow(7, Kind.EVERYTHING, "")
    bot.store.set_hours(7, Hours(quiet=(11 * 60, 14 * 60)))
    bot.bring(FERRY)
    bot.bring(BAKERY)
    assert bot.deliver() == []
    bot.clock.advance(2 * 3600 - 1)
    assert bot.deliver() == []
    bot.clock.advance(1)
    assert bot.deliver() == [(7, "bakery+ferry")]


@pytest.mark.parametrize(
    ("wishes", "hours"),
    [({"rhythm": Rhythm.HOURLY}, 1), ({"rhythm": Rhythm.DAILY, "minute": 8 * 60}, 20),
     ({"rhythm": Rhythm.WEEKLY, "minute": 12 * 60, "weekday": 0}, 24)],
)  # fmt: skip
def test_a_digest_comes_at_its_time_and_nothing_before(bot: Bot, wishes: Mapping[str, object], hours: int) -> None:
    bot.follow(7, Kind.EVERYTHING, "", **wishes)
    bot.bring(FERRY)
    bot.bring(BAKERY)
    bot.clock.advance(hours * 3600 - 1)
    assert bot.deliver() == []
    bot.clock.advance(1)
    assert bot.deliver() == [(7, "bakery+ferry")]


def test_what_is_gathered_waits_in_the_digests_lane(bot: Bot) -> None:
    bot.follow(7, Kind.EVERYTHING, "", rhythm=Rhythm.HOURLY)
    bot.follow(8, Kind.EVERYTHING, "", silent=True)
    bot.bring(FERRY)
    (alert,) = bot.store.claim(NOON, PLENTY, 60.0)
    assert (alert.chat_id, alert.lane, alert.manner.silent) == (8, Lane.ALERT, True)
    bot.store.settle(alert, Sent(1), NOON)
    bot.clock.advance(3600)
    (digest,) = bot.store.claim(bot.clock(), PLENTY, 60.0)
    assert (digest.chat_id, digest.lane) == (7, Lane.DIGEST)


# -- stories, updates, questions


def test_who_follows_a_story_gets_a_reply_for_a_development_and_nothing_for_a_copy(bot: Bot) -> None:
    bot.follow(7, Kind.STORY, "1")
    bot.follow(8, Kind.EVERYTHING, "")
    story = bot.bring(FERRY)
    assert bot.deliver() == [(7, "ferry"), (8, "ferry")]
    bot.bring(replace(FERRY, id="a copy"), story=story, copy_of="ferry")
    assert bot.deliver() == []
    bot.bring(replace(FERRY, id="what came of it"), story=story)
    assert bot.deliver() == [(7, "reply what came of it")]


@pytest.mark.parametrize(
    ("weight", "became"), [("nothing", []), ("wording", ["edit ferry"]), ("news", ["reply ferry"])]
)
def test_what_becomes_of_an_article_is_told_where_it_was_told(bot: Bot, weight: str, became: list[str]) -> None:
    bot.follow(7, Kind.FEED, FEED)
    bot.bring(FERRY, FEED)
    bot.deliver()
    bot.wire.update("ferry", weight, title="The ferry sails on Tuesday")
    bot.planner.run()
    claimed = bot.store.claim(bot.clock(), PLENTY, 60.0)
    assert [told(delivery) for delivery in claimed] == became
    assert all(delivery.manner.silent for delivery in claimed)


def test_an_update_is_weighed_beside_what_was_told_before_it(bot: Bot) -> None:
    bot.follow(7, Kind.FEED, FEED)
    bot.bring(FERRY, FEED)
    became = bot.deliver()
    for weight in ("news", "wording", "nothing"):
        bot.wire.update("ferry", weight)
        bot.planner.run()
        became += bot.deliver()
    assert became == [(7, "ferry"), (7, "reply ferry"), (7, "edit ferry")]


def test_an_update_that_brings_no_new_revision_is_told_to_nobody(bot: Bot) -> None:
    bot.wire.add(FERRY)
    bot.wire.update("ferry", "news")
    bot.follow(7, Kind.FEED, FEED)
    bot.bring(bot.wire.held["ferry"], FEED)
    assert bot.deliver() == [(7, "ferry")]
    bot.wire.add(bot.wire.held["ferry"])  # its passages are cut anew
    bot.planner.run()
    assert bot.deliver() == []


def test_updates_that_come_together_are_told_once(bot: Bot) -> None:
    bot.follow(7, Kind.FEED, FEED)
    bot.bring(FERRY, FEED)
    bot.deliver()
    for weight in ("nothing", "news", "wording"):
        bot.wire.update("ferry", weight)
    bot.planner.run()
    assert bot.deliver() == [(7, "reply ferry")]


def test_an_update_of_what_was_never_sent_changes_nothing(bot: Bot) -> None:
    bot.follow(7, Kind.FEED, FEED, rhythm=Rhythm.DAILY)
    bot.bring(FERRY, FEED)
    before = bot.rows()
    bot.wire.update("ferry", "news")
    bot.planner.run()
    assert bot.rows() == before


def test_an_update_is_not_told_to_who_paused_or_unfollowed(bot: Bot) -> None:
    bot.follow(7, Kind.FEED, FEED)
    number = bot.follow(8, Kind.FEED, FEED)
    bot.bring(FERRY, FEED)
    bot.deliver()
    bot.store.set_paused(7, True, bot.wire.log_end())
    bot.store.unsubscribe(number)
    bot.wire.update("ferry", "news")
    bot.planner.run()
    assert bot.deliver() == []


def test_a_question_ends_when_it_is_answered(bot: Bot) -> None:
    asked = "When does the ferry sail?"
    number = bot.follow(7, Kind.QUESTION, asked)
    bot.bring(BAKERY)
    bot.bring(replace(FERRY, id="no answer"))
    assert bot.deliver() == []
    bot.wire.answering[asked] = {"ferry", "another"}
    bot.bring(FERRY)
    bot.bring(replace(FERRY, id="another"))
    assert bot.deliver() == [(7, "ferry")]
    subscription = bot.store.subscription(number)
    assert subscription is not None
    assert subscription.muted


def test_an_answer_is_told_even_if_its_story_was(bot: Bot) -> None:
    bot.follow(7, Kind.EVERYTHING, "")
    story = bot.bring(FERRY)
    assert bot.deliver() == [(7, "ferry")]
    asked = "How many people does the ferry carry?"
    bot.follow(7, Kind.QUESTION, asked)
    bot.wire.answering[asked] = {"more"}
    bot.bring(replace(FERRY, id="more"), story=story)
    assert bot.deliver() == [(7, "more")]


def test_what_becomes_of_a_feed_is_told_to_its_followers_each_time(bot: Bot) -> None:
    bot.follow(7, Kind.FEED, FEED)
    bot.follow(8, Kind.FEED, OTHER)
    arrived = []
    for kind in ("down", "back", "down", "ended"):
        bot.wire.trouble(kind, FEED)
        bot.planner.run()
        arrived += bot.deliver()
    assert arrived == [(7, "down"), (7, "back"), (7, "down"), (7, "ended")]


# -- again, and after being cut off


def test_planning_twice_changes_nothing(bot: Bot) -> None:
    bot.follow(7, Kind.FEED, FEED)
    bot.follow(7, Kind.TOPIC, "bread", rhythm=Rhythm.DAILY)
    bot.follow(8, Kind.EVERYTHING, "")
    bot.bring(FERRY, FEED)
    bot.bring(BAKERY, FEED)
    before = bot.rows()
    assert bot.planner.run() == 0
    bot.store.enqueue((), {PLANNED: 0})
    bot.restart()
    bot.planner.run()
    assert bot.rows() == before


def test_a_log_begun_anew_is_gone_on_with_from_its_end(bot: Bot) -> None:
    bot.follow(7, Kind.EVERYTHING, "")
    bot.bring(FERRY, FEED)
    bot.bring(BAKERY, FEED)
    assert len(bot.deliver()) == 2
    bot.follow(8, Kind.EVERYTHING, "")  # from here on, in the old log's numbers
    bot.wire.log = bot.wire.log[:1]
    bot.planner.run()
    assert bot.store.cursor() == 1
    bot.bring(replace(FERRY, id="new"), story=1)  # a number that another story had
    assert bot.deliver() == [(7, "new"), (8, "new")]


def test_what_an_older_bot_told_by_article_is_not_told_again(bot: Bot) -> None:
    number = bot.follow(7, Kind.FEED, FEED)
    bot.wire.add(FERRY)
    bot.wire.add(replace(BAKERY, id="gone"))
    bot.wire.remove("gone")
    for article_id in ("ferry", "gone"):
        old = Delivery(f"a:{article_id}:7", Lane.ALERT, 7, Alert(article_id, 0, number))
        bot.store.enqueue([old], {})
    assert bot.deliver() == [(7, "ferry"), (7, "gone")]
    bot.planner.run()
    assert {key for key, *_ in bot.rows()} == {"s:1:7", "old:2"}
    bot.wire.list_in(FEED, "ferry")
    bot.planner.run()
    assert bot.deliver() == []


def test_what_one_subscription_was_to_tell_is_told_by_another_when_it_ends(bot: Bot) -> None:
    ends = bot.follow(7, Kind.TOPIC, "ferries", rhythm=Rhythm.HOURLY)
    stays = bot.follow(7, Kind.EVERYTHING, "", rhythm=Rhythm.DAILY)
    bot.bring(FERRY)
    bot.store.unsubscribe(ends)
    after = bot.store.withdraw(7, ends)
    assert after is not None
    bot.planner.replan(7, after)
    bot.clock.advance(3 * 3600)
    assert bot.deliver() == []  # by the other, and at its time
    bot.clock.advance(24 * 3600)
    [delivery] = bot.store.claim(bot.clock(), PLENTY, 60.0)
    assert isinstance(delivery.content, Digest)
    assert [alert.subscription for alert in delivery.content.alerts] == [stays]


class Stumbling(FakeWire):
    """Cannot make anything of one article."""

    def match(self, interests: Interests, article_id: str) -> list[Match]:
        if article_id == "ferry":
            raise ValueError("no words")
        return super().match(interests, article_id)

    def weight(self, article_id: str, since_revision: int) -> str:
        raise ValueError("no words")


def test_an_article_that_cannot_be_matched_holds_nobody_up(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    bot.wire = Stumbling()
    bot.restart()
    bot.follow(7, Kind.TOPIC, "bakeries")
    bot.follow(8, Kind.FEED, FEED)
    bot.bring(FERRY, FEED)
    bot.bring(BAKERY)
    assert bot.deliver() == [(7, "bakery"), (8, "ferry")]
    bot.wire.update("ferry", "news", text="Something else.")
    bot.planner.run()
    assert bot.deliver() == []
    assert caplog.text.count("could not be") >= 2


class CutOff(Exception):
    """The process is gone."""


class FailingStore(BotStore):
    """Dies at one of its commits: before it, or when it is done and nobody knows yet."""

    commits_left: int | None = None
    committed = False

    def enqueue(self, deliveries: Sequence[Delivery], places: Mapping[str, int], answered: Sequence[int] = ()) -> None:
        if self.commits_left == 0 and not self.committed:
            raise CutOff
        super().enqueue(deliveries, places, answered)
        if self.commits_left == 0:
            raise CutOff
        if self.commits_left is not None:
            self.commits_left -= 1


def failing(folder: Path, clock: HandClock) -> FailingStore:
    return FailingStore(open_engine(f"sqlite:///{folder}/bot.db", MIGRATIONS, HEAD), clock)


def eventful(bot: Bot) -> None:
    """Many chats with all kinds of subscriptions, alerts that arrived, and a log that is to be planned for."""
    for chat_id in range(1, 8):
        bot.follow(chat_id, Kind.FEED, FEED, rhythm=Rhythm.DAILY if chat_id % 3 == 0 else Rhythm.INSTANT)
        bot.follow(chat_id, Kind.TOPIC, "ferry" if chat_id % 2 else "bread")
    bot.follow(3, Kind.STORY, "1")
    bot.follow(4, Kind.QUESTION, "What does it sell?")
    bot.follow(5, Kind.EVERYTHING, "")
    bot.bring(FERRY, FEED)
    bot.deliver()
    bot.wire.answering["What does it sell?"] = {"bakery"}
    bot.wire.update("ferry", "news")
    bot.wire.add(BAKERY)
    bot.wire.list_in(FEED, "bakery")
    bot.wire.add(replace(FERRY, id="development"), story=1)
    bot.wire.trouble("down", FEED)


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Bot:
    """What the log and the database are before planning; the database is closed, to be copied."""
    folder = tmp_path_factory.mktemp("before")
    bot = Bot(blank_store(folder, HandClock()), HandClock())
    eventful(bot)
    bot.store.close()
    return bot


def planned(before: Bot, cuts: Sequence[int], committed: bool, at_once: int) -> tuple[int, list[tuple[object, ...]]]:
    """How often planning was cut off, after so many commits each, and what the outbox holds in the end."""
    happened = 0
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(str(before.store._engine.url.database), folder)
        bot = Bot(failing(Path(folder), before.clock), before.clock, at_once)
        bot.wire = before.wire
        bot.store.committed = committed
        for commits in [*cuts, None]:
            bot.restart()
            bot.store.commits_left = commits
            try:
                bot.planner.run()
            except CutOff:
                happened += 1
        rows = bot.rows()
        bot.store.close()
    return happened, rows


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(0, 9), max_size=4), committed=st.booleans(), at_once=st.integers(1, 5))
def test_planning_may_be_cut_off_anywhere(before: Bot, cuts: list[int], committed: bool, at_once: int) -> None:
    _, rows = planned(before, cuts, committed, at_once)
    assert rows == planned(before, (), False, 2_000)[1]


def test_the_cuts_do_happen(before: Bot) -> None:
    cut_off, rows = planned(before, (0, 1, 2, 3), False, 1)
    assert cut_off == 4
    assert sum(key.startswith("s:2:") for key, *_ in rows) == 7


# -- a chat that comes back


def away(bot: Bot) -> Chat:
    """Blocked the bot with one alert waiting; two more articles came meanwhile."""
    bot.follow(7, Kind.FEED, FEED)
    bot.bring(replace(FERRY, id="waiting"), FEED)
    bot.store.set_active(7, False)
    bot.bring(FERRY, FEED)
    bot.bring(BAKERY, FEED)
    bot.store.set_active(7, True)
    chat = bot.store.known_chat(7)
    assert chat is not None
    return chat


def test_who_comes_back_gets_what_was_missed_as_one_message(bot: Bot) -> None:
    chat = away(bot)
    assert bot.deliver() == []
    assert bot.planner.replay(chat) == 3
    assert bot.deliver() == [(7, "bakery+ferry+waiting")]
    bot.planner.replay(chat)
    assert bot.deliver() == []


def test_pausing_leaves_what_is_being_sent(bot: Bot) -> None:
    bot.follow(7, Kind.FEED, FEED)
    bot.bring(FERRY, FEED)
    (on_its_way,) = bot.store.claim(bot.clock(), PLENTY, 60.0)
    bot.store.hold_back(7)
    bot.store.settle(on_its_way, Sent(1), bot.clock())
    assert bot.store.missed(7) == 0
    assert bot.store.counts() == {"done": 1}


def test_who_comes_back_while_planning_was_cut_off_misses_nothing(tmp_path: Path, clock: HandClock) -> None:
    store = failing(tmp_path, clock)
    bot = Bot(store, clock, at_once=1)
    bot.follow(7, Kind.FEED, FEED)
    bot.follow(8, Kind.FEED, FEED)
    store.set_paused(7, True, bot.wire.log_end())
    store.commits_left = 2  # the round's begin, and the page that passes chat 7
    with pytest.raises(CutOff):
        bot.bring(FERRY, FEED)
    store.commits_left = None
    store.set_paused(7, False, 0)
    chat = store.known_chat(7)
    assert chat is not None
    bot.planner.replay(chat)
    bot.planner.run()
    assert bot.deliver() == [(7, "ferry"), (8, "ferry")]
    store.close()


def test_an_answer_that_was_missed_ends_its_question(bot: Bot) -> None:
    asked = "When does the ferry sail?"
    number = bot.follow(7, Kind.QUESTION, asked)
    bot.store.set_active(7, False)
    bot.wire.answering[asked] = {"ferry"}
    bot.bring(FERRY)
    bot.store.set_active(7, True)
    chat = bot.store.known_chat(7)
    assert chat is not None
    bot.planner.replay(chat)
    assert bot.deliver() == [(7, "ferry")]
    subscription = bot.store.subscription(number)
    assert subscription is not None
    assert subscription.muted
