"""What a person types behind /follow in, its subject and how he wants to be told out. Pure.

Options stand at the end ("bridge tolls daily 8:30 -lottery") or in front. A topic keeps such words where they may be
its own: in its middle, in quotes, alone, and bare in front of other words ("daily bread prices").
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.hours import DAY
from bot.types import Matching, Rhythm, Wishes

Said = tuple[str, str]  # an option's name in _PHRASES, and how it was typed

NOON = DAY // 2
LONGEST = 200  # characters of one option: a message full of them is read in no time


@dataclass(frozen=True, slots=True)
class Options:
    """`subject` is empty only where nothing was typed. `to` is "@channel" or a chat's number."""

    subject: str
    wishes: Wishes
    to: str | None


_TIME = (
    r"(?:(?:[01]?\d|2[0-4])(?:[:.][0-5]\d)?(?:\s?(?:[ap]\.?m\b\.?|утра|дня|вечера|ночи|час(?:а|ов)?|ч\b\.?))?"
    r"|noon|midnight|полдень|полдня|полночь|полуночи)(?![\w:])"
)
_WEEKDAY = (
    r"(?:mon(?:days?)?|tue(?:s(?:days?)?)?|wed(?:nesdays?)?|thu(?:rs?(?:days?)?)?|fri(?:days?)?|sat(?:urdays?)?"
    r"|sun(?:days?)?|понедельник(?:и|ам)?|вторник(?:и|ам)?|сред(?:а|у|ы|ам)|четверг(?:и|ам)?|пятниц(?:а|у|ы|ам)"
    r"|суббот(?:а|у|ы|ам)|воскресень(?:е|я|ям)|пн|вт|ср|чт|пт|сб|вс)(?!\w)"
)
_OFTEN = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days|(?:понедельник|вторник|сред|четверг|пятниц|суббот)ам|воскресеньям"
    r"|пн|вт|ср|чт|пт|сб|вс)(?!\w)"
)
_AT = rf"(?:,? (?:at |в |во |к |@ ?)?{_TIME})"
_PHRASES = {
    "instant": r"instant(?:ly)?|immediately|at once|сразу(?: же)?|мгновенно|немедленно",
    "hourly": r"hourly|(?:every|once an|once per) hour|ежечасно|(?:каждый|раз в) час",
    "daily": (
        rf"(?:(?:at|в) {_TIME},? )?(?:daily|(?:every|once a|once per) day|ежедневно|(?:каждый|раз в) день){_AT}?"
    ),
    "weekly": (
        r"(?:(?:weekly|(?:every|once a|once per) week|еженедельно|(?:каждую|раз в) неделю)"
        rf"(?:,? (?:on |every |по |во? |кажд\w+ )?{_WEEKDAY})?|(?:every|кажд(?:ый|ую|ое)) {_WEEKDAY}"
        rf"|(?:on|по) {_OFTEN}){_AT}?"
    ),
    "silent": r"silent(?:ly)?|quietly|without (?:a )?sound|no sound|без звука|беззвучно|тихо|молча",
    "strict": r"strict(?:ly)?|строго",
    "balanced": r"balanced|сбалансированно",
    "wide": r"wide(?:ly)?|broad(?:ly)?|широко",
    "must": r"\+(?:\"[^\"]+\"|“[^”]+”|«[^»]+»|[^\W\d_][^\s,;]*)",
    "must_not": r"[-−](?:\"[^\"]+\"|“[^”]+”|«[^»]+»|[^\W\d_][^\s,;]*)",
    "to": r"(?:to|into|в) (?:@[a-z]\w{3,31}|-\d{5,20}|(?:https?://)?t\.me/[a-z]\w{3,31})(?![\w/])",
}
_OPTION = "|".join(rf"(?P<{name}>{phrase})" for name, phrase in _PHRASES.items())
_LAST = re.compile(rf"(?:^|(?<=[ ,;]))(?:[-–—|:] )?(?:{_OPTION})[ ,;.!]*$", re.IGNORECASE)
_FIRST = re.compile(rf"(?:{_OPTION})(?P<stop> ?[:,;]| [-–—])? ", re.IGNORECASE)
_RHYTHMS, _MATCHINGS = frozenset(Rhythm), frozenset(Matching)
_SIGNED = frozenset(("must", "must_not", "to"))  # nobody begins a topic so
_PLAIN_TIME = re.compile(r"\d[:.]\d|\d ?[ap]\.?m|\b(?:at|в|к) \d|^(?:weekly|еженедельно) ", re.IGNORECASE)
_PLACE = re.compile(r"(?:https?://|www\.|@)\S+$|[\w-]+(?:\.[\w-]+)+(?:/\S*)?$|[\"“«]", re.IGNORECASE)
# After one of these the word belongs to the topic: "The Daily", "the world wide", "so widely".
_BINDS = frozenset(("a", "an", "and", "far", "nation", "of", "or", "so", "the", "this", "very", "world",
                    "и", "или", "как", "не", "очень", "так"))  # fmt: skip

