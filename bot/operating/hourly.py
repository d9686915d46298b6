"""What happens -> counts of each hour, in memory, and now and then in the table of figures. About nobody."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.operating.durations import bucket_of
from bot.store import BotStore
from retrieval import Corpus

logger = logging.getLogger(__name__)

FLUSH_SECONDS = 60.0  # a crash loses so much of the counts
KEPT = timedelta(days=400)  # a year ago can be compared with
SERVED = frozenset(("answered", "closest", "refused", "topic"))  # whose times are worth knowing
COUNTED, FLUSHED = "counted", "flushed"  # cursors: the log's last entry that was counted; when, in seconds of the epoch
_PAGE = 500  # entries of the log


class HourlyCounts:
    """An Observer. `flush` adds what came together to the table; at the latest when the bot stops."""

    def __init__(self, store: BotStore, corpus: Corpus, clock: Callable[[], datetime]) -> None:
        self._store, self._corpus, self._clock = store, corpus, clock
        self._lock, self._flushing = threading.Lock(), threading.Lock()
        self._counts: Counter[tuple[datetime, str]] = Counter()
        self._swept: datetime | None = None

    def update(self, kind: str) -> None:
        self._count(f"update.{kind}")

    def question(self, outcome: str, seconds: float) -> None:
        timed = (f"seconds.{bucket_of(seconds)}",) if outcome in SERVED else ()
        self._count(f"question.{outcome}", *timed)

    def sent(self, lane: str, result: str) -> None:
        self._count(f"sent.{lane}.{result}")

    def flush(self) -> bool:
        """Nothing is lost when the table cannot be written: it is tried again with the next. Always False: no more."""
        with self._flushing:
            with self._lock:
                counts, self._counts = self._counts, Counter()
            try:
                self._add(counts)
            except BaseException:
                with self._lock:
                    self._counts.update(counts)
                raise
            self._sweep()
        return False

    def close(self) -> None:
        """The last time; nothing that was counted may keep the bot from ending."""
        try:
            self.flush()
        except Exception as error:
            logger.warning("the last minute is not counted: %s", type(error).__name__)

    def _count(self, *names: str) -> None:
        hour = self._hour()
        with self._lock:
            self._counts.update((hour, name) for name in names)

    def _add(self, counts: Counter[tuple[datetime, str]]) -> None:
        articles, place = self._articles()
        counts = counts + Counter({(self._hour(), "articles"): articles})
        self._store.figures.add(counts, {COUNTED: place, FLUSHED: int(self._clock().timestamp())})

    def _hour(self) -> datetime:
        return self._clock().replace(minute=0, second=0, microsecond=0)

    def _articles(self) -> tuple[int, int]:
        """How many came in since the last time, by whatever process, and the log's number after them. What was there
        when counting began is no news.
        """
        end = self._corpus.last_change()
        place = min(self._store.places().get(COUNTED, end), end)  # a log that was begun anew is shorter
        articles = 0
        while changes := self._corpus.changes(place, _PAGE):
            articles += sum(change.kind == "added" for change in changes)
            place = changes[-1].number
        return articles, place

    def _sweep(self) -> None:
        """Once an hour is enough."""
        if self._swept != (hour := self._hour()):
            self._store.figures.forget(hour - KEPT)
            self._swept = hour
