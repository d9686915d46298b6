"""What is typed behind /follow: the subject, and how it is to be told."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.following.options import Options, read_minute, read_options, read_quiet
from bot.types import Matching, Rhythm, Wishes

PLAIN = Wishes()
DAILY = Wishes(Rhythm.DAILY)
WEEKLY = Wishes(Rhythm.WEEKLY)


@pytest.mark.parametrize(
    ("behind", "wishes"),
    [
        ("instant", PLAIN),
        ("сразу", PLAIN),
        ("hourly", Wishes(Rhythm.HOURLY)),
        ("every hour", Wishes(Rhythm.HOURLY)),
        ("каждый час", Wishes(Rhythm.HOURLY)),
        ("раз в час", Wishes(Rhythm.HOURLY)),
        ("daily", DAILY),
        ("Daily", DAILY),
        ("every day", DAILY),
        ("ежедневно", DAILY),
        ("daily 8:30", Wishes(Rhythm.DAILY, 510)),
        ("daily 8.30", Wishes(Rhythm.DAILY, 510)),
        ("daily at 8:30", Wishes(Rhythm.DAILY, 510)),
        ("daily, at 8:30", Wishes(Rhythm.DAILY, 510)),
        ("at 8:30 daily", Wishes(Rhythm.DAILY, 510)),
        ("every day at 8pm", Wishes(Rhythm.DAILY, 1200)),
        ("daily 6 a.m.", Wishes(Rhythm.DAILY, 360)),
        ("daily at noon", Wishes(Rhythm.DAILY, 720)),
        ("daily 7", Wishes(Rhythm.DAILY, 420)),
        ("ежедневно в 8:30", Wishes(Rhythm.DAILY, 510)),
        ("каждый день в 8:30", Wishes(Rhythm.DAILY, 510)),
        ("каждый день в 8 вечера", Wishes(Rhythm.DAILY, 1200)),
        ("каждый день в 9 часов", Wishes(Rhythm.DAILY, 540)),
        ("weekly", WEEKLY),
        ("weekly mon 9:00", Wishes(Rhythm.WEEKLY, 540, 0)),
        ("weekly sun", Wishes(Rhythm.WEEKLY, 480, 6)),
        ("weekly on friday at 18:00", Wishes(Rhythm.WEEKLY, 1080, 4)),
        ("every friday", Wishes(Rhythm.WEEKLY, 480, 4)),
        ("on Tuesdays at 7", Wishes(Rhythm.WEEKLY, 420, 1)),
        ("еженедельно", WEEKLY),
        ("раз в неделю", WEEKLY),
        ("еженедельно по пятницам в 18:00", Wishes(Rhythm.WEEKLY, 1080, 4)),
        ("каждую среду в 7:15", Wishes(Rhythm.WEEKLY, 435, 2)),
        ("по воскресеньям", Wishes(Rhythm.WEEKLY, 480, 6)),
        ("еженедельно чт 10:00", Wishes(Rhythm.WEEKLY, 600, 3)),
        ("silent", Wishes(silent=True)),
        ("quietly", Wishes(silent=True)),
        ("без звука", Wishes(silent=True)),
        ("strict", Wishes(matching=Matching.STRICT)),
        ("strictly", Wishes(matching=Matching.STRICT)),
        ("строго", Wishes(matching=Matching.STRICT)),
        ("wide", Wishes(matching=Matching.WIDE)),
        ("широко", Wishes(matching=Matching.WIDE)),
        ("balanced", PLAIN),
        ("+ferry", Wishes(must=("ferry",))),
        ("-lottery", Wishes(must_not=("lottery",))),
        ("−лотерея", Wishes(must_not=("лотерея",))),  # a typographer's minus
        ('+"toll bridge"', Wishes(must=("toll bridge",))),
        ("+«платный мост» -“old bridge”", Wishes(must=("платный мост",), must_not=("old bridge",))),
        ("+ferry +toll +ferry", Wishes(must=("ferry", "toll"))),
        ("+C++ -e-mail", Wishes(must=("C++",), must_not=("e-mail",))),
    ],
)
def test_an_option_at_the_end_is_taken_off_the_subject(behind: str, wishes: Wishes) -> None:
    assert read_options(f"bridge tolls {behind}") == Options("bridge tolls", wishes, None)
    assert read_options(f"https://example.org/feed?d=daily {behind}").subject == "https://example.org/feed?d=daily"


@pytest.mark.parametrize(
    ("behind", "to"),
    [
        ("to @bridge_news", "@bridge_news"),
        ("в @bridge_news", "@bridge_news"),
        ("to -1001234567890", "-1001234567890"),
        ("to https://t.me/bridge_news", "@bridge_news"),
        ("to t.me/bridge_news", "@bridge_news"),
    ],
)
def test_a_destination_is_read(behind: str, to: str) -> None:
    assert read_options(f"bridge tolls {behind}") == Options("bridge tolls", PLAIN, to)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (
            "bridge tolls daily at 8:30 silent strict +ferry -lottery to @bridge_news",
            Options("bridge tolls", Wishes(Rhythm.DAILY, 510, 0, True, Matching.STRICT, ("ferry",), ("lottery",)),
                    "@bridge_news"),
        ),
        (
            "цены на хлеб, еженедельно по пятницам в 18:00, без звука, строго, -крипта, в @news_ru",
            Options("цены на хлеб", Wishes(Rhythm.WEEKLY, 1080, 4, True, Matching.STRICT, (), ("крипта",)), "@news_ru"),
        ),
        ("bridge tolls — daily", Options("bridge tolls", DAILY, None)),
        ("bridge tolls: daily.", Options("bridge tolls", DAILY, None)),
        ("bridge\n tolls\n  daily", Options("bridge tolls", DAILY, None)),
        ("bridge tolls hourly daily", Options("bridge tolls", DAILY, None)),  # the one typed last
        ("bridge tolls wide strict", Options("bridge tolls", Wishes(matching=Matching.STRICT), None)),
        ("Which bridge was closed? daily", Options("Which bridge was closed?", DAILY, None)),
    ],
)  # fmt: skip
def test_several_options_stand_in_any_order(text: str, options: Options) -> None:
    assert read_options(text) == options


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("daily: bread prices", Options("bread prices", DAILY, None)),
        ("daily, silent: bread prices", Options("bread prices", Wishes(Rhythm.DAILY, silent=True), None)),
        ("daily at 8:30 bread prices", Options("bread prices", Wishes(Rhythm.DAILY, 510), None)),
        ("weekly mon 9:00 bread prices", Options("bread prices", Wishes(Rhythm.WEEKLY, 540), None)),
        ("weekly on friday bread prices", Options("bread prices", Wishes(Rhythm.WEEKLY, 480, 4), None)),
        ("каждый день в 8 хлеб", Options("хлеб", Wishes(Rhythm.DAILY), None)),
        ("daily https://example.org/feed", Options("https://example.org/feed", DAILY, None)),
        ("daily silent example.org", Options("example.org", Wishes(Rhythm.DAILY, silent=True), None)),
        ("to @bridge_news bridge tolls", Options("bridge tolls", PLAIN, "@bridge_news")),
        ("+ferry bridge tolls", Options("bridge tolls", Wishes(must=("ferry",)), None)),
        ("silent: daily bread prices", Options("daily bread prices", Wishes(silent=True), None)),
        ("silent: bread prices daily", Options("bread prices", Wishes(Rhythm.DAILY, silent=True), None)),
    ],
)
def test_options_may_stand_in_front_where_that_is_plain(text: str, options: Options) -> None:
    assert read_options(text) == options


@pytest.mark.parametrize(
    "text",
    [
        "daily bread prices", "daily silent reading", "Daily Mail", "instant noodles", "wide receivers", "Silent Hill",
        "weekly magazines", "the daily show in London", "strict liability", "сразу после войны", "строго говоря",
        "The Daily", "The New York Times and the weekly", "the world wide", "очень широко",
        "daily", "weekly", "silent", "to @bridge_news", "+ferry", "ежедневно", "daily 8:30", "по пятницам",
        '"bread daily"', "«хлеб ежедневно»", "bread daily?", "bread everyday", "bread-daily", "nondaily",
        "COVID-19", "temperatures of -5", "+1", "group +1", "+7 495", "plan - b", "Russia – Ukraine", "pre-war -",
        "bread daily 25:00", "bread daily 8:75", "shops open on holidays", "price of @home", "letters to Anna",
        "bread +ferry prices", "foo -bar baz", "https://example.org/daily", "@bridge_news", "",
    ],
)  # fmt: skip
def test_a_topic_keeps_words_that_may_be_its_own(text: str) -> None:
    assert read_options(text) == Options(text, PLAIN, None)


def test_a_word_that_is_both_an_option_and_all_there_is_stays_the_subject() -> None:
    assert read_options("daily silent") == Options("daily", Wishes(silent=True), None)
    assert read_options("weekly mon daily at 9") == Options("weekly mon", Wishes(Rhythm.DAILY, 540), None)


PIECES = st.sampled_from(
    ("daily", "at", "8:30", "weekly", "mon", "silent", "strict", "+ferry", "-x", "to @news_channel", "bread", ":", ",",
     '"', "ежедневно", "по пятницам", "в", "— ", "https://example.org", "the")
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(PIECES, max_size=12).map(" ".join) | st.text())
def test_a_subject_is_a_stretch_of_what_was_typed_and_empty_only_where_that_is(text: str) -> None:
    typed = " ".join(text.split())
    subject = read_options(text).subject
    assert subject in typed
    assert bool(subject) == bool(typed)


@pytest.mark.parametrize(
    "text",
    ["daily " * 700, "x" + " daily," * 600, ", " * 2000 + "x", "a.b" * 1400, "+" * 4000, "8:30 " * 800, '+"' * 2000],
)
def test_a_message_of_full_length_is_read_at_once(text: str) -> None:
    begun = process_time()
    assert read_options(text).subject
    assert process_time() - begun < 0.5


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("8:30", 510), ("8", 480), ("08:05", 485), ("8am", 480), ("8 AM", 480), ("8 p.m.", 1200), ("8.30", 510),
        ("20:15", 1215), ("8:30pm", 1230), ("12am", 0), ("12 pm", 720), ("12:05 am", 5), ("0:00", 0), ("24:00", 0),
        ("noon", 720), ("midnight", 0), ("полдень", 720), ("полночь", 0), ("в 8", 480), ("at 8:30", 510),
        ("8 утра", 480), ("8 вечера", 1200), ("3 дня", 900), ("12 дня", 720), ("12 ночи", 0), ("2 ночи", 120),
        ("11 ночи", 1380), ("20:30 вечера", 1230), ("9 часов", 540), ("9 ч", 540), ("", None), ("25", None),
        ("24:30", None), ("8:75", None), ("13pm", None), ("0am", None), ("eight", None), ("8:3", None), ("-8", None),
    ],
)  # fmt: skip
def test_a_time_of_day_is_read(text: str, minute: int | None) -> None:
    assert read_minute(text) == minute


@pytest.mark.parametrize(
    ("text", "weekday"),
    [
        ("mon", 0), ("Monday", 0), ("tues", 1), ("wed", 2), ("on thursday", 3), ("on Fridays", 4), ("every sat", 5),
        ("Sunday", 6), ("понедельник", 0), ("вторник", 1), ("в среду", 2), ("по четвергам", 3), ("по пятницам", 4),
        ("каждую субботу", 5), ("воскресенье", 6), ("во вторник", 1), ("пн", 0), ("вт", 1), ("ср", 2), ("чт", 3),
        ("пт", 4), ("сб", 5), ("вс", 6),
    ],
)  # fmt: skip
def test_a_weekday_is_read(text: str, weekday: int) -> None:
    assert read_options(f"ships weekly {text} 9:00") == Options("ships", Wishes(Rhythm.WEEKLY, 540, weekday), None)


@pytest.mark.parametrize("text", ["средний", "month", "today"])
def test_what_is_no_weekday_stays_in_the_topic(text: str) -> None:
    assert read_options(f"weekly ships {text}").subject == f"weekly ships {text}"


@pytest.mark.parametrize(
    ("text", "quiet"),
    [
        ("22:00-7:00", (1320, 420)), ("22:00 – 07:00", (1320, 420)), ("22-7", (1320, 420)), ("22.30-7.15", (1350, 435)),
        ("с 22 до 7", (1320, 420)), ("с 22:00 по 07:00", (1320, 420)), ("from 10pm to 7am", (1320, 420)),
        ("10 pm – 7 am", (1320, 420)), ("between 22 and 7", (1320, 420)), ("22:00 until 7", (1320, 420)),
        ("с 10 вечера до 7 утра", (1320, 420)), ("midnight to 8", (0, 480)), ("22-24", (1320, 0)),
        ("from 1 to 6", (60, 360)), ("7-7", None), ("0-24", None), ("off", None), ("22", None), ("22-25", None),
        ("", None), ("22-7-9", None), ("13pm-7", None),
    ],
)  # fmt: skip
def test_quiet_hours_are_read(text: str, quiet: tuple[int, int] | None) -> None:
    assert read_quiet(text) == quiet
