"""A page's tree -> what it says of itself: heading, language, address, dates, picture, kind, linked data.

Linked data is JSON-LD with the words of schema.org. Pages write anything there; what has another form is passed over.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from retrieval.errors import AddressRefused
from retrieval.sources.dates import EARLIEST, read_date
from retrieval.sources.prose import clean, clean_line, storable
from retrieval.sources.urls import check_url

MAX_IMAGE = 2_000  # characters of a picture's address
_AHEAD = timedelta(days=1)  # clocks and zones are wrong by hours; more is an event's date, or a mistake
_MAX_NODES = 5_000  # of linked data; a live blog of a day has hundreds
_MAX_TITLES = 5  # headings of the first rank that may be the title
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_BREAK = re.compile(r"</?(?:p|br|div|li|h\d)\b[^<>]*>", re.IGNORECASE)
CANONICAL = ("//link[@rel='canonical']/@href", "//meta[@property='og:url']/@content")
_PICTURES = (
    "//meta[@property='og:image' or @property='og:image:secure_url' or @property='og:image:url']/@content",
    "//meta[@name='twitter:image' or @property='twitter:image' or @name='twitter:image:src']/@content",
)
_TIMES = (
    "//meta[@property='article:published_time']/@content",
    "//meta[@itemprop='datePublished' or @name='pubdate' or @name='date']/@content",
)
_TIMES_IN_TEXT = (
    "//*[@itemprop='datePublished']/@datetime",
    "//article//time/@datetime",
    "//*[@itemprop='datePublished']//text()",
    "//article//time//text()",
    "(//h1)[1]/following::time[1]/@datetime",
    "(//h1)[1]/following::time[1]//text()",
)
_JSON_TIME = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_SCRIPTS = "//script[@type='application/ld+json']/text()"
_ABOUT = ("@graph", "mainEntity", "mainEntityOfPage")
_MAX_TIMES = 3  # statements of one kind
_MAX_TIME = 60  # characters
_BODY = re.compile(r'"articleBody"\s*:')
_SUMMARIES = "//meta[@property='og:description' or @name='description']/@content"


@dataclass(frozen=True, slots=True)
class LivePost:
    """One contribution to a live blog."""

    headline: str
    text: str


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page's head and its linked data say more exactly than an extraction tells."""

    address: str  # where it was fetched
    title: str = ""  # of the window
    headings: tuple[str, ...] = ()  # of the first rank
    language: str | None = None
    canonical: str | None = None
    written: datetime | None = None
    image: str | None = None
    summaries: tuple[str, ...] = ()
    kind: str = ""  # og:type
    types: frozenset[str] = frozenset()  # of schema.org, as linked data names what the page is about
    is_free: bool | None = None
    body: str = ""  # the whole article in linked data
    posts: tuple[LivePost, ...] = ()

    @property
    def is_article(self) -> bool:
        """Whether the page claims to be one."""
        return self.kind == "article" or any(name.endswith(("Article", "Posting", "Review")) for name in self.types)


def find_facts(tree: Any, address: str, now: datetime) -> PageFacts:
    """`tree`: lxml, unchanged. `address`: what its relative links start from. Never raises for what a page says."""
    nodes = list(_linked_data(tree))
    return PageFacts(
        address=address,
        title=clean_line(" ".join(tree.xpath("(//title)[1]//text()"))),
        headings=tuple(_headings(tree)),
        language=next(iter(tree.xpath("//html/@lang")), None),
        canonical=next((link for path in CANONICAL for link in tree.xpath(path)), None),
        written=first_plausible((*_surest_times(tree, nodes), *_texts(tree, _TIMES_IN_TEXT)), now),
        image=next(_pictures(tree, nodes, address), None),
        summaries=tuple(clean_line(said) for said in tree.xpath(_SUMMARIES)),
        kind=next(iter(tree.xpath("//meta[@property='og:type']/@content")), "").strip().lower(),
        types=frozenset(name for node in nodes for name in _types(node)),
        is_free=next((free for node in nodes if (free := _truth(node.get("isAccessibleForFree"))) is not None), None),
        body=max((_text(node.get("articleBody")) for node in nodes), key=len, default=""),
        posts=tuple(post for node in nodes for post in _posts(node)),
    )


