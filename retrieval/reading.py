"""Paths and addresses -> clean Articles: which source reads what.

A file or a page that cannot be read is an error value or exception that names it; the others go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from retrieval.errors import SourceError
from retrieval.ports import Fetch
from retrieval.sources.articles import read_article
from retrieval.sources.feeds import parse_feed
from retrieval.sources.files import count_rows, find_files, holds_rows, load_file, read_rows
from retrieval.sources.types import Entry, Fetched, NotModified, ParsedFeed, Validators
from retrieval.sources.urls import canonical
from retrieval.types import Article


class Sources:
    """Everything that turns a place into articles. `fetch` is the only way out to the network."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    @staticmethod
    def canonical(url: str) -> str:
        """The address under which a page is known, whatever tracking it was passed on with."""
        return canonical(url)

    def page(self, url: str) -> Article:
        """Its id is the address by which the page wants to be known. Raises SourceError."""
        fetched = self._fetch(url, Validators())
        if isinstance(fetched, NotModified):
            raise AssertionError("a fetch without validators cannot be told that nothing changed")
        article = read_article(fetched, canonical(fetched.url))
        return replace(article, id=article.url or article.id)

    def entry(self, entry: Entry, feed: str) -> Article:
        """The feed's own copy of an item, for a page that cannot be had. Raises NoArticle.

        `feed` is its address: an item that has none is known by it, since two feeds may both have an item "1".
        """
        url = canonical(entry.url) if entry.url else None
        page = f"<html><head><title></title></head><body><article>{entry.html}</article></body></html>"
        article = read_article(
            Fetched(url or feed, page.encode(), "text/html", "utf-8"), url or f"{feed}#{entry.identity}"
        )
        published = entry.published or article.published
        return replace(article, title=entry.title or article.title, url=url, published=published)

    def feed(self, url: str, validators: Validators, now: datetime) -> tuple[ParsedFeed, Fetched] | NotModified:
        """Raises SourceError."""
        fetched = self._fetch(url, validators)
        return fetched if isinstance(fetched, NotModified) else (parse_feed(fetched, now), fetched)

    def files(self, paths: Iterable[Path], root: Path | None) -> Iterator[tuple[int, Article | SourceError]]:
        """(how many results there will be, the next of them): one for each file, and for each row of a JSONL file."""
        found: list[Path | SourceError] = []
        for path in paths:
            try:
                found += find_files([path])
            except SourceError as error:
                found.append(error)
        total = sum(count_rows(place) if isinstance(place, Path) and holds_rows(place) else 1 for place in found)
        for place in found:
            for read in [place] if isinstance(place, SourceError) else _read(place, root):
                yield total, read


def _read(path: Path, root: Path | None) -> Iterator[Article | SourceError]:
    try:
        if holds_rows(path):
            yield from read_rows(path)
        else:
            yield read_article(load_file(path), _article_id(path, root))
    except SourceError as error:
        yield error


def _article_id(path: Path, root: Path | None) -> str:
    """The path below `root`; the full one without a root, and for what a link brought in from elsewhere. Bytes in a
    name that are no UTF-8 are spelt out."""
    full = path.resolve()
    inside = root is not None and full.is_relative_to(root.resolve())
    name = full.relative_to(root.resolve()) if root is not None and inside else full
    return name.as_posix().encode("utf-8", "backslashreplace").decode("utf-8")
