"""What it costs that nothing is left of what was deleted: SQLite's secure_delete on and off, and a file written anew.

python -m tests.benchmarks.erasing --rows 100000 --updates 1000 [--rounds 3]

A fan-out's rows are queued, then updates are journalled and finished with an answer that is claimed and settled, each
in its own transaction, with the two settings in turns. Prints the medians of the processor's and the wall's time, and
how long the file's erasing (VACUUM) keeps writers waiting.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from sqlalchemy import event

from bot.outgoing.steps import Room
from bot.outgoing.types import Alert, Delivery, Lane, Sent
from bot.store import BotStore, open_store
from bot.types import Message

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
PAGE = 5_000  # rows of a transaction
SAID = "What did the harbour master say about the ferry, and when? " * 4


def opened(folder: Path, secure: str) -> BotStore:
    store = open_store(folder, lambda: NOW)
    store._engine.dispose()  # its connections were made before it is said how
    event.listen(store._engine, "connect", lambda connection, _: connection.execute(f"PRAGMA secure_delete={secure}"))
    return store


def queue(store: BotStore, rows: int) -> None:
    for first in range(0, rows, PAGE):
        numbers = range(first, min(first + PAGE, rows))
        alerts = [Delivery(f"s:{n}:{n}", Lane.ALERT, n, Alert(f"article-{n % 50}", n, n)) for n in numbers]
        store.enqueue(alerts, {"alerts": first})


def converse(store: BotStore, updates: int) -> None:
    """Bodies and answers are emptied when they are done with: that is what is overwritten."""
    for number in range(updates):
        store.journal([(number, f'{{"update_id": {number}, "message": {{"text": "{SAID}"}}}}')])
        store.finish(number, [Delivery(f"r:{number}:0", Lane.ANSWER, 1 + number, Message(SAID * 4))])
        for delivery in store.claim(NOW, Room(1, 0), 60.0):
            store.settle(delivery, Sent(number + 1), NOW)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the processor, and of the wall."""
    processor, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - processor, time.perf_counter() - wall


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.erasing")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--updates", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    taken: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for _ in range(arguments.rounds):
        for secure in ("OFF", "ON"):
            with tempfile.TemporaryDirectory() as folder, closing(opened(Path(folder), secure)) as store:
                work = {
                    "queued": lambda: queue(store, arguments.rows),
                    "answered": lambda: converse(store, arguments.updates),
                }
                for name, each in work.items():
                    taken.setdefault((name, secure), []).append(timed(each))
                store.erasing.want()
                taken.setdefault(("erased", secure), []).append(timed(lambda: store.erasing.run(NOW)))
    for name in ("queued", "answered", "erased"):
        off, on = ([median(each) for each in zip(*taken[name, secure], strict=True)] for secure in ("OFF", "ON"))
        told = f"off {off[0]:.2f} s ({off[1]:.2f} s by the wall), on {on[0]:.2f} s ({on[1]:.2f} s)"
        print(f"{name}: {told}, ratio {on[0] / off[0]:.2f}")


if __name__ == "__main__":
    main()
