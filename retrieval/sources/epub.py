"""The bytes of an EPUB -> a Manuscript: its chapters in reading order, without contents, cover and pictures.

container.xml | package | spine | paragraphs of each chapter
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from html.entities import html5
from typing import Any, NamedTuple
from urllib.parse import unquote

from lxml import etree
from lxml.html import HtmlElement, XHTMLParser, xhtml_to_html

from retrieval.errors import UnreadableFile
from retrieval.sources.archives import Archive, checked
from retrieval.sources.charsets import decode
from retrieval.sources.dates import read_date
from retrieval.sources.manuscript import Manuscript
from retrieval.sources.prose import clean_line

_ENOUGH = 2_000_000  # characters: more than any article may have, which is judged when it is put together
_CONTAINER, _ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
# Fonts that are scrambled so that nobody takes them out; the text of such a book is open.
_FONTS_ONLY = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_ASIDE = frozenset({"cover", "toc", "landmarks", "page-list", "copyright-page", "titlepage", "title-page", "nav"})
_TYPE = "{http://www.idpf.org/2007/ops}type"
_BLOCKS = (
    "address article aside blockquote br caption dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li "
    "main ol p pre section table tr ul"
)
_SILENT = ("script", "style", "template", "svg", "img", "math", "nav", "object", "audio", "video", "head")
_ENTITY = re.compile(r"&(?!#)(\w{2,31};)?")
_DECLARED = re.compile(r"\s*<\?xml[^>]*\?>|<!DOCTYPE(?:[^\[\]>]|\[[^\]]*\])*>", re.IGNORECASE)
_SPACES = re.compile(r"\s+")


class _Package(NamedTuple):
    """What the book says of itself, and where its chapters lie, in reading order."""

    said: Mapping[str, list[Any]]  # "title" -> elements
    chapters: tuple[str, ...]


def read_epub(content: bytes, subject: str) -> Manuscript:
    """Raises UnreadableFile ("locked", "broken", "too large", "unsafe", "too many files")."""
    archive = checked(content, subject)
    if _is_locked(archive):
        raise UnreadableFile(subject, "locked")
    package = _package(archive, subject)
    said = {name: clean_line(", ".join(_texts(elements))) for name, elements in package.said.items()}
    return Manuscript(
        paragraphs=tuple(_chapters(archive, package.chapters)),
        title=next(_texts(package.said["title"]), None),
        source=said["publisher"] or None,
        author=said["creator"] or None,
        published=next((date for text in _dates(package.said["date"]) if (date := read_date(text))), None),
        language=next(_texts(package.said["language"]), None),
    )


def parse_xml(content: bytes) -> Any | None:
    """The root of a document, as far as it can be made out; None for none. Reads no other file, expands nothing."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def paragraphs_in(root: HtmlElement) -> Iterator[str]:
    """The paragraphs, headings and list items of a piece of HTML, in order; a row of a table as "one, other"."""
    for element in list(root.iter(*_SILENT)):
        if element is not root:
            element.drop_tree()
    for element in root.iter(etree.Element):
        element.text = _SPACES.sub(" ", element.text or "")
        element.tail = _SPACES.sub(" ", element.tail or "")
    for row in reversed(list(root.iter("tr"))):
        cells = [clean_line(cell.text_content()) for cell in row.iter("td", "th")]
        row.clear(keep_tail=True)
        row.text = ", ".join(filter(None, cells))
    for element in root.iter(*_BLOCKS.split()):
        element.text = "\n" + (element.text or "")
        element.tail = "\n" + (element.tail or "")
    yield from filter(None, (line.strip() for line in root.text_content().split("\n")))


def _is_locked(archive: Archive) -> bool:
    root = parse_xml(archive.read(_ENCRYPTION))
    if root is None:
        return False
    methods = [method.get("Algorithm") for data in root.iter("{*}EncryptedData") for method in data.iterchildren("{*}*")
               if etree.QName(method).localname == "EncryptionMethod"]  # fmt: skip
    return any(method not in _FONTS_ONLY for method in methods)


def _package(archive: Archive, subject: str) -> _Package:
    container = parse_xml(archive.read(_CONTAINER))
    places = [] if container is None else [file.get("full-path", "") for file in container.iter("{*}rootfile")]
    place = next((place for place in places if place in archive.names), "")
    root = parse_xml(archive.read(place))
    if root is None:
        raise UnreadableFile(subject, "broken")
    said = {name: [*root.iter(f"{{*}}{name}")] for name in ("title", "creator", "date", "language", "publisher")}
    return _Package(said, tuple(dict.fromkeys(_spine(root, posixpath.dirname(place)))))


def _spine(root: Any, folder: str) -> Iterator[str]:
    """The chapters' names in the archive; contents and cover, by what the package says of them, are left out."""
    items = {item.get("id"): item for item in root.iter("{*}item")}
    aside = {_path(folder, guide.get("href", "")) for guide in root.iter("{*}reference") if guide.get("type") in _ASIDE}
    for reference in root.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or "html" not in item.get("media-type", "html"):
            continue
        path = _path(folder, item.get("href", ""))
        if path not in aside and not _ASIDE & {*item.get("properties", "").split(), item.get("id")}:
            yield path


def _path(folder: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(href.split("#")[0])))


def _chapters(archive: Archive, names: tuple[str, ...]) -> Iterator[str]:
    """Stops when there is more than enough: a hostile book may name a chapter that is long without end."""
    length = 0
    for name in names:
        for paragraph in _chapter(archive.read(name)):
            yield paragraph
            length += len(paragraph)
        if length > _ENOUGH:
            return


def _chapter(content: bytes) -> Iterator[str]:
    text = _ENTITY.sub(_character, _DECLARED.sub("", decode(content), count=2))
    parser = XHTMLParser(resolve_entities=False, no_network=True, recover=True, encoding="utf-8", remove_comments=True)
    root = etree.fromstring(text.encode(), parser) if text.strip() else None
    if root is None:
        return
    xhtml_to_html(root)
    for body in root.iter("body"):
        if not _ASIDE & {kind for part in (body, *body[:1]) for kind in (part.get(_TYPE) or "").split()}:
            yield from paragraphs_in(body)


def _character(found: re.Match[str]) -> str:
    """XML knows five names of characters, and HTML two thousand; a bare "&" is none."""
    name = found[1] or "amp;"
    return f"&{name}" if name in ("amp;", "lt;", "gt;", "quot;", "apos;") else html5.get(name, f"&{name}")


def _texts(elements: list[Any]) -> Iterator[str]:
    return (text for element in elements if (text := clean_line("".join(element.itertext()))))


def _dates(elements: list[Any]) -> Iterator[str]:
    """The day of publication first: older books give those of creation and of changes beside it."""
    ordered = sorted(elements, key=lambda element: "publication" not in element.values())
    return _texts(ordered)
