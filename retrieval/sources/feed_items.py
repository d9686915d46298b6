"""What every kind of feed is read into before its entries have an identity; and how titles and addresses are cleaned.

Bytes of some kind -> FeedDraft of FeedItems -> (feeds.py) ParsedFeed of Entries
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from retrieval.sources.prose import clean_line

MAX_ENTRIES = 1_000  # a feed lists tens; one of 50,000 takes seconds and is an attack or an export
MAX_HTML = 500_000  # characters; nested entities can blow an entry up to any size
MAX_TITLE = 300  # characters
_FIRST_WORDS = 100  # characters of them that make a title
_OLDEST = datetime(1971, 1, 1, tzinfo=UTC)  # dates before it are programs' zeros
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|\w{2,31});")


@dataclass(frozen=True, slots=True)
class FeedItem:
    """An entry as the feed gives it."""

    guid: str
    title: str  # "" when it has none
    url: str | None
    published: datetime | None
    html: str


@dataclass(frozen=True, slots=True)
class FeedDraft:
    """A feed as it gives itself. Items in its own order, at most MAX_ENTRIES."""

    title: str
    site: str  # an address as given, or ""
    items: tuple[FeedItem, ...]
    every: float | None = None  # seconds between visits that the publisher asks for
    has_guids: bool = True  # False: items are named by their address (RSS 1.0), which is a guid to us only


def newest(dates: Sequence[datetime | None]) -> list[int]:
    """The places of the MAX_ENTRIES newest, in their own order. What has no date is older than what has one."""
    if len(dates) <= MAX_ENTRIES:
        return list(range(len(dates)))
    by_age = sorted(range(len(dates)), key=lambda place: dates[place] or _OLDEST, reverse=True)
    return sorted(by_age[:MAX_ENTRIES])


def plain_title(title: str) -> str:
    """A title without markup. Many publishers escape it twice."""
    return clean_line(_unescaped(_TAG.sub("", _unescaped(title))))[:MAX_TITLE].strip()


def first_words(body: str) -> str:
    """A title for an entry that has none, as short messages do."""
    words = plain_title(_TAG.sub(" ", body[:2_000]))
    return words if len(words) <= _FIRST_WORDS else words[:_FIRST_WORDS].rsplit(" ", 1)[0] + "…"


def has_tags(text: str) -> bool:
    return _TAG.search(text) is not None


def shows_nothing(body: str) -> bool:
    """Whether nothing is left of the markup when its tags are gone."""
    return not _TAG.sub("", body).strip()


def paragraphs(text: str) -> str:
    """Plain text as markup."""
    return "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in text.split("\n\n") if paragraph.strip())


def sane_date(moment: datetime | None) -> datetime | None:
    """The moment, unless it is a program's zero."""
    return moment if moment and moment >= _OLDEST else None


def _unescaped(text: str) -> str:
    """Entities that end in ";" only: in "?page=1&copy=2" nobody meant a ©."""
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
