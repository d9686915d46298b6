"""A page gives its article, its facts and its picture, and nothing that stands beside the article."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import NoArticle
from retrieval.sources.articles import read_article
from retrieval.sources.page_facts import picture_at
from retrieval.sources.types import Fetched
from retrieval.types import Article

_URL = "https://coast.example/2026/05/two-boats"
_TEXT = [
    "The ferry to Holm Island will sail every half hour from June, the harbour office said on Monday.",
    "Two new boats, built in Saltgate for 9 million crowns, will replace the old one, which leaks.",
    "Islanders had asked for them since 2019. “We stopped counting the letters,” said Marta Ellings.",
    "The old boat will be sold to a museum in Millbrook, which wants to show its engine to visitors.",
]


def _read(*blocks: str, head: str = "", url: str = _URL) -> Article:
    page = (
        f"<!doctype html><html><head><title>Two boats for Holm</title>{head}</head><body><article>"
        f"<h1>Two boats for Holm</h1>{''.join(blocks)}</article></body></html>"
    )
    return read_article(Fetched(url, page.encode(), "text/html"), "a")


def _paragraphs(*lines: str) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def _linked(said: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(said)}</script>'


def _meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


_BODY = _paragraphs(*_TEXT)


@pytest.mark.parametrize(
    "aside",
    [
        '<p><a href="/leaks">SHIPYARD TO BE SUED OVER LEAKS</a></p>',
        '<p><a href="https://coast.example/leaks"><strong>Shipyard to be sued over leaks</strong> →</a></p>',
        '<div class="x"><h3><a href="/leaks">A history of leaks</a></h3><p>They began in 2011.</p></div>',
        '<div><h2><b>Our leaks</b> <a href="/leaks">Our leaks</a></h2><p>They began in 2011.</p></div>',
        "<figure><img src='b.jpg'><figcaption>The old boat in Holm. Credit: Per Lund</figcaption></figure>",
        "<p>Join our commenting forum</p>",
    ],
)
def test_what_stands_amid_an_article_and_leads_elsewhere_goes(aside: str) -> None:
    assert _read(_paragraphs(*_TEXT[:2]), aside, _paragraphs(*_TEXT[2:])).text.split("\n\n") == _TEXT


@pytest.mark.parametrize(
    "part",
    [
        "<p>The <a href='/office'>harbour office</a> will publish the timetable in April, and the fares.</p>",
        "<p><a href='https://office.test/fares'>The fares are on the site of the harbour office in Saltgate.</a></p>",
        "<h2>The museum</h2>",
        "<blockquote><p>“We stopped counting, and began to swim,” the oldest islander wrote.</p></blockquote>",
        "<ul><li>The fare stays at four crowns for islanders, and rises to nine for others.</li></ul>",
    ],
)
def test_what_belongs_to_an_article_stays(part: str) -> None:
    kept = _read(_paragraphs(*_TEXT[:2]), part, _paragraphs(*_TEXT[2:])).text.split("\n\n")

    assert len(kept) == len(_TEXT) + 1
    assert [line for line in kept if line in _TEXT] == _TEXT


def test_a_page_whose_paragraphs_are_links_keeps_them() -> None:
    lines = [f'<a href="/n/{number}">{line}</a>' for number, line in enumerate(_TEXT)]

    assert _read(_paragraphs(*lines)).text.split("\n\n") == _TEXT


def test_the_summary_that_all_can_see_opens_the_article() -> None:
    summary = "Islanders get what they had asked for, seven years and eleven hundred letters later"

    shown = _read(f"<div><h2>{summary}</h2></div>", _BODY, head=_meta("og:description", summary))
    hidden = _read(_BODY, head=_meta("og:description", summary))

    assert shown.text.split("\n\n") == [summary, *_TEXT]
    assert hidden.text.split("\n\n") == _TEXT


def test_a_heading_that_differs_from_the_title_is_not_said_twice() -> None:
    article = _read(f"<p>Two boats for Holm</p>{_BODY}", head=_meta("og:title", "Holm: two boats, at last"))

    assert article.text.split("\n\n") == _TEXT


def test_those_who_wrote_it_are_not_presented_in_it() -> None:
    head = '<meta name="author" content="Ida Holm">'
    biography = "Ida Holm is a reporter for the Coast Herald. She has covered harbours since 2011."
    about = "Ida Holmberg is the captain of the first boat, and has been at sea for thirty years, the office said."

    assert _read(_BODY, f"<p>{biography}</p>", head=head).text.split("\n\n") == _TEXT
    assert _read(_BODY, f"<p>{about}</p>", head=head).text.split("\n\n") == [*_TEXT, about]


def test_linked_data_has_the_article_where_the_page_shows_only_its_beginning() -> None:
    said = {"@type": "NewsArticle", "articleBody": "<p>" + "</p><p>".join(_TEXT) + "</p>"}

    assert _read(f"<p>{_TEXT[0]}</p>", head=_linked(said)).text.split("\n\n") == _TEXT


def test_what_is_locked_is_not_taken_from_linked_data() -> None:
    said = {"@type": "NewsArticle", "articleBody": "\n".join(_TEXT), "isAccessibleForFree": "False"}

    with pytest.raises(NoArticle) as error:
        _read(f"<p>{_TEXT[0]}</p><p>Subscribe to continue reading.</p>", head=_linked(said))
    assert error.value.reason == "paywall"


def test_a_live_blog_has_all_its_posts_with_their_headlines() -> None:
    posts = [{"@type": "BlogPosting", "headline": f"At {9 + number}:00", "articleBody": line}
             for number, line in enumerate(_TEXT[1:])]  # fmt: skip

    article = _read(
        f"<p>{_TEXT[0]}</p>", head=_linked({"@graph": [{"@type": ["LiveBlogPosting"], "liveBlogUpdate": posts}]})
    )

    told = [line for post in posts for line in (post["headline"], post["articleBody"])]
    assert article.text.split("\n\n") == [_TEXT[0], *told]


@pytest.mark.parametrize(
    ("head", "image"),
    [
        (_meta("og:image", "/boats.jpg"), "https://coast.example/boats.jpg"),
        ('<meta name="twitter:image" content="https://img.test/b.jpg?w=1200">', "https://img.test/b.jpg?w=1200"),
        (_linked({"image": ["http://img.test/b.jpg", "http://img.test/c.jpg"]}), "http://img.test/b.jpg"),
        (_linked([{"image": {"url": "//img.test/b.jpg"}}]), "https://img.test/b.jpg"),
        (_meta("og:image", "data:image/png,A") + _meta("og:image", "https://img.test/b.jpg"), "https://img.test/b.jpg"),
        (_meta("og:image", "javascript:alert(1)"), None),
        (_meta("og:image", "https://img.test/" + "b" * 2_000), None),
        (_meta("og:image", "https://me:secret@img.test/b.jpg"), None),
        (_meta("og:image", "http://[b.jpg"), None),
        (_meta("og:image", ""), None),
        (_linked({"image": {"url": 7}}), None),
    ],
)  # fmt: skip
def test_the_lead_picture_is_an_address_on_the_web_or_none(head: str, image: str | None) -> None:
    assert _read(_BODY, head=head).image == image


@given(st.text(max_size=80))
def test_no_picture_is_anything_but_a_short_web_address(link: str) -> None:
    picture = picture_at(link, _URL)

    assert picture is None or (picture.startswith(("http://", "https://")) and len(picture) <= 2_000)


@pytest.mark.parametrize(
    ("head", "moment"),
    [
        (_linked({"datePublished": "2026-05-04T08:30:00+02:00"}), datetime(2026, 5, 4, 6, 30, tzinfo=UTC)),
        (_linked({"@graph": [{"@type": "Article", "datePublished": "2026-05-04"}]}), datetime(2026, 5, 4, tzinfo=UTC)),
        (_linked(0).replace("0", '{"datePublished": "2026-05-04", }'), datetime(2026, 5, 4, tzinfo=UTC)),
        (_meta("article:published_time", "2926-05-04") +
         _linked({"datePublished": "2026-05-03"}), datetime(2026, 5, 3, tzinfo=UTC)),
        (_meta("article:published_time", "1970-01-01T00:00:00Z"), None),
        (_meta("article:published_time", "soon"), None),
        ("", None),
    ],
)  # fmt: skip
def test_a_page_is_as_old_as_it_plausibly_says(head: str, moment: datetime | None) -> None:
    assert _read(_BODY, head=head, url="https://coast.example/boats").published == moment


@pytest.mark.parametrize(
    "said", ["<time>5 марта 2026, 10:30</time>", '<span itemprop="datePublished">10:30, 5 марта 2026 г.</span>']
)
def test_a_date_in_words_is_read_where_there_is_no_other(said: str) -> None:
    article = _read(f"<div>{said}</div>", _BODY, url="https://coast.example/boats")

    assert article.published == datetime(2026, 3, 5, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "canonical", "believed"),
    [
        ("https://amp.coast.example/boats", "https://www.coast.example/boats", True),
        ("https://m.coast.example/boats", "https://coast.example/boats", True),
        ("https://www.coast.example/boats/amp", "/boats", True),
        ("https://news.coast.example/boats", "https://www.coast.example/news/boats", True),
        ("https://m.coast.co.uk/boats", "https://www.coast.co.uk/boats", True),
        ("https://coast.co.uk/boats", "https://tide.co.uk/boats", False),
        ("https://amp.co.uk/boats", "https://www.co.uk/boats", False),
        ("https://ida.github.io/boats", "https://per.github.io/boats", False),
        ("https://ida.github.io/boats", "https://github.io/boats", False),
        ("https://ida.coast.example/boats", "https://per.coast.example/boats", False),
        ("https://amp.coast.example/boats", "https://www.coast.example/", False),
        ("https://coast.example/boats", "https://notcoast.example/boats", False),
    ],
)
def test_another_door_to_the_same_site_is_believed(url: str, canonical: str, *, believed: bool) -> None:
    article = _read(_BODY, head=f'<link rel="canonical" href="{canonical}">', url=url)

    assert (article.url != url) == believed


@pytest.mark.parametrize("said", ["[" * 5_000, '{"@graph": 7}', '{"@type": 9, "image": null}', "[[[1]]]", "null", "{"])
def test_strange_linked_data_is_passed_over(said: str) -> None:
    article = _read(_BODY, head=f'<script type="application/ld+json">{said}</script>')

    assert article.text.split("\n\n") == _TEXT


@pytest.mark.parametrize(
    "control", ["\x01", "\x0b", "\x1f", "\ufffe", "&#1;", "&#1 ", "&#x0c;", "&#xFFFF;", "&#65534;"]
)
def test_control_characters_in_a_page_are_no_obstacle(control: str) -> None:
    text = "".join(f"<p>{paragraph}{control}</p>" for paragraph in _TEXT)
    page = Fetched(_URL, f"<html><body><article>{text}</article></body></html>".encode(), "text/html", "utf-8")
    assert _TEXT[1] in read_article(page, _URL).text


def test_an_address_that_no_parser_takes_is_none_for_a_file_either() -> None:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in _TEXT)
    page = (
        f'<html><head><link rel="canonical" href="https://ww[Td"></head><body><article>{text}</article></body></html>'
    )
    assert read_article(Fetched("saved.html", page.encode(), "text/html", "utf-8"), "saved.html").url is None
