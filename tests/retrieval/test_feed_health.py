from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import FetchFailed, NotAFeed
from retrieval.ingest import Ingest
from retrieval.pace import LONGEST_WAIT, SPREAD
from retrieval.ports import Embedder
from retrieval.reading import Sources
from retrieval.sources.robots import Robots
from retrieval.sources.types import Feed, Fetched, NotModified, ParsedFeed, Validators
from retrieval.sources.workers import Workers
from retrieval.store import Store
from retrieval.watch import FeedWatch
from retrieval.watched import DOWN_AFTER, FEEDS, Aftermath, Watched, after_failure, after_success

POLL = 300
BASE = timedelta(seconds=POLL)
HARBOUR = "https://harbour.example/feed.xml"
QUAY = "https://quay.example/feed.xml"
PIER = "https://pier.example/feed.xml"
DOWN = FetchFailed(HARBOUR, "server error", 503)
GONE = FetchFailed(HARBOUR, "not found", 410)


class Web:
    """The port `Fetch`: each address gives what it is told to, and 304 to who holds that already."""

    def __init__(self) -> None:
        self.gives: dict[str, Fetched | Exception] = {}
        self.asked: list[str] = []

    def __call__(self, url: str, validators: Validators) -> Fetched | NotModified:
        self.asked.append(url)
        given = self.gives.get(url, FetchFailed(url, "not found", 404))
        if isinstance(given, Exception):
            raise given
        if validators == given.validators != Validators():
            return NotModified(given.url, given.moved, given.fresh_for)
        return given


