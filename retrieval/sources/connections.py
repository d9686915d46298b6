"""A checked web address -> an open connection to a checked IP address, within time and header limits.

The name is looked up once, here, and the connection goes to what was looked up: between check and connection there is
no second look-up that a hostile name server could answer differently (DNS rebinding). Redirects pass here too.
"""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address

import httpcore

from retrieval.errors import AddressRefused, FetchFailed
from retrieval.sources.addresses import Address, AddressPolicy
from retrieval.sources.urls import WebAddress

Resolve = Callable[[str], Sequence[str]]
"""A host name -> its IP addresses as text, best first. Raises OSError when there are none."""

MAX_HEAD = 256 * 1024  # bytes before a response has begun: ends an endless run of "100 Continue"
MAX_ATTEMPTS = 4  # addresses of one name that are tried; each gets a fair share of the time to connect


def resolve_host(host: str) -> list[str]:
    """What the system's resolver says."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Deadline:
    """A point in time by which a whole fetch must be over."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self, most: float | None = None) -> float:
        """Seconds left, at most `most`. Raises httpcore.ReadTimeout when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if most is None else min(left, most)


class CheckedBackend(httpcore.NetworkBackend):
    """Opens the one connection for one request. Everything read and written over it keeps to the deadline."""

    def __init__(
        self,
        address: WebAddress,
        policy: AddressPolicy,
        resolve: Resolve,
        network: httpcore.NetworkBackend,
        deadline: Deadline,
    ) -> None:
        self._address = address
        self._policy = policy
        self._resolve = resolve
        self._network = network
        self.deadline = deadline
        self._head_left: int | None = MAX_HEAD

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        connecting = Deadline(self.deadline.left(timeout))
        addresses = self._checked(connecting)[:MAX_ATTEMPTS]
        failure: Exception = httpcore.ConnectError("no address")
        for place, address in enumerate(addresses):
            share = connecting.left() / (len(addresses) - place)
            try:
                stream = self._network.connect_tcp(str(address), port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self)
        raise failure

    def head_arrived(self) -> None:
        """From here on the body's own limits count."""
        self._head_left = None

    def count(self, received: int) -> None:
        """Raises httpcore.RemoteProtocolError when the head does not end."""
        if self._head_left is None:
            return
        self._head_left -= received
        if self._head_left < 0:
            raise httpcore.RemoteProtocolError("head too long")

    def _checked(self, connecting: Deadline) -> list[Address]:
        """The addresses to try; refused as a whole if one of them is not allowed, since any could be picked."""
        asked = self._address
        if asked.needs_own and not self._policy.allowed:
            raise AddressRefused(asked.given, asked.needs_own)
        addresses = [asked.literal] if asked.literal else self._look_up(connecting)
        if not all(map(self._policy.permits, addresses)):
            raise AddressRefused(asked.given, "not public")
        if asked.needs_own and not all(map(self._policy.owns, addresses)):
            raise AddressRefused(asked.given, asked.needs_own)
        return addresses

    def _look_up(self, connecting: Deadline) -> list[Address]:
        # The system's resolver takes no time limit and cannot be stopped, so it is left behind in a thread of its own.
        answer: queue.SimpleQueue[list[Address] | Exception] = queue.SimpleQueue()
        threading.Thread(target=lambda: answer.put(_addresses(self._resolve, self._address.host)), daemon=True).start()
        try:
            found = answer.get(timeout=connecting.left())
        except queue.Empty as error:
            raise httpcore.ConnectTimeout from error
        if isinstance(found, Exception):
            raise FetchFailed(self._address.given, "no such host") from found
        if not found:
            raise FetchFailed(self._address.given, "no such host")
        return found


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every wait ends with the deadline, so that a byte now and then cannot keep it open."""

    def __init__(self, inner: httpcore.NetworkStream, backend: CheckedBackend) -> None:
        self._inner = inner
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        received = self._inner.read(max_bytes, self._backend.deadline.left(timeout))
        self._backend.count(len(received))
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._backend.deadline.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = self._backend.deadline.left(timeout)
        return _TimedStream(self._inner.start_tls(ssl_context, server_hostname, left), self._backend)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


def _addresses(resolve: Resolve, host: str) -> list[Address] | Exception:
    try:
        return [ip_address(text) for text in resolve(host)]
    except (OSError, ValueError) as error:  # ValueError: not an address, or a name that the resolver cannot encode
        return error
