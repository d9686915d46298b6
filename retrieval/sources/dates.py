"""A date as people and machines write it -> an aware datetime in UTC. What has no zone is taken as UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from retrieval.words.calendar import month_begun

_DAY_FIRST = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?(?:\s+of)?\s+([a-zа-я]{3,})\.?,?\s+(\d{4})\b")  # 5 March 2026
_MONTH_FIRST = re.compile(r"\b([a-z]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")  # March 5, 2026
_DOTTED = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b")  # 05.03.2026, never the American order
_CLOCK = re.compile(r"\b([01]?\d|2[0-3]):([0-5]\d)\b")


EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No page of the web was published before; what says so means another date, or none."""


def read_date(text: str) -> datetime | None:
    """Reads ISO 8601, RFC 2822, "5 March 2026", "March 5, 2026", "05.03.2026", «5 марта 2026». None for the rest."""
    text = text.strip()
    for read in (datetime.fromisoformat, parsedate_to_datetime, _read_words):
        try:
            return in_utc(read(text))
        except (ValueError, OverflowError):
            continue
    return None


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC; without a zone it is taken as UTC."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _read_words(text: str) -> datetime:
    day, month, year = _day_month_year(text.lower())
    clock = _CLOCK.search(text)
    hour, minute = (int(part) for part in clock.groups()) if clock else (0, 0)
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def _day_month_year(text: str) -> tuple[int, int, int]:
    if found := _DOTTED.search(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _DAY_FIRST.search(text):
        return int(found[1]), _month(found[2]), int(found[3])
    if found := _MONTH_FIRST.search(text):
        return int(found[2]), _month(found[1]), int(found[3])
    raise ValueError(text)


def _month(name: str) -> int:
    if not (number := month_begun(name)):
        raise ValueError(name)
    return number
