"""The bytes of a list of feeds (OPML, or addresses a line each) -> FeedLinks, and FeedLinks -> OPML.

text | outlines with their attributes | folders and feeds

Most lists that people carry from reader to reader are not well-formed: titles hold bare quotes, ampersands and tags. An
XML parser that recovers drops feeds there, or parts of their addresses, so the outlines are read here by their own
marks. What is well-formed reads the same, and there are no entities to expand.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from retrieval.errors import NotAFeed
from retrieval.sources.charsets import decode
from retrieval.sources.prose import clean_line, storable
from retrieval.sources.types import FeedLink, Fetched
from retrieval.sources.urls import MAX_URL

MAX_FEEDS = 10_000  # a reader's whole life fits; more is an attack or an export of something else
MAX_NAME = 300  # characters of a title, or of a folder
MAX_DEPTH = 8  # folders inside folders; deeper ones are not named
_CLAIM = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)")
_LIST = re.compile(r"<(?:\w+:)?(?:opml|outline)\b", re.IGNORECASE)
_MARK = re.compile(r"<(/?)(?:\w+:)?(?:(outline)(?=[\s/>])|body\b|opml\b)", re.IGNORECASE)
_NAME = re.compile(r"(?<![\w:.-])([\w:.-]+)\s*=\s*([\"']?)")
# A quote ends a value where another attribute follows it, or nothing: titles hold quotes of their own.
_END = {quote: re.compile(rf"{quote}(?=\s*[\w:.-]+\s*=\s*[\"']|\s*$)") for quote in "\"'"}
_BARE = re.compile(r"[^\s\"<>]*")
# What follows "<outline" in XML as it should be.
_SOUND = re.compile(r"\s*(?:[\w:.-]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*')\s*)*/?>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|\w{2,31});")
_FEED_OF = re.compile(r"\Afeed:(?://)?(?=https?:)", re.IGNORECASE)  # feed:https://site.example/
_FEED = re.compile(r"\Afeed:(?://)?", re.IGNORECASE)  # feed://site.example/ has always meant http
_ADDRESS = re.compile(r"(?:feed:(?://)?)?https?://\S+|feed://\S+", re.IGNORECASE)
_AROUND = " \t-–—:;,.*•<>()[]|\"'"  # what people put between a name and an address
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Outline(NamedTuple):
    """One outline begins, or (`attributes` None) one ends."""

    attributes: dict[str, str] | None
    is_whole: bool = False  # it ends where it begins


def read_opml(fetched: Fetched) -> tuple[FeedLink, ...]:
    """Every feed in order, each address once, at most MAX_FEEDS. Raises NotAFeed ("not a list", "no feeds")."""
    claim = _CLAIM.search(fetched.content[:1000])
    text = storable(decode(fetched.content, fetched.charset or (claim[1].decode() if claim else None)))
    is_opml = _LIST.search(text) is not None
    links: dict[str, FeedLink] = {}
    for link in _feeds(text) if is_opml else _lines(text):
        links.setdefault(link.url, link)
        if len(links) == MAX_FEEDS:
            break
    if not links:
        raise NotAFeed(fetched.url, "no feeds" if is_opml else "not a list")
    return tuple(links.values())


def _feeds(text: str) -> Iterator[FeedLink]:
    outlines = list(_outlines(text))
    opened = sum(bool(outline.attributes is not None and not outline.is_whole) for outline in outlines)
    is_closed = opened <= sum(outline.attributes is None for outline in outlines)
    folders = [""]
    for attributes, is_whole in outlines:
        if attributes is None:
            del folders[max(1, len(folders) - 1) :]
            continue
        title = clean_line(attributes.get("text") or attributes.get("title", ""))[:MAX_NAME]
        address = attributes.get("xmlurl")
        if address and (url := _web_address(address)):
            yield FeedLink(url, title, folders[-1])
        if not is_whole and (is_closed or not address):  # where ends are missing, a feed holds nothing
            folders.append(folders[-1] if address else _inside(folders[-1], title))


def _outlines(text: str) -> Iterator[_Outline]:
    """In order. What is between two marks belongs to the first."""
    text = _without_comments(text)
    marks = list(_MARK.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=True):
        if mark[2] and mark[1]:
            yield _Outline(None)
        elif mark[2]:
            sound = _SOUND.match(text, mark.end(), end)
            tag = sound[0] if sound else text[mark.end() : end]
            inside = tag.rpartition(">")[0].rstrip()
            yield _Outline(_attributes(inside.removesuffix("/")), inside.endswith("/"))


def _attributes(inside: str) -> dict[str, str]:
    """Names in lower case, each as it is first given. `inside` is what stands between "<outline" and ">"."""
    found: dict[str, str] = {}
    at, quotes = 0, "\"'"
    while name := _NAME.search(inside, at):
        start = name.end()
        end = _END[name[2]].search(inside, start) if name[2] and name[2] in quotes else None
        if end is None:  # nor will any later one be found: looking again and again would take quadratic time
            quotes = quotes.replace(name[2] or " ", "")
        at = end.start() if end else _bare_end(inside, start)
        found.setdefault(name[1].lower(), _unescaped(inside[start:at]))
    return found


def _bare_end(inside: str, start: int) -> int:
    bare = _BARE.match(inside, start)
    return bare.end() if bare else start


def _without_comments(text: str) -> str:
    first, *others = text.split("<!--")
    return first + "".join(other.partition("-->")[2] or other for other in others)


def _unescaped(value: str) -> str:
    """Entities that end in ";" only: in "?page=1&copy=2" nobody meant a ©."""
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), value)


def _inside(folder: str, name: str) -> str:
    """The path of a folder in a folder."""
    return "/".join(_levels(f"{folder}/{name}")) if name and folder.count("/") < MAX_DEPTH - 1 else folder


def _levels(folder: str) -> list[str]:
    """The names of a folder and those around it, outermost first."""
    names = (clean_line(name)[:MAX_NAME] for name in folder.split("/"))
    return [name for name in names if name][:MAX_DEPTH]


def _web_address(address: str) -> str | None:
    """The address without white space around it, if it is one of the web."""
    bare = _BARE.match(address.strip())
    url = _FEED.sub("http://", _FEED_OF.sub("", bare[0].rstrip("'") if bare else ""))
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    is_web = parts.scheme in {"http", "https"} and parts.netloc and len(url) <= MAX_URL
    return parts.scheme + url[len(parts.scheme) :] if is_web else None


def _lines(text: str) -> Iterator[FeedLink]:
    """Of a text most of whose lines hold an address, with or without a name beside it: anything else is no list."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    addresses = [_ADDRESS.search(line) for line in lines]
    is_list = 2 * sum(address is not None for address in addresses) >= len(lines) and text.strip()[:1] not in "<{["
    for line, address in zip(lines, addresses, strict=True):
        if is_list and address and (url := _web_address(address[0].rstrip(_AROUND))):
            name = line[: address.start()].strip(_AROUND) or line[address.end() :].strip(_AROUND)
            yield FeedLink(url, clean_line(name)[:MAX_NAME])


