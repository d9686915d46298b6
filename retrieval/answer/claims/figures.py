"""A text -> the numbers, dates and times it names, each in one spelling; and whether quotes name them too.

"1,000", "1 000" and "a thousand" are one number, "3.2m" and "3.2 million" another; "March 5", "5 March" and
"2031-03-05" name one day. English and Russian words; digits in any language. What can be read in two ways keeps both
readings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from retrieval.text.stems import content_stems
from retrieval.words.amounts import CURRENCY_SIGNS, SCALES, SIGNED, number_word, sign_of
from retrieval.words.calendar import MONTH, MONTH_RU, MONTH_SHORT, WEEKDAY, WEEKDAY_RU, month_number, weekday_number

_REACH = 48  # characters behind a number in which its noun stands
_HALF_DAY = 12 * 60  # minutes

_MONTH = rf"(?:{MONTH}|{MONTH_SHORT}|{MONTH_RU})"
_DAY = r"(?P<{0}>[0-3]?\d)(?:st|nd|rd|th|-?го|-?е)?"
_DATE = re.compile(
    rf"(?<![\w.,])(?:{_DAY.format('day_first')} (?:of )?(?P<month_second>{_MONTH})\b\.?"
    rf"|(?P<month_first>{_MONTH})\.? {_DAY.format('day_second')}(?![\w%]|[.,:]\d))",
    re.IGNORECASE,
)
_NUMERIC_DATE = re.compile(
    r"(?<![\d./-])(?:(?P<iso>\d{4}-[01]\d-[0-3]\d)|(?P<one>[0-3]?\d)[./](?P<two>[0-3]?\d)[./](?P<year>\d{4}|\d\d))"
    r"(?![./-]?\d)"
)
_MONTH_ALONE = re.compile(rf"\b(?:{MONTH}|sept|{MONTH_RU})\b", re.IGNORECASE)
_VERBS = frozenset({"may", "march"})  # in small letters
_TIME = re.compile(
    r"(?<![\w.,:])(?P<hour>[01]?\d|2[0-3])(?:[:.](?P<minute>[0-5]\d))? ?(?P<half>[ap])\.?m\b\.?"
    r"|(?<![\w.,:])(?P<h>[01]?\d|2[0-3]):(?P<m>[0-5]\d)(?![\d:])",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(rf"\b(?:{WEEKDAY}|{WEEKDAY_RU})s?\b", re.IGNORECASE)
_NUMBER = re.compile(
    rf"""(?:(?<!\S)(?P<sign>[-–]|minus[ ]|минус[ ]))?(?P<currency>[{CURRENCY_SIGNS}][ ]?)?
    (?<!\w)(?P<digits>\d{{1,3}}(?:[ ]\d{{3}})+(?!\d)|\d+(?:[.,]\d+)*)
    (?:(?:st|nd|rd|th|s|-?(?:го|му|й|я|е|х|м|ти|ый|ая))\b)?
    (?P<scale>[ ]?(?:{"|".join(sorted(SCALES, key=len, reverse=True))})\b)?
    |(?P<word>\b[^\W\d_]+\b)""",
    re.VERBOSE | re.IGNORECASE,
)
_UNIT_BEHIND = re.compile(rf"\.?[ -]?(?P<unit>{SIGNED})", re.IGNORECASE)
_PARTED = re.compile(r"(?<=\d)([.,]) (?=\d)")  # "235, 000", "1. 3": as tokenised texts write numbers
_JOINT = re.compile(r"[ -]| and ")  # between two words of one number


class Figure(NamedTuple):
    """A number, a day, a month, a weekday or a time. `readings`: what it may mean, each in one spelling."""

    readings: frozenset[str]
    unit: str = ""  # "%", a currency's sign, or nothing
    noun: str = ""  # the stem of the first word with content behind a number


def named_figures(text: str, language: str = "en") -> list[Figure]:
    """All of them, dates first. A day also counts as its month."""
    rest = unicodedata.normalize("NFKC", text).replace("\u2212", "-").replace("\u00ad", "")
    found: list[Figure] = []
    for pattern, read in ((_NUMERIC_DATE, _numeric_date), (_DATE, _date), (_TIME, _time)):
        found += [figure for match in pattern.finditer(rest) for figure in read(match)]
        rest = pattern.sub(" ; ", rest)  # so that its digits are not read again as numbers
    return [*found, *_months(rest), *_weekdays(rest), *_numbers(rest, language)]


def figures_stand(sentence: str, quotes: Sequence[str], language: str = "en") -> bool:
    """Whether every figure of the sentence stands in the quotes, with the same unit, and not with another's noun."""
    sources = dict.fromkeys(text for quote in quotes for text in (quote, _PARTED.sub(r"\1", quote)))
    told = [named_figures(source, language) for source in sources]
    return all(_stands(figure, told) for figure in named_figures(sentence, language))


def _stands(figure: Figure, quotes: Sequence[Sequence[Figure]]) -> bool:
    fitting = any(_fits(figure, other, told) for told in quotes for other in told)
    if not fitting or not figure.noun:
        return fitting
    told = [other for quote in quotes for other in quote]
    same = [other for other in told if other.readings & figure.readings]
    nouns_of_others = {other.noun for other in told if not other.readings & figure.readings}
    return figure.noun not in nouns_of_others or figure.noun in {other.noun for other in same}


