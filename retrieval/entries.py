"""What feeds list -> which of it is new, which has changed, which still waits for its page; the rest is remembered.

    seen before we watched | waiting -> stored | failed;   stored -> changed -> renewed, once

Every function works in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from retrieval.database import UtcDateTime
from retrieval.sources.feeds import is_known
from retrieval.sources.types import Entry

KEPT = timedelta(days=90)  # an entry that its feed lists no more; it may come back, and would be news then
LISTED = timedelta(days=30)  # what a feed still lists counts as no older
MARKED_EVERY = timedelta(days=1)  # how exactly that is kept: a row is not written at every visit
RATED = 20  # latest entries by whose dates its rate is told: long archives tell of other times
WEEK, SHORTEST = timedelta(days=7), timedelta(days=1)  # a feed that is an hour old has no rate yet
LATEST = 10  # entries that tell how often a feed publishes

ENTRIES = sa.Table(
    "entries",
    sa.MetaData(),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("feed", sa.Text),
    sa.Column("identity", sa.Text),
    sa.Column("title", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("published", UtcDateTime),
    sa.Column("html", sa.Text),
    sa.Column("state", sa.Text),
    sa.Column("tries", sa.Integer),
    sa.Column("due", UtcDateTime),  # when a waiting one is fetched; of others when they appeared, see `_remember`
)
_OPEN = ("waiting", "changed")


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry whose page is to be fetched: for the first time, or again."""

    number: int
    feed: str
    entry: Entry
    tries: int
    is_new: bool


def write_first(tx: sa.Connection, feed: str, listed: Sequence[Entry], now: datetime) -> None:
    """What a feed holds when it begins to be watched is no news."""
    known = _known(tx, feed, listed)
    _insert(tx, [_row(feed, entry, "seen", now) for entry in _unknown(listed, known)])


def write_listed(tx: sa.Connection, feed: str, listed: Sequence[Entry], now: datetime) -> None:
    """`listed` in the order in which it is to be told. What is new waits; what has changed waits once more."""
    known = _known(tx, feed, listed)
    _insert(tx, [_row(feed, entry, "waiting", now) for entry in _unknown(listed, known)])
    for entry in listed:
        if (row := known.get(entry.identity)) is not None and is_changed(row, entry, now):
            _renew(tx, row, entry, now)
    _remember(tx, feed, listed, now)


def is_changed(row: Any, entry: Entry, now: datetime) -> bool:
    """By its title or date. A date that is `now` was in the future, and moves with every visit."""
    dated = row.published and entry.published and entry.published < now
    return bool(row.title != entry.title or (dated and row.published != entry.published))


def latest_moments(tx: sa.Connection, feed: str) -> list[datetime]:
    """When its latest entries appeared: when we saw them, and the feed's own word for those before we watched."""
    appeared = sa.case(
        (ENTRIES.c.state == "seen", sa.func.coalesce(ENTRIES.c.published, ENTRIES.c.due, type_=UtcDateTime)),
        else_=ENTRIES.c.due,
    )
    query = sa.select(appeared).where(ENTRIES.c.feed == feed).order_by(appeared.desc()).limit(LATEST)
    return list(tx.execute(query).scalars())


