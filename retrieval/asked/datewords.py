"""The words of a point in time, English or Russian ("5 March", "last week", "весной 2025 года") -> the days it covers.

Forms that a sentence may hold are listed once: to find them within a pattern, and to understand what was found.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Literal

from retrieval.asked import periods
from retrieval.asked.periods import Period
from retrieval.words.amounts import WHOLE_NUMBERS
from retrieval.words.calendar import MONTH, MONTH_RU, MONTH_SHORT, WEEKDAY, WEEKDAY_RU, month_number, weekday_number

DateKind = Literal[
    "running",  # today, this week: as often the time of asking as a limit
    "over",  # yesterday, last week, two days ago: hardly anything but a limit
    "named",  # in June, on 5 March 2025: a limit where something happened
    "bare",  # the same without a preposition
    "year",  # in 2024, last year: a limit for an event, hardly for a figure or a state
    "since",
    "written",  # from June, until March: a limit for what was written, otherwise anything
]

_COUNTS = {**WHOLE_NUMBERS, "a": 1, "an": 1, "couple of": 2, "a couple of": 2, "пару": 2}
_SEASONS = {"spr": "spring", "sum": "summer", "aut": "autumn", "win": "winter",
            "вес": "spring", "лет": "summer", "осе": "autumn", "зим": "winter"}  # fmt: skip
_ORDINALS = {"fi": 1, "se": 2, "th": 3, "fo": 4, "1s": 1, "2n": 2, "3r": 3, "4t": 4, "q1": 1, "q2": 2, "q3": 3, "q4": 4,
             "пе": 1, "вт": 2, "тр": 3, "че": 4}  # fmt: skip
_UNITS_RU = (("вых", "weekend"), ("нед", "week"), ("мес", "month"), ("ква", "quarter"), ("год", "year"),
             ("лет", "year"), ("д", "day"), ("сут", "day"), ("час", "hour"))  # fmt: skip

_YEAR = r"(?P<year>\b(?:1\d|20)\d\d)(?![\d–-])(?: ?(?:года?|году|годом)\b| г\.)?"
_DAY = r"(?P<day>\b[0-3]?\d)(?:st|nd|rd|th|-?го)?(?!\w|[.,:]\d)"
_MONTH = rf"(?P<month>\b(?:(?:{MONTH})\b|{MONTH_SHORT}|{MONTH_RU}))"
_WEEKDAY = rf"(?P<weekday>\b(?:{WEEKDAY}|{WEEKDAY_RU})\b)"
_SEASON = (
    r"(?P<season>\b(?:spring|summer|autumn|winter"
    r"|весн(?:[аыеу]|ой)|лет(?:[оаеу]|ом)|осен(?:ь|и|ью)|зим(?:[аыеу]|ой))\b)"
)
UNIT_ONE = (
    r"(?P<unit>\b(?:day|weekend|week|month|quarter|year|недел[яиюе]|неделей|выходны[ех]|месяц(?:[ауе]|ем)?"
    r"|квартал[ауе]?|год(?:[ау]|ом)?|сутки)\b)"
)
_THIS = r"this|эт(?:от|а|о|и|ого|ой|ом|у|их|им)|текущ(?:ий|ая|его|ей|ем|ую)"
_LAST = r"last|previous|(?:прошл|предыдущ|минувш)(?:[ыи]й|[ая]я|[ыи]е|[ое]го|[ое]й|[ое]м|[ую]ю|[ыи]х|[ыи]м)"
_WHICH = rf"(?<!\bthe )(?P<which>\b(?:{_THIS}|{_LAST})\b)"

COUNT = rf"(?P<count>\b(?:\d{{1,3}}|{'|'.join(sorted(_COUNTS, key=len, reverse=True))})\b)"
UNIT_MANY = (
    r"(?P<unit>\b(?:hours?|days?|weeks?|months?|quarters?|years?|час(?:а|ов)?|д(?:ень|ня|ней)|сут(?:ки|ок)"
    r"|недел[яию]|недель|месяц(?:а|ев)?|квартал(?:а|ов)?|год(?:а|ов)?|лет)\b)"
)


def count_of(word: str) -> int:
    return int(word) if word.isdigit() else _COUNTS[word.casefold()]


def time_unit(word: str) -> str:
    """day, week, weekend, month, quarter, year or hour"""
    folded = word.casefold()
    return next((unit for start, unit in _UNITS_RU if folded.startswith(start)), folded.removesuffix("s"))


def _is_this(which: str) -> bool:
    return re.fullmatch(_THIS, which, re.IGNORECASE) is not None


_Found = tuple[Period | None, DateKind]
_Form = Callable[[re.Match[str], date, date], _Found]  # (match, today, by): an undated one has begun by that day


def _by_month(match: re.Match[str], _today: date, by: date) -> _Found:
    """5 March, March 5th, March 2025, March"""
    found = match.groupdict()
    number = int(found["month"]) if found["month"].isdigit() else month_number(found["month"])
    at_day = int(found["day"]) if found.get("day") else None
    if found.get("year"):
        return periods.exact(int(found["year"]), number, at_day), "named"
    return periods.latest(number, at_day, by), "named"


def _quarter(match: re.Match[str], _today: date, by: date) -> _Found:
    """the second quarter of 2025, Q2 2025, второй квартал. "The second quarter" alone may be a match's."""
    if not match["year"] and "quarter" in match["ordinal"].casefold():
        return None, "named"
    number = _ORDINALS[match["ordinal"][:2].casefold()]
    found = periods.quarter(int(match["year"] or by.year), number)
    if not match["year"] and found.first and found.first > by:
        found = periods.quarter(by.year - 1, number)
    return found, "named"


