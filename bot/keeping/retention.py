"""How long a chat's words are kept, chosen -> what is older, gone. Sync, safe to call from several threads.

Words are the questions, and what buttons hold of them. The operator says how long at most; a chat may want less.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.keeping.erasing import want_erased
from bot.tables import chats, handles, turns
from retrieval import reads_only

TALK = timedelta(minutes=15)  # no question can refer to one that is older
ONLY_TALK = 0  # days, of a chat that wants its questions kept no longer than that
KEEP_DAYS = 30  # as long as the operator says nothing else

_BRIEF = sa.select(chats.c.chat_id).where(sa.text("chats.keep_days = 0"))  # as its index says it


def span(days: int) -> timedelta:
    return timedelta(days=days) if days > ONLY_TALK else TALK


class Retention:
    """Questions and buttons of all chats."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reads_only(engine)

    def choose(self, chat_id: int, days: int | None, now: datetime) -> None:
        """From now on, and for what is there already. None: as long as the operator says."""
        with self._engine.begin() as tx:
            tx.execute(sa.update(chats).where(chats.c.chat_id == chat_id).values(keep_days=days))
            if days is not None and _drop(tx, [chat_id], now - span(days)):
                want_erased(tx)

    def prune(self, now: datetime, most_days: int) -> int:
        """Drops all that is older than its chat wants, or the operator allows; how many rows."""
        with self._engine.begin() as tx:
            dropped = _drop(tx, None, now - span(most_days))
            for days in _chosen(tx):
                those = sa.select(chats.c.chat_id).where(chats.c.keep_days == days)
                dropped += _drop(tx, those, now - span(min(days, most_days)))
        return dropped

    def prune_brief(self, now: datetime) -> int:
        """The same of the chats whose words are kept for a talk only: cheap enough for every few seconds."""
        old = turns.c.chat_id.in_(_BRIEF), turns.c.asked_at < now - TALK
        with self._reading.connect() as tx:  # as a rule there are none, and nobody need wait for a turn to write
            if tx.execute(sa.select(turns.c.id).where(*old).limit(1)).first() is None:
                return 0
        with self._engine.begin() as tx:
            return _drop(tx, _BRIEF, now - TALK)


def _chosen(tx: sa.Connection) -> Iterator[int]:
    yield from tx.execute(sa.select(chats.c.keep_days).where(chats.c.keep_days.is_not(None)).distinct()).scalars().all()


def _drop(tx: sa.Connection, of: sa.Select[tuple[int]] | list[int] | None, old: datetime) -> int:
    """Of these chats; None: of all."""
    asked, said = [turns.c.asked_at < old], [handles.c.said_at < old]
    if of is not None:
        asked.append(turns.c.chat_id.in_(of))
        said.append(handles.c.owner.in_(of))
    return tx.execute(sa.delete(turns).where(*asked)).rowcount + tx.execute(sa.delete(handles).where(*said)).rowcount
