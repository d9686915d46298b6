"""What a feed's bytes become: entries with a lasting identity, addresses that lead somewhere, dates that make sense."""

from __future__ import annotations

import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from retrieval.errors import NotAFeed
from retrieval.sources.feed_items import MAX_ENTRIES, MAX_HTML, MAX_TITLE
from retrieval.sources.feeds import is_known, parse_feed
from retrieval.sources.types import Entry, Fetched, ParsedFeed
from tests.benchmarks.feeds import FOUR, REASONS, compare, share

_NOW = datetime(2026, 5, 31, 12, tzinfo=UTC)
_URL = "https://coast.example/news/feed.xml"


def _parse(content: str | bytes, charset: str | None = None, media_type: str = "text/xml") -> ParsedFeed:
    raw = content.encode() if isinstance(content, str) else content
    return parse_feed(Fetched(_URL, raw, media_type, charset), _NOW)


def _rss(*items: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Coast &amp;amp; Harbour</title>'
        f"<link>/news/</link>{''.join(items)}</channel></rss>"
    )


def test_rss() -> None:
    feed = _parse(
        _rss(
            "<item><title>Two boats &amp;amp; a &lt;b&gt;ferry&lt;/b&gt;</title><link>boats?id=1&amp;copy=2</link>"
            "<guid>tag:1</guid><pubDate>Mon, 04 May 2026 08:30:00 +0200</pubDate>"
            "<description>&lt;p&gt;Every half hour.&lt;/p&gt;</description></item>"
        )
    )

    assert (feed.title, feed.url) == ("Coast & Harbour", "https://coast.example/news/")
    assert feed.entries == (
        Entry(
            identity="tag:1",
            title="Two boats & a ferry",
            url="https://coast.example/news/boats?id=1&copy=2",
            published=datetime(2026, 5, 4, 6, 30, tzinfo=UTC),
            html="<p>Every half hour.</p>",
            guid="tag:1",
        ),
    )


def test_atom_gives_the_whole_content_rather_than_the_summary() -> None:
    feed = _parse(
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Coast</title><link href="https://coast.example/"/>'
        "<entry><id>urn:1</id><title>Boats</title><updated>2026-05-04T08:30:00Z</updated>"
        '<link rel="edit" href="/edit"/><link rel="alternate" href="/boats"/><summary>Short.</summary>'
        '<content type="html">&lt;p&gt;The whole story of the boats.&lt;/p&gt;</content></entry></feed>'
    )

    (entry,) = feed.entries
    assert (entry.identity, entry.url) == ("urn:1", "https://coast.example/boats")
    assert entry.html == "<p>The whole story of the boats.</p>"
    assert entry.published == datetime(2026, 5, 4, 8, 30, tzinfo=UTC)


def test_an_entry_is_known_again_by_guid_else_address_else_content() -> None:
    items = (
        "<item><guid>one</guid><link>/1</link></item>",
        "<item><guid>same</guid><link>/2</link></item>",
        "<item><guid>same</guid><link>/3</link></item>",
        "<item><link>/4</link><title>Four</title></item>",
        "<item><title>Five</title><description>Text</description></item>",
        "<item><title>Five</title><description>Another text</description></item>",
    )
    first = [entry.identity for entry in _parse(_rss(*items)).entries]

    assert first[:4] == [
        "one",
        "same https://coast.example/2",
        "same https://coast.example/3",
        "https://coast.example/4",
    ]
    assert len(set(first)) == 6
    assert [entry.identity for entry in _parse(_rss("<item><guid>new</guid></item>", *items)).entries][1:] == first


def test_an_entry_stays_known_when_its_guid_is_repeated_and_when_it_no_longer_is() -> None:
    one = _rss("<item><guid>same</guid><link>/1</link></item>")
    two = _rss("<item><guid>same</guid><link>/2</link></item>", "<item><guid>same</guid><link>/1</link></item>")
    alone = {entry.identity: entry.url for entry in _parse(one).entries}
    both = {entry.identity: entry.url for entry in _parse(two).entries}

    assert [is_known(entry, alone) for entry in _parse(two).entries] == [False, True]
    assert [is_known(entry, both) for entry in _parse(one).entries] == [True]
    assert [is_known(entry, {}) for entry in _parse(_rss("<item><title>No address</title></item>")).entries] == [False]


_HOSTILE = (
    "<item><guid>1</guid><description>&#x110000;&#99999999;</description></item>",
    "<item><guid>1</guid><title>&#xD800;</title></item>",
    "<item><title>Boats &#xD83D;&#xDE00; &#55357;</title><link>/&#xDFFF;</link></item>",
)


