"""A sitemap, or a page that lists articles -> the pages of a site, and the lists that it refers to.

bytes | what each entry says | PageLinks, newest first where dates are told

Sitemaps are read by their own marks and not as XML: there is nothing to expand, and what is broken loses little.
"""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from retrieval.errors import NotAFeed
from retrieval.sources.charsets import decode
from retrieval.sources.dates import read_date
from retrieval.sources.discovery import base_of, load_page
from retrieval.sources.limits import DEFAULT_LIMITS
from retrieval.sources.prose import clean_line, storable
from retrieval.sources.types import Entry, Fetched, PageLink, ParsedFeed, Sitemap
from retrieval.sources.urls import MAX_URL, canonical, linked_address

MAX_LISTED = 50_000  # of one sitemap: https://www.sitemaps.org/protocol.html#index
MAX_MORE = 1_000  # lists that one refers to
_MAX_TITLE = 300  # characters
_UNDATED = datetime.min.replace(tzinfo=UTC)
_GZIP = b"\x1f\x8b"
_CLAIM = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)")
_ROOT = re.compile(r"<(?:([\w.-]+):)?(?:urlset|sitemapindex)(?=[\s>])", re.IGNORECASE)
_TAG = re.compile(
    r"<(/?)(?:([\w.-]+):)?(url|sitemap|loc|lastmod|news|title|publication_date|name)(?=[\s/>])[^<>]*>([^<]*)",
    re.IGNORECASE,
)
_WEB = re.compile(r"https?://[^\s/?#\[\]]+(?:[/?#]\S*)?", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|\w{2,31});")

_DAY = re.compile(r"/(?:19|20)\d\d(?:([/._-])\d\d?\1\d\d?|\d{4})(?!\d)")  # /2026/05/04/, /20260504
_OF_DAY = re.compile(r"/(\d{4})\D?(\d\d?)\D?(\d\d?)")
_MONTH = re.compile(r"/(?:19|20)\d\d/(?:0?[1-9]|1[0-2]|[a-z]{3})/", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d{5,}")
_ASKED = re.compile(r"(?:^|&)(?:\w*id|p|article|story|n)=\d+", re.IGNORECASE)
_PARTS = frozenset({"author", "authors", "categories", "category", "label", "page", "rubric", "search", "tag", "tags",
                    "topic", "topics", "user", "users", "wp-content", "wp-json"})  # fmt: skip
_SERVICE = re.compile(r"\b(?:privacy|cookies?|terms|conditions|policy|subscri\w+|advertis\w+|contacts?|newsletters?|"
                      r"log-?in|sign-?up|sign-?in|register|careers|accessibility)\b", re.IGNORECASE)  # fmt: skip
_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|svg|webp|pdf|zip|gz|mp[34]|css|js|xml|json|rss|ico|docx?|xlsx?)$", re.IGNORECASE
)
_OLDER = re.compile(
    r"[«<‹←→\s]*(?:older(?: (?:posts|entries|articles|stories|news))?|next(?: page)?|load more|show more|"
    r"more (?:news|stories|articles|posts)|далее|дальше|следующая(?: страница)?|впер[её]д|"
    r"(?:(?:показать|загрузить) )?ещ[её]|раньше|ранее|более ранние(?: записи)?|предыдущие записи)[»>›→←….\s]*",
    re.IGNORECASE,
)  # fmt: skip
_PAGED = re.compile(r"[?&/](?:page|paged|pg|PAGEN_\d)[=/]?\d+", re.IGNORECASE)
_COUNT = re.compile(r"[\d\s»>›→…]{1,8}")


@dataclass(frozen=True, slots=True)
class _Listed:
    """One entry of a sitemap: element -> its words, those about news apart."""

    kind: str  # "url" or "sitemap"
    said: dict[str, str] = field(default_factory=dict)
    news: dict[str, str] = field(default_factory=dict)


