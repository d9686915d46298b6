"""What was deleted lies in no file of the database any more, wherever SQLite had copied it."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from retrieval import StoreFailed, open_engine, wipe
from retrieval import store as articles
from tests.traces import traces

MARKER = "xylographic"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'some.db'}", articles.MIGRATIONS, articles.HEAD)
    with engine.begin() as tx:
        tx.exec_driver_sql("CREATE TABLE said (id INTEGER PRIMARY KEY, words TEXT)")
        tx.exec_driver_sql("CREATE INDEX said_words ON said (words)")
    yield engine
    engine.dispose()


def churn(engine: sa.Engine, rounds: int) -> None:
    """Rows come and go, and so SQLite moves those that stay from page to page."""
    dice, live = random.Random(5), list[int]()
    for number in range(rounds):
        with engine.begin() as tx:
            for at in range(40):
                if dice.random() < 0.6 or not live:
                    key = number * 100 + at
                    words = f"{MARKER if key % 2 else 'harmless'} {dice.random()} " * dice.randint(1, 12)
                    tx.exec_driver_sql("INSERT INTO said VALUES (?, ?)", (key, words))
                    live.append(key)
                else:
                    gone = live.pop(dice.randrange(len(live)))
                    tx.exec_driver_sql("DELETE FROM said WHERE id = ?", (gone,))
    with engine.begin() as tx:
        tx.exec_driver_sql(f"DELETE FROM said WHERE words LIKE '{MARKER}%'")  # noqa: S608 our own word


def test_nothing_is_left_of_what_was_deleted(engine: sa.Engine, tmp_path: Path) -> None:
    churn(engine, 60)
    assert traces(tmp_path, MARKER)
    assert wipe(engine, rebuild=True)
    assert traces(tmp_path, MARKER) == {}
    assert traces(tmp_path, "harmless")


def test_a_reader_is_not_waited_for_long_and_nobody_else_is_held_up_by_it(engine: sa.Engine, tmp_path: Path) -> None:
    churn(engine, 2)
    with closing(sqlite3.connect(tmp_path / "some.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM said").fetchall()
        assert not wipe(engine, rebuild=False)
        churn(engine, 1)
    assert wipe(engine, rebuild=False)


def test_another_process_that_writes_is_not_waited_for_either(engine: sa.Engine, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "some.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert not wipe(engine, rebuild=True)
        writer.execute("ROLLBACK")
    assert wipe(engine, rebuild=True)


def test_a_damaged_file_is_said_to_be_so(engine: sa.Engine, tmp_path: Path) -> None:
    churn(engine, 20)
    assert wipe(engine, rebuild=False)
    engine.dispose()
    with (tmp_path / "some.db").open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"x" * 4096 * 30)
    with pytest.raises(StoreFailed, match="unreadable"):
        wipe(engine, rebuild=True)


def test_an_error_does_not_repeat_what_was_to_be_written(engine: sa.Engine) -> None:
    once = sa.text("INSERT INTO said VALUES (1, :words)")
    with engine.begin() as tx:
        tx.execute(once, {"words": MARKER})
        with pytest.raises(sa.exc.IntegrityError) as failed:
            tx.execute(once, {"words": MARKER})
    assert MARKER not in str(failed.value)