@pytest.mark.parametrize("charset", [None, "undefined", "base64", "idna", "utf-7", "no such charset"])
@pytest.mark.parametrize("item", _HOSTILE)
def test_characters_that_do_not_exist_and_charsets_that_are_none_harm_no_feed(item: str, charset: str | None) -> None:
    feed = _parse(_rss(item, "<item><guid>2</guid><title>Ferries</title></item>"), charset)

    assert feed.entries[1].title == "Ferries"
    assert all(f"{entry.identity}{entry.title}{entry.url}{entry.html}".encode() for entry in feed.entries)


def test_the_same_entry_twice_is_one() -> None:
    assert len(_parse(_rss(*["<item><guid>one</guid><link>/1</link></item>"] * 2)).entries) == 1


def test_dates_in_the_future_are_now_and_impossible_ones_are_none() -> None:
    future = (_NOW + timedelta(days=400)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    dates = [future, "Thu, 01 Jan 1970 00:00:00 GMT", "yesterday or so"]
    feed = _parse(_rss(*(f"<item><guid>{date}</guid><pubDate>{date}</pubDate></item>" for date in dates)))

    assert [entry.published for entry in feed.entries] == [_NOW, None, None]


def test_an_entry_without_a_title_is_called_by_its_first_words() -> None:
    feed = _parse(
        _rss(f"<item><guid>1</guid><description>&lt;p&gt;{'Boats sail again. ' * 20}&lt;/p&gt;</description></item>")
    )

    assert feed.entries[0].title.startswith("Boats sail again.")
    assert feed.entries[0].title.endswith("…")
    assert len(feed.entries[0].title) <= 101


def test_addresses_that_are_not_of_the_web_are_dropped() -> None:
    links = ["javascript:alert(1)", "file:///etc/passwd", "http://[broken", "mailto:a@b.example"]
    feed = _parse(
        _rss(*(f"<item><guid>{number}</guid><link>{link}</link></item>" for number, link in enumerate(links)))
    )

    assert [entry.url for entry in feed.entries] == [None] * 4


def test_broken_xml_is_taken_as_far_as_it_goes() -> None:
    feed = _parse(_rss("<item><guid>1</guid><title>Boats & ferries</title></item>", "<item><guid>2</guid><title>Cut"))

    assert [entry.identity for entry in feed.entries] == ["1", "2"]
    assert feed.entries[0].title == "Boats & ferries"


def test_a_feed_without_entries_is_a_feed() -> None:
    assert _parse(_rss()).entries == ()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "empty"),
        ("\ufeff  \n", "empty"),
        ("<script>location.reload()</script><p>Just a moment: are you human?</p>", "html page"),
        ("\n<HTML lang='ru'><title>Вход</title>Войдите, чтобы читать дальше</HTML>", "html page"),
        ("<!doctype html><html><head><!-- <rss version='2.0'> --></head></html>", "html page"),
        (f"<!-- {'x' * 9_000} --><html><body/></html>", "html page"),
        ("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not a feed"),
        ("[1, 2]", "not a feed"),
        ("<!-- x --><!DOCTYPE html><html><body>Checking your browser</body></html>", "html page"),
        ('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>', "html page"),
        ("<note><to>You</to></note>", "not a feed"),
        ("Plain text about boats.", "not a feed"),
        ('{"boats": 2}', "not a feed"),
    ],
)
def test_what_is_no_feed_says_what_it_is(content: str, reason: str) -> None:
    with pytest.raises(NotAFeed) as error:
        _parse(content)

    assert (error.value.subject, error.value.reason) == (_URL, reason)


def test_whatever_is_endless_is_cut() -> None:
    items = [f"<item><guid>{number}</guid></item>" for number in range(MAX_ENTRIES + 50)]
    long = f"<item><title>{'t' * 400}</title><description>{'a' * (MAX_HTML + 1)}</description></item>"

    assert len(_parse(_rss(*items)).entries) == MAX_ENTRIES
    (entry,) = _parse(_rss(long)).entries
    assert (len(entry.title), len(entry.html)) == (MAX_TITLE, MAX_HTML)


def test_real_feeds_agree_with_another_parser(shared: Path, tmp_path: Path) -> None:
    """Title, link, guid and date as expected in a large collection; what may differ has a name."""
    with tarfile.open(shared / "data" / "gofeed.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    pairs, feeds, _ = compare(tmp_path)

    assert feeds.total() > 500
    assert share(pairs, FOUR, REASONS) >= 0.99
    assert min(share(pairs, [field], REASONS) for field in ("link", "date", "content")) > 0.99
