"""Committed transactions in, transactions that outlast a power cut out: one wait for the disk for all that wait.

    BEGIN IMMEDIATE ... COMMIT, in turn, without the disk | fsync of SQLite's log, outside the turn, shared

SQLite's own way is to wait for the disk within each commit, milliseconds each, while all other writers wait behind it.
Its log is written in order: an fsync that begins after a commit makes that one last, and every earlier one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.base import OptionEngineMixin

from retrieval.errors import StoreFailed
from retrieval.queueing import Queue

UNHURRIED = "footnote_unhurried"  # an execution option: this commit lasts when a later one does


class Disk:
    """Under one file of SQLite's log. `sync` has an open file lie on the disk. Safe to use from several threads."""

    def __init__(self, log: Path, sync: Callable[[int], None] = os.fsync) -> None:
        self._log, self._sync_file = log, sync
        self._changing = threading.Condition()
        self._begun = self._done = 0  # fsyncs
        self._failed: OSError | None = None

    def wait(self) -> None:
        """Until what was committed before lasts. Raises StoreFailed."""
        with self._changing:
            mine = self._begun + 1  # one that is under way may have begun too early
            while self._done < mine:
                if self._begun == self._done:
                    self._begun += 1
                    self._sync(self._begun)
                else:
                    self._changing.wait()
            failed = self._failed
        if failed is not None:
            raise StoreFailed(self._log.name.removesuffix("-wal"), "unreadable") from failed

    def _sync(self, number: int) -> None:
        """Lets go of the lock meanwhile: others commit, and wait for the next one."""
        self._changing.release()
        failed: OSError | None = None
        try:
            file = os.open(self._log, os.O_RDONLY)
            try:
                self._sync_file(file)
            finally:
                os.close(file)
        except FileNotFoundError:  # the last connection was closed: SQLite has moved all of it into the file
            pass
        except OSError as error:
            failed = error
        finally:
            self._changing.acquire()
            self._done, self._failed = number, failed
            self._changing.notify_all()


class LastingEngine(sa.Engine):
    """An engine of SQLite's whose connections do not wait for the disk. What `begin` returns from lasts."""

    turns: Queue
    own: threading.local  # of each thread: the transaction that is open for all that it begins
    disk: Disk | None = None  # None: in memory

    @contextmanager
    def together(self) -> Iterator[None]:
        """All that this thread begins meanwhile is one transaction. It must not be long: everybody else waits."""
        with self.begin() as connection:
            self.own.connection = connection
            try:
                yield
            finally:
                del self.own.connection

    @contextmanager
    def begin(self) -> Iterator[sa.Connection]:
        if (joined := getattr(self.own, "connection", None)) is not None:
            yield joined
            return
        with self.turn(), super().begin() as connection:
            yield connection
        if self.disk is not None and not self.get_execution_options().get(UNHURRIED):
            self.disk.wait()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """To write; until it is over nobody else of this process does."""
        self.turns.enter()
        try:
            yield
        finally:
            self.turns.leave()


class _WithOptions(OptionEngineMixin, LastingEngine):
    """What `execution_options` of it gives."""

    def __init__(self, proxied: Any, execution_options: Any) -> None:
        super().__init__(proxied, execution_options)
        self.turns, self.disk, self.own = proxied.turns, proxied.disk, proxied.own

    def update_execution_options(self, **options: Any) -> None:
        sa.Engine.update_execution_options(self, **options)


LastingEngine._option_cls = _WithOptions  # type: ignore[assignment]