def _fits(figure: Figure, other: Figure, told: Sequence[Figure]) -> bool:
    """Whether both are the same; a unit may stand behind another number only: "from 4 to 5%"."""
    if not figure.readings & other.readings:
        return False
    return figure.unit in ("", other.unit) or (not other.unit and figure.unit in {beside.unit for beside in told})


# --- dates and times


def _numeric_date(match: re.Match[str]) -> Iterator[Figure]:
    if match["iso"]:
        year, days = match["iso"][:4], [(int(match["iso"][5:7]), int(match["iso"][8:]))]
    else:
        one, two = int(match["one"]), int(match["two"])
        year, days = match["year"], [(two, one), (one, two)]  # day first, or month first: nobody can tell
    days = [(month, day) for month, day in days if 1 <= month <= 12 and 1 <= day <= 31]
    yield Figure(frozenset({year if len(year) == 4 else f"20{year}"}))
    if days:
        yield Figure(frozenset(f"day {month}-{day}" for month, day in days))
        yield Figure(frozenset(f"month {month}" for month, _ in days))


def _date(match: re.Match[str]) -> Iterator[Figure]:
    month = month_number(match["month_first"] or match["month_second"])
    yield Figure(frozenset({f"day {month}-{int(match['day_first'] or match['day_second'])}"}))
    yield Figure(frozenset({f"month {month}"}))


def _time(match: re.Match[str]) -> Iterator[Figure]:
    """In minutes; without "am", "pm" or an hour above twelve it may be either half of the day."""
    minutes = int(match["hour"] or match["h"]) * 60 + int(match["minute"] or match["m"] or 0)
    readings = {minutes}
    if match["half"]:
        readings = {minutes % _HALF_DAY + (_HALF_DAY if match["half"].casefold() == "p" else 0)}
    elif minutes < _HALF_DAY + 60:
        readings.add((minutes + _HALF_DAY) % (2 * _HALF_DAY))
    yield Figure(frozenset(f"time {minute}" for minute in readings))


def _months(text: str) -> Iterator[Figure]:
    for match in _MONTH_ALONE.finditer(text):
        if match.group() not in _VERBS:
            yield Figure(frozenset({f"month {month_number(match.group())}"}))


def _weekdays(text: str) -> Iterator[Figure]:
    for match in _WEEKDAY.finditer(text):
        yield Figure(frozenset({f"weekday {weekday_number(match.group())}"}))


# --- numbers


def _numbers(text: str, language: str) -> Iterator[Figure]:
    for match in _NUMBER.finditer(text):
        if match["digits"]:
            readings = frozenset(_spelt(value, match["sign"]) for value in _scaled(match))
            yield _with_company(Figure(readings, (match["currency"] or "").strip()), text[match.end() :], language)
    for value, end in _in_words(_NUMBER.finditer(text)):
        yield _with_company(Figure(frozenset({_spelt(value, None)})), text[end:], language)


def _with_company(figure: Figure, behind: str, language: str) -> Figure:
    """The figure with its unit and its noun, which stand behind it."""
    match = _UNIT_BEHIND.match(behind)
    unit = figure.unit or (sign_of(match["unit"]) if match else "")
    clause = re.split(r"[,;:.!?()]", behind[match.end() if match else 0 :][:_REACH], maxsplit=1)[0]
    words = [] if re.match(r"\W*\d", clause) else content_stems(clause, language)
    return Figure(figure.readings, unit, words[0] if words and number_word(words[0]) is None else "")


def _scaled(match: re.Match[str]) -> set[float]:
    scale = (match["scale"] or "").strip().casefold()
    values = _values(match["digits"].replace(" ", ""))
    scaled = {value * SCALES.get(scale, 1.0) for value in values}
    return scaled | values if scale == "m" else scaled  # or metres


def _values(digits: str) -> set[float]:
    """What digits with separators may mean: "1.000" is one, or a thousand where a point groups."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
        return {float(digits.replace(",", ""))}
    if re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}\.\d{3},\d+", digits):
        return {float(digits.replace(".", "").replace(",", "."))}
    if digits.count(",") + digits.count(".") > 1:
        return {float(part) for part in re.split("[.,]", digits)}
    value = float(digits.replace(",", "."))
    return {value, float(digits.replace(".", ""))} if re.fullmatch(r"\d{1,3}\.\d{3}", digits) else {value}


def _in_words(matches: Iterable[re.Match[str]]) -> Iterator[tuple[float, int]]:
    """Numbers written in words, and where each ends: "two hundred and fifty", "twenty-five", "сорок один"."""
    run: list[float] = []
    end = -1
    for match in matches:
        word = match["word"]
        value = number_word(word) if word else None
        if run and word and word.casefold() == "and":
            continue
        joint = _JOINT.fullmatch(match.string[end : match.start()].casefold()) if run else None
        if run and not (value is not None and joint and (value >= 100 or value < run[-1])):
            yield from _counted(run, end)
            run = []
        if value is not None:
            run.append(value)
            end = match.end()
    yield from _counted(run, end)


def _counted(run: Sequence[float], end: int) -> Iterator[tuple[float, int]]:
    """ "One" alone counts nothing: "one of them"."""
    total = current = 0.0
    for value in run:
        if value >= 1000:
            total, current = total + (current or 1) * value, 0.0
        else:
            current = (current or 1) * value if value == 100 else current + value
    if run and list(run) != [1.0]:
        yield total + current, end


def _spelt(value: float, sign: str | None) -> str:
    return f"{'-' if sign and value else ''}{value:.10g}"
