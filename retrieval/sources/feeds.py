"""The bytes of a feed (RSS, Atom, JSON Feed) -> its title and entries, with an identity that is stable between fetches.

Addresses inside are resolved here and never followed: the parser gets bytes only.
"""

from __future__ import annotations

import calendar
import hashlib
import html
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import struct_time
from typing import Any
from urllib.parse import urljoin

from retrieval.errors import NotAFeed
from retrieval.sources.charsets import decode, known_charset
from retrieval.sources.dates import read_date
from retrieval.sources.prose import clean_line, storable
from retrieval.sources.types import Entry, Fetched, ParsedFeed

MAX_ENTRIES = 1_000  # a feed lists tens; one of 50,000 takes seconds and is an attack or an export
MAX_HTML = 500_000  # characters; nested entities can blow an entry up to any size
MAX_TITLE = 300  # characters
_OLDEST = datetime(1971, 1, 1, tzinfo=UTC)  # dates before it are programs' zeros
_HALVES = range(0xD800, 0xE000)  # of surrogate pairs, which are no characters
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|\w{2,31});")
_REFERENCE = re.compile(rb"&#(?:(\d{1,10})|[xX]([\da-fA-F]{1,8}));")
_PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<(?:!doctype html|html)\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Item:
    """An entry as the feed gives it, before its identity is known."""

    guid: str
    title: str
    url: str | None
    published: datetime | None
    html: str


def parse_feed(fetched: Fetched, now: datetime) -> ParsedFeed:
    """Entries in the feed's order, each identity once; dates in the future become `now`.

    Broken XML is taken as far as it goes. Raises NotAFeed ("empty", "html page", "not a feed").
    """
    if not fetched.content.strip():
        raise NotAFeed(fetched.url, "empty")
    start = decode(fetched.content[:4096], fetched.charset).lstrip("\ufeff \t\r\n")
    if _PAGE.match(start):
        raise NotAFeed(fetched.url, "html page")
    title, site, items = _read_json(fetched) if start.startswith("{") else _read_xml(fetched)
    return ParsedFeed(_plain(title) or fetched.url, _absolute(fetched.url, site), _entries(items, now))


def is_known(entry: Entry, known: Mapping[str, str | None]) -> bool:
    """Whether the entry is one of those known: identity -> address.

    A guid that was one entry's own may be repeated later, and the other way round: see `_identity`.
    """
    if entry.identity in known or entry.url is None:
        return entry.identity in known
    guid = entry.identity.removesuffix(f" {entry.url}")
    return f"{entry.identity} {entry.url}" in known or (guid != entry.identity and known.get(guid) == entry.url)


def _entries(items: Sequence[_Item], now: datetime) -> tuple[Entry, ...]:
    guids = Counter(item.guid for item in items)
    entries: dict[str, Entry] = {}
    for item in items[:MAX_ENTRIES]:
        identity = _identity(item, guids[item.guid])
        published = min(item.published, now) if item.published else None
        entry = Entry(identity, item.title, item.url, published, item.html[:MAX_HTML])
        entries.setdefault(identity, entry)
    return tuple(entries.values())


def _identity(item: _Item, uses: int) -> str:
    """What the publisher says it is; some repeat one guid for all entries, some give none at all."""
    if item.guid:
        return item.guid if uses == 1 or not item.url else f"{item.guid} {item.url}"
    return item.url or hashlib.sha256(f"{item.title}\n{item.html}".encode()).hexdigest()


def _read_xml(fetched: Fetched) -> tuple[str, str | None, list[_Item]]:
    import feedparser  # takes a noticeable part of a second to import, and only feeds need it

    # An XML type without a charset would be read as US-ASCII (RFC 3023); the bytes know better.
    is_charset = fetched.charset and known_charset(fetched.charset)
    media_type = f"application/xml; charset={fetched.charset}" if is_charset else "application/xml"
    content = _REFERENCE.sub(_sound, fetched.content)
    try:
        parsed = feedparser.parse(io.BytesIO(content), response_headers={"content-type": media_type})
    except Exception as error:  # it promises to raise nothing, and meets strangers' bytes with errors of every kind
        raise NotAFeed(fetched.url, "not a feed") from error
    if not parsed.version and not parsed.entries:
        raise NotAFeed(fetched.url, "not a feed")
    items = [_xml_item(entry, fetched.url) for entry in parsed.entries]
    return parsed.feed.get("title", ""), parsed.feed.get("link"), items


