"""The outbox is emptied at Telegram's pace, answers first, and each outcome leads where it should."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.outgoing.delivery import Drain
from bot.outgoing.outbox import utc_now
from bot.outgoing.rates import FREE, PAID
from bot.outgoing.types import (
    Alert,
    Delivery,
    Digest,
    Gone,
    Held,
    Lane,
    Later,
    Letter,
    Moved,
    Outcome,
    Rejected,
    Unclear,
)
from bot.store import BotStore, open_store
from bot.types import Message
from tests.fakes import FakeSender, until


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BotStore]:
    store = open_store(tmp_path)
    yield store
    store.close()


def answer(number: int, chat_id: int = 1) -> Delivery:
    return Delivery(f"r:{number}:0", Lane.ANSWER, chat_id, Message(f"answer {number}"))


def alert(article: str, chat_id: int = 1) -> Delivery:
    return Delivery(f"s:{article}:{chat_id}", Lane.ALERT, chat_id, Alert(article, 1, 1))


Word = Callable[[Delivery], Letter | Held | None]


def plain_words(delivery: Delivery) -> Letter:
    match delivery.content:
        case Alert(article_id):
            return Letter(delivery.chat_id, Message(f"alert {article_id}"), delivery.manner)
        case Digest(alerts):
            return Letter(delivery.chat_id, Message(f"digest of {len(alerts)}"), delivery.manner)
    raise AssertionError(delivery)


@asynccontextmanager
async def draining(store: BotStore, sender: FakeSender, word: Word = plain_words) -> AsyncIterator[Drain]:
    drain = Drain(store, sender, word, utc_now)
    running = asyncio.create_task(drain.run())
    try:
        yield drain
    finally:
        await drain.close(5.0)
        await running


async def test_what_is_queued_arrives(store: BotStore) -> None:
    sender = FakeSender()
    async with draining(store, sender) as drain:
        store.enqueue([answer(1, 1), alert("ferry", 2)], {})
        drain.wake()
        await until(lambda: store.counts() == {"done": 2})
    assert sorted(sender.sent) == [(1, "answer 1"), (2, "alert ferry")]


async def test_one_chats_messages_arrive_in_their_order(store: BotStore) -> None:
    store.enqueue([answer(n) for n in range(12)], {})
    sender = FakeSender(0.005)
    async with draining(store, sender):
        await until(lambda: store.counts() == {"done": 12})
    assert sender.sent == [(1, f"answer {n}") for n in range(12)]


async def test_an_answer_overtakes_a_crowd_of_alerts(store: BotStore) -> None:
    store.enqueue([alert("ferry", chat) for chat in range(1, 60)], {})
    sender = FakeSender(0.05)
    async with draining(store, sender) as drain:
        await until(lambda: len(sender.sent) >= 3)
        store.enqueue([answer(1, 99)], {})
        drain.wake()
        await until(lambda: (99, "answer 1") in sender.sent)
        assert len(sender.sent) < 40
    assert sender.most_in_flight <= FREE.window


async def test_the_overall_pace_is_kept(store: BotStore) -> None:
    store.enqueue([answer(n, n) for n in range(1, 61)], {})
    sender = FakeSender()
    async with draining(store, sender):
        await until(lambda: store.counts() == {"done": 60})
    busiest = max(sum(start <= time < start + 0.95 for time in sender.at) for start in sender.at)
    assert busiest <= FREE.overall
    assert len(sender.at) == 60


async def test_a_flooded_chat_delays_nobody_else(store: BotStore) -> None:
    sender = FakeSender()
    sender.plan(1, Later(0.6, "flood", flood=True))
    store.enqueue([answer(1, 1), answer(2, 1), answer(3, 2), answer(4, 3)], {})
    async with draining(store, sender):
        await until(lambda: len(sender.sent) == 2)
        assert sender.sent == [(2, "answer 3"), (3, "answer 4")]
        await until(lambda: len(sender.sent) == 4)
    assert sender.sent[2:] == [(1, "answer 1"), (1, "answer 2")]
    assert sender.at[-1] - sender.at[0] >= 0.6


async def test_a_retry_is_not_forgotten_behind_what_waits_for_it(store: BotStore) -> None:
    sender = FakeSender()
    sender.plan(1, Later(0.3, "ConnectError"))
    store.enqueue([answer(1), answer(2)], {})
    async with draining(store, sender):
        await until(lambda: len(sender.sent) == 2, 2.0)


async def test_every_outcome_is_written_down(store: BotStore) -> None:
    sender = FakeSender()
    sender.plan(1, Gone("blocked"))
    sender.plan(2, Rejected("too long"))
    sender.plan(3, Later(0.05, "ConnectError"), Later(0.05, "ConnectError"))
    sender.plan(-4, Moved(-1004))
    store.chat(1, language="en", kind="private")
    store.enqueue([answer(n, chat) for n, chat in enumerate((1, 2, 3, -4))], {})
    async with draining(store, sender):
        await until(lambda: store.counts() == {"dead": 2, "done": 2})
    assert sorted(sender.sent) == [(-1004, "answer 3"), (3, "answer 2")]
    chat = store.known_chat(1)
    assert chat is not None
    assert not chat.active


async def test_a_lost_reply_is_sent_once_more_and_never_a_third_time(store: BotStore) -> None:
    sender = FakeSender()
    sender.plan(1, *[Unclear("ReadTimeout")] * 5)
    store.enqueue([answer(1)], {})
    async with draining(store, sender):
        await until(lambda: store.counts() == {"unknown": 1})
    assert len(sender.at) == 2


async def test_what_is_sent_is_not_sent_again_because_it_could_not_be_written_down(store: BotStore) -> None:
    store.enqueue([answer(1)], {})
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
    store.enqueue([alert("gone")], {})
    async with draining(store, sender, lambda _: None):
        await until(lambda: store.counts() == {"dead": 1})
    assert sender.at == []


async def test_an_alert_that_cannot_be_worded_is_tried_again(store: BotStore, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: Delivery) -> Letter:
        raise RuntimeError("no words")

    sender = FakeSender()
    store.enqueue([alert("ferry"), alert("ferry", 2)], {})
    async with draining(store, sender, broken):
        await until(lambda: caplog.text.count("could not be put into words") == 2)
        await until(lambda: store.counts() == {"waiting": 2})
    async with draining(store, sender):
        due = store.next_due()
        assert due is not None
        assert 3 < (due - utc_now()).total_seconds() <= 5
    assert sender.at == []


async def test_wording_does_not_block_the_loop(store: BotStore) -> None:
    release = threading.Event()

    def slow(delivery: Delivery) -> Letter:
        release.wait(10)
        return Letter(delivery.chat_id, Message("at last"))

    sender = FakeSender()
    store.enqueue([alert("ferry", 1), answer(1, 2)], {})
    async with draining(store, sender, slow):
        await until(lambda: sender.sent == [(2, "answer 1")])
        release.set()
        await until(lambda: (1, "at last") in sender.sent)


async def test_closing_sends_answers_and_leaves_alerts_for_the_next_start(store: BotStore) -> None:
    sender = FakeSender(0.02)
    drain = Drain(store, sender, plain_words, utc_now)
    store.enqueue([answer(1, 1), answer(2, 1), alert("ferry", 2)], {})
    await drain.close(5.0)
    assert sender.sent == [(1, "answer 1"), (1, "answer 2")]
    assert store.counts() == {"done": 2, "ready": 1}


async def test_closing_does_not_wait_for_ever(store: BotStore) -> None:
    sender = FakeSender(60.0)
    drain = Drain(store, sender, plain_words, utc_now)
    store.enqueue([answer(1, 1)], {})
    await asyncio.wait_for(drain.close(0.2), 5.0)
    assert store.counts() == {"sending": 1}
    assert store.reclaim(utc_now()) == 1


async def test_what_may_not_be_sent_now_waits_without_being_counted(store: BotStore) -> None:
    sender, until_then = FakeSender(), utc_now() + timedelta(seconds=0.4)

    def asleep(delivery: Delivery) -> Letter | Held:
        return Held(until_then) if utc_now() < until_then else plain_words(delivery)

    store.enqueue([alert("ferry")], {})
    async with draining(store, sender, asleep):
        await until(lambda: store.counts() == {"waiting": 1})
        assert sender.at == []
        await until(lambda: sender.sent == [(1, "alert ferry")])
        await until(lambda: store.counts() == {"done": 1})


async def test_many_at_once_are_one_message(store: BotStore) -> None:
    sender = FakeSender()
    store.enqueue([alert(f"article {number}") for number in range(9)], {})
    async with draining(store, sender):
        await until(lambda: store.counts() == {"done": 9})
    assert sender.sent == [(1, "digest of 9")]


async def test_only_alerts_are_paid_for(store: BotStore) -> None:
    paid: list[bool] = []

    class Cashier(FakeSender):
        async def send(self, letter: Letter) -> Outcome:
            paid.append(letter.manner.paid)
            return await super().send(letter)

    store.enqueue([answer(1, 1), alert("ferry", 2)], {})
    drain = Drain(store, Cashier(), plain_words, utc_now, PAID)
    running = asyncio.create_task(drain.run())
    await until(lambda: store.counts() == {"done": 2})
    await drain.close(1.0)
    await running
    assert sorted(paid) == [False, True]


async def test_whoever_counts_is_told_the_lane_and_the_outcome(store: BotStore) -> None:
    told: list[tuple[str, str]] = []
    sender = FakeSender()
    sender.plan(1, Later(0.0, "flood", flood=True))
    sender.plan(3, Rejected("too long"))
    store.enqueue([answer(1, 1), alert("ferry", 2), alert("ferry", 3), alert("void", 4)], {})
    drain = Drain(
        store,
        sender,
        lambda delivery: None if delivery.chat_id == 4 else plain_words(delivery),
        utc_now,
        observe=lambda lane, result: told.append((lane, result)),
    )
    running = asyncio.create_task(drain.run())
    await until(lambda: len(told) == 5)
    await drain.close(5.0)
    await running
    outcomes = [("answer", "flood"), ("answer", "sent"), ("alert", "sent"), ("alert", "rejected"), ("alert", "void")]
    assert sorted(told) == sorted(outcomes)
