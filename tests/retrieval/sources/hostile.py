"""A hostile case -> what comes of it, and to whom the fetcher connected. Shared by the tests and a benchmark.

A case is a row of a list: `url`; `dns`, what its name resolves to, one answer for each look-up; `location`, to where
/redir leads; `expect` and `also`, the verdicts that are right. Names resolve to what the case says, and every address
leads to a local server, which answers as the case's path tells. What is connected to is written down.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpcore

from retrieval.errors import AddressRefused, FetchFailed, SourceError
from retrieval.sources.limits import Limits
from retrieval.sources.types import Fetched
from retrieval.sources.web import GuardedFetcher
from tests.retrieval.sources.pages import ANSWERS, Site, redirect, serving

Case = dict[str, Any]

PUBLIC = "93.184.215.14"
HARMLESS = {PUBLIC, "1.1.1.1", "8.8.8.8", "9.9.9.9", "2606:4700:4700::1111"}
LIMITS = Limits(connect=0.5, read=0.4, total=1.0)

# What the list calls a failure -> the fetcher's reasons for it.
REASONS = {
    "REFUSE": {"no such host", "timeout", "too many redirects"},  # beside AddressRefused
    "TOO_LARGE": {"too large"},
    "BAD_ENCODING": {"bad encoding"},
    "BAD_TYPE": {"not text"},
    "EMPTY": {"empty"},
    "TIMEOUT": {"timeout"},
    "PROTOCOL": {"bad response"},
    "CONNECT": {"unreachable"},
    "HTTP_STATUS": {"not found", "forbidden", "too many requests", "server error", "unexpected status"},
}

# The list's names of answers -> ours, where they differ.
NAMES = {
    "/ok-gzip": "/gzip",
    "/ok-feed": "/feed",
    "/redir-self": "/to-ok",
    "/big-length": "/claims-10-gb",
    "/big-stream": "/endless",
    "/big-lie": "/endless-after-length",
    "/gzip-bomb": "/bomb-endless",
    "/gzip-bomb-small": "/bomb",
    "/gzip-nested": "/gzip-in-gzip",
    "/br": "/brotli",
    "/zstd": "/zstandard",
    "/trunc-gzip": "/gzip-cut",
    "/slow-headers": "/silent",
    "/drip-headers": "/drip-head",
    "/stall-body": "/half",
    "/te-cl": "/length-and-chunks",
    "/exe": "/program",
    "/video": "/film",
    "/no-type": "/page-untyped",
    "/elf-as-html": "/program-as-page",
    "/nul-html": "/nul",
    "/100-flood": "/continue",
    "/set-cookie-redir": "/cookie",
    "/chain/6": "/ok",
}
CHAIN = {f"/chain/{number}": redirect(f"/chain/{number + 1}") for number in range(1, 6)}


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of a case."""

    outcome: Fetched | SourceError
    asked: list[str]  # of the resolver
    connected: list[str]
    seconds: float

    def harmful(self, case: Case) -> set[str]:
        """Addresses that were connected to and may not have been. The verdict is the list's, not our own table's."""
        return set() if case["expect"].startswith("ALLOW") else set(self.connected) - HARMLESS

    def is_as_listed(self, case: Case) -> bool:
        """Whether it ended as the list says, or in another way that the list calls right."""
        return any(_fits(self, expected) for expected in [case["expect"], *case.get("also", [])])


class Lookups:
    """A resolver that gives the listed answers one after the other, and the last one from then on."""

    def __init__(self, answers: Sequence[list[str] | str]) -> None:
        self._answers = answers
        self.asked: list[str] = []
        self.over = threading.Event()

    def __call__(self, host: str) -> list[str]:
        self.asked.append(host)
        answer = self._answers[min(len(self.asked), len(self._answers)) - 1]
        if answer == "SLOW":
            self.over.wait(60)
        if isinstance(answer, str):
            raise socket.gaierror(socket.EAI_NONAME, answer)
        return answer


class Recorder(httpcore.NetworkBackend):
    """Connects to the local site whatever the address, and writes the address down."""

    def __init__(self, site: Site) -> None:
        self._port = site.port
        self._sockets = httpcore.SyncBackend()
        self.connected: list[str] = []

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, *_: object) -> httpcore.NetworkStream:
        self.connected.append(host)
        return self._sockets.connect_tcp("127.0.0.1", self._port, timeout)


def read_cases(path: Path) -> list[Case]:
    """A list of cases in JSON."""
    cases: list[Case] = json.loads(path.read_text("utf-8"))
    return cases


@contextmanager
def hostile_site() -> Iterator[Site]:
    """The local server, which answers by our names and by the list's."""
    with serving({**ANSWERS, **{name: ANSWERS[ours] for name, ours in NAMES.items()}, **CHAIN}) as site:
        yield site


def has_answer(case: Case, site: Site) -> bool:
    """Whether the server knows what the case's response should be."""
    return case["kind"] != "response" or urlsplit(case["url"]).path in site.answers


def visit(case: Case, site: Site) -> Visit:
    """One case against a fetcher of its own."""
    site.answers["/redir"] = redirect(case.get("location", "/ok"))
    lookups, recorder = Lookups(case.get("dns", [[PUBLIC]])), Recorder(site)
    begun = time.monotonic()
    outcome: Fetched | SourceError
    try:
        answer = GuardedFetcher(resolve=lookups, network=recorder, limits=LIMITS)(case["url"])
        assert isinstance(answer, Fetched)
        outcome = answer
    except SourceError as error:
        outcome = error
    finally:
        lookups.over.set()
    return Visit(outcome, lookups.asked, recorder.connected, time.monotonic() - begun)


def _fits(seen: Visit, expected: str) -> bool:
    outcome = seen.outcome
    if expected in ("ALLOW", "ALLOW_ONE_LOOKUP"):
        return isinstance(outcome, Fetched) and (expected == "ALLOW" or len(seen.asked) == 1)
    if expected == "REFUSE" and isinstance(outcome, AddressRefused):
        return True
    return isinstance(outcome, FetchFailed) and outcome.reason in REASONS.get(expected, ())