def newest_first(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """By date where the feed gives dates, those without one last; else in its own order."""
    return tuple(sorted(entries, key=lambda entry: -entry.published.timestamp() if entry.published else 0.0))


def rate_of(entries: Sequence[Entry], now: datetime) -> float | None:
    """How many come in a week, by the latest of them. None when they have no dates."""
    dates = sorted((entry.published for entry in entries if entry.published), reverse=True)[:RATED]
    return len(dates) / (max(now - dates[-1], SHORTEST) / WEEK) if dates else None


def due_entries(tx: sa.Connection, now: datetime, limit: int) -> list[Waiting]:
    """The feeds in turn, the oldest entry of each first; what changed comes after all that is new."""
    is_again = (ENTRIES.c.state == "changed").label("is_again")
    order = (is_again, ENTRIES.c.number)
    turn = sa.func.row_number().over(partition_by=ENTRIES.c.feed, order_by=order).label("turn")
    is_due = ENTRIES.c.state.in_(_OPEN) & (ENTRIES.c.due <= now)
    turns = sa.select(ENTRIES.c.number, is_again, turn).where(is_due).subquery()
    query = sa.select(ENTRIES).join(turns, turns.c.number == ENTRIES.c.number)
    rows = tx.execute(query.order_by(turns.c.is_again, turns.c.turn, ENTRIES.c.number).limit(limit))
    return [Waiting(row.number, row.feed, _entry(row), row.tries, row.state == "waiting") for row in rows]


def mark(tx: sa.Connection, waiting: Waiting, values: Mapping[str, Any]) -> bool:
    """False when it waits no more, or is gone: its feed was given up meanwhile, and its number given to another."""
    is_it = (ENTRIES.c.feed == waiting.feed) & (ENTRIES.c.identity == waiting.entry.identity)
    update = sa.update(ENTRIES).where((ENTRIES.c.number == waiting.number) & is_it & ENTRIES.c.state.in_(_OPEN))
    return bool(tx.execute(update.values(dict(values))).rowcount)


def _known(tx: sa.Connection, feed: str, listed: Sequence[Entry]) -> dict[str, Any]:
    """identity -> row, of those that may be among the listed ones: see `is_known`."""
    query = sa.select(ENTRIES).where((ENTRIES.c.feed == feed) & _among(listed))
    return {row.identity: row for row in tx.execute(query)}


def _among(listed: Sequence[Entry]) -> sa.ColumnElement[bool]:
    urls = {entry.url for entry in listed if entry.url}
    return ENTRIES.c.identity.in_({entry.identity for entry in listed}) | ENTRIES.c.url.in_(urls)


def _unknown(listed: Sequence[Entry], known: Mapping[str, Any]) -> list[Entry]:
    addresses = {identity: row.url for identity, row in known.items()}
    return [entry for entry in listed if not is_known(entry, addresses)]


def _row(feed: str, entry: Entry, state: str, due: datetime) -> dict[str, Any]:
    html = entry.html if state == "waiting" else ""
    told = {"identity": entry.identity, "title": entry.title, "url": entry.url, "published": entry.published}
    return {**told, "feed": feed, "html": html, "state": state, "tries": 0, "due": due}


def _insert(tx: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        tx.execute(sa.insert(ENTRIES), rows)


def _renew(tx: sa.Connection, row: Any, entry: Entry, now: datetime) -> None:
    """What waits takes the newest words; what is stored waits again, once: some feeds change theirs at every visit."""
    values: dict[str, Any] = {"title": entry.title, "published": entry.published, "html": entry.html}
    if row.state == "stored":
        values |= {"state": "changed", "tries": 0, "due": now}
    if row.state in ("stored", *_OPEN):
        tx.execute(sa.update(ENTRIES).where(ENTRIES.c.number == row.number).values(values))


def _remember(tx: sa.Connection, feed: str, listed: Sequence[Entry], now: datetime) -> None:
    """Forgets what the feed has not listed for long. What it lists never grows older than `LISTED`."""
    settled = (ENTRIES.c.feed == feed) & ENTRIES.c.state.not_in(_OPEN)
    if listed:  # an empty feed may be a server's slip
        aged = settled & (ENTRIES.c.due < now - LISTED - MARKED_EVERY) & _among(listed)
        tx.execute(sa.update(ENTRIES).where(aged).values(due=now - LISTED))
        tx.execute(sa.delete(ENTRIES).where(settled & (ENTRIES.c.due < now - KEPT)))


def _entry(row: Any) -> Entry:
    return Entry(row.identity, row.title, row.url, row.published, row.html)
