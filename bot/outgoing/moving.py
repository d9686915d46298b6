"""A chat's old number and its new one in; both made one in every table, out: what a group that was upgraded needs."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.outgoing.steps import LANES
from bot.outgoing.types import Lane
from bot.tables import chats, handles, hushed, interests, offers, outbox, people, ratings, subscriptions, turns


def move_chat(tx: sa.Connection, old: int, new: int) -> None:
    """Rewrites a chat's number wherever it stands. Where both numbers hold the same thing, one is left.

    An alert's key ends in the chat's number, and goes along: else a moved group would get a story again. The numbers of
    messages do not: the moved group counts its own.
    """
    _move_itself(tx, old, new)
    _move_ban(tx, old, new)
    _move_subscriptions(tx, old, new)
    heard = sa.select(hushed.c.story).where(hushed.c.chat_id == new)
    tx.execute(sa.delete(hushed).where(hushed.c.chat_id == old, hushed.c.story.in_(heard)))
    tx.execute(sa.update(hushed).where(hushed.c.chat_id == old).values(chat_id=new))
    for table, column in ((turns, turns.c.chat_id), (ratings, ratings.c.chat_id), (handles, handles.c.owner)):
        tx.execute(sa.update(table).where(column == old).values({column: new}))
    tx.execute(sa.delete(offers).where(offers.c.chat_id == old))  # a "yes" after the move asks anew
    _move_outbox(tx, old, new)


def _move_itself(tx: sa.Connection, old: int, new: int) -> None:
    """The group's own settings win over those of a number that was met just now."""
    chosen = tx.execute(sa.select(chats).where(chats.c.chat_id == old)).mappings().first()
    if chosen is None:
        return
    kept = {name: value for name, value in chosen.items() if name not in ("chat_id", "active")}
    if tx.execute(sa.update(chats).where(chats.c.chat_id == new).values(kept)).rowcount:
        tx.execute(sa.delete(chats).where(chats.c.chat_id == old))
    else:
        tx.execute(sa.update(chats).where(chats.c.chat_id == old).values(chat_id=new))


def _move_ban(tx: sa.Connection, old: int, new: int) -> None:
    """A group that is shut out stays so, whatever its number."""
    ban = tx.execute(sa.select(people.c.banned_at, people.c.banned_by).where(people.c.user_id == old)).first()
    if ban is not None and ban.banned_at is not None:
        tx.execute(sa.delete(people).where(people.c.user_id.in_((old, new))))
        tx.execute(sa.insert(people).values(user_id=new, banned_at=ban.banned_at, banned_by=ban.banned_by))


def _move_subscriptions(tx: sa.Connection, old: int, new: int) -> None:
    known = {_what(row) for row in tx.execute(sa.select(subscriptions).where(subscriptions.c.chat_id == new))}
    for row in tx.execute(sa.select(subscriptions).where(subscriptions.c.chat_id == old)).all():
        if _what(row) in known:
            tx.execute(sa.delete(interests).where(interests.c.subscription == row.id))
            tx.execute(sa.delete(subscriptions).where(subscriptions.c.id == row.id))
    tx.execute(sa.update(subscriptions).where(subscriptions.c.chat_id == old).values(chat_id=new))


def _what(row: Any) -> tuple[int | None, str, str]:
    return row.thread_id, row.kind, row.subject


def _move_outbox(tx: sa.Connection, old: int, new: int) -> None:
    for row in tx.execute(sa.select(outbox.c.id, outbox.c.key, outbox.c.lane).where(outbox.c.chat_id == old)).all():
        key = row.key if LANES[row.lane] is Lane.ANSWER else f"{row.key.removesuffix(str(old))}{new}"
        if tx.execute(sa.select(outbox.c.id).where(outbox.c.key == key, outbox.c.id != row.id)).first():
            tx.execute(sa.delete(outbox).where(outbox.c.id == row.id))
        else:
            moved = {"chat_id": new, "key": key, "reply_to": None, "edits": None, "message_id": None}
            tx.execute(sa.update(outbox).where(outbox.c.id == row.id).values(moved))
