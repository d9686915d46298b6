from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import escape
from ipaddress import ip_network
from pathlib import Path

import pytest

from retrieval import Answer, Corpus, FetchFailed, NotAFeed, UnknownFeed
from retrieval.bringing import MOST_PAGES, MOST_TRIES
from retrieval.ingest import Ingest
from retrieval.pace import SPREAD
from retrieval.ports import Embedder
from retrieval.reading import Sources
from retrieval.sources.robots import Robots
from retrieval.sources.types import Fetch, Fetched, NotModified, Validators
from retrieval.sources.web import GuardedFetcher
from retrieval.sources.workers import Workers
from retrieval.store import Store
from retrieval.watch import FeedWatch
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


def item(guid: str, title: str, html: str = "", url: str = "") -> str:
    link = f"<link>{url}</link>" if url else ""
    known = f"<guid isPermaLink='false'>{guid}</guid>"
    return f"<item>{known}<title>{title}</title>{link}<description>{escape(html)}</description></item>"


def serve_feed(site: FeedServer, *items: str) -> None:
    rss = f'<rss version="2.0"><channel><title>{site.title}</title>{"".join(items)}</channel></rss>'
    site.serve("/feed.xml", rss.encode(), "application/rss+xml")


class Clock:
    """Now, which goes on by a poll's longest interval whenever it is asked."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def later(self) -> datetime:
        self.now += timedelta(seconds=POLL * (1 + SPREAD) + 1)
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
    site.serve("/articles/1.html", b"down", "text/plain", 503)
    for tries in range(1, MOST_TRIES + 1):
        assert listed(corpus) == []
        corpus.refresh(clock.later(), POLL)
        clock.now += timedelta(seconds=POLL * 2**tries)
    assert listed(corpus) == [(url, site.feed_url)]
    assert corpus.article(url).text == LEAD
    assert corpus.article(url).title == "Ferry aground off Heron Rock"


@pytest.mark.parametrize(
    ("body", "status"), [(b"gone", 410), (b"no", 403), (b"<html><body><p>Please wait.</p></body></html>", 200)]
)
def test_a_page_that_will_not_come_is_replaced_at_once(
    corpus: Corpus, site: FeedServer, clock: Clock, body: bytes, status: int
) -> None:
    corpus.watch(site.feed_url)
    url = site.publish("Ferry aground off Heron Rock", LEAD, MORE)
    site.serve("/articles/1.html", body, "text/html", status)
    assert corpus.refresh(clock.later(), POLL).articles == 1
    assert corpus.article(url).text == LEAD


def test_a_teaser_never_takes_the_place_of_the_article_that_is_held(
    corpus: Corpus, site: FeedServer, clock: Clock
) -> None:
    corpus.watch(site.feed_url)
    url = site.publish("Ferry aground off Heron Rock", LEAD, MORE)
    corpus.add_page(url)
    site.serve("/articles/1.html", b"no", "text/plain", 403)
    assert corpus.refresh(clock.later(), POLL).articles == 1
    assert listed(corpus) == [(url, site.feed_url)]
    assert MORE in corpus.article(url).text
    assert corpus.article(url).revision == 1


def test_entries_without_an_address_are_told_apart_by_their_feeds(
    corpus: Corpus, site: FeedServer, clock: Clock
) -> None:
    with FeedServer("Another") as other:
        for place in (site, other):
            corpus.watch(place.feed_url)
            serve_feed(
                place, item("1", f"News of {place.feed_url}", f"<p>{place.feed_url}: {LEAD}</p>"), item("2", "x")
            )
        assert corpus.refresh(clock.later(), POLL).articles == 2
        assert sorted(listed(corpus)) == sorted((f"{p.feed_url}#1", p.feed_url) for p in (site, other))
    assert corpus.article(f"{site.feed_url}#1").url is None
    before = corpus.last_change()
    corpus.refresh(clock.now + timedelta(days=2), POLL)
    assert corpus.last_change() == before


def test_a_guid_that_is_repeated_makes_no_old_news_new(corpus: Corpus, site: FeedServer, clock: Clock) -> None:
    old, new = (item("same", title, f"<p>{title}. {LEAD}</p>", f"{site.root}/{title}") for title in ("old", "new"))
    serve_feed(site, old)
    corpus.watch(site.feed_url)
    serve_feed(site, new, old)
    corpus.refresh(clock.later(), POLL)
    assert listed(corpus) == [(f"{site.root}/new", site.feed_url)]
    serve_feed(site, new)
    corpus.refresh(clock.later(), POLL)
    assert len(listed(corpus)) == 1


class Broken:
    """A way out to the network that breaks, for some addresses, as no one foresaw."""

    def __init__(self, *broken: str) -> None:
        self.broken = broken
        self._fetch = GuardedFetcher((ip_network("127.0.0.0/8"),))

    def __call__(self, url: str, validators: Validators) -> Fetched | NotModified:
        if url in self.broken:
            raise RuntimeError("nobody foresaw this")
        return self._fetch(url, validators)


@pytest.fixture
def watch_with(embedder: Embedder, tmp_path: Path) -> Iterator[Callable[[Fetch], FeedWatch]]:
    store = Store(f"sqlite:///{tmp_path / 'articles.db'}")
    with Workers() as workers:
        made: list[FeedWatch] = []

        def make(fetch: Fetch) -> FeedWatch:
            sources = Sources(fetch, workers, Robots(fetch))
            made.append(FeedWatch(store.engine, sources, Ingest(store, embedder)))
            return made[-1]

        yield make
        for watch in made:
            watch.close()
    store.close()


def test_what_nobody_foresaw_is_one_feeds_failure_and_the_others_go_on(
    watch_with: Callable[[Fetch], FeedWatch], site: FeedServer, clock: Clock
) -> None:
    fetch = Broken()
    watch = watch_with(fetch)
    with FeedServer("Another") as other:
        for place in (site, other):
            watch.watch(place.feed_url)
            place.publish("Ferry aground off Heron Rock", f"{place.root}: {LEAD}")
        fetch.broken = (site.feed_url,)
        done = watch.refresh(clock.later(), POLL)
    assert (done.feeds, done.failed, done.articles) == (2, 1, 1)
    assert {feed.url: feed.failures for feed in watch.feeds()} == {site.feed_url: 1, other.feed_url: 0}
    assert all(feed.due > clock.now for feed in watch.feeds())


def test_what_nobody_foresaw_in_a_page_does_not_hold_up_the_next(
    watch_with: Callable[[Fetch], FeedWatch], site: FeedServer, clock: Clock
) -> None:
    fetch = Broken()
    watch = watch_with(fetch)
    watch.watch(site.feed_url)
    fetch.broken = (site.publish("A", "Short."),)
    site.publish("Ferry aground off Heron Rock", LEAD, MORE)
    assert watch.refresh(clock.later(), POLL).articles == 1


def test_hostile_bytes_do_not_end_the_round(corpus: Corpus, site: FeedServer, clock: Clock) -> None:
    corpus.watch(site.feed_url)
    url = f"{site.root}/page.html"
    hostile = "<item><guid>1</guid><title>&#xD800;</title><description>&#x110000;</description></item>"
    serve_feed(site, hostile, item("2", "Ferry aground", "", url))
    page = f"<html><body><article><p>Café. {LEAD}</p></article></body></html>"
    site.serve("/page.html", page.encode("latin-1"), "text/html; charset=base64")
    assert corpus.refresh(clock.later(), POLL).failed == 0
    assert listed(corpus) == [(url, site.feed_url)]


def test_one_feed_with_much_to_say_does_not_hold_up_the_others(corpus: Corpus, site: FeedServer, clock: Clock) -> None:
    with FeedServer("Another") as other:
        corpus.watch(site.feed_url)
        corpus.watch(other.feed_url)
        many = [item(str(n), "x", "", f"{site.root}/gone/{n}") for n in range(MOST_PAGES + 20)]
        serve_feed(site, *many)
        url = other.publish("Ferry aground off Heron Rock", LEAD, MORE)
        asked = []
        for now in (clock.later(), clock.now):
            corpus.refresh(now, POLL)
            assert listed(corpus) == [(url, other.feed_url)]
            asked.append(sum(count for (path, _), count in site.visits.items() if path.startswith("/gone/")))
    assert asked == [MOST_PAGES - 1, MOST_PAGES + 20]


class Unwatching:
    """A way out to the network during which a feed is given up."""

    url: str = ""
    watch: FeedWatch | None = None

    def __init__(self, site: FeedServer) -> None:
        self._fetch, self._site = Broken(), site

    def __call__(self, url: str, validators: Validators) -> Fetched | NotModified:
        if url == self.url and self.watch:
            self.watch.unwatch(self._site.feed_url)
        return self._fetch(url, validators)


@pytest.mark.parametrize("during", ["feed", "page"])
def test_a_feed_that_is_given_up_during_a_visit_is_gone(
    watch_with: Callable[[Fetch], FeedWatch], site: FeedServer, clock: Clock, during: str
) -> None:
    fetch = Unwatching(site)
    fetch.watch = watch_with(fetch)
    fetch.watch.watch(site.feed_url)
    fetch.url = {"page": site.publish("Ferry aground off Heron Rock", LEAD, MORE), "feed": site.feed_url}[during]
    done = fetch.watch.refresh(clock.later(), POLL)
    assert (done.feeds, done.failed, done.articles) == (1, 0, 0)
    assert fetch.watch.feeds() == []


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
