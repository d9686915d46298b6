"""Work beside each other: how much at once, what is waited for, and that it ends when it is told to."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest

from retrieval.crew import HANDS, HANDS_PER_HOST, Crew, Errand

LONG = 30.0  # seconds that no test waits for


class Gate:
    """Work that waits until the gate is opened, and how many wait at each host."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.inside: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.most_in_all = 0
        self._lock = threading.Lock()

    def wait(self, host: str, seconds: float = LONG) -> str:
        with self._lock:
            self.inside[host] += 1
            self.most[host] = max(self.most[host], self.inside[host])
            self.most_in_all = max(self.most_in_all, self.inside.total())
        self.open.wait(seconds)
        with self._lock:
            self.inside[host] -= 1
        return host


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open.set()


@pytest.fixture
def crew(gate: Gate) -> Iterator[Crew]:
    crew = Crew()
    yield crew
    gate.open.set()
    crew.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "errand"]


def errand(key: str, host: str, go: partial[str]) -> Errand:
    return Errand(key, f"http://{host}.example/feed", go, str)


def test_what_was_offered_is_done_and_settled_by_the_caller(crew: Crew) -> None:
    settled_in = set()

    def settle(result: str) -> str:
        settled_in.add(threading.get_ident())
        return result.upper()

    for n in range(50):
        crew.offer(Errand(n, f"http://host{n}.example/", partial(str, f"n{n}"), settle))
    assert sorted(crew.work(LONG)) == sorted(f"N{n}" for n in range(50))
    assert settled_in == {threading.get_ident()}


def test_an_error_is_for_the_one_who_settles(crew: Crew) -> None:
    crew.offer(Errand("a", "http://a.example/", partial(int, "no number"), lambda result: type(result).__name__))
    assert list(crew.work(LONG)) == ["ValueError"]


def test_who_keeps_us_waiting_holds_up_nobody(crew: Crew, gate: Gate) -> None:
    for n in range(HANDS - 1):
        crew.offer(errand(f"slow {n}", f"slow{n}", partial(gate.wait, "slow")))
    for n in range(100):
        crew.offer(errand(f"quick {n}", f"quick{n}", partial(str, "quick")))
    assert list(crew.work(1.0)) == ["quick"] * 100


def test_what_is_out_is_settled_when_work_goes_on_and_not_done_twice(crew: Crew, gate: Gate) -> None:
    slow = errand("slow", "slow", partial(gate.wait, "slow"))
    crew.offer(slow)
    assert list(crew.work(0.05)) == []
    assert crew.has("slow")
    crew.offer(slow)
    gate.open.set()
    assert list(crew.work(LONG)) == ["slow"]
    assert not crew.has("slow")
    crew.offer(slow)
    assert list(crew.work(LONG)) == ["slow"]


def test_a_host_is_asked_by_two_at_once_and_all_hosts_by_sixteen(crew: Crew, gate: Gate) -> None:
    for n in range(200):
        host = "large" if n < 100 else f"small{n}"
        crew.offer(errand(f"{n}", host, partial(gate.wait, host, 0.01)))
    assert len(list(crew.work(LONG))) == 200
    assert gate.most["large"] == HANDS_PER_HOST
    assert HANDS_PER_HOST < gate.most_in_all <= HANDS


def test_what_comes_first_comes_first(crew: Crew, gate: Gate) -> None:
    began: list[str] = []
    for n in range(4):
        crew.offer(Errand(n, "http://one.example/", partial(began.append, f"later {n}"), str))
    crew.offer(Errand("x", "http://one.example/", partial(began.append, "first"), str), first=True)
    assert len(list(crew.work(LONG))) == 5
    assert "first" in began[:2]


def test_what_was_forgotten_is_not_done(crew: Crew) -> None:
    crew.offer(errand("a", "a", partial(str, "a")))
    crew.forget()
    assert not crew.has("a")
    assert list(crew.work(LONG)) == []


@pytest.mark.parametrize("address", ["http://[bad", "", "nonsense", "http://"])
def test_an_address_that_is_none_is_no_reason_to_stop(crew: Crew, address: str) -> None:
    crew.offer(Errand("a", address, partial(str, "done"), str))
    assert list(crew.work(LONG)) == ["done"]


def test_closing_ends_the_work_at_once(crew: Crew, gate: Gate) -> None:
    crew.offer(errand("slow", "slow", partial(gate.wait, "slow")))
    settled: list[str] = []
    worker = threading.Thread(target=lambda: settled.extend(crew.work(LONG)))
    worker.start()
    while not gate.inside["slow"]:
        time.sleep(0.01)
    closing = threading.Thread(target=crew.close)
    closing.start()
    worker.join(5)
    assert not worker.is_alive()
    gate.open.set()
    closing.join(5)
    assert not closing.is_alive()
    assert settled == []
    crew.offer(errand("b", "b", partial(str, "b")))
    assert list(crew.work(LONG)) == []


def test_interrupted_work_ends_and_can_be_taken_up_again() -> None:
    crew, gate = Crew(), threading.Event()
    crew.offer(Errand("slow", "https://slow.example/", gate.wait, str))
    working = threading.Thread(target=lambda: list(crew.work(60)))
    working.start()
    crew.interrupt()
    working.join(10)
    assert not working.is_alive()
    gate.set()
    crew.forget()
    assert list(crew.work(10)) == ["True"]
    crew.close()
