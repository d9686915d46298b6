"""Short transactions of several threads in, one commit for those that came together out.

    BEGIN | each in turn: SAVEPOINT, its own statements, RELEASE | COMMIT, and everybody goes on

A commit waits for the disk, milliseconds each, and SQLite has them one after the other. Whoever is done while others
wait for their turn hands the open transaction on, and goes on when the last of them has committed it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import sqlalchemy as sa

from retrieval.queueing import Queue

MOST = 64  # transactions a commit
LONGEST = 0.02  # seconds after its beginning nobody else joins: the first of them waits all that time
JOINED = "footnote_joined"  # the turn was taken already


@dataclass(slots=True)
class _Round:
    connection: sa.Connection
    until: float
    members: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None


class RoundEngine(sa.Engine):
    """An engine whose `begin` shares commits. What it returns from is committed, alone or with others.

    A transaction that fails takes nothing back but its own. `execution_options` gives an engine that does not share:
    for what takes long, and would keep the others waiting.
    """

    queue: Queue
    _round: _Round | None = None

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        self.queue.enter(joins=True)
        joined = self._joined()
        try:
            with _savepoint(joined):
                yield joined.connection
        finally:
            self._part(joined)
        if joined.error is not None:
            raise joined.error

    def _joined(self) -> _Round:
        try:
            joined = self._round or self._opened()
            joined.members += 1
            return joined
        except BaseException:
            self.queue.leave()
            raise

    def _opened(self) -> _Round:
        connection = self.connect().execution_options(**{JOINED: True})
        try:
            connection.begin()
        except BaseException:
            connection.close()
            raise
        self._round = _Round(connection, time.monotonic() + LONGEST)
        return self._round

    def _part(self, joined: _Round) -> None:
        """Hands the transaction on, or ends it."""
        goes_on = joined.error is None and joined.members < MOST and time.monotonic() < joined.until
        if goes_on and self.queue.joiner_is_next():
            self.queue.leave()
            joined.over.wait()
            return
        self._round = None
        try:
            if joined.error is None:
                joined.connection.commit()
        except Exception as error:
            joined.error = error
        finally:
            if joined.error is not None:  # what state the file's own connection is in nobody knows
                joined.connection.invalidate()
            joined.connection.close()
            joined.over.set()
            self.queue.leave()


@contextmanager
def _savepoint(joined: _Round) -> Iterator[None]:
    """One's own part of the transaction."""
    say = joined.connection.exec_driver_sql
    try:
        say("SAVEPOINT own")
        yield
        say("RELEASE own")
    except BaseException:
        try:
            say("ROLLBACK TO own")
            say("RELEASE own")
        except Exception as error:  # SQLite took all of it back by itself: the disk is full, or broken
            joined.error = error
        raise
