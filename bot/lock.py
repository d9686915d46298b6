"""A data folder -> the right to be the only bot at work on it, for as long as it is held."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retrieval import StoreFailed


@contextmanager
def hold(data: Path) -> Iterator[None]:
    """Raises StoreFailed ("busy") at once when another process holds it. A dead process holds nothing."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "bot.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StoreFailed(str(data), "busy") from error
        yield


def is_held(data: Path) -> bool:
    """Whether any process holds it, this one among them."""
    try:
        with (data / "bot.lock").open("r") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # let go of as the file is closed
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
