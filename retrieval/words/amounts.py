"""A slice of an article -> the amount it states: a number, how exactly it is meant, its unit and what is counted.

Digits and number words of English and Russian: "$3.2m", "3,2 млн долларов", "at least twelve people", "полтора года".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from retrieval.text.stems import content_stems

Bound = Literal["", "at least", "above", "below", "about"]

_ONES = {
    0: "zero ноль нуль ноля нуля",
    1: "one один одна одно одного одной одному одним одном одну",
    2: "two два две двух двум двумя двое двоих",
    3: "three три трёх трех трём трем тремя трое троих",
    4: "four четыре четырёх четырех четырём четырем четырьмя четверо четверых",
    5: "five пять пяти пятью пятеро пятерых",
    6: "six шесть шести шестью шестеро шестерых",
    7: "seven семь семи семью семеро семерых",
    8: "eight восемь восьми восемью восьмью",
    9: "nine девять девяти девятью",
    10: "ten десять десяти десятью",
    11: "eleven", 12: "twelve", 13: "thirteen", 14: "fourteen", 15: "fifteen", 16: "sixteen", 17: "seventeen",
    18: "eighteen", 19: "nineteen", 20: "twenty", 30: "thirty", 40: "forty сорок сорока", 50: "fifty", 60: "sixty",
    70: "seventy", 80: "eighty", 90: "ninety девяносто девяноста", 100: "сто ста",
    1.5: "полтора полторы полутора", 200: "двести двухсот", 300: "триста трёхсот трехсот",
    400: "четыреста четырёхсот четырехсот", 500: "пятьсот пятисот", 600: "шестьсот шестисот", 700: "семьсот семисот",
    800: "восемьсот восьмисот", 900: "девятьсот девятисот",
}  # fmt: skip
_TEENS = {
    11: "одиннадцат", 12: "двенадцат", 13: "тринадцат", 14: "четырнадцат", 15: "пятнадцат", 16: "шестнадцат",
    17: "семнадцат", 18: "восемнадцат", 19: "девятнадцат", 20: "двадцат", 30: "тридцат",
}  # fmt: skip
_TENS = {50: "пят", 60: "шест", 70: "сем", 80: "восем"}
_SCALES = {
    12: "dozen дюжина дюжину дюжины",
    100: "hundred",
    1_000: "thousand k тысяча тысячу тысячи тысяч тысячей тыс",
    1_000_000: "million millions mln mn m миллион миллиона миллионов миллионам миллионами млн",
    1_000_000_000: "billion billions bln bn миллиард миллиарда миллиардов миллиардам млрд",
    1_000_000_000_000: "trillion trillions tn trn триллион триллиона триллионов трлн",
}
_WORTH = {form: float(value) for value, forms in _ONES.items() for form in forms.split()}
_WORTH |= {stem + ending: float(value) for value, stem in _TEENS.items() for ending in ("ь", "и", "ью")}
_WORTH |= {
    form: float(value)
    for value, stem in _TENS.items()
    for form in (f"{stem}ьдесят", f"{stem}идесяти", f"{stem}ьюдесятью")
}
_WORTH["восьмидесяти"] = 80
WHOLE_NUMBERS = {form: int(value) for form, value in _WORTH.items() if value and not value % 1}
SCALES: dict[str, float] = {form: value for value, forms in _SCALES.items() for form in forms.split()}
"""What multiplies the number before it; "m" may also be metres."""
_VAGUE_ALONE = frozenset({"тысячи", "тысяч", "тысячей", "миллионы", "миллионов", "millions", "billions", "trillions"})
_SHARES = {
    50: r"half|половин[аыуе]|половиной",
    25: r"(?:a |one[ -])?quarter(?= of)|четверт(?:ь|и|ью)(?= )",
    75: r"three[ -]quarters",
    100 / 3: r"(?:a |one[ -])third|треть(?:ю)?|одн\w+ трет\w+",
    200 / 3: r"two[ -]thirds|дв\w+ трет\w+",
}  # fmt: skip

_UNITS = {
    "%": r"%|per ?cent\b|pct\b|percentage points?\b|процент\w*",
    "$": r"\$|(?:US |U\.S\. )?dollars?\b|USD\b|доллар\w*(?: США)?|долл\b",
    "€": r"€|euros?\b|EUR\b|евро\b",
    "£": r"£|pounds?(?: sterling)?\b|GBP\b|фунт\w*(?: стерлингов)?",
    "₽": r"₽|ro?ubles?\b|RUB\b|рубл\w*|руб\b\.?",
    "¥": r"¥|yen\b|иен\w*",
    "₹": r"₹|rupees?\b|INR\b|рупи\w+",
    "yuan": r"yuan\b|юан\w*",
    "crown": r"crowns?\b|крон(?:а|ы|у|ами)?\b",
    "cent": r"cents?\b|цент(?:а|ов|ы)?\b|копе[ей]\w*",
    "km": r"kilomet(?:re|er)s?\b|km\b|километр\w*|км\b",
    "m": r"met(?:re|er)s?\b|m\b|метр\w*|м\b",
    "cm": r"centimet(?:re|er)s?\b|cm\b|сантиметр\w*|см\b",
    "mile": r"miles?\b|мил[ьияею]\w*",
    "foot": r"feet\b|foot\b|ft\b|фут\w*",
    "inch": r"inch(?:es)?\b|дюйм\w*",
    "acre": r"acres?\b|акр\w*",
    "ha": r"hectares?\b|ha\b|гектар\w*|га\b",
    "kg": r"kilo(?:gram(?:me)?)?s?\b|kg\b|килограмм\w*|кг\b",
    "tonne": r"tonn?es?\b|tons?\b|тонн\w*",
    "litre": r"lit(?:re|er)s?\b|литр\w*",
    "degree": r"°\s?[CFС]?|degrees?\b(?: (?:Celsius|Fahrenheit))?|градус\w*",
    "year": r"years?\b(?:[- ]old\b)?|yrs?\b|лет\b|год(?:а|у|ов)?\b",
    "month": r"months?\b(?:[- ]old\b)?|месяц\w*",
    "week": r"weeks?\b|недел\w*",
    "day": r"days?\b|дн(?:я|ей|и|ям)\b|день\b|сут(?:ок|ки)\b",
    "hour": r"hours?\b|час(?:а|ов|ам)?\b",
    "minute": r"minutes?\b|минут\w*",
    "second": r"seconds?\b|секунд\w*",
}
CURRENCY_SIGNS = "$€£₽¥₹"
SIGNED = "|".join(_UNITS[sign] for sign in f"%{CURRENCY_SIGNS}")
"""Finds the units that have a sign, by sign or word."""
CURRENCIES = frozenset({*CURRENCY_SIGNS, "yuan", "crown", "cent"})
LENGTHS_OF_TIME = frozenset({"year", "month", "week", "day", "hour", "minute", "second"})
DISTANCES = frozenset({"km", "m", "cm", "mile", "foot", "inch"})
PEOPLE = frozenset(stem for language, words in (("en", "people persons"), ("ru", "человек люди людей"))
                   for stem in content_stems(words, language))  # fmt: skip
"""Words that count whatever else is counted: "12 people" and "15 passengers" may be about the same."""

_BOUNDS: dict[Bound, str] = {  # in this order: "не более" holds "более"
    "at least": r"at least|no (?:fewer|less) than|a minimum of"
                r"|не (?:менее|меньше)(?: чем)?|как минимум|по меньшей мере",
    "below": r"(?:less|fewer|no more) than|under|below|up to|at most"
             r"|не (?:более|больше)(?: чем)?|менее(?: чем)?|меньше|до|младше",
    "above": r"more than|over|above|upwards of|exceeding|более(?: чем)?|больше|свыше|старше",
    "about": r"about|around|roughly|approximately|some|nearly|almost|close to|an estimated|estimated"
             r"|около|примерно|приблизительно|почти|порядка",
}  # fmt: skip


def _one_of(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_GAP = r"[ \xa0\u202f]"
_DIGITS = rf"\d{{1,3}}(?:{_GAP}\d{{3}})+(?!\d)|\d{{1,3}}(?:,\d{{3}})+(?!\d)|\d+(?:[.,]\d+)?[½¼¾]?"
_LETTERS = ("k", "bn", "bln", "tn", "trn", "mn", "mln")  # stand behind digits only, as "m" does behind money
_SPELT = [form for form in SCALES if form not in {*_LETTERS, "m"}]
NUMBER_WORD = rf"(?:{_one_of([*_WORTH, *_SPELT])})"
_WORDS = rf"(?:an?\s)?{NUMBER_WORD}\b(?:(?:\sand\s|[\s-]){NUMBER_WORD}\b){{0,6}}"
_SHARE = "|".join(_SHARES.values())
_SCALED = rf"(?:{_GAP}?(?:{_one_of(_LETTERS)})\b|[- \xa0]?(?:{_one_of(_SPELT)})\b)"
_NUMBER = rf"(?:(?:{_DIGITS}){_SCALED}?|\b(?:{_SHARE})\b|\b{_WORDS})"
_SIGN = rf"(?:US)?[{CURRENCY_SIGNS}]"
AMOUNT = re.compile(
    r"(?<![\w.,-])"
    rf"(?:(?P<bound>{'|'.join(_BOUNDS.values())})\s)?(?P<sign>{_SIGN})?\s?(?P<low>(?(sign)(?:\d+(?:\.\d+)?m\b"
    rf"|{_NUMBER})|{_NUMBER}))(?:(?:\s?[-–—]\s?|\s(?:to|or|до|или)\s){_SIGN}?(?P<high>{_NUMBER}))?"
    r"(?P<more>\+)?(?:\.?[\s\xa0-]?(?P<area>(?:square|sq\.?|cubic|кв\.?|квадратн\w+|куб\.?|кубическ\w+)\s)?"
    rf"(?P<unit>{'|'.join(_UNITS.values())}))?",
    re.IGNORECASE,
)
VAGUE_AMOUNT = re.compile(
    r"\b(?:(?:several|many|a few|tens of|dozens|hundreds|thousands|millions|billions|scores|most|none|nobody)\b"
    r"|(?:несколько|множество|десятк\w+|сотн\w+|тысячи|миллионы|большинство|никто|ни один\w*)\b)"
    r"(?: (?:of|dozen|hundred|thousand|million|десятков|сотен|тысяч|миллионов)\b){0,2}",
    re.IGNORECASE,
)
_NO_AMOUNT = re.compile(r"(?:st|nd|rd|th)\b|-[^\W\d_]", re.IGNORECASE)  # "3rd", "12-го", "24-yard"


@dataclass(frozen=True, slots=True)
class Amount:
    """`low` is the number stated, `high` differs from it in a range. `step` is how finely it is stated: 100 for "200",
    0.1 for "3.2"."""

    low: float
    high: float
    step: float
    bound: Bound = ""
    unit: str = ""
    counted: frozenset[str] = frozenset()  # stems of the words around it


def amounts(text: str) -> list[re.Match[str]]:
    """Matches of AMOUNT in order, without ordinals and parts of words."""
    return [match for match in AMOUNT.finditer(text) if not _NO_AMOUNT.match(text, match.end())]


def amount_in(text: str, language: str = "en") -> Amount | None:
    """The only amount of the slice; None when there is none or more than one."""
    found = amounts(text)
    if len(found) != 1:
        return None
    match = found[0]
    scaled = _scale_of(match["high"] or "") if _scale_of(match["low"]) == 1 else 1.0  # "2 to 3 million"
    low = _value(match["low"])
    high = _value(match["high"]) if match["high"] else None
    if low is None or (match["high"] and high is None):
        return None
    low *= scaled
    top = low if high is None else high
    if top < low:  # a score
        return None
    around = text[: match.start()] + " " + text[match.end() :]
    counted = frozenset(content_stems(around, language))
    return Amount(low, top, _step(match["low"], low), _bound(match), unit_of(match), counted)


def unit_of(match: re.Match[str]) -> str:
    """The sign under which a match of AMOUNT is reckoned, "" for none."""
    if re.search(_SHARE, match["low"], re.IGNORECASE):
        return "%"
    unit = sign_of(match["unit"] or (match["sign"] or "").removeprefix("US"))
    return unit + {"s": "²", "c": "³", "кв": "²", "ку": "³"}.get(_kind_of_area(match["area"]), "")


def sign_of(word: str) -> str:
    """The sign of a unit's name, "" for none."""
    return next((unit for unit, pattern in _UNITS.items() if word and re.fullmatch(pattern, word, re.IGNORECASE)), "")


