from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from retrieval.priority import give_way

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="threads have a niceness of their own on Linux alone")


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_a_thread_gives_way_and_no_other_does() -> None:
    before = niceness()
    with ThreadPoolExecutor(1, initializer=partial(give_way, 3)) as threads:
        assert threads.submit(niceness).result() == min(19, before + 3)
    assert niceness() == before


def test_it_stands_behind_whoever_started_it() -> None:
    def begun() -> int:
        with ThreadPoolExecutor(1, initializer=partial(give_way, 2)) as threads:
            return threads.submit(niceness).result()

    with ThreadPoolExecutor(1, initializer=partial(give_way, 4)) as threads:
        assert threads.submit(begun).result() == min(19, niceness() + 6)
