"""Today's date and a period in words (last month, a spring, two weeks ago) -> the calendar days it covers.

Whatever lies wholly in the future, or could be meant two ways that do not overlap, is None: no period at all.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

MONTHS_OF = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}  # the month that opens each season
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
AROUND = timedelta(days=3)  # "two weeks ago" is rarely meant to the day
JUST_OVER = timedelta(days=91)  # for a season long, "this summer" still means the one that was
_SATURDAY = 5
_MIDWEEK = 2  # up to Wednesday "this weekend" in the past tense is the one just over; later it could be either


class Period(NamedTuple):
    """Calendar days, `first` included and `end` not; None is open."""

    first: date | None
    end: date | None


def whole_day(at: date) -> Period:
    return Period(at, at + _DAY)


def week(today: date, back: int) -> Period:
    """Monday to Sunday. `back` 0 is this one."""
    monday = today - _DAY * today.weekday() - _WEEK * back
    return Period(monday, monday + _WEEK)


def month(year: int, number: int) -> Period:
    return Period(date(year, number, 1), _months_on(date(year, number, 1), 1))


def quarter(year: int, number: int) -> Period:
    first = date(year, 3 * number - 2, 1)
    return Period(first, _months_on(first, 3))


def whole_year(year: int) -> Period:
    return Period(date(year, 1, 1), date(year + 1, 1, 1))


def season(name: str, year: int) -> Period:
    """`year`: of its first month."""
    first = date(year, MONTHS_OF[name], 1)
    return Period(first, _months_on(first, 3))


def last_season(name: str, today: date) -> Period:
    """The last one that is over by today."""
    years = (season(name, year) for year in range(today.year, today.year - 3, -1))
    return next(found for found in years if found.end and found.end <= today)


def this_season(name: str, today: date) -> Period | None:
    """The one that is on, or was not long ago. None: the next one may be meant."""
    for year in (today.year, today.year - 1):
        found = season(name, year)
        if found.first and found.end and found.first <= today < found.end + JUST_OVER:
            return found
    return None


def weekend(today: date, back: int) -> Period | None:
    """Saturday and Sunday. `back` 1: the last one that is over; 0: the one that is on, or just over."""
    saturday = today - _DAY * ((today.weekday() - _SATURDAY) % 7)
    if back == 1:
        saturday -= _WEEK if today.weekday() >= _SATURDAY else timedelta()
    elif _MIDWEEK < today.weekday() < _SATURDAY:
        return None
    return Period(saturday, saturday + 2 * _DAY)


def weekday(number: int, today: date, last: bool = False) -> Period:
    """The latest one, today included. With `last` ("last Tuesday") today is not meant, and where this week has had
    one, that and last week's are both meant.
    """
    at = today - _DAY * ((today.weekday() - number) % 7)
    if not last:
        return whole_day(at)
    if at == today:
        return whole_day(at - _WEEK)
    return Period(at - _WEEK if at >= today - _DAY * today.weekday() else at, at + _DAY)


def running(unit: str, today: date, back: int) -> Period | None:
    """A calendar day, week, weekend, month, quarter or year. `back` 0 is this one, 1 the last one."""
    match unit:
        case "day":
            return whole_day(today - _DAY * back)
        case "week":
            return week(today, back)
        case "weekend":
            return weekend(today, back)
        case "month":
            first = _months_on(today, -back)
            return month(first.year, first.month)
        case "quarter":
            first = _months_on(today, -3 * back)
            return quarter(first.year, (first.month + 2) // 3)
        case "year":
            return whole_year(today.year - back)
    return None


def last_night(today: date) -> Period:
    """Yesterday and today."""
    return Period(today - _DAY, today + _DAY)


def rolling(unit: str, today: date, count: int) -> Period | None:
    """The last `count` hours, days, weeks, months, quarters or years up to now."""
    if unit in {"hour", "day"}:
        return Period(today - _DAY * (count if unit == "day" else -(-count // 24)), None)
    if unit == "week":
        return Period(today - _WEEK * count, None)
    months = {"month": 1, "quarter": 3, "year": 12}.get(unit)
    if months is None or months * count >= 12 * (today.year - 1):
        return None
    first = _months_on(today, -months * count)
    return Period(first.replace(day=min(today.day, 28)), None)


def ago(unit: str, today: date, count: int) -> Period | None:
    """That day; about that week; that calendar month or year."""
    if count >= today.year - 1:
        return None
    if unit == "week":
        at = today - _WEEK * count
        return Period(at - AROUND, min(at + AROUND, today) + _DAY)
    return running(unit, today, count) if unit in {"day", "month", "year"} else None


def latest(number: int, at_day: int | None, by: date) -> Period | None:
    """The last month of that number, or the last such day, that began by then. None: there is no such day."""
    for year in range(by.year, by.year - 8, -1):  # eight years hold a leap day, whatever the century
        found = exact(year, number, at_day)
        if found and found.first and found.first <= by:
            return found
    return None


def exact(year: int, number: int, at_day: int | None) -> Period | None:
    """A month or a day. None: there is no such day."""
    if at_day is None:
        return month(year, number) if 1 <= number <= 12 else None
    try:
        return whole_day(date(year, number, at_day))
    except ValueError:
        return None


def _months_on(at: date, months: int) -> date:
    """The first day of the month that many months on."""
    years, rest = divmod(at.year * 12 + at.month - 1 + months, 12)
    return date(years, rest + 1, 1)
