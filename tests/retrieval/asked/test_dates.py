from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.asked.dates import OLDEST, find_dates

THURSDAY = date(2026, 5, 28)


@pytest.mark.parametrize(
    ("words", "first", "end"),
    [
        ("today", "2026-05-28", "2026-05-29"),
        ("yesterday evening", "2026-05-27", "2026-05-28"),
        ("the day before yesterday", "2026-05-26", "2026-05-27"),
        ("last night", "2026-05-27", "2026-05-29"),
        ("this week", "2026-05-25", "2026-06-01"),
        ("last week", "2026-05-18", "2026-05-25"),
        ("last weekend", "2026-05-23", "2026-05-25"),
        ("last month", "2026-04-01", "2026-05-01"),
        ("last quarter", "2026-01-01", "2026-04-01"),
        ("last year", "2025-01-01", "2026-01-01"),
        ("last summer", "2025-06-01", "2025-09-01"),
        ("in the last 3 days", "2026-05-25", None),
        ("over the past two weeks", "2026-05-14", None),
        ("in the past 24 hours", "2026-05-27", None),
        ("the past week", "2026-05-21", None),
        ("2 days ago", "2026-05-26", "2026-05-27"),
        ("two weeks ago", "2026-05-11", "2026-05-18"),
        ("a month ago", "2026-04-01", "2026-05-01"),
        ("since Monday", "2026-05-25", None),
        ("since June", "2025-06-01", None),
        ("since 3 May", "2026-05-03", None),
        ("since the start of the year", "2026-01-01", None),
        ("from March onwards", "2026-03-01", None),
        ("until March 2025", None, "2025-03-01"),
        ("before 5 May", None, "2026-05-05"),
        ("after 5 May", "2026-05-06", None),
        ("between 3 and 10 May", "2026-05-03", "2026-05-11"),
        ("between May 3 and May 10", "2026-05-03", "2026-05-11"),
        ("from June to August 2025", "2025-06-01", "2025-09-01"),
        ("from November to February", "2025-11-01", "2026-03-01"),
        ("in June 2025", "2025-06-01", "2025-07-01"),
        ("in June", "2025-06-01", "2025-07-01"),
        ("in may", "2026-05-01", "2026-06-01"),
        ("in late Sept. 2025", "2025-09-01", "2025-10-01"),
        ("on 5 March", "2026-03-05", "2026-03-06"),
        ("on the 5th of March", "2026-03-05", "2026-03-06"),
        ("on March 5th, 2025", "2025-03-05", "2025-03-06"),
        ("on 2025-03-05", "2025-03-05", "2025-03-06"),
        ("on Tuesday", "2026-05-26", "2026-05-27"),
        ("on Friday", "2026-05-22", "2026-05-23"),
        ("last Tuesday", "2026-05-19", "2026-05-27"),
        ("in 2024", "2024-01-01", "2025-01-01"),
        ("in the spring of 2025", "2025-03-01", "2025-06-01"),
        ("in the second quarter of 2025", "2025-04-01", "2025-07-01"),
        ("in Q2 2025", "2025-04-01", "2025-07-01"),
        ("over the weekend", "2026-05-23", "2026-05-25"),
        ("сегодня утром", "2026-05-28", "2026-05-29"),
        ("вчера", "2026-05-27", "2026-05-28"),
        ("позавчера", "2026-05-26", "2026-05-27"),
        ("на прошлой неделе", "2026-05-18", "2026-05-25"),
        ("на этой неделе", "2026-05-25", "2026-06-01"),
        ("в прошлом месяце", "2026-04-01", "2026-05-01"),
        ("за прошлый квартал", "2026-01-01", "2026-04-01"),
        ("за последние три дня", "2026-05-25", None),
        ("за последнюю неделю", "2026-05-21", None),
        ("за последние сутки", "2026-05-27", None),
        ("два дня назад", "2026-05-26", "2026-05-27"),
        ("месяц назад", "2026-04-01", "2026-05-01"),
        ("с понедельника", "2026-05-25", None),
        ("со вторника", "2026-05-26", None),
        ("с 3 мая", "2026-05-03", None),
        ("с начала года", "2026-01-01", None),
        ("со вчерашнего дня", "2026-05-27", None),
        ("до марта", None, "2026-03-01"),
        ("после 5 мая", "2026-05-06", None),
        ("между 3 и 10 мая", "2026-05-03", "2026-05-11"),
        ("с 3 по 10 мая", "2026-05-03", "2026-05-11"),
        ("с июня по август 2025 года", "2025-06-01", "2025-09-01"),
        ("в июне 2025 года", "2025-06-01", "2025-07-01"),
        ("в мае", "2026-05-01", "2026-06-01"),
        ("в августе", "2025-08-01", "2025-09-01"),
        ("в конце марта", "2026-03-01", "2026-04-01"),
        ("5 марта", "2026-03-05", "2026-03-06"),
        ("5-го марта 2025 г.", "2025-03-05", "2025-03-06"),
        ("05.03.2026", "2026-03-05", "2026-03-06"),
        ("в среду", "2026-05-27", "2026-05-28"),
        ("в прошлую пятницу", "2026-05-22", "2026-05-23"),
        ("в 2024 году", "2024-01-01", "2025-01-01"),
        ("весной 2025 года", "2025-03-01", "2025-06-01"),
        ("прошлым летом", "2025-06-01", "2025-09-01"),
        ("во втором квартале 2025 года", "2025-04-01", "2025-07-01"),
        ("на выходных", "2026-05-23", "2026-05-25"),
    ],
)
def test_a_date_covers_calendar_days(words: str, first: str | None, end: str | None) -> None:
    (named,) = find_dates(words, THURSDAY)
    assert (named.start, named.end) == (0, len(words))
    assert named.period == (first and date.fromisoformat(first), end and date.fromisoformat(end))


