"""A question and today's date -> the dates it names, in English and Russian: where they stand, what days they cover.

What a date is there for (when it happened, when it was written, or a mere name) is for the caller to judge. Dates
that have not come yet, and those far before any article, are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from retrieval.asked import periods
from retrieval.asked.datewords import COUNT, POINT, UNIT_MANY, UNIT_ONE, DateKind, count_of, read_point, time_unit
from retrieval.asked.periods import Period

OLDEST = 15  # years before now: what is older is history told in an article, not the day of one


@dataclass(frozen=True, slots=True)
class NamedDate:
    """`text[start:end]` are the words, with their preposition."""

    start: int
    end: int
    period: Period
    kind: DateKind


_Read = tuple[Period | None, DateKind] | None


def _between(match: re.Match[str], today: date) -> _Read:
    """between 3 and 10 May, с июня по август 2025 года: the first end takes what it lacks from the second"""
    first, last = match["first"], match["last"]
    if first.isdigit() and len(first) <= 2:
        first = re.sub(r"\d{1,2}", first, last, count=1)
    end = read_point(last, today, today)
    if end is None or end[0].first is None:
        return None
    start = read_point(first, today, end[0].first)
    if start is None or start[0].first is None or start[0].first > end[0].first:
        return None
    return Period(start[0].first, end[0].end), end[1] if end[1] == "year" else "named"


def _since(match: re.Match[str], today: date) -> _Read:
    """since Monday, from June onwards, с 3 мая"""
    point = read_point(match["point"], today, today)
    return point and (Period(point[0].first, None), "since")


def _since_its_start(match: re.Match[str], today: date) -> _Read:
    """since the start of the year, с начала месяца"""
    period = periods.running(time_unit(match["unit"]), today, 0)
    return period and (Period(period.first, None), "since")


def _until(match: re.Match[str], today: date) -> _Read:
    """until March, before 5 May, до марта"""
    point = read_point(match["point"], today, today)
    return point and (Period(None, point[0].first), "written")


def _after(match: re.Match[str], today: date) -> _Read:
    """after 5 May, после марта"""
    point = read_point(match["point"], today, today)
    return point and (Period(point[0].end, None), "written")


def _rolling(match: re.Match[str], today: date) -> _Read:
    """in the last 3 days, the past week, за последние две недели"""
    count = match.groupdict().get("count")
    return periods.rolling(time_unit(match["unit"]), today, count_of(count) if count else 1), "over"


def _ago(match: re.Match[str], today: date) -> _Read:
    """two days ago, неделю назад"""
    unit, count = time_unit(match["unit"]), match.groupdict().get("count")
    return periods.ago(unit, today, count_of(count) if count else 1), "year" if unit == "year" else "over"


def _at(match: re.Match[str], today: date) -> _Read:
    """in June, on Tuesday, в марте"""
    return read_point(match["point"], today, today)


def _of(match: re.Match[str], today: date) -> _Read:
    """from June, of 5 May, за март: said of articles, and of much else. "За прошлую неделю" is said of anything."""
    point = read_point(match["point"], today, today)
    if point and match[0].startswith("за ") and point[1] in {"over", "running"}:
        return point
    return point and (point[0], "written")


def _alone(match: re.Match[str], today: date) -> _Read:
    """5 March, Tuesday, yesterday, this week, весной 2025 года"""
    point = read_point(match["point"], today, today)
    if point and point[1] in {"named", "year"} and not _TELLING.search(match["point"]):
        return None  # "may", "march", 2,000 of anything
    return point and (point[0], "bare" if point[1] == "named" and not _RELATIVE.match(match[0]) else point[1])


_TELLING = re.compile(r"\d\W*[^\W\d]|[^\W\d]\W*\d|\d\D\d|day\b|last |previous |прошл|предыдущ|минувш", re.IGNORECASE)
_RELATIVE = re.compile(
    r"(?:the )?(?:last|previous) |прошл|предыдущ|минувш|(?:весной|летом|осенью|зимой)\b", re.IGNORECASE
)  # as clear alone as with a preposition
_P = rf"(?P<point>{POINT})"
_FIRST, _LAST = rf"(?P<first>{POINT}|\b\d\d?\b)", rf"(?P<last>{POINT})"
_WITHIN = r"(?:\b(?:in|over|during|within|for) )"
_PATTERNS: tuple[tuple[str, Callable[[re.Match[str], date], _Read]], ...] = (
    (r"(?P<point>\bthe day before yesterday\b)", _at),
    (rf"\bbetween {_FIRST} and {_LAST}", _between),
    (rf"\bмежду {_FIRST} и {_LAST}", _between),
    (rf"\b(?:from|since) {_FIRST} (?:to|until|till|through) {_LAST}", _between),
    (rf"\bсо? {_FIRST} (?:по|до) {_LAST}", _between),
    (rf"\bsince the (?:start|beginning) of the {UNIT_ONE}", _since_its_start),
    (rf"\bс начала {UNIT_ONE}", _since_its_start),
    (rf"\b(?:from|starting) {_P} on(?:wards?)?\b", _since),
    (rf"\b(?:ever )?since {_P}", _since),
    (rf"\b(?:начиная )?со? {_P}", _since),
    (rf"\b(?:until|till|before|up to|prior to) {_P}", _until),
    (rf"\bдо {_P}", _until),
    (rf"\bafter {_P}", _after),
    (rf"\bпосле {_P}", _after),
    (rf"{_WITHIN}?(?:(?:the|this) )?\b(?:last|past|previous) {COUNT} {UNIT_MANY}(?! of\b)", _rolling),
    (rf"{_WITHIN}(?:the )?(?:last|past) {UNIT_ONE}(?! of\b)", _rolling),
    (rf"\b(?:(?:the|this) )?past {UNIT_ONE}(?! of\b)", _rolling),
    (rf"\b(?:за|в течение) (?:последн|прошедш)[а-я]+ (?:{COUNT} )?{UNIT_MANY}", _rolling),
    (rf"\b(?:about )?{COUNT} {UNIT_MANY} ago\b", _ago),
    (rf"{COUNT} {UNIT_MANY} назад\b", _ago),
    (r"\b(?<!\d )(?P<unit>неделю|месяц|год|сутки) назад\b", _ago),
    (r"\b(?:at|over|during|on) (?P<point>the weekend)", _at),
    (rf"\b(?:back |early |late )?(?:in|on|during|throughout)(?: early| late)? {_P}", _at),
    (rf"\bat the (?:start|beginning|end) of {_P}", _at),
    (rf"\b(?:во?|на)(?: (?:начале|конце|середине))? {_P}", _at),
    (rf"\b(?<!winter )(?:from|of|for|dated) {_P}", _of),
    (rf"\b(?:за|от|из) {_P}", _of),
    (rf"\b(?:(?:earlier|later|late|early) )?{_P}", _alone),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), read) for pattern, read in _PATTERNS)


def find_dates(text: str, today: date) -> list[NamedDate]:
    """In the order of the text; they do not overlap."""
    taken: list[range] = []
    found = []
    for pattern, read in _COMPILED:
        for match in pattern.finditer(text):
            if any(match.start() < other.stop and other.start < match.end() for other in taken):
                continue
            taken.append(range(match.start(), match.end()))
            named = read(match, today)
            if named and named[0] is not None and _is_news(named[0], today):
                found.append(NamedDate(match.start(), match.end(), named[0], named[1]))
    return sorted(found, key=lambda named: named.start)


def _is_news(period: Period, today: date) -> bool:
    first = period.first or period.end
    return first is not None and first <= today and first.year >= today.year - OLDEST
