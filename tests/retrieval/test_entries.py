from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

import pytest
import sqlalchemy as sa

from retrieval.bringing import MOST_TRIES, NEVER
from retrieval.entries import ENTRIES, KEPT
from retrieval.errors import FetchFailed, NoArticle
from retrieval.ingest import Ingest
from retrieval.ports import Embedder
from retrieval.reading import Sources
from retrieval.sources.robots import Robots
from retrieval.sources.types import Fetched, NotModified, Validators
from retrieval.sources.workers import Workers
from retrieval.store import Store
from retrieval.types import Change
from retrieval.watch import FeedWatch

POLL = 300
FEED = "https://harbour.example/feed.xml"
QUAY = "https://quay.example/feed.xml"
WORDS = (
    "{0} was seen from the harbour wall by three fishermen on Monday. She sailed on the evening tide, with timber for "
    "the yard on Heron Rock, and is expected back on Friday. Captain Ilse Marrow would not say what {0} had cost."
)


class Press:
    """The port `Fetch`: feeds and pages that a test writes. `before` runs in the thread that fetches."""

    def __init__(self) -> None:
        self.pages: dict[str, Fetched | Exception] = {}
        self.asked: list[str] = []
        self.before: Callable[[str], object] = str

    def __call__(self, url: str, validators: Validators) -> Fetched | NotModified:
        self.before(url)
        self.asked.append(url)
        given = self.pages.get(url, FetchFailed(url, "not found", 404))
        if isinstance(given, Exception):
            raise given
        return given

    def page(self, name: str, words: str = "", site: str = "harbour") -> str:
        url = f"https://{site}.example/{name}"
        body = "".join(f"<p>{sentence}.</p>" for sentence in (words or WORDS.format(f"The {name}")).split(". "))
        html = f"<html lang='en'><head><title>{name}</title></head><body><article>{body}</article></body></html>"
        self.pages[url] = Fetched(url, html.encode(), "text/html", "utf-8")
        return url

    def feed(self, *items: str, url: str = FEED) -> None:
        rss = f'<rss version="2.0"><channel><title>Harbour Notes</title>{"".join(items)}</channel></rss>'
        self.pages[url] = Fetched(url, rss.encode(), "application/rss+xml", "utf-8")


def item(name: str, title: str = "", html: str = "", date: str = "", site: str = "harbour") -> str:
    known = f"<guid isPermaLink='false'>{name}</guid><link>https://{site}.example/{name}</link>"
    when = f"<pubDate>{date}</pubDate>" if date else ""
    return f"<item>{known}<title>{title or name}</title>{when}<description>{escape(html)}</description></item>"


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers() as running:
        yield running


class Desk:
    """A watch over what the press gives, on a clock of its own."""

    def __init__(self, store: Store, embedder: Embedder, workers: Workers) -> None:
        self.press, self.store = Press(), store
        sources = Sources(self.press, workers, Robots(self.press))
        self.watch = FeedWatch(store.engine, sources, Ingest(store, embedder))
        self.now = datetime.now(UTC)

    def round(self, later: timedelta = timedelta()) -> int:
        """A day later, when every feed is due: how many articles it brought."""
        self.now += later or timedelta(days=1, seconds=1)
        return self.watch.refresh(self.now, POLL).articles

    def log(self, *kinds: str) -> list[Change]:
        return [change for change in self.store.changes(0, 10_000) if change.kind in kinds]

    def listed(self) -> list[str]:
        return [change.article_id.rpartition("/")[2] for change in self.log("listed")]

    def states(self) -> dict[str, str]:
        with self.store.engine.connect() as tx:
            return {row.identity: row.state for row in tx.execute(sa.select(ENTRIES))}


@pytest.fixture
def desk(embedder: Embedder, workers: Workers, tmp_path: Path) -> Iterator[Desk]:
    store = Store(f"sqlite:///{tmp_path / 'articles.db'}")
    desk = Desk(store, embedder, workers)
    desk.press.feed()
    desk.watch.watch(FEED)
    yield desk
    desk.press.before = str
    desk.watch.close()
    store.close()