def number_word(word: str) -> float | None:
    """What a word counts, if it does: "seven" 7, "двух" 2. Vague ones ("millions") count nothing."""
    folded = word.casefold()
    spelt = folded not in _LETTERS and folded != "m" and not folded.endswith("ions")
    return _WORTH.get(folded, SCALES.get(folded) if spelt else None)


def counts(stem: str) -> bool:
    """Whether a word is a number, a part of one or its unit: "12", "five", "million", "cent"."""
    return (
        any(character.isdigit() for character in stem)
        or stem in _WORTH
        or stem in SCALES
        or stem in ("per", "cent", "percentag")
        or re.match(SIGNED, stem) is not None
    )


def _kind_of_area(word: str | None) -> str:
    """ "s"quare, "c"ubic, "кв"адратных, "ку"бических; both Russian words begin alike."""
    word = (word or "").casefold()
    return word[:2] if word.startswith("к") else word[:1]


def _bound(match: re.Match[str]) -> Bound:
    if match["more"]:
        return "at least"
    word = " ".join((match["bound"] or "").split())
    return next(
        (bound for bound, pattern in _BOUNDS.items() if word and re.fullmatch(pattern, word, re.IGNORECASE)), ""
    )


def _value(text: str) -> float | None:
    """Of what _NUMBER matches. None for a vague one ("thousands")."""
    share = next((value for value, pattern in _SHARES.items() if re.fullmatch(pattern, text, re.IGNORECASE)), None)
    if share is not None:
        return share
    digits = re.match(_DIGITS, text)
    if digits is None:
        return _worth(text)
    return _digits(digits[0]) * _scale_of(text)


