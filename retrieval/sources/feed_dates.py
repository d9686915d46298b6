"""A date as feeds write it -> an aware datetime in UTC. What has no zone is taken as UTC.

RFC 822 and ISO 8601 as they should be, and as they are met: zones left out or named, years of two digits, month names
of English and Russian, the clock of twelve hours, seconds since 1970, day and month in figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from retrieval.sources.dates import in_utc
from retrieval.words.calendar import month_begun

_LONGEST = 100  # characters; what is longer is no date

# Hours from UTC. RFC 822 has the American ones; of the others those that feeds give, in their commonest meaning.
_ZONES = {
    name: hours
    for hours, names in (
        (-10.0, "hst"), (-9.0, "akst"), (-8.0, "pst akdt"), (-7.0, "mst pdt"), (-6.0, "cst mdt"), (-5.0, "est cdt"),
        (-4.0, "edt ast"), (-3.0, "brt art adt"), (0.0, "z ut utc gmt wet"), (1.0, "cet mez bst west"),
        (2.0, "cest mesz eet sast"), (3.0, "eest msk мск trt"), (4.0, "msd samt"), (5.0, "yekt pkt"), (5.5, "ist"),
        (7.0, "ict wib"), (8.0, "hkt sgt awst"), (9.0, "jst kst"), (10.0, "aest"), (11.0, "aedt"), (12.0, "nzst"),
        (13.0, "nzdt"),
    )
    for name in names.split()
}  # fmt: skip

_SECONDS = re.compile(r"\d{9,10}(?:\d{3})?")  # since 1970; with three figures more, milliseconds
_CLOCK = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?!\d)\s*([ap]\.?m\b\.?)?")
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?(?!\d)")
_ZONE = re.compile(r"\s*\(?([a-zа-я]+)")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?[\s.-]*([a-zа-я]{3,})[\s.,-]+(\d{4}|\d{2})(?!\d)")
_MONTH_FIRST = re.compile(r"([a-z]{3,})[\s.]+(\d{1,2})(?:st|nd|rd|th)?[\s,]+(\d{4})(?!\d)")
_DOTTED = re.compile(r"(?<!\d)(\d{1,2})[.-](\d{1,2})[.-](\d{4}|\d{2})(?!\d)")
_SLASHED = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)")


def read_feed_date(text: str) -> datetime | None:
    """None for what is no date, and for figures that may be day and month or month and day."""
    text = " ".join(text[: _LONGEST + 1].split()).lower()
    if not text or len(text) > _LONGEST:
        return None
    for read in (_by_standard, _by_parts):
        try:
            return read(text)
        except (ValueError, OverflowError):
            continue
    return None


def _by_standard(text: str) -> datetime:
    if not _SECONDS.fullmatch(text):
        return in_utc(datetime.fromisoformat(text.upper()))
    return datetime.fromtimestamp(int(text) / (1 if len(text) <= 10 else 1000), UTC)


def _by_parts(text: str) -> datetime:
    clock = _CLOCK.search(text)
    if not clock:
        return _day(text)
    after = text[clock.end() :]
    zone, rest = _zone(after)
    # The year may stand behind the clock: "Mon May 4 08:30:00 MSK 2026".
    return _day(f"{text[: clock.start()]} {rest}") + _time(clock) - timedelta(hours=zone)


def _time(clock: re.Match[str]) -> timedelta:
    hours, minutes, seconds = int(clock[1]), int(clock[2]), min(int(clock[3] or 0), 59)  # 60: a leap second
    if clock[4] and 1 <= hours <= 12:
        hours = hours % 12 + (12 if clock[4].startswith("p") else 0)
    if hours > 24 or minutes > 59:
        raise ValueError(clock[0])
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _zone(after: str) -> tuple[float, str]:
    """Hours from UTC, 0 for a zone that nobody knows, and what is left of the text."""
    if offset := _OFFSET.search(after):
        hours = int(offset[2]) + int(offset[3] or 0) / 60
        sign = -1 if offset[1] == "-" else 1
        return sign * hours if hours <= 14 else 0, after[: offset.start()] + " " + after[offset.end() :]
    name = _ZONE.match(after)
    if name and name[1] in _ZONES:
        return _ZONES[name[1]], after[name.end() :]
    return 0, after


def _day(text: str) -> datetime:
    for year, month, day in _readings(text):
        if len(year) == 2:  # as RFC 2822 reads them, the years of feeds being 1999 to now
            year = f"{'19' if int(year) > 68 else '20'}{year}"
        number = int(month) if month.isdecimal() else month_begun(month)
        if number:
            return datetime(int(year), number, int(day), tzinfo=UTC)
    raise ValueError(text)


def _readings(text: str) -> Iterator[tuple[str, str, str]]:
    """Year, month (a name or figures) and day, wherever three things stand that may be them."""
    for found in _YEAR_FIRST.finditer(text):
        yield found[1], found[2], found[3]
    for found in _DAY_FIRST.finditer(text):
        yield found[3], found[2], found[1]
    for found in _MONTH_FIRST.finditer(text):
        yield found[3], found[1], found[2]
    for found in _DOTTED.finditer(text):
        yield found[3], found[2], found[1]
    for found in _SLASHED.finditer(text):
        first, second = int(found[1]), int(found[2])
        if first == second or max(first, second) > 12:
            yield found[3], str(min(first, second)), str(max(first, second))
