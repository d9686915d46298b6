"""Two revisions of an article -> what became of it: nothing, its wording, or what it tells. Pure.

    without furniture | sentences that both have are let go | the others, each beside its like | what differs in them

News is another number, name, day or denial, words in the title, a paragraph more, or many words that were not there.
A word for another is wording: publishers polish. Where it is not clear, an update is news.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from retrieval.answer.claims.polarity import polarity_agrees
from retrieval.sources.furniture import find_furniture
from retrieval.text.paragraphs import paragraphs
from retrieval.text.sentences import split
from retrieval.text.spelling import distance
from retrieval.text.stems import content_stems, stems
from retrieval.types import Article, Span, Weight
from retrieval.words.amounts import amount_in, amounts
from retrieval.words.calendar import SOME_MONTH, SOME_WEEKDAY
from retrieval.words.kinds import ORDINARY, names

LIKE = 0.5  # share of their words that two sentences have in common, one of which became the other
NOVEL = 0.2  # share of a paragraph's words that the article did not have
MANY_NEW = 0.1  # share of an article's words that it did not have
MANY_GONE = 0.2  # and that it has no more
MISSPELT = 5  # letters of a word from which one may be wrong: "Iran" and "Iraq" are two words
MOST_SLIPS = 100  # nobody mends so many: these are other words

_DAY = re.compile(rf"{SOME_WEEKDAY}|{SOME_MONTH}", re.IGNORECASE)
_SIGN = re.compile(r"\w*\d\w*")  # "3rd", "G20", what is no amount


@dataclass(frozen=True)
class _Line:
    """A sentence, or a title."""

    text: str
    language: str

    @cached_property
    def stems(self) -> tuple[str, ...]:
        return tuple(sorted(stems(self.text, self.language)))

    @cached_property
    def counts(self) -> Counter[str]:
        return Counter(self.stems)

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(content_stems(self.text, self.language))

    @cached_property
    def figures(self) -> frozenset[object]:
        return frozenset(_figures(self.text))


@dataclass(frozen=True)
class _Revision:
    """`lines`: its sentences without the publisher's furniture; `paragraphs`: their words, apart by paragraph."""

    title: _Line
    text: str  # without furniture
    lines: tuple[_Line, ...]
    whole: _Line  # everything, the furniture too: what is furniture hangs on what stands around it

    @property
    def paragraphs(self) -> Iterator[_Line]:
        return (_Line(self.text[span.start : span.end], self.title.language) for span in paragraphs(self.text))

    @cached_property
    def sentences(self) -> frozenset[tuple[str, ...]]:
        """Of everything, as their stems in a fixed order."""
        spans = split(self.whole.text, self.whole.language)
        return frozenset(_Line(self.whole.text[span.start : span.end], self.whole.language).stems for span in spans)

    @cached_property
    def named(self) -> frozenset[str]:
        """Stems of its names and days."""
        named = " ".join([*names(self.whole.text), *(match[0] for match in _DAY.finditer(self.whole.text))])
        return frozenset(content_stems(named, self.whole.language))


def compare(old: Article, new: Article) -> Weight:
    """`new` is a later revision of the article that `old` is one of."""
    before, after = _revision(old, new.language), _revision(new, new.language)
    if _spaced(before.title.text, before.text) == _spaced(after.title.text, after.text):
        return "nothing"
    gone = [line for line in before.lines if line.stems not in after.sentences]
    come = [line for line in after.lines if line.stems not in before.sentences]
    is_news = _retitled(before, after) or _rewritten(before, after, gone, come) or _retold(before, after, gone, come)
    return "news" if is_news else "wording"


def _retitled(before: _Revision, after: _Revision) -> bool:
    """Whether the title has a word that it did not have, another number, or another sense."""
    one, other = before.title, after.title
    is_turned = _deny([other], [one]) or _deny([one], [other])
    return bool(_new(other.words, one.words)) or one.figures != other.figures or is_turned


def _retold(before: _Revision, after: _Revision, gone: Sequence[_Line], come: Sequence[_Line]) -> bool:
    """Whether a sentence says something else than the one it was, or a new one tells of somebody or some number."""
    named = before.named | after.named
    if any(_has_news(line, before, named) for line in come) or _deny(come, gone) or _deny(gone, come):
        return True
    return any(_has_news(was, after, named) or _differ(was, line, named) for was, line in _became(gone, come))


def _became(gone: Sequence[_Line], come: Sequence[_Line]) -> Iterator[tuple[_Line, _Line]]:
    """Which sentence became which, the likest; those that are like none are left out."""
    left = list(gone)
    for line in come:
        was = max(left, key=lambda other: _likeness(line, other), default=None)
        if was is not None and _likeness(line, was) >= LIKE:
            left.remove(was)
            yield was, line


