"""A site's address -> the feeds it has, and its pages: what somebody may mean who names just a site."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from urllib.parse import urljoin

from retrieval.errors import NotAFeed, SourceError
from retrieval.reading import Sources
from retrieval.sources.discovery import guesses
from retrieval.sources.robots import Robots
from retrieval.sources.types import FeedLink, Fetched, NotModified, PageLink, Sitemap, Validators
from retrieval.sources.workers import Workers

MOST_LISTS = 30  # sitemaps, or pages of an archive, that are looked through for one site
SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml")  # where they are when robots.txt names none
_UNDATED = datetime.min.replace(tzinfo=UTC)


class Sites:
    """Looks around on a site. Fetches, and keeps nothing. Thread-safe."""

    def __init__(self, sources: Sources, workers: Workers, robots: Robots) -> None:
        self._sources, self._workers, self._robots = sources, workers, robots

    def feeds(self, url: str, now: datetime) -> tuple[FeedLink, ...]:
        """The feeds that a page names, best first; else the first that lies where such sites have theirs.

        Raises NotAFeed ("no feeds"), or SourceError when the page cannot be had.
        """
        fetched = self._sources.fetched(url)
        if named := self._workers.feeds_in_page(fetched):
            return named
        for guess in guesses(fetched.url):
            if link := self._feed_at(guess, now):
                return (link,)
        raise NotAFeed(url, "no feeds")

    def pages(self, url: str, limit: int) -> list[PageLink]:
        """At most `limit` pages of a site or a section, the newest first: by its sitemaps, else by what the page itself
        links to. Raises SourceError when the page cannot be had and no sitemap can.
        """
        within = url.rstrip("/") + "/"
        links = _below(within, self._walk(self._sitemaps(url), limit, self._workers.sitemap))
        if not links:
            first = self._workers.archive(self._sources.fetched(url))
            links = [*first.pages, *self._walk(first.more, limit, self._workers.archive)]
        once: dict[str, PageLink] = {}
        for link in links:
            once.setdefault(link.url, link)
        return sorted(once.values(), key=lambda link: link.published or _UNDATED, reverse=True)[:limit]

    def _sitemaps(self, url: str) -> list[str]:
        named = self._robots.sitemaps(url)
        return list(named) or [urljoin(url, path) for path in SITEMAPS]

    def _walk(self, lists: Iterable[str], limit: int, read: Callable[[Fetched], Sitemap]) -> list[PageLink]:
        """What the lists name, and those they refer to. One that cannot be had or read is passed over."""
        waiting, seen = list(lists), set[str]()
        pages: list[PageLink] = []
        while waiting and len(seen) < MOST_LISTS and len(pages) < limit * 2:  # twice: some will be of other sections
            if (url := waiting.pop(0)) in seen:
                continue
            seen.add(url)
            try:
                found = read(self._sources.fetched(url))
            except SourceError:
                continue
            pages += found.pages
            waiting += found.more
        return pages

    def _feed_at(self, url: str, now: datetime) -> FeedLink | None:
        try:
            read = self._sources.feed(url, Validators(), now)
        except SourceError:
            return None
        return None if isinstance(read, NotModified) else FeedLink(read[1].url, read[0].title)


def _below(address: str, links: Iterable[PageLink]) -> list[PageLink]:
    """Those of the section: "https://site.example/sport/" holds its own pages only, a site's root holds all."""
    return [link for link in links if link.url.startswith(address)]
