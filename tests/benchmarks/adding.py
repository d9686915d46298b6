"""Adding pages from local servers: pages a second, where the time goes, and how long the event loop waits meanwhile.

    python -m tests.benchmarks.adding [--pages 1000] [--sites 20]

The pages are made of the starter articles' sentences, in another order on each, as an ordinary site would dress them.
Names like "site7.example" all lead to this machine, so that the limit of two requests a host holds as it would outside.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from retrieval import Added, CorpusSettings, open_corpus
from retrieval.corpus import Corpus
from retrieval.reading import Sources
from retrieval.sources.robots import Robots
from retrieval.sources.web import GuardedFetcher
from retrieval.sources.workers import Workers
from tests.conftest import EXPORTED, SEEDS

T = TypeVar("T")
LAG_SECONDS = 0.005  # between looks at the event loop's clock


class Stopwatches:
    """Seconds by stage, added up over threads: more than the wall clock shows where threads work beside each other."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._lock = threading.Lock()

    def timed(self, stage: str, work: Callable[..., T]) -> Callable[..., T]:
        def run(*arguments: Any, **named: Any) -> T:
            begun = time.perf_counter()
            try:
                return work(*arguments, **named)
            finally:
                with self._lock:
                    self.seconds[stage] += time.perf_counter() - begun

        return run


def page(number: int, sentences: Sequence[str]) -> bytes:
    """About twenty sentences under a title, with a menu above and a footer below."""
    chance = random.Random(number)
    told = chance.sample(sentences, 20)
    paragraphs = "".join(f"<p>{escape(' '.join(told[at : at + 4]))}</p>" for at in range(0, 20, 4))
    menu = "".join(f'<li><a href="/section/{n}">Section {n}</a></li>' for n in range(12))
    title, day = escape(told[0][:70]), f"2026-03-{number % 28 + 1:02}T08:00:00Z"
    head = f'<title>{title}</title><meta property="article:published_time" content="{day}">'
    body = f"<nav><ul>{menu}</ul></nav><article><h1>{title}</h1>{paragraphs}</article><footer>All rights</footer>"
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'.encode()


@contextmanager
def serving(sentences: Sequence[str]) -> Iterator[int]:
    """A server for every site; its port. /page/N is the Nth page, and robots.txt is not there."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            number = self.path.rpartition("/")[2]
            body = page(int(number), sentences) if number.isdecimal() else b""
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


async def lags(over: threading.Event) -> list[float]:
    """How much later than it wanted the event loop woke, in milliseconds, until it is over."""
    late: list[float] = []
    while not over.is_set():
        begun = time.perf_counter()
        await asyncio.sleep(LAG_SECONDS)
        late.append((time.perf_counter() - begun - LAG_SECONDS) * 1000)
    return late


async def measured(corpus: Corpus, urls: Sequence[str]) -> tuple[float, list[float], int]:
    """Seconds, the loop's lags, and how many pages were added."""
    over = threading.Event()
    watching = asyncio.create_task(lags(over))
    begun = time.perf_counter()
    results = await asyncio.to_thread(lambda: list(corpus.add_pages(urls)))
    seconds = time.perf_counter() - begun
    over.set()
    return seconds, await watching, sum(isinstance(result, Added) for result in results)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--sites", type=int, default=20)
    options = parser.parse_args()
    texts = [path.read_text(encoding="utf-8") for path in sorted((SEEDS / "articles").rglob("*.md"))]
    sentences = [line for text in texts for line in text.split(". ") if 60 < len(line) < 200 and "\n" not in line]
    with tempfile.TemporaryDirectory() as folder, serving(sentences) as port:
        urls = [f"http://site{n % options.sites}.example:{port}/page/{n}" for n in range(options.pages)]
        corpus = open_corpus(
            CorpusSettings(Path(folder), allowed_networks=(ip_network("127.0.0.0/8"),), models=EXPORTED)
        )
        watches = Stopwatches()
        sources = _local_sources(watches)
        corpus._sources = sources
        for step in ("_split", "_embedded"):
            setattr(corpus._ingest, step, watches.timed("cut and embed", getattr(corpus._ingest, step)))
        corpus._ingest.add = watches.timed("ingest (with cut and embed, store)", corpus._ingest.add)  # type: ignore[method-assign]
        corpus.catch_up = watches.timed("index and stories", corpus.catch_up)  # type: ignore[method-assign]
        seconds, late, added = asyncio.run(measured(corpus, urls))
        sources.close()
        corpus.close()
    p50, p95, p99 = np.percentile(late, [50, 95, 99])
    print(f"{added} of {len(urls)} pages in {seconds:.1f} s: {added / seconds:.1f} a second")
    print(f"event loop: lag p50 {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f}, most {max(late):.1f} ms")
    for stage, spent in watches.seconds.most_common():
        print(f"  {stage}: {spent:.1f} s, {spent / len(urls) * 1000:.1f} ms a page")


def _local_sources(watches: Stopwatches) -> Sources:
    fetch = GuardedFetcher((ip_network("127.0.0.0/8"),), resolve=lambda host: ["127.0.0.1"])
    workers = Workers()
    workers.article = watches.timed("read in child processes", workers.article)  # type: ignore[method-assign]
    timed = watches.timed("fetch", fetch)
    return Sources(timed, workers, Robots(timed))


if __name__ == "__main__":
    main()
