"""Dates as people and machines write them -> moments in UTC; what cannot be an article's date is dropped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.sources.dates import EARLIEST, read_date
from retrieval.sources.page_facts import first_plausible

_NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("2026-03-05", datetime(2026, 3, 5, tzinfo=UTC)),
        ("2026-03-05T10:30:00+03:00", datetime(2026, 3, 5, 7, 30, tzinfo=UTC)),
        ("Thu, 05 Mar 2026 10:30:00 +0300", datetime(2026, 3, 5, 7, 30, tzinfo=UTC)),
        ("5 March 2026, 10:30", datetime(2026, 3, 5, 10, 30, tzinfo=UTC)),
        ("March 5th, 2026 at 10:30", datetime(2026, 3, 5, 10, 30, tzinfo=UTC)),
        ("5 марта 2026, 10:30", datetime(2026, 3, 5, 10, 30, tzinfo=UTC)),
        ("10:30, 5 марта 2026 года", datetime(2026, 3, 5, 10, 30, tzinfo=UTC)),
        ("Четверг, 5 мая 2026 г.", datetime(2026, 5, 5, tzinfo=UTC)),
        ("05.03.2026 10:30", datetime(2026, 3, 5, 10, 30, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_as_it_is_written(said: str, moment: datetime) -> None:
    assert read_date(said) == moment


@pytest.mark.parametrize("said", ["", "yesterday", "вчера, 10:30", "31 февраля 2026", "5 boats in 2026", "99.99.2026"])
def test_what_is_no_date_is_none(said: str) -> None:
    assert read_date(said) is None


@given(st.text(max_size=60))
def test_no_text_makes_reading_a_date_fail(said: str) -> None:
    moment = read_date(said)

    assert moment is None or moment.tzinfo is UTC


@given(st.lists(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)), max_size=6))  # noqa: DTZ001 - aware below
def test_only_plausible_dates_are_taken(moments: list[datetime]) -> None:
    aware = [moment.replace(tzinfo=UTC) for moment in moments]

    found = first_plausible([moment.isoformat() for moment in aware], _NOW)

    assert found == next((moment for moment in aware if EARLIEST <= moment <= _NOW + timedelta(days=1)), None)
