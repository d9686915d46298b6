"""A sentence and its quotes -> whether each quotation in it is the article's own words; if nearly, put right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from retrieval.types import Span

SHORTEST = 12  # characters from which a quotation must be exact: below, quote marks also set off single words
NEARLY = 0.92  # of the characters of a contiguous run agree: below, a quotation is not a slip but another one

_MARKS = {"“": "”", "”": "”", "„": "“”", "«": "»", '"': '"', "‘": "’"}  # what opens -> what closes
_PLAIN = str.maketrans(dict.fromkeys('“”„«»"‘’‚‹›`', "'") | {"\u00ad": None, "\u200b": None})
_TRIM = " \t\n,.;:!?…'"  # punctuation that belongs to whoever quotes


def quoted_spans(sentence: str) -> list[Span]:
    """What stands between quote marks, without them. A mark that nothing closes quotes to the end."""
    found, at = [], 0
    while at < len(sentence):
        closing = _MARKS.get(sentence[at])
        if closing is None or not _opens(sentence, at):
            at += 1
            continue
        end = _closing(sentence, at, closing)
        if end - at - 1 > 0:
            found.append(Span(at + 1, end))
        at = end + 1
    return found


def quotations_stand(sentence: str, quotes: Sequence[str]) -> bool:
    """Whether every quotation of SHORTEST characters or more is a slice of a quote, whatever its spaces and marks."""
    sources = [_plain(quote) for quote in quotes]
    return all(any(_inner(sentence[span.start : span.end]) in source for source in sources) for span in _long(sentence))


def repaired(sentence: str, quotes: Sequence[str]) -> str | None:
    """The sentence with each nearly exact quotation in the source's words; None if one is not even nearly exact."""
    for span in reversed(_long(sentence)):
        said = sentence[span.start : span.end]
        if quotations_stand(f"“{said}”", quotes):
            continue
        source = _source_of(said.strip(_TRIM), quotes)
        if source is None:
            return None
        lead = len(said) - len(said.lstrip(_TRIM))
        tail = len(said.rstrip(_TRIM))
        sentence = sentence[: span.start] + said[:lead] + source + said[tail:] + sentence[span.end :]
    return sentence


def _long(sentence: str) -> list[Span]:
    return [span for span in quoted_spans(sentence) if span.end - span.start >= SHORTEST]


def _opens(sentence: str, at: int) -> bool:
    """An apostrophe that looks like a quote mark stands behind a letter."""
    return sentence[at] in '“„«"' or at == 0 or not sentence[at - 1].isalnum()


def _closing(sentence: str, at: int, marks: str) -> int:
    for place in range(at + 1, len(sentence)):
        inside_word = sentence[place] in "’'" and sentence[place + 1 : place + 2].isalnum()
        if sentence[place] in marks and not inside_word:
            return place
    return len(sentence)


def _plain(text: str) -> str:
    return " ".join(text.translate(_PLAIN).split())


def _inner(quotation: str) -> str:
    return _plain(quotation).strip(_TRIM)


def _source_of(said: str, quotes: Sequence[str]) -> str | None:
    """The run of whole words of a quote that the quotation is nearly, best first."""
    runs = [run for quote in quotes for run in _runs(said, quote)]
    if not runs:
        return None
    ratio, source = max(runs, key=lambda run: run[0])
    return source if ratio >= NEARLY else None


def _runs(said: str, quote: str) -> list[tuple[float, str]]:
    """Runs of about as many words as the quotation, and how alike each is."""
    words = [match.span() for match in re.finditer(r"\S+", quote)]
    length, wanted = len(said.split()), _plain(said)
    found = []
    for count in range(max(1, length - 1), length + 2):
        for first in range(len(words) - count + 1):
            run = quote[words[first][0] : words[first + count - 1][1]].strip(_TRIM + '“”„«»"‘’‚‹›`')
            found.append((_alike(wanted, _plain(run)), run))
    return found


def _alike(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= NEARLY and matcher.quick_ratio() >= NEARLY else 0.0
