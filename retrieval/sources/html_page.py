"""An HTML page -> a Manuscript: the article's paragraphs without what stands around them.

    bytes | text | tree | facts, asides gone | paragraphs | a wall? | Manuscript

The extraction is trafilatura's; linked data fills in what it missed. A feed's summary is a fragment without a page
around it, and is taken as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from retrieval.errors import NoArticle
from retrieval.sources.asides import count_headlines, drop_asides
from retrieval.sources.charsets import charset_in_page, decode
from retrieval.sources.furniture import strip_furniture
from retrieval.sources.manuscript import Manuscript
from retrieval.sources.page_facts import CANONICAL, LivePost, PageFacts, find_facts, first_plausible, hide_body
from retrieval.sources.prose import clean_line, clean_paragraphs
from retrieval.sources.types import Fetched
from retrieval.sources.urls import is_web
from retrieval.sources.walls import PageShape, find_wall

_LONG_ENOUGH = 200  # characters from which a detector is surer than a page's own claim, often that of a template
_PAGE = re.compile(r"<(?:html|head|body|!doctype)\b", re.IGNORECASE)
_HEAD = 4096  # characters in which a page shows that it is one
_DIVIDER = re.compile(r"\s+[|–—·»-]\s+")
# What XML has no place for, written out or as a reference: the parser gives it out and does not take it back.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
    "|&#0*(?:[1-8]|1[124-9]|2[0-9]|3[01]|6553[45])(?![0-9]);?"
    "|&#[xX]0*(?:[1-8bBcCeEfF]|1[0-9a-fA-F]|[fF]{3}[eEfF])(?![0-9a-fA-F]);?"
)
_BULLET = re.compile(r"^[-•]\s+")
_NOT_A_NAME = re.compile(r"\bhttps?\b|\bwww\b|\.\w{2,4}$|@|^staff$", re.IGNORECASE)
_BLOCKS = "article aside blockquote br button div dd dt h1 h2 h3 h4 h5 h6 hr li ol p pre section table td th tr ul"
_SILENT = ("script", "style", "noscript", "template", "figure", "iframe", "button", "form")
_UNSEEN = ("script", "style", "template", "iframe", "svg", "nav", "footer", "aside", "select")
_HIDDEN = "//body//*[@hidden or @aria-hidden='true' or contains(translate(@style, ' ', ''), 'display:none')]"
_MAX_LINES = 400  # that can be seen: by these a wall is told
_OPENING = 5  # lines among which the heading may stand once more
_SUMMARY = (40, 500)  # characters of a page's summary that is shown above its article
_MISSED = 2.0  # times as long as what was extracted: then linked data has the article, and the page only its opening


def read_html(fetched: Fetched) -> Manuscript:
    """No paragraphs if there is no article in the page. Raises NoArticle for a page that is none: a wall's name."""
    import trafilatura  # takes a noticeable part of a second to import, and only pages need it

    html = _CONTROLS.sub("", decode(fetched.content, fetched.charset or charset_in_page(fetched.content)))
    tree = trafilatura.load_html(html)
    if tree is None:
        return Manuscript(())
    if not _PAGE.search(html[:_HEAD]):
        return Manuscript(tuple(_lines_of(tree, _SILENT)))
    return _read_page(tree, fetched.url, datetime.now(UTC))


def _read_page(tree: Any, address: str, now: datetime) -> Manuscript:
    import trafilatura  # as above

    place = _place(tree, address)
    facts = find_facts(tree, place, now)
    headlines = count_headlines(tree, place)
    drop_asides(tree, place)
    hide_body(tree)
    seen = _lines_seen(tree)
    found = trafilatura.bare_extraction(
        tree, include_comments=False, include_tables=False, with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )  # fmt: skip
    lines = _paragraphs((found.text or "").split("\n") if found else [], facts, seen)
    wall = find_wall(facts, PageShape(tuple(seen), tuple(strip_furniture(lines)), headlines))
    if wall:
        raise NoArticle(address, wall)
    return _manuscript(found, facts, lines, now) if found or lines else Manuscript(())


