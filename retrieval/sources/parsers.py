"""Requests on stdin -> what parsers make of strangers' bytes, on stdout: what runs in a child process of `Workers`.

    python -m retrieval.sources.parsers BYTES      # of memory it may have; it ends when stdin closes

A message is a small JSON head and plain bytes behind it, so a child that was taken over can send wrong words, and
nothing that its parent would run.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import logging
import os
import signal
import struct
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

from pydantic import TypeAdapter

from retrieval.errors import SourceError
from retrieval.sources.types import FeedLink, Fetched, ParsedFeed, Sitemap
from retrieval.text.languages import detect
from retrieval.types import Article

if sys.platform != "win32":
    import resource

MAX_HEAD = 1_000_000  # bytes; a head is an address and a few words
MAX_DOCUMENTS = 500  # what libraries keep and leak, and what a hostile document left behind, goes with the child
MAX_CAUSE = 500  # characters of an error that no parser names
OPEN_FILES = 64  # three pipes, and modules while they are imported
_LENGTHS = struct.Struct(">II")  # of the head, and of what stands behind it
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_REFUSED = (
    *("socket.", "subprocess.", "urllib.", "pty.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile"),
    *("os.system", "os.chmod", "os.chown", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink"),
    *("os.truncate", "os.kill", "shutil."),
)
_PAGE = b"""<html><body><article><h1>Harbour</h1><p>The council of Lindhaven has opened the new harbour for ferries.</p>
<p>The first boat left at nine in the morning with forty people on board, and came back at noon.</p></article></body>
</html>"""
_FEED = b"""<rss version="2.0"><channel><title>Ferries</title><item><title>First</title><guid>1</guid>
<pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate><description>&lt;p&gt;It sails.&lt;/p&gt;</description></item></channel>
</rss>"""
_OPML = b"""<opml version="2.0"><body><outline text="Ferries" xmlUrl="https://ferries.example/feed"/></body></opml>"""
_SITEMAP = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://ferries.example/a</loc></url>
</urlset>"""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Task(Generic[Result]):
    """A pure function by its name, imported only in the child, and how its argument and its result travel.

    `sample` is what the child reads before it says that it is ready: libraries are imported by the first document.
    """

    name: str
    function: str  # "module:name"
    result: TypeAdapter[Result]
    sample: tuple[str, bytes] = ("", b"")  # media type, content
    argument: Callable[[str], Any] | None = None  # of its text; None: the function takes none

    def load(self) -> Callable[..., Result]:
        module, name = self.function.split(":")
        loaded: Callable[..., Result] = getattr(importlib.import_module(module), name)
        return loaded


_LINKS = TypeAdapter(tuple[FeedLink, ...])
_SOURCES = "retrieval.sources"
ARTICLE = Task("article", f"{_SOURCES}.articles:read_article", TypeAdapter(Article), ("text/html", _PAGE), argument=str)
ENTRY = Task("entry", f"{_SOURCES}.articles:read_entry", ARTICLE.result, ARTICLE.sample, argument=str)
FEED = Task(
    "feed", f"{_SOURCES}.feeds:parse_feed", TypeAdapter(ParsedFeed), ("application/rss+xml", _FEED),
    argument=datetime.fromisoformat,
)  # fmt: skip
OPML = Task("opml", f"{_SOURCES}.opml:read_opml", _LINKS, ("text/x-opml", _OPML))
FEEDS_IN_PAGE = Task("feeds_in_page", f"{_SOURCES}.discovery:find_feeds", _LINKS, ("text/html", _PAGE))
SITEMAP = Task(
    "sitemap", f"{_SOURCES}.sitemaps:read_sitemap", TypeAdapter(Sitemap), ("application/xml", _SITEMAP)
)  # fmt: skip
ARCHIVE = Task("archive", f"{_SOURCES}.sitemaps:read_archive", TypeAdapter(Sitemap), ("text/html", _PAGE))
MEMBERS = Task("members", f"{_SOURCES}.archives:unpack", TypeAdapter(tuple[Fetched, ...]))
TASKS: dict[str, Task[Any]] = {
    task.name: task for task in (ARTICLE, ENTRY, FEED, OPML, FEEDS_IN_PAGE, SITEMAP, ARCHIVE, MEMBERS)
}


@dataclass(frozen=True, slots=True)
class Request:
    """`fetched` without its content, which stands behind the head; none at all asks to get ready for the task."""

    task: str
    fetched: Fetched | None = None
    argument: str = ""
    patience: float = 60.0  # seconds that the parent will wait
    sizes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """`error` as (class, subject, reason); without one the result stands behind the head."""

    error: tuple[str, str, str] | None = None
    cause: str = ""  # of a "broken": the error that no parser names
    is_tired: bool = False  # another child should read the next document
    sizes: tuple[int, ...] = ()


REQUEST, REPLY = TypeAdapter(Request), TypeAdapter(Reply)
Head = TypeVar("Head", Request, Reply)


class OversizedMessage(ValueError):
    """More than the reader is willing to take."""


def send_message(stream: BinaryIO, head: Request | Reply, parts: Sequence[bytes]) -> None:
    """Raises OSError when nobody listens."""
    sizes = tuple(len(part) for part in parts)
    adapter: TypeAdapter[Any] = REQUEST if isinstance(head, Request) else REPLY
    told = adapter.dump_json(replace(head, sizes=sizes))
    for piece in (_LENGTHS.pack(len(told), sum(sizes)), told, *parts):
        stream.write(piece)
    stream.flush()


