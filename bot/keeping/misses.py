"""Questions that no article answers -> for whoever runs the bot. Sync, safe to call from several threads."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from bot.tables import chats, turns
from retrieval import reads_only


class Missed(NamedTuple):
    """`asker` is there to be counted, and for nothing else. `closest`: passages were shown, with a warning."""

    question: str  # as it was understood
    asker: int
    at: datetime
    closest: bool


class Misses:
    """What was asked in chats that let their questions be kept."""

    def __init__(self, engine: sa.Engine) -> None:
        self._reading = reads_only(engine)

    def since(self, moment: datetime, limit: int) -> list[Missed]:
        """The newest first, at most so many."""
        both = turns.outerjoin(chats, chats.c.chat_id == turns.c.chat_id)
        columns = (turns.c.standalone, turns.c.user_id, turns.c.asked_at, turns.c.outcome)
        query = sa.select(*columns).select_from(both).order_by(turns.c.asked_at.desc()).limit(limit)
        query = query.where(turns.c.outcome.in_(("refused", "closest")), turns.c.asked_at >= moment)
        with self._reading.connect() as tx:
            rows = tx.execute(query.where(sa.func.coalesce(chats.c.keep_days, 1) > 0)).all()
        return [Missed(row.standalone, row.user_id, row.asked_at, row.outcome == "closest") for row in rows]
