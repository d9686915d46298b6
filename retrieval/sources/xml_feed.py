"""The text of an RSS (0.90 to 2.0, RDF) or Atom (0.3, 1.0) feed -> FeedDraft, broken XML as far as it goes."""

from __future__ import annotations

import calendar
import io
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from retrieval.errors import NotAFeed
from retrieval.sources.feed_dates import read_feed_date
from retrieval.sources.feed_items import (
    MAX_ENTRIES,
    FeedDraft,
    FeedItem,
    has_tags,
    paragraphs,
    plain_title,
    sane_date,
    shows_nothing,
)
from retrieval.sources.feed_text import few_items, root_name, sound_xml
from retrieval.sources.prose import clean_line, storable
from retrieval.sources.urls import linked_address

_SOONEST, _LATEST = 300, 86_400  # seconds between visits that a publisher can mean
_PERIODS = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000, "yearly": 31_536_000}
_NUMBER = re.compile(r"\s*(\d{1,9})(?:\.\d*)?\s*")


def read_xml_feed(text: str, url: str) -> FeedDraft:
    """Raises NotAFeed ("not a feed")."""
    import feedparser  # takes a noticeable part of a second to import, and only feeds need it

    content = sound_xml(few_items(text)).encode()
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        parsed = feedparser.parse(io.BytesIO(content), response_headers=headers)
    except Exception as error:  # it promises to raise nothing, and meets strangers' bytes with errors of every kind
        raise NotAFeed(url, "not a feed") from error
    if not (parsed.version or parsed.entries or root_name(text) == "rdf"):
        raise NotAFeed(url, "not a feed")
    has_permalinks = not parsed.version.startswith("atom")  # an Atom id is a name, even where it looks like an address
    items = tuple(_item(entry, url, has_permalinks) for entry in parsed.entries[:MAX_ENTRIES])
    told = (parsed.feed.get("title", ""), parsed.feed.get("link", ""))
    return FeedDraft(*told, items, _every(parsed.feed), has_guids=root_name(text) != "rdf")


def _item(entry: dict[str, Any], base: str, has_permalinks: bool) -> FeedItem:
    body = _body(entry)
    url = linked_address(base, _link(entry, has_permalinks))
    return FeedItem(
        guid=clean_line(entry.get("id", "")),
        title=plain_title(entry.get("title", "")),
        url=url,
        published=_published(entry),
        html=storable(body),
    )


def _body(entry: dict[str, Any]) -> str:
    """The content if the feed gives it, else the summary."""
    contents = [_markup(content) for content in entry.get("content", ())]
    full = max([*contents, entry.get("yandex_full-text", "")], key=len)
    return (shows_nothing(full) and _markup(entry.get("summary_detail", {}))) or full


def _markup(content: Mapping[str, Any]) -> str:
    """Feeds call markup plain text; a picture or a film is nothing to read."""
    value: str = content.get("value", "")
    media_type: str = content.get("type", "")
    if media_type.startswith(("image/", "audio/", "video/")):
        return ""
    return paragraphs(value) if media_type == "text/plain" and not has_tags(value) else value


def _link(entry: dict[str, Any], has_permalinks: bool) -> str | None:
    pages = [link["href"] for link in entry.get("links", ()) if _leads_to_page(link)]
    said: str = entry.get("link") or ""
    if pages:
        return said or pages[0]
    # Without a page the parser takes the guid for one, whatever it looks like.
    is_address = said.startswith(("http://", "https://"))
    return said if is_address and (has_permalinks or said != entry.get("id")) else None


def _leads_to_page(link: Mapping[str, Any]) -> bool:
    return bool(link.get("href")) and link.get("rel", "alternate") == "alternate"


def _published(entry: dict[str, Any]) -> datetime | None:
    for name in ("published", "created", "updated"):
        # dict's own get: feedparser's would offer one date for another, with a warning.
        said, parsed = dict.get(entry, name), dict.get(entry, f"{name}_parsed")
        if moment := sane_date(read_feed_date(said or "") or (_moment(parsed) if parsed else None)):
            return moment
    return None


def _moment(parsed: Iterable[int]) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(tuple(parsed)), UTC)
    except (ValueError, OverflowError, OSError):  # a year that is none
        return None


def _every(feed: Mapping[str, Any]) -> float | None:
    """RSS says how many minutes it may be kept; the syndication module how often in a period it changes."""
    if minutes := _NUMBER.fullmatch(feed.get("ttl") or ""):
        kept = float(minutes[1]) * 60
        return kept if _SOONEST <= kept <= _LATEST else None
    times = _NUMBER.fullmatch(feed.get("sy_updatefrequency") or "1")
    period = _PERIODS.get((feed.get("sy_updateperiod") or "").strip().lower())
    if not period or not times or not int(times[1]):
        return None
    pause = period / int(times[1])
    return min(pause, float(_LATEST)) if pause >= _SOONEST else None
