"""Do hostile feeds hold up the others, and are servers left in peace? 2,000 local feeds, a fifth of them hostile.

    python -m tests.benchmarks.polling [FEEDS] [MINUTES]

The clock is the loop's own: a round takes as long as it takes, and the time in which nothing is due is skipped. Each
feed is at a host of its own, but for a hundred at one; the hostile ones turn hostile once they are watched.
"""

from __future__ import annotations

import hashlib
import json
import logging
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpcore
import numpy as np

from retrieval.ingest import Ingest
from retrieval.ports import Vectors
from retrieval.reading import Sources
from retrieval.sources.robots import Robots
from retrieval.sources.types import Feed, Fetched, NotModified, Validators
from retrieval.sources.web import GuardedFetcher
from retrieval.sources.workers import Workers
from retrieval.store import Store
from retrieval.watch import FeedWatch

POLL = 300
BETWEEN_ROUNDS = 5.0  # seconds, as the bot's loop has it
HOSTILE = ("hang", "drip", "error", "missing", "gone", "busy", "loop", "cut", "laughs", "attributes", "nested", "page")
HOSTILE_SHARE = 5  # one of so many
AT_ONE_HOST = 100
PUBLIC = "93.184.215.14"


class HashEmbedder:
    """The port `Embedder`, for free: words as buckets. Polling is measured, not meaning."""

    fingerprint, dim, max_tokens = "hash", 64, 256

    def knows(self, language: str) -> bool:
        return True

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def passages(self, texts: Sequence[str]) -> Vectors:
        vectors = np.ones((len(texts), self.dim), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for word in text.split():
                vector[hashlib.blake2b(word.encode(), digest_size=1).digest()[0] % self.dim] += 1
        lengths: Vectors = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.divide(vectors, lengths)

    questions = passages


class OneServer(httpcore.NetworkBackend):
    """Every address leads to the farm."""

    def __init__(self, port: int) -> None:
        self._port, self._sockets = port, httpcore.SyncBackend()

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, *_: object) -> httpcore.NetworkStream:
        return self._sockets.connect_tcp("127.0.0.1", self._port, timeout)


