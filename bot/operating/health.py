"""What was seen of the bot's parts -> what is out of order: the same for /readyz, /metrics and /status.

look (on a thread, every few seconds) | vitals, with Telegram's silence of this moment | ailments
"""

from __future__ import annotations

import asyncio
import logging
import math
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bot.store import BotStore
from retrieval import Corpus

logger = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
SLOW_SECONDS = 600.0  # between two counts of articles of another model: it changes when somebody rebuilds
SILENT_SECONDS = 60.0  # a poll is answered within half of it, and so is our own question about the webhook
BEHIND_SECONDS = 60.0  # the index follows within seconds, but for somebody's bulk
STUCK_SECONDS = 60.0  # a look takes milliseconds, and a commit that waits for its turn no more than a few seconds
LEAST_FREE = 100_000_000  # bytes; what waits to be written must find room
CHECKED = "checked"  # the cursor that is written to see whether anything can be


@dataclass(frozen=True, slots=True)
class Vitals:
    """What was seen. `commit`: the seconds that a transaction took, None when it failed."""

    commit: float | None
    behind: int  # changes that the index has not applied
    behind_for: float  # seconds
    stale: int  # articles that another model embedded
    free: int  # bytes on the disk of the data
    held: bool  # whether the data folder is ours alone


class Line(NamedTuple):
    """How well Telegram reaches us. `silence`: seconds since it was heard of; `trouble`: what it says of our webhook;
    `pending`: updates that it keeps for the webhook.
    """

    silence: float
    trouble: str = ""
    pending: int = 0


def ailments(vitals: Vitals, line: Line) -> dict[str, str]:
    """A part's name, below "condition." in the catalogue, and what was seen of it."""
    found: dict[str, str] = {}
    if line.silence > SILENT_SECONDS:
        found["telegram"] = f"{line.silence:.0f} s" if line.silence < math.inf else "–"
    if line.trouble:
        found["webhook"] = line.trouble
    if vitals.commit is None:
        found["store"] = "–"
    if vitals.free < LEAST_FREE:
        found["disk"] = f"{vitals.free / 1e6:.0f} MB"
    if not vitals.held:
        found["lock"] = "bot.lock"
    if vitals.behind and vitals.behind_for > BEHIND_SECONDS:
        found["index"] = str(vitals.behind)
    if vitals.stale:
        found["model"] = str(vitals.stale)
    return found


class Look:
    """One look at everything that lies on this machine. Sync; from one thread at a time."""

    def __init__(self, corpus: Corpus, store: BotStore, data: Path, held: Callable[[], bool]) -> None:
        self._corpus, self._store, self._data, self._held, self._clock = corpus, store, data, held, time.monotonic
        self._level_at = self._clock()  # when the index was last seen to be level with the log
        self._stale, self._stale_at = 0, -SLOW_SECONDS

    def __call__(self) -> Vitals:
        behind = self._behind()
        free = shutil.disk_usage(self._data).free
        return Vitals(self._commit(), behind, self._clock() - self._level_at, self._stale_now(), free, self._held())

    def _commit(self) -> float | None:
        began = time.perf_counter()
        try:
            self._store.enqueue((), {CHECKED: int(time.time())})
        except Exception as error:  # whatever it is: answers cannot be written down either
            logger.warning("nothing can be written: %s", type(error).__name__)
            return None
        return time.perf_counter() - began

    def _behind(self) -> int:
        behind = self._corpus.behind()
        if not behind:
            self._level_at = self._clock()
        return behind

    def _stale_now(self) -> int:
        if self._clock() - self._stale_at >= SLOW_SECONDS:
            self._stale, self._stale_at = self._corpus.stale(), self._clock()
        return self._stale


class Health:
    """Looks now and then; whoever asks is told what was seen last, at once, and from whatever thread."""

    def __init__(
        self, look: Callable[[], Vitals], line: Callable[[], Line], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._look, self._clock = look, clock
        self._vitals: Vitals | None = None
        self._seen_at = clock()
        self.line = line

    async def run(self) -> None:
        """Never ends by itself. A look that fails is logged, and the one before it stands until it is too old."""
        while True:
            try:
                self.see(await asyncio.to_thread(self._look))
            except Exception:
                logger.exception("the bot's parts could not be looked at")
            await asyncio.sleep(LOOK_SECONDS)

    def see(self, vitals: Vitals) -> None:
        """What a look has found."""
        self._vitals, self._seen_at = vitals, self._clock()

    def vitals(self) -> Vitals | None:
        """What was seen last; None before the first look."""
        return self._vitals

    def condition(self) -> Mapping[str, str]:
        """What is out of order now, the gravest first; empty when all is well."""
        age = self._clock() - self._seen_at
        stuck = {"stuck": f"{age:.0f} s"} if age > STUCK_SECONDS else {}
        if self._vitals is None:
            return stuck or {"starting": "–"}
        return stuck | ailments(self._vitals, self.line())
