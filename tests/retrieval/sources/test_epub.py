"""What is read from EPUB books, old and new, sound and hostile."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from retrieval.errors import NoArticle, UnreadableFile
from retrieval.sources.articles import MAX_TEXT, compose
from retrieval.sources.epub import parse_xml, read_epub

_DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf"'
_CONTAINER = (
    '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">'
    '<rootfiles><rootfile full-path="{}" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
_PAGE = (
    '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" '
    'xmlns:epub="http://www.idpf.org/2007/ops"><head><title/><style>p {{ }}</style></head><body{}>{}</body></html>'
)


def _page(body: str, kind: str = "") -> str:
    return _PAGE.format(f' epub:type="{kind}"' if kind else "", body)


def _zipped(files: Mapping[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return made.getvalue()


def _book(chapters: Mapping[str, str | bytes], said: str = "", guide: str = "", **more: str) -> bytes:
    """`chapters`: href -> page, as the spine has them; `more`: href without suffix -> properties of its item."""
    items = "".join(
        f'<item id="i{number}" href="{href}" media-type="application/xhtml+xml" '
        f'properties="{more.get(href.split(".")[0], "")}"/>'
        for number, href in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="i{number}"/>' for number in range(len(chapters)))
    package = (
        f'<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata {_DC}>{said}</metadata>'
        f"<manifest>{items}</manifest><spine>{spine}</spine><guide>{guide}</guide></package>"
    )
    files = {"mimetype": "application/epub+zip", "META-INF/container.xml": _CONTAINER.format("OEBPS/book.opf")}
    return _zipped({**files, "OEBPS/book.opf": package, **{f"OEBPS/{name}": page for name, page in chapters.items()}})


def test_chapters_are_read_in_the_order_of_the_spine() -> None:
    book = _book({
        "z.xhtml": _page("<h1>One</h1><p>The ferry\n   sails <em>at</em> nine.</p><p>Fog.<br/>Wind.</p>"),
        "a.xhtml": _page('<section><p>Two&nbsp;boats &amp; one &laquo;Ида&raquo;.</p><img src="x.png"/></section>'),
    })  # fmt: skip

    assert read_epub(book, "b").paragraphs == (
        "One", "The ferry sails at nine.", "Fog.", "Wind.", "Two boats & one «Ида».",
    )  # fmt: skip


def test_the_description_is_read() -> None:
    said = (
        "<dc:title>Остров &amp; маяк</dc:title><dc:title>Второе</dc:title><dc:creator>Вера Лосева</dc:creator>"
        "<dc:creator>Ida Holm</dc:creator><dc:language>ru</dc:language><dc:publisher>Причал</dc:publisher>"
        '<dc:date opf:event="modification">2026-06-01</dc:date><dc:date opf:event="publication">2026-05-20</dc:date>'
    )

    read = read_epub(_book({"a.xhtml": _page("<p>One.</p>")}, said), "b")

    assert (read.title, read.author, read.source, read.language) == (
        "Остров & маяк", "Вера Лосева, Ida Holm", "Причал", "ru",
    )  # fmt: skip
    assert read.published == datetime(2026, 5, 20, tzinfo=UTC)


def test_contents_and_cover_are_left_out() -> None:
    contents = '<nav epub:type="toc"><h1>Contents</h1><ol><li><a href="a.xhtml">One</a></li></ol></nav>'
    book = _book(
        {
            "cover.xhtml": _page("<p>The Island</p>", "cover"),
            "toc.xhtml": _page(contents),
            "nav.xhtml": _page("<p>Contents once more</p>"),
            "old.xhtml": _page("<p>Contents of an older kind</p>"),
            "a.xhtml": _page("<p>One.</p>" + contents, "bodymatter"),
            "b.xhtml": _page("<p>Two.</p>"),
        },
        guide='<reference type="toc" href="old.xhtml#top"/><reference type="text" href="b.xhtml"/>',
        nav="nav",
    )

    assert read_epub(book, "b").paragraphs == ("One.", "Two.")


def test_tables_are_lines_and_code_is_silent() -> None:
    rows = "<table><tr><th>Boat</th><th>Seats</th></tr><tr><td>Ida</td><td><p>120</p></td></tr></table>"
    book = _book({"a.xhtml": _page(f"<script>x</script>{rows}<ul><li>One</li><li>Two <b>boats</b></li></ul>")})

    assert read_epub(book, "b").paragraphs == ("Boat, Seats", "Ida, 120", "One", "Two boats")


def test_pages_that_are_not_well_formed_are_read_as_far_as_they_go() -> None:
    book = _book({
        "part%20one.html": "",
        "a.html": "<html><body><p>One<p>Two & three</body>",
        "missing.html": _page(""),
        "b.html": _page("<p>Четыре.</p>").encode("utf-16"),
    }).replace(b"part%20one", b"part_20one")  # fmt: skip

    assert read_epub(book, "b").paragraphs == ("One", "Two & three", "Четыре.")


def test_addresses_are_unquoted_and_followed_from_the_package() -> None:
    files = {
        "META-INF/container.xml": _CONTAINER.format("book.opf"),
        "book.opf": '<package><manifest><item id="a" href="text/part%20one.xhtml"/></manifest>'
        '<spine><itemref idref="a"/><itemref idref="gone"/></spine></package>',
        "text/part one.xhtml": _page("<p>One.</p>"),
    }

    assert read_epub(_zipped(files), "b").paragraphs == ("One.",)


@pytest.mark.parametrize(
    ("method", "is_locked"),
    [
        ("http://www.idpf.org/2008/embedding", False),
        ("http://ns.adobe.com/pdf/enc#RC", False),
        ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", True),
    ],
)
def test_a_book_that_only_its_buyer_may_read_is_locked_and_one_with_scrambled_fonts_is_not(
    method: str, is_locked: bool
) -> None:
    data = f'<e:EncryptedData><e:EncryptionMethod Algorithm="{method}"/></e:EncryptedData>'
    locks = f'<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#">{data}</encryption>'
    made = io.BytesIO(_book({"a.xhtml": _page("<p>One.</p>")}))
    with zipfile.ZipFile(made, "a") as file:
        file.writestr("META-INF/encryption.xml", locks)

    if not is_locked:
        assert read_epub(made.getvalue(), "b").paragraphs == ("One.",)
        return
    with pytest.raises(UnreadableFile) as error:
        read_epub(made.getvalue(), "b")
    assert (error.value.subject, error.value.reason) == ("b", "locked")


def test_a_book_longer_than_an_article_may_be_is_too_large() -> None:
    words = "".join(f"<p>The ferry {number} sails to Holm Island at nine.</p>" for number in range(12_000))
    book = read_epub(_book({f"c{number}.xhtml": _page(words) for number in range(9)}), "b")

    assert MAX_TEXT < len("\n".join(book.paragraphs)) < 4 * MAX_TEXT
    with pytest.raises(NoArticle, match="too large"):
        compose(book, "b", "b")


@pytest.mark.parametrize(
    "content",
    [
        b"no book",
        _zipped({"mimetype": "application/epub+zip"}),
        _zipped({"META-INF/container.xml": _CONTAINER.format("none.opf")}),
        _zipped({"META-INF/container.xml": "<", "book.opf": ""}),
    ],
)
def test_what_is_no_book_is_broken(content: bytes) -> None:
    with pytest.raises(UnreadableFile) as error:
        read_epub(content, "b")
    assert (error.value.subject, error.value.reason) == ("b", "broken")


def test_entities_are_neither_expanded_nor_fetched() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "bbbb"><!ENTITY f SYSTEM "file:///etc/hostname">]><x>1&a;&f;2</x>'
    root = parse_xml(bomb.encode())

    assert root is not None
    assert "bbbb" not in "".join(root.itertext())
    page = bomb.replace("<x>", "<html><body><p>").replace("</x>", "</p></body></html>")
    text = " ".join(read_epub(_book({"a.xhtml": page}), "b").paragraphs)
    assert "bbbb" not in text
    assert text.startswith("1")
