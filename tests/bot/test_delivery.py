"""The outbox is emptied at Telegram's pace, answers first, and each outcome leads where it should."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery import (
    GROUP_PER_MINUTE,
    KEPT_FOR_A_GROUPS_ANSWERS,
    KEPT_FOR_ANSWERS,
    OVERALL_PER_SECOND,
    WINDOW,
    Drain,
    Pace,
)
from bot.outbox import utc_now
from bot.store import BotStore, open_store
from bot.types import Alert, Delivery, Gone, Lane, Later, Message, Moved, Rejected, Unclear
from tests.fakes import FakeSender, until


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BotStore]:
    store = open_store(tmp_path)
    yield store
    store.close()


def answer(number: int, chat_id: int = 1) -> Delivery:
    return Delivery(f"r:{number}:0", Lane.ANSWER, chat_id, Message(f"answer {number}"))


def alert(article: str, chat_id: int = 1) -> Delivery:
    return Delivery(f"a:{article}:{chat_id}", Lane.ALERT, chat_id, Alert(article, "https://feed.example/"))


def plain_words(_: int, alert: Alert) -> Message | None:
    return Message(f"alert {alert.article_id}")


@asynccontextmanager
async def draining(
    store: BotStore, sender: FakeSender, word: Callable[[int, Alert], Message | None] = plain_words
) -> AsyncIterator[Drain]:
    drain = Drain(store, sender, word, utc_now)
    running = asyncio.create_task(drain.run())
    try:
        yield drain
    finally:
        await drain.close(5.0)
        await running


# -- pace, decided from numbers alone


def test_at_first_the_whole_window_is_free_but_for_what_answers_keep() -> None:
    room = Pace().room((), 0.0)
    assert (room.limit, room.alerts) == (WINDOW, WINDOW - KEPT_FOR_ANSWERS)
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
    assert room.limit == WINDOW
    assert pace.room((), 100.0).busy == set()


@given(st.lists(st.floats(0, 5), min_size=1, max_size=200))
def test_never_more_in_any_second_than_allowed(arrivals: list[float]) -> None:
    pace, sent = Pace(), []
    for now in sorted(arrivals):
        if pace.room((), now).limit:
            pace.note(len(sent) + 1, now)
            sent.append(now)
    for start in sent:
        assert sum(start <= time < start + 1.0 for time in sent) <= OVERALL_PER_SECOND


# -- the drain, with a sender that does what it is told


async def test_what_is_queued_arrives(store: BotStore) -> None:
    sender = FakeSender()
    async with draining(store, sender) as drain:
        store.enqueue([answer(1, 1), alert("ferry", 2)], 1)
        drain.wake()
        await until(lambda: store.counts() == {"done": 2})
    assert sorted(sender.sent) == [(1, "answer 1"), (2, "alert ferry")]


async def test_one_chats_messages_arrive_in_their_order(store: BotStore) -> None:
    store.enqueue([answer(n) for n in range(12)], 1)
    sender = FakeSender(0.005)
    async with draining(store, sender):
        await until(lambda: store.counts() == {"done": 12})
    assert sender.sent == [(1, f"answer {n}") for n in range(12)]


async def test_an_answer_overtakes_a_crowd_of_alerts(store: BotStore) -> None:
    store.enqueue([alert("ferry", chat) for chat in range(1, 60)], 1)
    sender = FakeSender(0.05)
    async with draining(store, sender) as drain:
        await until(lambda: len(sender.sent) >= 3)
        store.enqueue([answer(1, 99)], 1)
        drain.wake()
        await until(lambda: (99, "answer 1") in sender.sent)
        assert len(sender.sent) < 40
    assert sender.most_in_flight <= WINDOW


async def test_the_overall_pace_is_kept(store: BotStore) -> None:
    store.enqueue([answer(n, n) for n in range(1, 61)], 1)
    sender = FakeSender()
    async with draining(store, sender):
        await until(lambda: store.counts() == {"done": 60})
    busiest = max(sum(start <= time < start + 0.95 for time in sender.at) for start in sender.at)
    assert busiest <= OVERALL_PER_SECOND
    assert len(sender.at) == 60


async def test_a_flooded_chat_delays_nobody_else(store: BotStore) -> None:
    sender = FakeSender()
    sender.plan(1, Later(0.6, "flood", flood=True))
    store.enqueue([answer(1, 1), answer(2, 1), answer(3, 2), answer(4, 3)], 1)
    async with draining(store, sender):
        await until(lambda: len(sender.sent) == 2)
        assert sender.sent == [(2, "answer 3"), (3, "answer 4")]
        await until(lambda: len(sender.sent) == 4)
    assert sender.sent[2:] == [(1, "answer 1"), (1, "answer 2")]
    assert sender.at[-1] - sender.at[0] >= 0.6


async def test_a_retry_is_not_forgotten_behind_what_waits_for_it(store: BotStore) -> None:
    sender = FakeSender()
    sender.plan(1, Later(0.3, "ConnectError"))
    store.enqueue([answer(1), answer(2)], 1)
    async with draining(store, sender):
        await until(lambda: len(sender.sent) == 2, 2.0)


async def test_every_outcome_is_written_down(store: BotStore) -> None:
    sender = FakeSender()
    sender.plan(1, Gone("blocked"))
    sender.plan(2, Rejected("too long"))
    sender.plan(3, Later(0.05, "ConnectError"), Later(0.05, "ConnectError"))
    sender.plan(-4, Moved(-1004))
    store.chat(1, language="en", kind="private")
    store.enqueue([answer(n, chat) for n, chat in enumerate((1, 2, 3, -4))], 1)
    async with draining(store, sender):
        await until(lambda: store.counts() == {"dead": 2, "done": 2})
    assert sorted(sender.sent) == [(-1004, "answer 3"), (3, "answer 2")]
    chat = store.known_chat(1)
    assert chat is not None
    assert not chat.active


async def test_a_lost_reply_is_sent_once_more_and_never_a_third_time(store: BotStore) -> None:
    sender = FakeSender()
    sender.plan(1, *[Unclear("ReadTimeout")] * 5)
    store.enqueue([answer(1)], 1)
    async with draining(store, sender):
        await until(lambda: store.counts() == {"unknown": 1})
    assert len(sender.at) == 2


async def test_what_is_sent_is_not_sent_again_because_it_could_not_be_written_down(store: BotStore) -> None:
    store.enqueue([answer(1)], 1)
    full = "BEFORE UPDATE OF finished_at ON outbox BEGIN SELECT RAISE(FAIL, 'disk full'); END"
    with store._engine.begin() as tx:
        tx.exec_driver_sql(f"CREATE TRIGGER full {full}")
    sender = FakeSender()
    async with draining(store, sender):
        await until(lambda: len(sender.sent) == 1)
        await asyncio.sleep(0.1)
        with store._engine.begin() as tx:
            tx.exec_driver_sql("DROP TRIGGER full")
        await until(lambda: store.counts() == {"done": 1}, 3.0)
    assert sender.sent == [(1, "answer 1")]


async def test_an_alert_about_nothing_is_not_sent(store: BotStore) -> None:
    sender = FakeSender()
    store.enqueue([alert("gone")], 1)
    async with draining(store, sender, lambda _, alert: None):
        await until(lambda: store.counts() == {"dead": 1})
    assert sender.at == []


async def test_an_alert_that_cannot_be_worded_is_tried_again(store: BotStore, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: int, alert: Alert) -> Message | None:
        raise RuntimeError("no words")

    sender = FakeSender()
    store.enqueue([alert("ferry"), alert("ferry", 2)], 1)
    async with draining(store, sender, broken):
        await until(lambda: caplog.text.count("could not be put into words") == 2)
        await until(lambda: store.counts() == {"ready": 2})
    async with draining(store, sender):
        due = store.next_due(utc_now())
        assert due is not None
        assert 3 < (due - utc_now()).total_seconds() <= 5
    assert sender.at == []


async def test_wording_does_not_block_the_loop(store: BotStore) -> None:
    release = threading.Event()

    def slow(_: int, alert: Alert) -> Message | None:
        release.wait(10)
        return Message("at last")

    sender = FakeSender()
    store.enqueue([alert("ferry", 1), answer(1, 2)], 1)
    async with draining(store, sender, slow):
        await until(lambda: sender.sent == [(2, "answer 1")])
        release.set()
        await until(lambda: (1, "at last") in sender.sent)


async def test_closing_sends_answers_and_leaves_alerts_for_the_next_start(store: BotStore) -> None:
    sender = FakeSender(0.02)
    drain = Drain(store, sender, plain_words, utc_now)
    store.enqueue([answer(1, 1), answer(2, 1), alert("ferry", 2)], 1)
    await drain.close(5.0)
    assert sender.sent == [(1, "answer 1"), (1, "answer 2")]
    assert store.counts() == {"done": 2, "ready": 1}


async def test_closing_does_not_wait_for_ever(store: BotStore) -> None:
    sender = FakeSender(60.0)
    drain = Drain(store, sender, plain_words, utc_now)
    store.enqueue([answer(1, 1)], 1)
    await asyncio.wait_for(drain.close(0.2), 5.0)
    assert store.counts() == {"sending": 1}
    assert store.reclaim(utc_now()) == 1
