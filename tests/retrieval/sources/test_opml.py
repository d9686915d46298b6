"""Lists of feeds as people bring them: well-formed, broken, hostile, or just addresses."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import NotAFeed, SourceError
from retrieval.sources.opml import MAX_FEEDS, MAX_NAME, read_opml, write_opml
from retrieval.sources.prose import clean_line
from retrieval.sources.types import FeedLink, Fetched

_NOW = datetime(2026, 5, 31, 12, tzinfo=UTC)
_URL = "https://lists.example/feeds.opml"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?><opml version="2.0"><head><title>Mine</title></head><body>'


def _read(content: str | bytes, charset: str | None = None) -> tuple[FeedLink, ...]:
    return read_opml(Fetched(_URL, content.encode() if isinstance(content, str) else content, "text/xml", charset))


def _only(outline: str) -> FeedLink:
    (link,) = _read(f"{_HEAD}{outline}</body></opml>")
    return link


def test_folders_titles_and_order_are_kept() -> None:
    links = _read(
        _HEAD + '<outline text="News"><outline text="Coast" type="rss" xmlUrl="https://coast.example/feed"/>'
        '<outline text="Местные"><outline title="Гавань" xmlUrl="https://harbour.example/rss"></outline></outline>'
        '<outline text="Hills" xmlUrl="http://hills.test/"/></outline>'
        '<outline text="Alone" xmlUrl="https://alone.example/"/></body></opml>'
    )

    assert links == (
        FeedLink("https://coast.example/feed", "Coast", "News"),
        FeedLink("https://harbour.example/rss", "Гавань", "News/Местные"),
        FeedLink("http://hills.test/", "Hills", "News"),
        FeedLink("https://alone.example/", "Alone", ""),
    )


def test_an_address_counts_once_where_it_is_first() -> None:
    links = _read(
        _HEAD + '<outline text="A"><outline text="One" xmlUrl="https://coast.example/"/></outline>'
        '<outline text="B"><outline text="Two" xmlUrl="https://coast.example/"/></outline></body></opml>'
    )

    assert links == (FeedLink("https://coast.example/", "One", "A"),)


@pytest.mark.parametrize("name", ["xmlUrl", "xmlurl", "XMLURL", "XmlUrl"])
def test_the_attribute_is_known_in_any_case(name: str) -> None:
    assert _only(f'<OUTLINE Text="Coast" {name}="https://coast.example/feed"/>').url == "https://coast.example/feed"


@pytest.mark.parametrize(
    ("given_as", "url"),
    [
        ("feed:https://coast.example/rss", "https://coast.example/rss"),
        ("feed://https://coast.example/rss", "https://coast.example/rss"),
        ("feed://coast.example/rss", "http://coast.example/rss"),
        ("FEED:coast.example/rss", "http://coast.example/rss"),
        ("HTTPS://coast.example/rss", "https://coast.example/rss"),
        ("  https://coast.example/rss\n", "https://coast.example/rss"),
        ("https://coast.example/rss?a=1&amp;b=2", "https://coast.example/rss?a=1&b=2"),
        ("https://coast.example/rss?a=1&copy=2", "https://coast.example/rss?a=1&copy=2"),
        ("https://coast.example/?next=feed:x", "https://coast.example/?next=feed:x"),
        ("https://coast.example/o'hara/rss", "https://coast.example/o'hara/rss"),
    ],
)
def test_addresses_are_those_of_the_web(given_as: str, url: str) -> None:
    assert _only(f'<outline text="Coast" xmlUrl="{given_as}"/>').url == url


@pytest.mark.parametrize(
    "address", ["", "/rss.xml", "rss.xml", "//coast.example/rss", "ftp://coast.example/rss", "javascript:alert(1)",
                "file:///etc/passwd", "http://", "http://[broken", "mailto:ann@coast.example", "https://" + "a" * 3000]
)  # fmt: skip
def test_what_is_no_web_address_is_left_out(address: str) -> None:
    good = '<outline text="Coast" xmlUrl="https://coast.example/feed"/>'

    assert _only(f'<outline text="Odd" xmlUrl="{address}"/>{good}').url == "https://coast.example/feed"
    with pytest.raises(NotAFeed, match="no feeds"):
        _only(f'<outline text="Odd" xmlUrl="{address}"/>')


@pytest.mark.parametrize(
    ("outline", "title"),
    [
        ('<outline text="Fish & Chips" xmlUrl="https://coast.example/feed" />', "Fish & Chips"),
        ('<outline text="The "Coast" Post" xmlUrl="https://coast.example/feed" />', 'The "Coast" Post'),
        ('<outline text="Газета "Маяк". Главное" title="x" xmlUrl="https://coast.example/feed"/>',
         'Газета "Маяк". Главное'),
        ('<outline text="2 < 3 > 1" xmlUrl="https://coast.example/feed"/>', "2 < 3 > 1"),
        ('<outline description=""A paper" - we say." text="Coast" xmlUrl="https://coast.example/feed"/>', "Coast"),
        ('<outline text="Coast" description="By <a href="https://far.example/">Ann</a>." '
         'xmlUrl="https://coast.example/feed" type="rss"/>', "Coast"),
        ("<outline text='It&rsquo;s the coast' xmlUrl='https://coast.example/feed'/>", "It’s the coast"),
        ("<outline text='It's here' xmlUrl='https://coast.example/feed'/>", "It's here"),
        ('<outline text="A &bogus; name" xmlUrl="https://coast.example/feed"/>', "A &bogus; name"),
        ('<outline text="Coast" xmlUrl="https://coast.example/feed" type="rss>', "Coast"),
        ('<outline text="Coast" xmlUrl="https://coast.example/feed type="rss"/>', "Coast"),
        ('<outline text="Coast" xmlUrl=https://coast.example/feed type=rss>', "Coast"),
        ('<outline text="Coast"xmlUrl="https://coast.example/feed"/>', "Coast"),
        ('<outline text="Co\x00\x07ast" xmlUrl="https://coast.example/feed"/>', "Coast"),
        ('<outline text="Two\nlines" xmlUrl="https://coast.example/feed"/>', "Two lines"),
        ('<opml:outline text="Coast" xmlUrl="https://coast.example/feed"/>', "Coast"),
        ('<outline text="Coast" xmlUrl="https://coast.example/feed"><x:note a="b"/></outline>', "Coast"),
        ('<outline xmlUrl="https://coast.example/feed"/>', ""),
    ],
)  # fmt: skip
def test_broken_markup_loses_neither_feed_nor_title(outline: str, title: str) -> None:
    link = _only(f"{outline}")

    assert link == FeedLink("https://coast.example/feed", title)


def test_commented_out_feeds_are_left_out() -> None:
    commented = '<!-- <outline text="Old" xmlUrl="https://old.example/"/> -->'

    assert _only(f'{commented}<outline text="Coast" xmlUrl="https://coast.example/"/>').title == "Coast"
    assert _only('<!-- never ends <outline text="Coast" xmlUrl="https://coast.example/"/>').title == "Coast"


def test_missing_ends_leave_feeds_in_their_folder() -> None:
    feeds = "".join(f'<outline text="{n}" xmlUrl="https://coast.example/{n}">' for n in range(3))

    assert {link.folder for link in _read(f'{_HEAD}<outline text="Coast">{feeds}')} == {"Coast"}


def test_ends_too_many_do_no_harm() -> None:
    assert _only('</outline></outline><outline text="Coast" xmlUrl="https://coast.example/"/></outline>').folder == ""


def test_a_list_that_breaks_off_gives_whole_addresses_only() -> None:
    whole = f'{_HEAD}<outline text="Coast" xmlUrl="https://coast.example/feed"/><outline text="H" xmlUrl="https://harb'

    assert _read(whole) == (FeedLink("https://coast.example/feed", "Coast"),)


@pytest.mark.parametrize("before", ["", "\ufeff", "\n\n  ", "\ufeff\r\n", "junk before it\n"])
def test_what_stands_before_the_declaration_does_not_matter(before: str) -> None:
    assert len(_read(f'{before}{_HEAD}<outline text="Маяк" xmlUrl="https://coast.example/"/></body></opml>')) == 1


@pytest.mark.parametrize(
    ("encoding", "declared", "charset"),
    [("utf-8", "windows-1251", None), ("cp1251", "windows-1251", None), ("cp1251", "UTF-8", None),
     ("koi8-r", "UTF-8", "koi8-r"), ("utf-16", "UTF-16", None), ("utf-8-sig", "utf-8", None)],
)  # fmt: skip
def test_wrong_encodings_are_seen_through(encoding: str, declared: str, charset: str | None) -> None:
    titles = "Маяк: новости побережья и гавани", "Вестник холмов, каждый день утром"
    outlines = (f'<outline text="{t}" xmlUrl="https://coast.example/{n}"/>' for n, t in enumerate(titles))
    content = f'<?xml version="1.0" encoding="{declared}"?><opml><body>{"".join(outlines)}</body></opml>'

    assert tuple(link.title for link in _read(content.encode(encoding), charset)) == titles


def test_billion_laughs_and_outside_entities_stay_what_they_are() -> None:
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    start = (
        f'<?xml version="1.0"?><!DOCTYPE opml [<!ENTITY l0 "ha">{bomb}<!ENTITY file SYSTEM "file:///etc/hostname">]>'
    )
    outline = '<outline text="&l11;&file;" xmlUrl="https://coast.example/"/>'

    assert _read(f"{start}<opml><body>{outline}</body></opml>") == (FeedLink("https://coast.example/", "&l11;&file;"),)


def test_there_is_an_end_to_feeds_names_and_folders() -> None:
    many = "".join(f'<outline text="{"n" * 400}" xmlUrl="https://coast.example/{n}"/>' for n in range(MAX_FEEDS + 5))
    links = _read(_HEAD + '<outline text="deep">' * 1000 + many)

    assert len(links) == MAX_FEEDS
    assert len(links[0].title) == MAX_NAME
    assert links[0].folder == "/".join(["deep"] * 8)


@pytest.mark.parametrize(
    "piece", ['<outline a="', 'a="b c="d ', "<!--", "<outline ", "word ", '"   ', "&amp", '<outline x="y"z="', "a=' "]
)
def test_hostile_repetition_takes_linear_time(piece: str) -> None:
    started = time.process_time()
    with pytest.raises(NotAFeed):
        _read('<opml><outline text="' + piece * (1_000_000 // len(piece)))

    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "content", ["", "   ", "<html><body><p>Hello</p></body></html>", "Just a sentence about boats.", '{"a": 1}',
                "<rss><channel><title>https://coast.example/</title></channel></rss>", "\x00\xff\xfe",
                "An article.\nWith several lines.\nAnd more of them.\nSee https://coast.example/ for others."]
)  # fmt: skip
def test_what_is_no_list_is_refused(content: str) -> None:
    with pytest.raises(NotAFeed, match="not a list"):
        _read(content)


@pytest.mark.parametrize("content", ["<opml/>", f'{_HEAD}<outline text="Empty"/></body></opml>', "<opml><body>"])
def test_a_list_without_feeds_is_refused(content: str) -> None:
    with pytest.raises(NotAFeed, match="no feeds"):
        _read(content)


def test_addresses_line_by_line_are_a_list_too() -> None:
    links = _read(
        "# my feeds\nhttps://coast.example/feed\r\n\n1. Гавань — https://harbour.example/rss\n"
        "- [Hills](https://hills.example/feed.xml)\nfeed://old.example/rss\nnothing here\nhttps://coast.example/feed\n"
    )

    assert links == (
        FeedLink("https://coast.example/feed"),
        FeedLink("https://harbour.example/rss", "1. Гавань"),
        FeedLink("https://hills.example/feed.xml", "Hills"),
        FeedLink("http://old.example/rss"),
    )


@given(st.binary(max_size=300) | st.text(alphabet="<>/\"'=&;! -outlinexmUr:hp.\n", max_size=200).map(str.encode))
def test_any_bytes_are_a_list_or_a_source_error(content: bytes) -> None:
    for raw in (content, b"<outline " + content):
        try:
            links = _read(raw)
        except SourceError:
            continue
        assert all(link.url.startswith(("http://", "https://")) for link in links)


def _as_name(words: str) -> str:
    """As it would be read: on one line, and without the characters that XML has no place for."""
    return clean_line(" ".join(re.sub("[\ufffe\uffff]", "", words).split()))


_NAMES = st.text(max_size=30).map(_as_name)
_FOLDERS = st.lists(_NAMES.map(lambda name: _as_name(name.replace("/", ""))).filter(bool), max_size=3).map("/".join)
_PATHS = st.text(alphabet="abcxyz0189/?&=;%-_~'", max_size=20)


@given(st.lists(st.tuples(_PATHS, _NAMES, _FOLDERS), min_size=1, max_size=8, unique_by=lambda row: row[0].rstrip("'")))
def test_what_is_written_is_read_back(rows: list[tuple[str, str, str]]) -> None:
    links = [FeedLink(f"https://coast.example/{path.rstrip(chr(39))}", name or "-", f) for path, name, f in rows]
    back = _read(write_opml(links, "Mine & yours", _NOW))

    assert sorted(back, key=str) == sorted(links, key=str)
    assert [link for link in back if not link.folder] == [link for link in links if not link.folder]


def test_what_is_written_is_well_formed_and_keeps_a_folder_together() -> None:
    from lxml import etree

    links = [
        FeedLink("https://a.example/", "A \x0b<b>", "News"),
        FeedLink("https://b.example/", 'B "&"'),
        FeedLink("https://c.example/?a=1&b=2", "", "News/Local"),
        FeedLink("https://d.example/", "D", "News"),
    ]
    root = etree.fromstring(write_opml(links, "Мои", _NOW), etree.XMLParser(resolve_entities=False))

    assert (root.get("version"), root.findtext("head/title")) == ("2.0", "Мои")
    assert root.findtext("head/dateCreated") == "Sun, 31 May 2026 12:00:00 +0000"
    assert [outline.get("text") for outline in root.findall("body/outline")] == ["News", 'B "&"']
    assert [outline.get("xmlUrl") for outline in root.find("body/outline").iter("outline")] == [
        None, "https://a.example/", "https://d.example/", None, "https://c.example/?a=1&b=2"]  # fmt: skip
