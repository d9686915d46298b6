"""The bytes of a feed (RSS, Atom, JSON Feed) -> its title and entries, with an identity that is stable between fetches.

    Fetched | feed_text | read_..._feed (by the document's start) | identities -> ParsedFeed

Addresses inside are resolved here and never followed: the parser gets bytes only.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from retrieval.errors import NotAFeed
from retrieval.sources.channels import read_channel
from retrieval.sources.feed_items import MAX_HTML, FeedDraft, FeedItem, first_words, plain_title
from retrieval.sources.feed_text import feed_text, root_name
from retrieval.sources.json_feed import read_json_feed
from retrieval.sources.sitemaps import read_news
from retrieval.sources.types import Entry, Fetched, ParsedFeed
from retrieval.sources.urls import linked_address
from retrieval.sources.xml_feed import read_xml_feed

# What pages begin with, walls and challenges too, if not with their doctype.
_PAGE = frozenset(
    ("html", "head", "body", "title", "meta", "script", "style", "noscript", "iframe", "main", "section", "div", "p",
     "center", "table", "span", "a", "b", "br", "h1", "h2", "h3")
)  # fmt: skip


def parse_feed(fetched: Fetched, now: datetime) -> ParsedFeed:
    """Entries in the feed's order, each identity once; dates in the future become `now`. Of more than 1,000 the newest.

    Broken XML is taken as far as it goes. Raises NotAFeed ("empty", "html page", "not a feed").
    """
    text = feed_text(fetched)
    if not text:
        raise NotAFeed(fetched.url, "empty")
    if feed := _stand_in(root_name(text), fetched, now):
        return feed
    draft = _read(text, fetched.url)
    title = plain_title(draft.title) or fetched.url
    return ParsedFeed(title, linked_address(fetched.url, draft.site), _entries(draft, now), draft.every)


def is_known(entry: Entry, known: Mapping[str, str | None]) -> bool:
    """Whether the entry is one of those known: identity -> address.

    A guid that was one entry's own may be repeated later, and the other way round: see `_identity`.
    """
    if entry.identity in known or entry.url is None:
        return entry.identity in known
    guid = entry.identity.removesuffix(f" {entry.url}")
    return f"{entry.identity} {entry.url}" in known or (guid != entry.identity and known.get(guid) == entry.url)


def _stand_in(root: str, fetched: Fetched, now: datetime) -> ParsedFeed | None:
    """What serves as a feed and is none: the public page of a Telegram channel, a sitemap with news."""
    if root in _PAGE:
        return read_channel(fetched, now)
    return read_news(fetched, now) if root == "urlset" else None


def _read(text: str, url: str) -> FeedDraft:
    """By what the document begins with."""
    if text.startswith("{"):
        return read_json_feed(text, url)
    match root_name(text):
        case "":
            raise NotAFeed(url, "not a feed")
        case name if name in _PAGE:
            raise NotAFeed(url, "html page")
        case _:
            return read_xml_feed(text, url)


def _entries(draft: FeedDraft, now: datetime) -> tuple[Entry, ...]:
    guids = Counter(item.guid for item in draft.items)
    entries: dict[str, Entry] = {}
    for item in draft.items:
        identity = _identity(item, guids[item.guid])
        title = item.title or first_words(item.html) or item.url or ""
        published = min(item.published, now) if item.published else None
        guid = item.guid if draft.has_guids else ""
        entry = Entry(identity, title, item.url, published, item.html[:MAX_HTML], guid, bool(item.title))
        entries.setdefault(identity, entry)
    return tuple(entries.values())


def _identity(item: FeedItem, uses: int) -> str:
    """What the publisher says it is; some repeat one guid for all entries, some give none at all."""
    if item.guid:
        return item.guid if uses == 1 or not item.url else f"{item.guid} {item.url}"
    title = item.title or first_words(item.html)
    return item.url or hashlib.sha256(f"{title}\n{item.html}".encode()).hexdigest()
