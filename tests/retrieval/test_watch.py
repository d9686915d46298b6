from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from retrieval import Answer, Corpus, FetchFailed, NotAFeed, UnknownFeed
from retrieval.watch import MOST_TRIES
from tests.feedserver import FeedServer
from tests.retrieval.articles import BAKERY, LIGHTHOUSE

POLL = 300
LEAD = (
    "The ferry Sandpiper ran aground off Heron Rock on Friday with 61 people aboard, all of whom were brought ashore."
)
MORE = "Captain Ilse Marrow said that a rudder cable had snapped. The ferry will be towed to the yard on Monday."


@pytest.fixture
def site() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server


@pytest.fixture
def corpus(make_corpus: Callable[..., Corpus]) -> Corpus:
    return make_corpus()


class Clock:
    """Now, which goes on by a poll's interval whenever it is asked."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def later(self) -> datetime:
        self.now += timedelta(seconds=POLL + 1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def listed(corpus: Corpus) -> list[tuple[str, str | None]]:
    return [(change.article_id, change.feed) for change in corpus.changes(0) if change.kind == "listed"]


def test_what_a_feed_held_before_is_not_news(corpus: Corpus, site: FeedServer, clock: Clock) -> None:
    site.publish("Old news", LEAD)
    feed = corpus.watch(site.feed_url)
    assert feed.title == "Harbour Notes"
    assert feed.latest is not None
    assert feed.latest.title == "Old news"
    assert corpus.refresh(clock.later(), POLL).articles == 0
    assert listed(corpus) == []


def test_a_new_entry_becomes_an_article_that_can_be_asked_about(corpus: Corpus, site: FeedServer, clock: Clock) -> None:
    corpus.watch(site.feed_url)
    url = site.publish("Ferry aground off Heron Rock", LEAD, MORE)
    assert corpus.refresh(clock.later(), POLL).articles == 1
    assert listed(corpus) == [(url, site.feed_url)]
    answer = corpus.ask("Why did the Sandpiper run aground?")
    assert isinstance(answer, Answer)
    assert any("rudder cable" in sentence.text for sentence in answer.sentences)


def test_nothing_is_told_twice_and_an_unchanged_feed_is_not_sent_again(
    corpus: Corpus, site: FeedServer, clock: Clock
) -> None:
    corpus.watch(site.feed_url)
    site.publish("Ferry aground off Heron Rock", LEAD, MORE)
    corpus.refresh(clock.later(), POLL)
    assert corpus.refresh(clock.later(), POLL).unchanged == 1
    assert site.visits["/feed.xml", 304] == 1
    assert len(listed(corpus)) == 1


def test_a_feed_is_not_visited_before_it_is_due(corpus: Corpus, site: FeedServer, clock: Clock) -> None:
    corpus.watch(site.feed_url)
    now = clock.later()
    assert corpus.refresh(now, POLL).feeds == 1
    assert corpus.refresh(now + timedelta(seconds=POLL - 1), POLL).feeds == 0


def test_entries_found_before_a_crash_are_brought_after_it(
    corpus: Corpus, site: FeedServer, clock: Clock, make_corpus: Callable[..., Corpus]
) -> None:
    corpus.watch(site.feed_url)
    url = site.publish("Ferry aground off Heron Rock", LEAD, MORE)
    whole = site.page("/articles/1.html")
    site.serve("/articles/1.html", b"down for now", "text/plain", 503)  # the feed is read, the page is not
    assert corpus.refresh(clock.later(), POLL).articles == 0
    corpus.close()
    site.serve("/articles/1.html", whole.body)
    again = make_corpus()
    assert again.refresh(clock.later(), POLL).articles == 0  # a page that was down is given some time
    clock.later()
    assert again.refresh(clock.now, POLL).articles == 1
    assert listed(again) == [(url, site.feed_url)]


def test_a_page_that_cannot_be_had_is_replaced_by_the_feeds_own_copy(
    corpus: Corpus, site: FeedServer, clock: Clock
) -> None:
    corpus.watch(site.feed_url)
    url = site.publish("Ferry aground off Heron Rock", LEAD, MORE)
    site.serve("/articles/1.html", b"gone", "text/plain", 410)
    for tries in range(1, MOST_TRIES + 1):
        corpus.refresh(clock.later(), POLL)
        clock.now += timedelta(seconds=POLL * 2**tries)
    assert corpus.article(url).text == LEAD
    assert corpus.article(url).title == "Ferry aground off Heron Rock"


def test_a_feed_that_fails_is_left_alone_longer_each_time(corpus: Corpus, site: FeedServer, clock: Clock) -> None:
    corpus.watch(site.feed_url)
    site.serve("/feed.xml", b"down", "text/plain", 500)
    waits = []
    for _ in range(3):
        clock.now = corpus.feeds()[0].due
        corpus.refresh(clock.now, POLL)
        waits.append(corpus.feeds()[0].due - clock.now)
    assert waits == sorted(waits)
    assert waits[0] > timedelta(seconds=POLL)
    assert waits[-1] >= 2 * waits[0]
    site.publish("Back again", LEAD)
    clock.now = corpus.feeds()[0].due
    assert corpus.refresh(clock.now, POLL).articles == 1
    assert corpus.feeds()[0].failures == 0


def test_two_feeds_that_carry_one_article_are_both_in_the_log(corpus: Corpus, site: FeedServer, clock: Clock) -> None:
    corpus.watch(site.feed_url)
    with FeedServer("Another") as other:
        corpus.watch(other.feed_url)
        url = site.publish("Ferry aground off Heron Rock", LEAD, MORE)
        other.serve("/feed.xml", site.page("/feed.xml").body, "application/rss+xml")
        corpus.refresh(clock.later(), POLL)
    assert sorted(listed(corpus)) == sorted([(url, site.feed_url), (url, other.feed_url)])
    assert [change.kind for change in corpus.changes(0)].count("added") == 1


def test_what_is_no_feed_is_named(corpus: Corpus, site: FeedServer) -> None:
    page = site.publish("Ferry aground off Heron Rock", LEAD)
    with pytest.raises(NotAFeed):
        corpus.watch(page)
    with pytest.raises(FetchFailed):
        corpus.watch(site.root + "/nowhere.xml")
    assert corpus.feeds() == []


def test_a_feed_that_is_no_longer_watched_is_forgotten(corpus: Corpus, site: FeedServer, clock: Clock) -> None:
    corpus.watch(site.feed_url)
    corpus.unwatch(site.feed_url)
    site.publish("Ferry aground off Heron Rock", LEAD)
    assert corpus.refresh(clock.later(), POLL).feeds == 0
    with pytest.raises(UnknownFeed):
        corpus.unwatch(site.feed_url)


def test_a_page_is_added_by_its_address(corpus: Corpus, site: FeedServer) -> None:
    url = site.publish(LIGHTHOUSE.title, *LIGHTHOUSE.text.split("\n\n"))
    added = corpus.add_page(url + "?utm_source=letter")
    assert (added.judgement, added.article.id, added.article.title) == ("new", url, LIGHTHOUSE.title)
    assert corpus.add_page(url).judgement == "same"
    site.serve("/articles/1.html", site.page("/articles/1.html").body.replace(b"41 years", b"42 years"))
    assert corpus.add_page(url).judgement == "updated"
    assert BAKERY.id not in {article.id for article in corpus.articles()}
