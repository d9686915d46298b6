"""What was deleted, gone from the files as well: wanted -> done. Sync, safe to call from several threads.

That it is wanted is a row, written together with what was deleted: a process that dies in between is no excuse.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.tables import cursors
from retrieval import reads_only, wipe

WANTED = "erase"  # a cursor that grows with each wish
SMALL = 256_000_000  # bytes that are written anew in three seconds, while no answer can be written down
LARGE_AFTER = timedelta(days=1)  # a larger file is written anew no sooner than so long after the last time


def want_erased(tx: sa.Connection) -> None:
    """Within the transaction that deletes."""
    more = sa.update(cursors).where(cursors.c.name == WANTED).values(value=cursors.c.value + 1)
    if not tx.execute(more).rowcount:
        tx.execute(sa.insert(cursors).values(name=WANTED, value=1))


class Erasing:
    """Of one database. `small`: bytes of a file that is written anew whenever something is to be erased."""

    def __init__(self, engine: sa.Engine, small: int = SMALL) -> None:
        self._engine, self._small = engine, small
        self._reading = reads_only(engine)
        self._rebuilt: datetime | None = None

    def want(self) -> None:
        """At the next `run`."""
        with self._engine.begin() as tx:
            want_erased(tx)

    def is_wanted(self) -> bool:
        return self._wish() is not None

    def empty_log(self) -> bool:
        """What was done with is emptied in the file (updates, answers), but SQLite's log still has it."""
        return wipe(self._engine, rebuild=False)

    def run(self, now: datetime) -> bool:
        """Erases if that is wanted. False: it still is, since somebody was in the way."""
        wish = self._wish()
        if wish is None:
            return True
        rebuild = self._may_rebuild(now)
        if not wipe(self._engine, rebuild=rebuild):
            return False
        if rebuild:
            self._rebuilt = now
        with self._engine.begin() as tx:
            tx.execute(sa.delete(cursors).where(cursors.c.name == WANTED, cursors.c.value == wish))
        return True

    def _wish(self) -> int | None:
        with self._reading.connect() as tx:
            return tx.execute(sa.select(cursors.c.value).where(cursors.c.name == WANTED)).scalar()

    def _may_rebuild(self, now: datetime) -> bool:
        file = self._engine.url.database
        is_small = not file or not Path(file).exists() or Path(file).stat().st_size <= self._small
        return is_small or self._rebuilt is None or now - self._rebuilt >= LARGE_AFTER
