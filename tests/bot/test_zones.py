"""What people type about where they are, and how a zone is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.zones import find_zone, local, zone_words

SUMMER, WINTER = datetime(2026, 7, 1, 12, 0, tzinfo=UTC), datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("america/new york", "America/New_York"),
        ("US/Pacific", "America/Los_Angeles"),
        ("Etc/GMT-3", "Etc/GMT-3"),
        ("etc/gmt+3", "Etc/GMT+3"),
        ("UTC", "UTC"),
        ("gmt", "UTC"),
        ("Europe/Kiev", "Europe/Kyiv"),  # its name of today
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Europe/Zürich", "Europe/Zurich"),
    ],
)
def test_a_zone_is_found_by_its_name_in_any_spelling(text: str, zone: str) -> None:
    assert find_zone(text, SUMMER) == zone


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Berlin", "Europe/Berlin"),
        ("BERLIN", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("new-york", "America/New_York"),
        ("São Paulo", "America/Sao_Paulo"),
        ("Sao Paulo", "America/Sao_Paulo"),
        ("Ho Chi Minh City", "Asia/Ho_Chi_Minh"),
        ("Kiev", "Europe/Kyiv"),
        ("St. Petersburg", "Europe/Moscow"),
        ("San Francisco", "America/Los_Angeles"),
        ("Mumbai", "Asia/Kolkata"),
        ("London, UK", "Europe/London"),
        ("Москва", "Europe/Moscow"),
        ("москва", "Europe/Moscow"),
        ("Нью-Йорк", "America/New_York"),
        ("нью йорк", "America/New_York"),
        ("Екатеринбург", "Asia/Yekaterinburg"),
        ("Санкт-Петербург", "Europe/Moscow"),
        ("Новосибирск", "Asia/Novosibirsk"),
        ("Уфа", "Asia/Yekaterinburg"),
        ("Мюнхен", "Europe/Berlin"),
        ("Кёльн", "Europe/Berlin"),
        ("Алма-Ата", "Asia/Almaty"),
        ("Тбилиси", "Asia/Tbilisi"),
    ],
)
def test_a_city_means_its_zone_in_english_and_russian(text: str, zone: str) -> None:
    assert find_zone(text, SUMMER) == zone


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Germany", "Europe/Berlin"),
        ("Россия", "Europe/Moscow"),
        ("США", "America/New_York"),
        ("Japan", "Asia/Tokyo"),
        ("Новая Зеландия", "Pacific/Auckland"),
        ("Kazakhstan", "Asia/Almaty"),
        ("Грузия", "Asia/Tbilisi"),
        ("UK", "Europe/London"),
    ],
)
def test_a_country_means_its_capitals_zone(text: str, zone: str) -> None:
    assert find_zone(text, SUMMER) == zone


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("I am in Tokyo", "Asia/Tokyo"),
        ("I live in New York.", "America/New_York"),
        ("Moscow time", "Europe/Moscow"),
        ("я в Москве", "Europe/Moscow"),
        ("по Москве", "Europe/Moscow"),
        ("живу в Санкт-Петербурге", "Europe/Moscow"),
        ("в Берлине", "Europe/Berlin"),
        ("в Новой Зеландии", "Pacific/Auckland"),
        ("timezone: Berlin", "Europe/Berlin"),
        ("мой часовой пояс: UTC+3", "Etc/GMT-3"),
    ],
)
def test_the_words_around_a_place_do_not_matter(text: str, zone: str) -> None:
    assert find_zone(text, SUMMER) == zone


@pytest.mark.parametrize(
    ("text", "zone"),
    [("MSK", "Europe/Moscow"), ("мск", "Europe/Moscow"), ("EST", "America/New_York"), ("cet", "Europe/Berlin"),
     ("PST", "America/Los_Angeles"), ("IST", "Asia/Kolkata"), ("EST5EDT", "America/New_York")],
)  # fmt: skip
def test_an_abbreviation_means_where_most_people_use_it(text: str, zone: str) -> None:
    assert find_zone(text, SUMMER) == zone


@pytest.mark.parametrize(
    ("text", "zone", "words"),
    [
        ("+3", "Etc/GMT-3", "UTC+3"),
        ("UTC+3", "Etc/GMT-3", "UTC+3"),
        ("utc +03:00", "Etc/GMT-3", "UTC+3"),
        ("GMT-5", "Etc/GMT+5", "UTC-5"),
        ("−8", "Etc/GMT+8", "UTC-8"),  # a typographer's minus
        ("+0300", "Etc/GMT-3", "UTC+3"),
        ("+14", "Etc/GMT-14", "UTC+14"),
        ("-12", "Etc/GMT+12", "UTC-12"),
        ("+0", "UTC", "UTC"),
        ("мск+2", "Etc/GMT-5", "UTC+5"),
        ("МСК -1", "Etc/GMT-2", "UTC+2"),
        ("+05:30", "Asia/Kolkata", "Asia/Kolkata (UTC+5:30)"),
        ("UTC+5:45", "Asia/Kathmandu", "Asia/Kathmandu (UTC+5:45)"),
        ("+530", "Asia/Kolkata", "Asia/Kolkata (UTC+5:30)"),
        ("-9:30", "Pacific/Marquesas", "Pacific/Marquesas (UTC-9:30)"),
    ],
)
def test_an_offset_is_a_zone_that_has_it(text: str, zone: str, words: str) -> None:
    assert find_zone(text, SUMMER) == zone
    assert zone_words(zone, SUMMER) == words


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("14:00", "Etc/GMT-2"),
        ("it is 14:04", "Etc/GMT-2"),
        ("13:53", "Etc/GMT-2"),
        ("сейчас 15:00", "Etc/GMT-3"),
        ("у меня 15.02", "Etc/GMT-3"),
        ("8:01 am", "Etc/GMT+4"),
        ("2 pm", "Etc/GMT-2"),
        ("2 p.m.", "Etc/GMT-2"),
        ("12:00", "UTC"),
        ("17:30", "Asia/Kolkata"),
        ("00:00", "Etc/GMT-12"),
        ("01:00", "Etc/GMT-13"),
        ("02:00", "Etc/GMT+10"),
    ],
)
def test_the_local_time_tells_the_offset(text: str, zone: str) -> None:
    assert find_zone(text, SUMMER) == zone


@given(st.sampled_from(sorted(available_timezones())), st.integers(0, 730 * 1440), st.integers(-7, 7))
@settings(deadline=None, max_examples=300)
def test_a_clock_that_is_some_minutes_off_still_tells_the_offset(zone: str, minute: int, off: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    offset = now.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    typed = (now + offset + timedelta(minutes=off)).strftime("%H:%M")
    found = find_zone(typed, now)
    assert found is not None
    apart = local(now, found).replace(tzinfo=None) - (now + offset).replace(tzinfo=None)
    assert apart % timedelta(days=1) == timedelta(0)


@given(st.sampled_from(sorted(available_timezones() - {"Factory", "localtime"})))
@settings(deadline=None)
def test_every_zone_is_found_by_its_name_and_runs_as_it_does(zone: str) -> None:
    if "/" in zone:
        found = find_zone(zone.upper(), SUMMER)
        assert found is not None
        assert [local(when, found).utcoffset() for when in (SUMMER, WINTER)] == [
            when.astimezone(ZoneInfo(zone)).utcoffset() for when in (SUMMER, WINTER)
        ]


@pytest.mark.parametrize(
    "text",
    ["", " ", "hello", "3", "25:00", "12:75", "13:00 pm", "+15", "-13", "+3:15", "Europe", "Factory", "localtime",
     "time", "Unknown City", "Неизвестный город", "../../etc/passwd", "/", "где я", "+", "x" * 4000, "в " * 2000,
     "\x00"],
)  # fmt: skip
def test_what_names_no_zone_finds_none(text: str) -> None:
    assert find_zone(text, SUMMER) is None


@given(st.text(st.sampled_from("0123456789:+-. utcgmкпвampm/Б") | st.characters()))
@settings(deadline=None)
def test_whatever_is_typed_finds_a_zone_that_exists_or_none(text: str) -> None:
    found = find_zone(text, SUMMER)
    assert found is None or found in available_timezones()


def test_a_zone_is_told_with_its_offset_of_that_day() -> None:
    assert zone_words("Europe/Berlin", SUMMER) == "Europe/Berlin (UTC+2)"
    assert zone_words("Europe/Berlin", WINTER) == "Europe/Berlin (UTC+1)"
    assert zone_words("America/St_Johns", SUMMER) == "America/St_Johns (UTC-2:30)"
    assert zone_words("Europe/London", WINTER) == "Europe/London (UTC)"
    assert zone_words("UTC", SUMMER) == "UTC"


def test_local_is_what_clocks_show() -> None:
    assert local(SUMMER, "Asia/Kathmandu").strftime("%H:%M") == "17:45"
    assert local(SUMMER, "Europe/Nowhere").strftime("%H:%M") == "12:00"
