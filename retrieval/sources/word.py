"""The bytes of a Word document (.docx) -> a Manuscript: text, tables and footnotes; no pictures, comments, deletions.

mammoth makes simple HTML of it, which is read as a chapter of a book is.
"""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any
from zipfile import ZIP_STORED, ZipFile

from lxml.html import HtmlElement, fragment_fromstring

from retrieval.errors import UnreadableFile
from retrieval.sources.archives import Archive, checked
from retrieval.sources.dates import read_date
from retrieval.sources.epub import paragraphs_in, parse_xml
from retrieval.sources.manuscript import Manuscript
from retrieval.sources.prose import clean_line

_DESCRIPTION = "docProps/core.xml"
_PARTS = (".xml", ".rels")  # what the text is made of; pictures and fonts are not even unpacked
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # a file of Word 97, or the envelope of an encrypted one
_ENVELOPE = "EncryptedPackage".encode("utf-16-le")
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Название'] => h1:fresh
p[style-name='Заголовок'] => h1:fresh
p[style-name='Заголовок 1'] => h1:fresh
"""
_NO_TITLE = re.compile(
    r"(?:microsoft word|untitled|без имени|новый документ)\b.{0,40}|(?:document|документ)\s*\d*|.*\.(?:docx?|odt|rtf)",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(
    r"(?:microsoft office )?user|admin(?:istrator)?|python-docx|unknown|(?:microsoft )?пользователь.{0,20}|админ\w*",
    re.IGNORECASE,
)
_BACK = re.compile(r"\s*↑\s*$")  # the link from a note back to its place


def read_docx(content: bytes, subject: str) -> Manuscript:
    """Title, author and date from the document's own description, where a person wrote them.

    Raises UnreadableFile ("locked", "broken", "too large", "unsafe", "too many files").
    """
    if content.startswith(_OLD):
        raise UnreadableFile(subject, "locked" if _ENVELOPE in content else "broken")
    archive = checked(content, subject)
    root = _body(archive, subject)
    heading = next((clean_line(heading.text_content()) for heading in root.iter("h1")), None)
    said = parse_xml(archive.read(_DESCRIPTION))
    title, author = _said(said, "title"), _said(said, "creator")
    return Manuscript(
        paragraphs=tuple(_BACK.sub("", line) for line in paragraphs_in(root)),
        title=heading if not title or _NO_TITLE.fullmatch(title) else title,
        author=None if not author or _NO_AUTHOR.fullmatch(author) else author,
        published=_date(said),
        language=_said(said, "language"),
    )


def _body(archive: Archive, subject: str) -> HtmlElement:
    import mammoth  # a tenth of a second to import, and only such documents need it

    parts = _parts(archive, subject)
    try:
        made = mammoth.convert_to_html(parts, style_map=_STYLES, convert_image=lambda _image: [])
        root = fragment_fromstring(made.value, create_parent="div")
    except Exception as error:  # mammoth meets broken documents with errors of every kind
        raise UnreadableFile(subject, "broken") from error
    for mark in [mark for mark in root.iter("sup") if mark.find("a[@id]") is not None]:
        mark.drop_tree()  # "[1]" behind a word: the number of a note
    return root


def _parts(archive: Archive, subject: str) -> io.BytesIO:
    """The document anew, of nothing but text that was unpacked under limits: mammoth unpacks without."""
    parts = io.BytesIO()
    with ZipFile(parts, "w", ZIP_STORED) as file:
        for name in archive.names:
            if name.endswith(_PARTS):
                part = archive.read(name)
                if b"<!DOCTYPE" in part:  # Word writes none; whoever does means no good
                    raise UnreadableFile(subject, "broken")
                file.writestr(name, part)
    return parts


def _said(root: Any | None, name: str) -> str | None:
    found = None if root is None else root.find(f"{{*}}{name}")
    return None if found is None else clean_line("".join(found.itertext())) or None


def _date(root: Any | None) -> datetime | None:
    return read_date(_said(root, "created") or "")
