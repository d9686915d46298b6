"""A folder in, the bot's store in it out, open: its tables are made once for all tests, and copied."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

from bot.outgoing.outbox import utc_now
from bot.store import BotStore, open_store

FILE = "bot.db"


def blank_store(data: Path, clock: Callable[[], datetime] = utc_now) -> BotStore:
    """As `open_store`, which takes ten times as long for a folder where there is nothing yet."""
    data.mkdir(parents=True, exist_ok=True)
    if not (data / FILE).exists():
        (data / FILE).write_bytes(_empty())
    return open_store(data, clock)


@cache
def _empty() -> bytes:
    """A database without rows."""
    folder = Path(tempfile.mkdtemp())
    try:
        open_store(folder).close()
        return (folder / FILE).read_bytes()
    finally:
        shutil.rmtree(folder)
