"""Watched feeds -> new articles in the store, and a log entry that says which feed carries which.

    due feed | conditional GET | entries not seen before, written down | each one's page | article + listed

What is new is written down, with the feed's validators, before any page is fetched: a crash resumes where it was.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from retrieval.database import UtcDateTime, reads_only
from retrieval.errors import FetchFailed, NoArticle, SourceError, UnknownFeed
from retrieval.ingest import Ingest
from retrieval.reading import Sources
from retrieval.sources.feeds import is_known
from retrieval.sources.types import Entry, Feed, Fetched, NotModified, ParsedFeed, Refreshed, Validators
from retrieval.store import ARTICLES, append
from retrieval.types import Article

MOST_TRIES = 6  # for a page, over five hours at the usual interval; then the feed's own copy of the item
MOST_PAGES = 100  # in one round, so that one feed that lists thousands does not hold up the others
LASTING = frozenset({"forbidden", "not found", "not text", "too large"})  # what a server will say again
LONGEST_WAIT = timedelta(days=1)  # between visits to a feed or a page that fails

log = logging.getLogger(__name__)

META = sa.MetaData()
FEEDS = sa.Table(
    "feeds",
    META,
    sa.Column("url", sa.Text, primary_key=True),
    sa.Column("title", sa.Text),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
    sa.Column("due", UtcDateTime),
    sa.Column("failures", sa.Integer),
)
ENTRIES = sa.Table(
    "entries",
    META,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("feed", sa.Text),
    sa.Column("identity", sa.Text),
    sa.Column("title", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("published", UtcDateTime),
    sa.Column("html", sa.Text),
    sa.Column("state", sa.Text),  # seen before we watched | waiting | stored | failed
    sa.Column("tries", sa.Integer),
    sa.Column("due", UtcDateTime),  # when a waiting one is fetched, or fetched again
)


@dataclass(frozen=True, slots=True)
class _Waiting:
    number: int
    feed: str
    entry: Entry
    tries: int


class FeedWatch:
    """The feeds' side of the store. `refresh` is for one caller at a time."""

    def __init__(self, engine: sa.Engine, sources: Sources, ingest: Ingest) -> None:
        self._engine, self._sources, self._ingest = engine, sources, ingest
        self._reads = reads_only(engine)

    def watch(self, url: str) -> Feed:
        """The feed with its latest entry. Raises SourceError when it cannot be fetched or is no feed."""
        now = datetime.now(UTC)
        result = self._sources.feed(url, Validators(), now)
        if isinstance(result, NotModified):
            raise AssertionError("a fetch without validators cannot be told that nothing changed")
        parsed, fetched = result
        url = self._known_as(url, fetched.url)
        with self._engine.begin() as tx:
            if tx.execute(sa.select(FEEDS.c.url).where(FEEDS.c.url == url)).first() is None:
                row = {"url": url, "title": parsed.title, "due": now, "failures": 0, **_validators(fetched)}
                tx.execute(sa.insert(FEEDS), row)
                _write_entries(tx, url, parsed.entries, "seen", now)
        return Feed(url, parsed.title, fetched.validators, now, 0, _latest(parsed))

    def unwatch(self, url: str) -> None:
        """Raises UnknownFeed."""
        with self._engine.begin() as tx:
            if not tx.execute(sa.delete(FEEDS).where(FEEDS.c.url == url)).rowcount:
                raise UnknownFeed(url, "unknown")

    def feeds(self) -> list[Feed]:
        with self._reads.connect() as tx:
            return [_feed(row) for row in tx.execute(sa.select(FEEDS).order_by(FEEDS.c.title, FEEDS.c.url))]

    def refresh(self, now: datetime, poll_seconds: int) -> Refreshed:
        """Visits each feed that is due, then fetches what waits, also from visits before a crash.

        Whatever a stranger's feed or page does is one failure of that feed or entry, and the others go on.
        """
        with self._reads.connect() as tx:
            due = [_feed(row) for row in tx.execute(sa.select(FEEDS).where(FEEDS.c.due <= now).order_by(FEEDS.c.due))]
        interval = timedelta(seconds=poll_seconds)
        outcomes = [self._visit(feed, now, interval) for feed in due]
        articles = sum(self._bring(waiting, now, interval) for waiting in self._waiting(now))
        return Refreshed(len(due), outcomes.count("unchanged"), outcomes.count("failed"), articles)

    def _known_as(self, url: str, final: str) -> str:
        """A feed that is watched under the address after its redirects is not watched twice."""
        known = {feed.url for feed in self.feeds()}
        return final if final in known and url not in known else url

    def _visit(self, feed: Feed, now: datetime, interval: timedelta) -> str:
        failures = feed.failures + 1
        try:
            return self._look(feed, now, interval)
        except SourceError as error:
            log.warning("feed not read: feed=%s reason=%s failures=%d", feed.url, error.reason, failures)
        except Exception:
            log.exception("feed not read: feed=%s failures=%d", feed.url, failures)
        self._update(feed.url, {"due": now + _wait(interval, failures), "failures": failures})
        return "failed"

    def _look(self, feed: Feed, now: datetime, interval: timedelta) -> str:
        result = self._sources.feed(feed.url, feed.validators, now)
        if isinstance(result, NotModified):
            self._update(feed.url, {"due": now + interval, "failures": 0})
            return "unchanged"
        parsed, fetched = result
        row = {"title": parsed.title or feed.title, "due": now + interval, "failures": 0, **_validators(fetched)}
        with self._engine.begin() as tx:
            if not tx.execute(sa.update(FEEDS).where(FEEDS.c.url == feed.url).values(row)).rowcount:
                return "gone"  # unwatched during the visit
            _write_entries(tx, feed.url, list(reversed(parsed.entries)), "waiting", now)  # the oldest is told first
        return "read"

    def _waiting(self, now: datetime) -> list[_Waiting]:
        """The feeds in turn, the oldest entry of each first."""
        turn = sa.func.row_number().over(partition_by=ENTRIES.c.feed, order_by=ENTRIES.c.number).label("turn")
        is_due = (ENTRIES.c.state == "waiting") & (ENTRIES.c.due <= now)
        turns = sa.select(ENTRIES.c.number, turn).where(is_due).subquery()
        query = sa.select(ENTRIES).join(turns, turns.c.number == ENTRIES.c.number)
        query = query.order_by(turns.c.turn, ENTRIES.c.number).limit(MOST_PAGES)
        with self._reads.connect() as tx:
            return [_Waiting(row.number, row.feed, _entry(row), row.tries) for row in tx.execute(query)]

    def _bring(self, waiting: _Waiting, now: datetime, interval: timedelta) -> bool:
        """Whether the log now says that the feed carries the entry's article."""
        url, tries = waiting.entry.url, waiting.tries + 1
        try:
            return self._list(waiting, *self._article(waiting))
        except SourceError as error:
            log.warning("entry not read: feed=%s url=%s reason=%s", waiting.feed, url, error.reason)
            is_lost = url is None or tries >= MOST_TRIES  # the feed's own words will not become more
        except Exception:
            log.exception("entry not read: feed=%s url=%s", waiting.feed, url)
            is_lost = tries >= MOST_TRIES
        state = "failed" if is_lost else "waiting"
        self._mark(waiting, {"tries": tries, "state": state, "due": now + _wait(interval, tries)})
        return False

    def _article(self, waiting: _Waiting) -> tuple[str, int]:
        """(id, revision) of what the entry's page holds; if it cannot be had, of what is held already, else of the
        feed's own copy. Raises what the page raised while it is worth another try, or if there is no copy."""
        entry = waiting.entry
        try:
            article = self._sources.page(entry.url) if entry.url else self._sources.entry(entry, waiting.feed)
        except Exception as error:
            if entry.url and (held := self._held(entry.url)):
                return held
            if not entry.url or (_may_pass(error) and waiting.tries + 1 < MOST_TRIES):
                raise
            article = self._copy(waiting, error)
        added = self._ingest.add(article).article
        return added.id, added.revision

    def _copy(self, waiting: _Waiting, error: Exception) -> Article:
        try:
            return self._sources.entry(waiting.entry, waiting.feed)
        except NoArticle:
            raise error from None

    def _held(self, url: str) -> tuple[str, int] | None:
        url = self._sources.canonical(url)
        is_it = ARTICLES.c.current & ((ARTICLES.c.url == url) | (ARTICLES.c.id == url))
        query = sa.select(ARTICLES.c.id, ARTICLES.c.revision).where(is_it).order_by(ARTICLES.c.id).limit(1)
        with self._reads.connect() as tx:
            row = tx.execute(query).first()
        return None if row is None else (row.id, row.revision)

    def _list(self, waiting: _Waiting, article_id: str, revision: int) -> bool:
        """False when the feed was unwatched meanwhile."""
        with self._engine.begin() as tx:
            mine = ENTRIES.c.number == waiting.number
            if not tx.execute(sa.update(ENTRIES).where(mine).values(state="stored", html="")).rowcount:
                return False
            append(tx, "listed", article_id, revision, waiting.feed)
        return True

    def _mark(self, waiting: _Waiting, values: dict[str, Any]) -> None:
        with self._engine.begin() as tx:
            tx.execute(sa.update(ENTRIES).where(ENTRIES.c.number == waiting.number).values(values))

    def _update(self, url: str, values: dict[str, Any]) -> None:
        with self._engine.begin() as tx:
            tx.execute(sa.update(FEEDS).where(FEEDS.c.url == url).values(values))


