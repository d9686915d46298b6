"""Who may use the bot and how much of it was used today -> rows, and back. Sync, safe to call from several threads."""

from __future__ import annotations

import sqlalchemy as sa

from retrieval import reads_only


class People:
    """Bans, invites, admissions, and what was spent of daily budgets."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reads_only(engine)
