"""JSON Feeds: what their items become, and what JSON is none."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from retrieval.errors import NotAFeed
from retrieval.sources.feeds import parse_feed
from retrieval.sources.types import Fetched, ParsedFeed

_NOW = datetime(2026, 5, 31, 12, tzinfo=UTC)
_URL = "https://coast.example/news/feed.json"


def _parse(feed: object) -> ParsedFeed:
    content = feed if isinstance(feed, str) else json.dumps(feed)
    return parse_feed(Fetched(_URL, content.encode("utf-8", "surrogatepass"), "application/json"), _NOW)


def _feed(*items: Any) -> dict[str, Any]:
    return {"version": "https://jsonfeed.org/version/1.1", "title": "Coast", "items": list(items)}


def test_items_become_entries() -> None:
    boats = {
        "id": 12,
        "url": "/boats",
        "title": "Boats",
        "content_text": "Two & more.\n\nThe end.",
        "date_published": "2026-05-04T08:30:00Z",
    }
    far = {"id": "x", "external_url": "https://far.example/", "content_html": "<p>No title here.</p>"}
    feed = _parse(_feed(boats, far, "not an item"))

    first, second = feed.entries
    assert (first.identity, first.guid, first.url, first.title) == ("12", "12", "https://coast.example/boats", "Boats")
    assert first.html == "<p>Two &amp; more.</p><p>The end.</p>"
    assert first.published == datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
    assert (second.title, second.url, second.published) == ("No title here.", "https://far.example/", None)
    assert feed.every is None


def test_version_1_0_and_marks_before_it() -> None:
    feed = _parse("\ufeff \n" + json.dumps(_feed({"id": "1", "date_modified": "2026-05-04"}) | {"version": "1.0"}))

    assert feed.title == "Coast"
    assert feed.entries[0].published == datetime(2026, 5, 4, tzinfo=UTC)


def test_content_is_preferred_to_the_summary() -> None:
    feed = _parse(
        _feed({"id": "1", "summary": "Паром.", "content_html": "<p>Паром идёт.</p>"}, {"id": "2", "summary": "S"})
    )

    assert [entry.html for entry in feed.entries] == ["<p>Паром идёт.</p>", "S"]


def test_markup_of_feeds_inside_is_no_feed_of_its_own() -> None:
    assert _parse(_feed({"id": "1", "content_html": '<rss version="2.0"><channel/></rss>'})).title == "Coast"


def test_of_an_endless_feed_the_newest_are_kept() -> None:
    days = [f"20{10 + place // 336:02}-{place // 28 % 12 + 1:02}-{place % 28 + 1:02}" for place in range(1_500)]
    feed = _parse(_feed(*({"id": day, "date_published": day} for day in days)))

    assert [entry.guid for entry in feed.entries] == days[-1_000:]


def test_halves_of_characters_are_dropped() -> None:
    half = "\ud800"
    item = {"id": half, "title": f"A{half}", "content_html": f"<p>B{half}\x00</p>", "url": f"/a{half}"}
    feed = _parse(_feed(item, item) | {"title": half, "home_page_url": f"/{half}"})

    (entry,) = feed.entries
    assert (feed.title, feed.url) == (_URL, "https://coast.example/")
    assert (entry.identity, entry.title, entry.html) == ("https://coast.example/a", "A", "<p>B</p>")


@pytest.mark.parametrize(
    "content", ['{"boats": 2}', "{broken", '{"version": "1", "items": 2}', "[]", '{"a":' * 100_000]
)
def test_other_json_is_no_feed(content: str) -> None:
    with pytest.raises(NotAFeed) as error:
        _parse(content)

    assert error.value.reason == "not a feed"
