"""What is committed lasts when `begin` returns, and those who come together wait for the disk once."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from retrieval.database import open_engine, reads_only, unhurried
from retrieval.errors import StoreFailed
from retrieval.lasting import Disk, LastingEngine
from retrieval.store import HEAD, MIGRATIONS

WRITERS = 16


class SlowDisk:
    """Takes its time, and remembers how long the log was when it had it all."""

    def __init__(self, seconds: float = 0.02) -> None:
        self.seconds, self.fails = seconds, False
        self.synced: list[int] = []

    def __call__(self, file: int) -> None:
        size = os.fstat(file).st_size
        time.sleep(self.seconds)
        if self.fails:
            raise OSError(errno.EIO, "Input/output error")
        self.synced.append(size)


@pytest.fixture
def disk() -> SlowDisk:
    return SlowDisk()


@pytest.fixture
def engine(tmp_path: Path, disk: SlowDisk) -> Iterator[LastingEngine]:
    file = tmp_path / "corpus.db"
    engine = open_engine(f"sqlite:///{file}", MIGRATIONS, HEAD)
    assert isinstance(engine, LastingEngine)
    engine.disk = Disk(Path(f"{file}-wal"), disk)
    with engine.begin() as tx:
        tx.execute(sa.text("CREATE TABLE notes (words TEXT)"))
    disk.synced.clear()
    yield engine
    engine.dispose()


def note(engine: sa.Engine, words: str) -> None:
    with engine.begin() as tx:
        tx.execute(sa.text("INSERT INTO notes VALUES (:words)"), {"words": words})


def break_off(engine: sa.Engine) -> None:
    with engine.begin() as tx:
        tx.execute(sa.text("INSERT INTO notes VALUES ('no')"))
        raise RuntimeError


def log_size(engine: sa.Engine) -> int:
    return os.stat(f"{engine.url.database}-wal").st_size  # noqa: PTH116


def test_what_begin_returns_from_lies_on_the_disk(engine: LastingEngine, disk: SlowDisk) -> None:
    note(engine, "x" * 5_000)
    assert disk.synced == [log_size(engine)]


def test_those_who_come_together_wait_for_the_disk_once_or_twice(engine: LastingEngine, disk: SlowDisk) -> None:
    with ThreadPoolExecutor(WRITERS) as crew:
        list(crew.map(lambda number: note(engine, str(number)), range(WRITERS)))
    assert len(disk.synced) < WRITERS / 2
    assert disk.synced[-1] == log_size(engine)
    with engine.connect() as tx:
        assert tx.execute(sa.text("SELECT count(*) FROM notes")).scalar() == WRITERS


def test_one_that_began_before_is_not_enough(tmp_path: Path) -> None:
    file = tmp_path / "log-wal"
    file.write_bytes(b"first")
    began, go = threading.Event(), threading.Event()
    seen: list[int] = []

    def sync(descriptor: int) -> None:
        seen.append(os.fstat(descriptor).st_size)
        began.set()
        assert go.wait(10)

    disk = Disk(file, sync)
    with ThreadPoolExecutor(2) as crew:
        early = crew.submit(disk.wait)
        assert began.wait(10)
        file.write_bytes(b"first and second")
        late = crew.submit(disk.wait)
        go.set()
        early.result(10)
        late.result(10)
    assert seen == [5, 16]


def test_the_unhurried_wait_for_no_disk_and_last_with_the_next(engine: LastingEngine, disk: SlowDisk) -> None:
    note(unhurried(engine), "a handle")
    assert disk.synced == []
    note(engine, "an answer")
    assert disk.synced == [log_size(engine)]


def test_a_disk_that_fails_is_told_to_whoever_waited(engine: LastingEngine, disk: SlowDisk) -> None:
    disk.fails = True
    with pytest.raises(StoreFailed, match=r"corpus\.db"):
        note(engine, "lost?")
    disk.fails = False
    note(engine, "kept")
    assert disk.synced == [log_size(engine)]


def test_a_failed_transaction_waits_for_nothing_and_gives_its_turn_back(engine: LastingEngine, disk: SlowDisk) -> None:
    with pytest.raises(RuntimeError):
        break_off(engine)
    assert disk.synced == []
    note(engine, "yes")
    with engine.connect() as tx:
        assert tx.execute(sa.text("SELECT words FROM notes")).scalars().all() == ["yes"]


def test_what_a_thread_writes_together_is_one_transaction(engine: LastingEngine, disk: SlowDisk) -> None:
    with engine.together():
        note(engine, "one")
        note(unhurried(engine), "two")
        with reads_only(engine).connect() as other:
            assert other.execute(sa.text("SELECT count(*) FROM notes")).scalar() == 0
    assert len(disk.synced) == 1
    with engine.connect() as tx:
        assert tx.execute(sa.text("SELECT words FROM notes")).scalars().all() == ["one", "two"]


def break_off_together(engine: LastingEngine) -> None:
    with engine.together():
        note(engine, "one")
        break_off(engine)


def test_what_fails_together_leaves_nothing(engine: LastingEngine) -> None:
    with pytest.raises(RuntimeError):
        break_off_together(engine)
    note(engine, "after")
    with engine.connect() as tx:
        assert tx.execute(sa.text("SELECT words FROM notes")).scalars().all() == ["after"]
