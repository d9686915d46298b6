"""The text of a JSON Feed (1.0, 1.1) -> FeedDraft. https://www.jsonfeed.org/version/1.1/"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from retrieval.errors import NotAFeed
from retrieval.sources.feed_dates import read_feed_date
from retrieval.sources.feed_items import (
    FeedDraft,
    FeedItem,
    newest,
    paragraphs,
    plain_title,
    sane_date,
)
from retrieval.sources.prose import clean_line, storable
from retrieval.sources.urls import linked_address


def read_json_feed(text: str, url: str) -> FeedDraft:
    """Raises NotAFeed ("not a feed") for other JSON, and for what is none."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAFeed(url, "not a feed") from error
    if not (isinstance(feed, dict) and _text(feed, "version") and isinstance(feed.get("items"), list)):
        raise NotAFeed(url, "not a feed")
    rows = [row for row in feed["items"] if isinstance(row, dict)]
    kept = newest([read_feed_date(_dated(row)) for row in rows])
    items = tuple(_item(rows[place], url) for place in kept)
    return FeedDraft(_text(feed, "title"), _text(feed, "home_page_url"), items)


def _item(row: Mapping[str, Any], base: str) -> FeedItem:
    body = _text(row, "content_html") or paragraphs(_text(row, "content_text")) or _text(row, "summary")
    url = linked_address(base, _text(row, "url")) or linked_address(base, _text(row, "external_url"))
    return FeedItem(
        guid=clean_line(_text(row, "id")),
        title=plain_title(_text(row, "title")),
        url=url,
        published=sane_date(read_feed_date(_dated(row))),
        html=storable(body),
    )


def _dated(row: Mapping[str, Any]) -> str:
    return _text(row, "date_published") or _text(row, "date_modified")


def _text(fields: Mapping[str, Any], name: str) -> str:
    """Ids are numbers in some feeds; what is neither text nor number is not there."""
    value = fields.get(name)
    is_said = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value) if is_said else ""
