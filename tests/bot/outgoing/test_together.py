"""Work that comes while some is under way is done with the next; one piece at fault spoils no other."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from bot.outgoing.together import MOST, Together


class Bench:
    """Does what it is given, once the gate is open; "bad" breaks it."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.batches: list[list[str]] = []

    def __call__(self, pieces: Sequence[str]) -> None:
        assert self.gate.wait(10)
        if "bad" in pieces:
            raise ValueError(pieces)
        self.batches.append(list(pieces))


async def test_what_comes_meanwhile_is_done_at_once_in_its_order() -> None:
    bench = Bench()
    bench.gate.clear()
    together = Together(bench)
    first = asyncio.create_task(together.do("0"))
    await asyncio.sleep(0.01)
    others = [asyncio.create_task(together.do(str(number))) for number in range(1, MOST + 3)]
    await asyncio.sleep(0.01)
    bench.gate.set()
    await asyncio.gather(first, *others)
    assert [len(batch) for batch in bench.batches] == [1, MOST, 2]
    assert [piece for batch in bench.batches for piece in batch] == [str(number) for number in range(MOST + 3)]


async def test_one_piece_at_fault_is_told_so_and_spoils_no_other() -> None:
    bench = Bench()
    bench.gate.clear()
    together = Together(bench)
    tasks = [asyncio.create_task(together.do(piece)) for piece in ("a", "b", "bad", "c")]
    await asyncio.sleep(0.01)
    bench.gate.set()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in done] == [type(None), type(None), ValueError, type(None)]
    assert sorted(piece for batch in bench.batches for piece in batch) == ["a", "b", "c"]
    await together.do("later")
    with pytest.raises(ValueError, match="bad"):
        await together.do("bad")
