"""Pieces of work that come one by one in, the same done several at a time out: on a thread, in the order they came.

What comes while some is under way is done with the next, so that nothing waits for company.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

logger = logging.getLogger(__name__)

MOST = 64  # pieces at a time

T = TypeVar("T")


class Together(Generic[T]):
    """`work` takes several pieces, does all or, raising, none. Used on one event loop."""

    def __init__(self, work: Callable[[Sequence[T]], None]) -> None:
        self._work = work
        self._waiting: list[tuple[T, asyncio.Future[None]]] = []
        self._at_work: asyncio.Task[None] | None = None

    async def do(self, piece: T) -> None:
        """Returns when it is done. Raises what `work` raises for it alone."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((piece, done))
        if self._at_work is None:
            self._at_work = asyncio.create_task(self._run())
        await done

    async def _run(self) -> None:
        while self._waiting:
            some, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            if len(some) > 1 and await self._done([piece for piece, _ in some]) is None:
                for _, done in some:
                    _tell(done, None)
                continue
            for piece, done in some:  # one of them may be at fault
                _tell(done, await self._done([piece]))
        self._at_work = None

    async def _done(self, pieces: Sequence[T]) -> Exception | None:
        try:
            await asyncio.to_thread(self._work, pieces)
        except Exception as error:
            logger.debug("%d pieces of work failed: %s", len(pieces), type(error).__name__)
            return error
        return None


def _tell(done: asyncio.Future[None], error: Exception | None) -> None:
    if done.cancelled():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
