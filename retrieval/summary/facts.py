"""An article's sentences and those of its summary -> the names, days and numbers that it turns on, as slices of it.

    names | days | amounts in every sentence | the same thing grouped | weighed by place, repetition, title, summary

Rules for English and Russian. A name mostly met behind "in" is a place, and no answer to "who".
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from retrieval.answer.citations import cite
from retrieval.summary.types import KeyFacts
from retrieval.text.stems import content_stems, stems
from retrieval.types import Article, Span
from retrieval.words.amounts import amounts
from retrieval.words.calendar import MONTH, MONTH_RU, WEEKDAY, WEEKDAY_RU
from retrieval.words.people import CAPITAL, OPENER, TITLE

MOST = 3  # of each kind
TOLD, TITLED, AGAIN = 0.6, 0.4, 0.3  # what it adds to stand in the summary, in the title, and in each doubling
LOOKED_AT = 60  # sentences: what an article turns on stands in them
FULL = {2: 0, 3: 1, 1: 2}  # words of a name -> which form is shown rather: more words hold a title or a place
LONGEST = 60  # characters of a fact

_NAME_WORD = rf"{CAPITAL}(?:[^\W\d_]|['’](?!s\b)(?=[^\W\d_])|-(?=[^\W\d_]))*(?:\.(?={CAPITAL}\b))?"
_BODY = (
    r"(?:Bank|University|Ministry|Department|House|Court|Council|Board|Office|School|College|Institute|Museum|Church|Republic"
    r"|Duke|Duchess|Bishop|Archbishop)"
)
_NAME = re.compile(
    rf"\b(?:{_BODY} of (?:the )?)?{_NAME_WORD}(?:(?: (?:de|da|del|di|du|van|von|der|den|la|le|al|bin))? {_NAME_WORD}"
    rf"|(?<= [{CAPITAL[1:]})\. {_NAME_WORD})*"
)
_OPENING = re.compile(  # words with a capital that are no part of a name
    rf"(?:{OPENER}|I|Mr|Mrs|Ms|Dr|Boss|Head|Striker|Defender|Director|Deputy|Chief|Actor|Actress|Singer|Author"
    r"|Coach|Chairman|Chairwoman|Founder|Глава|Президент|Министр|Руководитель|Мэр|Губернатор|Директор|Депутат|Начальник"
    r"|Председатель|Представитель)(?: |$)"
)
_NO_NAME = re.compile(
    rf"{WEEKDAY}|{MONTH}|Easter|Christmas|God|Internet"
    r"|[A-Z]?[a-z]+(?:ish|ese|ian|ians)|American|Americans|French|German|Germans|Dutch|.*-[a-zа-яё]+|[A-ZА-ЯЁ]"
)
_ADJECTIVE = re.compile(r"[А-ЯЁ][а-яё-]*[сц]к(?:ой|ая|ое|ие|ий|их|им|ими|ую|ого|ому|ом)")
_PLACED = re.compile(
    r"\b(?:in|at|near|from|to|into|across|around|outside|off|through|via|north of|south of|east of|west of"
    r"|в|во|на|из|под|около|возле|близ|город[аеу]?|городе|области|районе|остров[аеу]?|улиц[аеыу])"
    r"(?: (?:the|northern|southern|eastern|western|central|downtown))? $",
    re.IGNORECASE,
)
_TITLES = re.compile(rf"{TITLE}\.? ")

_MONTH = rf"(?:{MONTH}|(?:Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.)"
_DAYS, _DAYS_RU = rf"(?:{WEEKDAY})\b", rf"{WEEKDAY_RU}\b"
_PRECISE = (
    rf"(?:{_DAYS},? )?\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}(?:,? \d{{4}}\b)?",
    rf"(?:{_DAYS},? )?\b{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b(?!:)(?:,? \d{{4}}\b)?",
    rf"(?:[вВ] {_DAYS_RU},? )?\b\d{{1,2}} {MONTH_RU}(?: \d{{4}}(?: года?\b)?)?",
)
_DAY = (
    rf"(?:\b(?:last|next|this) )?\b{_DAYS}(?: (?:morning|afternoon|evening|night))?",
    rf"\b(?:[вВ]о?|[дД]о|[сС]о?|[кК]о?|[пП]осле) (?:(?:прошл|следующ|минувш|эт)[а-я]{{2}} )?{_DAYS_RU}"
    r"(?: (?:утром|дн[её]м|вечером|ночью))?",
    rf"\b(?:in (?:early |late |mid-)?)?{_MONTH} \d{{4}}\b",
    rf"\b(?:в (?:начале |конце |середине )?)?{MONTH_RU} \d{{4}}(?: года\b)?",
)
_LOOSE = (
    rf"\b(?:in|since|until|by|from|last|next|this) (?:early |late |mid-)?{_MONTH}(?! \d)",
    rf"\b(?:в|с|до|к) (?:начале |конце |середине )?{MONTH_RU}",
    r"\b(?:in|since|until|by) (?:19|20)\d\d\b(?![,.]\d)",
    r"\b(?:в|с|до|к) (?:19|20)\d\d (?:году|года)\b",
    r"\b(?:yesterday|tonight|tomorrow)\b(?: (?:morning|afternoon|evening|night))?",
    r"\b(?:вчера|завтра|сегодня)\b(?: (?:утром|дн[её]м|вечером|ночью))?",
    r"\b(?:last|next|this|earlier this|later this) (?:week|month|year|weekend|spring|summer|autumn|winter|fall)\b",
    r"\b(?:на|в) (?:прошл|следующ|эт|минувш)[а-я]{2,3} (?:недел[еюи]|месяц[еау]?|год[уа]?|выходные)\b",
    r"\b(?:весной|летом|осенью|зимой)\b",
)


def _either(patterns: Sequence[str], flags: int = 0) -> re.Pattern[str]:
    return re.compile("|".join(patterns).replace(" ", "[ \xa0]"), flags)


_WHEN = ((0.8, _either(_PRECISE)), (0.5, _either(_DAY)), (0.2, _either(_LOOSE, re.IGNORECASE)))  # with their worth

_NEXT = re.compile(r"[ \xa0-]([^\W\d_]+(?:-[^\W\d_]+)*)")
_COUNTED = re.compile(r"[a-z-]+(?<!s)s|people|men|women|children|[а-яё-]+(?<!ых)(?<!их)(?<!ые)(?<!ие)(?<!ого)(?<!его)")
_RATE = re.compile(
    r" (?:an?|per|each|every) (?:second|minute|hour|day|night|week|month|year|person|head)\b"
    r"| в (?:секунду|минуту|час|день|сутки|неделю|месяц|год)\b"
)
_OLD = re.compile(r"[- ]year[- ]olds?\b|лет\w* (?=мужчин|женщин|мальчик|девочк|девушк)")
_PURE = re.compile(r"(?:1[5-9]|20)\d\d")
MARK, MEASURED, DIGITS = 0.4, 0.2, 0.3  # what money and shares, units, and digits add to a number's weight


@dataclass(frozen=True, slots=True)
class _Found:
    """One mention. `key` is the same for mentions of one thing."""

    span: Span  # in the article's text
    sentence: int
    key: str
    worth: float = 0.0
    placed: bool = False


Finder = Callable[[str, str], Iterator[_Found]]  # a sentence and its language; spans within the sentence


def key_facts(article: Article, sentences: Sequence[Span], told: Collection[Span]) -> KeyFacts:
    """`sentences`: the article's, in order; `told`: those of them that the summary has."""
    chosen = [_best(article, sentences[:LOOKED_AT], told, finder) for finder in (_names, _dates, _numbers)]
    who, when, numbers = (tuple(cite(article, span) for span in spans) for spans in chosen)
    return KeyFacts(who, when, numbers)