def _deny(lines: Sequence[_Line], others: Sequence[_Line]) -> bool:
    """Whether one of them denies what the others say that it was, or that were parts of it."""
    told = [(line, [o.text for o in others if _likeness(line, o) >= LIKE or _is_part(o, line)]) for line in lines]
    return any(of and not polarity_agrees(line.text, of, line.language) for line, of in told)


def _is_part(one: _Line, whole: _Line) -> bool:
    return len(one.words & whole.words) >= LIKE * max(1, len(one.words))


def _has_news(line: _Line, other: _Revision, named: Collection[str]) -> bool:
    """Whether it has a number or a name that the other revision has nowhere."""
    return bool(line.figures - other.whole.figures) or bool(_new(line.words & frozenset(named), other.whole.words))


def _differ(one: _Line, other: _Line, named: Collection[str]) -> bool:
    """Whether a number or a name was changed for another."""
    gone, come = (line.words & frozenset(named) for line in (one, other))
    swapped = bool(one.figures - other.figures) and bool(other.figures - one.figures)
    return swapped or bool(_new(gone, come) and _new(come, gone))


def _rewritten(before: _Revision, after: _Revision, gone: Sequence[_Line], come: Sequence[_Line]) -> bool:
    """Whether a paragraph came that tells something, or many words did, or went."""
    known, kept = before.whole.words, after.whole.words
    fresh = _new(kept, known)
    if any(_is_added(paragraph, fresh, {line.stems for line in come}) for paragraph in after.paragraphs):
        return True
    many_new = _share(come, after.lines, fresh) >= MANY_NEW
    return many_new or _share(gone, before.lines, _new(known, kept)) >= MANY_GONE


def _is_added(paragraph: _Line, fresh: Collection[str], come: Collection[tuple[str, ...]]) -> bool:
    """Whether all its sentences are new, and much of what they say."""
    spans = split(paragraph.text, paragraph.language)
    lines = [_Line(paragraph.text[span.start : span.end], paragraph.language) for span in spans]
    is_prose = len(paragraph.stems) >= ORDINARY
    return is_prose and all(line.stems in come for line in lines) and _share(lines, lines, fresh) >= NOVEL


def _share(some: Iterable[_Line], lines: Iterable[_Line], fresh: Collection[str]) -> float:
    """How much of the words of all lines are fresh ones in some of them."""
    found = sum(len(line.words & frozenset(fresh)) for line in some)
    return found / (sum(len(line.words) for line in lines) or 1)


def _likeness(one: _Line, other: _Line) -> float:
    return 2 * (one.counts & other.counts).total() / ((len(one.stems) + len(other.stems)) or 1)


def _new(words: Collection[str], known: Collection[str]) -> set[str]:
    """Those that are not known, and no known word that is gone with a letter mended."""
    new, gone = set(words) - set(known), set(known) - set(words)
    if len(gone) > MOST_SLIPS:
        return new
    return {word for word in new if not any(_is_slip(word, other) for other in gone)}


def _is_slip(word: str, other: str) -> bool:
    """Whether one is the other with a letter wrong. People rarely miss the first, and other names differ in it."""
    if min(len(word), len(other)) < MISSPELT or word[0] != other[0] or _has_digit(word + other):
        return False
    return distance(word.rstrip("iy"), other.rstrip("iy"), 1) <= 1  # a stem has "i" for a last "y"


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


def _figures(text: str) -> Iterator[object]:
    """Each amount by its worth, so that "12" is "twelve"; what else has digits as it stands. "One" is mostly none."""
    spans = []
    for match in amounts(text):
        found = amount_in(match[0])
        if _has_digit(match[0]) or (found and found.low != 1):
            spans.append(Span(*match.span()))
            yield (found.low, found.high, found.unit) if found else match[0].casefold()
    for match in _SIGN.finditer(text):
        if not any(span.start <= match.start() < span.end for span in spans):
            yield match[0].casefold()


def _revision(article: Article, language: str) -> _Revision:
    furniture = find_furniture(article.text)
    kept, at = "", 0
    for span in furniture:
        kept, at = kept + article.text[at : span.start], span.end
    kept += article.text[at:]
    lines = tuple(_Line(kept[span.start : span.end], language) for span in split(kept, language))
    return _Revision(_Line(article.title, language), kept, lines, _Line(f"{article.title}\n\n{article.text}", language))


def _spaced(*texts: str) -> list[list[str]]:
    return [text.split() for text in texts]
