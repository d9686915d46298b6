from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.asked.limits import THIS_WEEK, TOLD_LATER
from retrieval.asked.scope import find_scope, names_time
from retrieval.types import Scope

NOW = datetime(2026, 5, 28, 15, 30, tzinfo=UTC)  # a Thursday
SOURCES = ("The Harbour Post", "tidenews.com", "ЮГ Новости")


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("What happened yesterday?", "2026-05-27", "2026-05-28"),
        ("what happened in June", "2025-06-01", "2025-07-01"),
        ("Who resigned on Tuesday?", "2026-05-26", "2026-05-27"),
        ("Who died Wednesday in the fire?", "2026-05-27", "2026-05-28"),
        ("Which firm won the contract on 3 May 2026?", "2026-05-03", "2026-05-04"),
        ("What burned between 3 and 10 May?", "2026-05-03", "2026-05-11"),
        ("Who left the council last month?", "2026-04-01", "2026-05-01"),
        ("What did the mayor say about the bridge last week?", "2026-05-18", "2026-05-25"),
        ("Who won the regatta in 2025?", "2025-01-01", "2026-01-01"),
        ("Что случилось на прошлой неделе?", "2026-05-18", "2026-05-25"),
        ("Кто ушёл в отставку в понедельник?", "2026-05-25", "2026-05-26"),
        ("Что горело 5 марта?", "2026-03-05", "2026-03-06"),
        ("Кто открыл мост в июне 2025 года?", "2025-06-01", "2025-07-01"),
    ],
)
def test_what_happened_may_be_told_a_little_later(text: str, since: str, until: str) -> None:
    scope, _ = find_scope(text, NOW, SOURCES)
    assert scope == Scope(day(since), day(until) + TOLD_LATER)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("Articles from June about the bridge", "2025-06-01", "2025-07-01"),
        ("What was reported last week about the bridge?", "2026-05-18", "2026-05-25"),
        ("news of yesterday about the ferry", "2026-05-27", "2026-05-28"),
        ("yesterday's headlines about the ferry", "2026-05-27", "2026-05-28"),
        ("articles before March about the ferry", None, "2026-03-01"),
        ("Какие статьи о мосте вышли до марта?", None, "2026-03-01"),
        ("Новости о мосте за май", "2026-05-01", "2026-06-01"),
        ("Что писали вчера о мосте?", "2026-05-27", "2026-05-28"),
    ],
)
def test_what_was_written_then_was_written_exactly_then(text: str, since: str | None, until: str) -> None:
    assert find_scope(text, NOW, SOURCES)[0] == Scope(day(since) if since else None, day(until))


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("What has changed since Monday?", "2026-05-25"),
        ("How many boats sank in the last 3 days?", "2026-05-25"),
        ("Who won the Reed Prize this year?", "2026-01-01"),
        ("What's new today?", "2026-05-28"),
        ("Why was the bridge closed in March?", "2026-03-01"),
        ("Почему два дня назад закрыли мост?", "2026-05-26"),
        ("Что изменилось с понедельника?", "2026-05-25"),
        ("Что случилось за последние две недели?", "2026-05-14"),
    ],
)
def test_what_goes_on_or_explains_has_no_end(text: str, since: str) -> None:
    assert find_scope(text, NOW, SOURCES)[0] == Scope(since=day(since))


def test_this_week_is_never_only_a_day_or_two() -> None:
    monday = datetime(2026, 5, 25, 9, tzinfo=UTC)
    assert find_scope("Who resigned this week?", monday, ())[0] == Scope(since=day("2026-05-25") - THIS_WEEK)


