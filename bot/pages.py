"""One long text with marks in, messages within Telegram's limits out: whole marks, whole sentences, no word lost."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.types import Button, Mark, Message

_BEST_FILL = 4  # a nicer break is taken from the last three quarters of a message, so that no message is a mere stub
_BREAKS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"(?:(?<=[.!?…»”\")])|(?<=\d\]))\s++(?!\[)"),  # a footnote stays with its sentence
    re.compile(r"\s++(?!\[)"),  # and what stands in brackets with its word
    re.compile(r"\s+"),
)
_ZERO_WIDTH_JOINER = "\u200d"


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one message (core.telegram.org/bots/api and telegram.constants)."""

    units: int = 4096  # UTF-16 code units of text
    marks: int = 100
    data_bytes: int = 64  # of a button
    buttons: int = 100


LIMITS = Limits()


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 code units."""
    return len(text) + sum(char > "\uffff" for char in text)


def split(text: str, marks: Sequence[Mark], buttons: tuple[tuple[Button, ...], ...] = ()) -> tuple[Message, ...]:
    """Messages that together say `text`; only white space between them is dropped. The buttons stand under the last.

    A mark is never cut, unless it is longer than a message: then every piece of it is marked.
    """
    ordered = sorted((mark for mark in marks if mark.start < mark.end), key=lambda mark: (mark.start, -mark.end))
    pieces: list[Message] = []
    start = _past_spaces(text, 0)
    while start < len(text):
        end = _end(text, ordered, start)
        pieces.append(_piece(text, ordered, start, end))
        start = _past_spaces(text, end)
    if pieces:
        pieces[-1] = Message(pieces[-1].text, pieces[-1].marks, buttons)
    return tuple(pieces)


def _past_spaces(text: str, start: int) -> int:
    while start < len(text) and text[start].isspace():
        start += 1
    return start


def _piece(text: str, marks: Sequence[Mark], start: int, end: int) -> Message:
    while text[end - 1].isspace():  # ends at `start` at the latest, which is no space
        end -= 1
    inside = (mark for mark in marks if mark.start < end and mark.end > start)
    moved = [Mark(max(mark.start, start) - start, min(mark.end, end) - start, mark.kind, mark.url) for mark in inside]
    return Message(text[start:end], tuple(moved[: LIMITS.marks]))


def _end(text: str, marks: Sequence[Mark], start: int) -> int:
    """Where the message that begins at `start` ends, best place first."""
    far = _reach(text, marks, start)
    if far == len(text):
        return far
    near = start + (far - start) // _BEST_FILL
    overlong = [mark for mark in marks if units(text[mark.start : mark.end]) > LIMITS.units]
    whole = [mark for mark in marks if mark not in overlong and mark.start < far and mark.end > start]
    for floor, unbroken in ((near, [*whole, *overlong]), (start, [*whole, *overlong]), (near, whole), (start, whole)):
        for place in _places(text, floor, far):
            if not _cuts(unbroken, place):
                return place
    letters = (place for place in range(far, start, -1) if _between_letters(text, place) and not _cuts(whole, place))
    return next(letters, far)


def _reach(text: str, marks: Sequence[Mark], start: int) -> int:
    """The furthest end that the limits allow."""
    left, far = LIMITS.units, start
    while far < len(text) and left >= (size := 1 + (text[far] > "\uffff")):
        left -= size
        far += 1
    within = [mark for mark in marks if mark.end > start]
    if len(within) > LIMITS.marks and within[LIMITS.marks].start > start:
        far = min(far, within[LIMITS.marks].start)
    return far


def _places(text: str, floor: int, far: int) -> Iterator[int]:
    """Breaks in (floor, far], kind by kind, the last of each kind first."""
    for pattern in _BREAKS:
        starts: list[int] = []
        for found in pattern.finditer(text, floor):
            if found.start() > far:
                break
            if found.start() > floor:
                starts.append(found.start())
        yield from reversed(starts)


def _cuts(marks: Sequence[Mark], place: int) -> bool:
    return any(mark.start < place < mark.end for mark in marks)


def _between_letters(text: str, place: int) -> bool:
    """Whether no accent, skin tone or joined emoji is torn from what it belongs to."""
    after = text[place]
    joined = after == _ZERO_WIDTH_JOINER or text[place - 1] == _ZERO_WIDTH_JOINER
    return not joined and not unicodedata.category(after).startswith("M") and unicodedata.category(after) != "Sk"
