"""A page's address -> refused when its site's robots.txt asks us not to fetch it; and the sitemaps named there.

    check_url | robots.txt of the origin, remembered | the groups for us or for everybody | Protego

RFC 9309. Feeds are made to be fetched and need no check. A crawl delay is not obeyed: we take pages one by one, as
people ask for them or a feed names them, and at most two at once.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urljoin

from protego import Protego

from retrieval.errors import AddressRefused, FetchFailed
from retrieval.sources.types import Fetch, Fetched, Validators
from retrieval.sources.urls import WebAddress, check_url

AGENT = "footnote"  # what a robots.txt calls us, in any case

MAX_BYTES = 512 * 1024  # that are read, the rest is not; the RFC asks for 500 KiB at least
MAX_RULES = 5_000  # for us, in one file; a check of so many hostile ones takes a tenth of a second
MAX_RULE = 4_096  # characters; no address that we fetch is half as long
MAX_SITEMAPS = 50

KNOWN_FOR = 86_400.0  # seconds; the RFC's most
DOWN_FOR = 600.0  # seconds until a site that had a server error is asked again
UNREACHED_FOR = 60.0
MOST_SITES = 1_000
MOST_RULES = 100_000  # over all sites: some 40 MB

_AGENT_LINE = re.compile(r"\s*user[- ]?agent\s*:?\s*(\*|[a-z_-]*)", re.ASCII | re.IGNORECASE)
_SITE_LINE = re.compile(r"\s*(?:site-?maps?|host)\b", re.ASCII | re.IGNORECASE)  # stands outside of all groups
_SITEMAP = re.compile(r"^[ \t]*site-?maps?[ \t]*:[ \t]*(\S+)", re.ASCII | re.IGNORECASE | re.MULTILINE)

_TOO_MANY = 429
_SERVER_ERRORS = range(500, 600)
_NO_RULES = frozenset({"not text", "empty", "bad encoding", "too large", "unexpected status"})  # whatever it has there


@dataclass(frozen=True, slots=True)
class _Rules:
    """What a site's robots.txt says, for as long as we believe it."""

    until: float
    parsed: Protego | None = None  # None: everything is allowed
    size: int = 0  # rules
    sitemaps: tuple[str, ...] = ()
    error: int | None = None  # the status by which the server said that it cannot answer now


@dataclass(slots=True)
class _Site:
    """The lock is held while robots.txt is fetched: once for all who wait."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    rules: _Rules | None = None


class Robots:
    """Knows what sites ask of us. Thread-safe. `clock` gives seconds that only grow."""

    def __init__(self, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch, self._clock = fetch, clock
        self._sites: OrderedDict[str, _Site] = OrderedDict()  # by origin, the last asked for at the end
        self._lock = threading.Lock()

    def check(self, url: str) -> None:
        """Raises FetchFailed: "robots" when the page is forbidden, "server error" while nobody can say; AddressRefused.

        A site that cannot be reached is not judged here: the page's own fetch will tell.
        """
        address = check_url(url)
        rules = self._rules(address)
        if rules.error is not None:
            raise FetchFailed(url, "server error", rules.error)
        if rules.parsed is not None and not rules.parsed.can_fetch(address.url, AGENT):
            raise FetchFailed(url, "robots")

    def sitemaps(self, url: str) -> tuple[str, ...]:
        """The sitemaps that the site of this address names, in its order; none if it cannot be asked."""
        return self._rules(check_url(url)).sitemaps

    def _rules(self, address: WebAddress) -> _Rules:
        site = self._site(f"{address.scheme}://{address.authority}")
        with site.lock:
            if site.rules is None or site.rules.until <= self._clock():
                site.rules = self._load(address)
                self._forget_some()
            return site.rules

    def _site(self, origin: str) -> _Site:
        with self._lock:
            site = self._sites.setdefault(origin, _Site())
            self._sites.move_to_end(origin)
            return site

    def _forget_some(self) -> None:
        """Those asked for longest ago, until the rest may stay."""
        with self._lock:
            sizes = [(origin, site.rules.size if site.rules else 0) for origin, site in self._sites.items()]
            sites, rules = len(sizes), sum(size for _, size in sizes)
            for origin, size in sizes[:-1]:
                if sites <= MOST_SITES and rules <= MOST_RULES:
                    break
                del self._sites[origin]
                sites, rules = sites - 1, rules - size

    def _load(self, address: WebAddress) -> _Rules:
        try:
            fetched = self._fetch(urljoin(address.url, "/robots.txt"), Validators())
        except FetchFailed as failure:
            return self._without(failure)
        except AddressRefused:  # so is the page's own address, or it was a redirect
            return _Rules(self._clock() + UNREACHED_FOR)
        if not isinstance(fetched, Fetched):
            raise AssertionError("a fetch without validators cannot be told that nothing changed")
        text = fetched.content[:MAX_BYTES].decode("utf-8-sig", "replace")
        lines = list(islice(_lines_for_us(text), MAX_RULES))
        return _Rules(
            self._clock() + KNOWN_FOR, Protego.parse("\n".join(lines)), len(lines), _sitemaps(fetched.url, text)
        )

    def _without(self, failure: FetchFailed) -> _Rules:
        status = failure.status or 0
        if status in _SERVER_ERRORS:
            return _Rules(self._clock() + DOWN_FOR, error=status)
        has_none = failure.reason in _NO_RULES or (400 <= status < 500 and status != _TOO_MANY)
        return _Rules(self._clock() + (KNOWN_FOR if has_none else UNREACHED_FOR))


def _lines_for_us(text: str) -> Iterator[str]:
    """The groups that name us or everybody: what Protego does grows with agents times rules, and a hostile file has
    many of both.
    """
    ours, naming = False, False
    for line in text.splitlines():
        bare = line.partition("#")[0].strip()
        agent = _AGENT_LINE.match(bare)
        if agent:
            meant = agent[1].lower() in {"*", AGENT}
            ours, naming = meant or (ours and naming), True
            if meant:
                yield f"User-agent: {agent[1]}"
        elif bare and not _SITE_LINE.match(bare):
            naming = False
            if ours and len(bare) <= MAX_RULE:
                yield bare


def _sitemaps(base: str, text: str) -> tuple[str, ...]:
    named = [urljoin(base, found[1]) for found in islice(_SITEMAP.finditer(text), MAX_SITEMAPS)]
    return tuple(dict.fromkeys(url for url in named if _is_address(url)))


def _is_address(url: str) -> bool:
    try:
        check_url(url)
    except AddressRefused:
        return False
    return True