def _digits(text: str) -> float:
    text = re.sub(rf"{_GAP}|,(?=\d{{3}}(?:\D|$))", "", text).replace(",", ".")
    parts = {"½": 0.5, "¼": 0.25, "¾": 0.75}
    return float(text.rstrip("½¼¾")) + parts.get(text[-1], 0.0)


def _scale_of(text: str) -> float:
    """What stands behind the digits: 1 for nothing."""
    rest = re.sub(r"^\D*[\d.,½¼¾\s\xa0\u202f-]+", "", text) if re.search(r"\d", text) else ""
    return SCALES.get(rest.strip(". ").casefold(), 1.0)


def _worth(text: str) -> float | None:
    """Number words, by the usual grammar: ones add up, scales multiply."""
    words = [word for word in re.split(r"[\s-]+", text.casefold()) if word not in {"a", "an", "and"}]
    if words[0] in _VAGUE_ALONE:
        return None
    total = current = 0.0
    for word in words:
        if word in SCALES:
            current = (current or 1) * SCALES[word]
            if SCALES[word] >= 1_000:
                total, current = total + current, 0.0
        else:
            current += _WORTH[word]
    return total + current


def _step(text: str, value: float) -> float:
    """The place of the last digit that is meant: zeros of whole hundreds and more are rounding."""
    digits = re.match(_DIGITS, text)
    scale = _scale_of(text)
    if digits and (places := re.search(r"[.,](\d+)$", digits[0])) and not re.search(r",\d{3}$", digits[0]):
        return scale * 10.0 ** -len(places[1])
    if value < 100 or not value.is_integer():
        return scale
    zeros = len(str(int(value))) - len(str(int(value)).rstrip("0"))
    return max(scale, 10.0**zeros) if zeros >= 2 else scale
