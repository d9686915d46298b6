"""A person in; all that is kept of that person out: shown, counted, or gone. Sync, safe to call from several threads.

One list says which rows of which table are somebody's, so that what is shown and what is deleted cannot differ. A
private chat has its person's number.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from bot.keeping.erasing import want_erased
from bot.outgoing.parcels import without_file
from bot.tables import (
    broadcasts,
    chats,
    handles,
    hushed,
    inbox,
    interests,
    invites,
    offers,
    outbox,
    people,
    ratings,
    spendings,
    subscriptions,
    turns,
)
from retrieval import reads_only

Condition = sa.ColumnElement[bool]
ENDED = ("drafted", "told", "over")  # broadcasts that nobody works on
NOBODY = 0  # in place of a person's number


class Belonging(NamedTuple):
    """Rows of a table that are somebody's, and what is left of them when that person is forgotten: None is nothing.

    `hidden` columns tell of somebody else, and are not shown.
    """

    name: str
    table: sa.Table
    theirs: Callable[[sa.Connection, int], Condition]
    left: Mapping[str, Any] | None = None
    hidden: tuple[str, ...] = ()


def _is(*columns: sa.Column[Any]) -> Callable[[sa.Connection, int], Condition]:
    return lambda _, person: sa.or_(*(column == person for column in columns))


def _by(column: sa.Column[Any], *conditions: Condition) -> Callable[[sa.Connection, int], Condition]:
    """What the person did for others. Nobody's is not the terminal's."""
    return lambda _, person: sa.and_(column == person, column != NOBODY, *conditions)


def _interests(_: sa.Connection, person: int) -> Condition:
    return interests.c.subscription.in_(sa.select(subscriptions.c.id).where(subscriptions.c.chat_id == person))


def _followed_elsewhere(_: sa.Connection, person: int) -> Condition:
    return sa.and_(subscriptions.c.by == person, subscriptions.c.by != NOBODY, subscriptions.c.chat_id != person)


def _rated_by_others(_: sa.Connection, person: int) -> Condition:
    return sa.and_(ratings.c.asker == person, ratings.c.user_id != person)


def _said_elsewhere(_: sa.Connection, person: int) -> Condition:
    return sa.and_(handles.c.by == person, handles.c.by != NOBODY, handles.c.owner != person)


def _updates(tx: sa.Connection, person: int) -> Condition:
    """Those that are not finished; all others are empty."""
    unfinished = sa.select(inbox.c.update_id, inbox.c.body).where(inbox.c.finished_at.is_(None))
    return inbox.c.update_id.in_([row.update_id for row in tx.execute(unfinished) if _is_from(person, row.body)])


def _is_from(person: int, body: str) -> bool:
    try:
        parts = json.loads(body).values()
    except (ValueError, AttributeError):  # no update: nobody could read it at the next start either
        return False
    return any(isinstance(part, dict) and (part.get("from") or {}).get("id") == person for part in parts)


_EMPTY_UPDATE = sa.literal('{"update_id": ') + sa.cast(inbox.c.update_id, sa.Text) + "}"

BELONGINGS = (  # in the order in which they are deleted: what others are found by comes last
    Belonging("updates_in_work", inbox, _updates, {"body": _EMPTY_UPDATE}),
    Belonging("messages", outbox, _is(outbox.c.chat_id)),
    Belonging("buttons", handles, _is(handles.c.owner)),
    Belonging("buttons_in_groups", handles, _said_elsewhere),
    Belonging("offers", offers, _is(offers.c.chat_id)),
    Belonging("stories_let_go", hushed, _is(hushed.c.chat_id)),
    Belonging("topics_compared", interests, _interests),
    Belonging("subscriptions", subscriptions, _is(subscriptions.c.chat_id)),
    Belonging("subscriptions_of_groups", subscriptions, _followed_elsewhere, {"by": NOBODY}),
    Belonging("ratings", ratings, _is(ratings.c.user_id, ratings.c.chat_id), hidden=("asker",)),
    Belonging("ratings_by_others", ratings, _rated_by_others, hidden=("user_id",)),
    Belonging("questions", turns, _is(turns.c.user_id, turns.c.chat_id)),
    Belonging("spendings", spendings, _is(spendings.c.user_id)),
    # Whether somebody is let in or banned is the operator's decision, and outlives what it was about.
    Belonging("access", people, _is(people.c.user_id), {"told_at": None, "invite": None}, ("banned_by",)),
    Belonging("bans", people, _by(people.c.banned_by), {"banned_by": NOBODY}),
    Belonging("invites", invites, _by(invites.c.by), {"by": NOBODY}),
    Belonging("broadcasts", broadcasts, _by(broadcasts.c.by, broadcasts.c.state.in_(ENDED))),
    Belonging("broadcasts_in_work", broadcasts, _by(broadcasts.c.by, broadcasts.c.state.not_in(ENDED)), {}),
    Belonging("settings", chats, _is(chats.c.chat_id)),
)


class Belongings:
    """Of all people."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reads_only(engine)

    def count(self, person: int) -> dict[str, int]:
        """How many rows by the names of what they are; nothing is left out, zeros neither."""
        with self._reading.connect() as tx:
            return {one.name: _count(tx, one, person) for one in BELONGINGS}

    def show(self, person: int) -> str:
        """All of it as JSON, for the person alone."""
        with self._reading.connect() as tx:
            kept = {one.name: _rows(tx, one, person) for one in BELONGINGS}
        return json.dumps({"person": person, **kept}, ensure_ascii=False, indent=2, default=_plain)

    def forget(self, person: int) -> dict[str, int]:
        """All of it is gone, in one transaction; how many rows that were. The files' pages follow: see Erasing."""
        with self._engine.begin() as tx:
            gone = {one.name: _end(tx, one, person) for one in BELONGINGS}
            want_erased(tx)
        return gone

    def feeds_only_theirs(self, person: int) -> set[str]:
        """Feeds that nobody else follows."""
        feeds = sa.select(subscriptions.c.subject).where(subscriptions.c.kind == "feed")
        theirs, others = subscriptions.c.chat_id == person, subscriptions.c.chat_id != person
        with self._reading.connect() as tx:
            return set(tx.execute(feeds.where(theirs).except_(feeds.where(others))).scalars())


def _count(tx: sa.Connection, one: Belonging, person: int) -> int:
    counted = sa.select(sa.func.count()).select_from(one.table).where(one.theirs(tx, person))
    return tx.execute(counted).scalar() or 0


def _rows(tx: sa.Connection, one: Belonging, person: int) -> list[dict[str, Any]]:
    shown = [column for column in one.table.c if column.name not in one.hidden]
    rows = [dict(row) for row in tx.execute(sa.select(*shown).where(one.theirs(tx, person))).mappings()]
    if one.table is outbox:  # else each file of all that is kept would hold the one before
        return [{**row, "content": without_file(row["content"])} for row in rows]
    return rows


def _end(tx: sa.Connection, one: Belonging, person: int) -> int:
    theirs = one.theirs(tx, person)
    if one.left is None:
        return tx.execute(sa.delete(one.table).where(theirs)).rowcount
    return tx.execute(sa.update(one.table).where(theirs).values(one.left)).rowcount if one.left else 0


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return b64encode(value).decode() if isinstance(value, bytes) else str(value)
