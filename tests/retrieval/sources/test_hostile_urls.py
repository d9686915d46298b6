"""The shared list of hostile addresses, names, redirects and responses, each against the fetcher.

What the list says about an address happens here in earnest: names resolve to what it says, and public addresses lead to
a local server. Every address that is connected to is written down: none but the harmless ones may be among them.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import httpcore
import pytest

from retrieval.errors import AddressRefused, FetchFailed, SourceError
from retrieval.sources.limits import Limits
from retrieval.sources.types import Fetched
from retrieval.sources.web import GuardedFetcher
from tests.conftest import SHARED
from tests.retrieval.sources.pages import ANSWERS, Site, redirect, serving

LIST = SHARED / "hostile_urls.json" if SHARED else None
CASES: list[dict[str, Any]] = json.loads(LIST.read_text("utf-8")) if LIST and LIST.is_file() else []

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


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving({**ANSWERS, **{name: ANSWERS[ours] for name, ours in NAMES.items()}, **CHAIN}) as running:
        yield running


def of_kinds(*kinds: str) -> list[Any]:
    """The list's cases; one that skips when there is no list."""
    cases = [pytest.param(case, id=case["id"]) for case in CASES if case["kind"] in kinds]
    return cases or [
        pytest.param({}, marks=pytest.mark.skip(reason="the shared list of hostile addresses is not here"))
    ]


def fetched(case: dict[str, Any], site: Site) -> tuple[Fetched | SourceError, Lookups]:
    """What comes of the case, after making sure that no address was connected to that could do harm."""
    site.answers["/redir"] = redirect(case.get("location", "/ok"))
    lookups, recorder = Lookups(case.get("dns", [[PUBLIC]])), Recorder(site)
    outcome: Fetched | SourceError
    try:
        answer = GuardedFetcher(resolve=lookups, network=recorder, limits=LIMITS)(case["url"])
        assert isinstance(answer, Fetched)
        outcome = answer
    except SourceError as error:
        outcome = error
    finally:
        lookups.over.set()
    assert set(recorder.connected) <= HARMLESS
    return outcome, lookups


def fits(outcome: Fetched | SourceError, expected: str) -> bool:
    """Whether the outcome is what the list calls `expected`."""
    if expected in ("ALLOW", "ALLOW_ONE_LOOKUP"):
        return isinstance(outcome, Fetched)
    if expected == "REFUSE" and isinstance(outcome, AddressRefused):
        return True
    return isinstance(outcome, FetchFailed) and outcome.reason in REASONS[expected]


@pytest.mark.parametrize("case", of_kinds("url"))
def test_an_address_is_refused_by_its_spelling(case: dict[str, Any], site: Site) -> None:
    outcome, lookups = fetched(case, site)

    assert isinstance(outcome, AddressRefused if case["expect"] == "REFUSE" else Fetched)
    assert lookups.asked == []  # an IP address needs none, and a refused name gets none


@pytest.mark.parametrize("case", of_kinds("dns", "redirect"))
def test_a_name_or_redirect_leads_nowhere_harmful(case: dict[str, Any], site: Site) -> None:
    outcome, lookups = fetched(case, site)

    assert fits(outcome, case["expect"]), repr(outcome)
    if case["expect"] == "ALLOW_ONE_LOOKUP":
        assert len(lookups.asked) == 1


@pytest.mark.parametrize("case", of_kinds("response"))
def test_a_hostile_response_ends_in_its_reason(case: dict[str, Any], site: Site) -> None:
    begun = time.monotonic()
    outcome, _ = fetched(case, site)

    assert any(fits(outcome, expected) for expected in [case["expect"], *case.get("also", [])]), repr(outcome)
    assert time.monotonic() - begun < LIMITS.total + 0.5
