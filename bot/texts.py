"""A language and a key in, words out: the catalogue, its plurals, its dates, and the words for every error.

A catalogue is a TOML file in `locales/`. A table whose keys are plural forms (one, few, many, other) is one entry; the
value named `count` picks the form. Both languages hold the same keys and placeholders.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from retrieval import FootnoteError

LOCALES = Path(__file__).parent / "locales"
FALLBACK = "en"
SUBJECT_CHARACTERS = 200  # an error quotes an address or a file name; a longer one would bury the sentence
_JUST = timedelta(microseconds=1)  # a period ends just before the moment that bounds it
_FORMS = frozenset({"one", "few", "many", "other"})

Entry = str | dict[str, str]


def _english(count: int) -> str:
    return "one" if count == 1 else "other"


def _russian(count: int) -> str:
    """Unicode CLDR, cardinal rules for whole numbers: 1, 21 ... one; 2-4, 22-24 ... few; the rest many."""
    tens, ones = count % 100, count % 10
    if ones == 1 and tens != 11:
        return "one"
    return "few" if ones in (2, 3, 4) and tens not in (12, 13, 14) else "many"


PLURALS: Mapping[str, Callable[[int], str]] = {"en": _english, "ru": _russian}


class Texts:
    """Every word that people read."""

    def __init__(self, catalogues: Mapping[str, Mapping[str, Entry]]) -> None:
        self._catalogues = catalogues

    def languages(self) -> tuple[str, ...]:
        return tuple(self._catalogues)

    def entries(self, language: str) -> Mapping[str, Entry]:
        """Dotted key -> text or plural forms, as the catalogue has them."""
        return self._catalogues[language]

    def say(self, language: str, key: str, **values: object) -> str:
        """The text under `key`, with its placeholders filled. Unknown languages get English. KeyError: no such key."""
        language = self.known(language)
        entry = self._catalogues[language][key]
        if isinstance(entry, dict):
            entry = entry[PLURALS[language](int(str(values["count"])))]
        return entry.format_map(values)

    def known(self, language: str) -> str:
        """`language` if we speak it ("ru-RU" counts as "ru"), else English."""
        code = re.split(r"[-_.]", language.lower(), maxsplit=1)[0]
        return code if code in self._catalogues else FALLBACK

    def date(self, language: str, moment: datetime) -> str:
        """A day as people write it: "5 March 2026"."""
        month = self.say(language, f"date.month.{moment.month}")
        return self.say(language, "date.day", day=moment.day, month=month, year=moment.year)

    def period(self, language: str, since: datetime | None, until: datetime | None) -> str:
        """From `since` to just before `until`, as people write it: "1–7 June 2025", "since 3 May 2025", ""."""
        first, last = (_day(since) if since else None), (_day(until - _JUST) if until else None)
        if first and last:
            return self.days(language, first, max(first, last))
        if first:
            return self.say(language, "date.since", day=self.date(language, first))
        return self.say(language, "date.before", day=self.date(language, _day(until))) if until else ""

    def days(self, language: str, first: datetime, last: datetime) -> str:
        """Two days and all between them, saying month and year once where they are the same."""
        if first.date() == last.date():
            return self.date(language, first)
        whole = self.date(language, last)
        if (first.year, first.month) == (last.year, last.month):
            return self.say(language, "date.within_month", first=first.day, last=whole)
        if first.year != last.year:
            return self.say(language, "date.range", first=self.date(language, first), last=whole)
        month = self.say(language, f"date.month.{first.month}")
        return self.say(
            language, "date.range", first=self.say(language, "date.short", day=first.day, month=month), last=whole
        )

    def error(self, language: str, fault: FootnoteError) -> str:
        """One friendly sentence: the words for this reason, else for this kind of fault, else for the kind above it."""
        subject = _clipped(fault.subject)
        status = getattr(fault, "status", None)
        for kind in type(fault).__mro__:
            for key in (f"error.{kind.__name__}.{slug(fault.reason)}", f"error.{kind.__name__}.default"):
                if key in self._catalogues[FALLBACK]:
                    return self.say(language, key, subject=subject, reason=fault.reason, status=status or "?")
        return self.say(language, "error.unexpected")


def _day(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def slug(reason: str) -> str:
    """A reason code as a key of the catalogue: "too large" -> "too_large"."""
    return re.sub(r"\W+", "_", reason.lower()).strip("_")


def _clipped(subject: str) -> str:
    subject = "".join(char if char.isprintable() else " " for char in subject)
    return subject if len(subject) <= SUBJECT_CHARACTERS else subject[: SUBJECT_CHARACTERS - 1] + "…"


def load_texts(folder: Path = LOCALES) -> Texts:
    """Reads every catalogue in `folder`, named by its language: en.toml, ru.toml."""
    files = sorted(folder.glob("*.toml"))
    return Texts({file.stem: dict(_flat(tomllib.loads(file.read_text(encoding="utf-8")))) for file in files})


def _flat(tree: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, Entry]]:
    for name, value in tree.items():
        key = prefix + name
        if isinstance(value, dict) and not value.keys() <= _FORMS:
            yield from _flat(value, f"{key}.")
        elif isinstance(value, dict | str):
            yield key, value
