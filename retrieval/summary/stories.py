"""Reports of one event -> what happened, what is new, and who says what: sentences of the articles, nothing else.

sentences that stand alone | weighed: near to what all tell, early | the best that differ | in the order of time
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from retrieval.answer.attribution import Quotation, quotations
from retrieval.answer.citations import cite
from retrieval.answer.context import understandable
from retrieval.summary.gist import REPEATS, Bag, bag_of, is_whole, leaning, likeness_of, weigh
from retrieval.summary.likeness import OPENING_CHARACTERS, Rarity
from retrieval.text.stems import content_stems, stems
from retrieval.types import Article, Sentence, Span
from retrieval.words.kinds import names, numbers

HAPPENED, NEW, SAID = 3, 3, 5  # sentences at most
TELLING, LOOKED_AT = 4, 40  # sentences of one article that may tell the story, and that may be news
LEAD_BONUS = 0.6  # beside nearness to what all articles tell, 0..1
AROUND = 2  # sentences before and after speech, in which what it is about may stand
NOVEL = 0.4  # share of a sentence's words, by rarity, that no earlier article has: from there it is news
FRESH = 0.5  # what a name or number that is new adds

_LEANS = re.compile(r"(?:his|her|their|its|our|my|that|this|these|those|его|её|ее|их|наш\w*)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Report:
    """One article of a story, and its sentences without the publisher's furniture."""

    article: Article
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """One sentence that may be told."""

    report: Report
    at: int
    bag: Bag
    place: int  # among the whole sentences of its article, from 1

    @property
    def order(self) -> tuple[datetime, str, int]:
        return _when(self.report.article), self.report.article.id, self.at


def happened(reports: Sequence[Report]) -> tuple[Sentence, ...]:
    """One to three sentences that tell the story, in the order of time."""
    lines = [line for report in reports for line in _lines(report)]
    each = max(1, HAPPENED - len(reports) + 1)
    chosen: list[_Line] = []
    for line in _by_weight(lines):
        own = sum(other.report is line.report for other in chosen)
        if len(chosen) < HAPPENED and own < each and not _repeats(line, chosen):
            chosen.append(line)
    return _told(chosen)


def news(reports: Sequence[Report], since: datetime | None, rarity: Rarity) -> tuple[Sentence, ...]:
    """What only articles since then say (or those of the story's last day); nothing where none is earlier."""
    since = since or _midnight(max(map(_when, (report.article for report in reports))))
    later = [report for report in reports if _when(report.article) >= since]
    earlier = [report for report in reports if _when(report.article) < since]
    if not later or not earlier:
        return ()
    known = {word for report in earlier for word in _words(report)}
    core = _core(reports)
    lines = [
        line
        for report in later
        for line in _lines(report, LOOKED_AT)
        if _novelty(line, known, rarity) >= NOVEL and (not core or core & set(line.bag))
    ]
    chosen: list[_Line] = []
    for line in _by_weight(lines, known):
        if len(chosen) < NEW and not _repeats(line, chosen):
            chosen.append(line)
    return _told(chosen)


def said(reports: Sequence[Report]) -> tuple[Sentence, ...]:
    """The longest quotation of each speaker, those with a name and who speak most first; `span` marks the speaker."""
    spoken: dict[str, list[tuple[int, Sentence]]] = {}
    core = _core(reports)
    for report in reports:
        article = report.article
        for quotation in quotations(article.text, report.sentences, article.language):
            speaker = stems(article.text[slice(*quotation.speaker)], article.language)
            sentence = _spoken(report, quotation, core)
            if speaker and sentence is not None and not _LEANS.match(article.text, quotation.speaker.start):
                worth = quotation.content.end - quotation.content.start
                spoken.setdefault(speaker[-1], []).append((worth * (1 + quotation.verbatim), sentence))
    loudest = sorted(spoken.values(), key=lambda told: (-_named(told[0][1]), -len(told)))[:SAID]
    return tuple(max(told, key=lambda pair: pair[0])[1] for told in loudest)