def write_opml(links: Sequence[FeedLink], title: str, created: datetime) -> bytes:
    """OPML 2.0 (http://opml.org/spec2.opml). Folders stand where their first feed does; `created` is aware."""
    head = f"<title>{_escaped(title)}</title><dateCreated>{format_datetime(created)}</dateCreated>"
    body = "\n".join(_written([(_levels(link.folder), link) for link in links]))
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n<head>{head}</head>\n<body>\n{body}\n'
    return f"{document}</body>\n</opml>\n".encode()


def _written(links: Sequence[tuple[list[str], FeedLink]], depth: int = 0) -> Iterator[str]:
    """The outlines of links whose folders are the same down to `depth`."""
    folders: dict[str | None, list[tuple[list[str], FeedLink]]] = {}
    for names, link in links:
        folders.setdefault(names[depth] if len(names) > depth else None, []).append((names, link))
    for name, inside in folders.items():
        if name is None:
            yield from (_feed_outline(link) for _, link in inside)
        else:
            yield f'<outline text="{_escaped(name)}" title="{_escaped(name)}">'
            yield from _written(inside, depth + 1)
            yield "</outline>"


def _feed_outline(link: FeedLink) -> str:
    name = _escaped(link.title or link.url)
    return f'<outline type="rss" text="{name}" title="{name}" xmlUrl="{_escaped(link.url)}"/>'


def _escaped(value: str) -> str:
    return html.escape(_NO_XML.sub("", clean_line(value)))
