"""A feed's bytes -> text that a strict XML parser can read: its charset right, its references sound, its items few.

bytes | feed_text | root_name (which kind is it?) | few_items | sound_xml
"""

from __future__ import annotations

import re
import sys
from datetime import datetime
from html.entities import html5

from retrieval.sources.charsets import decode, known_charset
from retrieval.sources.feed_dates import read_feed_date
from retrieval.sources.feed_items import MAX_ENTRIES, newest
from retrieval.sources.types import Fetched

_HEAD = 4_096  # bytes, and characters: where declarations stand, and before which a program's warnings end
_MAX_DATED = 20_000  # items whose dates are read; a file of ten megabytes may hold half a million
_DATE_WITHIN = 20_000  # characters of an item in which its date is looked for
_DEFAULTS = (None, "cp1252", "utf-8")  # what servers say when nobody has told them
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_DECLARATION = re.compile(r"<\?xml\b[^>]*>\s*")
_ROOT = re.compile(r"<\?xml\b|<(?:\w{1,20}:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
_PROLOGUE = re.compile(r"\s+|<\?.*?(?:\?>|\Z)|<!--.*?(?:-->|\Z)|<!doctype\s+(\w+)[^>\[]*(?:\[[^\]]*\])?[^>]*>?",
                       re.DOTALL | re.IGNORECASE)  # fmt: skip
_NAME = re.compile(r"<(?:[\w.-]{1,50}:)?([\w.-]{1,50})")
_UNREAD = r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)"  # in which nothing is markup; to the end if never closed
_ITEM = re.compile(_UNREAD + r"|<((?:[\w.-]{1,50}:)?(?:item|entry))[\s>]", re.DOTALL)
_DATE = re.compile(
    r"<(?:\w{1,20}:)?(?:pubdate|date|published|issued|updated|modified)>(?:<!\[CDATA\[)?([^<\]]{6,100})[<\]]",
    re.IGNORECASE,
)
_REFERENCE = re.compile(_UNREAD + r"|&(?:#(\d{1,10});|#[xX]([\da-fA-F]{1,8});|(\w{2,31});)?", re.DOTALL)
_OWN = frozenset(("amp", "lt", "gt", "quot", "apos"))  # entities of XML itself
_NO_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # of XML
_NO_LINK = re.compile(r"<link\s{0,9}/>|<link>\s{0,99}</link>")  # beside it the parser takes no guid for a link
_LINK_URI = re.compile(r"(<link\b[^<>]{0,500}?)\suri=(?![\"']http)(\"[^\"<>]*\"|'[^'<>]*')")  # and the page is its text
_HALVES = re.compile("[\ud800-\udfff]")


def feed_text(fetched: Fetched) -> str:
    """The document without what must not stand before it: marks, white space, a program's warnings."""
    text = _decoded(fetched).lstrip("\ufeff\x00 \t\r\n")
    if text.startswith(("<?xml", "{", "[")) or root_name(text) in ("rss", "rdf", "feed"):
        return text
    root = _ROOT.search(text, 0, _HEAD)
    is_page = text[:9].lower().startswith(("<!doctype", "<html"))
    return text[root.start() :] if root and not is_page else text


def root_name(text: str) -> str:
    """Of the first element, in small letters without its prefix: "rss", "feed", "html", "urlset"; "" for none."""
    start = 0
    while prologue := _PROLOGUE.match(text, start):
        if (prologue[1] or "").lower() == "html":
            return "html"
        start = prologue.end()
    name = _NAME.match(text, start)
    return name[1].lower() if name else ""


def few_items(text: str) -> str:
    """The document with its newest MAX_ENTRIES items at most, cut before anything expensive sees the others."""
    starts = [item.start() for item in _ITEM.finditer(text) if item[1]]
    if len(starts) <= MAX_ENTRIES:
        return text
    ends = [*starts[1:], len(text)]
    half = _MAX_DATED // 2  # the newest stand at one end or the other
    places = (
        range(len(starts)) if len(starts) <= _MAX_DATED else [*range(half), *range(len(starts) - half, len(starts))]
    )
    kept = [places[place] for place in newest([_date(text, starts[place], ends[place]) for place in places])]
    tail = "" if kept[-1] == len(starts) - 1 else text[_end_of_last(text, starts[-1]) :]
    return text[: starts[0]] + "".join(text[starts[place] : ends[place]] for place in kept) + tail


def sound_xml(text: str) -> str:
    """The same document without its declaration, with no character or reference at which a parser would break off."""
    declaration = _DECLARATION.match(text)
    text = text[declaration.end() :] if declaration else text
    has_own_entities = "<!ENTITY" in text[:_HEAD]
    text = _REFERENCE.sub(_sound_figures if has_own_entities else _sound, text)
    if _HALVES.search(text):  # programs write emoji as two halves
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return _LINK_URI.sub(r"\1", _NO_LINK.sub("", _NO_CHARACTERS.sub("", text)))


def _decoded(fetched: Fetched) -> str:
    content = fetched.content
    for start, charset in ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be")):
        if content.startswith(start):
            return content.decode(charset, "replace")
    declared = _DECLARED.search(content[:_HEAD])
    claims = [fetched.charset, declared[1].decode() if declared else None]
    # UTF-8 was tried before any claim, and a claim that can be read in single bytes is not UTF-16.
    names = [None if (name or "").lower().startswith("utf") else known_charset(name or "") for name in claims]
    return decode(content, names[1] if names[1] and names[0] in _DEFAULTS else names[0])


def _date(text: str, start: int, end: int) -> datetime | None:
    date = _DATE.search(text, start, min(end, start + _DATE_WITHIN))
    return read_feed_date(date[1]) if date else None


def _end_of_last(text: str, start: int) -> int:
    """Where the last item ends and the document goes on: its closing tags."""
    closing = max(text.rfind(f"</{name}", start) for name in ("item>", "entry>"))
    return text.find(">", closing) + 1 if closing >= 0 else len(text)


def _sound(reference: re.Match[str]) -> str:
    decimal, hexadecimal, name = reference.groups()
    if decimal or hexadecimal:
        return _character(reference[0], int(decimal) if decimal else int(hexadecimal, 16))
    if name:
        character = "" if name in _OWN else html5.get(f"{name};", "")
        kept = reference[0] if name in _OWN else f"&amp;{name};"
        return character if character and character not in "<>&" else kept
    return "&amp;" if reference[0] == "&" else reference[0]


def _sound_figures(reference: re.Match[str]) -> str:
    return reference[0] if reference[3] else _sound(reference)


def _character(reference: str, number: int) -> str:
    if number > sys.maxunicode:
        return ""
    character = chr(number)
    if _HALVES.match(character):
        return character  # its other half may follow
    return "" if _NO_CHARACTERS.match(character) else reference
