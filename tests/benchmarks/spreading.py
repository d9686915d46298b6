"""A broadcast to very many chats: how long it takes to be queued, told and let go, and what each transaction takes.

python -m tests.benchmarks.spreading --chats 100000

Nothing is sent: the rows are marked as done, as the drain would at its pace. A transaction is as long as an answer may
wait for its turn to write.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.operating.spreading import Spreading
from bot.outgoing.outbox import utc_now
from bot.store import BotStore, open_store
from bot.tables import chats, outbox
from bot.texts import load_texts

OPERATOR = 1
QUIET = 10  # one chat of so many has quiet hours


def filled(store: BotStore, count: int) -> None:
    """So many people."""
    plain = {"language": "en", "kind": "private", "active": True, "quiet_from": None, "quiet_to": None}
    rows = [plain | {"chat_id": OPERATOR + one} for one in range(count)]
    for row in rows[::QUIET]:
        row |= {"quiet_from": 0, "quiet_to": 1439}
    with store._engine.begin() as tx:
        tx.execute(sa.insert(chats), rows)


def timed(spreading: Spreading) -> list[float]:
    """Seconds of each step, until there is none left."""
    seconds, more = [], True
    while more:
        began = time.perf_counter()
        more = spreading.step()
        seconds.append(time.perf_counter() - began)
    return seconds


def told(name: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    p95, longest = ordered[int(len(ordered) * 0.95) - 1], ordered[-1]
    each = f"p95 {p95 * 1000:.0f} ms, longest {longest * 1000:.0f} ms"
    print(f"{name}: {sum(seconds):.1f} s in {len(seconds)} steps, {each}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.spreading")
    parser.add_argument("--chats", type=int, default=100_000)
    count = parser.parse_args().chats
    with tempfile.TemporaryDirectory() as folder, closing(open_store(Path(folder))) as store:
        filled(store, count)
        began = time.perf_counter()
        people, _ = store.broadcasts.count(utc_now(), None)
        print(f"counting {people} people: {(time.perf_counter() - began) * 1000:.0f} ms")
        number = store.broadcasts.draft("The bot rests on Sunday.", OPERATOR, utc_now())
        store.broadcasts.begin(number, "people", utc_now() - timedelta(days=1))
        spreading = Spreading(store, load_texts(), utc_now)
        told("queueing", timed(spreading))
        print(f"in the outbox: {store.counts()}")
        told("looking whether all is sent", [seconds for _ in range(20) for seconds in timed(spreading)])
        with store._engine.begin() as tx:
            tx.execute(sa.update(outbox).values(state="done", finished_at=utc_now()))
        told("telling, letting go", timed(spreading))
        print(f"in the outbox: {store.counts()}")


if __name__ == "__main__":
    main()