def a_feed(url: str, *titles: str, ttl: str = "", moved: str | None = None, fresh: float | None = None) -> Fetched:
    """Its items have no pages of their own."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{title}</guid><title>{title}</title>"
        f"<description>The {title} was seen from the harbour wall by three fishermen on Monday. She sailed on the "
        f"evening tide, with timber for the yard on Heron Rock, and is expected back on Friday.</description></item>"
        for title in titles
    )
    rss = f'<rss version="2.0"><channel><title>Harbour Notes</title>{ttl}{items}</channel></rss>'
    validators = Validators(f'"{len(titles)}"')
    return Fetched(moved or url, rss.encode(), "application/rss+xml", "utf-8", validators, moved, fresh)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers() as running:
        yield running


class Post:
    """A watch over a scripted web, on a clock of its own."""

    def __init__(self, store: Store, embedder: Embedder, workers: Workers) -> None:
        self.web = Web()
        self._store = store
        self.watch = FeedWatch(store.engine, Sources(self.web, workers, Robots(self.web)), Ingest(store, embedder))
        self.now = datetime.now(UTC) + timedelta(seconds=1)

    def begin(self, url: str, *titles: str) -> None:
        self.web.gives[url] = a_feed(url, *titles)
        self.watch.watch(url)

    def visit(self, times: int = 1) -> None:
        """Goes on to when the first feed is due, and visits it."""
        for _ in range(times):
            self.now = max(self.now, min(feed.due for feed in self.watch.feeds() if not feed.ended))
            assert self.watch.refresh(self.now, POLL).feeds

    def feed(self, url: str = HARBOUR) -> Feed:
        return next(feed for feed in self.watch.feeds() if feed.url == url)

    def told(self) -> list[tuple[str, str | None]]:
        """What the log says of feeds, and of articles only that there is one more."""
        changes = self._store.changes(0, 10_000)
        assert all((c.article_id, c.revision) == ("", 0) for c in changes if c.kind in ("down", "back", "ended"))
        return [(change.kind, change.feed) for change in changes if change.kind != "added"]


@pytest.fixture
def post(embedder: Embedder, workers: Workers, tmp_path: Path) -> Iterator[Post]:
    store = Store(f"sqlite:///{tmp_path / 'articles.db'}")
    post = Post(store, embedder, workers)
    yield post
    post.watch.close()
    store.close()


# --- down and back


def test_a_feed_that_is_down_for_five_days_is_told_once_and_its_return_once(post: Post) -> None:
    post.begin(HARBOUR)
    post.web.gives[HARBOUR] = DOWN
    began = post.feed().due
    while post.now - began < DOWN_AFTER + timedelta(days=4):
        post.visit()
        told_in_time = post.now - began < DOWN_AFTER + timedelta(days=1) or post.told() == [("down", HARBOUR)]
        assert told_in_time
        assert post.told() == [] or post.now - began >= DOWN_AFTER
    assert post.feed().down_since is not None
    post.web.gives[HARBOUR] = a_feed(HARBOUR)
    post.visit(3)
    assert post.told() == [("down", HARBOUR), ("back", HARBOUR)]
    assert (post.feed().down_since, post.feed().failures) == (None, 0)


def test_a_bad_weekend_is_nobodys_news(post: Post) -> None:
    post.begin(HARBOUR)
    post.web.gives[HARBOUR] = DOWN
    while post.now - (post.feed().down_since or post.now) < timedelta(days=2):
        post.visit()
    assert post.feed().failures > 3
    post.web.gives[HARBOUR] = a_feed(HARBOUR)
    post.visit()
    assert post.told() == []


def test_two_failures_are_not_enough_however_far_apart(post: Post) -> None:
    post.begin(HARBOUR)
    post.web.gives[HARBOUR] = DOWN
    post.visit()
    post.now += timedelta(days=9)  # during which nobody looked
    post.visit()
    assert post.told() == []
    post.visit()
    assert post.told() == [("down", HARBOUR)]


def a_row() -> Watched:
    return Watched(Feed(HARBOUR, "Harbour", Validators(), datetime.now(UTC), 0), None, None, False, None)


def changed(row: Watched, after: Aftermath) -> Watched:
    feed = replace(row.feed, failures=after.row["failures"], down_since=after.row["down_since"])
    return replace(row, feed=feed, told_down=after.row.get("told_down", row.told_down))


@given(st.lists(st.tuples(st.booleans(), st.timedeltas(timedelta(minutes=1), timedelta(days=3))), max_size=60))
def test_down_and_back_take_turns(visits: list[tuple[bool, timedelta]]) -> None:
    row, now, told = a_row(), datetime(2026, 5, 4, tzinfo=UTC), list[str]()
    for answers, pause in visits:
        now += pause
        after = (
            after_success(row, NotModified(HARBOUR), taken=False) if answers else after_failure(row, DOWN, now, BASE)
        )
        told += [after.told] if after.told else []
        row = changed(row, after)
    assert told == (["down", "back"] * len(told))[: len(told)]


# --- the end


def test_a_feed_that_is_gone_is_never_visited_again_and_told_once(post: Post) -> None:
    post.begin(HARBOUR)
    post.web.gives[HARBOUR] = GONE
    post.visit()
    assert post.feed().ended
    before = len(post.web.asked)
    for days in range(40):
        post.watch.refresh(post.now + timedelta(days=days), POLL)
    assert len(post.web.asked) == before
    assert post.told() == [("ended", HARBOUR)]


def test_a_feed_that_ended_begins_anew_when_it_is_watched_again(post: Post) -> None:
    post.begin(HARBOUR, "Sandpiper")
    post.web.gives[HARBOUR] = GONE
    post.visit()
    with pytest.raises(FetchFailed):
        post.watch.watch(HARBOUR)
    assert post.feed().ended
    post.web.gives[HARBOUR] = a_feed(HARBOUR, "Sandpiper", "Curlew")
    post.watch.watch(HARBOUR)
    assert not post.feed().ended
    post.web.gives[HARBOUR] = a_feed(HARBOUR, "Sandpiper", "Curlew", "Tern")
    post.visit()
    assert post.told() == [("ended", HARBOUR), ("listed", HARBOUR)]


def test_a_page_that_is_no_feed_does_not_end_it(post: Post) -> None:
    post.begin(HARBOUR)
    post.web.gives[HARBOUR] = Fetched(HARBOUR, b"<html><body><p>Back soon.</p></body></html>", "text/html")
    post.visit(2)
    assert (post.feed().ended, post.feed().failures) == (False, 2)


# --- moving


def moves(post: Post, to: str, *titles: str) -> None:
    post.web.gives[HARBOUR] = a_feed(HARBOUR, *titles, moved=to)
    post.web.gives[to] = a_feed(to, *titles)


def test_a_move_for_good_is_believed_the_second_time_and_the_feed_keeps_its_name(post: Post) -> None:
    post.begin(HARBOUR, "Sandpiper")
    moves(post, QUAY, "Sandpiper", "Curlew")
    post.visit(2)
    assert QUAY not in post.web.asked
    post.web.asked.clear()
    post.visit(3)
    assert set(post.web.asked) == {QUAY}
    post.web.gives[QUAY] = a_feed(QUAY, "Sandpiper", "Curlew", "Tern")
    post.visit()
    assert post.told() == [("listed", HARBOUR)] * 2


def test_a_move_that_was_a_slip_is_forgotten(post: Post) -> None:
    post.begin(HARBOUR)
    for to in (QUAY, PIER, QUAY, PIER, HARBOUR):
        moves(post, to)
        if to == HARBOUR:
            post.web.gives[HARBOUR] = a_feed(HARBOUR)
        post.visit()
    moves(post, QUAY)
    post.visit()
    assert set(post.web.asked) == {HARBOUR}


def test_a_feed_does_not_move_onto_another(post: Post) -> None:
    post.begin(HARBOUR)
    post.begin(QUAY)
    moves(post, QUAY)
    post.visit(10)
    assert [feed.url for feed in post.watch.feeds()] == [HARBOUR, QUAY]
    post.web.asked.clear()
    post.now += LONGEST_WAIT
    post.watch.refresh(post.now, POLL)
    assert sorted(post.web.asked) == [HARBOUR, QUAY]


@pytest.mark.parametrize(("error", "failures"), [(GONE, 1), (DOWN, 3)])
def test_a_feed_that_fails_where_it_moved_is_asked_for_where_it_was(
    post: Post, error: Exception, failures: int
) -> None:
    post.begin(HARBOUR)
    moves(post, QUAY)
    post.visit(3)
    post.web.gives |= {QUAY: error, HARBOUR: a_feed(HARBOUR, "Curlew")}
    post.visit(failures)
    assert post.told() == []
    post.visit()
    assert post.web.asked[-1] == HARBOUR
    assert post.feed().failures == 0
    assert post.told() == [("listed", HARBOUR)]


def test_who_watches_where_a_feed_has_moved_gets_that_feed(post: Post) -> None:
    post.begin(HARBOUR)
    moves(post, QUAY)
    post.visit(2)
    assert post.watch.watch(QUAY).url == HARBOUR
    assert len(post.watch.feeds()) == 1


# --- how soon again


def wait_of(post: Post, url: str = HARBOUR) -> timedelta:
    post.visit()
    return post.feed(url).due - post.now


def test_a_server_that_asks_to_be_left_alone_is(post: Post) -> None:
    post.begin(HARBOUR)
    post.web.gives[HARBOUR] = FetchFailed(HARBOUR, "too many requests", 429, 7200.0)
    assert timedelta(hours=2) <= wait_of(post) <= timedelta(hours=2) * (1 + SPREAD)
    assert post.feed().failures == 1
    post.web.gives[HARBOUR] = FetchFailed(HARBOUR, "too many requests", 429, 1e9)
    assert wait_of(post) == LONGEST_WAIT


def test_what_is_fresh_is_not_asked_for_changed_or_not(post: Post) -> None:
    post.begin(HARBOUR)
    post.web.gives[HARBOUR] = a_feed(HARBOUR, "Curlew", fresh=3600.0)
    for _ in range(3):
        assert timedelta(hours=1) <= wait_of(post) <= timedelta(hours=1) * (1 + SPREAD)


def test_a_publishers_wish_is_kept_while_nothing_changes(post: Post) -> None:
    post.begin(HARBOUR)
    post.web.gives[HARBOUR] = a_feed(HARBOUR, "Curlew", ttl="<ttl>90</ttl>")
    for _ in range(3):
        assert timedelta(minutes=90) <= wait_of(post) <= timedelta(minutes=90) * (1 + SPREAD)


def test_every_feed_is_asked_once_a_day_at_least(post: Post) -> None:
    post.begin(HARBOUR, "Sandpiper")
    waits = [wait_of(post) for _ in range(200)]
    assert max(waits) <= LONGEST_WAIT
    assert waits[-1] >= LONGEST_WAIT * (1 - SPREAD)


def test_many_feeds_are_watched_in_the_order_asked_for(post: Post) -> None:
    urls = [f"https://host{n}.example/feed.xml" for n in range(30)]
    for url in urls[::2]:
        post.web.gives[url] = a_feed(url)
    post.web.gives[urls[1]] = Fetched(urls[1], b"<html></html>", "text/html")
    watched = list(post.watch.watch_all(urls))
    assert [each.url if isinstance(each, Feed) else each.subject for each in watched] == urls
    assert isinstance(watched[1], NotAFeed)
    assert [feed.url for feed in post.watch.feeds()] == sorted(urls[::2])


def test_a_parsed_feed_without_a_title_keeps_the_one_it_had() -> None:
    row = a_row()
    read = (ParsedFeed("", None, ()), Fetched(HARBOUR, b"", "application/rss+xml"))
    assert after_success(row, read, taken=False).row["title"] == "Harbour"


def test_a_feeds_row_and_the_log_are_written_together(post: Post) -> None:
    post.begin(HARBOUR)
    post.web.gives[HARBOUR] = GONE
    with post.watch._engine.begin() as tx:
        tx.execute(sa.text("CREATE TRIGGER full BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'full'); END"))
    with pytest.raises(sa.exc.IntegrityError):
        post.watch.refresh(post.now, POLL)
    with post.watch._engine.connect() as tx:
        assert not tx.execute(sa.select(FEEDS.c.ended)).scalar_one()