def _season(match: re.Match[str], _today: date, _by: date) -> _Found:
    """the spring of 2025. A winter has two years, and either may be meant."""
    name = _SEASONS[match["season"][:3].casefold()]
    return None if name == "winter" else periods.season(name, int(match["year"])), "named"


def _relative_season(match: re.Match[str], today: date, _by: date) -> _Found:
    """last summer, этим летом"""
    name = _SEASONS[match["season"][:3].casefold()]
    if _is_this(match["which"]):
        return periods.this_season(name, today), "running"
    return periods.last_season(name, today), "over"


def _relative(match: re.Match[str], today: date, _by: date) -> _Found:
    """last month, this week, прошлая неделя"""
    unit, this = time_unit(match["unit"]), _is_this(match["which"])
    found = periods.running(unit, today, 0 if this else 1)
    if this:
        return found, "running"
    return found, "year" if unit == "year" else "over"


def _weekday(match: re.Match[str], today: date, _by: date) -> _Found:
    """Tuesday, last Tuesday, в прошлый понедельник"""
    number = weekday_number(match["weekday"]) - 1
    which = match["which"]
    return periods.weekday(number, today, last=which is not None and not _is_this(which)), "named"


_PART = r"(?: (?:morning|afternoon|evening|night|утром|дн[её]м|вечером|ночью))?"
_FORMS: tuple[tuple[str, _Form], ...] = (
    (r"(?P<year>\b(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?![\d-])", _by_month),  # 2025-03-05
    (r"(?P<day>\b\d\d?)\.(?P<month>\d\d)\.(?P<year>(?:19|20)\d\d)(?!\d)(?: ?г\.)?", _by_month),  # 05.03.2025
    (rf"(?:the )?{_DAY} (?:of )?{_MONTH}(?:,? {_YEAR})?", _by_month),
    (rf"{_MONTH} (?:the )?{_DAY}(?:,? {_YEAR})?", _by_month),
    (rf"{_MONTH}(?:,? (?:of )?{_YEAR})?", _by_month),
    (r"(?:the )?(?P<ordinal>\b(?:(?:first|second|third|fourth|1st|2nd|3rd|4th) quarter|q[1-4]"
     rf"|(?:перв|втор|трет|четв[её]рт)[а-я]+ квартал[а-я]*)\b)(?: (?:of )?{_YEAR})?", _quarter),
    (rf"(?:the )?{_SEASON} (?:of )?{_YEAR}", _season),
    (rf"{_WHICH} {_SEASON}", _relative_season),
    (rf"{_WHICH} {UNIT_ONE}(?! (?:of|for)\b)", _relative),
    (r"the weekend|\bвыходны[ех]\b",  # the one that is on, or the last one
     lambda _, today, _by: (periods.weekend(today, 0) or periods.weekend(today, 1), "named")),
    (rf"\b(?:the day before yesterday|позавчера)\b{_PART}",
     lambda _, today, _by: (periods.running("day", today, 2), "over")),
    (r"\blast night\b|\bвчера вечером\b|\b(?:вчера|сегодня) ночью\b",  # an evening and a morning
     lambda _, today, _by: (periods.last_night(today), "over")),
    (rf"\b(?:yesterday|вчера(?:шн[а-я]+(?: дн[а-я]+)?)?)\b{_PART}",
     lambda _, today, _by: (periods.running("day", today, 1), "over")),
    (rf"\b(?:today|this (?:morning|afternoon)|сегодня(?:шн[а-я]+(?: дн[а-я]+)?)?)\b{_PART}",
     lambda _, today, _by: (periods.whole_day(today), "running")),
    (rf"(?:{_WHICH} )?{_WEEKDAY}{_PART}", _weekday),
    (_YEAR, lambda match, _, _by: (periods.whole_year(int(match["year"])), "year")),
)  # fmt: skip
_COMPILED = tuple((re.compile(form, re.IGNORECASE), understand) for form, understand in _FORMS)
POINT = "(?:" + "|".join(re.sub(r"\?P<\w+>", "?:", form) for form, _ in _FORMS) + ")"
"""Finds any of the forms; has no groups."""


def read_point(words: str, today: date, by: date) -> tuple[Period, DateKind] | None:
    """`words`: what POINT found. An undated day or month is the last one that began by `by`. None: no such day, or
    which one is meant cannot be told.
    """
    for form, understand in _COMPILED:
        if match := form.fullmatch(words):
            period, kind = understand(match, today, by)
            return None if period is None else (period, kind)
    return None
