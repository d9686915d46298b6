"""A text -> the passages that are embedded: runs of whole sentences that fit the model, one idea each where possible.

Passages do not overlap (it was never seen to help) and each is still a slice of the text.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from retrieval.text.paragraphs import stripped
from retrieval.text.sentences import clause_cut, split
from retrieval.types import Passage, Span

Count = Callable[[Sequence[str]], list[int]]
"""Texts -> word pieces in each, by the model's own tokenizer, special tokens not counted."""

LIMIT = 200  # word pieces: longer passages hold more but match worse; between 110 and 254 it hardly matters
FULL = 0.75  # of the limit: a passage that has as much ends with its paragraph
CEILING = 254  # word pieces that a model of 256 tokens still reads beside its two special ones
CRUMB = 40  # word pieces: less than this (a byline, a last short sentence) matches everything a little

_EMPTY_LINE = re.compile(r"\n[^\S\n]*\r?\n")


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A sentence, or a piece of a very long one."""

    span: Span
    pieces: int
    ends_paragraph: bool


@dataclass(slots=True)
class _Draft:
    """A passage in the making."""

    sentences: list[Span] = field(default_factory=list)
    pieces: int = 0


@dataclass(frozen=True, slots=True)
class Room:
    """Word pieces: how many a passage should have, and how many the model reads at most."""

    limit: int = LIMIT
    ceiling: int = CEILING


def split_passages(
    text: str, language: str, count: Count, room: Room = Room(), left_out: Sequence[Span] = ()
) -> list[Passage]:
    """Passages that cover every sentence of the text outside `left_out`, in order and disjoint; none reaches over
    what is left out.

    Each has about `room.limit` word pieces and never more than `room.ceiling`. A sentence longer than that is cut at
    clauses; its parts then stand in `Passage.sentences`. The limit must not exceed the ceiling.
    """
    outside = [span for span in split(text, language) if not any(out.start <= span.start < out.end for out in left_out)]
    sentences = _weighed(text, outside, count, room.ceiling)
    return [
        Passage(draft.sentences[0].start, draft.sentences[-1].end, tuple(draft.sentences))
        for run in _runs(sentences, left_out)
        for draft in _packed(run, room.limit, room.ceiling)
    ]


def _runs(sentences: Sequence[_Weighed], left_out: Sequence[Span]) -> Iterator[list[_Weighed]]:
    """The sentences between one span that is left out and the next."""
    starts = sorted(out.start for out in left_out)
    for _, run in groupby(sentences, key=lambda sentence: bisect(starts, sentence.span.start)):
        yield list(run)


def _packed(sentences: Sequence[_Weighed], limit: int, ceiling: int) -> list[_Draft]:
    drafts: list[_Draft] = []
    draft = _Draft()
    for sentence in sentences:
        room = ceiling if draft.pieces < CRUMB else limit
        if draft.sentences and draft.pieces + sentence.pieces > room:
            _close(drafts, draft, ceiling)
            draft = _Draft()
        draft.sentences.append(sentence.span)
        draft.pieces += sentence.pieces
        if sentence.ends_paragraph and draft.pieces >= FULL * limit:
            _close(drafts, draft, ceiling)
            draft = _Draft()
    if draft.sentences:
        _close(drafts, draft, ceiling)
    return drafts


def _close(drafts: list[_Draft], draft: _Draft, ceiling: int) -> None:
    """Appends the draft, or lets the one before take it in if it is a crumb."""
    if drafts and draft.pieces < CRUMB and drafts[-1].pieces + draft.pieces <= ceiling:
        drafts[-1].sentences += draft.sentences
        drafts[-1].pieces += draft.pieces
    else:
        drafts.append(draft)


def _weighed(text: str, spans: Sequence[Span], count: Count, ceiling: int) -> list[_Weighed]:
    """Counts all sentences in one call; then again those that had to be halved, until each part fits."""
    pieces = _counted(text, spans, count)
    while large := [span for span in pieces if pieces[span] > ceiling and span.end - span.start > 1]:
        for span in large:
            del pieces[span]
        pieces |= _counted(text, [half for span in large for half in _halved(text, span)], count)
    ordered = sorted(pieces)
    gaps = [*(_EMPTY_LINE.search(text, one.end, other.start) for one, other in pairwise(ordered)), None]
    return [_Weighed(span, pieces[span], gap is not None) for span, gap in zip(ordered, gaps, strict=False)]


def _counted(text: str, spans: Sequence[Span], count: Count) -> dict[Span, int]:
    return dict(zip(spans, count([text[start:end] for start, end in spans]), strict=True)) if spans else {}


def _halved(text: str, span: Span) -> list[Span]:
    """Two parts, cut at the best clause boundary in the middle third."""
    length = span.end - span.start
    cut = clause_cut(text, span.start + max(1, length // 3), span.start + max(1, 2 * length // 3))
    return [half for half in (stripped(text, span.start, cut), stripped(text, cut, span.end)) if half.start < half.end]
