"""A site's address -> its feeds and its newest pages, over a small invented web."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from retrieval.errors import FetchFailed, NotAFeed
from retrieval.reading import Sources
from retrieval.sites import Sites
from retrieval.sources.robots import Robots
from retrieval.sources.types import Fetched, Validators
from retrieval.sources.workers import Workers

NOW = datetime(2026, 5, 31, 12, tzinfo=UTC)
SITE = "https://coast.example"
RSS = "<rss version='2.0'><channel><title>Coast</title><item><title>Tide</title><guid>1</guid></item></channel></rss>"


class Web:
    """Address -> (media type, body). Whatever else is asked for is not there."""

    def __init__(self, held: Mapping[str, tuple[str, str]]) -> None:
        self._held = held
        self.asked: list[str] = []

    def __call__(self, url: str, validators: Validators = Validators()) -> Fetched:  # noqa: B008
        self.asked.append(url)
        if url not in self._held:
            raise FetchFailed(url, "not found", 404)
        media_type, body = self._held[url]
        return Fetched(url, body.encode(), media_type, "utf-8")


def sites(workers: Workers, held: Mapping[str, tuple[str, str]]) -> Sites:
    web = Web(held)
    robots = Robots(web)
    return Sites(Sources(web, workers, robots, lent=True), workers, robots)


def front(*links: str) -> tuple[str, str]:
    return "text/html", f"<html><head>{''.join(links)}</head><body><h1>Coast</h1></body></html>"


def sitemap(*pages: tuple[str, str]) -> tuple[str, str]:
    rows = "".join(f"<url><loc>{url}</loc><lastmod>{day}</lastmod></url>" for url, day in pages)
    return "application/xml", f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'


def test_the_feeds_that_a_page_names_are_found(workers: Workers) -> None:
    named = '<link rel="alternate" type="application/rss+xml" title="News" href="/news.rss">'
    (link,) = sites(workers, {f"{SITE}/": front(named)}).feeds(f"{SITE}/", NOW)
    assert (link.url, link.title) == (f"{SITE}/news.rss", "News")


def test_a_feed_that_no_page_names_is_found_where_feeds_usually_are(workers: Workers) -> None:
    held = {f"{SITE}/": front(), f"{SITE}/feed": ("application/rss+xml", RSS)}
    (link,) = sites(workers, held).feeds(f"{SITE}/", NOW)
    assert (link.url, link.title) == (f"{SITE}/feed", "Coast")


def test_a_site_without_feeds_is_told(workers: Workers) -> None:
    with pytest.raises(NotAFeed, match="no feeds"):
        sites(workers, {f"{SITE}/": front()}).feeds(f"{SITE}/", NOW)


def test_the_sitemap_that_robots_name_gives_the_newest_pages_first(workers: Workers) -> None:
    pages = [(f"{SITE}/2026/tide-{day}", f"2026-05-{day:02}") for day in (3, 9, 5)]
    held = {
        f"{SITE}/robots.txt": ("text/plain", f"User-agent: *\nSitemap: {SITE}/map.xml\n"),
        f"{SITE}/map.xml": sitemap(*pages),
    }
    found = sites(workers, held).pages(f"{SITE}/", 2)
    assert [link.url for link in found] == [f"{SITE}/2026/tide-9", f"{SITE}/2026/tide-5"]


def test_a_section_gives_its_own_pages_only(workers: Workers) -> None:
    held = {f"{SITE}/sitemap.xml": sitemap((f"{SITE}/sport/row", "2026-05-01"), (f"{SITE}/press/ink", "2026-05-02"))}
    assert [link.url for link in sites(workers, held).pages(f"{SITE}/sport", 10)] == [f"{SITE}/sport/row"]


def test_sitemaps_that_refer_to_each_other_end(workers: Workers) -> None:
    def index(url: str) -> tuple[str, str]:
        return "application/xml", f"<sitemapindex><sitemap><loc>{url}</loc></sitemap></sitemapindex>"

    link = '<a href="/2026/05/31/the-tide-came-in-early">The tide came in early</a>'
    held = {
        f"{SITE}/sitemap.xml": index(f"{SITE}/b.xml"),
        f"{SITE}/b.xml": index(f"{SITE}/sitemap.xml"),
        f"{SITE}/": ("text/html", f"<html><body>{link}</body></html>"),
    }
    (found,) = sites(workers, held).pages(f"{SITE}/", 10)
    assert found.url == f"{SITE}/2026/05/31/the-tide-came-in-early"


def test_a_site_that_is_not_there_is_told(workers: Workers) -> None:
    with pytest.raises(FetchFailed):
        sites(workers, {}).pages(f"{SITE}/", 10)