def first_plausible(times: Iterable[str], now: datetime) -> datetime | None:
    """The first that is a date at which an article on a page can have been published."""
    moments = (read_date(time) for time in times)
    return next((moment for moment in moments if moment and EARLIEST <= moment <= now + _AHEAD), None)


def hide_body(tree: Any) -> None:
    """Takes the article out of the linked data, from where extraction would take it, on one line, even if it is locked.

    Changes the tree.
    """
    for script in tree.xpath(_SCRIPTS.removesuffix("/text()")):
        script.text = _BODY.sub('"_body":', script.text or "")


def _surest_times(tree: Any, nodes: Sequence[dict[str, Any]]) -> Iterator[str]:
    """What the page says for machines. Linked data that cannot be parsed is still searched for its date."""
    yield from _texts(tree, _TIMES)
    yield from (time for node in nodes if isinstance(time := node.get("datePublished"), str))
    if not nodes:
        yield from (time for script in tree.xpath(_SCRIPTS) for time in _JSON_TIME.findall(script))


def _texts(tree: Any, paths: Sequence[str]) -> Iterator[str]:
    """Short texts at the paths, in their order."""
    return (str(text) for path in paths for text in tree.xpath(path)[:_MAX_TIMES] if len(text) <= _MAX_TIME)


def _headings(tree: Any) -> Iterator[str]:
    for heading in list(tree.iter("h1"))[:_MAX_TITLES]:
        if said := clean_line(heading.text_content()):
            yield said


def _pictures(tree: Any, nodes: Sequence[dict[str, Any]], address: str) -> Iterator[str]:
    """Addresses of its lead picture that can be asked for, the surest first."""
    said = [link for path in _PICTURES for link in tree.xpath(path)]
    said += [link for node in nodes for link in _links(node.get("image"))]
    return (picture for link in said if (picture := picture_at(link, address)))


def picture_at(link: str, address: str) -> str | None:
    """The absolute spelling of a picture's address; None for what is not on the public web (data:, far too long)."""
    link = storable(link).strip()
    try:
        picture = check_url(urljoin(address, link)) if link and len(link) <= MAX_IMAGE else None
    except (AddressRefused, ValueError):
        return None
    return picture.url if picture and len(picture.url) <= MAX_IMAGE else None


def _links(image: Any) -> Iterator[str]:
    """The addresses in an image of schema.org: a string, an ImageObject, or a list of these."""
    for one in image[:_MAX_TITLES] if isinstance(image, list) else [image]:
        link = one.get("url") or one.get("contentUrl") if isinstance(one, dict) else one
        if isinstance(link, str):
            yield link


def _linked_data(tree: Any) -> Iterator[dict[str, Any]]:
    """What the page is about: the roots, what a graph holds, and their main entities; no videos or posts within."""
    waiting: list[Any] = [_parsed(script) for script in reversed(tree.xpath(_SCRIPTS))]
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, list):
            waiting += reversed(node[:_MAX_NODES])
        elif isinstance(node, dict):
            yield node
            waiting += (node[name] for name in reversed(_ABOUT) if name in node)


def _parsed(script: str) -> Any:
    try:
        return json.loads(script, strict=False)
    except (ValueError, RecursionError):
        return None


def _types(node: dict[str, Any]) -> list[str]:
    said = node.get("@type")
    return [name for name in (said if isinstance(said, list) else [said]) if isinstance(name, str)]


def _truth(said: Any) -> bool | None:
    return {"true": True, "false": False}.get(str(said).strip().lower().rpartition("/")[2])


def _posts(node: dict[str, Any]) -> Iterator[LivePost]:
    updates = node.get("liveBlogUpdate")
    for update in updates if isinstance(updates, list) else []:
        if isinstance(update, dict) and (text := _text(update.get("articleBody"))):
            yield LivePost(clean_line(_text(update.get("headline"))), text)


def _text(said: Any) -> str:
    """Text of linked data, paragraphs on lines of their own; some pages put markup into it."""
    if not isinstance(said, str):
        return ""
    return clean(html.unescape(_TAG.sub("", _BREAK.sub("\n", said))))
