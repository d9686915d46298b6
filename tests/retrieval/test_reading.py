"""Paths and addresses -> articles, each known by the right name."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest

from retrieval.errors import FetchFailed, NoArticle, NotAFeed, SourceError, UnreadableFile
from retrieval.reading import Sources
from retrieval.sources.robots import Robots
from retrieval.sources.types import Entry, Fetched, ParsedFeed, Validators
from retrieval.sources.workers import Workers
from retrieval.types import Article
from tests.retrieval.articles import BAKERY, LIGHTHOUSE

Read = Callable[[Path, Path | None], list[Article | SourceError]]
FEED = "https://coast.example/feed.xml"


class Web:
    """Address -> page, instead of the network."""

    def __init__(self, pages: dict[str, str]) -> None:
        self._pages = pages

    def __call__(self, url: str, validators: Validators) -> Fetched:
        if url not in self._pages:
            raise FetchFailed(url, "not found", 404)
        return Fetched(url, self._pages[url].encode(), "text/plain" if url.endswith(".txt") else "text/html", "utf-8")


@pytest.fixture
def sources(workers: Workers) -> Callable[..., Sources]:
    """Sources over a web of these pages: path -> HTML."""

    def make(**pages: str) -> Sources:
        web = Web({f"https://coast.example/{path}": page for path, page in pages.items()})
        return Sources(web, workers, Robots(web), lent=True)

    return make


@pytest.fixture
def read(sources: Callable[..., Sources]) -> Read:
    return lambda place, root: [each for _, each in sources().files([place], root)]


def test_a_link_that_leads_out_of_the_folder_is_known_by_where_it_leads(read: Read, tmp_path: Path) -> None:
    folder, outside = tmp_path / "articles", tmp_path / "outside.txt"
    folder.mkdir()
    outside.write_text(LIGHTHOUSE.text)
    (folder / "a link.txt").symlink_to(outside)
    (folder / "bakery.txt").write_text(BAKERY.text)
    assert [each.id for each in read(folder, folder) if isinstance(each, Article)] == [
        outside.resolve().as_posix(),
        "bakery.txt",
    ]


def test_a_link_to_itself_is_an_error_value(read: Read, tmp_path: Path) -> None:
    loop = tmp_path / "loop.txt"
    loop.symlink_to(loop)
    (error,) = read(loop, tmp_path)
    assert isinstance(error, SourceError)


@pytest.mark.skipif(os.name == "nt", reason="names are no bytes there")
def test_a_name_that_is_no_utf8_becomes_an_id_that_can_be_stored(read: Read, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.txt")
    try:
        path.write_text(BAKERY.text)
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    (article,) = read(tmp_path, tmp_path)
    assert isinstance(article, Article)
    assert article.id == "caf\\udce9.txt"


def test_rows_are_read_whatever_the_case_of_their_suffix(read: Read, tmp_path: Path) -> None:
    (tmp_path / "ROWS.JSONL").write_text(f'{{"id": "a", "text": "{"The ferry sails again. " * 6}"}}\n')
    (article,) = read(tmp_path, tmp_path)
    assert isinstance(article, Article)
    assert article.id == "a"


def test_a_page_is_known_by_the_address_that_it_names_for_itself(sources: Callable[..., Sources]) -> None:
    page = (
        f"<html><head><link rel='canonical' href='/boats'></head><body><article><p>{BAKERY.text}</p></article></body>"
    )
    article = sources(**{"boats?from=feed": page}).page("https://coast.example/boats?from=feed")
    assert article.id == article.url == "https://coast.example/boats"


def test_an_entry_without_an_address_is_known_by_its_feed(sources: Callable[..., Sources]) -> None:
    entry = Entry("1", "Bakery burns", None, datetime(2026, 5, 12, tzinfo=UTC), f"<p>{BAKERY.text}</p>")
    article = sources().entry(entry, FEED)
    assert (article.id, article.url, article.source) == (f"{FEED}#1", None, "coast.example")
    assert (article.title, article.published) == ("Bakery burns", entry.published)


def test_an_entry_with_an_address_is_known_by_it(sources: Callable[..., Sources]) -> None:
    entry = Entry("1", "Bakery burns", "https://coast.example/a?utm_source=x", None, f"<p>{BAKERY.text}</p>")
    article = sources().entry(entry, FEED)
    assert article.id == article.url == "https://coast.example/a"


def test_an_entry_without_words_is_no_article(sources: Callable[..., Sources]) -> None:
    with pytest.raises(NoArticle):
        sources().entry(Entry("1", "Bakery burns", None, None, ""), FEED)


def test_a_post_of_one_sentence_is_all_there_is_of_it(sources: Callable[..., Sources]) -> None:
    entry = Entry("1", "Tide", None, None, "<p>The ferry will not sail today.</p>")
    assert sources().entry(entry, FEED).text == "The ferry will not sail today."
    with pytest.raises(NoArticle):
        sources().entry(Entry("2", "Tide", None, None, "<a href='/1'>Comments</a>"), FEED)


def test_a_zip_gives_an_article_for_each_of_its_files(read: Read, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "coast.zip", "w") as packed:
        packed.writestr("bakery.txt", BAKERY.text)
        packed.writestr("deep/lighthouse.txt", LIGHTHOUSE.text)
        packed.writestr("empty.txt", " ")
    articles = read(tmp_path / "coast.zip", tmp_path)
    assert [each.id for each in articles if isinstance(each, Article)] == [
        "coast.zip/bakery.txt",
        "coast.zip/deep/lighthouse.txt",
    ]
    assert [type(each) for each in articles if isinstance(each, SourceError)] == [UnreadableFile]


def test_pages_come_in_order_and_a_missing_one_is_a_value(sources: Callable[..., Sources]) -> None:
    page = f"<html><body><article><p>{BAKERY.text}</p></article></body></html>"
    addresses = [f"https://coast.example/{number}" for number in range(30)]
    read = list(sources(**{str(number): page for number in range(30) if number != 7}).pages(addresses))
    assert [each.id for each in read if isinstance(each, Article)] == addresses[:7] + addresses[8:]
    assert isinstance(read[7], FetchFailed)


def test_a_page_that_robots_may_not_read_is_not_read(workers: Workers) -> None:
    page = f"<html><body><article><p>{BAKERY.text}</p></article></body></html>"
    web = Web({"https://coast.example/robots.txt": "User-agent: *\nDisallow: /private\n",
               "https://coast.example/private": page, "https://coast.example/open": page})  # fmt: skip
    reading = Sources(web, workers, Robots(web), lent=True)
    assert reading.page("https://coast.example/open").text
    with pytest.raises(FetchFailed, match="robots"):
        reading.page("https://coast.example/private")


def test_a_preview_tells_feeds_lists_and_articles_apart(sources: Callable[..., Sources], tmp_path: Path) -> None:
    now = datetime(2026, 5, 31, tzinfo=UTC)
    outline = '<opml version="2.0"><body><outline text="Coast" xmlUrl="https://coast.example/feed"/></body></opml>'
    (tmp_path / "feeds.opml").write_text(outline)
    (tmp_path / "feed.xml").write_text("<rss><channel><title>Coast</title><item><guid>1</guid></item></channel></rss>")
    (tmp_path / "bakery.txt").write_text(BAKERY.text)
    reading = sources(front=f"<html><body><article><p>{BAKERY.text}</p></article></body></html>")
    files = [str(tmp_path / name) for name in ("feeds.opml", "feed.xml", "bakery.txt")]
    (tmp_path / "other.xml").write_text("<catalogue><book/></catalogue>")
    (none,) = reading.preview(str(tmp_path / "other.xml"), now)
    assert isinstance(none, NotAFeed)
    kinds = [type(reading.preview(place, now)[0]) for place in (*files, "https://coast.example/front")]
    assert kinds == [tuple, ParsedFeed, Article, Article]