def test_articles_of_a_feed_are_told_oldest_first_however_slow_their_pages(desk: Desk) -> None:
    names = ["Avocet", "Brant", "Curlew", "Dunlin"]
    for name in names:
        desk.press.page(name)
    desk.press.feed(*(item(name) for name in reversed(names)))
    desk.press.before = lambda url: time.sleep(0.2 if url.endswith("Avocet") else 0)
    assert desk.round() == 4
    assert desk.listed() == names


def test_a_feed_that_keeps_us_waiting_does_not_hold_up_what_others_tell(desk: Desk) -> None:
    desk.press.feed(url=QUAY)
    desk.watch.watch(QUAY)
    desk.press.page("Avocet")
    desk.press.feed(item("Avocet"))
    answer = threading.Event()
    desk.press.before = lambda url: answer.wait(30) if url == QUAY else None
    seen: list[list[str]] = []

    def wait_for_news() -> None:
        end = time.monotonic() + 25
        while not (desk.listed() or time.monotonic() > end):
            time.sleep(0.05)
        seen.append(desk.listed())
        answer.set()

    reader = threading.Thread(target=wait_for_news)
    reader.start()
    assert desk.round() == 1
    reader.join()
    assert seen == [["Avocet"]]  # while the other was still out


def test_closing_ends_a_round_and_the_next_one_brings_what_it_left(
    desk: Desk, embedder: Embedder, workers: Workers
) -> None:
    desk.press.page("Avocet")
    desk.press.feed(item("Avocet"))
    asked, answer = threading.Event(), threading.Event()

    def wait(url: str) -> None:
        if url.endswith("Avocet"):
            asked.set()
            answer.wait(30)

    desk.press.before = wait
    brought: list[int] = []
    working = threading.Thread(target=lambda: brought.append(desk.round()))
    working.start()
    assert asked.wait(10)
    closing = threading.Thread(target=desk.watch.close)
    closing.start()
    working.join(5)
    answer.set()
    closing.join(5)
    assert brought == [0]
    assert not [thread for thread in threading.enumerate() if thread.name == "errand"]
    again = Desk(desk.store, embedder, workers)
    again.press = desk.press
    again.now = desk.now
    again.watch = FeedWatch(
        desk.store.engine, Sources(desk.press, workers, Robots(desk.press)), Ingest(desk.store, embedder)
    )
    assert again.round() == 1
    again.watch.close()


def test_a_new_title_brings_a_new_revision_and_no_second_alert(desk: Desk) -> None:
    url = desk.press.page("Avocet")
    desk.press.feed(item("Avocet"))
    desk.round()
    desk.press.page("Avocet", WORDS.format("The Avocet") + " The mast is being mended")
    desk.press.feed(item("Avocet", "Avocet is mended"))
    assert desk.round() == 0
    assert [change.article_id for change in desk.log("updated")] == [url]
    assert desk.listed() == ["Avocet"]
    assert "mended" in desk.store.article(url).text


def test_a_new_date_is_a_change_too(desk: Desk) -> None:
    desk.press.page("Avocet")
    desk.press.feed(item("Avocet", date="Mon, 02 Mar 2026 08:00:00 GMT"))
    desk.round()
    desk.press.page("Avocet", WORDS.format("The old Avocet"))
    desk.press.feed(item("Avocet", date="Tue, 03 Mar 2026 08:00:00 GMT"))
    desk.round()
    assert len(desk.log("updated")) == 1


def test_a_feed_that_changes_its_titles_all_the_time_costs_one_more_page(desk: Desk) -> None:
    url = desk.press.page("Avocet")
    for number in range(6):
        desk.press.feed(item("Avocet", f"Avocet, read {number} times"))
        desk.round()
    assert desk.press.asked.count(url) == 2
    assert desk.listed() == ["Avocet"]


def test_a_date_in_the_future_is_no_change_at_every_visit(desk: Desk) -> None:
    url = desk.press.page("Avocet")
    for _ in range(4):
        desk.press.feed(item("Avocet", date="Mon, 02 Mar 2099 08:00:00 GMT"))
        desk.round()
    assert desk.press.asked.count(url) == 1


def test_an_update_whose_page_is_gone_changes_nothing(desk: Desk) -> None:
    url = desk.press.page("Avocet")
    desk.press.feed(item("Avocet"))
    desk.round()
    desk.press.pages[url] = NoArticle(url, "paywall")
    desk.press.feed(item("Avocet", "Another title", WORDS.format("Another bird")))
    desk.round()
    assert desk.log("updated") == []
    assert desk.states() == {"Avocet": "renewed"}


