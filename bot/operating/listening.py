"""Handlers of HTTP requests -> a server at an address, until it is closed."""

from __future__ import annotations

from aiohttp import web

from bot.config import Endpoint

CLOSE_SECONDS = 3.0  # for requests that are in hand
LINGER_SECONDS = 1.0  # for a body that nobody wants any more


class Listener:
    """Serves an application. `port` is the one that it has got, also where 0 was asked for."""

    def __init__(self, application: web.Application, endpoint: Endpoint) -> None:
        self._runner = web.AppRunner(
            application, access_log=None, handle_signals=False, shutdown_timeout=CLOSE_SECONDS,
            lingering_time=LINGER_SECONDS, auto_decompress=False,  # nobody we listen to packs what he sends
        )  # fmt: skip
        self._endpoint = endpoint
        self._site: web.TCPSite | None = None
        self.port = endpoint.port

    async def open(self) -> None:
        """Raises OSError when it cannot listen there."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._endpoint.host, self._endpoint.port)
        try:
            await site.start()
        except OSError:
            await self._runner.cleanup()
            raise
        self._site = site
        self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Lets nobody in any more, finishes what is in hand, and lets go of the port."""
        if self._site is not None:
            await self._runner.cleanup()
            self._site = None
