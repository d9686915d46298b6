"""Dates as feeds write them, in order and out of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.sources.feed_dates import read_feed_date

_MOSCOW = timezone(timedelta(hours=3))
_MOMENT = datetime(2026, 5, 4, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 04 May 2026 08:30:00 GMT",
        "Mon, 4 May 2026 08:30:00 +0000",
        "Mon, 04 May 26 08:30 UT",
        "Mon,04 May 2026 08:30:00Z",
        "Mon, 04 May 2026 08:30:00",  # no zone
        "Sun, 04 May 2026 08:30:00 GMT",  # not that weekday
        "Monday, May 4, 2026 - 8:30 AM",
        "May 4, 2026 08:30",
        "04-May-2026 08:30:00",
        "Mon May  4 08:30:00 2026",
        "Mon May 04 11:30:00 MSK 2026",
        "Mon, 04 May 2026 11:30:00 MSK",
        "Mon, 04 May 2026 11:30:00 GMT+3",
        "Mon, 04 May 2026 11:30:00 UTC+03:00",
        "Mon, 04 May 2026 11:30:00 +03:00 (MSK)",
        "Mon, 04 May 2026 03:30:00 EST",
        "Mon, 04 May 2026 10:30:00 CEST",
        "Mon, 04 May 2026 08:30:00 +9999",
        "Пн, 04 мая 2026 11:30:00 +0300",
        "Пн, 04 Май 2026 11:30:00 MSK",
        "понедельник, 4 мая 2026 г., 08:30",
        "4 мая 2026 в 08:30",
        "2026-05-04T08:30:00Z",
        "2026-05-04T08:30Z",
        "2026-05-04T08:30:00.000+00:00",
        "2026-05-04t08:30:00z",
        "2026-05-04T11:30:00 +03:00",
        "2026-05-04 11:30:00 +0300",
        "2026-05-04 08:30",
        "2026/05/04 08:30",
        "20260504T083000Z",
        "04.05.2026 08:30",
        "04.05.26 08:30",
        "1777883400",
        "1777883400000",
        " \n Mon, 04 May 2026\t08:30:00 GMT ",
    ],
)
def test_one_moment_in_many_spellings(text: str) -> None:
    assert read_feed_date(text) == _MOMENT


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Fri, 31 Dec 99 23:59:60 GMT", datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("4 May 2026 12:05 AM", datetime(2026, 5, 4, 0, 5, tzinfo=UTC)),
        ("4 May 2026 12:05 pm", datetime(2026, 5, 4, 12, 5, tzinfo=UTC)),
        ("2026-05-04T24:00:00Z", datetime(2026, 5, 5, tzinfo=UTC)),
        ("2026-05-04", datetime(2026, 5, 4, tzinfo=UTC)),
        ("1st March 2026", datetime(2026, 3, 1, tzinfo=UTC)),
        ("24/05/2026", datetime(2026, 5, 24, tzinfo=UTC)),
        ("05/24/2026", datetime(2026, 5, 24, tzinfo=UTC)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_clocks_and_calendars_of_every_kind(text: str, moment: datetime) -> None:
    assert read_feed_date(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "вчера", "2026", "04/05/2026", "Mon, 31 Feb 2026 08:30:00 GMT", "4 Brumaire 2026",
        "Mon, 04 May 2026 25:61:00 GMT", "0000-00-00 00:00:00", "99999999999999999999", "4 May 2026 " + "x" * 100,
    ],
)  # fmt: skip
def test_what_is_no_date_or_may_be_two_is_none(text: str) -> None:
    assert read_feed_date(text) is None


@given(st.datetimes(datetime(1971, 1, 1), datetime(2068, 12, 31)), st.sampled_from([UTC, _MOSCOW]))  # noqa: DTZ001
def test_every_well_formed_date_is_read(moment: datetime, zone: timezone) -> None:
    moment = moment.replace(microsecond=0, tzinfo=zone)

    assert read_feed_date(format_datetime(moment)) == moment
    assert read_feed_date(moment.isoformat()) == moment


@given(st.text("0123456789:/.-+ ,TZamp мая", max_size=40) | st.text(max_size=40))
def test_any_text_is_a_date_in_utc_or_none(text: str) -> None:
    moment = read_feed_date(text)

    assert moment is None or moment.tzinfo is UTC
