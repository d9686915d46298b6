"""Watched feeds -> new articles in the store, and a log entry that says which feed carries which.

    due feed | conditional GET | entries not seen before, written down | each one's page | article + listed

What is new is written down, with the feed's validators, before any page is fetched: a crash resumes where it was.
Strangers are waited for in threads (`Crew`); everything is written by the caller's.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

import sqlalchemy as sa

from retrieval.bringing import Bringing, Round
from retrieval.crew import HANDS, Crew, Errand
from retrieval.database import reads_only
from retrieval.entries import latest_moments, newest_first, rate_of, write_first, write_listed
from retrieval.errors import SourceError, StoreFailed, UnknownFeed
from retrieval.ingest import Ingest
from retrieval.pace import Visit, next_visit
from retrieval.reading import Sources
from retrieval.sources.types import Feed, FeedSample, Fetched, NotModified, ParsedFeed, Refreshed, Validators
from retrieval.store import append
from retrieval.watched import (
    FEEDS,
    Aftermath,
    Watched,
    after_failure,
    after_success,
    first_row,
    is_leaving,
    watched_from,
)

VISITING_SECONDS = 5.0  # of a round until it turns to pages, even if a feed keeps us waiting
SHOWN = 5  # entries of a feed that is looked at
PATIENCE_SECONDS = 25.0  # and until it ends: what a fetch may take, and reading it; the rest is for the next round

log = logging.getLogger(__name__)

Read = tuple[ParsedFeed, Fetched]


class FeedWatch:
    """The feeds' side of the store. `refresh` is for one caller at a time; a second one waits."""

    def __init__(self, engine: sa.Engine, sources: Sources, ingest: Ingest) -> None:
        self._engine, self._sources = engine, sources
        self._reads = reads_only(engine)
        self._crew = Crew()
        self._bringing = Bringing(engine, sources, ingest, self._crew)
        self._refreshing = threading.Lock()

    def watch(self, url: str) -> Feed:
        """The feed with its latest entry. Raises SourceError when it cannot be fetched or is no feed.

        One that has ended begins anew, if it answers.
        """
        now = datetime.now(UTC)
        return self._begin(url, self._first(url, now), now)

    def peek(self, url: str) -> FeedSample:
        """What the feed holds, which begins nothing. Raises SourceError like `watch`."""
        now = datetime.now(UTC)
        parsed, fetched = self._first(url, now)
        with self._reads.connect() as tx:
            known = _known_as(tx, url, fetched.url)
        return FeedSample(known, parsed.title, newest_first(parsed.entries)[:SHOWN], rate_of(parsed.entries, now))

    def watch_all(self, urls: Sequence[str]) -> Iterator[Feed | SourceError]:
        """One result for each, in order; several are visited at a time."""
        with ThreadPoolExecutor(HANDS, "watch") as pool:
            ahead: deque[tuple[str, datetime, Future[Read]]] = deque()
            for url in urls:
                now = datetime.now(UTC)
                ahead.append((url, now, pool.submit(self._first, url, now)))
                if len(ahead) > HANDS:
                    yield self._begun(*ahead.popleft())
            while ahead:
                yield self._begun(*ahead.popleft())

    def unwatch(self, url: str) -> None:
        """Raises UnknownFeed."""
        with self._engine.begin() as tx:
            if not tx.execute(sa.delete(FEEDS).where(FEEDS.c.url == url)).rowcount:
                raise UnknownFeed(url, "unknown")

    def feeds(self) -> list[Feed]:
        with self._reads.connect() as tx:
            rows = tx.execute(sa.select(FEEDS).order_by(FEEDS.c.title, FEEDS.c.url))
            return [watched_from(row).feed for row in rows]

    def refresh(self, now: datetime, poll_seconds: int) -> Refreshed:
        """Visits each feed that is due, then fetches what waits, also from visits before a crash.

        Whatever a stranger's feed or page does is one failure of that feed or entry, and the others go on. Returns
        within `VISITING_SECONDS + PATIENCE_SECONDS`, and what a piece of work of our own takes.
        """
        done: Counter[str] = Counter()
        at = Round(now, timedelta(seconds=poll_seconds))
        with self._refreshing:
            self._crew.forget()
            for watched in self._due(now):
                self._crew.offer(self._visit(watched, at))
            done.update(self._crew.work(VISITING_SECONDS))
            self._bringing.line_up(at)
            done.update(self._crew.work(PATIENCE_SECONDS))
        visited = sum(done[outcome] for outcome in ("read", "unchanged", "failed", "gone"))
        return Refreshed(visited, done["unchanged"], done["failed"], done["listed"])

    def hang_up(self) -> None:
        """Ends a round that is running, soon; what it was about is done by the next one."""
        self._crew.interrupt()
        with self._refreshing:  # until it has left
            pass

    def close(self) -> None:
        """Ends a round that is running, soon; what it was about is done by the next one, after the next start."""
        self._crew.close()
        with self._refreshing:  # until it has left
            pass

    # --- beginning

    def _first(self, url: str, now: datetime) -> Read:
        result = self._sources.feed(url, Validators(), now)
        if isinstance(result, NotModified):
            raise AssertionError("a fetch without validators cannot be told that nothing changed")
        return result

    def _begun(self, url: str, now: datetime, visit: Future[Read]) -> Feed | SourceError:
        try:
            return self._begin(url, visit.result(), now)
        except SourceError as error:
            return error

    def _begin(self, url: str, read: Read, now: datetime) -> Feed:
        parsed, fetched = read
        with self._engine.begin() as tx:
            url = _known_as(tx, url, fetched.url)
            row = tx.execute(sa.select(FEEDS).where(FEEDS.c.url == url)).first()
            if row is None:
                tx.execute(sa.insert(FEEDS), {"url": url, **first_row(parsed, fetched, now)})
            elif row.ended:
                tx.execute(sa.update(FEEDS).where(FEEDS.c.url == url).values(first_row(parsed, fetched, now)))
            if row is None or row.ended:
                write_first(tx, url, parsed.entries[::-1], now)
        return Feed(url, parsed.title, fetched.validators, now, 0, next(iter(newest_first(parsed.entries)), None))

    # --- visiting

    def _due(self, now: datetime) -> list[Watched]:
        """Those that fail come last: only they may keep us waiting for long."""
        query = sa.select(FEEDS).where((FEEDS.c.due <= now) & ~FEEDS.c.ended)
        with self._reads.connect() as tx:
            return [watched_from(row) for row in tx.execute(query.order_by(FEEDS.c.failures > 0, FEEDS.c.due))]

    def _visit(self, watched: Watched, at: Round) -> Errand:
        go = partial(self._sources.feed, watched.asked_at, watched.feed.validators, at.now)
        return Errand(("feed", watched.url), watched.asked_at, go, partial(self._visited, watched, at))

    def _visited(self, watched: Watched, at: Round, result: Read | NotModified | Exception) -> str:
        failures = watched.feed.failures + 1
        try:
            if isinstance(result, Exception):
                raise result
            return self._write_visit(watched, at, result)
        except StoreFailed:
            raise
        except SourceError as error:
            log.warning("feed not read: feed=%s reason=%s failures=%d", watched.url, error.reason, failures)
            failure: Exception = error
        except Exception as error:
            log.exception("feed not read: feed=%s failures=%d", watched.url, failures)
            failure = error
        with self._engine.begin() as tx:
            _settle(tx, watched.url, after_failure(watched, failure, at.now, at.interval))
        return "failed"

    def _write_visit(self, watched: Watched, at: Round, result: Read | NotModified) -> str:
        url, (fresh_for, every) = watched.url, _asked(watched, result)
        with self._engine.begin() as tx:
            if tx.execute(sa.select(FEEDS.c.url).where(FEEDS.c.url == url)).first() is None:
                return "gone"  # unwatched during the visit
            if not isinstance(result, NotModified):
                write_listed(tx, url, result[0].entries[::-1], at.now)  # the oldest is told first
            visit = Visit(url, at.now, latest_moments(tx, url), (fresh_for, every))
            moved = result.moved if isinstance(result, NotModified) else result[1].moved
            taken = is_leaving(watched, moved) and _is_taken(tx, url, moved)
            after = after_success(watched, result, taken=taken)
            due = at.now + next_visit(visit, at.interval)
            _settle(tx, url, Aftermath({**after.row, "due": due}, after.told))
        return "unchanged" if isinstance(result, NotModified) else "read"


