"""A text and its language -> its sentences, as exact spans.

    paragraphs | list items | marks that end a sentence | cuts of what is too long

Nothing is ever rewritten, so `text[start:end]` is the sentence as it stands in the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from retrieval.text.boundaries import AHEAD, REACH, Mark, ends_sentence, following
from retrieval.text.habits import HABITS, PLAIN, Habits
from retrieval.text.paragraphs import paragraphs, stripped
from retrieval.types import Span

LONGEST = 1_000  # characters of a sentence: a longer one is a list, a table or noise, and no reader wants it as a quote

# Possessive, and never dependent on what follows: a hostile run of marks is scanned once, not once per start.
_MARK = re.compile(
    r"""(?P<final>[。！？｡।॥۔؟።]++["'”’»」』）\])]*+)"""  # end a sentence whatever follows
    r"""|(?P<mark>[.!?…‽]++(?:[ \xa0]\.(?!\w))*+)(?P<closing>(?:["'”’»›)\]}“]|\[\d{1,3}\])*+)"""
)
_BULLET = re.compile(r"(?<!\S)[•⁃‣◦▪●■]")
_ITEM = re.compile(r"(?<!\S)(?:(?P<number>\d{1,2})|(?P<letter>[a-z]))(?P<style>\.\)|\)|\.)\s+(?P<first>\S)")
_CLAUSE_ENDS = tuple(map(re.compile, (r";(?=\s)", r":(?=\s)", r"\s(?=[–—]\s)", r",(?=\s)", r"\s+")))


def split(text: str, language: str) -> list[Span]:
    """Sentences in order, disjoint, at most LONGEST characters each, without surrounding whitespace; together they
    cover every character that is not whitespace. `language` is ISO 639-1; an unknown one is split by general rules."""
    habits = HABITS.get(language, PLAIN)
    return [
        piece
        for paragraph in paragraphs(text)
        for item in _items(text, paragraph, habits)
        for sentence in _sentences(text, item, habits)
        for piece in _shortened(text, sentence)
    ]


def _sentences(text: str, item: Span, habits: Habits) -> Iterator[Span]:
    start = item.start
    for match in _MARK.finditer(text, item.start, item.end):
        end = _sentence_end(text, start, match, habits) if match.end() < item.end else None
        if end is not None and end > start:
            yield from _nonempty(text, start, end)
            start = end
    yield from _nonempty(text, start, item.end)


def _sentence_end(text: str, start: int, match: re.Match[str], habits: Habits) -> int | None:
    """Where the sentence that began at `start` ends, if this mark ends it."""
    end = match.end()
    if match["final"]:
        return end
    spaced = text[end].isspace()
    if not spaced and not text[end].isupper():
        return None  # 3.5, example.com, "Really?", he said
    before = text[max(start, match.start() - REACH) : match.start()]
    mark = Mark(before, match["mark"], match["closing"], text[end : min(end + AHEAD, match.endpos)])
    if not spaced:
        return end if _space_was_lost(mark, habits) else None
    if mark.mark == ". . . ." and not mark.closing and before[-1:].strip():
        mark, end = mark._replace(mark="."), match.start() + 1  # a full stop, then an omission that opens the next
    return end if ends_sentence(mark, habits) else None


def _space_was_lost(mark: Mark, habits: Habits) -> bool:
    """`it was over.The police`: common where markup was removed."""
    ahead = following(mark.after)
    return ahead.opens(habits) and ahead.tail[:1].isspace() and (mark.before[-1:].islower() or mark.closing != "")


def _items(text: str, paragraph: Span, habits: Habits) -> Iterator[Span]:
    """The items of a list that stands in one paragraph, or the paragraph itself."""
    start, end = paragraph
    cuts = {match.start() for match in _BULLET.finditer(text, start, end)}
    if not habits.ordinals:
        cuts.update(_enumerated(text, paragraph))
    for cut in (*sorted(cuts), end):
        yield from _nonempty(text, start, cut)
        start = cut


def _enumerated(text: str, paragraph: Span) -> Iterator[int]:
    """Where `2.` and `3.` stand in a paragraph that begins with `1.` (or a., b.; 1), 2); ...)."""
    first = _ITEM.match(text, *paragraph)
    if first is None:
        return
    label, style = _label(first), first["style"]
    for match in _ITEM.finditer(text, first.end("style"), paragraph.end):
        if _label(match) == label + 1 and match["style"] == style and not match["first"].islower():
            yield match.start()
            label += 1


def _label(item: re.Match[str]) -> int:
    """Numbers count from 0, letters from 1,000: never neighbours."""
    return int(item["number"]) if item["number"] else 1_000 + ord(item["letter"])


def _shortened(text: str, sentence: Span) -> Iterator[Span]:
    start, end = sentence
    while end - start > LONGEST:
        cut = clause_cut(text, start + LONGEST // 2, start + LONGEST)
        yield from _nonempty(text, start, cut)
        start = stripped(text, cut, end).start
    yield from _nonempty(text, start, end)


def clause_cut(text: str, low: int, high: int) -> int:
    """The best place to cut, low < place <= high: behind the last ";" there, else ":", else before a dash, else behind
    a comma, else at a space; `high` if there is none."""
    for clause_end in _CLAUSE_ENDS:
        places = [match.end() for match in clause_end.finditer(text, low, high)]
        if places:
            return places[-1]
    return high


def _nonempty(text: str, start: int, end: int) -> Iterator[Span]:
    span = stripped(text, start, end)
    if span.start < span.end:
        yield span
