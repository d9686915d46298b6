"""Sitemaps, sitemaps of news, and pages that list articles."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import NotAFeed, SourceError
from retrieval.sources.sitemaps import MAX_LISTED, read_archive, read_news, read_sitemap
from retrieval.sources.types import Entry, Fetched, PageLink, Sitemap

_NOW = datetime(2026, 5, 31, 12, tzinfo=UTC)
_URL = "https://coast.example/sitemap.xml"
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_NEWS = (
    "<url><loc>https://coast.example/{0}</loc><news:news><news:publication><news:name>Harbour &amp; Coast</news:name>"
    "<news:language>en</news:language></news:publication><news:publication_date>{1}</news:publication_date>"
    "<news:title>{2}</news:title></news:news><image:image><image:loc>https://pictures.example/{0}.jpg</image:loc>"
    "<image:title>A picture</image:title></image:image></url>"
)


def _fetched(content: str | bytes, url: str = _URL, charset: str | None = None) -> Fetched:
    return Fetched(url, content.encode() if isinstance(content, str) else content, "text/xml", charset)


def _urlset(*urls: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {_SPACE}>{"".join(urls)}</urlset>'


def _url(loc: str, lastmod: str = "") -> str:
    return f"<url><loc>{loc}</loc>{f'<lastmod>{lastmod}</lastmod>' if lastmod else ''}</url>"


def _urls(content: str | bytes) -> list[str]:
    return [page.url for page in read_sitemap(_fetched(content)).pages]


def test_pages_are_newest_first_and_undated_ones_last() -> None:
    content = _urlset(
        _url("https://coast.example/old", "2026-01-02"),
        _url("https://coast.example/undated"),
        _url("https://coast.example/new", "2026-05-04T08:30:00+02:00"),
    )

    assert read_sitemap(_fetched(content)) == Sitemap((
        PageLink("https://coast.example/new", "", datetime(2026, 5, 4, 6, 30, tzinfo=UTC)),
        PageLink("https://coast.example/old", "", datetime(2026, 1, 2, tzinfo=UTC)),
        PageLink("https://coast.example/undated"),
    ))  # fmt: skip


def test_without_dates_the_order_stays() -> None:
    assert _urls(_urlset(_url("https://c.example/b"), _url("https://c.example/a"))) == [
        "https://c.example/b", "https://c.example/a"]  # fmt: skip


def test_an_index_refers_to_more() -> None:
    content = (
        f"<sitemapindex {_SPACE}><sitemap><loc>https://coast.example/1.xml</loc><lastmod>2026-05-04</lastmod></sitemap>"
        "<sitemap><loc> https://coast.example/2.xml\n</loc></sitemap><sitemap><loc>ftp://x.example/</loc></sitemap>"
        "<sitemap><loc>https://coast.example/1.xml</loc></sitemap></sitemapindex>"
    )

    assert read_sitemap(_fetched(content)) == Sitemap(
        (), ("https://coast.example/1.xml", "https://coast.example/2.xml")
    )


def test_news_have_titles_and_dates_and_pictures_are_not_pages() -> None:
    content = _urlset(_NEWS.format("boats", "2026-05-04T08:30:00Z", "Two boats &amp;amp; a ferry"))

    assert read_sitemap(_fetched(content)).pages == (
        PageLink("https://coast.example/boats", "Two boats & a ferry", datetime(2026, 5, 4, 8, 30, tzinfo=UTC)),
    )


@pytest.mark.parametrize(
    ("content", "url"),
    [
        (f'<ns0:urlset xmlns:ns0="x"><ns0:url><ns0:loc>{_URL}</ns0:loc></ns0:url></ns0:urlset>', _URL),
        (f"<URLSET ><URL><LOC>{_URL}</LOC></URL></URLSET>", _URL),
        (f"<urlset a=b><url><loc><![CDATA[{_URL}?a=1&b=<2]]></loc></url>", f"{_URL}?a=1&b=<2"),
        (f"<urlset><url><loc>{_URL}?a=1&b=2&copy=3</loc></url></urlset>", f"{_URL}?a=1&b=2&copy=3"),
        (f"<urlset><url><loc>{_URL}?a=1&amp;b=2</loc></url></urlset>", f"{_URL}?a=1&b=2"),
        (f"<urlset><url><loc>{_URL}", _URL),
        (f"\ufeff\n\n junk <urlset><url><loc>\n  {_URL}\n</loc><lastmod>never</lastmod></urlset>", _URL),
        (f"<urlset>\x00\x07<url><loc>{_URL}</loc></url></wrong></urlset>", _URL),
        (f"<urlset><!-- <url><loc>https://old.example/</loc></url> --><url><loc>{_URL}</loc></url></urlset>", _URL),
        (f'<!DOCTYPE x [<!ENTITY a "&a;&a;">]><urlset><url><loc>{_URL}</loc></url><b>&a;</b></urlset>', _URL),
    ],
)
def test_what_is_broken_or_unusual_is_read(content: str, url: str) -> None:
    assert _urls(content) == [url]


def test_unclosed_entries_do_not_run_into_each_other() -> None:
    many = "".join(f"<url><loc>https://coast.example/{n}" for n in range(1000))

    assert len(_urls(f"<urlset>{many}")) == 1000


@pytest.mark.parametrize(
    "loc", ["", "/relative", "javascript:alert(1)", "ftp://coast.example/", "http://", "http://[x"]
)
def test_what_is_no_web_address_is_left_out(loc: str) -> None:
    assert _urls(_urlset(_url(loc), _url("https://coast.example/good"))) == ["https://coast.example/good"]


def test_packed_sitemaps_and_other_charsets_are_read() -> None:
    content = _urlset(_NEWS.format("a", "2026-05-04", "Паром вернулся в гавань"))

    assert _urls(gzip.compress(content.encode())) == ["https://coast.example/a"]
    (page,) = read_sitemap(_fetched(content.replace("UTF-8", "windows-1251").encode("cp1251"))).pages
    assert page.title == "Паром вернулся в гавань"


def test_a_packed_bomb_is_cut_off() -> None:
    bomb = gzip.compress(b"<urlset><url><loc>https://coast.example/</loc></url>" + b" " * 50_000_000)

    assert _urls(bomb) == ["https://coast.example/"]


def test_lines_of_addresses_are_a_sitemap_too() -> None:
    content = "\ufeffhttps://coast.example/a\r\n\nhttps://coast.example/b\nhttps://coast.example/a\n"

    assert _urls(content) == ["https://coast.example/a", "https://coast.example/b"]


@pytest.mark.parametrize(
    "content", ["", "  ", "<html><body>Not found</body></html>", "Words\nhttps://coast.example/", '{"a": 1}',
                "\x1f\x8bno", "<rss><channel><item><link>https://coast.example/</link></item></channel></rss>"]
)  # fmt: skip
def test_what_is_no_sitemap_is_refused(content: str) -> None:
    raw = content.encode("latin-1") if content.startswith("\x1f") else content.encode()
    with pytest.raises(NotAFeed, match="not a sitemap"):
        read_sitemap(_fetched(raw))
    assert read_news(_fetched(raw), _NOW) is None


def test_there_is_an_end_to_pages() -> None:
    content = _urlset(*(_url(f"https://coast.example/{n}", "2026-05-04") for n in range(MAX_LISTED + 5)))

    assert len(_urls(content)) == MAX_LISTED


@pytest.mark.parametrize("piece", ["<url>", "<loc ", "<![CDATA[", "<!--", "<url><loc>https://c.test/", "&amp", "<:::"])
def test_hostile_repetition_takes_linear_time(piece: str) -> None:
    started = time.process_time()
    read_sitemap(_fetched("<urlset >" + piece * (1_000_000 // len(piece))))

    assert time.process_time() - started < 10


def test_a_sitemap_of_news_is_a_feed() -> None:
    content = _urlset(
        _NEWS.format("boats", "2026-05-04T08:30:00Z", "Two boats"),
        _url("https://coast.example/about"),
        _NEWS.format("storm", "2027-01-01", "A storm to come"),
        _NEWS.format("untitled", "2026-05-04", ""),
        _NEWS.format("boats", "2026-05-04T08:30:00Z", "Two boats"),
    )
    feed = read_news(_fetched(content), _NOW)

    assert feed is not None
    assert (feed.title, feed.url, feed.every) == ("Harbour & Coast", "https://coast.example/", None)
    storm, boats = "https://coast.example/storm", "https://coast.example/boats"
    assert feed.entries == (
        Entry(storm, "A storm to come", storm, _NOW, ""),
        Entry(boats, "Two boats", boats, datetime(2026, 5, 4, 8, 30, tzinfo=UTC), ""),
    )


def test_a_sitemap_without_news_is_no_feed() -> None:
    assert read_news(_fetched(_urlset(_url("https://coast.example/about", "2026-05-04"))), _NOW) is None


_PAGE = "https://www.coast.example/archive/"


def _archive(html: str) -> Sitemap:
    return read_archive(_fetched(html, _PAGE))


@pytest.mark.parametrize(
    ("href", "text"),
    [("/2026/05/04/boats", "Boats"), ("/news/2026-05-04-boats.html", "Boats"), ("/20260504/boats", "Boats"),
     ("/2026/may/boats", "Boats"), ("/two-boats-in-the-fog", ""), ("/two_boats_in_the_fog.html", "Boats"),
     ("/news/123456", "Boats"), ("/news/1234", "Boats"), ("/a123456.html", "Boats"),
     ("/story.php?id=5", "Two boats in fog"), ("/?p=12", "Two boats in fog"),
     ("/sport/boats", "Two boats return to harbour"), ("//coast.example/boats-in-fog", "Boats in the fog"),
     ("/два-парома-в-тумане", "Два парома в тумане"),
     ("/%D0%B4%D0%B2%D0%B0-%D0%BF%D0%B0%D1%80%D0%BE%D0%BC%D0%B0-%D0%B2-%D1%82%D1%83%D0%BC%D0%B0%D0%BD%D0%B5",
      "Два парома в тумане"), ("/new-terms-of-the-ferry-deal", "The deal")],
)  # fmt: skip
def test_links_that_look_like_articles_are_taken(href: str, text: str) -> None:
    (page,) = _archive(f'<body><nav><a href="/">Home</a></nav><a href="{href}">{text}</a></body>').pages

    assert page.title == text
    assert page.url.isascii()


@pytest.mark.parametrize(
    "href",
    ["/", "/about", "/sport/", "/sport/football", "/tag/two-boats-in-the-fog", "/author/ann-of-the-old-harbour", "#top",
     "/2026/05/", "/2026/05/04/", "/privacy-policy", "/terms-and-conditions", "/food-and-drink",
     "/pictures/two-boats-in-fog.jpg",
     "https://far.example/2026/05/04/boats", "mailto:ann@coast.example", "javascript:void(0)", "/archive/", "/feed.xml",
     "/page/2", "http://[x", ""],
)  # fmt: skip
def test_other_links_are_not(href: str) -> None:
    assert _archive(f'<body><a href="{href}">Boats</a></body>').pages == ()


def test_a_page_linked_thrice_counts_once_under_its_title() -> None:
    html = (
        '<a href="/2026/05/04/boats"><img src="a.jpg"></a><a href="/2026/05/04/boats?utm_source=x">Two boats in fog</a>'
        '<a href="/2026/05/04/boats#comments">Twelve comments below the article on the boats</a>'
    )
    day = datetime(2026, 5, 4, tzinfo=UTC)

    assert _archive(html).pages == (PageLink("https://www.coast.example/2026/05/04/boats", "Two boats in fog", day),)


def test_of_a_card_the_heading_is_the_title() -> None:
    html = '<a href="/2026/05/boats-in-fog"><h3>Two boats</h3><p>They came back late in the evening.</p></a>'

    (page,) = _archive(html).pages
    assert (page.title, page.published) == ("Two boats", None)


@pytest.mark.parametrize(
    "link",
    ['<link rel="next" href="/archive/?p=2">', '<a rel="nofollow next" href="/archive/?p=2">2</a>',
     '<a href="/archive/?p=2">Older posts »</a>', '<a href="/archive/?p=2">Далее</a>', '<a href="?p=2">Next →</a>',
     '<a href="/archive/?p=2">Показать ещё</a>', '<a href="?p=2" aria-label="Next page"><svg></svg></a>'],
)  # fmt: skip
def test_where_the_list_goes_on_is_told(link: str) -> None:
    found = _archive(f'<body>{link}<a href="/2026/05/04/boats">Boats</a></body>')

    assert found.more == ("https://www.coast.example/archive/?p=2",)
    assert len(found.pages) == 1


def test_numbered_pages_are_more_and_a_neighbour_article_is_not() -> None:
    html = '<a href="/archive/page/2/">2</a><a href="/archive/page/3/">3</a><a href="/2026/05/04/boats">2</a>'

    assert [url[-7:] for url in _archive(html).more] == ["page/2/", "page/3/"]
    assert _archive('<a href="https://far.example/?p=2">Older</a><a href="/more">More</a>').more == ()


@given(st.binary(max_size=300) | st.text(alphabet="<>/\"'=&;![]- urlocatnewsd:p.0129", max_size=300).map(str.encode))
def test_any_bytes_are_a_sitemap_or_a_source_error(content: bytes) -> None:
    for raw in (content, b"<urlset><url><loc>" + content, b"<a href='/" + content, b"\x1f\x8b" + content):
        read_archive(_fetched(raw))
        read_news(_fetched(raw), _NOW)
        try:
            pages = read_sitemap(_fetched(raw)).pages
        except SourceError:
            continue
        assert all(page.url.startswith(("http://", "https://")) for page in pages)