def people_and_bodies(article: Article, sentences: Sequence[Span]) -> tuple[str, ...]:
    """The names that these sentences turn on, at most three; places are left out."""
    return tuple(article.text[slice(*span)] for span in _best(article, sentences[:LOOKED_AT], (), _names))


def _best(article: Article, sentences: Sequence[Span], told: Collection[Span], finder: Finder) -> list[Span]:
    """At most MOST, most important first, each thing once and in its fullest form."""
    title = set(stems(article.title, article.language))
    groups: dict[str, list[_Found]] = {}
    for number, sentence in enumerate(sentences):
        for found in finder(article.text[sentence.start : sentence.end], article.language):
            span = Span(found.span.start + sentence.start, found.span.end + sentence.start)
            if span.end - span.start <= LONGEST:
                groups.setdefault(found.key, []).append(_Found(span, number, found.key, found.worth, found.placed))
    weights: dict[str, float] = {}
    for key, mentions in groups.items():
        if 2 * sum(mention.placed for mention in mentions) <= len(mentions):
            weights[key] = _weight(mentions, sentences, told) + TITLED * bool(title & set(key.split()))
    return [_fullest(article, groups[key]) for key in sorted(weights, key=lambda key: -weights[key])[:MOST]]


def _weight(mentions: Sequence[_Found], sentences: Sequence[Span], told: Collection[Span]) -> float:
    within = any(sentences[mention.sentence] in told for mention in mentions)
    early = 1 / math.sqrt(1 + mentions[0].sentence)
    return early + TOLD * within + AGAIN * math.log2(len(mentions)) + max(mention.worth for mention in mentions)


