"""What a stranger's bytes are, and what is read from them before it is an article: pages, feeds, lists of either.

Fetched | NotModified -> ParsedFeed of Entries, FeedLinks, Sitemap
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave us to ask "has it changed?" with (HTTP conditional requests)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """Bytes from a web address or a file, not yet understood. `url` is the final address, after redirects."""

    url: str
    content: bytes
    media_type: str  # lower case, without parameters: "text/html"
    charset: str | None = None
    validators: Validators = Validators()
    moved: str | None = None  # the address to ask from now on, when every redirect on the way there is permanent
    fresh_for: float | None = None  # seconds for which the server says that it will not change


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says that what we hold is still what it has."""

    url: str
    moved: str | None = None
    fresh_for: float | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed. `identity` is stable between fetches."""

    identity: str
    title: str
    url: str | None
    published: datetime | None
    html: str  # the item's own content or description, may be empty
    guid: str = ""  # as the publisher gives it; feeds repeat theirs, or give none
    is_titled: bool = True  # False: the feed gives no title, and this one is made of its first words or address


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed as its bytes tell it. Entries in the feed's own order."""

    title: str
    url: str | None  # the site it belongs to
    entries: tuple[Entry, ...]
    every: float | None = None  # seconds between visits that the publisher asks for (ttl, syndication module)


@dataclass(frozen=True, slots=True)
class FeedLink:
    """Where a feed is said to be: by a page that names it, or a list of feeds."""

    url: str
    title: str = ""
    folder: str = ""  # of an OPML list, "News/Local"


@dataclass(frozen=True, slots=True)
class PageLink:
    """Where a page is said to be, by a sitemap or an archive."""

    url: str
    title: str = ""
    published: datetime | None = None  # or last changed, where nothing else is told


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The pages that a sitemap lists, in its order, and the sitemaps that it refers to."""

    pages: tuple[PageLink, ...]
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that is watched, and what became of the last visits."""

    url: str  # the address by which it is known, the one it was first watched under
    title: str
    validators: Validators
    due: datetime
    failures: int
    latest: Entry | None = None
    down_since: datetime | None = None  # of the first visit that failed, with none since that did not
    ended: bool = False  # its server says that it is gone for good


@dataclass(frozen=True, slots=True)
class FeedSample:
    """A feed that was looked at and is not watched for that."""

    url: str  # the address by which it is known, or would be
    title: str
    entries: tuple[Entry, ...]  # the newest, newest first
    per_week: float | None  # entries that come in a week; None: they have no dates


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What one round over the due feeds brought."""

    feeds: int
    unchanged: int
    failed: int
    articles: int


Fetch = Callable[[str, Validators], Fetched | NotModified]
"""(url, validators) -> bytes. Refuses what is not public (AddressRefused), raises FetchFailed for the rest."""
