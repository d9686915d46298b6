"""When an alert is sent: slots, quiet hours and mutes, through clock changes."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.hours import CLOCK_CHANGES_AT, MARGIN, due, held_until
from bot.types import Hours, Rhythm, Wishes

BEGIN, DAYS = datetime(2026, 1, 1, tzinfo=UTC), 730
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC",
         "America/Sao_Paulo", "Africa/Casablanca", "Pacific/Apia", "America/Nuuk", "Pacific/Chatham")  # fmt: skip
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
INTERVALS = {Rhythm.INSTANT: timedelta(0), Rhythm.HOURLY: HOUR, Rhythm.DAILY: DAY, Rhythm.WEEKLY: 7 * DAY}


def clock_changes(zone: str) -> list[datetime]:
    days = [BEGIN + n * DAY for n in range(DAYS)]
    offsets = [day.astimezone(ZoneInfo(zone)).utcoffset() for day in days]
    return [day for day, (before, after) in zip(days, pairwise(offsets), strict=False) if before != after]


CHANGES = {zone: clock_changes(zone) for zone in ZONES}


def moments(zone: str) -> st.SearchStrategy[datetime]:
    """Any second of two years, and more often those of a day whose clock changes."""
    anywhere = st.integers(0, DAYS * 86_400).map(lambda second: BEGIN + timedelta(seconds=second))
    if not CHANGES[zone]:
        return anywhere
    around = st.integers(-86_400, 2 * 86_400).map(lambda second: timedelta(seconds=second))
    return anywhere | st.tuples(st.sampled_from(CHANGES[zone]), around).map(lambda pair: pair[0] + pair[1])


quiets = st.none() | st.tuples(st.integers(0, 1439), st.integers(0, 1439)) | st.just((22 * 60, 7 * 60))
rhythms = st.builds(Wishes, st.sampled_from(Rhythm), st.integers(0, 1439), st.integers(0, 6))


def is_open(hours: Hours, moment: datetime) -> bool:
    """May the chat be written to? By the words of the matter, minute by minute."""
    if hours.muted_until is not None and moment < hours.muted_until:
        return False
    if hours.quiet is None or hours.quiet[0] == hours.quiet[1]:
        return True
    shown = moment.astimezone(ZoneInfo(hours.zone))
    begin, end = hours.quiet
    minute = shown.hour * 60 + shown.minute
    return not (begin <= minute < end or (begin > end and not end <= minute < begin))


def length(quiet: tuple[int, int] | None) -> timedelta:
    return timedelta(minutes=(quiet[1] - quiet[0]) % 1440) if quiet else timedelta(0)


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def shown(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


# Quiet hours and mutes


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_what_is_held_is_held_until_the_first_moment_that_is_open(data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(ZONES))
    now = data.draw(moments(zone))
    muted_until = data.draw(st.none() | st.integers(-600, 3000).map(lambda minutes: now + minutes * MINUTE))
    hours = Hours(zone, data.draw(quiets), muted_until)
    held = held_until(hours, now)
    assert (held is None) == is_open(hours, now)
    if held is not None:
        assert held > now
        assert is_open(hours, held)
        between = [now, *(held - n * MINUTE - timedelta(seconds=1) for n in range(int((held - now) / MINUTE)))]
        assert not any(is_open(hours, moment) for moment in between)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-10-25T00:10", "2026-10-25T00:30"),  # 02:10 in summer: until 02:30
        ("2026-10-25T00:40", None),  # 02:40 in summer
        ("2026-10-25T01:10", "2026-10-25T01:30"),  # 02:10 once more, in winter
        ("2026-03-29T00:10", "2026-03-29T01:00"),  # 01:10; there is no 02:30, at 02:00 it is 03:00
    ],
)
def test_quiet_hours_that_end_while_the_clock_changes_hold_whenever_it_shows_them(now: str, end: str | None) -> None:
    assert held_until(Hours("Europe/Berlin", (0, 150)), at(now)) == (at(end) if end else None)


def test_quiet_hours_of_all_but_a_minute_that_is_skipped_last_two_days() -> None:
    hours = Hours("Europe/Berlin", (2 * 60 + 31, 2 * 60 + 30))
    end = held_until(hours, at("2026-03-28T03:00", "Europe/Berlin"))
    assert end == at("2026-03-30T02:30", "Europe/Berlin")


def test_a_mute_that_ends_in_quiet_hours_is_followed_by_them() -> None:
    hours = Hours("Asia/Kolkata", (22 * 60, 7 * 60), at("2026-05-01T23:30", "Asia/Kolkata"))
    assert held_until(hours, at("2026-05-01T12:00", "Asia/Kolkata")) == at("2026-05-02T07:00", "Asia/Kolkata")


def test_quiet_hours_that_end_in_a_mute_are_followed_by_it() -> None:
    hours = Hours("UTC", (22 * 60, 7 * 60), at("2026-05-02T09:15"))
    assert held_until(hours, at("2026-05-01T23:00")) == at("2026-05-02T09:15")


def test_a_mute_holds_as_long_as_it_lasts_and_not_after() -> None:
    hours = Hours(muted_until=at("2026-05-02T09:15"))
    assert held_until(hours, at("2026-05-02T09:14")) == at("2026-05-02T09:15")
    assert held_until(hours, at("2026-05-02T09:15")) is None


def test_a_mute_for_good_is_no_trouble() -> None:
    for_good = datetime.max.replace(tzinfo=UTC)
    hours = Hours("Pacific/Apia", (0, 300), for_good)
    assert held_until(hours, BEGIN) == for_good
    assert due(Wishes(Rhythm.DAILY), hours, BEGIN) == (for_good, True)


@pytest.mark.parametrize("quiet", [(480, 480), (0, 0), (0, 1440)])
def test_quiet_hours_that_end_where_they_begin_are_none(quiet: tuple[int, int]) -> None:
    assert held_until(Hours("UTC", quiet), at("2026-05-01T08:00")) is None


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "", "Europe", "../../etc/passwd", "\x00", "no such zone"])
def test_a_zone_that_nobody_knows_counts_as_utc(zone: str) -> None:
    hours, wishes = Hours(zone, (22 * 60, 7 * 60)), Wishes(Rhythm.DAILY, 8 * 60)
    assert held_until(hours, at("2026-05-01T23:00")) == at("2026-05-02T07:00")
    assert due(wishes, hours, at("2026-05-01T09:00")) == (at("2026-05-02T08:00"), True)


def test_clocks_change_at_a_quarter_of_an_hour_in_every_zone() -> None:
    quarters = [BEGIN + n * 15 * MINUTE for n in range(0, DAYS * 96, 96)]
    for zone in map(ZoneInfo, available_timezones()):
        offsets = [moment.astimezone(zone).utcoffset() for moment in quarters]
        for n in (n for n, (before, after) in enumerate(pairwise(offsets)) if before != after):
            minutes = (quarters[n] + m * MINUTE for m in range(24 * 60 + 1))
            after = next(moment for moment in minutes if moment.astimezone(zone).utcoffset() != offsets[n])
            assert after.minute % CLOCK_CHANGES_AT == 0, zone


# Slots


def test_what_is_wished_at_once_goes_at_once_and_alone() -> None:
    now = at("2026-05-01T12:34")
    assert due(Wishes(), Hours(), now) == (now, False)


def test_what_is_held_by_quiet_hours_is_gathered_at_their_end() -> None:
    assert due(Wishes(), Hours(quiet=(22 * 60, 7 * 60)), at("2026-05-01T23:10")) == (at("2026-05-02T07:00"), True)


@pytest.mark.parametrize(
    ("wishes", "zone", "now", "slot"),
    [
        (Wishes(Rhythm.HOURLY), "UTC", "2026-05-01T12:34", "2026-05-01 13:00"),
        (Wishes(Rhythm.HOURLY), "UTC", "2026-05-01T12:59", "2026-05-01 13:00"),
        (Wishes(Rhythm.HOURLY), "Asia/Kathmandu", "2026-05-01T12:34", "2026-05-01 13:00"),
        (Wishes(Rhythm.HOURLY), "Australia/Lord_Howe", "2026-10-04T01:40", "2026-10-04 03:00"),  # 02:00 is 02:30
        (Wishes(Rhythm.DAILY, 510), "Europe/Berlin", "2026-05-01T08:29", "2026-05-01 08:30"),
        (Wishes(Rhythm.DAILY, 510), "Europe/Berlin", "2026-05-01T08:30", "2026-05-02 08:30"),
        (Wishes(Rhythm.DAILY, 150), "Europe/Berlin", "2026-03-28T12:00", "2026-03-29 03:30"),  # no 02:30 that night
        (Wishes(Rhythm.DAILY, 150), "Europe/Berlin", "2026-03-29T12:00", "2026-03-30 02:30"),
        (Wishes(Rhythm.DAILY, 480), "Pacific/Apia", "2011-12-29T12:00", "2011-12-31 08:00"),  # no 30 December
        (Wishes(Rhythm.DAILY, 480), "Pacific/Apia", "2011-12-31T12:00", "2012-01-01 08:00"),
        (Wishes(Rhythm.DAILY, 1410), "America/Nuuk", "2026-03-28T12:00", "2026-03-29 00:30"),  # no 23:30 that night
        (Wishes(Rhythm.DAILY, 1410), "America/Nuuk", "2026-03-29T00:10", "2026-03-29 00:30"),
        (Wishes(Rhythm.DAILY, 1410), "America/Nuuk", "2026-03-29T00:40", "2026-03-29 23:30"),
        (Wishes(Rhythm.WEEKLY, 540, 0), "America/New_York", "2026-05-01T12:00", "2026-05-04 09:00"),
        (Wishes(Rhythm.WEEKLY, 540, 4), "America/New_York", "2026-05-01T08:00", "2026-05-01 09:00"),
        (Wishes(Rhythm.WEEKLY, 540, 4), "America/New_York", "2026-05-01T09:00", "2026-05-08 09:00"),
        (Wishes(Rhythm.WEEKLY, 480, 4), "Pacific/Apia", "2011-12-29T12:00", "2011-12-31 08:00"),  # no Friday
    ],
)
def test_a_slot_is_the_next_time_that_the_local_clock_shows(wishes: Wishes, zone: str, now: str, slot: str) -> None:
    moment, gathered = due(wishes, Hours(zone), at(now, zone))
    assert (shown(moment, zone), gathered) == (slot, True)


@pytest.mark.parametrize("rhythm", [Rhythm.HOURLY, Rhythm.DAILY, Rhythm.WEEKLY])
def test_what_arrives_as_a_slot_begins_joins_the_next_one(rhythm: Rhythm) -> None:
    wishes = Wishes(rhythm, 480, 0)
    slot = at("2026-05-04T08:00")  # a Monday
    assert due(wishes, Hours(), slot - MARGIN)[0] == slot
    assert due(wishes, Hours(), slot - MARGIN + timedelta(seconds=1))[0] == slot + INTERVALS[rhythm]


def test_an_hour_that_comes_twice_is_two_slots_and_a_day_with_it_is_one() -> None:
    zone, first, second = "Europe/Berlin", at("2026-10-25T00:00"), at("2026-10-25T01:00")  # both show 02:00
    assert due(Wishes(Rhythm.HOURLY), Hours(zone), first - 10 * MINUTE)[0] == first
    assert due(Wishes(Rhythm.HOURLY), Hours(zone), first + 10 * MINUTE)[0] == second
    daily = Wishes(Rhythm.DAILY, 120)
    assert due(daily, Hours(zone), first - 10 * MINUTE)[0] == first
    assert shown(due(daily, Hours(zone), first + 10 * MINUTE)[0], zone) == "2026-10-26 02:00"


def test_a_slot_in_quiet_hours_moves_to_their_end() -> None:
    wishes, hours = Wishes(Rhythm.DAILY, 23 * 60), Hours("UTC", (22 * 60, 7 * 60))
    assert due(wishes, hours, at("2026-05-01T12:00")) == (at("2026-05-02T07:00"), True)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_a_moment_is_never_before_now_and_always_open(data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(ZONES))
    now, wishes = data.draw(moments(zone)), data.draw(rhythms)
    hours = Hours(zone, data.draw(quiets), data.draw(st.none() | moments(zone)))
    moment, gathered = due(wishes, hours, now)
    assert moment >= now
    assert is_open(hours, moment)
    assert gathered == (wishes.rhythm is not Rhythm.INSTANT or moment > now)
    assert moment == now or not gathered or wishes.rhythm is Rhythm.INSTANT or moment >= now + MARGIN


# The whole way


@dataclass
class Outbox:
    """A model of one: asked once more before anything is sent; what is gathered for one moment is one digest."""

    hours: Hours
    queue: list[tuple[datetime, int, int, bool]] = field(default_factory=list)  # (due, subscription, article, gathered)
    sent: list[tuple[datetime, int, datetime, tuple[int, ...]]] = field(
        default_factory=list
    )  # (when, whose, slot, what)

    def run(self, until: datetime) -> None:
        while self.queue and self.queue[0][0] <= until:
            slot, whose, article, gathered = heapq.heappop(self.queue)
            if (later := held_until(self.hours, slot)) is not None:
                heapq.heappush(self.queue, (later, whose, article, True))
                continue
            articles = [article]
            while gathered and self.queue and self.queue[0][:2] == (slot, whose):
                articles.append(heapq.heappop(self.queue)[2])
            self.sent.append((slot, whose, slot, tuple(articles)))


@dataclass(frozen=True)
class Story:
    """Some days of one chat: its subscriptions, what arrives for which, and the hours that it changes once."""

    wishes: tuple[Wishes, ...]
    arrivals: tuple[tuple[datetime, int], ...]
    first: Hours
    then: Hours
    changed: datetime


@st.composite
def stories(draw: st.DrawFn) -> Story:
    zone = draw(st.sampled_from(ZONES))
    begin = draw(moments(zone))
    within = st.integers(0, draw(st.sampled_from((1, 3, 20))) * 86_400).map(
        lambda second: begin + timedelta(seconds=second)
    )
    wishes = draw(st.lists(rhythms, min_size=1, max_size=3))
    arrivals = draw(st.lists(st.tuples(within, st.integers(0, len(wishes) - 1)), min_size=1, max_size=40))
    changed = draw(within)
    first = Hours(zone, draw(quiets), draw(st.none() | within))
    muted_until = draw(st.none() | st.integers(1, 3 * 1440).map(lambda minutes: changed + minutes * MINUTE))
    then = Hours(zone, draw(st.just(first.quiet) | quiets), muted_until)
    return Story(tuple(wishes), tuple(sorted(arrivals)), first, then, changed)


def played(story: Story) -> Outbox:
    outbox = Outbox(story.first)
    for article, (now, whose) in enumerate(story.arrivals):
        if outbox.hours is story.first and now >= story.changed:
            outbox.run(story.changed)
            outbox.hours = story.then
        outbox.run(now)
        moment, gathered = due(story.wishes[whose], outbox.hours, now)
        heapq.heappush(outbox.queue, (moment, whose, article, gathered))
    if outbox.hours is story.first:
        outbox.run(story.changed)
        outbox.hours = story.then
    outbox.run(BEGIN + (DAYS + 90) * DAY)
    return outbox


def hours_at(story: Story, moment: datetime) -> tuple[Hours, ...]:
    """Those that hold; both at the very moment of the change."""
    if moment == story.changed:
        return story.first, story.then
    return (story.first if moment < story.changed else story.then,)


@settings(deadline=None, max_examples=300)
@given(stories())
def test_no_alert_is_sent_in_quiet_hours_or_a_mute_and_none_is_lost(story: Story) -> None:
    outbox = played(story)
    assert all(any(is_open(hours, when) for hours in hours_at(story, when)) for when, *_ in outbox.sent)
    assert sorted(article for *_, articles in outbox.sent for article in articles) == list(range(len(story.arrivals)))


@settings(deadline=None, max_examples=300)
@given(stories())
def test_a_subscription_has_one_digest_a_slot_and_none_without_content(story: Story) -> None:
    outbox = played(story)
    digests = Counter(
        (whose, slot) for _, whose, slot, _ in outbox.sent if story.wishes[whose].rhythm != Rhythm.INSTANT
    )
    assert all(count == 1 for count in digests.values())
    assert all(articles for *_, articles in outbox.sent)


@settings(deadline=None, max_examples=300)
@given(stories())
def test_everything_is_sent_when_its_slot_the_quiet_hours_and_the_mute_are_over(story: Story) -> None:
    begun = (story.first.muted_until, story.arrivals[0][0]), (story.then.muted_until, story.changed)
    muted = sum((until - begin for until, begin in begun if until is not None and until > begin), timedelta(0))
    held = muted + length(story.first.quiet) + length(story.then.quiet) + 2 * HOUR
    for when, whose, _, articles in played(story).sent:
        for article in articles:
            assert when - story.arrivals[article][0] <= INTERVALS[story.wishes[whose].rhythm] + MARGIN + HOUR + held


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_a_day_has_one_daily_digest_and_a_week_one_weekly(data: st.DataObject) -> None:
    """Two years of a subscription to which something comes every few hours."""
    zone = data.draw(st.sampled_from([zone for zone in ZONES if zone != "America/Nuuk"]))
    wishes = replace(data.draw(rhythms), rhythm=data.draw(st.sampled_from((Rhythm.DAILY, Rhythm.WEEKLY))))
    step = timedelta(hours=7, minutes=data.draw(st.integers(0, 59)))
    slots = {due(wishes, Hours(zone), BEGIN + n * step)[0] for n in range(int(DAYS * DAY / step))}
    days = Counter(moment.astimezone(ZoneInfo(zone)).date() for moment in slots)
    expected = DAYS if wishes.rhythm is Rhythm.DAILY else DAYS / 7
    assert set(days.values()) == {1}
    assert abs(len(days) - expected) <= 2
    if wishes.rhythm is Rhythm.WEEKLY:
        assert {date.weekday(day) for day in days} == {wishes.weekday}
