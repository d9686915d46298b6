"""Messages of whoever runs the bot to everybody -> rows, and back. Sync, safe to call from several threads."""

from __future__ import annotations

import sqlalchemy as sa

from retrieval import reads_only


class Broadcasts:
    """Drafted, then spread over the outbox page by page."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reads_only(engine)
