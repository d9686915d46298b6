"""A stretch of an article in, the sentences around it out: what a citation stands between. Pure.

The neighbours are slices of the same text as the citation, so they may be cited as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.answer.citations import cite
from retrieval.text.sentences import LONGEST, split
from retrieval.types import Article, Citation, Span

_PARTED = "\n\n"  # no sentence goes over an empty line


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A stretch of an article that was cited, and its neighbours, in the order of the text."""

    cited: Citation
    before: tuple[Citation, ...] = ()
    after: tuple[Citation, ...] = ()
    changed: bool = False  # the article has another text by now


def surroundings(article: Article, span: Span, around: int, *, changed: bool = False) -> Surroundings | None:
    """`around`: how many sentences of each side at most. None where the article has no such stretch."""
    if not 0 <= span.start < span.end <= len(article.text):
        return None
    sentences = _near(article, span, around) if around else []
    before = [one for one in sentences if one.end <= span.start][-around:]
    after = [one for one in sentences if one.start >= span.end][:around]
    return Surroundings(cite(article, span), _cited(article, before), _cited(article, after), changed)


def _near(article: Article, span: Span, around: int) -> list[Span]:
    """The sentences of a part of the text that holds so many of them on both sides: a book need not be cut up."""
    reach = around * (LONGEST + len(_PARTED)) + 1
    opening = article.text.rfind(_PARTED, 0, max(0, span.start - reach))
    closing = article.text.find(_PARTED, span.end + reach)
    start = 0 if opening < 0 else opening
    end = len(article.text) if closing < 0 else closing
    found = split(article.text[start:end], article.language)
    return [Span(start + one.start, start + one.end) for one in found]


def _cited(article: Article, spans: list[Span]) -> tuple[Citation, ...]:
    return tuple(cite(article, span) for span in spans)
