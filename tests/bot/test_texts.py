"""The catalogues: complete in both languages, with words for all that can go wrong."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.menu import COMMANDS
from bot.texts import FALLBACK, PLURALS, load_texts, slug
from retrieval import AddressRefused, FetchFailed, FootnoteError, SourceError, StoreFailed, UnknownArticle
from retrieval import errors as tree

TEXTS = load_texts()
ROOT = Path(__file__).parents[2]
KINDS = [kind for kind in vars(tree).values() if isinstance(kind, type) and issubclass(kind, FootnoteError)]
FORMS = {"en": {"one", "other"}, "ru": {"one", "few", "many"}}


def placeholders(entry: str | dict[str, str]) -> list[set[str]]:
    forms = [entry] if isinstance(entry, str) else list(entry.values())
    return [{name for _, name, _, _ in string.Formatter().parse(form) if name} for form in forms]


def test_both_languages_are_there() -> None:
    assert TEXTS.languages() == ("en", "ru")
    assert PLURALS.keys() == FORMS.keys() == set(TEXTS.languages())


def test_every_language_holds_the_same_keys() -> None:
    assert TEXTS.entries("ru").keys() == TEXTS.entries("en").keys()


@pytest.mark.parametrize("key", TEXTS.entries(FALLBACK))
def test_an_entry_has_the_same_placeholders_and_kind_everywhere(key: str) -> None:
    entries = {language: TEXTS.entries(language)[key] for language in TEXTS.languages()}
    used = [names for entry in entries.values() for names in placeholders(entry)]
    assert all(names == used[0] for names in used)
    for language, entry in entries.items():
        if isinstance(entry, dict):
            assert entry.keys() == FORMS[language]
            assert "count" in used[0]
        else:
            assert entry.strip()
    assert len({type(entry) for entry in entries.values()}) == 1


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "Добавлена 1 статья."),
        (2, "Добавлены 2 статьи."),
        (5, "Добавлено 5 статей."),
        (11, "Добавлено 11 статей."),
        (21, "Добавлена 21 статья."),
        (112, "Добавлено 112 статей."),
        (0, "Добавлено 0 статей."),
    ],
)
def test_russian_counts(count: int, words: str) -> None:
    assert TEXTS.say("ru", "cli.added", count=count) == words


def test_english_counts() -> None:
    assert TEXTS.say("en", "cli.added", count=1) == "1 article added."
    assert TEXTS.say("en", "cli.added", count=0) == "0 articles added."


def test_dates_are_written_as_people_write_them() -> None:
    day = datetime(2026, 3, 5, tzinfo=UTC)
    assert TEXTS.date("en", day) == "5 March 2026"
    assert TEXTS.date("ru", day) == "5 марта 2026"


def day(month: int, number: int, year: int = 2025) -> datetime:
    return datetime(year, month, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "until", "english", "russian"),
    [
        (day(6, 1), day(6, 8), "1–7 June 2025", "1–7 июня 2025"),
        (day(5, 28), day(6, 4), "28 May – 3 June 2025", "28 мая – 3 июня 2025"),
        (day(12, 30), day(1, 6, 2026), "30 December 2025 – 5 January 2026", "30 декабря 2025 – 5 января 2026"),
        (day(6, 1), day(6, 2), "1 June 2025", "1 июня 2025"),
        (day(6, 1), day(7, 1), "1–30 June 2025", "1–30 июня 2025"),
        (day(6, 1), day(6, 1), "1 June 2025", "1 июня 2025"),
        (day(6, 1), day(6, 2).replace(hour=9), "1–2 June 2025", "1–2 июня 2025"),
        (day(5, 3), None, "since 3 May 2025", "с 3 мая 2025"),
        (None, day(5, 3), "before 3 May 2025", "до 3 мая 2025"),
        (None, None, "", ""),
    ],
)
def test_periods_are_written_as_people_write_them(
    since: datetime | None, until: datetime | None, english: str, russian: str
) -> None:
    assert TEXTS.period("en", since, until) == english
    assert TEXTS.period("ru", since, until) == russian


@pytest.mark.parametrize(
    ("asked", "spoken"), [("ru", "ru"), ("ru-RU", "ru"), ("RU_ru.UTF-8", "ru"), ("de", "en"), ("", "en"), ("C", "en")]
)
def test_an_unknown_language_gets_english(asked: str, spoken: str) -> None:
    assert TEXTS.known(asked) == spoken
    assert TEXTS.say(asked, "language.name") == TEXTS.say(spoken, "language.name")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
@pytest.mark.parametrize("language", TEXTS.languages())
def test_every_command_is_described_and_explained(command: object, language: str) -> None:
    name = command.name  # type: ignore[attr-defined]
    assert 0 < len(TEXTS.say(language, f"command.{name}")) <= 256
    if name not in ("start", "help"):
        operator = command.operator  # type: ignore[attr-defined]
        assert f"/{name}" in TEXTS.say(language, "help_operator" if operator else "help")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("language", TEXTS.languages())
def test_every_kind_of_error_has_words_of_its_own(kind: type[FootnoteError], language: str) -> None:
    said = TEXTS.error(language, kind("the subject", "a reason nobody foresaw"))
    assert said == TEXTS.say(
        language, f"error.{kind.__name__}.default", subject="the subject", reason="a reason nobody foresaw"
    )


def test_the_words_follow_the_reason_then_the_kind_then_the_kind_above() -> None:
    class Novelty(SourceError):
        """A kind that the catalogue does not know yet."""

    assert TEXTS.error("en", FetchFailed("x.example", "server error", 503)) == (
        "The server of x.example has trouble of its own (503). Please try again later."
    )
    assert (
        TEXTS.error("en", FetchFailed("x.example", "strange")) == "I could not get x.example. Please try again later."
    )
    assert TEXTS.error("en", Novelty("x.example", "strange")) == "I could not use x.example."
    assert "newer Footnote" in TEXTS.error("en", StoreFailed("bot.db", "newer schema"))
    assert "open" in TEXTS.error("en", AddressRefused("http://10.0.0.1/", "not public"))
    assert TEXTS.error("en", UnknownArticle("a", "unknown")) == "I do not have that article any more."


def test_a_strangers_address_cannot_flood_or_disturb_the_sentence() -> None:
    said = TEXTS.error("en", FetchFailed("https://x.example/\u202e\x1b[2J" + "a" * 5000, "timeout"))
    assert said.isprintable()
    assert len(said) < 400
    assert "…" in said
    assert TEXTS.error("en", FetchFailed("{status} {nothing}", "timeout")).startswith("{status} {nothing}")


def raised_reasons() -> Iterator[tuple[str, str]]:
    """(class, reason) wherever the code names a source's error with a literal reason."""
    kinds = {kind.__name__ for kind in KINDS if issubclass(kind, SourceError)} | {"StoreFailed"}
    for file in [*(ROOT / "retrieval").rglob("*.py"), *(ROOT / "bot").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in kinds
                and len(node.args) > 1
            ):
                reason = node.args[1]
                if isinstance(reason, ast.Constant):
                    yield node.func.id, str(reason.value)


def test_every_reason_in_the_code_has_words() -> None:
    reasons = set(raised_reasons())
    assert len(reasons) > 20
    general = {("NotAFeed", "not a feed"), ("UnreadableFile", "unreadable")}  # the kind's own words say just that
    missing = {(kind, why) for kind, why in reasons - general if f"error.{kind}.{slug(why)}" not in TEXTS.entries("en")}
    assert missing == set()


def test_every_key_in_the_code_is_in_the_catalogue() -> None:
    sections = {key.split(".")[0] for key in TEXTS.entries("en") if "." in key}
    used = {
        node.value
        for file in (ROOT / "bot").glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if node.value.split(".")[0] in sections and re.fullmatch(r"[a-z_]+\.[a-z_]+", node.value)
    }
    assert len(used) > 30
    assert used <= TEXTS.entries("en").keys()
