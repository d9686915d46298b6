"""RSS of every version and Atom: which link, guid, date, text and pace an entry and its feed are given."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from retrieval.sources.feeds import parse_feed
from retrieval.sources.types import Entry, Fetched, ParsedFeed

_NOW = datetime(2026, 5, 31, 12, tzinfo=UTC)
_MOMENT = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)
_URL = "https://coast.example/news/feed.xml"


def _parse(content: str) -> ParsedFeed:
    return parse_feed(Fetched(_URL, content.encode(), "text/xml"), _NOW)


def _rss(inner: str) -> ParsedFeed:
    """One namespace is declared, the others are used all the same."""
    atom = 'xmlns:atom="http://www.w3.org/2005/Atom"'
    return _parse(f'<rss version="2.0" {atom}><channel><title>Coast</title>{inner}</channel></rss>')


def _item(inner: str) -> Entry:
    (entry,) = _rss(f"<item><title>Boats</title>{inner}</item>").entries
    return entry


def _atom_entry(inner: str, version: str = "http://www.w3.org/2005/Atom", head: str = "") -> Entry:
    (entry,) = _parse(f'<feed xmlns="{version}" {head}><title>Coast</title><entry>{inner}</entry></feed>').entries
    return entry


@pytest.mark.parametrize(
    ("guid", "url"),
    [
        ("<guid>https://coast.example/1</guid>", "https://coast.example/1"),
        ('<guid isPermaLink="true">https://coast.example/1</guid>', "https://coast.example/1"),
        ('<guid isPermaLink="false">https://coast.example/1</guid>', None),
        ("<guid>boats-1</guid>", None),
        ('<guid>boats-1</guid><enclosure url="https://coast.example/1.mp3" type="audio/mpeg" length="9"/>', None),
        ("<guid>https://coast.example/1</guid><link>/2</link>", "https://coast.example/2"),
        ("<link>/2</link><guid>https://coast.example/1</guid>", "https://coast.example/2"),
        ("<link/><guid>https://coast.example/1</guid>", "https://coast.example/1"),
        ("<guid>https://coast.example/1</guid><link> </link>", "https://coast.example/1"),
        ('<link uri="at://did:plc:1/post/2">https://coast.example/2</link>', "https://coast.example/2"),
        ('<atom:link rel="self" href="https://coast.example/feed"/>', None),
    ],
)
def test_the_page_of_an_item_is_its_link_else_its_permanent_guid(guid: str, url: str | None) -> None:
    assert _item(guid).url == url


def test_an_atom_id_is_a_name_and_no_link() -> None:
    entry = _atom_entry("<id>https://coast.example/1</id><title>Boats</title><content>Sail.</content>")

    assert (entry.guid, entry.url, entry.html) == ("https://coast.example/1", None, "<p>Sail.</p>")


def test_xml_base_is_where_links_start() -> None:
    head = 'xml:base="https://far.example/a/"'

    assert _atom_entry('<id>1</id><link href="b"/>', head=head).url == "https://far.example/a/b"
    assert _atom_entry('<id>1</id><link xml:base="c/" href="b"/>', head=head).url == "https://far.example/a/c/b"


def test_rss_of_the_first_years() -> None:
    rdf = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="{0}">{1}</rdf:RDF>'
    item = "<channel><title>Coast</title></channel><item{0}><title>Boats</title><link>https://coast.example/1</link></item>"
    about = ' rdf:about="https://coast.example/about/1" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    dated = item.format(about).replace("</item>", "<dc:date>2026-05-04T11:30:00+03:00</dc:date></item>")

    (old,) = _parse(rdf.format("http://my.netscape.com/rdf/simple/0.9/", item.format(""))).entries
    (new,) = _parse(rdf.format("http://purl.org/rss/1.0/", dated)).entries
    (plain,) = _parse(f'<rss version="0.91">{item.format("").replace("</channel>", "")}</channel></rss>').entries
    assert (
        (old.title, old.url, old.guid)
        == (plain.title, plain.url, plain.guid)
        == ("Boats", "https://coast.example/1", "")
    )
    assert (new.guid, new.url, new.published) == ("", "https://coast.example/1", _MOMENT)
    assert new.identity == "https://coast.example/about/1"  # an address that names the item, and no guid
    assert _parse(rdf.format("http://channel.netscape.com/rdf/simple/0.9/", "")).entries == ()


def test_atom_0_3() -> None:
    entry = _atom_entry(
        '<id>tag:1</id><title mode="escaped" type="text/html">&lt;b&gt;Boats&lt;/b&gt;</title><link href="/1"/>'
        "<issued>2026-05-04T08:30:00Z</issued><modified>2026-05-20T08:30:00Z</modified>"
        '<content type="application/xhtml+xml" mode="xml"><p xmlns="http://www.w3.org/1999/xhtml">Sail.</p></content>',
        version="http://purl.org/atom/ns#",
    )

    assert (entry.title, entry.url, entry.published) == ("Boats", "https://coast.example/1", _MOMENT)
    assert "<p>Sail.</p>" in entry.html


@pytest.mark.parametrize(
    "dates",
    [
        "<pubDate>Пн, 04 мая 2026 11:30:00 +0300</pubDate>",
        "<pubDate><![CDATA[4 May 26 11:30 MSK]]></pubDate>",
        "<dc:date>2026-05-04T08:30:00Z</dc:date>",
        "<atom:published>2026-05-04T08:30:00Z</atom:published><atom:updated>2026-05-20T08:30:00Z</atom:updated>",
        "<atom:updated>2026-05-20T08:30:00Z</atom:updated><pubDate>Mon, 04 May 2026 08:30:00 GMT</pubDate>",
        "<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate><dc:date>2026-05-04T08:30:00Z</dc:date>",
        "<pubDate>soon</pubDate><dc:date>2026-05-04T08:30:00Z</dc:date>",
    ],
)
def test_the_publication_is_the_first_date_that_can_be_one(dates: str) -> None:
    assert _item(dates).published == _MOMENT


@pytest.mark.parametrize(
    ("texts", "html"),
    [
        ("<description>A summary that is longer</description><content:encoded>&lt;p&gt;All&lt;/p&gt;</content:encoded>",
         "<p>All</p>"),
        ("<content:encoded><![CDATA[<p>Всё</p>]]></content:encoded><description>Кратко</description>", "<p>Всё</p>"),
        ("<content:encoded><![CDATA[<p> </p>]]></content:encoded><description>Short</description>", "Short"),
        ("<content:encoded><![CDATA[<p> </p>]]></content:encoded>", "<p> </p>"),
        ("<description>Кратко</description><yandex:full-text>Паром идёт.</yandex:full-text>", "Паром идёт."),
        ("<itunes:summary>Episode &lt; one</itunes:summary>", "<p>Episode &lt; one</p>"),
    ],
)  # fmt: skip
def test_the_content_is_preferred_to_the_summary(texts: str, html: str) -> None:
    assert _item(texts).html == html


def test_a_film_is_nothing_to_read() -> None:
    entry = _atom_entry('<id>1</id><summary>Boats.</summary><content type="video/mp4">AAAA</content>')

    assert entry.html == "<p>Boats.</p>"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("", None),
        ("<ttl>60</ttl>", 3_600),
        ("<ttl> 5 </ttl>", 300),
        ("<ttl>1440</ttl>", 86_400),
        ("<ttl>1</ttl>", None),
        ("<ttl>43200</ttl>", None),
        ("<ttl>often</ttl>", None),
        ("<ttl>-60</ttl>", None),
        ("<sy:updatePeriod> hourly </sy:updatePeriod>", 3_600),
        ("<sy:updatePeriod>Daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 21_600),
        ("<sy:updatePeriod>weekly</sy:updatePeriod>", 86_400),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>99999</sy:updateFrequency>", None),
        ("<sy:updateFrequency>2</sy:updateFrequency>", None),
        ("<ttl>30</ttl><sy:updatePeriod>daily</sy:updatePeriod>", 1_800),
        ("<skipHours><hour>3</hour></skipHours><skipDays><day>Sunday</day></skipDays>", None),
    ],
)
def test_how_often_the_publisher_asks_to_be_visited(said: str, seconds: float | None) -> None:
    assert _rss(said).every == seconds
