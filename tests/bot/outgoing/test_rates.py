"""How many messages may go now, and to whom: decided from numbers alone."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.outgoing.rates import FLOODED, FREE, GROUP_PER_MINUTE, KEPT_FOR_A_GROUPS_ANSWERS, PAID, Pace


def test_at_first_the_whole_window_is_free_but_for_what_answers_keep() -> None:
    room = Pace().room((), 0.0)
    assert (room.limit, room.alerts) == (FREE.window, FREE.window - FREE.kept)
    assert Pace().wait(0.0) == math.inf


def test_a_person_gets_one_alert_a_second_and_answers_at_once() -> None:
    pace = Pace()
    pace.note(7, 10.0)
    assert pace.room((), 10.5).resting == {7}
    assert 7 not in pace.room((), 10.5).busy
    assert pace.wait(10.5) == pytest.approx(0.5)
    assert pace.room((), 11.0).resting == set()


def test_a_group_gets_no_more_than_its_share_of_a_minute() -> None:
    pace = Pace()
    for second in range(GROUP_PER_MINUTE):
        assert -7 not in pace.room((), float(second)).busy
        pace.note(-7, float(second))
    assert -7 in pace.room((), 59.9).busy
    assert -7 not in pace.room((), 60.0).busy


def test_a_groups_alerts_are_a_second_apart_and_leave_some_of_its_minute_to_answers() -> None:
    pace = Pace()
    pace.note(-7, 10.0)
    assert pace.room((), 10.9).resting == {-7}
    assert pace.wait(10.5) == pytest.approx(0.5)
    assert pace.room((), 11.0).resting == set()
    for second in range(1, GROUP_PER_MINUTE - KEPT_FOR_A_GROUPS_ANSWERS):
        pace.note(-7, 10.0 + second)
    assert pace.room((), 60.0).resting == {-7}
    assert -7 not in pace.room((), 60.0).busy
    assert pace.room((), 70.0).resting == set()


def test_a_chat_that_must_wait_waits_alone() -> None:
    pace = Pace()
    pace.pause(7, 100.0)
    pace.pause(7, 50.0)
    room = pace.room((), 99.0)
    assert room.busy == {7}
    assert room.limit == FREE.window
    assert pace.room((), 100.0).busy == set()


@given(st.lists(st.floats(0, 5), min_size=1, max_size=200))
def test_never_more_in_any_second_than_allowed(arrivals: list[float]) -> None:
    pace, sent = Pace(), []
    for now in sorted(arrivals):
        if pace.room((), now).limit:
            pace.note(len(sent) + 1, now)
            sent.append(now)
    for start in sent:
        assert sum(start <= time < start + 1.0 for time in sent) <= FREE.overall


def test_alerts_leave_some_of_each_second_to_answers() -> None:
    pace = Pace()
    for number in range(FREE.overall - FREE.reserved):
        pace.note(number + 1, 10.0, is_answer=False)
    assert pace.room((), 10.1).alerts == 0
    assert pace.room((), 10.1).limit == FREE.reserved
    pace.note(99, 10.1)  # an answer takes nothing of their share
    assert pace.wait(10.1) == pytest.approx(0.9)
    assert pace.room((), 11.0).alerts > 0


def test_when_several_chats_are_told_to_wait_alerts_wait_altogether_and_answers_do_not() -> None:
    pace = Pace()
    for chat_id in range(FLOODED):
        assert pace.room((), 10.0).alerts > 0
        pace.pause(chat_id, 20.0 + chat_id)
    assert pace.room((), 10.0).alerts == 0
    assert pace.room((), 10.0).limit == FREE.window
    assert pace.wait(10.0) == pytest.approx(10.0)
    assert pace.room((), 20.0).alerts > 0


def test_whoever_pays_goes_faster() -> None:
    room = Pace(PAID).room((), 0.0)
    assert room.limit == PAID.window > FREE.window
    assert PAID.paid
    assert not FREE.paid
