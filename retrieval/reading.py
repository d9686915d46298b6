"""Paths and addresses -> clean Articles: which source reads what.

A file or a page that cannot be read is an error value or exception that names it; the others go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from retrieval.errors import SourceError
from retrieval.ports import Fetch
from retrieval.sources.articles import read_article
from retrieval.sources.feeds import parse_feed
from retrieval.sources.files import find_files, load_file, read_rows
from retrieval.sources.urls import canonical
from retrieval.types import Article, Entry, Fetched, NotModified, ParsedFeed, Validators

ROWS = (".jsonl", ".jsonl.gz")


class Sources:
    """Everything that turns a place into articles. `fetch` is the only way out to the network."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch

    @staticmethod
    def canonical(url: str) -> str:
        """The address under which a page is known, whatever tracking it was passed on with."""
        return canonical(url)

    def page(self, url: str) -> Article:
        """Raises SourceError."""
        fetched = self._fetch(url, Validators())
        if isinstance(fetched, NotModified):
            raise AssertionError("a fetch without validators cannot be told that nothing changed")
        return read_article(fetched, canonical(fetched.url))

    def entry(self, entry: Entry) -> Article:
        """The feed's own copy of an item, for a page that cannot be had. Raises NoArticle."""
        url = entry.url or entry.identity
        page = f"<html><head><title></title></head><body><article>{entry.html}</article></body></html>"
        article = read_article(Fetched(url, page.encode(), "text/html", "utf-8"), canonical(url))
        return Article(
            article.id, entry.title or article.title, article.text, article.language, canonical(url), article.source,
            article.author, entry.published or article.published,
        )  # fmt: skip

    def feed(self, url: str, validators: Validators, now: datetime) -> tuple[ParsedFeed, Fetched] | NotModified:
        """Raises SourceError."""
        fetched = self._fetch(url, validators)
        return fetched if isinstance(fetched, NotModified) else (parse_feed(fetched, now), fetched)

    def files(self, paths: Iterable[Path], root: Path | None) -> Iterator[tuple[int, Article | SourceError]]:
        """(files found so far and to come, what one of them gave). JSONL files give one for each row."""
        found: list[Path | SourceError] = []
        for path in paths:
            try:
                found += find_files([path])
            except SourceError as error:
                found.append(error)
        for place in found:
            for read in [place] if isinstance(place, SourceError) else _read(place, root):
                yield len(found), read


def _read(path: Path, root: Path | None) -> Iterator[Article | SourceError]:
    try:
        if path.name.endswith(ROWS):
            yield from read_rows(path)
        else:
            article_id = str(path.resolve() if root is None else path.resolve().relative_to(root.resolve()))
            yield read_article(load_file(path), Path(article_id).as_posix())
    except SourceError as error:
        yield error
