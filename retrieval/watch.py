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
from retrieval.errors import SourceError, UnknownFeed
from retrieval.ingest import Ingest
from retrieval.reading import Sources
from retrieval.store import append
from retrieval.types import Added, Article, Entry, Feed, Fetched, NotModified, ParsedFeed, Refreshed, Validators

MOST_TRIES = 6  # for a page, over five hours at the usual interval; then the feed's own copy of the item
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
        """Visits each feed that is due, then fetches what waits, also from visits before a crash."""
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
        try:
            result = self._sources.feed(feed.url, feed.validators, now)
        except SourceError as error:
            log.warning("feed not read: feed=%s reason=%s failures=%d", feed.url, error.reason, feed.failures + 1)
            self._update(feed.url, {"due": now + _wait(interval, feed.failures + 1), "failures": feed.failures + 1})
            return "failed"
        if isinstance(result, NotModified):
            self._update(feed.url, {"due": now + interval, "failures": 0})
            return "unchanged"
        parsed, fetched = result
        row = {"title": parsed.title or feed.title, "due": now + interval, "failures": 0, **_validators(fetched)}
        with self._engine.begin() as tx:
            tx.execute(sa.update(FEEDS).where(FEEDS.c.url == feed.url).values(row))
            _write_entries(tx, feed.url, list(reversed(parsed.entries)), "waiting", now)  # the oldest is told first
        return "read"

    def _waiting(self, now: datetime) -> list[_Waiting]:
        due = (ENTRIES.c.state == "waiting") & (ENTRIES.c.due <= now)
        query = sa.select(ENTRIES).where(due).order_by(ENTRIES.c.number)
        with self._reads.connect() as tx:
            return [_Waiting(row.number, row.feed, _entry(row), row.tries) for row in tx.execute(query)]

    def _bring(self, waiting: _Waiting, now: datetime, interval: timedelta) -> bool:
        """Whether the entry became an article now."""
        try:
            added = self._ingest.add(self._read(waiting))
        except SourceError as error:
            tries = waiting.tries + 1
            log.warning("entry not read: feed=%s url=%s reason=%s", waiting.feed, waiting.entry.url, error.reason)
            state = "failed" if tries >= MOST_TRIES else "waiting"
            self._mark(waiting, {"tries": tries, "state": state, "due": now + _wait(interval, tries)})
            return False
        self._listed(waiting, added)
        return True

    def _read(self, waiting: _Waiting) -> Article:
        entry = waiting.entry
        try:
            if entry.url is None:
                return self._sources.entry(entry)
            return self._sources.page(entry.url)
        except SourceError:
            if waiting.tries + 1 < MOST_TRIES or not entry.html:
                raise
            return self._sources.entry(entry)

    def _listed(self, waiting: _Waiting, added: Added) -> None:
        with self._engine.begin() as tx:
            mine = ENTRIES.c.number == waiting.number
            tx.execute(sa.update(ENTRIES).where(mine).values(state="stored", html=""))
            append(tx, "listed", added.article.id, added.article.revision, waiting.feed)

    def _mark(self, waiting: _Waiting, values: dict[str, Any]) -> None:
        with self._engine.begin() as tx:
            tx.execute(sa.update(ENTRIES).where(ENTRIES.c.number == waiting.number).values(values))

    def _update(self, url: str, values: dict[str, Any]) -> None:
        with self._engine.begin() as tx:
            tx.execute(sa.update(FEEDS).where(FEEDS.c.url == url).values(values))


def _wait(interval: timedelta, failures: int) -> timedelta:
    return min(LONGEST_WAIT, interval * (1 << min(failures, 16)))


def _write_entries(tx: sa.Connection, feed: str, entries: Sequence[Entry], state: str, due: datetime) -> None:
    known = set(tx.execute(sa.select(ENTRIES.c.identity).where(ENTRIES.c.feed == feed)).scalars())
    for entry in entries:
        if entry.identity not in known:
            known.add(entry.identity)
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
