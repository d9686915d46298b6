"""Entries that wait -> their articles in the store, and in the log that their feeds list them.

    each feed's next entry | its page, or the feed's own copy | stored | listed, once

Pages are fetched in the crew's threads, one at a time for each feed, so that they are stored in the feed's order.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from retrieval.crew import Crew, Errand
from retrieval.database import reads_only
from retrieval.entries import Waiting, due_entries, mark
from retrieval.errors import FetchFailed, SourceError, StoreFailed
from retrieval.ingest import Ingest
from retrieval.pace import backoff, stay_away
from retrieval.reading import Sources
from retrieval.store import ARTICLES, append
from retrieval.types import Article

MOST_TRIES = 6  # for a page, over five hours at the usual interval; then the feed's own copy of the item
MOST_PAGES = 100  # in one round, so that one feed that lists thousands does not hold up the others
NEVER = frozenset({"robots", "paywall", "consent", "index page", "video", "error page"})  # no article for us there
LASTING = NEVER | {"forbidden", "not found", "not text", "too large"}  # what a server will say again

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """When it began, and the operator's interval."""

    now: datetime
    interval: timedelta


@dataclass(frozen=True, slots=True)
class _Copy:
    """The feed's own words for an item, which stand in for its page."""

    article: Article


class Bringing:
    """For one caller at a time, the crew's."""

    def __init__(self, engine: sa.Engine, sources: Sources, ingest: Ingest, crew: Crew) -> None:
        self._engine, self._sources, self._ingest, self._crew = engine, sources, ingest, crew
        self._reads = reads_only(engine)
        self._lines: dict[str, deque[Waiting]] = {}  # feed -> what waits, oldest first

    def line_up(self, this: Round) -> None:
        """Offers the crew the pages that are due. One of the round before may still be out: its feed waits for it."""
        with self._reads.connect() as tx:
            entries = due_entries(tx, this.now, MOST_PAGES)
        self._lines = {}
        for waiting in entries:
            self._lines.setdefault(waiting.feed, deque()).append(waiting)
        for feed in reversed(self._lines):  # since the last that is offered comes first
            self._next_page(feed, this)

    def _next_page(self, feed: str, this: Round) -> None:
        line = self._lines.get(feed)
        if line and not self._crew.has(("page", feed)):
            waiting = line.popleft()
            settle = partial(self._brought, waiting, this)
            address = waiting.entry.url or feed
            self._crew.offer(Errand(("page", feed), address, partial(self._read, waiting), settle), first=True)

    def _read(self, waiting: Waiting) -> Article | _Copy:
        """In a thread. Raises what the page raised while it is worth another try, or if the feed has no copy."""
        entry = waiting.entry
        if not entry.url:
            return self._sources.entry(entry, waiting.feed)
        try:
            return self._sources.page(entry.url)
        except Exception as error:
            if not waiting.is_new or (_may_pass(error) and waiting.tries + 1 < MOST_TRIES):
                raise
            return self._copy(waiting, error)

    def _copy(self, waiting: Waiting, error: Exception) -> _Copy:
        try:
            return _Copy(self._sources.entry(waiting.entry, waiting.feed))
        except SourceError:
            raise error from None

    def _brought(self, waiting: Waiting, this: Round, result: Article | _Copy | Exception) -> str:
        line = self._lines.get(waiting.feed, ())
        self._lines[waiting.feed] = deque(each for each in line if each.number != waiting.number)
        self._next_page(waiting.feed, this)
        try:
            return self._list(waiting, *self._stored(waiting, result))
        except StoreFailed:
            raise
        except SourceError as error:
            log.warning("entry not read: feed=%s url=%s reason=%s", waiting.feed, waiting.entry.url, error.reason)
            failure: Exception = error
        except Exception as error:
            log.exception("entry not read: feed=%s url=%s", waiting.feed, waiting.entry.url)
            failure = error
        with self._engine.begin() as tx:
            mark(tx, waiting, _after_failure(waiting, failure, this))
        return "not brought"

    def _stored(self, waiting: Waiting, result: Article | _Copy | Exception) -> tuple[str, int]:
        """(id, revision) of what the page holds; if it could not be had, of what is held already, else of the copy."""
        if not isinstance(result, Article) and waiting.is_new and (held := self._held(waiting.entry.url)):
            return held
        if isinstance(result, Exception):
            raise result
        added = self._ingest.add(result if isinstance(result, Article) else result.article).article
        return added.id, added.revision

    def _held(self, url: str | None) -> tuple[str, int] | None:
        if not url:
            return None
        url = self._sources.canonical(url)
        is_it = ARTICLES.c.current & ((ARTICLES.c.url == url) | (ARTICLES.c.id == url))
        query = sa.select(ARTICLES.c.id, ARTICLES.c.revision).where(is_it).order_by(ARTICLES.c.id).limit(1)
        with self._reads.connect() as tx:
            row = tx.execute(query).first()
        return None if row is None else (row.id, row.revision)

    def _list(self, waiting: Waiting, article_id: str, revision: int) -> str:
        """What was told of before is not listed again: nobody is alerted twice."""
        with self._engine.begin() as tx:
            if not mark(tx, waiting, {"state": "stored" if waiting.is_new else "renewed", "html": ""}):
                return "not brought"
            if waiting.is_new:
                append(tx, "listed", article_id, revision, waiting.feed)
        return "listed" if waiting.is_new else "renewed"


def _after_failure(waiting: Waiting, error: Exception, this: Round) -> dict[str, Any]:
    """Another try later, unless nothing would come of it: the feed's own words will not become more."""
    tries, reason = waiting.tries + 1, error.reason if isinstance(error, SourceError) else None
    if tries >= MOST_TRIES or reason in NEVER or (reason and not waiting.entry.url):
        return {"tries": tries, "state": "failed" if waiting.is_new else "renewed", "html": ""}
    asked = error.retry_after if isinstance(error, FetchFailed) else None
    return {"tries": tries, "due": this.now + max(backoff(this.interval, tries), stay_away(asked))}


def _may_pass(error: Exception) -> bool:
    """Whether the page may be there the next time."""
    return isinstance(error, FetchFailed) and error.reason not in LASTING
