"""What feeds a page names, and where feeds are guessed to be."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.sources.discovery import MAX_FOUND, MAX_GUESSES, find_feeds, guesses
from retrieval.sources.types import FeedLink, Fetched

_URL = "https://coast.example/news/"
_CHANNEL = "UC" + "a1B2-_" * 3 + "xyzw"


def _find(html: str | bytes, url: str = _URL) -> tuple[FeedLink, ...]:
    return find_feeds(Fetched(url, html.encode() if isinstance(html, str) else html, "text/html"))


def _urls(html: str, url: str = _URL) -> list[str]:
    return [link.url for link in _find(html, url)]


def _head(*links: str) -> str:
    return f"<!DOCTYPE html><html><head><title>Coast</title>{''.join(links)}</head><body><p>Boats.</p></body></html>"


def _link(href: str, title: str = "", media_type: str = "application/rss+xml") -> str:
    return f'<link rel="alternate" type="{media_type}" title="{title}" href="{href}">'


@pytest.mark.parametrize(
    "media_type",
    ["application/rss+xml", "application/atom+xml", "application/feed+json", "Application/RSS+XML; charset=utf-8",
     "application/rdf+xml"],
)  # fmt: skip
def test_a_declared_feed_is_found(media_type: str) -> None:
    assert _find(_head(_link("/all", "Маяк", media_type))) == (FeedLink("https://coast.example/all", "Маяк"),)


@pytest.mark.parametrize(
    ("href", "url"),
    [("feed.xml", "https://coast.example/news/feed.xml"), ("/feed", "https://coast.example/feed"),
     ("//far.example/feed", "https://far.example/feed"), ("?feed=rss2", "https://coast.example/news/?feed=rss2"),
     (" /fe\ned ", "https://coast.example/feed")],
)  # fmt: skip
def test_addresses_are_resolved_against_the_page(href: str, url: str) -> None:
    assert _urls(_head(_link(href))) == [url]


def test_addresses_are_resolved_against_the_base_that_the_page_gives() -> None:
    assert _urls(_head('<base href="/blog/">', _link("feed.xml"))) == ["https://coast.example/blog/feed.xml"]
    assert _urls(_head('<base href="javascript:x">', _link("feed.xml"))) == ["https://coast.example/news/feed.xml"]


@pytest.mark.parametrize(
    "link",
    [_link("javascript:alert(1)"), _link(""), _link("ftp://coast.example/feed"), _link("http://[broken"),
     '<link rel="stylesheet" type="text/css" href="/feed.css">', _link("/ru/", media_type=""),
     '<link rel="alternate" hreflang="ru" href="https://coast.example/ru/">',
     _link("/wp-json/wp/v2/posts/1", media_type="application/json"),
     _link("/oembed?format=xml", media_type="text/xml+oembed"), _link("/print", media_type="text/html"),
     _link(_URL)],
)  # fmt: skip
def test_what_is_no_feed_is_not_taken_for_one(link: str) -> None:
    assert _find(_head(link)) == ()


def test_vague_types_count_where_the_address_says_feed() -> None:
    links = _link("/feed.json", media_type="application/json"), _link("/rss/all.xml", media_type="text/xml")

    found = _urls(_head(*links, '<link rel="feed" href="/atom">'))
    assert [url.removeprefix("https://coast.example") for url in found] == ["/feed.json", "/rss/all.xml", "/atom"]


@pytest.mark.parametrize(
    ("title", "href"),
    [("Coast » Comments Feed", "/more/feed/"), ("", "/comments/feed/"), ("Маяк » Лента комментариев", "/x/feed/"),
     ("Комментарии к записи «Паром»", "/parom/feed/")],
)  # fmt: skip
def test_feeds_of_comments_go_last(title: str, href: str) -> None:
    links = _link(href, title), _link("/category/sport/feed/", "Sport"), _link("/feed/", "Coast » Feed")

    found = [url.removeprefix("https://coast.example") for url in _urls(_head(*links))]
    assert found == ["/feed/", "/category/sport/feed/", href]


def test_a_name_that_only_sounds_like_comments_is_no_drawback() -> None:
    links = _link("https://commentary.example/feed", "Commentary"), _link("/feed", "Coast")

    assert _urls(_head(*links)) == ["https://commentary.example/feed", "https://coast.example/feed"]


def test_on_the_page_of_a_section_its_own_feed_comes_first() -> None:
    page = _head(_link("/feed/", "Coast"), _link("/category/sport/feed/", "Sport"))

    assert _urls(page, "https://coast.example/category/sport/")[0] == "https://coast.example/category/sport/feed/"
    assert _urls(page, "https://coast.example/")[0] == "https://coast.example/feed/"


@pytest.mark.parametrize(
    "href",
    ["/feed", "/feed/", "/rss", "/news.rss", "/rss.xml", "/atom.xml", "/blog/feed.xml", "/index.php?feed=rss2",
     "/export/rss/all.xml", "https://feeds.far.example/coast", "/feeds/posts/default", "/feed.json", "/index.rdf",
     "/rss/sport", "/rss.php?id=3", "/list?format=rss", "http://rss.far.example/coast.xml"],
)  # fmt: skip
def test_a_link_that_looks_like_a_feed_is_found(href: str) -> None:
    (link,) = _find(f'<body><a href="/about">About</a><a href="{href}#top"><img> Our <b>feed</b></a></body>')

    assert link.url.endswith(href)
    assert link.title == "Our feed"


@pytest.mark.parametrize(
    "href",
    ["/", "/about", "/feedback", "/feedback.php", "/rss-readers.html", "/rss/help.html", "/data.xml", "/sitemap.xml",
     "/food/feed-the-birds", "https://reader.example/add?url=https://coast.example/feed",
     "https://reader.example/i/https%3A%2F%2Fcoast.example%2Ffeed", "https://feeds.far.example/", "mailto:rss@x.test",
     "/comments/feed/", "feed:x", "#rss"],
)  # fmt: skip
def test_other_links_are_no_feeds(href: str) -> None:
    assert _find(f'<body><a href="{href}">Read</a></body>') == ()


def test_declared_feeds_come_before_linked_ones_and_each_counts_once() -> None:
    html = _head(_link("/main", "Main"), _link("/main", "Again")) + '<a href="/rss">RSS</a><a href="/main">Main</a>'

    assert _find(html) == (FeedLink("https://coast.example/main", "Main"), FeedLink("https://coast.example/rss", "RSS"))


def test_there_is_an_end_to_feeds() -> None:
    links = "".join(f'<a href="/{n}/feed">{n}</a>' for n in range(30))

    assert len(_find(links)) == MAX_FOUND


@pytest.mark.parametrize(
    "told",
    [f'<link rel="canonical" href="https://www.youtube.com/channel/{_CHANNEL}">',
     f'<meta itemprop="channelId" content="{_CHANNEL}">', f'<meta itemprop="identifier" content="{_CHANNEL}">',
     f'<script>var x = {{"externalId": "{_CHANNEL}"}}</script>'],
)  # fmt: skip
def test_a_video_channel_is_found_by_the_id_in_its_page(told: str) -> None:
    feed = f"https://www.youtube.com/feeds/videos.xml?channel_id={_CHANNEL}"

    assert _find(_head(told), "https://www.youtube.com/@coast") == (FeedLink(feed, "Coast"),)
    assert _find(_head(told), "https://coast.example/@coast") == ()


@pytest.mark.parametrize("content", [b"", b"   ", b"\x00\x01\xff", b"%PDF-1.7", b'{"a": 1}', b"<", b"<!-- -->"])
def test_what_is_no_page_has_no_feeds(content: bytes) -> None:
    assert _find(content) == ()


def test_pages_in_other_charsets_are_read() -> None:
    page = '<?xml version="1.0" encoding="windows-1251"?><meta charset="windows-1251">' + _head(_link("/f", "Маяк"))

    assert _find(page.encode("cp1251")) == (FeedLink("https://coast.example/f", "Маяк"),)


@pytest.mark.parametrize(
    "piece", ["<div>", '<a href="/feed">', '<a href="/rss/rss/rss', "<link rel=alternate ", "<a>x"]
)
def test_hostile_pages_take_linear_time(piece: str) -> None:
    started = time.process_time()
    _find(piece * (500_000 // len(piece)))

    assert time.process_time() - started < 10


_VIDEOS = "https://www.youtube.com/feeds/videos.xml"


@pytest.mark.parametrize(
    ("url", "first"),
    [
        (f"https://www.youtube.com/channel/{_CHANNEL}", f"{_VIDEOS}?channel_id={_CHANNEL}"),
        (f"https://youtube.com/channel/{_CHANNEL}/videos", f"{_VIDEOS}?channel_id={_CHANNEL}"),
        ("https://m.youtube.com/playlist?list=PLabcdefghij12", f"{_VIDEOS}?playlist_id=PLabcdefghij12"),
        ("https://www.youtube.com/watch?v=x&list=PLabcdefghij12", f"{_VIDEOS}?playlist_id=PLabcdefghij12"),
        ("https://www.youtube.com/user/harbour", f"{_VIDEOS}?user=harbour"),
        ("https://t.me/harbour_news", "https://t.me/s/harbour_news"),
        ("https://t.me/harbour_news/123", "https://t.me/s/harbour_news"),
        ("https://t.me/s/harbour_news", "https://t.me/s/harbour_news"),
        ("https://telegram.me/harbour_news/", "https://t.me/s/harbour_news"),
        ("https://www.reddit.com/r/harbours", "https://www.reddit.com/r/harbours/.rss"),
        ("https://old.reddit.com/r/harbours/top/", "https://www.reddit.com/r/harbours/.rss"),
        ("https://github.com/harbour/ferry", "https://github.com/harbour/ferry/releases.atom"),
        ("https://github.com/harbour/ferry.git", "https://github.com/harbour/ferry/releases.atom"),
        ("https://github.com/harbour/ferry/issues/3", "https://github.com/harbour/ferry/releases.atom"),
        ("https://medium.com/@ann/boats-abc123", "https://medium.com/feed/@ann"),
        ("https://medium.com/harbour-news", "https://medium.com/feed/harbour-news"),
        ("https://ann.medium.com/", "https://ann.medium.com/feed"),
        ("https://harbour.substack.com/p/boats", "https://harbour.substack.com/feed"),
        ("https://harbour.blogspot.com/2026/05/", "https://harbour.blogspot.com/feeds/posts/default"),
        ("https://harbour.wordpress.com/about", "https://harbour.wordpress.com/feed/"),
        ("https://social.example/@ann", "https://social.example/@ann.rss"),
        ("https://social.example/@ann/1234", "https://social.example/@ann.rss"),
        ("http://coast.example", "http://coast.example/feed"),
        ("https://coast.example:8443/", "https://coast.example:8443/feed"),
        ("https://coast.example/blog", "https://coast.example/blog/feed/"),
        ("https://coast.example/en/blog/", "https://coast.example/en/blog/feed/"),
        ("https://coast.example/2026/05/04/boats-in-the-fog.html", "https://coast.example/feed"),
        ("https://coast.example/two-boats-in-the-fog/", "https://coast.example/feed"),
    ],
)
def test_the_first_guess_is_where_such_sites_have_theirs(url: str, first: str) -> None:
    assert guesses(url)[0] == first


@pytest.mark.parametrize(
    "url",
    ["https://www.youtube.com/@coast", "https://t.me/+AbCdEf", "https://t.me/joinchat/AbCdEf", "https://t.me/",
     "https://t.me/c/123/4", "https://github.com/", "ftp://coast.example/", "coast.example", "", "https://", "http://[x",
     "javascript:alert(1)", "https://coast.example/" + "a" * 3000],
)  # fmt: skip
def test_where_nothing_can_be_known_nothing_is_guessed(url: str) -> None:
    assert guesses(url) == ()


def test_a_section_is_tried_before_the_root_and_an_article_s_folder_after_it() -> None:
    section, article = guesses("https://coast.example/blog/"), guesses("https://coast.example/blog/two-boats-in-fog")

    assert section.index("https://coast.example/blog/feed/") < section.index("https://coast.example/feed")
    assert article.index("https://coast.example/feed") < article.index("https://coast.example/blog/feed/")
    assert not any("two-boats" in guess for guess in article)


def test_guesses_are_few_and_each_is_made_once() -> None:
    for url in ("https://coast.example/", "https://coast.example/a/b/c/", "https://social.example/@ann"):
        made = guesses(url)
        assert 8 <= len(made) <= MAX_GUESSES
        assert len(set(made)) == len(made)


_MARKUP = "<>/\"'= abefhiklmnorstx:.?#&;-!"


@given(st.binary(max_size=300) | st.text(alphabet=_MARKUP, max_size=300).map(str.encode))
def test_any_bytes_have_feeds_on_the_web_or_none(content: bytes) -> None:
    for raw in (content, b"<a href='/feed" + content, b"<link rel=alternate type=application/rss+xml href=" + content):
        assert all(link.url.startswith(("http://", "https://")) for link in _find(raw))


@given(st.text(max_size=60), st.sampled_from(["", "https://", "https://youtube.com/", "https://coast.example/"]))
def test_any_text_can_be_guessed_about(text: str, start: str) -> None:
    assert all(guess.startswith(("http://", "https://")) for guess in guesses(start + text))
