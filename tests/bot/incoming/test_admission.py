"""Who may wait for a thread, and who had better come again."""

from __future__ import annotations

import contextlib

import pytest

from bot.incoming.admission import FIRST_GUESS, LONGEST_WAIT, Admission


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def work(admission: Admission, clock: Clock, seconds: float) -> None:
    with admission.timed():
        clock.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def admission(clock: Clock) -> Admission:
    return Admission(4, clock)


def crowd(admission: Admission, size: int) -> contextlib.ExitStack:
    inside = contextlib.ExitStack()
    for _ in range(size):
        inside.enter_context(admission.within())
    return inside


def test_nobody_waits_while_a_thread_is_free(admission: Admission) -> None:
    with crowd(admission, 3):
        assert admission.wait() == 0.0
    with crowd(admission, 4):
        assert admission.wait() == pytest.approx(FIRST_GUESS / 4)


def test_so_many_are_let_in_as_have_their_turn_in_time(admission: Admission) -> None:
    with contextlib.ExitStack() as inside:
        while admission.is_open():
            assert admission.wait() <= LONGEST_WAIT
            inside.enter_context(admission.within())
        assert admission.wait() == pytest.approx(LONGEST_WAIT, abs=FIRST_GUESS)
    assert admission.is_open()  # once they are served


def test_when_the_work_takes_longer_fewer_may_wait(admission: Admission, clock: Clock) -> None:
    with crowd(admission, 10):
        assert admission.is_open()
        for _ in range(100):
            work(admission, clock, 1.0)
        assert admission.wait() == pytest.approx(7 / 4, rel=0.05)
        assert not admission.is_open()
        for _ in range(100):
            work(admission, clock, 0.05)
        assert admission.is_open()


def test_one_long_work_makes_nobody_come_again(admission: Admission, clock: Clock) -> None:
    with crowd(admission, 10):
        for _ in range(50):
            work(admission, clock, 0.1)
        work(admission, clock, 5.0)
        assert admission.is_open()


def test_work_that_fails_leaves_no_place_taken(admission: Admission) -> None:
    for _ in range(100):
        with pytest.raises(ValueError), admission.within(), admission.timed():  # noqa: PT011
            raise ValueError
    assert admission.wait() == 0.0
