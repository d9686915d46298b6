"""A stranger's bytes -> what a parser makes of them, read in a child process that is killed when it takes too long.

    Fetched | a free child | Article, ParsedFeed, FeedLinks, Sitemap, the files of an archive

A thread cannot be stopped and shares our memory. A process can be killed, and takes with it whatever it ate.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from retrieval import errors
from retrieval.errors import SourceError, UnreadableFile
from retrieval.sources import parsers
from retrieval.sources.parsers import REPLY, OversizedMessage, Reply, Request, Task, receive_message, send_message
from retrieval.sources.types import FeedLink, Fetched, ParsedFeed, Sitemap
from retrieval.types import Article

CHILDREN = 2  # documents read at once; more would take both processors from questions
DEADLINE = 3.0  # seconds: fifty times what an ordinary page takes, and short of what anybody waits for
MEMORY = 1 << 30  # bytes of address space; a ready child has taken a third of it
START = 60.0  # seconds to start and to import, on a machine that is busy with other things
MAX_REPLY = 110_000_000  # bytes; an archive may unpack to 100 MB
MAX_JSON = 16_000_000  # bytes of it that are JSON: no other thread runs while they are read, a tenth of a second
_ROOT = Path(__file__).resolve().parents[2]  # where the package `retrieval` lies

log = logging.getLogger(__name__)
Result = TypeVar("Result")


class Workers:
    """Reads documents in child processes, which start when first needed and serve many documents. Thread-safe.

    Every method waits for a free child, then at most `deadline` seconds for its answer. Raises what the parser raises,
    and UnreadableFile: "too slow" (killed at the deadline), "broken" (it died, or failed in a way that no parser
    names; a note says how), "too large" (its answer), "unreadable" (no child could be started). RuntimeError after
    `close`.
    """

    def __init__(self, count: int = CHILDREN, deadline: float = DEADLINE, memory: int = MEMORY) -> None:
        self._deadline, self._memory, self._count = deadline, memory, count
        self._slots: queue.LifoQueue[_Child | None] = queue.LifoQueue()  # the child used last is the next one used
        for _ in range(count):
            self._slots.put(None)
        self._lock = threading.Lock()  # held while the three below change
        self._children: set[_Child] = set()
        self._is_closed = False
        self._killed = 0

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pids(self) -> frozenset[int]:
        """The process ids of the children that live now."""
        with self._lock:
            return frozenset(child.pid for child in self._children)

    @property
    def killed(self) -> int:
        """How many children were killed at the deadline so far."""
        with self._lock:
            return self._killed

    def article(self, fetched: Fetched, article_id: str, *, patience: float | None = None) -> Article:
        """`patience` in place of the deadline, in seconds: for a file that somebody vouches for."""
        return self._read(parsers.ARTICLE, fetched, article_id, patience)

    def entry(self, fetched: Fetched, article_id: str) -> Article:
        """What a feed holds of an item, however short."""
        return self._read(parsers.ENTRY, fetched, article_id)

    def feed(self, fetched: Fetched, now: datetime) -> ParsedFeed:
        """`now` is aware: entries of the future become it."""
        return self._read(parsers.FEED, fetched, now.isoformat())

    def opml(self, fetched: Fetched) -> tuple[FeedLink, ...]:
        """The feeds that a list names."""
        return self._read(parsers.OPML, fetched)

    def feeds_in_page(self, fetched: Fetched) -> tuple[FeedLink, ...]:
        """The feeds that a page names."""
        return self._read(parsers.FEEDS_IN_PAGE, fetched)

    def sitemap(self, fetched: Fetched) -> Sitemap:
        """The pages that a sitemap lists."""
        return self._read(parsers.SITEMAP, fetched)

    def archive(self, fetched: Fetched) -> Sitemap:
        """The articles that a page of a site links to."""
        return self._read(parsers.ARCHIVE, fetched)

    def members(self, fetched: Fetched) -> tuple[Fetched, ...]:
        """The files of an archive."""
        return self._read(parsers.MEMBERS, fetched)

    def close(self) -> None:
        """Kills the children, busy ones too, and waits until they are gone. Twice does no harm."""
        with self._lock:
            self._is_closed = True
            for child in self._children:
                child.kill()
        for held in [self._slots.get() for _ in range(self._count)]:  # the busy threads hand theirs back
            if held is not None:
                self._end(held)
        for _ in range(self._count):  # whoever waits for a child learns that there is none
            self._slots.put(None)

    def _read(self, task: Task[Result], fetched: Fetched, argument: str = "", patience: float | None = None) -> Result:
        url = _spelt(fetched.url)
        head = replace(fetched, url=url, content=b"")
        request = Request(task.name, head, _spelt(argument), patience or self._deadline)
        try:
            with self._child(task, url) as child:
                reply, parts = child.ask(request, fetched.content, request.patience)
        except ValueError as error:
            reason = "too large" if isinstance(error, OversizedMessage) else "broken"
            raise UnreadableFile(url, reason) from error
        except OSError as error:
            raise self._lost(url, is_late=isinstance(error, TimeoutError)) from error
        return _result(task, reply, parts, url)

    @contextlib.contextmanager
    def _child(self, task: Task[Result], url: str) -> Iterator[_Child]:
        """A child that is ready for the task, and nobody else's. One that an error left half-way is ended: the answer
        that it still owes must not be taken for the next document's."""
        child = self._slots.get()
        is_whole = False
        try:
            if child is None or not child.is_alive:
                child = self._replaced(child, url)
            self._prepare(child, task, url)
            yield child
            is_whole = True
        finally:
            if child is not None and not (is_whole and child.is_fit):
                self._end(child)
                child = None
            self._slots.put(child)

    def _replaced(self, old: _Child | None, url: str) -> _Child:
        """Raises UnreadableFile when the system has no room for another process, RuntimeError after `close`."""
        if old is not None:
            self._end(old)
        with self._lock:
            if self._is_closed:
                raise RuntimeError("the workers are closed")
            try:
                child = _Child(self._memory)
            except OSError as error:
                raise UnreadableFile(url, "unreadable") from error
            self._children.add(child)
        return child

    def _prepare(self, child: _Child, task: Task[Result], url: str) -> None:
        """Starting up and importing are not the document's fault, so they have a time of their own."""
        if task.name in child.ready:
            return
        try:
            reply, _ = child.ask(Request(task.name, patience=START), b"", START)
        except (OSError, ValueError) as error:
            self._check_open()
            log.exception("a parser process did not start")
            raise UnreadableFile(url, "unreadable") from error
        if reply.error is not None:
            log.error("a parser process is not ready for %s: %s", task.name, reply.cause or reply.error)
            raise UnreadableFile(url, "unreadable")
        child.ready.add(task.name)

    def _lost(self, url: str, *, is_late: bool) -> UnreadableFile:
        """Why a child is gone. Raises RuntimeError if it was `close` that ended it."""
        self._check_open()
        if is_late:
            with self._lock:
                self._killed += 1
        return UnreadableFile(url, "too slow" if is_late else "broken")

    def _check_open(self) -> None:
        with self._lock:
            if self._is_closed:
                raise RuntimeError("the workers are closed")

    def _end(self, child: _Child) -> None:
        child.end()
        with self._lock:
            self._children.discard(child)


