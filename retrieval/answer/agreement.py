"""What several articles give as the answer to one question -> who agrees with whom, and what excludes what.

Two values disagree only when that is plain: a rougher form of the same ("about 90" and 92, "March" and "5 March") does
not contradict it. A count that has grown since another day does: "at least 12" yesterday and "15" today are both shown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from retrieval.measures import normalise
from retrieval.text.stems import content_stems, stems
from retrieval.types import AskedFor
from retrieval.words.amounts import CURRENCIES, PEOPLE, Amount, amount_in
from retrieval.words.moments import Moment, moment_in, settled
from retrieval.words.people import HONORIFIC

SURE: dict[AskedFor, float] = {"number": 0.6, "time": 0.6, "person": 0.75, "place": 0.75}
"""How sure a reader must be of a value (a margin of 1.6, of 4.4) for it to contradict another, by kind. Kinds that are
missing have values that do not exclude each other. A person or a place has many names, so more is asked for."""
ROUNDING = 0.15  # of the larger: two numbers that are further apart are no rounding of each other
SAME_WORDS = 0.7  # of the shorter one's words, for reasons and statements to say the same
SAME_WEEK = timedelta(days=3)  # articles nearer than this mean the same "Thursday"
SAME_YEAR = timedelta(days=180)  # and the same "5 March"
_ALWAYS_NAMED = CURRENCIES | {"%"}
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)

_CYRILLIC = re.compile(r"[а-яё]+", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)
_ENDING = re.compile(
    r"(?:а|у|ом|ым|е|ой|ого|ому|ий|ия|ии|ию|ией|ью|ь|я|ю|ем|ей|ы|и|ов|ам|ами|ах|ям|ями|ях|ый|ая|ое|ые|ых|ыми)?"
)  # of Russian nouns, names and adjectives
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Claim:
    """A value that an article gives."""

    text: str  # a slice of the article
    article_id: str
    published: datetime | None
    weight: float  # how sure the reader is, 0..1


def same_value(kind: AskedFor, one: str, other: str) -> bool:
    """Whether two slices give the same answer. Reflexive and symmetric, but not transitive: "Brandt" is both "Ilse
    Brandt" and "Karl Brandt"."""
    return normalise(one) == normalise(other) or _SAME.get(kind, _same_statement)(one, other)


def grouped(kind: AskedFor, claims: Sequence[Claim]) -> list[list[Claim]]:
    """Every claim once. The strongest group first: the sum of its articles' weights, an article counted once. Within a
    group the surest first, and all give the same value."""
    groups: list[list[Claim]] = []
    for claim in sorted(claims, key=lambda claim: -claim.weight):
        home = (group for group in groups if all(same_value(kind, claim.text, other.text) for other in group))
        group = next(home, None)
        if group is None:
            groups.append([claim])
        else:
            group.append(claim)
    return sorted(groups, key=_strength, reverse=True)


def disagree(kind: AskedFor, groups: Sequence[Sequence[Claim]]) -> list[Claim]:
    """One claim a value, newest first; empty unless different articles plainly and surely contradict each other."""
    bar = SURE.get(kind)
    if bar is None:
        return []
    kept: list[tuple[Sequence[Claim], Claim]] = []
    for group in groups:
        sure = [claim for claim in group if claim.weight >= bar]
        if sure and all(_apart(kind, group, sure, *other) for other in kept):
            kept.append((group, max(sure, key=_newness)))
    return sorted((claim for _, claim in kept), key=_newness, reverse=True) if len(kept) > 1 else []


def _apart(kind: AskedFor, group: Sequence[Claim], sure: Sequence[Claim], other: Sequence[Claim], said: Claim) -> bool:
    """Whether the group's newest sure claim contradicts what was kept, and no article gives both."""
    articles = {claim.article_id for claim in group} & {claim.article_id for claim in other}
    return not articles and _EXCLUDES[kind](max(sure, key=_newness), said)


def _strength(group: Sequence[Claim]) -> float:
    best: dict[str, float] = {}
    for claim in group:
        best[claim.article_id] = max(best.get(claim.article_id, 0.0), claim.weight)
    return sum(best.values())


def _newness(claim: Claim) -> tuple[datetime, float]:
    """Undated ones are oldest; of one day, the surer."""
    return (claim.published or _LONG_AGO, claim.weight)


def _same_number(one: str, other: str) -> bool:
    first, second = amount_in(one), amount_in(other)
    if first is None or second is None:
        return first is second and _holds(one, other)
    equal = math.isclose(first.low, second.low) and math.isclose(first.high, second.high)
    alike = first.unit == second.unit or not (first.unit and second.unit)
    return equal and alike and (first.bound == "below") == (second.bound == "below") and _same_counted(first, second)


def _same_counted(one: Amount, other: Amount) -> bool:
    """Whether both count the same things, as far as they say what: "12 dead" and "15 hurt" do not."""
    mine, yours = one.counted - PEOPLE, other.counted - PEOPLE
    return not mine or not yours or bool(mine & yours)


def _same_time(one: str, other: str) -> bool:
    first, second = moment_in(one), moment_in(other)
    if first is None or second is None:
        return first is second and _holds(one, other)
    mine, yours = first.facts(), second.facts()
    shared = mine.keys() & yours.keys()
    return first.bounded == second.bounded and bool(shared) and all(mine[field] == yours[field] for field in shared)