def read_sitemap(fetched: Fetched) -> Sitemap:
    """The pages of a sitemap, newest first, at most MAX_LISTED, and those an index refers to. Plain text lists too.

    Broken XML is taken as far as it goes. Raises NotAFeed ("not a sitemap").
    """
    text = _text(fetched)
    if not _ROOT.search(text):
        return Sitemap(tuple(PageLink(url) for url in _lines(fetched.url, text)))
    pages: dict[str, PageLink] = {}
    more: dict[str, None] = {}
    for listed in islice(_listed(text), MAX_LISTED):
        page = _page(listed)
        if page and listed.kind == "url":
            pages.setdefault(page.url, page)
        elif page and len(more) < MAX_MORE:
            more[page.url] = None
    newest = sorted(pages.values(), key=lambda page: page.published or _UNDATED, reverse=True)
    return Sitemap(tuple(newest), tuple(more))


def read_news(fetched: Fetched, now: datetime) -> ParsedFeed | None:
    """A sitemap's news as a feed, newest first, dates in the future as `now`. None when it has none, or is none."""
    try:
        text = _text(fetched)
    except NotAFeed:
        return None
    listed = [entry for entry in islice(_listed(text), MAX_LISTED) if entry.news]
    found = (_entry(page, now) for page in map(_page, listed) if page and page.title)
    entries = {entry.identity: entry for entry in found}
    if not entries:
        return None
    newest = sorted(entries.values(), key=lambda entry: entry.published or _UNDATED, reverse=True)
    parts = urlsplit(newest[0].url or "")
    names = (clean_line(_unescaped(entry.news.get("name", ""))) for entry in listed)
    title = next((name for name in names if name), parts.netloc)
    return ParsedFeed(title[:_MAX_TITLE], f"{parts.scheme}://{parts.netloc}/", tuple(newest))


def read_archive(fetched: Fetched) -> Sitemap:
    """The links of a page that look like articles of its own site, in its order; `more`: where it goes on.

    Each once. Never raises: a page that is none has none.
    """
    tree = load_page(fetched)
    if tree is None:
        return Sitemap(())
    base = base_of(tree, fetched.url)
    pages: dict[str, PageLink] = {}
    more = dict.fromkeys(_next(tree, base, fetched.url))
    for element in tree.iter("a"):
        url = _own(base, fetched.url, element.get("href"))
        title = _link_text(element) if url else ""
        if not url or url in more:
            continue
        if _goes_on(url, title):
            more[url] = None
        elif _is_article(url, title) and len(pages) < MAX_LISTED:
            pages[url] = PageLink(url, _better(pages.get(url), title), _day_in(url))
    return Sitemap(tuple(pages.values()), tuple(more)[:MAX_MORE])


def _text(fetched: Fetched) -> str:
    """Without comments, and with CDATA as ordinary text."""
    content = fetched.content
    if content.startswith(_GZIP):
        try:
            content = zlib.decompressobj(wbits=31).decompress(content, DEFAULT_LIMITS.decoded)
        except zlib.error as error:
            raise NotAFeed(fetched.url, "not a sitemap") from error
    claim = _CLAIM.search(content[:1000])
    text = storable(decode(content, fetched.charset or (claim[1].decode() if claim else None)))
    first, *others = text.split("<!--")
    text = first + "".join(other.partition("-->")[2] or other for other in others)
    first, *others = text.split("<![CDATA[")
    return first + "".join(map(_without_cdata, others))


def _without_cdata(data: str) -> str:
    inside, end, after = data.partition("]]>")
    return html.escape(inside) + after if end else data


def _listed(text: str) -> Iterator[_Listed]:
    """The entries in order. What others say about pictures and films is told by its prefix."""
    root = _ROOT.search(text)
    own = (root[1] or "").lower() if root else None
    entry: _Listed | None = None
    is_news = False
    for tag in _TAG.finditer(text):
        name = tag[3].lower()
        if name == "news":
            is_news = not tag[1]
        elif tag[1] or ((tag[2] or "").lower() != own and not is_news):
            continue
        elif name in {"url", "sitemap"}:
            if entry:
                yield entry
            entry, is_news = _Listed(name), False
        elif entry:
            (entry.news if is_news else entry.said).setdefault(name, tag[4])
    if entry:
        yield entry