def _fullest(article: Article, mentions: Sequence[_Found]) -> Span:
    """Of a name's forms that of two or three words; of those the shortest, which in Russian is often the nominative."""

    def order(mention: _Found) -> tuple[int, int]:
        slice_ = article.text[mention.span.start : mention.span.end]
        words = len(slice_.split())
        return FULL.get(words, len(FULL)), len(slice_)

    return min(mentions, key=order).span


def _names(sentence: str, language: str) -> Iterator[_Found]:
    for match in _NAME.finditer(sentence):
        span = _trimmed(sentence, Span(*match.span()))
        name = sentence[span.start : span.end]
        opens = not any(map(str.isalnum, sentence[: span.start])) and " " not in name and not name.isupper()
        described = _ADJECTIVE.fullmatch(name) and sentence[span.end + 1 : span.end + 2].islower()
        if len(name) < 2 or opens or described or _NO_NAME.fullmatch(name):
            continue
        words = stems(_TITLES.sub("", name), language)
        if words:
            placed = _PLACED.search(sentence[: span.start]) is not None
            person = 0.3 if " " in name and not name.isupper() else 0.0
            yield _Found(span, 0, words[-1], person, placed)


def _trimmed(sentence: str, span: Span) -> Span:
    """Without the words at its beginning that only open a sentence."""
    start = span.start
    while opening := _OPENING.match(sentence, start, span.end):
        start = opening.end()
    return Span(start, span.end - 2 if sentence[start : span.end].endswith(" I") else span.end)


def _dates(sentence: str, language: str) -> Iterator[_Found]:
    taken: list[Span] = []
    for worth, pattern in _WHEN:
        for match in pattern.finditer(sentence):
            span = Span(*match.span())
            if not any(span.start < other.end and other.start < span.end for other in taken):
                taken.append(span)
                yield _Found(span, 0, " ".join(content_stems(match[0], language)), worth)


def _numbers(sentence: str, language: str) -> Iterator[_Found]:
    dates = [found.span for found in _dates(sentence, language)]
    for match in amounts(sentence):
        start, end = match.span()
        start += len(match[0]) - len(match[0].lstrip())
        if any(start < date.end and date.start < end for date in dates) or _PURE.fullmatch(match["low"]):
            continue
        bare = not (match["unit"] or match["sign"])
        end = _with_counted(sentence, end) if bare else end
        if bare and end == match.end():
            continue
        rate = _RATE.match(sentence, end)
        end = rate.end() if rate else end
        marked = MARK if match["sign"] or (match["unit"] or "")[:1] in "%₽$€£" else MEASURED * (not bare)
        digits = DIGITS * any(map(str.isdigit, match["low"]))
        aged = -MARK if _OLD.match(sentence, end) or _OLD.search(match[0]) else 0.0
        span = Span(start, end)
        yield _Found(span, 0, " ".join(stems(sentence[start:end], language)), marked + digits + aged)


def _with_counted(sentence: str, end: int) -> int:
    """The end of what a number counts: one noun, and an adjective before it if there is one."""
    first = _NEXT.match(sentence, end)
    if first is None or first[1] != first[1].lower() or not content_stems(first[1], "ru" if first[1] > "я" else "en"):
        return end
    if _COUNTED.fullmatch(first[1]):
        return first.end()
    second = _NEXT.match(sentence, first.end())
    return second.end() if second and _COUNTED.fullmatch(second[1]) else end
