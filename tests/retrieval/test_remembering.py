from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from retrieval.remembering import MOST, Memory


class Table:
    """Rows by key, and which of them were asked for."""

    def __init__(self, **rows: int) -> None:
        self.rows = rows
        self.asked: list[str] = []

    def read(self, keys: Sequence[str]) -> dict[str, int]:
        self.asked += keys
        return {key: self.rows[key] for key in keys if key in self.rows}


def test_nothing_is_read_twice() -> None:
    table, memory = Table(a=1, b=2, c=3), Memory()
    assert memory.several("number", "ab", table.read) == {"a": 1, "b": 2}
    assert list(memory.several("number", "cab", table.read).items()) == [("c", 3), ("a", 1), ("b", 2)]
    assert table.asked == ["a", "b", "c"]


def test_what_changed_is_read_anew() -> None:
    table, memory = Table(a=1), Memory()
    memory.look((1, 0))
    memory.several("number", "a", table.read)
    table.rows["a"] = 2
    memory.look((1, 0))
    assert memory.several("number", "a", table.read) == {"a": 1}
    memory.look((1, 1))
    assert memory.several("number", "a", table.read) == {"a": 2}


def test_what_is_not_there_may_come() -> None:
    table, memory = Table(), Memory()
    assert memory.several("number", "a", table.read) == {}
    table.rows["a"] = 1
    assert memory.several("number", "a", table.read) == {"a": 1}


def test_kinds_are_kept_apart() -> None:
    memory = Memory()
    assert memory.one("length", "ab", lambda: 2) == 2
    assert memory.one("first", "ab", lambda: "a") == "a"
    assert memory.one("length", "ab", lambda: 0) == 2


def test_what_is_read_while_it_changes_is_not_remembered() -> None:
    memory = Memory()
    memory.look(1)

    def slow() -> str:
        memory.look(2)  # meanwhile
        return "old"

    assert memory.one("word", "", slow) == "old"
    assert memory.one("word", "", lambda: "new") == "new"


@given(st.lists(st.integers(0, 30)), st.sets(st.integers(0, 30)))
def test_it_tells_what_the_table_has(asked: list[int], held: set[int]) -> None:
    memory = Memory()
    for few in (asked[::2], asked):
        told = memory.several("", few, lambda keys: {key: -key for key in keys if key in held})
        assert told == {key: -key for key in few if key in held}


def test_it_does_not_grow_for_good() -> None:
    memory = Memory()
    for key in range(MOST + 2):
        memory.one("number", key, lambda: 0)
    assert memory.one("number", 0, lambda: 1) == 1
