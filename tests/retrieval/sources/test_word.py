"""What is read from Word documents, and from what is none."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from xml.sax.saxutils import escape

import pytest

from retrieval.errors import UnreadableFile
from retrieval.sources.word import read_docx

_OFFICE = "http://schemas.openxmlformats.org"
_WORDS = f'xmlns:w="{_OFFICE}/wordprocessingml/2006/main"'
_TYPES = (
    f'<Types xmlns="{_OFFICE}/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
_STYLES = (
    f'<w:styles {_WORDS}><w:style w:type="paragraph" w:styleId="T"><w:name w:val="Title"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 1"/></w:style></w:styles>'
)


def _paragraph(text: str, style: str = "") -> str:
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{look}<w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def _related(*pairs: tuple[str, str]) -> str:
    links = "".join(
        f'<Relationship Id="r{number}" Type="{_OFFICE}/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(pairs)
    )
    return f'<Relationships xmlns="{_OFFICE}/package/2006/relationships">{links}</Relationships>'


def _described(**said: str) -> str:
    fields = "".join(f"<x:{name}>{escape(value)}</x:{name}>" for name, value in said.items())
    return f'<core xmlns:x="http://purl.org/dc/elements/1.1/">{fields}</core>'


def _docx(body: str, core: str = "", **parts: str) -> bytes:
    """`body` of the document in WordprocessingML; `parts`: footnotes, comments."""
    files = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _related(("officeDocument", "word/document.xml")),
        "word/document.xml": f"<w:document {_WORDS}><w:body>{body}</w:body></w:document>",
        "word/_rels/document.xml.rels": _related(("styles", "styles.xml"), *((name, f"{name}.xml") for name in parts)),
        "word/styles.xml": _STYLES,
        **{f"word/{name}.xml": part for name, part in parts.items()},
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in {**files, **({"docProps/core.xml": core} if core else {})}.items():
            file.writestr(name, part)
    return made.getvalue()


def test_paragraphs_and_the_description_are_read() -> None:
    core = _described(
        title="Паром снова ходит", creator="Вера Лосева", created="2026-05-20T09:30:00Z", language="ru-RU"
    )
    body = _paragraph("Порт", "H") + _paragraph("Паром вернулся.") + _paragraph("") + _paragraph("Шторм & туман.")

    read = read_docx(_docx(body, core), "a.docx")

    assert read.paragraphs == ("Порт", "Паром вернулся.", "Шторм & туман.")
    assert (read.title, read.author, read.language) == ("Паром снова ходит", "Вера Лосева", "ru-RU")
    assert read.published == datetime(2026, 5, 20, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("style", ["T", "H"])
@pytest.mark.parametrize(
    "title", ["", "Document1", "Microsoft Word - draft3.doc", "Без имени", "Документ 2", "untitled", "boats.docx"]
)
def test_a_title_that_nobody_wrote_gives_way_to_the_first_heading(title: str, style: str) -> None:
    body = _paragraph("Coast Herald") + _paragraph("Two new boats", style) + _paragraph("They sail in June.")

    assert read_docx(_docx(body, _described(title=title)), "a.docx").title == "Two new boats"


@pytest.mark.parametrize(
    "title",
    ["Documents found at Gull Point", "Document shows who paid", "Документы нашлись на маяке", "The user's boat"],
)
def test_a_title_that_resembles_a_placeholder_is_kept(title: str) -> None:
    assert read_docx(_docx(_paragraph("One.", "H"), _described(title=title)), "a.docx").title == title


def test_without_heading_and_description_nothing_is_claimed() -> None:
    read = read_docx(_docx(_paragraph("Two boats sail."), _described(creator="python-docx", created="soon")), "a.docx")

    assert (read.title, read.author, read.published, read.language) == (None, None, None, None)


def test_a_row_of_a_table_is_a_line() -> None:
    cells = [["Boat", "Seats"], ["Ida", "120"], ["Peder", ""]]
    rows = "".join("<w:tr>" + "".join(f"<w:tc>{_paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>" for row in cells)

    read = read_docx(_docx(_paragraph("Before.") + f"<w:tbl>{rows}</w:tbl>" + _paragraph("After.")), "a.docx")

    assert read.paragraphs == ("Before.", "Boat, Seats", "Ida, 120", "Peder", "After.")


def test_footnotes_are_read_without_their_marks_and_comments_are_not() -> None:
    mark = '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:commentReference w:id="5"/></w:r>'
    body = f"<w:p><w:r><w:t>The boats sail in June</w:t></w:r>{mark}<w:r><w:t>.</w:t></w:r></w:p>"
    notes = f'<w:footnotes {_WORDS}><w:footnote w:id="2">{_paragraph("Weather permitting.")}</w:footnote></w:footnotes>'
    said = f'<w:comments {_WORDS}><w:comment w:id="5">{_paragraph("Is that so?")}</w:comment></w:comments>'

    read = read_docx(_docx(body, footnotes=notes, comments=said), "a.docx")

    assert read.paragraphs == ("The boats sail in June.", "Weather permitting.")


def test_what_was_deleted_stays_deleted_and_what_was_put_in_is_read() -> None:
    body = (
        "<w:p><w:r><w:t>Fares </w:t></w:r><w:del><w:r><w:delText>fall</w:delText><w:t>fall</w:t></w:r></w:del>"
        "<w:ins><w:r><w:t>rise</w:t></w:r></w:ins><w:r><w:t> in June.</w:t></w:r></w:p>"
    )

    assert read_docx(_docx(body), "a.docx").paragraphs == ("Fares rise in June.",)


_SOUND = _docx(_paragraph("Two boats sail."))
_ENVELOPE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
_BILLION = (
    '<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;">]>'
    f"<w:document {_WORDS}><w:body><w:p><w:r><w:t>&c;</w:t></w:r></w:p></w:body></w:document>"
)


def _with(name: str, part: str) -> bytes:
    """A sound document with one part of it replaced."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_SOUND)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for each in source.namelist():
            file.writestr(each, part if each == name else source.read(each))
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_ENVELOPE, "locked"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "broken"),
        (b"no document", "broken"),
        (_SOUND[:-40], "broken"),
        (_with("word/document.xml", "<w:document"), "broken"),
        (_with("word/document.xml", _BILLION), "broken"),
        (_with("word/document.xml", "<a>" * 30_000 + "</a>" * 30_000), "broken"),
        (_with("word/document.xml", "<!-- " + "a" * 1_000_000 + " -->"), "too large"),
        (_SOUND.replace(b"word/document.xml", b"word/dokument.xml"), "broken"),
    ],
)
def test_a_document_that_cannot_be_read_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile) as error:
        read_docx(content, "a.docx")
    assert (error.value.subject, error.value.reason) == ("a.docx", reason)
