"""Loops that never end by themselves: refresh feeds, plan alerts, drain the outbox, housekeeping, and others' chores.

Each round is work that may be cut off at any point and done again. A round that fails is logged and tried again later.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import wraps

from bot.alerting.planning import Planner
from bot.keeping.retention import KEEP_DAYS
from bot.outgoing.delivery import Drain
from bot.store import BotStore
from retrieval import Corpus, SourceError

logger = logging.getLogger(__name__)

REFRESH_SECONDS = 5.0  # how often we look whether a feed is due
PLAN_SECONDS = 2.0
TIDY_SECONDS = 3600.0
ERASE_SECONDS = 20.0  # somebody who is forgotten is gone from the files within a minute
FIRST_BACKOFF, LONGEST_BACKOFF = 1.0, 60.0

Chore = Callable[[], bool]
"""A short piece of work, for a thread. Whether there is more of it to do at once, and something to send."""


def watch_followed(corpus: Corpus, store: BotStore) -> None:
    """Watches the feeds that are followed and, by some accident between the two databases, not watched."""
    for feed in store.followed_feeds() - {watched.url for watched in corpus.feeds()}:
        try:
            corpus.watch(feed)
        except SourceError as error:
            logger.warning("a followed feed is not watched: feed=%s reason=%s", feed, error.reason)


class Jobs:
    """The loops. `start` them on an event loop; `close` ends them in order."""

    def __init__(  # noqa: PLR0913 the parts that the loops drive
        self,
        corpus: Corpus,
        store: BotStore,
        planner: Planner,
        drain: Drain,
        *,
        poll_seconds: int,
        clock: Callable[[], datetime],
        keep_days: int = KEEP_DAYS,
        chores: Sequence[tuple[Chore, float]] = (),
    ) -> None:
        """`keep_days`: how long questions are kept at most. `chores`: each with the seconds until it is done again."""
        self._corpus = corpus
        self._store = store
        self._planner = planner
        self._drain = drain
        self._poll_seconds = poll_seconds
        self._clock = clock
        self._keep_days = keep_days
        self._chores = chores
        self._stop = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """What a dead process was sending is ready again first."""
        self._store.reclaim(self._clock())
        rounds = (
            (self._drain.run, 0.0),
            (self._refresh, REFRESH_SECONDS),
            (self._plan, PLAN_SECONDS),
            (self._tidy, TIDY_SECONDS),
            (self._erase, ERASE_SECONDS),
            *((self._by_pieces(chore), pause) for chore, pause in self._chores),
        )
        self._loops = [asyncio.create_task(self._forever(work, pause)) for work, pause in rounds]

    async def close(self, seconds: float) -> bool:
        """No new rounds; answers that are due still go. False when a round was still at work after that time."""
        self._stop.set()
        if not self._loops:  # never started: nobody to send by
            return True
        hanging_up = asyncio.create_task(asyncio.to_thread(self._corpus.hang_up))
        await self._drain.close(seconds)
        try:
            async with asyncio.timeout(seconds):
                await asyncio.gather(hanging_up, *self._loops)
        except TimeoutError:
            return False
        return True

    async def _refresh(self) -> None:
        done = await asyncio.to_thread(self._corpus.refresh, self._clock(), self._poll_seconds)
        if done.articles or done.failed:
            logger.info("feeds: %d visited, %d failed, %d new articles", done.feeds, done.failed, done.articles)
        if done.articles:
            await self._plan()

    async def _plan(self) -> None:
        if await asyncio.to_thread(self._planner.run):
            self._drain.wake()

    async def _tidy(self) -> None:
        await asyncio.to_thread(self._store.prune, self._clock(), self._keep_days)
        await asyncio.to_thread(self._store.erasing.empty_log)
        await asyncio.to_thread(self._planner.forget_interests)
        await asyncio.to_thread(watch_followed, self._corpus, self._store)

    async def _erase(self) -> None:
        """What is kept for a talk only goes soon after it, and what was deleted goes from the files."""
        now = self._clock()
        await asyncio.to_thread(self._store.retention.prune_brief, now)
        await asyncio.to_thread(self._store.erasing.run, now)

    def _by_pieces(self, chore: Chore) -> Callable[[], Awaitable[None]]:
        @wraps(chore)
        async def work() -> None:
            while not self._stop.is_set() and await asyncio.to_thread(chore):
                self._drain.wake()

        return work

    async def _forever(self, work: Callable[[], Awaitable[None]], pause: float) -> None:
        backoff = FIRST_BACKOFF
        while not self._stop.is_set():
            try:
                await work()
                wait, backoff = pause, FIRST_BACKOFF
            except Exception:
                logger.exception("a round of %s failed; again in %.0f s", work.__name__, backoff)
                wait, backoff = backoff, min(LONGEST_BACKOFF, backoff * 2)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._stop.wait()
