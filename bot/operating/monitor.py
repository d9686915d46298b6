"""GET /healthz, /readyz and /metrics, for whoever watches over the bot: on an address of their own.

/healthz  the process lives: its event loop has beaten within five seconds
/readyz   all is well, or what is out of order, by name
/metrics  figures, in Prometheus' words
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping

from aiohttp import web

from bot.config import Endpoint
from bot.operating.health import Health
from bot.operating.listening import Listener
from bot.operating.metrics import CONTENT_TYPE, Metrics, Standing
from bot.operating.pulse import Pulse
from bot.operating.stock import Stock

logger = logging.getLogger(__name__)

LIVELY_SECONDS = 5.0
STOCK_SECONDS = 15.0  # that figures may be old: counting a million rows takes a while, and scrapers come often


class Monitor:
    """The heartbeat, the looks, and the server that tells of both. `count` is sync, and called on a thread."""

    def __init__(self, endpoint: Endpoint | None, health: Health, metrics: Metrics, count: Callable[[], Stock]) -> None:
        self._endpoint, self._health, self._metrics, self._count = endpoint, health, metrics, count
        self._pulse = Pulse(metrics.lagged)
        self._running: list[asyncio.Task[None]] = []
        self._listener: Listener | None = None
        self._stock: Stock | None = None
        self._counted_at = 0.0
        self._counting = asyncio.Lock()

    async def start(self) -> None:
        """Without an endpoint it looks, for /status, and tells nobody. A port that is taken stops nobody's answers."""
        self._running = [asyncio.create_task(work()) for work in (self._pulse.run, self._health.run)]
        if self._endpoint is None:
            return
        listener = Listener(self._application(), self._endpoint)
        try:
            await listener.open()
        except OSError as error:
            logger.warning("FOOTNOTE_MONITOR: cannot listen at %s:%d (%s); the bot goes on", *self._endpoint, error)
            return
        self._listener = listener
        logger.info("health and metrics at http://%s:%d", self._endpoint.host, listener.port)

    async def close(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._listener is not None:
            await self._listener.close()

    @property
    def port(self) -> int | None:
        """Where it listens, if it does."""
        return None if self._listener is None else self._listener.port

    def _application(self) -> web.Application:
        application = web.Application()
        paths = {"/healthz": self._healthz, "/readyz": self._readyz, "/metrics": self._page}
        application.add_routes([web.get(path, handle) for path, handle in paths.items()])
        return application

    async def _healthz(self, _: web.Request) -> web.Response:
        age = self._pulse.age()
        return _told(age <= LIVELY_SECONDS, {"heartbeat": round(age, 3) if age < float("inf") else None})

    async def _readyz(self, _: web.Request) -> web.Response:
        condition = self._health.condition()
        return _told(not condition, {"degraded": dict(condition)})

    async def _page(self, _: web.Request) -> web.Response:
        health = self._health
        standing = Standing(not health.condition(), health.line(), health.vitals(), await self._stock_now())
        return web.Response(body=self._metrics.page(standing), headers={"Content-Type": CONTENT_TYPE})

    async def _stock_now(self) -> Stock:
        async with self._counting:
            if self._stock is None or time.monotonic() - self._counted_at > STOCK_SECONDS:
                self._stock, self._counted_at = await asyncio.to_thread(self._count), time.monotonic()
            return self._stock


def _told(good: bool, more: Mapping[str, object]) -> web.Response:
    return web.json_response({"status": "ok" if good else "degraded", **more}, status=200 if good else 503)