def tell(report: Report, at: int, told: Sequence[int] = ()) -> Sentence:
    """A sentence with what it needs to be understood. `told`: which of the article's sentences stand beside it."""
    citation = cite(report.article, report.sentences[at])
    before, glosses = understandable(report.article, report.sentences, at)
    return Sentence(citation.quote, (citation,), before=None if at - 1 in told else before, glosses=glosses)


def _lines(report: Report, most: int = TELLING) -> list[_Line]:
    """The sentences that may be told: those that stand alone, the most telling ones of the article."""
    article = report.article
    texts = [article.text[span.start : span.end] for span in report.sentences]
    standing = [at for at, text in enumerate(texts) if is_whole(text) and (not at or not leaning(text))]
    bags = [bag_of(texts[at], article.language) for at in standing]
    weights = weigh(bags, LEAD_BONUS)
    best = sorted(range(len(standing)), key=lambda number: -weights[number])[:most]
    return [_Line(report, standing[number], bags[number], number + 1) for number in sorted(best)]


def _by_weight(lines: Sequence[_Line], known: set[str] | None = None) -> list[_Line]:
    """Nearest to what all the lines tell first; with `known`, what names somebody or something new is favoured."""
    near = weigh([line.bag for line in lines], 0.0)
    weights = {}
    for line, value in zip(lines, near, strict=True):
        fresh = known is not None and bool(_facts(line) - known)
        weights[id(line)] = value + LEAD_BONUS / math.sqrt(line.place) + FRESH * fresh
    return sorted(lines, key=lambda line: -weights[id(line)])


def _repeats(line: _Line, chosen: Sequence[_Line]) -> bool:
    return any(likeness_of(line.bag, other.bag) >= REPEATS for other in chosen)


def _told(chosen: Sequence[_Line]) -> tuple[Sentence, ...]:
    return tuple(tell(line.report, line.at) for line in sorted(chosen, key=lambda line: line.order))


def _core(reports: Sequence[Report]) -> set[str]:
    """What the story is about: stems in the titles and leads of most articles. One may tell other stories too."""
    counts = Counter(word for report in reports for word in set(_opening(report.article)))
    return {word for word, count in counts.items() if 2 * count > len(reports)}


def _opening(article: Article) -> list[str]:
    return content_stems(f"{article.title} {article.text[:OPENING_CHARACTERS]}", article.language)


def _novelty(line: _Line, known: set[str], rarity: Rarity) -> float:
    """The share of its words, by rarity, that are not known."""
    words = list(line.bag)
    weights = dict(zip(words, rarity(words), strict=True))
    return sum(weights[word] for word in words if word not in known) / (sum(weights.values()) or 1.0)


def _facts(line: _Line) -> set[str]:
    """Stems of its names and numbers."""
    article = line.report.article
    text = article.text[slice(*line.report.sentences[line.at])]
    return {word for fact in names(text) | numbers(text) for word in stems(fact, article.language)}


def _words(report: Report) -> Iterator[str]:
    yield from stems(report.article.title, report.article.language)
    yield from stems(report.article.text, report.article.language)


def _spoken(report: Report, quotation: Quotation, core: set[str]) -> Sentence | None:
    """The sentence in which somebody speaks and is named; None where these are two, or the story is another."""
    text, speaker = report.article.text, quotation.speaker
    for at, span in enumerate(report.sentences):
        if span.start <= speaker.start and speaker.end <= span.end:
            around = text[report.sentences[max(0, at - AROUND)].start : report.sentences[at : at + AROUND + 1][-1].end]
            about = not core or bool(core & set(content_stems(around, report.article.language)))
            citation = cite(report.article, span)
            marked = Span(speaker.start - span.start, speaker.end - span.start)
            within = span.start <= quotation.content.start < span.end
            return Sentence(citation.quote, (citation,), marked) if within and about else None
    return None


def _named(sentence: Sentence) -> bool:
    """Whether its speaker has a name, or is "a regional official"."""
    return sentence.span is not None and bool(names(f", {sentence.text[slice(*sentence.span)]}"))


def _when(article: Article) -> datetime:
    """An undated article counts as the oldest."""
    return article.published or datetime.min.replace(tzinfo=UTC)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
