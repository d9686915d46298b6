"""Paths and addresses -> clean Articles and feeds: which source reads what.

A file or a page that cannot be read is an error value or exception that names it; the others go on. What strangers
wrote is parsed in child processes (`Workers`), never here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from retrieval.errors import NotAFeed, SourceError, UnreadableFile, UnsupportedFile
from retrieval.sources.archives import ZIPPED, settled
from retrieval.sources.files import count_rows, find_files, holds_rows, load_file, media_type_of, read_rows, reason_of
from retrieval.sources.robots import Robots
from retrieval.sources.types import Entry, FeedLink, Fetch, Fetched, NotModified, ParsedFeed, Validators
from retrieval.sources.urls import canonical, is_web
from retrieval.sources.workers import Workers
from retrieval.types import Article

OWN_FILE_SECONDS = 60.0  # for a file that somebody has on his own disk: a long report may take its time
FETCHED_AT_ONCE = 8  # pages beside each other
LISTS = frozenset({".opml", ".xml", ".rss", ".atom", ".json"})  # suffixes of feeds and lists of feeds
MOST_LIST_BYTES = 5_000_000

Read = Article | ParsedFeed | tuple[FeedLink, ...]


class Sources:
    """Everything that turns a place into articles. `fetch` is the only way out to the network. Thread-safe."""

    def __init__(self, fetch: Fetch, workers: Workers, robots: Robots, *, lent: bool = False) -> None:
        self._fetch, self._workers, self._robots, self._lent = fetch, workers, robots, lent

    def close(self) -> None:
        """Ends the child processes, unless they are lent by somebody who does it himself."""
        if not self._lent:
            self._workers.close()

    @staticmethod
    def canonical(url: str) -> str:
        """The address under which a page is known, whatever tracking it was passed on with."""
        return canonical(url)

    def fetched(self, url: str) -> Fetched:
        """Raises SourceError."""
        fetched = self._fetch(url, Validators())
        if isinstance(fetched, NotModified):
            raise AssertionError("a fetch without validators cannot be told that nothing changed")
        return fetched

    def page(self, url: str) -> Article:
        """Its id is the address by which the page wants to be known. Raises SourceError."""
        self._robots.check(url)
        fetched = self.fetched(url)
        if fetched.url != url:  # it was sent on, maybe to a site with other rules
            self._robots.check(fetched.url)
        return self._as_page(fetched)

    def pages(self, urls: Iterable[str]) -> Iterator[Article | SourceError]:
        """In their order, several fetched at a time, and few ahead of whoever takes them."""
        with ThreadPoolExecutor(FETCHED_AT_ONCE, "page") as pool:
            ahead: deque[Future[Article | SourceError]] = deque()
            for url in urls:
                ahead.append(pool.submit(self._page_or_error, url))
                if len(ahead) > FETCHED_AT_ONCE:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()

    def entry(self, entry: Entry, feed: str) -> Article:
        """The feed's own copy of an item, for a page that cannot be had. Raises SourceError.

        `feed` is its address: an item that has none is known by it, since two feeds may both have an item "1".
        """
        url = canonical(entry.url) if entry.url else None
        page = f"<html><head><title></title></head><body><article>{entry.html}</article></body></html>"
        fetched = Fetched(url or feed, page.encode(), "text/html", "utf-8")
        article = self._workers.entry(fetched, url or f"{feed}#{entry.identity}")
        published = entry.published or article.published
        return replace(article, title=entry.title or article.title, url=url, published=published)

    def feed(self, url: str, validators: Validators, now: datetime) -> tuple[ParsedFeed, Fetched] | NotModified:
        """Raises SourceError."""
        fetched = self._fetch(url, validators)
        return fetched if isinstance(fetched, NotModified) else (self._workers.feed(fetched, now), fetched)

    def feed_list(self, name: str, content: bytes | None = None) -> tuple[FeedLink, ...]:
        """The feeds of an OPML file: its bytes, or those at the address that is its name. Raises SourceError."""
        return self._workers.opml(self.fetched(name) if content is None else Fetched(name, content, "text/x-opml"))

    def files(self, paths: Iterable[Path], root: Path | None) -> Iterator[tuple[int, Article | SourceError]]:
        """(how many results there will be, as far as is known yet, the next of them): one for each file, for each row
        of a JSONL file, for each file in a zip."""
        found: list[Path | SourceError] = []
        for path in paths:
            try:
                found += find_files([path])
            except SourceError as error:
                found.append(error)
        total = sum(count_rows(place) if isinstance(place, Path) and holds_rows(place) else 1 for place in found)
        done = 0
        for place in found:
            for read in [place] if isinstance(place, SourceError) else self._in_file(place, root):
                done += 1
                yield max(total, done), read

    def document(self, fetched: Fetched) -> list[Article | SourceError]:
        """What a file that somebody sent holds: an article, or those of a zip. An article's id is its file's name."""
        try:
            return [self._article_or_error(member) for member in self._members(fetched)]
        except SourceError as error:
            return [error]

    def preview(self, place: str, now: datetime) -> list[Read | SourceError]:
        """What would come of a link or a file: a feed, a list of feeds, articles, or why nothing would. Nothing is
        kept.
        """
        path = Path(place)
        try:
            if is_web(place):
                return [self._read(self.fetched(place), now)]
            if path.suffix.lower() in LISTS:
                return [self._read(list_file(path), now)]
        except SourceError as error:
            return [error]
        return [read for _, read in self.files([path], None)]

    # --- steps

    def _as_page(self, fetched: Fetched) -> Article:
        article = self._workers.article(fetched, canonical(fetched.url))
        return replace(article, id=article.url or article.id)

    def _page_or_error(self, url: str) -> Article | SourceError:
        try:
            return self.page(url)
        except SourceError as error:
            return error

    def _read(self, fetched: Fetched, now: datetime) -> Read:
        """A feed if it reads as one, then a list of feeds, then an article. Raises SourceError: for what is of no kind
        that articles have, why it is no feed.
        """
        try:
            return self._workers.feed(fetched, now)
        except NotAFeed as error:
            no_feed = error
        with suppress(NotAFeed):
            return self._workers.opml(fetched)
        if is_web(fetched.url):
            self._robots.check(fetched.url)
        try:
            return self._as_page(fetched)
        except UnsupportedFile:
            raise no_feed from None

    def _in_file(self, path: Path, root: Path | None) -> Iterator[Article | SourceError]:
        try:
            if holds_rows(path):
                yield from read_rows(path)
                return
            for member in self._members(replace(load_file(path), url=_article_id(path, root))):
                yield self._article_or_error(member)
        except SourceError as error:
            yield error

    def _members(self, fetched: Fetched) -> Sequence[Fetched]:
        return self._workers.members(fetched) if fetched.media_type == ZIPPED else [fetched]

    def _article_or_error(self, fetched: Fetched) -> Article | SourceError:
        try:
            return self._workers.article(fetched, fetched.url, patience=OWN_FILE_SECONDS)
        except SourceError as error:
            return error


def list_file(path: Path) -> Fetched:
    """A feed or a list of feeds from disk. Raises UnreadableFile."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_LIST_BYTES + 1)
    except OSError as error:
        raise UnreadableFile(str(path), reason_of(error)) from error
    if len(content) > MOST_LIST_BYTES:
        raise UnreadableFile(str(path), "too large")
    return Fetched(path.absolute().as_posix(), content, "application/xml")


def named_file(name: str, content: bytes) -> Fetched:
    """Bytes that somebody sent under a name. Raises UnsupportedFile."""
    return settled(Fetched(Path(name).name, content, media_type_of(Path(name))))


def _article_id(path: Path, root: Path | None) -> str:
    """The path below `root`; the full one without a root, and for what a link brought in from elsewhere. Bytes in a
    name that are no UTF-8 are spelt out."""
    full = path.resolve()
    inside = root is not None and full.is_relative_to(root.resolve())
    name = full.relative_to(root.resolve()) if root is not None and inside else full
    return name.as_posix().encode("utf-8", "backslashreplace").decode("utf-8")
