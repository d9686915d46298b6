"""Work that waits for strangers -> what came of it, as it comes: done beside each other, finished by the caller.

offered | a thread of its own, when there is room for one more, also at its host | finished in the caller's thread
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlsplit

HANDS = 16  # at once: as many as the fetcher lets out
HANDS_PER_HOST = 2  # as the fetcher does: none waits there for a turn, and a host with many feeds leaves room to others
LINGERING_SECONDS = 5.0  # for what is out, once nothing else is left to begin: it can be settled another time
LEAVING_SECONDS = 5.0  # for what is out when we close; it ends by itself within the fetcher's deadline


@dataclass(frozen=True, slots=True)
class Errand:
    """`go` is called in a thread, and `settle` by the caller with what it returned or raised."""

    key: Hashable  # never done twice at once
    address: str
    go: Callable[[], Any]
    settle: Callable[[Any], str]


class Crew:
    """`offer` and `work` are for one caller at a time; `interrupt` and `close` for any thread.

    The threads are daemons: a process may end while a stranger's server still keeps one waiting.
    """

    def __init__(self) -> None:
        self._offered: list[tuple[str, Errand]] = []  # (host, errand)
        self._keys: set[Hashable] = set()  # of what is offered or out
        self._out: dict[Hashable, threading.Thread] = {}
        self._hosts: Counter[str] = Counter()
        self._back: SimpleQueue[tuple[str, Errand, Any] | None] = SimpleQueue()
        self._closed = threading.Event()
        self._interrupted = threading.Event()
        self._begun = 0.0  # when the last one went out

    def has(self, key: Hashable) -> bool:
        return key in self._keys

    def offer(self, errand: Errand, *, first: bool = False) -> None:
        """To be done in the order offered, or before the others; what we have already is not done twice."""
        if not self.has(errand.key):
            self._keys.add(errand.key)
            self._offered.insert(0 if first else len(self._offered), (_host(errand.address), errand))

    def work(self, patience: float) -> Iterator[str]:
        """What each errand was settled as, until none is left that comes soon, or for so many seconds.

        More may be offered meanwhile. What is still out then is settled when work goes on.
        """
        end = time.monotonic() + patience
        while not (self._closed.is_set() or self._interrupted.is_set()) and self._begin():
            try:
                back = self._back.get(timeout=max(0.0, self._patience(end) - time.monotonic()))
            except Empty:
                return
            if back is not None:
                yield self._settled(*back)

    def forget(self) -> None:
        """What was offered and has not begun; and that somebody interrupted."""
        self._interrupted.clear()
        self._offered.clear()
        self._keys = set(self._out)

    def interrupt(self) -> None:
        """Ends `work` that is under way, and begins nothing more until `forget`. From any thread."""
        self._interrupted.set()
        self._back.put(None)  # wakes `work`

    def close(self) -> None:
        """Nothing begins any more and nothing is settled. Waits a little for what is out."""
        self._closed.set()
        self._back.put(None)  # wakes `work`
        end = time.monotonic() + LEAVING_SECONDS
        for thread in list(self._out.values()):
            thread.join(max(0.0, end - time.monotonic()))

    def _begin(self) -> bool:
        """Sends out as many as there is room for. Whether any is out."""
        while len(self._out) < HANDS and (chosen := self._next()):
            host, errand = chosen
            thread = threading.Thread(target=self._go, args=chosen, name="errand", daemon=True)
            self._out[errand.key] = thread
            self._hosts[host] += 1
            thread.start()
            self._begun = time.monotonic()
        return bool(self._out)

    def _patience(self, end: float) -> float:
        return end if self._offered else min(end, self._begun + LINGERING_SECONDS)

    def _next(self) -> tuple[str, Errand] | None:
        for place, (host, _) in enumerate(self._offered):
            if self._hosts[host] < HANDS_PER_HOST:
                return self._offered.pop(place)
        return None

    def _go(self, host: str, errand: Errand) -> None:
        try:
            outcome = errand.go()
        except Exception as error:  # whatever a stranger's bytes led to is for `settle` to tell
            outcome = error
        self._back.put((host, errand, outcome))

    def _settled(self, host: str, errand: Errand, outcome: Any) -> str:
        self._out.pop(errand.key)
        self._keys.discard(errand.key)
        self._hosts[host] -= 1
        if not self._hosts[host]:
            del self._hosts[host]
        return errand.settle(outcome)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # no address at all; the fetcher says so
        return ""
