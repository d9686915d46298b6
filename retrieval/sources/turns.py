"""A host that someone wants to ask -> a turn to ask it, when few enough others do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpcore

from retrieval.sources.connections import Deadline
from retrieval.sources.limits import Limits


class Turns:
    """At most so many requests at once, to each host and over all of them."""

    def __init__(self, limits: Limits) -> None:
        self._per_host = limits.per_host
        self._all = threading.BoundedSemaphore(limits.at_once)
        self._hosts: dict[str, tuple[threading.BoundedSemaphore, int]] = {}  # and how many hold it or wait for it
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, host: str, patience: float) -> Iterator[None]:
        """Raises httpcore.TimeoutException after `patience` seconds."""
        waiting = Deadline(patience)
        semaphore = self._join(host)
        try:
            # The host's first: a crowd that waits for one host must not keep all places from the others.
            with _held(semaphore, waiting), _held(self._all, waiting):
                yield
        finally:
            self._leave(host)

    def _join(self, host: str) -> threading.BoundedSemaphore:
        with self._lock:
            semaphore, users = self._hosts.get(host) or (threading.BoundedSemaphore(self._per_host), 0)
            self._hosts[host] = semaphore, users + 1
        return semaphore

    def _leave(self, host: str) -> None:
        with self._lock:
            semaphore, users = self._hosts.pop(host)
            if users > 1:
                self._hosts[host] = semaphore, users - 1


@contextmanager
def _held(semaphore: threading.BoundedSemaphore, waiting: Deadline) -> Iterator[None]:
    if not semaphore.acquire(timeout=waiting.left()):
        raise httpcore.PoolTimeout
    try:
        yield
    finally:
        semaphore.release()
