"""When a server wants us again: Retry-After, freshness, and the hosts that are left alone until then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import FetchFailed
from retrieval.sources.limits import Limits
from retrieval.sources.politeness import (
    LONGEST_ABSENCE,
    LONGEST_FRESHNESS,
    Absences,
    fresh_for,
    retry_after,
)
from retrieval.sources.types import Fetched
from retrieval.sources.web import GuardedFetcher
from tests.retrieval.sources.pages import ANSWERS, Answer, Site, redirect, serving

NOW = datetime(2026, 3, 2, 8, 0, 0, tzinfo=UTC)
DATE = "Mon, 02 Mar 2026 08:00:00 GMT"
LIMITS = Limits(connect=0.5, read=5.0, total=10.0)


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def refusing(status: int, retry: str | None) -> Answer:
    return lambda visitor: visitor.reply(status, b"not now", retry_after=retry)


@pytest.fixture
def site() -> Iterator[Site]:
    answers = {
        "/ok": ANSWERS["/ok"],
        "/busy": refusing(429, "120"),
        "/down": refusing(503, "120"),
        "/down-silently": refusing(503, None),
        "/broken": refusing(500, "120"),
        "/zero": refusing(429, "0"),
        "/for-ever": refusing(429, "99999999999999999999"),
    }
    with serving(answers) as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fetch(clock: Clock) -> GuardedFetcher:
    return GuardedFetcher((ip_network("127.0.0.0/8"),), resolve=lambda host: ["127.0.0.1"], limits=LIMITS, clock=clock)


def failing(fetch: Callable[[str], object], url: str) -> FetchFailed:
    with pytest.raises(FetchFailed) as failed:
        fetch(url)
    return failed.value


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0), (" 7 ", 7.0), ("0", 0.0), ("1.5", 1.0), ("120, 300", 120.0), ("86401", LONGEST_ABSENCE),
        ("9" * 150, LONGEST_ABSENCE), ("Mon, 02 Mar 2026 08:10:00 GMT", 600.0),
        ("Monday, 02-Mar-26 08:10:00 GMT", 600.0), ("Mon, 02 Mar 2026 07:00:00 GMT", 0.0),
        ("Tue, 02 Mar 2027 08:00:00 GMT", LONGEST_ABSENCE), ("Mon, 02 Mar 2026 08:10:00 -0000", 600.0),
        ("", None), ("-5", None), ("soon", None), ("120s", None), ("Mon, 99 Mar 2026 08:10:00 GMT", None),
        ("١٢٠", None),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value, "date": DATE}, NOW) == seconds


def test_a_date_counts_from_the_servers_own_clock_if_it_tells_it() -> None:
    then = {"retry-after": "Mon, 02 Mar 2026 09:10:00 GMT"}

    assert retry_after(then | {"date": "Mon, 02 Mar 2026 09:00:00 GMT"}, NOW) == 600.0
    assert retry_after(then, NOW) == 4_200.0
    assert retry_after({}, NOW) is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "max-age=600"}, 600.0),
        ({"cache-control": "public, Max-Age=600, s-maxage=9"}, 600.0),
        ({"cache-control": 'max-age="600"'}, 600.0),
        ({"cache-control": "max-age=600", "expires": "0"}, 600.0),
        ({"cache-control": "max-age=99999999999"}, LONGEST_FRESHNESS),
        ({"cache-control": "max-age=0, must-revalidate"}, 0.0),
        ({"cache-control": "s-maxage=600"}, None),
        ({"cache-control": "max-age=600, no-cache"}, None),
        ({"cache-control": "no-store", "expires": "Mon, 02 Mar 2026 09:00:00 GMT"}, None),
        ({"cache-control": "public", "expires": "Mon, 02 Mar 2026 09:00:00 GMT"}, 3_600.0),
        ({"expires": "Mon, 02 Mar 2026 07:00:00 GMT"}, 0.0),
        ({"expires": "Mon, 02 Mar 2099 07:00:00 GMT"}, LONGEST_FRESHNESS),
        ({"expires": "0"}, None),
        ({}, None),
    ],
)
def test_freshness_is_what_the_server_says(headers: dict[str, str], seconds: float | None) -> None:
    assert fresh_for({"date": DATE} | headers, NOW) == seconds


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300))
def test_no_header_is_too_odd(first: str, second: str, third: str) -> None:
    headers = {"retry-after": first, "cache-control": second, "expires": third, "date": first}

    assert 0 <= (retry_after(headers, NOW) or 0) <= LONGEST_ABSENCE
    assert 0 <= (fresh_for(headers, NOW) or 0) <= LONGEST_FRESHNESS


@pytest.mark.parametrize(
    ("path", "refusal"), [("/busy", ("too many requests", 429, 120.0)), ("/down", ("server error", 503, 120.0))]
)
def test_a_host_that_sends_us_away_is_left_alone_until_then(
    site: Site, fetch: GuardedFetcher, clock: Clock, path: str, refusal: tuple[str, int, float]
) -> None:
    first = failing(fetch, site.url(path))
    asked = len(site.asked)
    clock.now += 50
    again = failing(fetch, site.url("/ok"))

    assert (first.reason, first.status, first.retry_after) == refusal
    assert (again.reason, again.status, again.retry_after) == ("too many requests", 429, 70.0)
    assert again.subject == site.url("/ok")
    assert len(site.asked) == asked  # nobody went there
    clock.now += 70
    assert isinstance(fetch(site.url("/ok")), Fetched)


def test_other_hosts_are_asked_meanwhile(site: Site, fetch: GuardedFetcher) -> None:
    failing(fetch, site.url("/busy", "news.lindhaven.example"))

    assert isinstance(fetch(site.url("/ok", "post.lindhaven.example")), Fetched)
    assert failing(fetch, site.url("/ok", "news.lindhaven.example")).retry_after is not None


def test_a_redirect_to_a_host_that_sent_us_away_ends_there(site: Site, fetch: GuardedFetcher) -> None:
    site.answers["/over"] = redirect(site.url("/ok", "news.lindhaven.example"))
    failing(fetch, site.url("/busy", "news.lindhaven.example"))
    failed = failing(fetch, site.url("/over", "post.lindhaven.example"))

    assert (failed.reason, failed.subject) == ("too many requests", site.url("/ok", "news.lindhaven.example"))


@pytest.mark.parametrize(("path", "told"), [("/down-silently", None), ("/broken", None), ("/zero", 0.0)])
def test_who_names_no_time_is_asked_again(site: Site, fetch: GuardedFetcher, path: str, told: float | None) -> None:
    assert failing(fetch, site.url(path)).retry_after == told
    assert isinstance(fetch(site.url("/ok")), Fetched)


def test_nobody_sends_us_away_for_longer_than_a_day(site: Site, fetch: GuardedFetcher, clock: Clock) -> None:
    assert failing(fetch, site.url("/for-ever")).retry_after == LONGEST_ABSENCE
    clock.now += LONGEST_ABSENCE
    assert isinstance(fetch(site.url("/ok")), Fetched)


def test_who_waits_for_a_turn_while_others_are_sent_away_does_not_go_either(site: Site, clock: Clock) -> None:
    fetch = GuardedFetcher((ip_network("127.0.0.0/8"),), limits=Limits(per_host=1, read=5.0), clock=clock)
    with ThreadPoolExecutor(8) as threads:
        failures = list(threads.map(lambda _: failing(fetch, site.url("/busy")), range(8)))

    assert len(site.asked) == 1
    assert all(failure.retry_after == 120.0 for failure in failures)


def test_only_so_many_hosts_are_remembered(clock: Clock) -> None:
    absences = Absences(clock, most=3)
    for number in range(5):
        absences.stay_away(f"host-{number}.example", 60.0)

    assert [absences.left(f"host-{number}.example") for number in range(5)] == [None, None, 60.0, 60.0, 60.0]


def test_the_last_word_of_a_host_counts(clock: Clock) -> None:
    absences = Absences(clock)
    absences.stay_away("host.example", 600.0)
    absences.stay_away("host.example", 60.0)

    assert absences.left("host.example") == 60.0
    clock.now += 60.0
    assert absences.left("host.example") is None