def _wait(interval: timedelta, failures: int) -> timedelta:
    return min(LONGEST_WAIT, interval * (1 << min(failures, 16)))


def _may_pass(error: Exception) -> bool:
    """Whether the page may be there the next time."""
    return isinstance(error, FetchFailed) and error.reason not in LASTING


def _write_entries(tx: sa.Connection, feed: str, entries: Sequence[Entry], state: str, due: datetime) -> None:
    rows = tx.execute(sa.select(ENTRIES.c.identity, ENTRIES.c.url).where(ENTRIES.c.feed == feed))
    known = {row.identity: row.url for row in rows}
    for entry in entries:
        if not is_known(entry, known):
            row = {"identity": entry.identity, "title": entry.title, "url": entry.url, "published": entry.published}
            html = entry.html if state == "waiting" else ""
            tx.execute(sa.insert(ENTRIES), {**row, "feed": feed, "html": html, "state": state, "tries": 0, "due": due})


def _validators(fetched: Fetched) -> dict[str, str | None]:
    return {"etag": fetched.validators.etag, "last_modified": fetched.validators.last_modified}


def _latest(parsed: ParsedFeed) -> Entry | None:
    """By date where the feed gives dates, else its first entry."""
    dated = [entry for entry in parsed.entries if entry.published is not None]
    if dated:
        return max(dated, key=lambda entry: entry.published or datetime.min.replace(tzinfo=UTC))
    return parsed.entries[0] if parsed.entries else None


def _feed(row: Any) -> Feed:
    return Feed(row.url, row.title, Validators(row.etag, row.last_modified), row.due, row.failures)


def _entry(row: Any) -> Entry:
    return Entry(row.identity, row.title, row.url, row.published, row.html)
