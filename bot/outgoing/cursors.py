"""How far something came, by name -> its row. Within whoever's transaction it is."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from bot.tables import cursors


def set_cursors(tx: sa.Connection, places: Mapping[str, int]) -> None:
    """Those that are new, too."""
    for name, value in places.items():
        if not tx.execute(sa.update(cursors).where(cursors.c.name == name).values(value=value)).rowcount:
            tx.execute(sa.insert(cursors).values(name=name, value=value))
