"""A database address and a folder of migrations -> an SQLAlchemy engine whose schema is at `head`.

SQLite by default, tuned so that a committed transaction survives a power cut; the same tables work on PostgreSQL by
URL. Reads take `reads_only(engine).connect()`, writes `engine.begin()`, which takes SQLite's write lock at once: a
transaction that reads first and writes later would otherwise fail when another writer came between.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import StaticPool

from retrieval.errors import StoreFailed
from retrieval.lasting import UNHURRIED, Disk, LastingEngine
from retrieval.queueing import Queue

BUSY_SECONDS = 30  # a writer waits this long for another process's transaction
CACHE_KILOBYTES = 65_536  # at most, of a connection; a transaction that outgrows it writes its pages again and again
CHECKPOINT_PAGES = 16_384  # 64 MB of log until its pages are moved into the file: those written often are moved once
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",  # a commit does not wait for the disk: see lasting.py, which does
    "foreign_keys=ON",
    f"cache_size=-{CACHE_KILOBYTES}",
    f"wal_autocheckpoint={CHECKPOINT_PAGES}",
    "secure_delete=ON",  # what is deleted is overwritten with zeros
)
READ_ONLY, ALONE = "footnote_read_only", "footnote_alone"
WIPE_SECONDS = 1  # that a wipe waits for readers, while writers wait for it
BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
BROKEN = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOTADB,
          sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY}  # fmt: skip


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """Aware datetimes in and out, kept in UTC (SQLite has no time zones)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def open_engine(url: str, migrations: Path, head: str) -> sa.Engine:
    """Connects and migrates. Raises StoreFailed ("newer schema", "unreadable").

    Whatever uses the engine later raises StoreFailed too: "busy" (another process's transaction lasts), "full" (the
    disk), "unreadable" (damaged, no database, not ours to write).
    """
    options: dict[str, Any] = {"hide_parameters": True}  # errors are logged, and these are what people wrote
    if sa.make_url(url).get_backend_name() == "sqlite":
        options["connect_args"] = {"timeout": BUSY_SECONDS, "check_same_thread": False}
        if sa.make_url(url).database in (None, "", ":memory:"):
            options["poolclass"] = StaticPool  # one connection, or each would see a database of its own
    engine = sa.create_engine(url, **options)
    if engine.dialect.name == "sqlite":
        engine = LastingEngine(engine.pool, engine.dialect, engine.url, hide_parameters=True)
        engine.turns, engine.own = Queue(), threading.local()
        if "poolclass" not in options:
            engine.disk = Disk(Path(f"{engine.url.database}-wal"))
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin)
        event.listen(engine, "handle_error", _told)
    try:
        if _version(engine) != head:
            _migrate(engine, migrations)
    except DatabaseError as error:
        engine.dispose()
        raise StoreFailed(str(engine.url), "unreadable") from error
    except StoreFailed:
        engine.dispose()
        raise
    return engine


def reads_only(engine: sa.Engine) -> sa.Engine:
    """The same engine for transactions that only read: they never wait for a writer."""
    return engine.execution_options(**{READ_ONLY: True})


def unhurried(engine: sa.Engine) -> sa.Engine:
    """The same engine for what a power cut may take back, as long as it takes nothing that was committed later: its
    commits do not wait for the disk, and the next one of another engine's makes them last as well.

    A killed process loses nothing of it.
    """
    return engine.execution_options(**{UNHURRIED: True})


def together(engine: sa.Engine) -> AbstractContextManager[None]:
    """All that this thread writes meanwhile is one transaction, and none where the database is no SQLite."""
    return engine.together() if isinstance(engine, LastingEngine) else nullcontext()


def wipe(engine: sa.Engine, *, rebuild: bool) -> bool:
    """Empties SQLite's log into the file, so that what was deleted lies in neither. False: somebody was in the way.

    Writers wait until it is done, readers do not. SQLite zeroes what is deleted, but not the copies that it leaves when
    it moves rows between pages; only `rebuild` (VACUUM, 10 ms for each MB of the file) gets rid of these as well.
    """
    if not isinstance(engine, LastingEngine):  # others keep no words in files that we could empty
        return True
    try:
        with engine.turn(), engine.execution_options(**{ALONE: True}).connect() as alone:
            alone.exec_driver_sql(f"PRAGMA busy_timeout={WIPE_SECONDS * 1000}")
            try:
                if rebuild:
                    alone.exec_driver_sql("VACUUM")
                blocked = alone.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
            finally:
                alone.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
            return not blocked
    except StoreFailed as error:
        if error.reason != "busy":
            raise
        return False


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy says BEGIN, not the driver
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    """The driver is not asked to: it would begin late, and without the lock."""
    options = connection.get_execution_options()
    if not options.get(ALONE):  # what it does takes no transaction
        connection.exec_driver_sql("BEGIN" if options.get(READ_ONLY) else "BEGIN IMMEDIATE")


def _told(context: ExceptionContext) -> StoreFailed | None:
    """What is not ours to mend in SQLite's words, in the engine's; None leaves the error as it is."""
    code = getattr(context.original_exception, "sqlite_errorcode", 0) & 0xFF  # the rest says how it came about
    file = context.engine.url.database if context.engine else None
    subject = Path(file or "database").name  # people in a chat may read it: no folders of ours
    if code in BUSY:
        return StoreFailed(subject, "busy")
    if code == sqlite3.SQLITE_FULL:
        return StoreFailed(subject, "full")
    return StoreFailed(subject, "unreadable") if code in BROKEN else None


def _version(engine: sa.Engine) -> str | None:
    with reads_only(engine).connect() as tx:
        if not sa.inspect(tx).has_table("alembic_version"):
            return None
        return tx.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(engine: sa.Engine, migrations: Path) -> None:
    # Alembic takes a quarter of a second to import, so it is only when there is something to migrate.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    version = _version(engine)
    if version is not None and version not in known:
        raise StoreFailed(str(engine.url), "newer schema")
    with engine.begin() as tx:
        config.attributes["connection"] = tx
        command.upgrade(config, "head")
