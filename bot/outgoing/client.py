"""A request of the Bot API -> Telegram's answer over HTTP; and where none came, whether the request may have arrived.

    a free connection | connect | write | read

Telegram's library has a client of its own; this one does the same on the event loop in a fraction of the time. Its
errors say what a message's fate hangs on: what is `Unsent` may be sent again, what is `Severed` may have been taken.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MEDIA_SECONDS = 20.0  # to write a file, where nobody says how long; the library's own
CLOSE_SECONDS = 1.0  # for connections to be gone; one with bytes that nobody takes never is

_BEFORE = (  # what aiohttp raises before it writes anything of a request
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)


class Unsent(Exception):
    """Nothing of the request was written."""


class Severed(Exception):
    """The request was begun, and may have arrived."""


@dataclass(frozen=True, slots=True)
class _Waits:
    """Seconds; None: without end. `write` is for the whole of a request, `read` for each piece of the answer."""

    read: float | None
    write: float | None
    connect: float | None
    pool: float | None  # for a connection to be free

    @property
    def answer(self) -> float | None:
        """Until the answer begins."""
        parts = (self.connect, self.write, self.read)
        return None if None in parts else sum(part for part in parts if part is not None)


class TelegramClient(BaseRequest):
    """At most `pool` requests at a time. After `shutdown` it may be initialised again."""

    def __init__(
        self,
        pool: int,
        read_timeout: float | None = 5.0,
        write_timeout: float | None = 5.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 1.0,
    ) -> None:
        self._pool = pool
        self._usual = _Waits(read_timeout, write_timeout, connect_timeout, pool_timeout)
        self._session: aiohttp.ClientSession | None = None
        self._free = asyncio.Semaphore(pool)

    @property
    def read_timeout(self) -> float | None:
        """The usual one."""
        return self._usual.read

    async def initialize(self) -> None:
        """As the library's: nothing, where it is initialised."""
        if self._session is not None:
            return
        self._free = asyncio.Semaphore(self._pool)  # the old one's may be held by the dead
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=_trust()),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self.USER_AGENT},
        )

    async def shutdown(self) -> None:
        """Closes all connections, whatever is under way."""
        session, self._session = self._session, None
        if session is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await session.close()

    async def do_request(  # noqa: PLR0913 the library's
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body. Raises TimedOut or NetworkError, from Unsent or Severed."""
        has_files = request_data is not None and request_data.contains_files
        waits = _Waits(
            _decided(read_timeout, self._usual.read),
            _decided(write_timeout, MEDIA_SECONDS if has_files else self._usual.write),
            _decided(connect_timeout, self._usual.connect),
            _decided(pool_timeout, self._usual.pool),
        )
        body = None if request_data is None else _body(request_data)
        free = await self._freed(waits.pool)
        try:
            await _look_up()
            return await self._exchanged(method, url, body, waits)
        except (aiohttp.ClientError, OSError) as error:
            failure, cause = _told(error)
        finally:
            free.release()
        raise failure from cause  # here, for aiohttp's own error holds the address, and that the token

    async def _freed(self, seconds: float | None) -> asyncio.Semaphore:
        free = self._free
        try:
            async with asyncio.timeout(seconds):
                await free.acquire()
        except TimeoutError:
            raise TimedOut("no free connection") from Unsent("no free connection")
        return free

    async def _exchanged(
        self, method: str, url: str, body: bytes | aiohttp.FormData | None, waits: _Waits
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise RuntimeError("the client is not initialised")
        requested = self._session.request(
            method,
            url,
            data=body,
            headers=FORM if isinstance(body, bytes) else None,
            allow_redirects=False,
            proxy=_proxy_for(url),
            timeout=aiohttp.ClientTimeout(connect=waits.connect, sock_read=waits.read),
        )
        async with asyncio.timeout(waits.answer):  # aiohttp does not bound the writing
            answer = await requested
        async with answer:
            return answer.status, await answer.read()


async def _look_up() -> None:
    """Twice around the loop: it learns which connections were closed while it was busy, and uses none of them."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def _decided(asked: Any, usual: float | None) -> float | None:
    return usual if asked is BaseRequest.DEFAULT_NONE else asked


def _body(data: RequestData) -> bytes | aiohttp.FormData | None:
    fields: Mapping[str, str] = data.json_parameters
    if not data.contains_files:
        return urlencode(fields).encode() or None
    form = aiohttp.FormData(quote_fields=False)  # Telegram shows names of files as they are written
    for name, value in fields.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in data.multipart_data.items():
        piecewise = BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, piecewise, filename=filename, content_type=kind)
    return form


def _told(error: Exception) -> tuple[TelegramError, Exception]:
    """What the library expects, and what became of the request."""
    name = type(error).__name__
    # The others may hold the address; these have the host and what the system said, which an operator can mend.
    said = f"{name}: {error}" if isinstance(error, aiohttp.ClientConnectorError) else name
    failure = TimedOut(said) if isinstance(error, TimeoutError) else NetworkError(said)
    return failure, Unsent(name) if isinstance(error, _BEFORE) else Severed(name)


def _proxy_for(url: str) -> str | None:
    parts = urlsplit(url)
    proxy = _proxy_to(parts.scheme, parts.hostname or "")
    if proxy is not None and urlsplit(proxy).scheme not in ("http", "https"):
        raise NetworkError("a proxy that speaks no HTTP") from Unsent("a proxy that speaks no HTTP")
    return proxy


@cache
def _proxy_to(scheme: str, host: str) -> str | None:
    """What the environment names."""
    named = getproxies()
    proxy = named.get(scheme) or named.get("all")
    if not proxy or proxy_bypass(host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


@cache
def _trust() -> ssl.SSLContext:
    """The authorities that we bring with us, or that SSL_CERT_FILE names: a small machine may have none of its own."""
    return httpx.create_ssl_context()