def test_an_update_of_an_item_without_a_page_is_read_from_the_feed(desk: Desk) -> None:
    for number, bird in enumerate(("Avocet", "Brant")):
        words = f"<guid isPermaLink='false'>1</guid><title>News {number}</title>"
        desk.press.feed(f"<item>{words}<description>{WORDS.format(bird)}</description></item>")
        desk.round()
    assert [change.article_id for change in desk.log("updated")] == [f"{FEED}#1"]
    assert "Brant" in desk.store.article(f"{FEED}#1").text
    assert len(desk.log("listed")) == 1


@pytest.mark.parametrize("reason", sorted(NEVER | {"challenge"}))
def test_behind_a_wall_the_feeds_own_copy_is_used_at_once(desk: Desk, reason: str) -> None:
    url = desk.press.page("Avocet")
    desk.press.pages[url] = NoArticle(url, reason)
    desk.press.feed(item("Avocet", html=WORDS.format("The Avocet")))
    assert desk.round() == 1
    assert "fishermen" in desk.store.article(url).text
    assert desk.states() == {"Avocet": "stored"}


@pytest.mark.parametrize(("reason", "asked"), [*((reason, 1) for reason in sorted(NEVER)), ("challenge", MOST_TRIES)])
def test_without_a_copy_only_a_challenge_is_tried_again(desk: Desk, reason: str, asked: int) -> None:
    url = desk.press.page("Avocet")
    desk.press.pages[url] = NoArticle(url, reason)
    desk.press.feed(item("Avocet"))
    assert sum(desk.round() for _ in range(MOST_TRIES + 2)) == 0
    assert desk.press.asked.count(url) == asked
    assert desk.states() == {"Avocet": "failed"}


def test_a_page_that_robots_txt_forbids_is_never_asked_for(desk: Desk) -> None:
    url = desk.press.page("Avocet")
    robots = "https://harbour.example/robots.txt"
    desk.press.pages[robots] = Fetched(robots, b"User-agent: *\nDisallow: /Avocet\n", "text/plain", "utf-8")
    desk.press.feed(item("Avocet", html=WORDS.format("The Avocet")))
    assert desk.round() == 1
    assert url not in desk.press.asked


def test_a_server_that_wants_to_be_left_alone_is_not_asked_for_the_page_before(desk: Desk) -> None:
    url = desk.press.page("Avocet")
    whole, hour = desk.press.pages[url], timedelta(hours=1)
    desk.press.pages[url] = FetchFailed(url, "too many requests", 429, 4 * hour.total_seconds())
    desk.press.feed(item("Avocet"))
    desk.round()
    desk.press.pages[url] = whole
    assert [desk.round(2 * hour) for _ in range(3)] == [0, 1, 0]


def test_what_a_feed_lists_no_more_is_forgotten_in_time(desk: Desk) -> None:
    desk.press.feed(*(item(name) for name in ("Avocet", "Brant")), url=QUAY)
    desk.watch.watch(QUAY)
    for _ in range(10):
        desk.press.page("Curlew")
        desk.press.feed(*(item(name) for name in ("Curlew", "Brant")), url=QUAY)
        desk.round(KEPT / 8)
    assert set(desk.states()) == {"Brant", "Curlew"}
    assert desk.listed() == ["Curlew"]  # what is listed all the time is not forgotten, and so not news


def test_a_feed_that_is_empty_for_once_brings_no_flood(desk: Desk) -> None:
    names = [f"Bird{n}" for n in range(20)]
    desk.press.feed(*map(item, names), url=QUAY)
    desk.watch.watch(QUAY)
    desk.round(KEPT * 2)
    desk.press.feed(url=QUAY)
    desk.round()
    desk.press.feed(*map(item, names), url=QUAY)
    desk.round()
    assert desk.listed() == []


def test_entries_that_changed_wait_behind_those_that_are_new(desk: Desk) -> None:
    old, new = desk.press.page("Avocet"), desk.press.page("Brant")
    desk.press.feed(item("Avocet"))
    desk.round()
    desk.press.feed(item("Brant"), item("Avocet", "Avocet again"))
    desk.press.asked.clear()
    desk.round()
    assert [url for url in desk.press.asked if url in (old, new)] == [new, old]
