"""An HTML page -> a Manuscript: the article's paragraphs without what stands around them.

The extraction is trafilatura's. A feed's summary is a fragment without a page around it, and is taken as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from retrieval.sources.charsets import charset_in_page, decode
from retrieval.sources.dates import read_date
from retrieval.sources.manuscript import Manuscript
from retrieval.sources.prose import clean_line
from retrieval.sources.types import Fetched

_LONG_ENOUGH = 200  # characters from which a detector is surer than a page's own claim, often that of a template
_PAGE = re.compile(r"<(?:html|head|body|!doctype)\b", re.IGNORECASE)
_HEAD = 4096  # characters in which a page shows that it is one
_TIMES = (
    "//meta[@property='article:published_time']/@content",
    "//meta[@itemprop='datePublished' or @name='pubdate' or @name='date']/@content",
    "//*[@itemprop='datePublished']/@datetime",
    "//article//time/@datetime",
)
_ADDRESSES = ("//link[@rel='canonical']/@href", "//meta[@property='og:url']/@content")
_JSON_TIME = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_DIVIDER = re.compile(r"\s+[|–—·»-]\s+")
_BULLET = re.compile(r"^[-•]\s+")
_NOT_A_NAME = re.compile(r"\bhttps?\b|\bwww\b|\.\w{2,4}$|@|^staff$", re.IGNORECASE)
_BLOCKS = "article aside blockquote br div dd dt h1 h2 h3 h4 h5 h6 hr li ol p pre section table td th tr ul"
_SILENT = ("script", "style", "noscript", "template", "figure", "iframe", "button", "form")


class _Facts(NamedTuple):
    """What a page's head says more exactly than the extraction tells."""

    heading: str
    language: str | None
    address: str | None
    written: datetime | None


def read_html(fetched: Fetched) -> Manuscript:
    """No paragraphs if there is no article in the page."""
    import trafilatura  # takes a noticeable part of a second to import, and only pages need it

    html = decode(fetched.content, fetched.charset or charset_in_page(fetched.content))
    tree = trafilatura.load_html(html)
    if tree is None:
        return Manuscript(())
    if not _PAGE.search(html[:_HEAD]):
        return Manuscript(tuple(_lines_of_fragment(tree)))
    known = _facts(tree)  # before the extraction, which takes the tree apart
    found = trafilatura.bare_extraction(
        tree, include_comments=False, include_tables=False, with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )  # fmt: skip
    return _manuscript(found, known) if found else Manuscript(())


def _facts(tree: Any) -> _Facts:
    return _Facts(
        heading=_only_heading(tree),
        language=next(iter(tree.xpath("//html/@lang")), None),
        address=next((address for path in _ADDRESSES for address in tree.xpath(path)), None),
        written=next(_written(tree), None),
    )


def _manuscript(found: Any, known: _Facts) -> Manuscript:
    text = found.text or ""
    return Manuscript(
        paragraphs=tuple(_BULLET.sub("", line) for line in text.split("\n")),
        title=_own_title(found.title or known.heading, known.heading, (found.sitename, found.hostname)),
        source=found.sitename,
        author=_names(found.author),
        published=known.written or read_date(found.date or ""),
        url=known.address,
        language=known.language if len(text) < _LONG_ENOUGH else None,
    )


def _written(tree: Any) -> Iterator[Any]:
    """The moments at which the page says it was published, the surest first."""
    spoken = [time for path in _TIMES[:2] for time in tree.xpath(path)]
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        spoken += _JSON_TIME.findall(script)
    spoken += [time for path in _TIMES[2:] for time in tree.xpath(path)]
    return (moment for time in spoken if (moment := read_date(time)))


def _only_heading(tree: Any) -> str:
    headings = [clean_line(heading.text_content()) for heading in tree.iter("h1")]
    return headings[0] if len(headings) == 1 else ""


def _own_title(title: str, heading: str, sites: Sequence[str | None]) -> str | None:
    """The title without the site's name behind it: the heading says where the title ends, else the name itself."""
    title = clean_line(title)
    if heading and title.casefold().startswith(heading.casefold()):
        return heading
    dividers = list(_DIVIDER.finditer(title))
    ends = [divider.start() for divider in dividers[1:]] + [len(title)]
    for divider, end in zip(dividers, ends, strict=False):
        if _squeezed(title[divider.end() : end]) in {_squeezed(site) for site in sites if site}:
            return title[: divider.start()]
    return title or None


def _squeezed(name: str) -> str:
    """ "The Harbour Post" and "www.theharbourpost.com" in one spelling."""
    name = re.sub(r"^www\.|(?:\.[a-z]{2,3}){1,2}$", "", name.casefold())
    return re.sub(r"\W|^the", "", name)


def _names(author: str | None) -> str | None:
    """ "A; B" -> "A, B", without the addresses that pages put among the names."""
    names = [name.strip() for name in (author or "").split(";")]
    return ", ".join(name for name in names if name and not _NOT_A_NAME.search(name)) or None


def _lines_of_fragment(tree: Any) -> Iterator[str]:
    for element in list(tree.iter(*_SILENT)):
        element.drop_tree()
    for element in tree.iter(*_BLOCKS.split()):
        element.text = "\n" + (element.text or "")
        element.tail = "\n" + (element.tail or "")
    for line in tree.text_content().split("\n"):
        yield _BULLET.sub("", line.strip())
