"""A web address -> its bytes, fetched so that no one can turn us against a private network or drown us.

    check_url | wait for a turn | look up, check, connect | redirect? again from the start | bounded body

Each hop is a connection of its own, made by `CheckedBackend`: no cookies, no proxies, no keep-alive, HTTP/1.1.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property

import httpcore

from retrieval.errors import FetchFailed
from retrieval.sources.addresses import AddressPolicy, Network
from retrieval.sources.bodies import read_body
from retrieval.sources.connections import CheckedBackend, Deadline, Resolve, resolve_host
from retrieval.sources.limits import DEFAULT_LIMITS, Limits
from retrieval.sources.turns import Turns
from retrieval.sources.types import Fetched, NotModified, Validators
from retrieval.sources.urls import WebAddress, check_url, redirected

USER_AGENT = "Footnote/0.1 (+https://footnote.example/bot)"

_ACCEPT = (
    "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/pdf;q=0.8, text/markdown;q=0.8, text/plain;q=0.8"
)

_OK, _NOT_MODIFIED = 200, 304
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REASONS = {
    401: "forbidden",
    403: "forbidden",
    451: "forbidden",
    404: "not found",
    410: "not found",
    429: "too many requests",
}
_SERVER_ERRORS = range(500, 600)

_LONGEST_VALIDATOR = 1000  # characters that we keep and send back

_NOTHING_HELD = Validators()


class GuardedFetcher:
    """The port `Fetch`. May be called from several threads.

    `allowed_networks` are the operator's own: what lies there is reached although it is not public, on any port and
    under any name. `resolve` and `network` replace the system's resolver and sockets, for those who bring their own.
    """

    def __init__(
        self,
        allowed_networks: tuple[Network, ...] = (),
        *,
        resolve: Resolve | None = None,
        network: httpcore.NetworkBackend | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._policy = AddressPolicy(allowed_networks)
        self._resolve = resolve or resolve_host
        self._network = network or httpcore.SyncBackend()
        self._limits = limits
        self._turns = Turns(limits)

    def __call__(self, url: str, validators: Validators = _NOTHING_HELD) -> Fetched | NotModified:
        """Raises AddressRefused and FetchFailed; their subject is the address as given, or a redirect's."""
        address, deadline = check_url(url), None
        for _ in range(self._limits.redirects + 1):
            with (
                _failures_named(address),
                self._turns.turn(address.host, deadline.left() if deadline else self._limits.queue),
            ):
                deadline = deadline or Deadline(self._limits.total)  # waiting for the first turn does not count
                outcome = self._visit(address, validators, deadline)
            if not isinstance(outcome, WebAddress):
                return outcome
            address = outcome
        raise FetchFailed(url, "too many redirects")

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """The system's certificates and certifi's. Made when first needed, since it takes some 50 ms."""
        return httpcore.default_ssl_context()

    def _visit(
        self, address: WebAddress, validators: Validators, deadline: Deadline
    ) -> Fetched | NotModified | WebAddress:
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
            if response.status == _NOT_MODIFIED and validators != _NOTHING_HELD:
                return NotModified(address.url)
            return self._understood(address, response)

    def _understood(self, address: WebAddress, response: httpcore.Response) -> Fetched | WebAddress:
        headers = _read_headers(response.headers)
        if response.status in _REDIRECTS and "location" in headers:
            return redirected(address, headers["location"])
        if response.status != _OK:
            raise FetchFailed(address.given, _reason(response.status), response.status)
        body = read_body(address.given, headers, response.iter_stream(), self._limits)
        validators = Validators(_sendable(headers.get("etag")), _sendable(headers.get("last-modified")))
        return Fetched(address.url, body.content, body.media_type, body.charset, validators)


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
