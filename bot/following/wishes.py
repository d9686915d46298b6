"""How a subscription wishes to be told: changed by a button's word or by typed options, and said in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.following.options import read_minute, read_options
from bot.hours import DAY
from bot.texts import Texts
from bot.types import Kind, Matching, Rhythm, Subscription, Wishes

WEEKDAYS = range(7)
TIMED = (Rhythm.DAILY, Rhythm.WEEKLY)  # that come at a time of the day

_RHYTHMS = {rhythm.value: rhythm for rhythm in Rhythm}
_MATCHINGS = {matching.value: matching for matching in Matching}
_DAYS = {f"d{day}": day for day in WEEKDAYS}
_ANYTHING = "x"  # stands where a subject would
_OPTION_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def marked(text: str, is_current: bool) -> str:
    """A button's words; the choice that is in force has a tick."""
    return f"✓ {text}" if is_current else text


def changed(wishes: Wishes, change: str) -> Wishes | None:
    """`change`: a rhythm, a matching (which drops what feedback added), a minute of the day, "d0" ... "d6", "sound",
    "silent", "nowords". None for anything else.
    """
    if change in _RHYTHMS:
        return replace(wishes, rhythm=_RHYTHMS[change])
    if change in _MATCHINGS:
        return replace(wishes, matching=_MATCHINGS[change], shift=0.0)
    if change in _DAYS:
        return replace(wishes, weekday=_DAYS[change])
    if change in ("sound", "silent"):
        return replace(wishes, silent=change == "silent")
    if change == "nowords":
        return replace(wishes, must=(), must_not=())
    is_minute = change.isascii() and change.isdecimal() and int(change) < DAY
    return replace(wishes, minute=int(change)) if is_minute else None


def changed_by_options(wishes: Wishes, text: str) -> Wishes | None:
    """What is typed as behind /follow, or a time alone; what is not named stays as it was. None when it is no option.

    The wishes are written in front as options: of two rhythms the later one counts.
    """
    if (minute := read_minute(text)) is not None:
        return replace(wishes, minute=minute, rhythm=wishes.rhythm if wishes.rhythm in TIMED else Rhythm.DAILY)
    said = read_options(f"{_ANYTHING} {_as_options(wishes)} {text}")
    if said.subject != _ANYTHING or said.to is not None:
        return None
    fresh = read_options(f"{_ANYTHING} {text}").wishes
    must = tuple(word for word in said.wishes.must if word not in fresh.must_not)
    must_not = tuple(word for word in said.wishes.must_not if word not in fresh.must)
    rhythm, minute, weekday = said.wishes.rhythm, said.wishes.minute, said.wishes.weekday
    minute = minute if rhythm in TIMED else wishes.minute
    weekday = weekday if rhythm is Rhythm.WEEKLY else wishes.weekday
    shift = wishes.shift
    return replace(said.wishes, minute=minute, weekday=weekday, must=must, must_not=must_not, shift=shift)


def _as_options(wishes: Wishes) -> str:
    at = clock(wishes.minute)
    rhythm = {Rhythm.DAILY: f"daily {at}", Rhythm.WEEKLY: f"weekly {_OPTION_DAYS[wishes.weekday]} {at}"}
    words = [f'+"{word}"' for word in wishes.must] + [f'-"{word}"' for word in wishes.must_not]
    silent = ["silent"] if wishes.silent else []
    return " ".join([rhythm.get(wishes.rhythm, wishes.rhythm.value), wishes.matching.value, *silent, *words])


def clock(minute: int) -> str:
    """ "8:30" """
    hour, rest = divmod(minute % DAY, 60)
    return f"{hour}:{rest:02}"


def rhythm_words(wishes: Wishes, texts: Texts, language: str) -> str:
    """ "daily at 8:30" """
    day = texts.say(language, f"weekday.{wishes.weekday}")
    return texts.say(language, f"wish.{wishes.rhythm}", time=clock(wishes.minute), day=day)


def kept_words(wishes: Wishes) -> str:
    """ "+ship, −ferry": the words that an article must and must not have."""
    return ", ".join([*(f"+{word}" for word in wishes.must), *(f"−{word}" for word in wishes.must_not)])


def in_brackets(subscription: Subscription, texts: Texts, language: str) -> str:
    """ " (topic, daily at 8:30, strict, muted)": what is not as usual; empty for a feed without wishes."""
    said = ", ".join(filter(None, _unusual(subscription, texts, language)))
    return f" ({said})" if said else ""


def _unusual(subscription: Subscription, texts: Texts, language: str) -> Iterable[str]:
    wishes = subscription.wishes
    if subscription.kind not in (Kind.FEED, Kind.EVERYTHING):
        yield texts.say(language, f"kind.{subscription.kind}")
    if wishes.rhythm is not Rhythm.INSTANT:
        yield rhythm_words(wishes, texts, language)
    if subscription.kind is Kind.TOPIC and wishes.matching is not Matching.BALANCED:
        yield texts.say(language, f"wish.{wishes.matching}")
    yield kept_words(wishes)
    if wishes.silent:
        yield texts.say(language, "wish.silent")
    if subscription.muted:
        yield texts.say(language, "wish.muted")