def _place(tree: Any, address: str) -> str:
    """Where the page is from: a saved one tells it in its head, and its links lead there."""
    named = (link.strip() for path in CANONICAL for link in tree.xpath(path))
    return address if is_web(address) else next(filter(is_web, named), address)


def _manuscript(found: Any, facts: PageFacts, lines: Sequence[str], now: datetime) -> Manuscript:
    heading = facts.headings[0] if len(facts.headings) == 1 else ""
    title, source = (found.title, found.sitename) if found else (facts.title, None)
    return Manuscript(
        paragraphs=tuple(lines),
        title=_own_title(title or heading, heading, (source, found.hostname if found else None)),
        source=source,
        author=_names(found.author if found else None),
        published=facts.written or first_plausible([found.date or ""] if found else [], now),
        url=facts.canonical,
        language=facts.language if sum(map(len, lines)) < _LONG_ENOUGH else None,
        image=facts.image,
    )


def _paragraphs(extracted: Sequence[str], facts: PageFacts, seen: Sequence[str]) -> list[str]:
    """What was extracted, cleaned, with what the page shows or says of the article besides."""
    lines = clean_paragraphs(_BULLET.sub("", line) for line in extracted)
    if facts.is_free is not False and len(facts.body) > _MISSED * sum(map(len, lines)):
        lines = clean_paragraphs(facts.body.split("\n"))
    lines = _with_posts(lines, facts.posts)
    titles = {_letters(heading) for heading in facts.headings}
    opening = [line for line in lines[:_OPENING] if _letters(line) not in titles]
    return _with_summary([*opening, *lines[_OPENING:]], facts.summaries, seen)


def _with_summary(lines: list[str], summaries: Sequence[str], seen: Sequence[str]) -> list[str]:
    """With the summary that stands above the article for all to see, which extraction takes for a heading."""
    shown = {_letters(line): line for line in seen}
    told = _letters(" ".join(lines))
    for summary in summaries:
        line = shown.get(_letters(summary), "")
        if lines and _SUMMARY[0] <= len(line) <= _SUMMARY[1] and _letters(line) not in told:
            return [line, *lines]
    return lines


def _with_posts(lines: list[str], posts: Sequence[LivePost]) -> list[str]:
    """A live blog: what stands above its posts, then each with its headline, as linked data has them in full."""
    if not posts:
        return lines
    live = clean_paragraphs(line for post in posts for line in (post.headline, *post.text.split("\n")))
    told = {_letters(line) for line in live}
    all_told = " ".join(told)  # linked data may have a post's paragraphs on one line
    own = [key in told or (len(key) >= _SUMMARY[0] and key in all_told) for key in map(_letters, lines)]
    start = own.index(True) if True in own else len(lines)
    rest = [line for line, is_post in zip(lines[start:], own[start:], strict=True) if not is_post]
    return [*lines[:start], *live, *rest]


def _letters(line: str) -> str:
    return re.sub(r"\W", "", line.casefold())


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


def _lines_of(tree: Any, silent: Sequence[str]) -> Iterator[str]:
    """Its text, a line for each block, without the silent elements. Changes the tree."""
    for element in list(tree.iter(*silent)):
        if element.getparent() is not None:
            element.drop_tree()
    for element in tree.iter(*_BLOCKS.split()):
        element.text = "\n" + (element.text or "")
        element.tail = "\n" + (element.tail or "")
    for line in tree.text_content().split("\n"):
        yield _BULLET.sub("", line.strip())


def _lines_seen(tree: Any) -> list[str]:
    """The page's lines without menus and footers: the first and the last ones. The tree stays as it is."""
    tree = deepcopy(tree)
    for element in tree.xpath(_HIDDEN):
        if element.getparent() is not None:
            element.drop_tree()
    seen = clean_paragraphs(_lines_of(tree, _UNSEEN))
    return seen if len(seen) <= _MAX_LINES else [*seen[: _MAX_LINES // 2], *seen[-_MAX_LINES // 2 :]]
