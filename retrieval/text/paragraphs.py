"""A text -> its paragraphs, as spans: an empty line always parts them, a single line break only where it was meant.

Hard-wrapped lines go on: a line was broken on purpose only if the next word would still have fitted beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from retrieval.types import Span

_BREAKS = r"\n\r\v\f\x85\u2028\u2029"
_LINE = re.compile(rf"[^{_BREAKS}]+")
_BREAK = re.compile(rf"\r\n|[{_BREAKS}]")
_ITEM = re.compile(
    r"[•⁃‣◦▪●■*#-]+\s+\S|[•⁃‣◦▪●■]|\(?(?:\d{1,3}(?:\.\d{1,3})*[.)]+|[a-zа-я]\))\s|[–—]\s*(?!\s)[\W\dA-ZА-ЯЁ]"
)
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*\Z")

WIDEST_WRAP = (
    140  # longer lines are whole paragraphs: mail wraps at 72, code and typewriters at 80, wide PDFs below 140
)
NARROWEST_WRAP = 40  # a shorter line that leads to a capital is a heading, a byline, a verse
RAGGED = 0.85  # PDF lines are even in millimetres, not in characters: this share of the widest line counts as full


def paragraphs(text: str) -> Iterator[Span]:
    """In order and disjoint, without surrounding whitespace, covering every character that is not whitespace."""
    for lines in _groups(text):
        width = max(line.end - line.start for line in lines)
        start = lines[0].start
        for line, following in pairwise(lines):
            if _parts(text, line, following, width):
                yield Span(start, line.end)
                start = following.start
        yield Span(start, lines[-1].end)


def _groups(text: str) -> Iterator[list[Span]]:
    """Runs of lines with no empty line between them."""
    group: list[Span] = []
    for line in _lines(text):
        if group and len(_BREAK.findall(text, group[-1].end, line.start)) > 1:
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _lines(text: str) -> Iterator[Span]:
    """Lines that are not blank, stripped."""
    for match in _LINE.finditer(text):
        start, end = stripped(text, match.start(), match.end())
        if start < end:
            yield Span(start, end)


def _parts(text: str, line: Span, following: Span, width: int) -> bool:
    """Whether the break between two neighbouring lines was meant."""
    length = line.end - line.start
    if length > WIDEST_WRAP or _ITEM.match(text, following.start, following.end):
        return True
    next_word = text[following.start : min(following.end, following.start + WIDEST_WRAP)].split(None, 1)[0]
    if length + 1 + len(next_word) < RAGGED * width:
        return True
    if length >= NARROWEST_WRAP:
        return False  # full: whether a sentence ends here is seen as everywhere else
    return not text[following.start].islower() or bool(_SENTENCE_END.search(text, line.start, line.end))


def stripped(text: str, start: int, end: int) -> Span:
    """The span without whitespace at its ends; empty if there is nothing else in it."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return Span(start, max(start, start + len(piece.strip())))