def _page(entry: _Listed) -> PageLink | None:
    url = _unescaped(entry.said.get("loc", "")).strip()
    if not _WEB.fullmatch(url) or len(url) > MAX_URL:
        return None
    title = clean_line(_unescaped(entry.news.get("title", ""))) if entry.news else ""
    published = read_date(entry.news.get("publication_date", "")) or read_date(entry.said.get("lastmod", ""))
    return PageLink(url, title[:_MAX_TITLE], published)


def _entry(page: PageLink, now: datetime) -> Entry:
    published = min(page.published, now) if page.published else None
    return Entry(page.url, page.title, page.url, published, "")


def _unescaped(words: str) -> str:
    """Entities that end in ";" only, twice over: what is escaped inside CDATA, or by two programs in turn."""
    if "&" not in words:
        return words
    once = _ENTITY.sub(lambda entity: html.unescape(entity[0]), words)
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), once)


def _lines(source: str, text: str) -> tuple[str, ...]:
    """Of a text that is nothing but addresses."""
    lines = list(islice((line.strip() for line in text.lstrip("\ufeff").splitlines() if line.strip()), MAX_LISTED))
    urls = [line for line in lines if _WEB.fullmatch(line) and len(line) <= MAX_URL]
    if not lines or len(urls) < len(lines):
        raise NotAFeed(source, "not a sitemap")
    return tuple(dict.fromkeys(urls))


def _own(base: str, page: str, href: str | None) -> str | None:
    """The address, if it is another page of the same site, in the spelling by which it is known once."""
    url = linked_address(base, href)
    if url is None or _site(url) != _site(page):
        return None
    url = canonical(url)
    return None if url == canonical(page) else url


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _link_text(element: Any) -> str:
    """Cards of a title and a teaser are one link: the heading in it is the title."""
    heading = next(element.iter("h1", "h2", "h3", "h4", "h5"), element)
    return clean_line(heading.text_content()) or clean_line(element.get("aria-label") or element.get("title", ""))


def _better(before: PageLink | None, title: str) -> str:
    """Of the texts of one page's links: the first that is no "Read more", else the longest."""
    known = before.title if before else ""
    is_title = len(_WORD.findall(known)) > 2
    return known if is_title else max(known, title[:_MAX_TITLE], key=len)


def _is_article(url: str, title: str) -> bool:
    """By its path: a date, a number or many words in it; or deep in the site, and linked by a sentence."""
    parts = urlsplit(url)
    path = unquote(parts.path)
    names = [name.lower() for name in path.split("/") if name]
    is_titled = len(_WORD.findall(title)) > 3
    is_asked = is_titled and _ASKED.search(parts.query) is not None
    if not names:
        return is_asked
    slug = names[-1].partition(".")[0]
    words = len(_WORD.findall(slug))
    if _PARTS & set(names) or _FILE.search(names[-1]) or (words < 5 and _SERVICE.search(slug)):
        return False
    if len(names) <= 3 and all(name.isdigit() for name in names) and len(slug) < 5:
        return False  # a day's or a month's page
    if _DAY.search(path) or _MONTH.search(path) or _NUMBER.search(slug):
        return True
    is_numbered = slug.isdigit() and len(names) > 1 and len(slug) > 2
    is_long = words > 4 or (words > 2 and is_titled)  # sections have long names too: "food-and-drink"
    return is_asked or is_numbered or is_long or (len(names) > 1 and is_titled)


def _day_in(url: str) -> datetime | None:
    found = _DAY.search(urlsplit(url).path)
    day = _OF_DAY.fullmatch(found[0]) if found else None
    return read_date(f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}") if day else None


def _next(tree: Any, base: str, page: str) -> Iterable[str]:
    for element in tree.iter("link", "a"):
        if "next" in element.get("rel", "").lower().split() and (url := _own(base, page, element.get("href"))):
            yield url


def _goes_on(url: str, text: str) -> bool:
    if len(text) > 40:
        return False
    return bool(_OLDER.fullmatch(text) or (_COUNT.fullmatch(text) and _PAGED.search(url)))
