"""Transactions that come together are committed together, and none is taken for committed before it is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from bot.store import open_store
from retrieval import StoreFailed, reads_only
from retrieval.rounds import RoundEngine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[RoundEngine]:
    store = open_store(tmp_path)
    engine = store._engine
    assert isinstance(engine, RoundEngine)
    with engine.begin() as tx:
        tx.exec_driver_sql("CREATE TABLE told (word TEXT UNIQUE)")
    yield engine
    store.close()


def tell(engine: sa.Engine, word: str) -> None:
    with engine.begin() as tx:
        tx.exec_driver_sql("INSERT INTO told VALUES (?)", (word,))


def told(engine: sa.Engine) -> set[str]:
    with reads_only(engine).connect() as tx:
        return set(tx.exec_driver_sql("SELECT word FROM told").scalars())


def together(
    engine: RoundEngine, works: list[Callable[[], None]], raised: list[BaseException | None] | None = None
) -> list[BaseException | None]:
    """Does them on a thread each, all of which wait for the same transaction to end; what each raised."""
    raised = [] if raised is None else raised
    raised += [None] * len(works)

    def do(at: int) -> None:
        try:
            works[at]()
        except Exception as error:
            raised[at] = error

    threads = [threading.Thread(target=do, args=(at,)) for at in range(len(works))]
    try:
        with engine.begin():
            for started, thread in enumerate(threads, 1):
                thread.start()
                while len(engine.queue._waiting) < started:
                    time.sleep(0.001)
    finally:
        for thread in threads:
            thread.join(10)
    return raised


def test_those_that_wait_share_a_commit_and_each_finds_its_own_in_the_file(engine: RoundEngine) -> None:
    commits, seen = [0], []
    event.listen(engine, "commit", lambda _: commits.append(1))

    def work(word: str) -> None:
        tell(engine, word)
        seen.append(word in told(engine))

    words = [f"word {number}" for number in range(20)]
    assert together(engine, [lambda word=word: work(word) for word in words]) == [None] * 20
    assert told(engine) == set(words)
    assert seen == [True] * 20
    assert sum(commits) < 10


def test_one_that_fails_takes_back_nothing_but_its_own(engine: RoundEngine) -> None:
    def fail() -> None:
        with engine.begin() as tx:
            tx.exec_driver_sql("INSERT INTO told VALUES ('lost')")
            raise LookupError

    def clash() -> None:
        with engine.begin() as tx:
            tx.exec_driver_sql("INSERT INTO told VALUES ('lost too')")
            tx.exec_driver_sql("INSERT INTO told VALUES ('first')")

    works = [lambda: tell(engine, "first"), fail, clash, lambda: tell(engine, "last")]
    assert [type(error) for error in together(engine, works)] == [
        type(None),
        LookupError,
        sa.exc.IntegrityError,
        type(None),
    ]
    assert told(engine) == {"first", "last"}
    tell(engine, "later")
    assert "later" in told(engine)


def test_where_the_commit_fails_nobody_goes_on_as_if_it_had_not(engine: RoundEngine) -> None:
    def refuse(_: sa.Connection) -> None:
        raise StoreFailed("bot.db", "full")

    event.listen(engine, "commit", refuse)
    raised: list[BaseException | None] = []
    with pytest.raises(StoreFailed):  # whoever was first
        together(engine, [lambda: tell(engine, "one"), lambda: tell(engine, "two")], raised)
    assert [type(error) for error in raised] == [StoreFailed, StoreFailed]
    event.remove(engine, "commit", refuse)
    assert told(engine) == set()
    tell(engine, "three")
    assert told(engine) == {"three"}


def test_nobody_sees_what_is_not_committed(engine: RoundEngine) -> None:
    with engine.begin() as tx:
        tx.exec_driver_sql("INSERT INTO told VALUES ('now')")
        assert told(engine) == set()
    assert told(engine) == {"now"}


def test_whoever_does_not_share_has_a_transaction_to_itself(engine: RoundEngine) -> None:
    own = engine.execution_options(footnote_apart=True)
    raised = together(engine, [lambda: tell(own, "apart"), lambda: tell(engine, "shared"), lambda: tell(own, "last")])
    assert raised == [None] * 3
    assert told(engine) == {"apart", "shared", "last"}


def test_a_round_ends_though_others_always_wait(engine: RoundEngine) -> None:
    over = threading.Event()

    def write(name: int) -> None:
        number = 0
        while not over.is_set():
            number += 1
            tell(engine, f"{name} {number}")

    threads = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    try:
        for number in range(10):
            tell(engine, f"mine {number}")
            assert f"mine {number}" in told(engine)
    finally:
        over.set()
        for thread in threads:
            thread.join(10)
    assert len(told(engine)) >= 10 + len(threads)
