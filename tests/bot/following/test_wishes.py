"""How subscriptions wish to be told: changed by one word, by options, and said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.following.wishes import changed, changed_by_options, in_brackets, rhythm_words
from bot.texts import load_texts
from bot.types import Kind, Matching, Rhythm, Subscription, Wishes
from tests.fake_corpus import NOON

TEXTS = load_texts()
WORDS = st.sampled_from(("ship", "ferry", "two words", "паром", "x-ray", "crew's"))
ANY_WISHES = st.builds(
    Wishes, st.sampled_from(Rhythm), st.integers(0, 1439), st.integers(0, 6), st.booleans(), st.sampled_from(Matching),
    st.lists(WORDS, unique=True, max_size=2).map(tuple), st.just(("lottery",)), st.sampled_from((0.0, 0.1)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("daily", Wishes(Rhythm.DAILY, shift=0.1)),
        ("strict", Wishes(matching=Matching.STRICT)),
        ("d6", Wishes(weekday=6, shift=0.1)),
        ("silent", Wishes(silent=True, shift=0.1)),
        ("sound", Wishes(shift=0.1)),
        ("0", Wishes(minute=0, shift=0.1)),
        ("1439", Wishes(minute=1439, shift=0.1)),
        ("nowords", Wishes(shift=0.1)),
        ("1440", None),
        ("d7", None),
        ("-1", None),
        ("", None),
        ("²", None),
        ("yearly", None),
    ],
)
def test_a_buttons_word_changes_one_wish(change: str, expected: Wishes | None) -> None:
    assert changed(Wishes(shift=0.1), change) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("instant", {"rhythm": Rhythm.INSTANT}),
        ("daily 7:15", {"minute": 435}),
        ("weekly on friday at 18:00", {"rhythm": Rhythm.WEEKLY, "weekday": 4, "minute": 1080}),
        ("7:15", {"minute": 435}),
        ("8pm", {"minute": 1200}),
        ("balanced", {"matching": Matching.BALANCED}),
        ("широко", {"matching": Matching.WIDE}),
        ("silent", {"silent": True}),
        ("+crew", {"must": ("ship", "crew")}),
        ("-ship", {"must": (), "must_not": ("lottery", "ship")}),
        ("+lottery", {"must": ("ship", "lottery"), "must_not": ()}),
        ('+"two words" strict', {"must": ("ship", "two words")}),
    ],
)
def test_typed_options_change_what_they_name_and_leave_the_rest(options: str, expected: dict[str, object]) -> None:
    wishes = Wishes(Rhythm.DAILY, 510, 0, False, Matching.STRICT, ("ship",), ("lottery",), 0.1)
    assert changed_by_options(wishes, options) == replace(wishes, **expected)  # type: ignore[arg-type]


def test_a_time_alone_makes_a_daily_digest_of_what_had_none() -> None:
    assert changed_by_options(Wishes(Rhythm.HOURLY), "7:15") == Wishes(Rhythm.DAILY, 435)


@pytest.mark.parametrize("options", ["nonsense", "daily nonsense", "to @channel", "25:00"])
def test_what_is_no_option_changes_nothing(options: str) -> None:
    assert changed_by_options(Wishes(), options) is None


@given(wishes=ANY_WISHES)
def test_an_option_that_says_what_is_so_already_changes_nothing(wishes: Wishes) -> None:
    assert changed_by_options(wishes, wishes.matching.value) == wishes


@pytest.mark.parametrize(
    ("wishes", "language", "words"),
    [
        (Wishes(Rhythm.DAILY, 510), "en", "daily at 8:30"),
        (Wishes(Rhythm.WEEKLY, 540, 4), "en", "every Friday at 9:00"),
        (Wishes(Rhythm.WEEKLY, 540, 1), "ru", "по вторникам в 9:00"),
        (Wishes(Rhythm.HOURLY), "ru", "раз в час"),
    ],
)
def test_a_rhythm_is_said_as_people_say_it(wishes: Wishes, language: str, words: str) -> None:
    assert rhythm_words(wishes, TEXTS, language) == words


def test_only_what_is_unusual_stands_in_brackets() -> None:
    feed = Subscription(1, Kind.FEED, "https://f.example", "F", NOON)
    assert in_brackets(feed, TEXTS, "en") == ""
    assert in_brackets(replace(feed, muted=True), TEXTS, "en") == " (muted)"
    wishes = Wishes(Rhythm.DAILY, 510, silent=True, matching=Matching.STRICT, must=("ship",), must_not=("ferry",))
    topic = replace(feed, kind=Kind.TOPIC, wishes=wishes)
    assert in_brackets(topic, TEXTS, "en") == " (topic, daily at 8:30, strict, +ship, −ferry, without sound)"
