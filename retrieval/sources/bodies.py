"""A response's headers and chunks -> its bytes and what they are, or FetchFailed. Nothing is held beyond the limits."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from retrieval.errors import FetchFailed
from retrieval.sources.limits import Limits

PDF, ZIP, GZIP = "application/pdf", "application/zip", "application/gzip"
_ZIPPED = frozenset(  # documents that are zip archives, whatever lies in them
    {ZIP, "application/epub+zip", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
)
MEDIA_TYPES = frozenset(
    {"text/html", "application/xhtml+xml", "text/plain", "text/markdown", "text/x-markdown", PDF, GZIP, *_ZIPPED}
    | {
        "application/xml",
        "text/xml",
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "text/x-opml",
    }
    | {"application/json", "application/feed+json"}
)
_OTHER_NAMES = {"application/x-gzip": GZIP, "application/x-zip": ZIP, "application/x-zip-compressed": ZIP}

# What servers say when they do not know. A feed, a robots.txt or a document is recognised all the same; a page has to
# say that it is one.
_UNKNOWN = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/unknown"})
_XML_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml\s|(?:rss|feed|rdf:RDF|urlset|sitemapindex)[\s>])")
_JSON_FEED_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{.{0,400}jsonfeed\.org\\?/version", re.DOTALL)
_ROBOTS_LINE = re.compile(rb"^[ \t]*user-agent[ \t]*:", re.IGNORECASE | re.MULTILINE)
_ROBOTS_WITHIN = 4096  # bytes
_PDF_WITHIN = 1024  # bytes, among which "%PDF-" stands; readers of PDF accept as much

_ZIP_MARK, _GZIP_MARK = b"PK\x03\x04", b"\x1f\x8b"
_NEVER_TEXT = (
    _ZIP_MARK,
    _GZIP_MARK,
    b"%PDF-",
    b"\x7fELF",
    b"MZ\x90",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"BZh",
    b"Rar!",
)
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")  # UTF-16 and UTF-32: their text is full of NUL bytes
_WIDE_CHARSETS = ("utf-16", "utf-32", "ucs-2", "iso-10646-ucs")
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([a-z0-9_.:+-]{1,40})", re.ASCII | re.IGNORECASE)

_RATIO_FROM = 256 * 1024  # bytes; a smaller body may have any ratio: a page of mostly blanks is no attack
_LONG_NUMBER = 15  # digits of a length that need not be read as a number to be too large


class Body(NamedTuple):
    """Decoded bytes with their media type (lower case, no parameters) and the declared charset."""

    content: bytes
    media_type: str
    charset: str | None


def read_body(url: str, headers: Mapping[str, str], chunks: Iterable[bytes], limits: Limits) -> Body:
    """Names in `headers` are lower case.

    Raises FetchFailed: "not text", "too large", "bad encoding", "bad response" (cut off), "empty".
    """
    declared = headers.get("content-type", "")
    named = re.split("[;,]", declared)[0].strip().lower()
    media_type = _OTHER_NAMES.get(named, named)
    if media_type not in MEDIA_TYPES | _UNKNOWN:
        raise FetchFailed(url, "not text")
    length = headers.get("content-length", "")
    if length.isdecimal() and (len(length) > _LONG_NUMBER or int(length) > limits.raw):
        raise FetchFailed(url, "too large")
    raw = _capped(url, chunks, limits.raw)
    content = b"".join(_decoded(url, headers.get("content-encoding", ""), raw, limits))
    charset = _CHARSET.search(declared)
    body = Body(content, media_type, charset[1].lower() if charset else None)
    if media_type == GZIP or (media_type in _UNKNOWN and content.startswith(_GZIP_MARK)):
        body = _unpacked(url, body, limits)
    return _recognised(url, body)


def _capped(url: str, chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    received = 0
    for chunk in chunks:
        received += len(chunk)
        if received > most:
            raise FetchFailed(url, "too large")
        yield chunk


def _decoded(url: str, encoding: str, raw: Iterator[bytes], limits: Limits) -> Iterator[bytes]:
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return raw
    if name in ("gzip", "x-gzip"):
        return _unzipped(url, raw, limits)
    raise FetchFailed(url, "bad encoding")


def _unzipped(url: str, raw: Iterable[bytes], limits: Limits) -> Iterator[bytes]:
    """Unpacks as it arrives, never more at a time than may still come. Several gzip members in a row are one body; what
    else follows one is left, as browsers do: some servers send padding, or a notice that nobody packed.
    """
    received = unpacked = 0
    member, complete = None, False
    for chunk in raw:
        received += len(chunk)
        rest, most = chunk, min(limits.decoded, max(_RATIO_FROM, received * limits.ratio))
        while rest:
            if member is None and complete and not rest.startswith(_GZIP_MARK[:1]):
                return
            member = member or zlib.decompressobj(zlib.MAX_WBITS | 16)  # 16: with gzip's header and checksum
            try:
                piece = member.decompress(rest, most - unpacked + 1)
            except zlib.error as error:
                raise FetchFailed(url, "bad encoding") from error
            unpacked += len(piece)
            if unpacked > most:
                raise FetchFailed(url, "too large")
            yield piece
            rest = member.unconsumed_tail
            if member.eof:
                rest, member, complete = member.unused_data, None, True
    if member is not None:  # it was cut off
        raise FetchFailed(url, "bad response")


def _unpacked(url: str, body: Body, limits: Limits) -> Body:
    """A file in gzip is taken for the sitemap in it. Some servers say so twice, as the transfer's encoding too."""
    content = body.content
    if content.startswith(_GZIP_MARK):
        content = b"".join(_unzipped(url, [content], limits))
    if not content.isspace() and content and not _XML_START.match(content):
        raise FetchFailed(url, "not text")
    return body._replace(content=content, media_type="application/xml")


def _recognised(url: str, body: Body) -> Body:
    """Holds the bytes against what they are said to be."""
    if not body.content or body.content.isspace():
        raise FetchFailed(url, "empty")
    media_type = _sniffed(body.content) if body.media_type in _UNKNOWN else body.media_type
    if media_type is None or not _fits(body, media_type):
        raise FetchFailed(url, "not text")
    return body._replace(media_type=media_type)


def _sniffed(content: bytes) -> str | None:
    if _is_pdf(content):
        return PDF
    if content.startswith(_ZIP_MARK):
        return ZIP
    if _XML_START.match(content):
        return "application/xml"
    if _JSON_FEED_START.match(content):
        return "application/feed+json"
    return "text/plain" if _ROBOTS_LINE.search(content, 0, _ROBOTS_WITHIN) else None


def _fits(body: Body, media_type: str) -> bool:
    if media_type == PDF:
        return _is_pdf(body.content)
    return body.content.startswith(_ZIP_MARK) if media_type in _ZIPPED else _is_text(body)


def _is_pdf(content: bytes) -> bool:
    return b"%PDF-" in content[:_PDF_WITHIN]


def _is_text(body: Body) -> bool:
    """Text has no NUL bytes, unless its characters are two or four bytes wide, and is no other kind of file."""
    wide = body.content.startswith(_WIDE_MARKS) or (body.charset or "").startswith(_WIDE_CHARSETS)
    return not body.content.startswith(_NEVER_TEXT) and (wide or b"\x00" not in body.content)
