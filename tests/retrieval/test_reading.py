"""Paths and addresses -> articles, each known by the right name."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval.errors import NoArticle, SourceError
from retrieval.reading import Sources
from retrieval.sources.types import Entry, Fetched, Validators
from retrieval.types import Article
from tests.retrieval.articles import BAKERY, LIGHTHOUSE

FEED = "https://coast.example/feed.xml"


class Web:
    """Address -> page, instead of the network."""

    def __init__(self, pages: dict[str, str]) -> None:
        self._pages = pages

    def __call__(self, url: str, validators: Validators) -> Fetched:
        return Fetched(url, self._pages[url].encode(), "text/html", "utf-8")


def sources(**pages: str) -> Sources:
    return Sources(Web({f"https://coast.example/{path}": page for path, page in pages.items()}))


def read(place: Path, root: Path | None) -> list[Article | SourceError]:
    return [each for _, each in sources().files([place], root)]


def test_a_link_that_leads_out_of_the_folder_is_known_by_where_it_leads(tmp_path: Path) -> None:
    folder, outside = tmp_path / "articles", tmp_path / "outside.txt"
    folder.mkdir()
    outside.write_text(LIGHTHOUSE.text)
    (folder / "a link.txt").symlink_to(outside)
    (folder / "bakery.txt").write_text(BAKERY.text)
    assert [each.id for each in read(folder, folder) if isinstance(each, Article)] == [
        outside.resolve().as_posix(),
        "bakery.txt",
    ]


def test_a_link_to_itself_is_an_error_value(tmp_path: Path) -> None:
    loop = tmp_path / "loop.txt"
    loop.symlink_to(loop)
    (error,) = read(loop, tmp_path)
    assert isinstance(error, SourceError)


@pytest.mark.skipif(os.name == "nt", reason="names are no bytes there")
def test_a_name_that_is_no_utf8_becomes_an_id_that_can_be_stored(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.txt")
    try:
        path.write_text(BAKERY.text)
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    (article,) = read(tmp_path, tmp_path)
    assert isinstance(article, Article)
    assert article.id == "caf\\udce9.txt"


def test_rows_are_read_whatever_the_case_of_their_suffix(tmp_path: Path) -> None:
    (tmp_path / "ROWS.JSONL").write_text(f'{{"id": "a", "text": "{"The ferry sails again. " * 6}"}}\n')
    (article,) = read(tmp_path, tmp_path)
    assert isinstance(article, Article)
    assert article.id == "a"


def test_a_page_is_known_by_the_address_that_it_names_for_itself() -> None:
    page = (
        f"<html><head><link rel='canonical' href='/boats'></head><body><article><p>{BAKERY.text}</p></article></body>"
    )
    article = sources(**{"boats?from=feed": page}).page("https://coast.example/boats?from=feed")
    assert article.id == article.url == "https://coast.example/boats"


def test_an_entry_without_an_address_is_known_by_its_feed() -> None:
    entry = Entry("1", "Bakery burns", None, datetime(2026, 5, 12, tzinfo=UTC), f"<p>{BAKERY.text}</p>")
    article = sources().entry(entry, FEED)
    assert (article.id, article.url, article.source) == (f"{FEED}#1", None, "coast.example")
    assert (article.title, article.published) == ("Bakery burns", entry.published)


def test_an_entry_with_an_address_is_known_by_it() -> None:
    entry = Entry("1", "Bakery burns", "https://coast.example/a?utm_source=x", None, f"<p>{BAKERY.text}</p>")
    article = sources().entry(entry, FEED)
    assert article.id == article.url == "https://coast.example/a"


def test_an_entry_without_words_is_no_article() -> None:
    with pytest.raises(NoArticle):
        sources().entry(Entry("1", "Bakery burns", None, None, ""), FEED)