def _sound(reference: re.Match[bytes]) -> bytes:
    """The reference, unless it names no character: programs write emoji as two halves, and the parser breaks off."""
    number = int(reference[1]) if reference[1] else int(reference[2], 16)
    return b"" if number in _HALVES or number > sys.maxunicode else reference[0]


def _xml_item(entry: dict[str, Any], base: str) -> _Item:
    contents = [content.get("value", "") for content in entry.get("content", ())]
    body = max([*contents, entry.get("summary", "")], key=len)
    # dict's own get: feedparser's would offer one date for another, with a warning.
    moments = (dict.get(entry, name) for name in ("published_parsed", "created_parsed", "updated_parsed"))
    url = _absolute(base, entry.get("link") or _first_link(entry.get("links", ())))
    return _Item(
        guid=clean_line(entry.get("id", "")),
        title=_plain(entry.get("title", "")) or _first_words(body) or url or "",
        url=url,
        published=_sane(next((_moment(moment) for moment in moments if moment), None)),
        html=storable(body),
    )


def _first_link(links: Iterable[Mapping[str, Any]]) -> str | None:
    pages = (link.get("href") for link in links if link.get("rel", "alternate") == "alternate")
    return next((page for page in pages if page), None)


def _moment(moment: struct_time) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(moment), UTC)
    except (ValueError, OverflowError, OSError):  # a year that is none
        return None


def _sane(moment: datetime | None) -> datetime | None:
    return moment if moment and moment >= _OLDEST else None


def _read_json(fetched: Fetched) -> tuple[str, str | None, list[_Item]]:
    """https://www.jsonfeed.org/version/1.1/"""
    try:
        feed = json.loads(decode(fetched.content, fetched.charset).lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise NotAFeed(fetched.url, "not a feed") from error
    if not (_text(feed, "version") and isinstance(feed.get("items"), list)):
        raise NotAFeed(fetched.url, "not a feed")
    items = [_json_item(item, fetched.url) for item in feed["items"] if isinstance(item, dict)]
    return _text(feed, "title"), _text(feed, "home_page_url"), items


def _json_item(item: Mapping[str, Any], base: str) -> _Item:
    paragraphs = _text(item, "content_text").split("\n\n")
    as_html = "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs if paragraph.strip())
    body = _text(item, "content_html") or as_html or _text(item, "summary")
    url = _absolute(base, _text(item, "url") or _text(item, "external_url"))
    return _Item(
        guid=clean_line(_text(item, "id")),
        title=_plain(_text(item, "title")) or _first_words(body) or url or "",
        url=url,
        published=_sane(read_date(_text(item, "date_published") or _text(item, "date_modified"))),
        html=storable(body),
    )


def _text(fields: Mapping[str, Any], name: str) -> str:
    """Ids are numbers in some feeds; what is neither text nor number is not there."""
    value = fields.get(name)
    is_said = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value) if is_said else ""


def _plain(title: str) -> str:
    """A title without markup. Many publishers escape it twice."""
    return clean_line(_unescaped(_TAG.sub("", _unescaped(title))))[:MAX_TITLE]


def _unescaped(text: str) -> str:
    """Entities that end in ";" only: in "?page=1&copy=2" nobody meant a ©."""
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)


def _first_words(body: str) -> str:
    """A title for an entry that has none, as short messages do."""
    words = _plain(_TAG.sub(" ", body[:2_000]))
    return words if len(words) <= 100 else words[:100].rsplit(" ", 1)[0] + "…"


def _absolute(base: str, link: str | None) -> str | None:
    """The address to visit, or None if it is not one of the web."""
    if not link or not link.strip():
        return None
    try:
        url = urljoin(base, storable(link).strip())
    except ValueError:
        return None
    return url if url.startswith(("http://", "https://")) else None