@dataclass
class Clock:
    """Simulated time, which goes on by itself during a round as real time does."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    since: float = field(default_factory=time.monotonic)

    def __call__(self) -> datetime:
        return self.now + timedelta(seconds=time.monotonic() - self.since)

    def jump(self, to: datetime) -> None:
        self.now, self.since = to, time.monotonic()


class Noted:
    """The port `Fetch`, with the times of every visit written down."""

    def __init__(self, port: int, clock: Clock) -> None:
        self.clock, self.visits = clock, defaultdict[str, list[datetime]](list)
        seconds = lambda: clock().timestamp()  # noqa: E731
        self._fetch = GuardedFetcher(resolve=lambda _: [PUBLIC], network=OneServer(port), clock=seconds)

    def __call__(self, url: str, validators: Validators) -> Fetched | NotModified:
        self.visits[url].append(self.clock())
        return self._fetch(url, validators)


@contextmanager
def farm() -> Iterator[int]:
    command = [sys.executable, "-m", "tests.benchmarks.hostfarm"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:  # noqa: S603
        assert running.stdout is not None
        port = int(running.stdout.readline())
        try:
            yield port
        finally:
            control(port, "stop")


def control(port: int, what: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/control/{what}") as answer:
        return dict(json.load(answer))


def addresses(feeds: int) -> list[str]:
    found = []
    for n in range(feeds):
        hostile = HOSTILE[n // HOSTILE_SHARE % len(HOSTILE)] if n % HOSTILE_SHARE == 0 else None
        host = "blogs" if hostile is None and n <= AT_ONE_HOST * HOSTILE_SHARE // (HOSTILE_SHARE - 1) else f"host{n}"
        found.append(f"http://{host}.pelagia.example.com/{hostile or 'well'}/{n}")
    return found


@dataclass
class Figures:
    """What the rounds came to. `late`: seconds between being due and being asked, of every visit to a healthy feed."""

    late: list[float] = field(default_factory=list)
    walls: list[float] = field(default_factory=list)
    articles: int = 0
    early: int = 0  # visits while a server had asked to be left alone


def rounds(watch: FeedWatch, fetch: Noted, port: int, minutes: float) -> Figures:
    figures, clock = Figures(), fetch.clock
    began, number = clock.now, 0
    while clock() < began + timedelta(minutes=minutes):
        due = {feed.url: feed.due for feed in watch.feeds() if not feed.ended}
        clock.jump(max(clock() + timedelta(seconds=BETWEEN_ROUNDS), min(due.values())))
        if int((clock.now - began).total_seconds() // POLL) + 1 > number:
            number += 1
            control(port, f"round?of={number}")
        before, start = {url: len(times) for url, times in fetch.visits.items()}, time.monotonic()
        done = watch.refresh(clock.now, POLL)
        figures.walls.append(time.monotonic() - start)
        figures.articles += done.articles
        asked = {url: times[before.get(url, 0) :] for url, times in fetch.visits.items() if url in due}
        figures.late += [
            (t - due[url]).total_seconds() for url, times in asked.items() if "/well/" in url for t in times
        ]
        figures.early += sum(t < due[url] for url, times in asked.items() if "/busy/" in url for t in times)
    left = [feed.due for feed in watch.feeds() if "/well/" in feed.url and feed.due <= clock()]
    figures.late += [(clock() - due).total_seconds() for due in left]
    return figures


def report(figures: Figures, served: dict[str, Any], healthy: int, killed: int) -> None:
    asked = Counter[str](served["asked"])
    late, walls = np.array(figures.late), np.array(figures.walls)
    unchanged, anew = asked["well 304"], sum(n for kind, n in asked.items() if kind.startswith("well 200"))
    changed = asked["well 200 again"]
    print(f"healthy feeds: {len(late)} visits, {np.mean(late <= POLL):.4f} within one interval of being due")
    print(f"  late by p50 {np.median(late):.1f} s, p99 {np.quantile(late, 0.99):.1f} s, at most {late.max():.1f} s")
    print(f"  new articles: {figures.articles}; feeds sent {anew} times, changed since the last visit {changed}")
    print(f"  304 where nothing had changed: {unchanged / max(1, unchanged + asked['well 200'] - healthy):.4f}")
    print(
        f"rounds: {len(walls)}, median {np.median(walls):.1f} s, slowest {walls.max():.1f} s, all {walls.sum():.0f} s"
    )
    print(f"connections to one host at once: {served['most_per_host']}; asked before Retry-After: {figures.early}")
    print(f"parser processes killed: {killed}")
    print("asked:", dict(sorted(asked.items())))


def main() -> None:
    logging.disable()
    feeds, minutes = int(sys.argv[1]) if len(sys.argv) > 1 else 2000, float(sys.argv[2]) if len(sys.argv) > 2 else 40
    with farm() as port, tempfile.TemporaryDirectory() as folder, Workers() as workers:
        store, fetch = Store(f"sqlite:///{Path(folder) / 'corpus.db'}"), Noted(port, Clock())
        watch = FeedWatch(store.engine, Sources(fetch, workers, Robots(fetch)), Ingest(store, HashEmbedder()))
        start = time.monotonic()
        begun = [each.url for each in watch.watch_all(addresses(feeds)) if isinstance(each, Feed)]
        healthy = sum("/well/" in url for url in begun)
        print(f"watched {len(begun)} feeds in {time.monotonic() - start:.0f} s")
        fetch.clock.jump(datetime.now(UTC))
        fetch.visits.clear()
        figures = rounds(watch, fetch, port, minutes)
        report(figures, control(port, "stats"), healthy, workers.killed)
        watch.close()
        store.close()


if __name__ == "__main__":
    main()