@pytest.mark.parametrize(
    "text",
    [
        "what may happen next",
        "on the march again",
        "he has a second job",
        "$29 for two",
        "a storm of 99th rank",
        "in 2030",
        "next week",
        "on 31 February",
        "in 1998",
        "2,000 people",
        "in the first half",
        "in the second quarter",
        "this summer",
        "in the last days",
        "recently",
        "the winter of 2025",
        "if it may",
        "недавно",
        "Марта и Мая",
        "66 миллионов лет назад",
        "в этом зале",
        "в 2031 году",
        "30 февраля",
        "завтра",
        "полтора года назад",
    ],
)
def test_what_is_no_date_or_ahead_or_could_be_two_is_not_named(text: str) -> None:
    assert find_dates(text, THURSDAY) == []


def test_a_year_far_before_any_article_is_not_named() -> None:
    assert find_dates(f"in March {THURSDAY.year - OLDEST - 1}", THURSDAY) == []
    assert find_dates(f"in March {THURSDAY.year - OLDEST}", THURSDAY) != []


def test_a_month_that_is_not_over_is_this_years() -> None:
    assert find_dates("in June", date(2026, 6, 1))[0].period == (date(2026, 6, 1), date(2026, 7, 1))


def test_this_weekend_is_the_one_that_is_on_or_just_over() -> None:
    saturday = date(2026, 5, 23)
    for today in (saturday, date(2026, 5, 24), date(2026, 5, 26)):
        assert find_dates("this weekend", today)[0].period.first == saturday


def test_two_dates_are_named_in_the_order_of_the_text() -> None:
    found = find_dates("what was said yesterday about the fire in March", THURSDAY)
    assert [named.kind for named in found] == ["over", "named"]


WORDS = st.sampled_from(
    re.findall(
        r"\S+",
        "in on since until between and from to the last past this week days 3 10 31 2 May March June 2025 1774 Tuesday"
        " yesterday ago weekend quarter Q2 what с по до в на прошлой неделе мая марта назад года , . 's",
    )
)


@given(st.lists(WORDS, max_size=12), st.dates(date(1950, 1, 1), date(2150, 1, 1)))
def test_dates_lie_in_the_text_apart_and_begin_by_today(words: list[str], today: date) -> None:
    text = " ".join(words)
    end = 0
    for named in find_dates(text, today):
        assert end <= named.start < named.end <= len(text)
        end = named.end
        first, last = named.period
        assert first is None or first <= today or named.kind == "written"
        assert first is None or last is None or first < last
