"""A web address -> its bytes, fetched so that no one can turn us against a private network or drown us.

    check_url | not sent away? | wait for a turn | look up, check, connect | redirect? again from the start | body

Each hop is a connection of its own, made by `CheckedBackend`: no cookies, no proxies, no keep-alive, HTTP/1.1.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

import httpcore

from retrieval.errors import FetchFailed
from retrieval.sources.addresses import AddressPolicy, Network
from retrieval.sources.bodies import read_body
from retrieval.sources.connections import CheckedBackend, Deadline, Resolve, resolve_host
from retrieval.sources.limits import DEFAULT_LIMITS, Limits
from retrieval.sources.politeness import Absences, fresh_for, retry_after
from retrieval.sources.turns import Turns
from retrieval.sources.types import Fetched, NotModified, Validators
from retrieval.sources.urls import WebAddress, check_url, redirected

USER_AGENT = "Footnote/0.1 (+https://footnote.example/bot)"

_ACCEPT = (
    "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/pdf;q=0.8, text/markdown;q=0.8, text/plain;q=0.8, "
    "application/epub+zip;q=0.7, application/vnd.openxmlformats-officedocument.wordprocessingml.document;q=0.7, "
    "application/gzip;q=0.7, application/zip;q=0.6"
)

_OK, _NOT_MODIFIED = 200, 304
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_TOO_MANY_REQUESTS = 429
_NOT_NOW = frozenset({_TOO_MANY_REQUESTS, 503})  # with which Retry-After may come
_REASONS = {
    401: "forbidden",
    403: "forbidden",
    451: "forbidden",
    404: "not found",
    410: "not found",
    _TOO_MANY_REQUESTS: "too many requests",
}
_SERVER_ERRORS = range(500, 600)

_LONGEST_VALIDATOR = 1000  # characters that we keep and send back

_NOTHING_HELD = Validators()


@dataclass(frozen=True, slots=True)
class _Redirect:
    to: WebAddress
    permanent: bool


class GuardedFetcher:
    """The port `Fetch`. May be called from several threads.

    `allowed_networks` are the operator's own: what lies there is reached although it is not public, on any port and
    under any name. `resolve` and `network` replace the system's resolver and sockets, for those who bring their own;
    `clock` gives seconds that only grow.
    """

    def __init__(
        self,
        allowed_networks: tuple[Network, ...] = (),
        *,
        resolve: Resolve | None = None,
        network: httpcore.NetworkBackend | None = None,
        limits: Limits = DEFAULT_LIMITS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._policy = AddressPolicy(allowed_networks)
        self._resolve = resolve or resolve_host
        self._network = network or httpcore.SyncBackend()
        self._limits = limits
        self._turns = Turns(limits)
        self._absences = Absences(clock)

    def __call__(self, url: str, validators: Validators = _NOTHING_HELD) -> Fetched | NotModified:
        """Raises AddressRefused and FetchFailed; their subject is the address as given, or a redirect's."""
        address, deadline, permanent = check_url(url), None, True
        for hop in range(self._limits.redirects + 1):
            self._ask_leave(address)
            with (
                _failures_named(address),
                self._turns.turn(address.host, deadline.left() if deadline else self._limits.queue),
            ):
                deadline = deadline or Deadline(self._limits.total)  # waiting for the first turn does not count
                outcome = self._visit(address, validators, deadline)
            if not isinstance(outcome, _Redirect):
                return replace(outcome, moved=outcome.url if hop and permanent else None)
            address, permanent = outcome.to, permanent and outcome.permanent
        raise FetchFailed(url, "too many redirects")

    def _ask_leave(self, address: WebAddress) -> None:
        """Raises FetchFailed while the host wants us to stay away."""
        left = self._absences.left(address.host)
        if left is not None:
            raise FetchFailed(address.given, "too many requests", _TOO_MANY_REQUESTS, left)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """The system's certificates and certifi's. Made when first needed, since it takes some 50 ms."""
        return httpcore.default_ssl_context()

    def _visit(
        self, address: WebAddress, validators: Validators, deadline: Deadline
    ) -> Fetched | NotModified | _Redirect:
        self._ask_leave(address)  # again: others may have been told while we waited for a turn
        backend = CheckedBackend(address, self._policy, self._resolve, self._network, deadline)
        origin = httpcore.Origin(address.scheme.encode(), address.host.encode(), address.port)
        tls = self._tls if address.scheme == "https" else None
        waits = {"connect": self._limits.connect, "read": self._limits.read, "write": self._limits.read}
        url = httpcore.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=address.target)
        with (
            httpcore.HTTPConnection(origin, ssl_context=tls, network_backend=backend) as connection,
            connection.stream(
                "GET", url, headers=_asked(address, validators), extensions={"timeout": waits}
            ) as response,
        ):
            backend.head_arrived()
            headers, now = _read_headers(response.headers), datetime.now(UTC)
            if response.status == _NOT_MODIFIED and validators != _NOTHING_HELD:
                return NotModified(address.url, fresh_for=fresh_for(headers, now))
            if response.status in _REDIRECTS and "location" in headers:
                return _Redirect(redirected(address, headers["location"]), response.status in _PERMANENT)
            if response.status != _OK:
                raise self._failure(address, response.status, headers, now)
            body = read_body(address.given, headers, response.iter_stream(), self._limits)
        held = Validators(_sendable(headers.get("etag")), _sendable(headers.get("last-modified")))
        return Fetched(
            address.url, body.content, body.media_type, body.charset, held, fresh_for=fresh_for(headers, now)
        )

    def _failure(self, address: WebAddress, status: int, headers: Mapping[str, str], now: datetime) -> FetchFailed:
        """What to raise; a host that tells when to come again is not asked before."""
        wait = retry_after(headers, now) if status in _NOT_NOW else None
        if wait:
            self._absences.stay_away(address.host, wait)
        return FetchFailed(address.given, _reason(status), status, wait)


@contextmanager
def _failures_named(address: WebAddress) -> Iterator[None]:
    """The library's errors -> FetchFailed with a reason."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise FetchFailed(address.given, "timeout") from error
    except httpcore.ConnectError as error:
        reason = "tls" if isinstance(error.__cause__, ssl.SSLError) else "unreachable"
        raise FetchFailed(address.given, reason) from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise FetchFailed(address.given, "bad response") from error


def _asked(address: WebAddress, validators: Validators) -> list[tuple[str, str]]:
    headers: dict[str, str | None] = {
        "Host": address.authority,
        "User-Agent": USER_AGENT,
        "Accept": _ACCEPT,
        "Accept-Encoding": "gzip",
        "Connection": "close",
    }
    conditions = {"If-None-Match": _sendable(validators.etag), "If-Modified-Since": _sendable(validators.last_modified)}
    return [(name, value) for name, value in (headers | conditions).items() if value]


def _read_headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Lower case names; a header that came twice is one with a comma (RFC 9110)."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name, value = raw_name.decode("latin-1").lower(), _text(raw_value)
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _text(value: bytes) -> str:
    """Header bytes are UTF-8 nowadays where they are not ASCII, and otherwise what the standard once said."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _sendable(validator: str | None) -> str | None:
    """A validator that can stand in a request as it is, or None."""
    fits = validator and len(validator) <= _LONGEST_VALIDATOR and validator.isascii() and validator.isprintable()
    return validator if fits else None


def _reason(status: int) -> str:
    return "server error" if status in _SERVER_ERRORS else _REASONS.get(status, "unexpected status")