_SPOKEN = re.compile(
    r"(?:(?:at|в|во|к|@) ?)?(?:(?P<hour>\d\d?)(?:[:.](?P<minute>[0-5]\d))?"
    r"(?: ?(?:(?P<half>[ap])\.?m\.?|(?P<part>утра|дня|вечера|ночи)|час(?:а|ов)?|ч\.?))?|(?P<word>\w+))",
    re.IGNORECASE,
)
_WORDS = {"noon": NOON, "полдень": NOON, "полдня": NOON, "midnight": 0, "полночь": 0, "полуночи": 0}
_QUIET = re.compile(
    rf"(?:(?:from|between|quiet|тихо|со?) )*(?P<begin>{_TIME}) ?(?:[-–—−]|to|till|until|and|до|по|и)"
    rf" ?(?P<end>{_TIME})\.?",
    re.IGNORECASE,
)
_WEEKDAYS = {"mo": 0, "tu": 1, "we": 2, "th": 3, "fr": 4, "sa": 5, "su": 6, "по": 0, "вт": 1, "ср": 2, "че": 3, "пя": 4,
             "су": 5, "во": 6, "пн": 0, "чт": 3, "пт": 4, "сб": 5, "вс": 6}  # fmt: skip


def read_options(text: str) -> Options:
    """A subject is never left empty ("daily" alone is a topic). Of two rhythms the one typed last counts."""
    subject, behind = _peel_end(" ".join(text.split()))
    subject, before = _peel_front(subject)
    said = before + behind
    last = dict(said)
    rhythm, minute, weekday = _rhythm(said)
    return Options(
        subject,
        Wishes(
            rhythm,
            minute,
            weekday,
            silent="silent" in last,
            matching=next((Matching(name) for name, _ in reversed(said) if name in _MATCHINGS), Matching.BALANCED),
            must=_words(said, "must"),
            must_not=_words(said, "must_not"),
        ),
        _destination(last["to"]) if "to" in last else None,
    )


def read_minute(text: str) -> int | None:
    """ "8:30", "8", "8am", "8.30", "в 8 вечера", "noon" -> the minute of the day."""
    match = _SPOKEN.fullmatch(" ".join(text.split()))
    if match is None or match["word"]:
        return _WORDS.get(match["word"].casefold()) if match else None
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (match["half"].casefold() == "p")
    elif match["part"]:
        hour = _hour_of(hour, match["part"].casefold())
    return None if hour > 24 or (hour == 24 and minute) else (hour * 60 + minute) % DAY


def read_quiet(text: str) -> tuple[int, int] | None:
    """ "22:00-7:00", "с 22 до 7", "from 10 pm to 7 am" -> minutes of the day, from and to; they may wrap midnight."""
    match = _QUIET.fullmatch(" ".join(text.split()))
    if match is None:
        return None
    begin, end = read_minute(match["begin"]), read_minute(match["end"])
    return None if begin is None or end is None or begin == end else (begin, end)


def _peel_end(text: str) -> tuple[str, list[Said]]:
    said: list[Said] = []
    while match := _LAST.search(text, max(0, len(text) - LONGEST)):
        rest = text[: match.start()].rstrip(" ,;:")
        name, phrase = _option(match)
        bound = (
            name not in _SIGNED and " " not in phrase and rest.split()[-1:] and _BINDS & {rest.split()[-1].casefold()}
        )
        if not rest or bound:
            break
        text, said = rest, [(name, phrase), *said]
    return text, said


def _peel_front(text: str) -> tuple[str, list[Said]]:
    """Bare words in front count only before a plain one: a colon, a time, a sign, a link ("daily: bread prices")."""
    rest, said, sure = text, list[Said](), (text, 0)
    while (match := _FIRST.match(rest)) and rest[match.end() :].strip():
        said.append(_option(match))
        rest = rest[match.end() :]
        if match["stop"] or _is_plain(*said[-1]) or _PLACE.match(rest):
            sure = (rest, len(said))
    return sure[0], said[: sure[1]]


def _option(match: re.Match[str]) -> Said:
    return next((name, match[name]) for name in _PHRASES if match[name])


def _is_plain(name: str, phrase: str) -> bool:
    return name in _SIGNED or (name in ("daily", "weekly") and bool(_PLAIN_TIME.search(phrase)))


def _rhythm(said: list[Said]) -> tuple[Rhythm, int, int]:
    wishes = Wishes()
    name, phrase = next((one for one in reversed(said) if one[0] in _RHYTHMS), (wishes.rhythm.value, ""))
    time, day = re.search(rf"\b{_TIME}", phrase, re.IGNORECASE), re.search(rf"\b{_WEEKDAY}", phrase, re.IGNORECASE)
    minute = read_minute(time[0]) if time else None
    weekday = _weekday(day[0]) if day else wishes.weekday
    return Rhythm(name), wishes.minute if minute is None else minute, weekday


def _weekday(word: str) -> int:
    return _WEEKDAYS[word[:2].casefold()]


def _hour_of(hour: int, part: str) -> int:
    """ "2 дня" is 14, "11 ночи" is 23, "12 ночи" is 0; an hour past noon stays as it is."""
    if hour > 12:
        return hour
    hour %= 12
    later = {"утра": False, "дня": True, "вечера": True, "ночи": hour >= 6}[part]
    return hour + 12 * later


def _words(said: list[Said], kind: str) -> tuple[str, ...]:
    words = (phrase[1:].strip('"“”«» .!?') for name, phrase in said if name == kind)
    return tuple(dict.fromkeys(word for word in words if word))


def _destination(phrase: str) -> str:
    """ "to t.me/news" -> "@news"."""
    place = phrase.split()[-1]
    return f"@{place.rpartition('/')[2]}" if "/" in place else place
