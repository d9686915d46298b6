"""A subscription's wishes, its chat's hours and the time in; when an alert is to be sent, out. Pure.

`due` decides when an alert arrives, `held_until` is asked again right before it is sent: people change their minds.
A slot is named by its moment: everything of one subscription that is gathered for the same moment is one digest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import MAXYEAR, UTC, datetime, time, timedelta

from bot.types import Hours, Rhythm, Wishes
from bot.zones import local

MARGIN = timedelta(seconds=60)  # what is being planned while a slot begins joins the next one: one digest a slot
DAY = 1440  # minutes
CLOCK_CHANGES_AT = 15  # no zone changes its clock but at a quarter of an hour, UTC
_QUARTERS = 4 * 24 * 3  # quiet hours of all but a minute can last two days where the clock skips that minute


def due(wishes: Wishes, hours: Hours, now: datetime) -> tuple[datetime, bool]:
    """When what arrives now is to be sent (UTC), and whether it is gathered with others or goes at once, alone.

    A slot in quiet hours or a mute moves to their end; the moment is never before `now`.
    """
    slot = _SLOTS[wishes.rhythm](wishes, hours.zone, now.astimezone(UTC))
    held = held_until(hours, slot)
    return held or slot, wishes.rhythm is not Rhythm.INSTANT or held is not None


def held_until(hours: Hours, now: datetime) -> datetime | None:
    """The end (UTC) of the quiet hours or the mute that `now` is in; None where the chat may be written to.

    Where the end of the one lies in the other, both are waited for.
    """
    now = now.astimezone(UTC)
    moment = now if hours.muted_until is None else max(now, hours.muted_until.astimezone(UTC))
    if moment.year < MAXYEAR and _is_quiet(hours, moment):  # a mute for good ends where the calendar does
        moment = _quiet_end(hours, moment)
    return moment if moment > now else None


def _is_quiet(hours: Hours, moment: datetime) -> bool:
    if hours.quiet is None:
        return False
    begin, end = (minute % DAY for minute in hours.quiet)
    minute = _minute(hours.zone, moment)
    return begin <= minute < end if begin <= end else minute >= begin or minute < end


def _quiet_end(hours: Hours, moment: datetime) -> datetime:
    """The first moment that is not quiet any more, whatever the clock does meanwhile."""
    moment = moment.replace(second=0, microsecond=0)
    end = moment + timedelta(minutes=_left(hours, moment))
    if local(end, hours.zone).utcoffset() == local(moment, hours.zone).utcoffset():
        return end
    for _ in range(_QUARTERS):  # the clock changes on the way, and the same local time may be quiet once more, or never
        if not _is_quiet(hours, moment):
            break
        moment += timedelta(minutes=min(_left(hours, moment), CLOCK_CHANGES_AT - moment.minute % CLOCK_CHANGES_AT))
    return moment


def _left(hours: Hours, moment: datetime) -> int:
    """Minutes until the clock shows the end of the quiet hours."""
    end = hours.quiet[1] if hours.quiet else 0
    return (end - _minute(hours.zone, moment)) % DAY


def _minute(zone: str, moment: datetime) -> int:
    shown = local(moment, zone)
    return shown.hour * 60 + shown.minute


def _at_once(_: Wishes, __: str, now: datetime) -> datetime:
    return now


def _next_hour(_: Wishes, zone: str, now: datetime) -> datetime:
    """The next full hour of the local clock. Hours are absolute: one that exists twice is two slots."""
    earliest = now + MARGIN
    moment = earliest.replace(second=0, microsecond=0)
    moment += timedelta(minutes=moment < earliest)
    while minutes := -local(moment, zone).minute % 60:
        moment += timedelta(minutes=minutes)  # a second round where the clock changes by half an hour
    return moment


def _next_day(wishes: Wishes, zone: str, now: datetime) -> datetime:
    return _next_date(wishes, zone, now, range(7))


def _next_week(wishes: Wishes, zone: str, now: datetime) -> datetime:
    return _next_date(wishes, zone, now, (wishes.weekday % 7,))


def _next_date(wishes: Wishes, zone: str, now: datetime, weekdays: range | tuple[int, ...]) -> datetime:
    """Slots are local dates: a time that does not exist comes after the gap, one that exists twice the first time."""
    earliest = now + MARGIN
    today, at = local(earliest, zone), time(*divmod(wishes.minute % DAY, 60))
    days = (today.date() + timedelta(days=n) for n in range(-1, 9))  # yesterday's may come after a gap over midnight
    dates = (day for day in days if day.weekday() in weekdays)
    slots = (datetime.combine(day, at, today.tzinfo).astimezone(UTC) for day in dates)
    return next(slot for slot in slots if slot >= earliest)


_SLOTS: Mapping[Rhythm, Callable[[Wishes, str, datetime], datetime]] = {
    Rhythm.INSTANT: _at_once,
    Rhythm.HOURLY: _next_hour,
    Rhythm.DAILY: _next_day,
    Rhythm.WEEKLY: _next_week,
}
