"""A page's tree -> the same without what stands amid an article and is not of it: cards, promoted links, captions.

A card leads to another page of the same site: its heading is one link, and little stands below it.
"""

from __future__ import annotations

from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

_CARD = 450  # characters: a heading, a teaser, a name and a date
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_BOXES = frozenset({"article", "aside", "div", "li", "section", "ul", "ol"})
_MAX_PARAGRAPHS_AS_LINKS = 0.3  # of a page's text in paragraphs: where it is more, its author writes so
_HEADLINE = 4  # words
_BESIDE = 10  # characters beside the link: an arrow, a number
_MAX_CLIMB = 8  # boxes around a heading; deeper nesting is a layout, not a card


def drop_asides(tree: Any, address: str) -> int:
    """Changes the tree, which is at `address`. Returns how many cards there were."""
    for caption in list(tree.iter("figcaption")):
        caption.drop_tree()
    cards = [box for heading in list(tree.iter(*_HEADINGS)) if (box := _card(heading, address)) is not None]
    for card in cards:
        if card.getparent() is not None:
            card.drop_tree()
    _drop_promoted(tree, address)
    return len(cards)


def count_headlines(tree: Any, address: str) -> int:
    """How many other pages of the site it leads to in the words of headlines."""
    links = (link for link in tree.iter("a") if len(_said(link).split()) >= _HEADLINE)
    return len({link.get("href") for link in links if is_elsewhere(link.get("href") or "", address)})


def _card(heading: Any, address: str) -> Any | None:
    """The largest box around the heading that is short enough for a card."""
    if not _is_link_elsewhere(heading, address):
        return None
    box = None
    for around in islice(heading.iterancestors(), _MAX_CLIMB):
        if around.tag not in _BOXES or not _is_short(around) or next(around.iter("h1"), None) is not None:
            break
        box = around
    return box


def _drop_promoted(tree: Any, address: str) -> None:
    """Paragraphs that are one link each: "READ THE FULL STORY OF THE PIER"."""
    paragraphs = list(tree.iter("p"))
    promoted = [paragraph for paragraph in paragraphs if _is_link_elsewhere(paragraph, address)]
    said = sum(len(_said(paragraph)) for paragraph in paragraphs)
    if sum(len(_said(paragraph)) for paragraph in promoted) <= _MAX_PARAGRAPHS_AS_LINKS * said:
        for paragraph in promoted:
            paragraph.drop_tree()


def _is_link_elsewhere(element: Any, address: str) -> bool:
    """Whether its words are one link to another page of this site."""
    links = [link for link in element.iter("a") if link.get("href")]
    if len(links) != 1 or not _said(links[0]):
        return False
    rest = _said(element).replace(_said(links[0]), "")  # which is often there twice, once for screen readers
    return len(rest) <= _BESIDE and is_elsewhere(links[0].get("href"), address)


def is_elsewhere(link: str, address: str) -> bool:
    """Whether it leads to another page of the site."""
    try:
        there, here = urlsplit(urljoin(address, link)), urlsplit(address)
    except ValueError:
        return False
    return there.hostname == here.hostname and there.path != here.path


def _is_short(element: Any) -> bool:
    """Whether its words are few enough for a card. Stops at the first too many."""
    left = _CARD
    for text in element.itertext():
        left -= len(text.strip())
        if left < 0:
            return False
    return True


def _said(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())