def _known_as(tx: sa.Connection, url: str, final: str) -> str:
    """A feed that is watched under the address after its redirects, or asked for there, is not watched twice."""
    rows = tx.execute(sa.select(FEEDS.c.url).where(FEEDS.c.url.in_((url, final)) | FEEDS.c.address.in_((url, final))))
    known = sorted(rows.scalars(), key=lambda each: (each != url, each != final))
    return known[0] if known else url


def _is_taken(tx: sa.Connection, url: str, address: str | None) -> bool:
    there = (FEEDS.c.url == address) | (FEEDS.c.address == address)
    return tx.execute(sa.select(FEEDS.c.url).where((FEEDS.c.url != url) & there)).first() is not None


def _settle(tx: sa.Connection, url: str, after: Aftermath) -> None:
    """The feed's row, and what the log is told of it, together or not at all."""
    if tx.execute(sa.update(FEEDS).where(FEEDS.c.url == url).values(dict(after.row))).rowcount and after.told:
        append(tx, after.told, "", 0, url)


def _asked(watched: Watched, result: Read | NotModified) -> tuple[float | None, float | None]:
    """Seconds to stay away: for the server, and for the publisher, whose word is kept while nothing changes."""
    if isinstance(result, NotModified):
        return result.fresh_for, watched.every
    parsed, fetched = result
    return fetched.fresh_for, parsed.every
