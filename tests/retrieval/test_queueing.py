"""Whoever came first writes first, however busy another is."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.outgoing.types import Delivery, Lane
from bot.store import open_store
from bot.types import Message
from retrieval.queueing import Queue


def test_turns_are_taken_in_order() -> None:
    queue, seen = Queue(), list[int]()
    queue.enter()

    def wait(number: int) -> None:
        queue.enter()
        seen.append(number)
        queue.leave()

    threads = []
    for number in range(5):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        while len(queue._waiting) <= number:
            time.sleep(0.001)
    queue.leave()
    for thread in threads:
        thread.join(5)
    assert seen == [0, 1, 2, 3, 4]
    queue.enter()  # free again


def answer(number: int) -> Delivery:
    return Delivery(f"r:{number}:0", Lane.ANSWER, 1, Message("yes"))


def test_a_writer_without_end_lets_others_in_after_one_transaction(tmp_path: Path) -> None:
    store, over, pages = open_store(tmp_path), threading.Event(), [0]

    def write() -> None:
        while not over.is_set():
            with store._engine.begin() as tx:
                tx.execute(sa.text("UPDATE cursors SET value = value"))
                time.sleep(0.02)
                pages[0] += 1

    busy = threading.Thread(target=write)
    busy.start()
    try:
        for number in range(10):
            before = pages[0]
            store.enqueue([answer(number)], {})
            assert pages[0] - before <= 2  # the one under way, and none that came later
    finally:
        over.set()
        busy.join(5)
        store.close()


def test_a_transaction_that_fails_gives_its_turn_away(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    for _ in range(3):
        with pytest.raises(RuntimeError), store._engine.begin():
            raise RuntimeError
    with pytest.raises(sa.exc.OperationalError), store._engine.begin() as tx:
        tx.execute(sa.text("no sql"))
    with store._engine.connect() as tx:  # ends without commit
        tx.execute(sa.text("SELECT 1"))
    store.enqueue([answer(1)], {})
    assert store.counts() == {"ready": 1}
    store.close()
