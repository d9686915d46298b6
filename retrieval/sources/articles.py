"""Bytes of a page or a file (HTML, PDF, Word, EPUB, Markdown, text) -> a clean Article, publishers' furniture gone.

    Fetched | Manuscript | clean | strip_furniture | Article

The text is cleaned here, once; nothing touches it afterwards, since offsets count its characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from urllib.parse import urljoin, urlsplit

import tld

from retrieval.errors import NoArticle, UnreadableFile, UnsupportedFile
from retrieval.sources import cues
from retrieval.sources.archives import READABLE
from retrieval.sources.charsets import decode
from retrieval.sources.epub import read_epub
from retrieval.sources.furniture import strip_furniture
from retrieval.sources.html_page import read_html
from retrieval.sources.manuscript import Manuscript
from retrieval.sources.markdown import read_markdown
from retrieval.sources.page_facts import picture_at
from retrieval.sources.pdf import read_pdf
from retrieval.sources.plain import read_plain
from retrieval.sources.prose import clean_line, clean_paragraphs, ends_sentence, storable
from retrieval.sources.types import Fetched
from retrieval.sources.urls import canonical, is_web
from retrieval.sources.word import read_docx
from retrieval.text.languages import detect
from retrieval.types import Article

MIN_TEXT = 80  # characters: less is a caption, a notice of consent or a locked door, not an article
MIN_ENTRY = 25  # of a feed's own words: less is "Comments" or "Read on"
MAX_TEXT = 1_000_000  # characters: a long novel; more is a dump, and takes minutes to cut and embed
MAX_TITLE = 300  # characters
_MAX_LEAD_IN = 120  # characters of a line that may stand above the title: the outlet, the date, the section
_OPENING = 5  # paragraphs among which the title may stand once more
_MAX_TITLE_LINES = 3
_EDGE = 3  # paragraphs at either end where authors are presented
_MAX_DESK = 30  # characters before the name: "The Herald's "
_DOORS = frozenset({"www", "amp", "m", "mobile", "wap", "touch", "lite", "light", "text", "pda"})  # to the same pages
_NATIONAL = re.compile(r"(?:ac|co|com|edu|gov|gob|go|ne|net|or|org)\.[a-z]{2}")
_SENTENCE = re.compile(r".+?[.!?…](?=\s|$)")
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_].*)?", re.IGNORECASE)


def read_article(fetched: Fetched, article_id: str) -> Article:
    """Raises NoArticle ("no text", "too short", "too large"), UnreadableFile ("empty", "broken", "locked"),
    UnsupportedFile."""
    return _read(fetched, article_id, MIN_TEXT)


def read_entry(fetched: Fetched, article_id: str) -> Article:
    """What a feed itself holds of an item: a channel's post of one sentence is all there is of it. Raises as
    `read_article` does.
    """
    return _read(fetched, article_id, MIN_ENTRY)


def _read(fetched: Fetched, article_id: str, least: int) -> Article:
    if not fetched.content.strip():
        raise UnreadableFile(fetched.url, "empty")
    article = compose(_reader(fetched)(fetched), fetched.url, article_id)
    if len(article.text) < least:
        raise NoArticle(fetched.url, "too short")
    return article


def compose(manuscript: Manuscript, address: str, article_id: str) -> Article:
    """A clean Article, however short. `address` is where it came from: a URL or a path.

    Raises NoArticle ("no text", "too large").
    """
    if len("\n".join(manuscript.paragraphs)) > MAX_TEXT:
        raise NoArticle(address, "too large")
    title, source, author = (
        clean_line(said or "") for said in (manuscript.title, manuscript.source, manuscript.author)
    )
    paragraphs = _without_masthead(clean_paragraphs(manuscript.paragraphs), title, (source, author))
    text = "\n\n".join(strip_furniture(_without_biography(paragraphs, author)))
    if not text:
        raise NoArticle(address, "no text")
    url = _address(manuscript.url, address)
    return Article(
        id=article_id,
        title=(title or _first_words(text))[:MAX_TITLE],
        text=text,
        language=_language(manuscript.language, text),
        url=url,
        source=source or (_host(url) if url else None),
        author=author.removesuffix(f", {source}") or None,
        published=manuscript.published,
        image=picture_at(manuscript.image or "", url or ""),
    )


def _reader(fetched: Fetched) -> Callable[[Fetched], Manuscript]:
    """By the media type; servers that say nothing useful are judged by the first bytes."""
    reader = _READERS.get(fetched.media_type)
    start = fetched.content[:1024].lstrip().lower()
    if start.startswith(b"%pdf-"):
        return _READERS["application/pdf"]
    if reader is None and start.startswith((b"<!doctype html", b"<html")):
        return read_html
    if reader is None:
        raise UnsupportedFile(fetched.url, fetched.media_type or "no media type")
    return reader


def _read_pdf(fetched: Fetched) -> Manuscript:
    if not fetched.content[:1024].lstrip().startswith(b"%PDF-"):
        raise UnreadableFile(fetched.url, "broken")
    return read_pdf(fetched.content, fetched.url)


def _read_markdown(fetched: Fetched) -> Manuscript:
    return read_markdown(decode(fetched.content, fetched.charset))


def _read_plain(fetched: Fetched) -> Manuscript:
    return read_plain(decode(fetched.content, fetched.charset))


def _read_docx(fetched: Fetched) -> Manuscript:
    return read_docx(fetched.content, fetched.url)


def _read_epub(fetched: Fetched) -> Manuscript:
    return read_epub(fetched.content, fetched.url)


_READERS: dict[str, Callable[[Fetched], Manuscript]] = {
    "text/html": read_html,
    "application/xhtml+xml": read_html,
    "application/pdf": _read_pdf,
    "text/markdown": _read_markdown,
    "text/x-markdown": _read_markdown,
    "text/plain": _read_plain,
    READABLE[".docx"]: _read_docx,
    READABLE[".epub"]: _read_epub,
}


def _without_masthead(paragraphs: Sequence[str], title: str, names: Sequence[str]) -> list[str]:
    """Without the title, if it stands in the text too, what stands above it, and the bare names right below it."""
    spoken = {_key(name) for name in names if name}
    start = _below_title(paragraphs, _key(title))
    while start < len(paragraphs) and _key(paragraphs[start]) in spoken:
        start += 1
    return list(paragraphs[start:])


def _without_biography(paragraphs: Sequence[str], author: str) -> list[str]:
    """Without the lines at either end that present those who wrote it."""
    names = [name for name in re.split(r",\s+", author) if " " in name]
    present = [any(_presents(line, name) for name in names) for line in paragraphs]
    edges = {*range(_EDGE), *range(len(paragraphs) - _EDGE, len(paragraphs))}
    return [line for number, line in enumerate(paragraphs) if not (present[number] and number in edges)]


def _presents(line: str, name: str) -> bool:
    rest = line.partition(name)[2] if line.find(name, 0, _MAX_LEAD_IN) >= 0 else ""
    is_first = line.index(name) <= len("Our ") + _MAX_DESK if rest else False
    return is_first and cues.BIOGRAPHY.match(rest.lower().replace("ё", "е")) is not None


def _below_title(paragraphs: Sequence[str], title: str) -> int:
    """Where the text begins: a title may be broken into several lines, and short lines may stand above it."""
    for first, paragraph in enumerate(paragraphs[:_OPENING]):
        for last in range(first + 1, first + 1 + _MAX_TITLE_LINES):
            if title and _key(" ".join(paragraphs[first:last])) == title:
                return last
        if len(paragraph) > _MAX_LEAD_IN or ends_sentence(paragraph):
            break
    return 0


def _key(line: str) -> str:
    return re.sub(r"\W+", " ", line.casefold()).strip()


def _first_words(text: str) -> str:
    """A title for what has none: the first sentence, cut between words."""
    line = text.split("\n", 1)[0]
    found = _SENTENCE.match(line)
    words = (found[0] if found else line).rstrip(".")
    return words if len(words) <= 100 else words[:100].rsplit(" ", 1)[0].rstrip(",;: ") + "…"


def _address(declared: str | None, address: str) -> str | None:
    """A page may name its better spelling, but only on its own site; a file may name any address."""
    is_page = is_web(address)
    try:
        named = urljoin(address if is_page else "", storable(declared or "").strip())
        is_link = is_web(named) and _host(named) is not None
        is_better = is_link and (not is_page or _same_page(named, address))
    except ValueError:  # a spelling that no parser takes: "http://[..."
        is_better = False
    if is_better:
        return canonical(named)
    return canonical(address) if is_page else None


def _same_page(named: str, address: str) -> bool:
    """The same site, and not its front page, which careless templates name for every page."""
    is_front = urlsplit(named).path in ("", "/") and urlsplit(address).path not in ("", "/")
    return same_site(_host(named) or "", _host(address) or "") and not is_front


def same_site(one: str, other: str) -> bool:
    """Whether two hosts are doors to one site: amp.coast.test and www.coast.test, or a site and a part of it.

    Two parts of one site may belong to two people, and so may all that stands below a public suffix.
    """
    short, long = sorted((_without_door(one), _without_door(other)), key=len)
    return short == long or (long.endswith(f".{short}") and not _is_suffix(short))


def _without_door(host: str) -> str:
    door, _, rest = host.partition(".")
    return rest if door in _DOORS and not _is_suffix(rest) else host


def _is_suffix(name: str) -> bool:
    """Whether anyone may own a name below it: "co.uk", "github.io"."""
    if "." not in name or _NATIONAL.fullmatch(name):
        return True
    known = tld.get_fld(f"https://owner.{name}", fail_silently=True, search_private=True)
    return known == f"owner.{name}"


def _host(url: str) -> str | None:
    return (urlsplit(url).hostname or "").removeprefix("www.") or None


def _language(declared: str | None, text: str) -> str:
    found = _LANGUAGE.fullmatch((declared or "").strip())
    return found[1].lower() if found else detect(text)
