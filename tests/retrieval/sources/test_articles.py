"""Pages and files of every kind become the same clean Article."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import NoArticle, UnreadableFile, UnsupportedFile
from retrieval.sources.articles import MAX_TEXT, compose, read_article
from retrieval.sources.manuscript import Manuscript
from retrieval.sources.types import Fetched
from retrieval.types import Article
from tests.retrieval.sources.pdfs import make_pdf

_FIRST = "The ferry to Holm Island will sail every half hour from June, the harbour office said on Monday."
_SECOND = "Two new boats, built in Saltgate for 9 million crowns, will replace the old one, which leaks."
_THIRD = "Islanders had asked for them since 2019. “We stopped counting the letters,” said Marta Ellings."
_TEXT = f"{_FIRST}\n\n{_SECOND}\n\n{_THIRD}"
_RUSSIAN = (
    "Паром на остров Хольм с июня будет ходить каждые полчаса, сообщило в понедельник управление порта. "
    "Два новых судна построены за девять миллионов крон."
)

_PAGE = f"""<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">
<title>Two boats for Holm | The Coast Herald</title>
<meta property="og:title" content="Two boats for Holm | The Coast Herald">
<meta property="og:site_name" content="The Coast Herald">
<meta property="article:published_time" content="2026-05-04T08:30:00+02:00">
<meta name="author" content="Ida Holm">
<link rel="canonical" href="/2026/05/two-boats?utm_source=front">
</head><body>
<div id="cookies"><p>We use cookies. By continuing you agree to that.</p><button>Accept all</button></div>
<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<article><h1>Two boats for Holm</h1><p class="byline">By Ida Holm</p>
<p>{_FIRST}</p><p>{_SECOND}</p><p>{_THIRD}</p></article>
<aside><h3>Related</h3><ul><li><a href="/a">A history of leaks</a></li></ul></aside>
<footer><p>Subscribe to our newsletter.</p><p>&copy; 2026 The Coast Herald</p></footer></body></html>"""


def _read(content: str | bytes, media_type: str, url: str = "/articles/a", charset: str | None = None) -> Article:
    raw = content.encode() if isinstance(content, str) else content
    return read_article(Fetched(url, raw, media_type, charset), "a")


def test_a_page_gives_the_article_and_what_is_known_about_it() -> None:
    article = _read(_PAGE, "text/html", "https://www.coast.example/2026/05/two-boats?ref=x")

    assert article == Article(
        id="a",
        title="Two boats for Holm",
        text=_TEXT,
        language="en",
        url="https://www.coast.example/2026/05/two-boats",
        source="The Coast Herald",
        author="Ida Holm",
        published=datetime(2026, 5, 4, 6, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "named",
    ["https://other.example/2026/05/two-boats", "https://www.coast.example/", "javascript:alert(1)", "http://["],
)
def test_a_page_cannot_pass_itself_off_as_another(named: str) -> None:
    page = _PAGE.replace("/2026/05/two-boats?utm_source=front", named)

    assert _read(page, "text/html", "https://coast.example/boats").url == "https://coast.example/boats"


def test_a_page_without_an_article_is_said_to_have_none() -> None:
    page = "<html><head><title>Just a moment...</title></head><body><p>Checking your browser.</p></body></html>"

    with pytest.raises(NoArticle):
        _read(page, "text/html", "https://coast.example/boats")


def test_a_text_without_end_is_no_article() -> None:
    longest = f"{_FIRST} " * (MAX_TEXT // (len(_FIRST) + 1))

    assert len(_read(longest, "text/plain").text) > 0.99 * MAX_TEXT
    with pytest.raises(NoArticle) as error:
        _read(longest + _TEXT, "text/plain")
    assert error.value.reason == "too large"


def test_a_pdf_packed_in_a_way_that_no_one_knows_is_broken() -> None:
    strange = make_pdf([[_FIRST]]).replace(b"/Length", b"/Filter /Odd /Length")

    with pytest.raises(UnreadableFile) as error:
        _read(strange, "application/pdf")
    assert error.value.reason == "broken"


@pytest.mark.parametrize("charset", ["base64", "rot13", "idna", "undefined"])
def test_a_page_whose_charset_is_none_is_read_all_the_same(charset: str) -> None:
    page = f"<html><head></head><body><article><p>Café. {_FIRST}</p></article></body></html>"

    assert _read(page.encode("latin-1"), "text/html", charset=charset).text == f"Café. {_FIRST}"


def test_the_summary_of_a_feed_is_taken_as_it_stands() -> None:
    article = _read(f"<p>{_FIRST}</p><ul><li>{_SECOND}</li></ul><script>alert(1)</script>", "text/html")

    assert article.text == f"{_FIRST}\n\n{_SECOND}"


def test_a_page_in_an_old_charset_is_read_by_its_own_claim() -> None:
    page = f'<html><head><meta charset="windows-1251"></head><body><article><p>{_RUSSIAN}</p></article></body></html>'

    assert _read(page.encode("cp1251"), "text/html").text == _RUSSIAN


def test_markdown_with_front_matter() -> None:
    article = _read(
        "---\ntitle: 'Two boats: Holm''s ferry'\nsource: \"Coast Herald\"\nauthor: [Ida Holm, Per Lund]\n"
        "date: 2026-05-04\n"
        "url: https://coast.example/boats?utm_medium=rss\nlanguage: en\ntags:\n  - boats\n---\n\n"
        f"# Two boats: Holm's ferry\n\n{_FIRST.replace('every', '**every**')}\n\n## The boats\n\n"
        f"- {_SECOND.replace('Saltgate', '[Saltgate](https://s.example)')}\n"
        f"- {_THIRD[:40]}\n{_THIRD[40:].strip()}\n\n---\n\n**Read also:** [Leaks](https://coast.example/leaks)\n",
        "text/markdown",
    )

    assert (article.title, article.source, article.author) == (
        "Two boats: Holm's ferry",
        "Coast Herald",
        "Ida Holm, Per Lund",
    )
    assert (article.published, article.url) == (datetime(2026, 5, 4, tzinfo=UTC), "https://coast.example/boats")
    assert article.text == f"{_FIRST}\n\nThe boats\n\n{_SECOND}\n\n{_THIRD}"


def test_markdown_without_front_matter_takes_its_heading_as_the_title() -> None:
    article = _read(f"# Two boats\n\n{_FIRST}\n\n{_SECOND}\n", "text/markdown")

    assert (article.title, article.text) == ("Two boats", f"{_FIRST}\n\n{_SECOND}")


def test_plain_text_with_header_lines() -> None:
    article = _read(
        f"Title: Two boats\nSource: Coast Herald\nAuthor: Ida Holm\nDate: 4 May 2026\nURL: https://coast.example/boats\n"
        f"Language: en\n\n{_TEXT}\n\nRead also: A history of leaks\n",
        "text/plain",
    )

    assert (article.title, article.source, article.author) == ("Two boats", "Coast Herald", "Ida Holm")
    assert (article.published, article.url) == (datetime(2026, 5, 4, tzinfo=UTC), "https://coast.example/boats")
    assert article.text == _TEXT


def test_plain_text_takes_a_first_line_that_reads_like_a_title() -> None:
    assert _read(f"Two boats for Holm\n{_FIRST}\n{_SECOND}\n", "text/plain").title == "Two boats for Holm"
    assert _read(f"Who needs two boats?\n\n{_TEXT}\n", "text/plain").title == "Who needs two boats?"


def test_plain_text_without_a_title_is_called_by_its_first_sentence() -> None:
    article = _read(_TEXT, "text/plain")

    assert article.title == _FIRST.rstrip(".")
    assert article.text == _TEXT


def test_lines_that_are_whole_paragraphs_become_paragraphs() -> None:
    assert _read(f"Two boats\n{_FIRST}\n{_SECOND}\n{_THIRD}", "text/plain").text == _TEXT


def test_hard_wrapped_text_is_joined_again() -> None:
    wrapped = (
        "Two boats for Holm\n\nThe ferry to Holm Island will sail every half hour from\nJune, the harbour office said "
        "on Monday.\n\nTwo new boats, built in Saltgate for 9 million crowns, will\nreplace the old one, which leaks.\n"
    )

    assert _read(wrapped, "text/plain").text == f"{_FIRST}\n\n{_SECOND}"


def test_hard_wrapped_text_without_empty_lines_is_divided_where_lines_end_early() -> None:
    wrapped = (
        "The ferry to Holm Island will sail every half hour from\nJune, the harbour office said on Monday.\n"
        "Two new boats, built in Saltgate for 9 million crowns, will\nreplace the old one, which leaks.\n"
    )

    assert _read(wrapped, "text/plain").text == f"{_FIRST}\n\n{_SECOND}"


def test_russian_text_in_an_old_charset_is_recognised() -> None:
    article = _read(_RUSSIAN.encode("cp1251"), "text/plain")

    assert (article.text, article.language) == (_RUSSIAN, "ru")


def test_a_scratch_in_utf_8_costs_one_character_and_not_the_article() -> None:
    assert _read(_RUSSIAN.encode() + b"\xd0", "text/plain").text.startswith(_RUSSIAN)


def test_what_cannot_be_seen_is_gone_and_what_looks_alike_is_alike() -> None:
    hidden = "\u200b\u202e\ufeff\u00ad\x00\U000e0041"
    article = _read(f"{hidden}{_FIRST[:20]}{hidden}{_FIRST[20:]}\u00a0 \u2003Cafe\u0301.", "text/plain")

    assert article.text == f"{_FIRST} Café."


def test_a_pdf_is_put_back_into_paragraphs() -> None:
    pages = [
        [
            "Coast Herald - No. 12",
            "",
            "Two boats for Holm",
            "",
            "The ferry to Holm Island will sail every half hour from June, the har-",
            "bour office said on Monday. It had been promised for the well-known",
            "summer season.",
            "",
            "Two new boats, built in Saltgate for 9 million crowns, will replace",
            "1",
        ],
        [
            "Coast Herald - No. 12",
            "",
            "the old one, which leaks.",
            "",
            "The office showed one of them on Sunday. It is a well-",
            "known design, and it was painted blue.",
            "2",
        ],
    ]
    info = {"/Title": "Two boats for Holm", "/Author": "Ida Holm", "/CreationDate": "D:20260504083000+02'00'"}

    article = _read(make_pdf(pages, info), "application/pdf", "/articles/boats.pdf")

    assert (article.title, article.author) == ("Two boats for Holm", "Ida Holm")
    assert article.published == datetime(2026, 5, 4, 6, 30, tzinfo=UTC)
    assert article.text.split("\n\n") == [
        f"{_FIRST} It had been promised for the well-known summer season.",
        _SECOND,
        "The office showed one of them on Sunday. It is a well-known design, and it was painted blue.",
    ]


def test_a_pdf_without_a_description_is_called_by_its_first_line() -> None:
    lines = [
        "Two boats for Holm",
        "",
        "The ferry to Holm Island will sail every half hour from June, and two",
        "new boats will replace the old one.",
    ]

    assert (
        _read(make_pdf([lines], {"/Title": "Microsoft Word - boats.docx"}), "application/pdf").title
        == "Two boats for Holm"
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.4\nnothing of the kind", "broken"),
        (b"<html>not at all</html>", "broken"),
        (make_pdf([["A locked report."]], locked_with="a key"), "locked"),
        (b" \n ", "empty"),
    ],
)
def test_a_pdf_that_cannot_be_read_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile) as error:
        _read(content, "application/pdf", "/articles/boats.pdf")

    assert (error.value.subject, error.value.reason) == ("/articles/boats.pdf", reason)


def test_a_pdf_of_pictures_has_no_text() -> None:
    with pytest.raises(NoArticle) as error:
        _read(make_pdf([[]]), "application/pdf")

    assert error.value.reason == "no text"


def test_a_line_is_not_an_article() -> None:
    with pytest.raises(NoArticle) as error:
        _read("Loading, please wait.", "text/plain", "/articles/short.txt")

    assert (error.value.subject, error.value.reason) == ("/articles/short.txt", "too short")


def test_the_first_bytes_speak_when_the_server_does_not() -> None:
    assert _read(_PAGE, "application/octet-stream", "https://coast.example/boats").title == "Two boats for Holm"
    with pytest.raises(UnsupportedFile):
        _read(b"\x00\x01\x02", "application/octet-stream")


def test_a_declared_language_is_believed() -> None:
    assert _read(f"Title: Boats\nLanguage: de-AT\n\n{_TEXT}", "text/plain").language == "de"
    assert _read(f"Title: Boats\nLanguage: English\n\n{_TEXT}", "text/plain").language == "en"


@given(st.lists(st.text(max_size=60), max_size=8))
def test_composed_text_is_clean_whatever_comes_in(paragraphs: list[str]) -> None:
    try:
        text = compose(Manuscript(tuple(paragraphs)), "", "a").text
    except NoArticle:
        return
    assert all(part and part == part.strip() and "\n" not in part for part in text.split("\n\n"))
    text.encode()  # nothing that a database could not hold
    assert not set(text) & set("\u200b\u202e\ufeff\x00\r\t\u00a0")
