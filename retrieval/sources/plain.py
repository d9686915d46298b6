"""Plain text, with or without header lines such as "Title: ..." -> a Manuscript."""

from __future__ import annotations

import re

from retrieval.sources.lines import paragraphs_of
from retrieval.sources.manuscript import FIELD_OF, Manuscript, with_headers
from retrieval.sources.prose import ends_sentence

_HEADER = re.compile(r"\s*([^\W\d_]{2,15}):\s*(.*)")
_MAX_TITLE = 200  # characters
_MAX_TITLE_WORDS = 25
_WORD = re.compile(r"\w")


def read_plain(text: str) -> Manuscript:
    """Without a "Title:" line the first line is the title, if it reads like one."""
    headers, rest = split_headers(text)
    paragraphs = paragraphs_of(rest.expandtabs(4).split("\n"))
    title = None
    if "title" not in headers and len(paragraphs) > 1 and reads_like_title(paragraphs[0]):
        title, *paragraphs = paragraphs
    return with_headers(tuple(paragraphs), headers, title)


def split_headers(text: str) -> tuple[dict[str, str], str]:
    """The header lines at the very start, and what follows them. An unknown name ends the header."""
    lines = text.lstrip("\n").split("\n")
    headers: dict[str, str] = {}
    for number, line in enumerate(lines):
        found = _HEADER.fullmatch(line)
        field = FIELD_OF.get(found[1].lower()) if found else None
        if not (found and field):
            return headers, "\n".join(lines[number:])
        headers[field] = found[2].strip()
    return headers, ""


def reads_like_title(line: str) -> bool:
    """Short, with words in it, and no full stop at its end (a question or a shout may be a title)."""
    is_short = len(line) <= _MAX_TITLE and len(line.split()) <= _MAX_TITLE_WORDS
    is_open = not ends_sentence(line) or line.rstrip("\"'”’»)").endswith(("?", "!"))
    return is_short and is_open and bool(_WORD.search(line))
