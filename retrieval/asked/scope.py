"""A question and now -> which articles it is about (days, sources), and the question without the words that say so.

Rules for English and Russian, which would rather miss a limit than invent one.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime, time

from retrieval.asked.dates import find_dates
from retrieval.asked.limits import find_limit
from retrieval.asked.periods import Period
from retrieval.asked.sources import find_sources
from retrieval.types import Scope
from retrieval.words.calendar import MONTH_NOT_MAY, MONTH_RU

_OWN_TIME = re.compile(
    rf"\b(?:1\d|20)\d\ds?\b|\b(?!march\b|ма[йю])(?:{MONTH_NOT_MAY}|{MONTH_RU})\b"
    r"|(?<!\ba )\bmarch\b(?! (?:on|through|for|against|to)\b)|\bmay \d|\d(?:st|nd|rd|th)? (?:of )?may\b|\b(?:in|of"
    r"|last|since|until|before|after|early|late|mid) may\b|\b(?:last|previous) (?:year|month|quarter|spring|summer"
    r"|autumn|fall|winter|decade|century)\b|\b(?:years?|months?|decades?) ago\??$|\bhistory of\b"
    r"|\bin (?:\w+ )?history\b|\bhistorical|\bfirst ever\b|\d(?:st|nd|rd|th) century\b|прошл[а-я]+ (?:год|месяц"
    r"|квартал|весн|лет|осен|зим|век)|(?:лет|года?|месяц[а-я]*) назад|\bистори[яию]\b|\bвек[ае]?\b",
    re.IGNORECASE,
)  # what is about the last days is about the present
_SPACES = re.compile(r"\s+")
_BEFORE_MARK = re.compile(r"\s+(?=[,.;:?!])")
_MARKS = re.compile(r"[,;:]+(?=\s*[.?!,;:])|(?<=[(«“])\s+|\(\s*\)")
_EDGES = re.compile(r"^[\s,;:.–-]+|[\s,;:–-]+$")
_POSSESSIVE = re.compile(r"['’]s?\b")
_LETTER = re.compile(r"[^\W\d_]")


def find_scope(text: str, now: datetime, sources: Collection[str]) -> tuple[Scope, str]:
    """The scope, and the text without the words that made it; the whole text if nothing would be left.

    `now` is aware: days are those of its timezone. `sources` are spelt as the articles' are.
    """
    named_sources = find_sources(text, sources)
    if named_sources:
        text = _without(text, [(named_sources.start, named_sources.end)])
    today = now.date()
    found = [(named, limit) for named in find_dates(text, today) if (limit := find_limit(text, named, today))]
    period = _common([limit for _, limit in found])
    if period:
        text = _without(text, [(named.start, _past_possessive(text, named.end)) for named, _ in found])
    first, end = period or (None, None)
    return Scope(_midnight(first, now), _midnight(end, now), named_sources.sources if named_sources else ()), text


def names_time(text: str) -> bool:
    """Whether the question names a time of its own, so that it is not simply about the present."""
    return _OWN_TIME.search(text) is not None


def _common(limits: list[Period]) -> Period | None:
    """The days within all limits; None where there are none."""
    first = max((limit.first for limit in limits if limit.first), default=None)
    end = min((limit.end for limit in limits if limit.end), default=None)
    if first is None and end is None:
        return None
    return Period(first, end) if first is None or end is None or first < end else None


def _midnight(day: date | None, now: datetime) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), tzinfo=now.tzinfo)


def _past_possessive(text: str, end: int) -> int:
    match = _POSSESSIVE.match(text, end)
    return match.end() if match else end


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    left = text
    for start, end in sorted(spans, reverse=True):
        left = f"{left[:start]} {left[end:]}"
    left = _EDGES.sub("", _BEFORE_MARK.sub("", _SPACES.sub(" ", _MARKS.sub("", _SPACES.sub(" ", left)))))
    return left if _LETTER.search(left) else text