class _Child:
    """One process. Used by one thread at a time, but killed from any."""

    def __init__(self, memory: int) -> None:
        self.ready: set[str] = set()  # tasks whose libraries are imported
        self.is_fit = True  # to read another document
        self._process = subprocess.Popen(  # noqa: S603 our own module, and a number
            [sys.executable, "-P", "-B", "-W", "ignore", "-m", "retrieval.sources.parsers", str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for the parent
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # on Windows no console appears
        )
        self._requests, self._replies = cast(BinaryIO, self._process.stdin), cast(BinaryIO, self._process.stdout)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: Request, content: bytes, seconds: float) -> tuple[Reply, list[bytes]]:
        """Raises TimeoutError when it was killed for being late, ChildProcessError when it died by itself,
        OversizedMessage, ValueError for what is no reply."""
        with _at_most(seconds, self.kill) as is_late:
            try:
                send_message(self._requests, request, [content])
                reply, parts = receive_message(self._replies, REPLY, MAX_REPLY)
            except (OSError, EOFError) as error:
                raise (TimeoutError if is_late.is_set() else ChildProcessError)(str(self.pid)) from error
        if sum(reply.sizes[:1]) > MAX_JSON:
            raise OversizedMessage(reply.sizes[0])
        self.is_fit = not (reply.is_tired or is_late.is_set())
        return reply, parts

    def kill(self) -> None:
        """At once, whatever it does."""
        self._process.kill()

    def end(self) -> None:
        """Kills it, and waits until it is gone."""
        self.kill()
        for pipe in (self._requests, self._replies):
            with contextlib.suppress(OSError):  # what was not yet written has no reader any more
                pipe.close()
        self._process.wait()


@contextlib.contextmanager
def _at_most(seconds: float, strike: Callable[[], None]) -> Iterator[threading.Event]:
    """Strikes if the block takes longer. The event tells whether it did, for good once the block is left."""
    is_late = threading.Event()

    def late() -> None:
        is_late.set()
        strike()

    timer = threading.Timer(seconds, late)
    timer.daemon = True
    timer.start()
    try:
        yield is_late
    finally:
        timer.cancel()
        timer.join()


def _result(task: Task[Result], reply: Reply, parts: list[bytes], url: str) -> Result:
    if reply.error is not None:
        raise _named(reply, reply.error, url)
    try:
        return parsers.unpack_parts(task, parts)
    except ValueError as error:
        raise UnreadableFile(url, "broken") from error


def _named(reply: Reply, told: tuple[str, str, str], url: str) -> SourceError:
    """The error that the child names, if there is one of that name."""
    name, subject, reason = told
    named = vars(errors).get(name)
    if not (isinstance(named, type) and issubclass(named, SourceError)):
        return UnreadableFile(url, "broken")
    error = named(subject, reason)
    if reply.cause:
        error.add_note(reply.cause)
    return error


def _spelt(text: str) -> str:
    """Bytes of a path that are no UTF-8 cannot travel as they are."""
    return text.encode("utf-8", "backslashreplace").decode()


def _environment() -> dict[str, str]:
    """Nothing of ours: no token, no key, no proxy. Arithmetic libraries take one thread, and memory for no more."""
    found = {"PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)]), "PYTHONUTF8": "1"}
    if sys.platform == "win32":  # where no program starts without it
        found["SYSTEMROOT"] = os.path.expandvars("%SYSTEMROOT%")
    return found | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
