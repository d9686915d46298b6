"""What happened in each hour, about nobody in particular -> rows, and back. Sync, safe to call from several threads."""

from __future__ import annotations

import sqlalchemy as sa

from retrieval import reads_only


class Figures:
    """Counts by hour and name."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reads_only(engine)