@pytest.mark.parametrize(
    "text",
    [
        "What caused the 1986 disaster?",
        "Who won the 2024 election?",
        "Who was hurt in the January 6 attack?",
        "What burned down in the May 5 fire?",
        "Who won the 2022 Reed Cup?",
        "What is the plan for 2030?",
        "What will be built by 2030?",
        "When did the mill open in 1998?",
        "What has changed since the election?",
        "What may the council do?",
        "Who led the march?",
        "How many seconds does it take?",
        "Which lamp costs $29?",
        "Who came 99th?",
        "How strong was the 7 magnitude quake?",
        "Who edits the Sunday Times?",
        "Who won Tuesday's vote?",
        "What was sold on Black Friday?",
        "Who won the First World War?",
        "Who is the mayor today?",
        "Who is the mayor now?",
        "What has the council done lately?",
        "Who will speak on Tuesday?",
        "When does the ferry sail this week?",
        "Are prices higher than last year?",
        "How much did sales grow last month?",
        "What was the biggest flood since March?",
        "Who was the mayor last year?",
        "Who said what about the vote on 5 May?",
        "Who was held after the fire in March?",
        "What is held every year in June?",
        "Why did the ferry not sail on 1 May?",
        "Who signed a treaty on August 4, 1774?",
        "The ferry sank on Monday. Who built it?",
        "Who directed Stormy Monday?",
        "Who wrote in the World Today journal?",
        "What happens next week?",
        "Who won the match in the last week of the season?",
        "Who bought the mill in 2012?",
        "What burned recently?",
        "Кто победил на выборах 2024 года?",
        "Сколько домов затопил шторм 14 марта?",
        "Кто недавно ушёл?",
        "Кто сейчас мэр?",
        "Когда на этой неделе пойдёт паром?",
        "Что построят к 2030 году?",
        "Какая школа откроется в марте?",
        "Что было до войны?",
        "Цены выше, чем в прошлом году?",
        "Кто выступит во вторник?",
    ],
)
def test_a_date_that_names_the_subject_compares_or_lies_ahead_is_no_limit(text: str) -> None:
    assert find_scope(text, NOW, SOURCES) == (Scope(), text)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Which ship, by the way, sank two days ago?", "Which ship, by the way, sank?"),
        ("Since June, how many ships have sunk?", "how many ships have sunk?"),
        ("According to The Harbour Post, who resigned on Tuesday?", "who resigned?"),
        ("What does Tidenews say about the ferry?", "the ferry?"),
        ("yesterday's news about the ferry", "news about the ferry"),
        ("Кто вчера открыл мост, по данным ЮГ Новостей?", "Кто открыл мост?"),
        ("news yesterday", "news"),
        ("yesterday", "yesterday"),
        ("Вчера?", "Вчера?"),
    ],
)
def test_the_words_that_made_the_scope_are_left_out(text: str, rest: str) -> None:
    assert find_scope(text, NOW, SOURCES)[1] == rest


def test_days_and_sources_limit_together() -> None:
    scope, _ = find_scope("What did the mayor say yesterday, according to the Harbour Post?", NOW, SOURCES)
    assert scope == Scope(day("2026-05-27"), day("2026-05-28") + TOLD_LATER, ("The Harbour Post",))


def test_dates_that_contradict_each_other_limit_nothing() -> None:
    assert not find_scope("Who resigned last month on Tuesday?", NOW, SOURCES)[0]


def test_days_are_those_of_the_asker() -> None:
    east = timezone(timedelta(hours=10))
    scope, _ = find_scope("What's new today?", datetime(2026, 5, 29, 1, tzinfo=east), ())
    assert scope.since == datetime(2026, 5, 29, tzinfo=east)


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("What caused the 1986 disaster?", True),
        ("What burned in March?", True),
        ("Who resigned on 5 May?", True),
        ("Who was mayor last year?", True),
        ("What is the history of the mill?", True),
        ("Who won the first ever regatta?", True),
        ("Who hurt the horses in the 1960s?", True),
        ("Who was mayor two years ago?", True),
        ("What closed in may 2025?", True),
        ("What burned in the March storm?", True),
        ("Кто был мэром в 2020 году?", True),
        ("Что горело в марте?", True),
        ("Кто был мэром два года назад?", True),
        ("Какова история моста?", True),
        ("Что было в прошлом месяце?", True),
        ("Who is the mayor?", False),
        ("What may happen next?", False),
        ("Who made history this week?", False),
        ("What happened yesterday?", False),
        ("Who led a march through the town?", False),
        ("Кто мэр?", False),
        ("Что случилось вчера?", False),
        ("Кто такой Май Ольм?", False),
    ],
)
def test_a_question_names_a_time_of_its_own_or_is_about_the_present(text: str, own: bool) -> None:
    assert names_time(text) is own


WORDS = st.sampled_from(
    re.findall(
        r"\S+",
        "who what resigned yesterday last week , ? . ( ) « » on Tuesday in June 2025 since Monday according to the"
        " Harbour Post кто ушёл вчера на прошлой неделе 5 марта",
    )
)


@given(st.lists(WORDS, min_size=1, max_size=10))
def test_something_is_always_left_and_no_scope_leaves_the_text_alone(words: list[str]) -> None:
    text = " ".join(words)
    scope, rest = find_scope(text, NOW, SOURCES)
    assert rest
    assert scope or rest == text
    assert not (scope.since and scope.until) or scope.since < scope.until
