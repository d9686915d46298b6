"""Nothing of what was deleted is left in any file, and nobody waits long for that."""

from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.keeping.erasing import Erasing
from bot.keeping.turns import Asked
from bot.store import BotStore
from tests.blank import blank_store
from tests.traces import traces

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
MARKER = "xylographic quagmire"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BotStore]:
    store = blank_store(tmp_path, lambda: NOW)
    yield store
    store.close()


def talk(store: BotStore, seed: int = 0) -> None:
    """Of two people at once: their rows lie between each other's, and SQLite moves them from page to page."""
    dice = random.Random(seed)
    for number in range(120):
        person = dice.choice((7, 8))
        words = f"{MARKER if person == 7 else 'harmless'} {number} " * dice.randint(1, 60)
        asked = Asked(person, person, words, words, "answered", (), (), {}, NOW, number)
        store.turns.remember(asked)
        store.handle(words, owner=person, by=person, until=NOW + timedelta(days=dice.randint(0, 2)))
        if number % 10 == 0:
            store.prune(NOW + timedelta(days=1))
            store.turns.remember(Asked(8, 8, "x" * dice.randint(1, 3000), "x", "topic", (), (), {}, NOW, number // 2))


def test_words_are_in_the_files_until_they_are_erased_and_not_after(store: BotStore, tmp_path: Path) -> None:
    talk(store)
    store.belongings.forget(7)
    assert traces(tmp_path, MARKER)  # else this would show nothing
    assert store.erasing.is_wanted()
    assert store.erasing.run(NOW)
    assert traces(tmp_path, MARKER) == {}
    assert traces(tmp_path, "harmless")
    assert not store.erasing.is_wanted()


def test_what_is_wanted_survives_a_restart(store: BotStore, tmp_path: Path) -> None:
    talk(store)
    store.belongings.forget(7)
    with closing(blank_store(tmp_path)) as again:
        assert again.erasing.is_wanted()
        assert again.erasing.run(NOW)
    assert traces(tmp_path, MARKER) == {}


def test_what_was_done_with_leaves_the_log_as_well(store: BotStore, tmp_path: Path) -> None:
    store.journal([(7, MARKER)])
    store.finish(7, ())
    assert traces(tmp_path, MARKER)
    assert store.erasing.empty_log()
    assert traces(tmp_path, MARKER) == {}


def test_words_whose_time_is_over_are_erased(store: BotStore, tmp_path: Path) -> None:
    store.turns.remember(Asked(7, 7, MARKER, MARKER, "answered", (), (), {}, NOW))
    store.prune(NOW, keep_days=30)
    assert not store.erasing.is_wanted()
    store.prune(NOW + timedelta(days=31), keep_days=30)
    assert store.erasing.run(NOW)
    assert traces(tmp_path, MARKER) == {}


def test_a_reader_in_the_way_is_waited_for_another_time(store: BotStore, tmp_path: Path) -> None:
    store.erasing.want()
    with closing(sqlite3.connect(tmp_path / "bot.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM cursors").fetchall()
        store.chat(5, language="en", kind="private")
        assert not store.erasing.run(NOW)
    assert store.erasing.is_wanted()
    assert store.erasing.run(NOW)


def test_a_wish_that_comes_meanwhile_is_not_lost(store: BotStore) -> None:
    store.erasing.want()
    wish = store.erasing._wish()
    store.erasing.want()
    assert store.erasing._wish() != wish


def test_writers_take_turns_with_it(store: BotStore) -> None:
    """Nobody is told that the database is busy."""
    talk(store)
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for number in range(50):
                store.chat(number, language="en", kind="private")
        except BaseException as error:
            failures.append(error)

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    for _ in range(10):
        store.erasing.want()
        store.erasing.run(NOW)
    for writer in writers:
        writer.join(20)
    assert failures == []
    store.erasing.run(NOW)


def test_a_large_file_is_written_anew_once_a_day(store: BotStore, tmp_path: Path) -> None:
    large = Erasing(store._engine, small=1000)
    sizes: list[int] = []
    for hours in (0, 1, 25):
        with store._engine.begin() as tx:
            tx.exec_driver_sql("CREATE TABLE ballast AS SELECT zeroblob(900000)")
            tx.exec_driver_sql("DROP TABLE ballast")
        large.want()
        assert large.run(NOW + timedelta(hours=hours))
        sizes.append((tmp_path / "bot.db").stat().st_size)
    assert sizes[1] > sizes[0] + 800_000
    assert sizes[2] == sizes[0]
