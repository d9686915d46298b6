"""A slice of an article -> the moment it names: year, month, day, weekday, hour, as far as it says.

Dates and times of English and Russian: "Thursday, March 5", "5 марта 2026 года", "at 7 p.m.", "вчера", "1990s".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from retrieval.words.amounts import NUMBER_WORD
from retrieval.words.calendar import SOME_MONTH, SOME_WEEKDAY, month_number, weekday_number

_DAYS_AWAY = {
    "позавчера|day before yesterday": -2, "вчера|yesterday|last night": -1, "сегодня|today|tonight|this morning": 0,
    "завтра|tomorrow": 1,
}  # fmt: skip
_NAMED_HOURS = {"noon": 720, "полдень": 720, "midnight": 0, "полночь": 0}
_AWAY = rf"\b(?:{'|'.join(_DAYS_AWAY)})\b"
_YEAR = r"(?<![\d.,:])(?:1\d|20)\d\d(?![\d%]|[.,:]\d)"
_OF_YEAR = r"(?:\s(?:год(?:а|у|ом|ов|ах|ы)?\b|гг?\b\.?))?"
_ERA = r"(?:\s(?:BC|AD|BCE|CE|до н\.\s?э\.?|н\.\s?э\.?))"
_CLOCK = (
    r"\b\d{1,2}(?::\d\d)?\s?[ap]\.?m\b\.?|\b(?:[01]?\d|2[0-3]):[0-5]\d\b|\bnoon\b|\bmidnight\b|\bполдень\b|\bполночь\b"
    r"|\b\d{1,2}\s(?:час(?:а|ов)?\s)?(?:утра|вечера|дня|ночи)\b|(?<=\bв\s)\d{1,2}\sчас(?:а|ов)\b|\b\d{1,2}\so'clock\b"
)
_SPAN_UNIT = r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centuries|century)"
_SPAN_UNIT_RU = r"(?:секунд\w*|минут\w*|час\w*|дн\w+|день|сут\w+|недел\w+|месяц\w*|лет|год\w*|век\w*|десятилети\w+)"
_MANY = r"\d[\d.,]*(?:[ \xa0]\d{3}\b)*(?:\s(?:million|billion|миллион\w*|млн|тысяч\w*))?"
_COUNT = rf"(?:{_MANY}|an?|several|a few|{NUMBER_WORD}(?:[ -]{NUMBER_WORD})*|несколько)"
_PARTS = (
    rf"\b\d{{4}}-\d\d-\d\d\b|\b\d{{1,2}}\.\d{{1,2}}\.\d{{2,4}}\b|{_CLOCK}",
    rf"\b(?:\d{{1,2}}(?:\s(?:to|and|по|и)\s|\s?[-–]\s?))?\d{{1,2}}(?:st|nd|rd|th|-го|-е)?\s(?:of\s)?{SOME_MONTH}",
    rf"{SOME_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?(?![\d:])",
    rf"{_YEAR}(?:s\b|-?[хе](?:\s(?:год\w*|гг\.))?)",
    rf"{_YEAR}(?:[–—/-]\d{{2,4}}\b)?{_OF_YEAR}{_ERA}?|\b\d{{3}}\sгод[ау]?\b|\b\d{{1,4}}{_ERA}",
    rf"{SOME_MONTH}|{SOME_WEEKDAY}(?:\s(?:morning|afternoon|evening|night))?|{_AWAY}(?:\s(?:утром|вечером|днём|днем|ночью))?",
    rf"\b{_COUNT}\s{_SPAN_UNIT}\s(?:ago|later|earlier)\b",
    rf"\b{_COUNT}\s{_SPAN_UNIT_RU}\s(?:назад|спустя|до (?:настоящего времени|нашей эры))",
    rf"\b(?:between|from|между|с|от)\s{_YEAR}{_OF_YEAR}\s(?:and|to|until|и|по|до)\s{_YEAR}{_OF_YEAR}",
    r"\b(?:earlier |later )?(?:last|next|this|past)\s"
    r"(?:week|month|year|spring|summer|autumn|fall|winter|weekend|night)\b",
    r"\b(?:на|в)\s(?:прошл|следующ|эт|минувш)\w+\s(?:недел[еюи]|год[уа]|месяце|выходны[ех])\b",
    r"\b(?:spring|summer|autumn|winter|fall)(?= of| \d)|\b(?:весной|летом|осенью|зимой)\b",
    r"\b(?:\d{1,2}(?:st|nd|rd|th)|[a-z]{4,8}th)[ -]century\b",
    r"\b(?:[IVX]+|\d{1,2}(?:-?(?:го|м|й))?)\sвек(?:а|е|у|ов|ах)?\b",
)
_PART = "|".join(_PARTS)
_BOUND = (
    r"(?:before|after|until|early|late|mid|at the (?:start|end|beginning) of|the (?:start|end|beginning) of"
    r"|до|после|нач(?:ал\w+)|середин\w+|кон(?:ец|ц\w+))"
)
_JOINT = r",?\s(?:(?:at|on|in|of|в|во|на)\s)?"
MOMENT = re.compile(
    rf"(?:\b(?P<bound>{_BOUND})[\s-])?(?P<parts>(?:{_PART})(?:{_JOINT}(?:{_PART})){{0,3}})", re.IGNORECASE
)
_FIELDS = {
    "iso": r"\b(?P<iso>\d{4}-\d\d-\d\d)\b",
    "dotted": r"\b(?P<dotted>\d{1,2}\.\d{1,2}\.\d{2,4})\b",
    "clock": rf"(?P<clock>{_CLOCK})",
    "decade": rf"(?P<decade>{_YEAR})(?:s|-?[хе])(?!\w)",
    "year": rf"(?P<year>{_YEAR})",
    "day": rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th|-го|-е)?(?=\s(?:of\s)?{SOME_MONTH})",
    "month": rf"(?P<month>{SOME_MONTH})(?:\s(?P<behind>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:]))?",
    "weekday": rf"(?P<weekday>{SOME_WEEKDAY})",
    "away": rf"(?P<away>{_AWAY})",
    "other": r"(?P<other>\d+)",  # a range, a century, a count: not one moment
}
_FIELD = re.compile("|".join(_FIELDS.values()), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Moment:
    """What is said of a moment; None is what is not said. `weekday` 0 is Monday, `away` is in days from publication,
    `minute` of the day, `decade` 199 is the 1990s."""

    decade: int | None = None
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    minute: int | None = None
    away: int | None = None
    bounded: bool = False  # "before", "until", "early": less than the whole of it, or beyond it

    def facts(self) -> dict[str, int]:
        """What is said and what follows from it."""
        said = {
            "decade": self.decade, "year": self.year, "month": self.month, "day": self.day, "weekday": self.weekday,
            "minute": self.minute, "away": self.away,
        }  # fmt: skip
        if self.year is not None:
            said["decade"] = self.year // 10
            if self.month is not None and self.day is not None:
                said["weekday"] = _weekday(self.year, self.month, self.day)
        return {field: value for field, value in said.items() if value is not None}


def moment_in(text: str) -> Moment | None:
    """The only moment of the slice; None when there is none, or a range, or two."""
    fields: dict[str, int] = {}
    for field, value in _fields(text):
        if fields.setdefault(field, value) != value:
            return None
    if "other" in fields:
        return None
    return Moment(**fields, bounded=_bounded(text)) if fields else None


def settled(moment: Moment, published: datetime | None) -> Moment:
    """ "Yesterday" becomes a date, if it is known when it was said."""
    if moment.away is None or published is None:
        return moment
    day = published.date() + timedelta(days=moment.away)
    return Moment(None, day.year, day.month, day.day, None, moment.minute, None, moment.bounded)


def _bounded(text: str) -> bool:
    found = MOMENT.search(text)
    return bool(found and found["bound"]) or re.match(r"\W*(?:by|since|from|с|к)\s", text, re.IGNORECASE) is not None


def _fields(text: str) -> Iterator[tuple[str, int]]:
    for match in _FIELD.finditer(text):
        kind = str(match.lastgroup)
        if kind in ("iso", "dotted"):
            yield from _dated(match[0])
        elif kind in ("month", "behind"):
            yield "month", month_number(match["month"])
            if match["behind"]:
                yield "day", int(match["behind"])
        else:
            field, number = _READ[kind]
            yield field, number(match[kind])


def _days_away(said: str) -> int:
    return next(days for words, days in _DAYS_AWAY.items() if re.fullmatch(words, said, re.IGNORECASE))


def _dated(text: str) -> Iterator[tuple[str, int]]:
    """ "2026-03-05" or "05.03.2026"."""
    year, month, day = map(int, text.split("-") if "-" in text else text.split(".")[::-1])
    yield "year", year + 2000 if year < 100 else year
    yield "month", month
    yield "day", day


def _minute(text: str) -> int:
    text = text.casefold()
    if text in _NAMED_HOURS:
        return _NAMED_HOURS[text]
    hour, _, minutes = re.sub(r"[^\d:]", "", text).partition(":")
    hours = int(hour)
    if re.search(r"[ap]\.?m|утра|дня|вечера|ночи", text):
        hours = hours % 12 + (12 if re.search(r"p\.?m|дня|вечера", text) else 0)
    return hours * 60 + int(minutes or 0)


def _weekday(year: int, month: int, day: int) -> int | None:
    try:
        return date(year, month, day).weekday()
    except ValueError:  # the 31st of June
        return None


_READ: dict[str, tuple[str, Callable[[str], int]]] = {  # what is matched -> the field, and how it is read
    "clock": ("minute", _minute),
    "decade": ("decade", lambda said: int(said) // 10),
    "year": ("year", int),
    "day": ("day", int),
    "weekday": ("weekday", lambda said: weekday_number(said) - 1),
    "away": ("away", _days_away),
    "other": ("other", int),
}
