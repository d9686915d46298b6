from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from retrieval.pace import LONGEST_WAIT, SPREAD, Visit, backoff, next_visit, stay_away

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
BASE = timedelta(minutes=5)
FEED = "https://harbour.example/feed.xml"

bases = st.integers(10, 86_400).map(lambda seconds: timedelta(seconds=seconds))
seconds = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True))
past = st.datetimes(datetime(1971, 1, 1), NOW.replace(tzinfo=None), timezones=st.just(UTC))  # noqa: DTZ001
visits = st.builds(
    Visit,
    feed=st.text(max_size=20),
    at=st.just(NOW),
    moments=st.lists(past, max_size=12),
    asked=st.lists(seconds, max_size=3),
    failures=st.integers(0, 10_000),
)


def publishing_every(gap: timedelta, silent: timedelta = timedelta(), feed: str = FEED) -> Visit:
    return Visit(feed, NOW, [NOW - silent - gap * number for number in range(10)])


@given(visits, bases)
def test_a_wait_is_between_the_operators_and_a_day(visit: Visit, base: timedelta) -> None:
    assert base <= next_visit(visit, base) <= LONGEST_WAIT


@given(visits, bases)
def test_nobody_is_asked_sooner_than_they_said_within_a_day(visit: Visit, base: timedelta) -> None:
    assert all(next_visit(visit, base) >= stay_away(asked) for asked in visit.asked)


@given(visits, bases)
def test_the_same_visit_gives_the_same_wait(visit: Visit, base: timedelta) -> None:
    assert next_visit(visit, base) == next_visit(visit, base)


@given(visits, bases)
def test_a_wait_is_spread_by_no_more_than_a_tenth(visit: Visit, base: timedelta) -> None:
    waits = [next_visit(Visit(f"{n}", NOW, visit.moments, visit.asked, visit.failures), base) for n in range(20)]
    assert max(waits) <= min(waits) * (1 + SPREAD) / (1 - SPREAD) + timedelta(seconds=1)


@given(st.integers(1, 30), bases)
def test_each_failure_doubles_the_wait_up_to_a_day(failures: int, base: timedelta) -> None:
    assert backoff(base, failures) == min(LONGEST_WAIT, 2 * backoff(base, failures - 1))
    wait = next_visit(Visit(FEED, NOW, (), (), failures), base)
    assert abs(wait - backoff(base, failures)) <= SPREAD * backoff(base, failures)


@given(st.timedeltas(timedelta(), timedelta(days=90)), st.timedeltas(timedelta(), timedelta(days=90)))
def test_who_publishes_more_is_not_asked_less(one: timedelta, other: timedelta) -> None:
    assume(one <= other)
    often, seldom = (next_visit(publishing_every(gap), BASE) for gap in (one, other))
    assert often <= seldom * (1 + SPREAD) / (1 - SPREAD)


def test_many_feeds_that_were_visited_together_part() -> None:
    waits = [next_visit(publishing_every(timedelta(minutes=1), feed=f"feed {n}"), BASE) for n in range(1000)]
    assert len(set(waits)) > 990
    minutes = [wait // timedelta(seconds=6) for wait in waits]
    assert all(100 < minutes.count(slot) < 300 for slot in range(50, 55))  # five slots of a tenth of the interval


def test_visits_of_one_feed_are_spread_too() -> None:
    waits = {next_visit(Visit(FEED, NOW + n * BASE, (), ()), BASE) for n in range(100)}
    assert len(waits) > 90


def about(wait: timedelta, wanted: timedelta) -> bool:
    return abs(wait - wanted) <= wanted * SPREAD


def test_a_feed_is_asked_by_how_often_it_publishes() -> None:
    assert about(next_visit(publishing_every(timedelta(minutes=4)), BASE), BASE)
    assert about(next_visit(publishing_every(timedelta(days=1)), BASE), timedelta(hours=1))
    assert about(next_visit(publishing_every(timedelta(days=7)), BASE), timedelta(hours=7))
    assert next_visit(publishing_every(timedelta(days=60)), BASE) >= LONGEST_WAIT * (1 - SPREAD)


def test_a_silence_counts_as_the_gap_that_it_may_become() -> None:
    assert about(next_visit(publishing_every(timedelta(minutes=4), silent=timedelta(hours=12)), BASE), BASE * 6)
    assert next_visit(publishing_every(timedelta(minutes=4), silent=timedelta(days=90)), BASE) >= LONGEST_WAIT * 0.9


def test_a_burst_is_followed_closely_at_first() -> None:
    burst = [NOW - timedelta(seconds=n) for n in range(10)]
    assert about(next_visit(Visit(FEED, NOW, burst), BASE), BASE)


def test_of_a_feed_without_entries_nothing_is_known() -> None:
    assert about(next_visit(Visit(FEED, NOW), BASE), BASE)


def test_what_a_publisher_asks_for_is_the_least() -> None:
    hour = 3600.0
    for asked in ((hour, None), (None, hour), (60.0, hour)):
        assert timedelta(hours=1) <= next_visit(Visit(FEED, NOW, (), asked), BASE) <= timedelta(hours=1.1)
    assert next_visit(Visit(FEED, NOW, (), (1e12,)), BASE) == LONGEST_WAIT
