"""The public preview of a Telegram channel (https://t.me/s/NAME) -> its posts as a feed, newest first.

Posts without words (pictures, films, stickers alone) and notices of the service are left out: they tell nothing that
could be cited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lxml import etree

from retrieval.sources.dates import read_date
from retrieval.sources.discovery import load_page
from retrieval.sources.prose import clean, clean_line
from retrieval.sources.types import Entry, Fetched, ParsedFeed
from retrieval.sources.urls import linked_address

MAX_POSTS = 200  # a preview shows twenty
MAX_HEADLINE = 100  # characters
_MAX_TITLE = 300  # characters
_MAX_HTML = 50_000  # characters; a post holds 4,096 at most
_POST = re.compile(r"([A-Za-z]\w{3,31})/(\d{1,12})", re.ASCII)
_LETTER = re.compile(r"[^\W\d_]")
_ADDRESS = re.compile(r"https?://\S+|[#@]\w+")
_SENTENCE = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)")
# What of a post's markup says something; the rest goes, its words stay.
_KEPT = frozenset({"a", "b", "strong", "i", "em", "u", "s", "del", "code", "pre", "blockquote", "br", "p"})
_LINES = frozenset({"br", "p", "pre", "blockquote"})  # that stand on lines of their own
_SILENT = frozenset({"script", "style", "iframe", "object", "template", "noscript", "svg"})


def read_channel(fetched: Fetched, now: datetime) -> ParsedFeed | None:
    """A post's identity is its address. Dates in the future become `now`. None when the page is no such preview."""
    page = load_page(fetched)
    if page is None:
        return None
    posts = [post for post in page.iter("div") if "tgme_widget_message" in _classes(post) and post.get("data-post")]
    posts = posts[-MAX_POSTS:]  # the newest are at the end
    heading = next(_within(page, "tgme_channel_info_header_title"), None)
    if not posts and heading is None:
        return None
    found = {int(number): entry for post in posts for number, entry in _entries(post, fetched.url, now)}
    newest = tuple(found[number] for number in sorted(found, reverse=True))
    channel = newest[0].identity.rpartition("/")[0] if newest else None
    return ParsedFeed(_title(page, heading) or channel or fetched.url, channel, newest)


def _title(page: Any, heading: Any) -> str:
    said = clean_line("".join(heading.itertext())) if heading is not None else ""
    metas = (meta.get("content", "") for meta in page.iter("meta") if meta.get("property") == "og:title")
    return (said or clean_line(next(metas, "")))[:_MAX_TITLE]


def _entries(post: Any, base: str, now: datetime) -> Iterator[tuple[str, Entry]]:
    """One, under its number; none for a post without words."""
    known = _POST.fullmatch(post.get("data-post", ""))
    text = next((text for text in _within(post, "tgme_widget_message_text") if not _is_quoted(text)), None)
    if known is None or text is None or "service_message" in _classes(post):
        return
    body, words = _body(text, base)[:_MAX_HTML], _words(text)
    if words:
        url = f"https://t.me/{known[1]}/{known[2]}"
        yield known[2], Entry(url, _headline(words), url, _moment(post, now), body)


def _moment(post: Any, now: datetime) -> datetime | None:
    """Films have a time of their own, how long they last, without a moment."""
    told = (read_date(time.get("datetime")) for time in post.iter("time") if time.get("datetime"))
    moment = next((moment for moment in told if moment), None)
    return min(moment, now) if moment else None


def _headline(words: str) -> str:
    """The first line that says something, or as much of it as fits: whole sentences, else whole words."""
    lines = [line for line in words.split("\n") if _LETTER.search(_ADDRESS.sub("", line))]
    line = clean_line(lines[0] if lines else words)
    if len(line) <= MAX_HEADLINE:
        return line
    ends = [sentence.end() for sentence in _SENTENCE.finditer(line, 0, MAX_HEADLINE + 1)]
    if ends:
        return line[: ends[0] if ends[0] > 20 else ends[-1]]
    return line[: MAX_HEADLINE - 1].rsplit(" ", 1)[0] + "…"


def _classes(element: Any) -> list[str]:
    return str(element.get("class", "")).split()


def _within(element: Any, name: str) -> Iterator[Any]:
    return (inner for inner in element.iter() if name in _classes(inner))


def _is_quoted(text: Any) -> bool:
    """Whether it is a piece of the post that this one replies to."""
    return any("tgme_widget_message_reply" in _classes(outer) for outer in text.iterancestors("a", "div"))


def _body(text: Any, base: str) -> str:
    """The post's markup with nothing but words, their form, and links. Takes what it leaves out from the page."""
    etree.strip_elements(text, *_SILENT, with_tail=False)
    for element in text.iterdescendants():
        link = element.get("href", "").replace("&amp;", "&")  # Telegram escapes some of them twice
        url = linked_address(base, link) if element.tag == "a" else None
        is_picture = "emoji" in _classes(element)  # <i> around a sign in <b>
        if is_picture:
            etree.strip_tags(element, "*")
        if is_picture or element.tag not in _KEPT:
            element.tag = "span"
        element.attrib.clear()
        if url:
            element.set("href", url)
    etree.strip_tags(text, "span")
    whole = etree.tostring(text, method="html", encoding="unicode", with_tail=False)
    return str(whole).partition(">")[2].rpartition("</")[0]


def _words(text: Any) -> str:
    """The post's words in lines."""
    pieces = [text.text or ""]
    for event, element in etree.iterwalk(text, events=("start", "end")):
        if element is not text:
            is_line = element.tag in _LINES and (event == "start" or element.tag != "br")
            pieces += ["\n" if is_line else "", (element.text if event == "start" else element.tail) or ""]
    return clean("".join(pieces))