def receive_message(stream: BinaryIO, adapter: TypeAdapter[Head], most: int) -> tuple[Head, list[bytes]]:
    """Raises EOFError when the stream ends, OversizedMessage, ValueError for what is no such message."""
    of_head, size = _LENGTHS.unpack(_exactly(stream, _LENGTHS.size))
    if of_head > MAX_HEAD or size > most:
        raise OversizedMessage(size)
    head = adapter.validate_json(_exactly(stream, of_head))
    if sum(head.sizes) != size or min(head.sizes, default=0) < 0:
        raise ValueError("the parts are not as long as the whole")
    return head, [_exactly(stream, length) for length in head.sizes]


def pack(task: Task[Result], result: Result) -> list[bytes]:
    """A result as JSON, contents of files apart."""
    if task is not MEMBERS:
        return [task.result.dump_json(result)]
    members: tuple[Fetched, ...] = result  # type: ignore[assignment]  # what MEMBERS gives
    bare = tuple(replace(member, content=b"") for member in members)
    return [MEMBERS.result.dump_json(bare), *(member.content for member in members)]


def unpack_parts(task: Task[Result], parts: Sequence[bytes]) -> Result:
    """The other way round. Raises ValueError for what is no such result."""
    if not parts:
        raise ValueError("no result")
    result = task.result.validate_json(parts[0])
    if task is MEMBERS:
        together = zip(result, parts[1:], strict=True)  # type: ignore[call-overload]  # a tuple of Fetched
        return tuple(replace(member, content=content) for member, content in together)  # type: ignore[return-value]
    return result


def lock_down(memory: int) -> None:
    """For the rest of this process: so many bytes of address space, and no sockets, programs or files to write.

    The kernel holds the limits. The refusals are for libraries that follow what a document refers to, not for a
    document that has taken over the process.
    """
    if sys.platform != "win32":
        for kind, most in (
            (resource.RLIMIT_AS, memory),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_NOFILE, OPEN_FILES),
        ):
            _limit(kind, most)
    sys.addaudithook(_refuse)


def main() -> None:
    """Reads requests until stdin ends."""
    memory = int(sys.argv[1])
    for number in (signal.SIGINT, signal.SIGTERM):  # both are meant for the parent, which ends its children itself
        signal.signal(number, signal.SIG_IGN)
    requests, replies = _own_pipes()
    logging.disable()
    detect("The ferry sails at nine.")  # its library unpacks its figures into a temporary file, only this once
    lock_down(memory)
    handled = 0
    while True:
        try:
            request, parts = receive_message(requests, REQUEST, sys.maxsize)
        except EOFError:
            return
        # A parent that was killed stops nobody: this process then ends itself, even inside a library's loop.
        faulthandler.dump_traceback_later(2 * request.patience + 1, exit=True)
        reply, result = _answer(request, b"".join(parts))
        faulthandler.cancel_dump_traceback_later()
        handled += request.fetched is not None
        is_tired = reply.is_tired or handled >= MAX_DOCUMENTS or _address_space() > memory // 2
        send_message(replies, replace(reply, is_tired=is_tired), result)


def _answer(request: Request, content: bytes) -> tuple[Reply, list[bytes]]:
    """Whatever a parser raises is an answer too."""
    subject = request.fetched.url if request.fetched else ""
    try:
        task = TASKS[request.task]
        if request.fetched is None:
            return _get_ready(task)
        argument = (task.argument(request.argument),) if task.argument else ()
        return Reply(), pack(task, task.load()(replace(request.fetched, content=content), *argument))
    except SourceError as error:
        return Reply((type(error).__name__, error.subject, error.reason)), []
    except BaseException as error:  # also what is no Exception: some libraries' panics
        is_out_of_memory = isinstance(error, MemoryError)
        return Reply(("UnreadableFile", subject, "broken"), _told(error), is_out_of_memory), []


def _get_ready(task: Task[Any]) -> tuple[Reply, list[bytes]]:
    media_type, content = task.sample
    argument = (task.argument("2026-03-02T09:00:00+00:00"),) if task.argument else ()
    function = task.load()
    if content:
        with contextlib.suppress(SourceError):  # a sample that a parser finds nothing in has warmed it all the same
            function(Fetched("https://ferries.example/a", content, media_type), *argument)
    return Reply(), []


def _told(error: BaseException) -> str:
    """One line for developers: what was raised, and where."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    told = f"{type(error).__name__}: {str(error)[:MAX_CAUSE]} in {Path(last.filename).name}:{last.lineno}"
    return told.encode("ascii", "backslashreplace").decode()[: 2 * MAX_CAUSE]


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Stdin and stdout for messages alone: what a library prints, even one in C, goes nowhere."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    os.close(nowhere)
    return requests, replies


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _limit(kind: int, most: int) -> None:
    """At most what somebody has already limited it to."""
    if sys.platform == "win32":
        return
    _, hard = resource.getrlimit(kind)
    bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(kind, (bound, bound))
    except (ValueError, OSError):  # a kernel that does not know this limit; the others hold
        return


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_REFUSED) or (event == "open" and _writes(*arguments[1:3])):
        raise PermissionError(event)


def _writes(mode: str | None, flags: int) -> bool:
    return bool(set(mode or "") & set("wax+")) or (flags > 0 and bool(flags & _WRITING))


def _address_space() -> int:
    """Bytes, now. The peak would not do: what is given for it counts the parent's, from before the program began."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # not a Linux
        return 0


if __name__ == "__main__":
    main()
