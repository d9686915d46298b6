"""Feeds that a strict parser would not read: charsets that are not as claimed, junk, loose references, no end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.errors import NotAFeed
from retrieval.sources.feeds import parse_feed
from retrieval.sources.types import Fetched, ParsedFeed

_NOW = datetime(2026, 5, 31, 12, tzinfo=UTC)
_URL = "https://coast.example/news/feed.xml"
_TITLE = "Паромы снова ходят через залив, сообщила Анна Лебедева"
_WARNING = "<br />\n<b>Warning</b>: date() expects 1 parameter in <b>/srv/feed.php</b> on line 3<br />\n"


def _parse(content: str | bytes, charset: str | None = None) -> ParsedFeed:
    raw = content.encode() if isinstance(content, str) else content
    return parse_feed(Fetched(_URL, raw, "text/xml", charset), _NOW)


def _read(content: bytes) -> tuple[str, str]:
    """All that it says, or why it was refused."""
    try:
        feed = _parse(content)
    except NotAFeed as error:
        return "", error.reason
    return "".join([feed.title, *(entry.title + entry.html + entry.guid for entry in feed.entries)]), ""


def _rss(inner: str, encoding: str | None = "utf-8") -> str:
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>' if encoding else ""
    return f'{declaration}<rss version="2.0"><channel><title>Coast</title>{inner}</channel></rss>'


def _item(title: str, guid: str = "1", more: str = "") -> str:
    return f"<item><guid>{guid}</guid><title>{title}</title>{more}</item>"


@pytest.mark.parametrize(
    ("real", "declared", "header"),
    [
        ("utf-8", "windows-1251", None),
        ("utf-8", "utf-16", "iso-8859-1"),
        ("utf-8-sig", "koi8-r", "koi8-r"),
        ("cp1251", "windows-1251", None),
        ("cp1251", "windows-1251", "iso-8859-1"),  # what a server says when nobody told it
        ("cp1251", "utf-8", "windows-1251"),
        ("cp1251", "utf-8", None),  # guessed
        ("koi8-r", "KOI8-R", "utf-8"),
        ("cp1251", "iso-8859-5", "windows-1251"),
        ("utf-16", "utf-16", None),
        ("utf-16-le", "utf-16", None),
        ("utf-16-be", "utf-16", "utf-8"),
        ("utf-8", None, None),
        ("cp1251", None, "windows-1251"),
    ],
)
def test_the_bytes_know_their_charset_better_than_the_claims(
    real: str, declared: str | None, header: str | None
) -> None:
    feed = _parse(_rss(_item(_TITLE), declared).encode(real), header)

    assert feed.entries[0].title == _TITLE


@pytest.mark.parametrize(
    "before", ["\n\n  ", "\ufeff", "\ufeff \n", "<!-- made by hand -->", _WARNING, "Notice: line 3\n"]
)
def test_what_stands_before_the_feed_is_passed_over(before: str) -> None:
    assert _parse(before + _rss(_item("Boats"))).entries[0].title == "Boats"
    assert _parse(before + _rss(_item("Boats"), None)).entries[0].title == "Boats"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Boats & ferries", "Boats & ferries"),
        ("Anna&nbsp;Berg &mdash; caf&eacute;", "Anna Berg — café"),
        ("?page=1&copy=2;mode=x &amp; done", "?page=1&copy=2;mode=x & done"),
        ("<![CDATA[Q&A: boats &amp; ferries]]>", "Q&A: boats & ferries"),
        ("Boats \x00\x0b\x1f&#0;&#x1F;&#xFFFE;sail", "Boats sail"),
        ("Boats &#xD83D;&#xDE00;", "Boats \N{GRINNING FACE}"),
        ("Boats &#55357;&#x110000;&#99999999;sail", "Boats sail"),
        ("Boats &LT;b&GT; sail", "Boats sail"),
        ("&laquo;Паром&raquo; &#8212; снова", "«Паром» — снова"),
    ],
)
def test_references_and_characters_that_xml_does_not_know(written: str, title: str) -> None:
    feed = _parse(_rss(_item(written, more="<x:y>1</x:y>") + _item("Second", "2")))

    assert [entry.title for entry in feed.entries] == [title, "Second"]


def test_an_address_in_a_section_of_its_own_keeps_its_ampersands() -> None:
    link = "<link><![CDATA[https://coast.example/?a=1&b=2]]></link>"

    assert _parse(_rss(_item("Boats", more=link))).entries[0].url == "https://coast.example/?a=1&b=2"


def test_entities_that_the_document_declares_are_its_own() -> None:
    doctype = '<!DOCTYPE rss [\n<!ENTITY harbour "Harbour of Vik">\n]>\n'

    assert _parse(doctype + _rss(_item("&harbour; &#xD800;"), None)).entries[0].title == "Harbour of Vik"


def _dated(number: int, date: str) -> str:
    return _item(f"Boat {number}", str(number), f"<pubDate>{date}</pubDate>")


def test_of_an_endless_feed_the_newest_are_kept_whichever_way_it_runs() -> None:
    days = [datetime(2010 + place // 336, place // 28 % 12 + 1, place % 28 + 1, tzinfo=UTC) for place in range(1_400)]
    items = [_dated(place, day.strftime("%a, %d %b %Y 08:00:00 GMT")) for place, day in enumerate(days)]
    newest = [str(place) for place in range(400, 1_400)]

    assert [entry.guid for entry in _parse(_rss("".join(items))).entries] == newest
    assert [entry.guid for entry in _parse(_rss("".join(reversed(items)))).entries] == newest[::-1]


def test_of_an_endless_feed_without_dates_the_first_are_kept() -> None:
    trap = _item("<![CDATA[<item><item>]]>", "0") + "<!-- <item> <entry> -->"
    feed = _parse(_rss(trap + "".join(_item("Boat", str(number)) for number in range(1, 5_000))))

    assert [entry.guid for entry in feed.entries] == [str(number) for number in range(1_000)]
    assert feed.title == "Coast"


def test_an_attack_of_fifty_thousand_items_is_cut_before_it_is_parsed() -> None:
    entry = "<entry><id>urn:{0}</id><title>Boat</title><updated>2026-05-04T08:30:00Z</updated></entry>"
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Coast</title>' + "".join(
        entry.format(number) for number in range(50_000)
    )

    assert [found.guid for found in _parse(atom + "</feed>").entries] == [f"urn:{number}" for number in range(1_000)]


_SAMPLES = [
    _rss(_dated(1, "Mon, 04 May 2026 08:30:00 GMT") + _item("<![CDATA[Паром & <b>лодки</b>]]>", "2")).encode(),
    b'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/a/"><title>Coast</title><entry><id>urn:1</id><title>Boats'
    b'</title><link href="b"/><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Sail</div></content></entry></feed>',
    b'{"version": "https://jsonfeed.org/version/1.1", "title": "Coast", "items": [{"id": 1, "title": "Boats"}]}',
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(_SAMPLES), st.data())
def test_cut_and_flipped_feeds_are_read_or_refused_and_nothing_else(sample: bytes, data: st.DataObject) -> None:
    content = bytearray(sample[: data.draw(st.integers(0, len(sample)))])
    for place in data.draw(st.lists(st.integers(0, max(len(content) - 1, 0)), max_size=6)) if content else ():
        content[place] ^= 1 << data.draw(st.integers(0, 7))
    said, reason = _read(bytes(content))

    assert reason in {"", "empty", "html page", "not a feed"}
    assert said.encode("utf-8") is not None  # no halves of characters


@pytest.mark.parametrize(
    "content",
    [
        b"<?xml " * 200_000,
        b"<rss><channel>" + b"<![CDATA[" * 200_000,
        b"<!DOCTYPE x " + b"[" * 1_000_000,
        b"<rss>" + b"<!--" * 200_000,
    ],
    ids=["declarations", "sections", "brackets", "comments"],
)
def test_what_never_closes_is_read_once(content: bytes) -> None:
    """Each of these takes minutes if every opening is looked for to the end."""
    assert _read(content) in {("", "not a feed"), (_URL, "")}