def _same_person(one: str, other: str) -> bool:
    """The shorter name's words all stand in the longer one, titles and roles (in small letters) left out."""
    mine, yours = sorted((_name_words(one), _name_words(other)), key=lambda words: (len(words), words))
    return bool(mine) and all(any(_same_word(a, b) or _initial(a, b) for b in yours) for a in mine)


def _name_words(text: str) -> list[str]:
    words = _WORD.findall(text.replace("’s", "").replace("'s", ""))
    named = [word for word in words if word[0].isupper()] or words
    return [word for word in named if not re.fullmatch(HONORIFIC, word)] or named


def _initial(one: str, other: str) -> bool:
    return min(len(one), len(other)) == 1 and one[0] == other[0]


def _holds(one: str, other: str) -> bool:
    """Whether one stands in the other as whole words, in whichever case and number."""
    short, long = sorted((normalise(one).split(), normalise(other).split()), key=len)
    starts = range(len(long) - len(short) + 1)
    return bool(short) and any(
        all(_same_word(word, long[at + step]) for step, word in enumerate(short)) for at in starts
    )


def _same_word(one: str, other: str) -> bool:
    """In whatever case, number or (Russian) inflection. Names are not stemmed well, so endings are compared."""
    one, other = one.casefold().replace("ё", "е"), other.casefold().replace("ё", "е")
    if one == other or stems(one, "en") == stems(other, "en"):
        return True
    if not (_CYRILLIC.fullmatch(one) and _CYRILLIC.fullmatch(other)):
        return False
    shared = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return shared >= 3 and all(_ENDING.fullmatch(word[shared:]) for word in (one, other))


def _same_statement(one: str, other: str) -> bool:
    mine, yours = set(content_stems(one, "en")), set(content_stems(other, "en"))
    shorter = min(len(mine), len(yours))
    return bool(shorter) and len(mine & yours) / shorter >= SAME_WORDS


def _numbers_exclude(one: Claim, other: Claim) -> bool:
    first, second = amount_in(one.text), amount_in(other.text)
    if first is None or second is None or not _comparable(first, second) or _rounded(first, second):
        return False
    if _grown(one, first, other, second):
        return True
    (low, high), (bottom, top) = _reach(first), _reach(second)
    return high < bottom or top < low


def _comparable(one: Amount, other: Amount) -> bool:
    """A unit left out is the other's, unless that is money or a share, which are always named."""
    alike = one.unit == other.unit or (not (one.unit and other.unit) and not {one.unit, other.unit} & _ALWAYS_NAMED)
    return alike and _same_counted(one, other)


def _grown(one: Claim, first: Amount, other: Claim, second: Amount) -> bool:
    """ "At least 12" told on an earlier day than another, larger number: a count that went on."""
    if one.published is None or other.published is None or one.published.date() == other.published.date():
        return False
    (_, older), (_, newer) = sorted(((one.published, first), (other.published, second)), key=lambda dated: dated[0])
    return older.bound == "at least" and newer.bound in ("", "at least") and newer.low > older.low


def _rounded(one: Amount, other: Amount) -> bool:
    """Whether one may be the other, told less finely: "100" and "112", "3.2 million" and "3,187,400"."""
    if one.low != one.high or other.low != other.high:
        return False
    apart = abs(one.low - other.low)
    within = apart <= ROUNDING * max(abs(one.low), abs(other.low))
    finest, coarsest = sorted((one.step, other.step))
    return within and ((finest < coarsest and apart <= coarsest / 2) or "about" in (one.bound, other.bound))


def _reach(amount: Amount) -> tuple[float, float]:
    """The numbers that it leaves possible."""
    if amount.bound == "below":
        return -math.inf, amount.high
    return amount.low, math.inf if amount.bound in ("at least", "above") else amount.high


def _times_exclude(one: Claim, other: Claim) -> bool:
    first, second = moment_in(one.text), moment_in(other.text)
    if first is None or second is None or first.bounded or second.bounded:
        return False
    mine = _dated_facts(first, one.published)
    yours = _dated_facts(second, other.published)
    differing = {field for field in mine.keys() & yours.keys() if mine[field] != yours[field]}
    if not differing:
        return False
    if differing & {"year", "decade"}:
        return True
    return _near(one, other, SAME_YEAR if "month" in mine and "month" in yours else SAME_WEEK)


def _dated_facts(moment: Moment, published: datetime | None) -> dict[str, int]:
    facts = settled(moment, published).facts()
    facts.pop("away", None)
    return facts


def _near(one: Claim, other: Claim, reach: timedelta) -> bool:
    if one.published is None or other.published is None:
        return False
    return abs(one.published - other.published) <= reach


def _names_exclude(one: Claim, other: Claim) -> bool:
    """Both are names, in one script: the same name in two scripts cannot be told."""
    return all(any(map(str.isupper, claim.text)) for claim in (one, other)) and (
        bool(_LATIN.search(one.text)) == bool(_LATIN.search(other.text))
    )


_SAME: dict[AskedFor, Callable[[str, str], bool]] = {
    "number": _same_number,
    "time": _same_time,
    "person": _same_person,
    "speaker": _same_person,
    "place": _holds,
    "thing": _holds,
}
_EXCLUDES: dict[AskedFor, Callable[[Claim, Claim], bool]] = {
    "number": _numbers_exclude,
    "time": _times_exclude,
    "person": _names_exclude,
    "place": _names_exclude,
}
