"""A watched feed and what a visit came to -> its new row, and what the log is told of it. Pure, but for the table.

A feed is known by the address under which it was first watched, and asked for where it has moved for good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from retrieval.database import UtcDateTime
from retrieval.errors import FetchFailed
from retrieval.pace import Visit, next_visit, stay_away
from retrieval.sources.types import Feed, Fetched, NotModified, ParsedFeed, Validators

DOWN_AFTER = timedelta(days=5)  # a server's bad weekend is nobody's news
DOWN_FAILURES = 3  # and so many visits, since ours may have been few
LOST_FAILURES = 3  # at the address where it has moved; then it is asked for where it was
GONE = 410

FEEDS = sa.Table(
    "feeds",
    sa.MetaData(),
    sa.Column("url", sa.Text, primary_key=True),
    sa.Column("title", sa.Text),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
    sa.Column("due", UtcDateTime),
    sa.Column("failures", sa.Integer),
    sa.Column("address", sa.Text),  # where it is asked for, once it has moved
    sa.Column("moved_to", sa.Text),  # where the last visit was sent for good
    sa.Column("down_since", UtcDateTime),
    sa.Column("told_down", sa.Boolean),
    sa.Column("ended", sa.Boolean),
    sa.Column("every", sa.Integer),  # seconds between visits that the publisher asks for
)


@dataclass(frozen=True, slots=True)
class Watched:
    """A feed's row."""

    feed: Feed
    address: str | None
    moved_to: str | None
    told_down: bool
    every: float | None

    @property
    def url(self) -> str:
        return self.feed.url

    @property
    def asked_at(self) -> str:
        return self.address or self.feed.url


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What a visit changes of the row, and the log's entry about it, if there is one."""

    row: Mapping[str, Any]
    told: Literal["down", "back", "ended"] | None = None


def watched_from(row: Any) -> Watched:
    validators = Validators(row.etag, row.last_modified)
    feed = Feed(row.url, row.title, validators, row.due, row.failures, None, row.down_since, row.ended)
    return Watched(feed, row.address, row.moved_to, row.told_down, row.every)


def first_row(parsed: ParsedFeed, fetched: Fetched, now: datetime) -> dict[str, Any]:
    """Of a feed that is watched from now on, for the first time or once more."""
    begun = {"due": now, "failures": 0, "down_since": None, "told_down": False, "ended": False}
    return {**begun, "address": None, "moved_to": fetched.moved, **_as_read(parsed, fetched)}


def after_success(watched: Watched, result: tuple[ParsedFeed, Fetched] | NotModified, *, taken: bool) -> Aftermath:
    """`taken`: another feed is asked for at the address where this one has moved."""
    row: dict[str, Any] = {"failures": 0, "down_since": None, "told_down": False}
    if isinstance(result, NotModified):
        row |= _as_moved(watched, result.moved, taken=taken)
    else:
        row |= _as_read(*result) | _as_moved(watched, result[1].moved, taken=taken)
        row["title"] = result[0].title or watched.feed.title
    return Aftermath(row, "back" if watched.told_down else None)


def after_failure(watched: Watched, error: Exception, now: datetime, base: timedelta) -> Aftermath:
    """Its next visit, told by how often it failed in a row and how long the server wants us to stay away."""
    failures, gone = watched.feed.failures + 1, isinstance(error, FetchFailed) and error.status == GONE
    asked = error.retry_after if isinstance(error, FetchFailed) else None
    since = watched.feed.down_since or now
    due = now + next_visit(Visit(watched.url, now, (), (asked,), failures), base)
    row: dict[str, Any] = {"failures": failures, "down_since": since, "due": due}
    if watched.address and (gone or failures % LOST_FAILURES == 0):
        return Aftermath({**row, "address": None, "moved_to": None, "etag": None, "last_modified": None})
    if gone:
        return Aftermath({**row, "ended": True}, "ended")
    if watched.told_down or failures < DOWN_FAILURES or now - since < DOWN_AFTER:
        return Aftermath(row)
    return Aftermath({**row, "told_down": True}, "down")


def is_leaving(watched: Watched, moved: str | None) -> bool:
    """Whether it was sent to the same address for good, twice running: a slip would be mended by then."""
    return moved is not None and moved == watched.moved_to != watched.asked_at


def _as_moved(watched: Watched, moved: str | None, *, taken: bool) -> dict[str, Any]:
    if moved is None or taken or not is_leaving(watched, moved):
        return {"moved_to": moved}
    return {"address": None if moved == watched.url else moved, "moved_to": None}


def _as_read(parsed: ParsedFeed, fetched: Fetched) -> dict[str, Any]:
    every = int(stay_away(parsed.every).total_seconds()) or None
    validators = {"etag": fetched.validators.etag, "last_modified": fetched.validators.last_modified}
    return {"title": parsed.title, "every": every, **validators}
