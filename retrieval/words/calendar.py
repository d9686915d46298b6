"""The months and weekdays of English and Russian: patterns that find them, and which one a word names. Tables only."""

from __future__ import annotations

import re

MONTH_NOT_MAY = "January|February|March|April|June|July|August|September|October|November|December"
"""Without the one that in small letters is a verb first of all."""
MONTH = rf"{MONTH_NOT_MAY}|May"
MONTH_SHORT = r"(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?"
MONTH_RU = (
    r"(?:(?:январ|феврал|апрел|июн|июл|сентябр|октябр|ноябр|декабр)(?:[ьяюе]|[её]м)|(?:март|август)(?:[аеу]|ом)?"
    r"|ма(?:[йяею]|ем))\b"
)
WEEKDAY = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
WEEKDAY_SHORT = r"(?:(?:mon|tues?|thu(?:rs?)?|fri)\b\.?|(?:wed|sat|sun)\.)"
WEEKDAY_RU = r"(?:(?:понедельник|вторник|четверг)(?:[ауе]|ом)?|(?:сред|пятниц|суббот)[ауые]|воскресень[еяю])"

SOME_MONTH = rf"\b(?:(?:{MONTH_NOT_MAY})\b|(?-i:May\b)|(?!(?-i:mar\b)){MONTH_SHORT}|{MONTH_RU})"
SOME_WEEKDAY = rf"\b(?:(?:{WEEKDAY})\b|{WEEKDAY_SHORT}|(?!сред[ые]){WEEKDAY_RU}\b)"
"""As an article writes them, which is full of other words: "may", "mar", «окружающей среды»."""

_ANY_MONTH = re.compile(rf"{MONTH}|{MONTH_SHORT}|{MONTH_RU}", re.IGNORECASE)
_ANY_WEEKDAY = re.compile(rf"(?:{WEEKDAY})(?:['’]?s)?|{WEEKDAY_SHORT}|{WEEKDAY_RU}", re.IGNORECASE)
_MONTHS_BEGIN = ("jan янв", "feb фев", "mar мар", "apr апр", "may май мая мае маю", "jun июн", "jul июл", "aug авг",
                 "sep сен", "oct окт", "nov ноя", "dec дек")  # fmt: skip
_WEEKDAYS_BEGIN = ("mon пон", "tue вто", "wed сре", "thu чет", "fri пят", "sat суб", "sun вос")


def month_number(word: str) -> int:
    """1 to 12; 0 for what is no month."""
    return _place(word, _MONTHS_BEGIN) if _ANY_MONTH.fullmatch(word) else 0


def month_begun(word: str) -> int:
    """1 to 12 by its first three letters, however it goes on: machines and hurried people shorten as they like."""
    return _place(word, _MONTHS_BEGIN)


def weekday_number(word: str) -> int:
    """1 to 7; 0 for what is no weekday."""
    return _place(word, _WEEKDAYS_BEGIN) if _ANY_WEEKDAY.fullmatch(word) else 0


def _place(word: str, beginnings: tuple[str, ...]) -> int:
    start = word.casefold()[:3]
    return next((place for place, begins in enumerate(beginnings, 1) if start in begins.split()), 0)
