"""A request over HTTP that may come from Telegram -> a status: 200 once its update is written down.

    path, method, secret | body, as far as we read it | update | journal | queue | 200

Whatever is not 200 is sent again by Telegram, for as long as it keeps an update. Nothing of a request is logged.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from aiohttp import ClientError, web
from telegram import Bot, Update

from bot.incoming.inbox import Inbox

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 a header's name
MOST_BYTES = 1_000_000  # of an update; Telegram's own are a few thousand
BODY_SECONDS = 10.0  # for all of it, however it trickles
LARGEST_ID = 2**63 - 1
RETRY_AFTER = "5"  # seconds, where we have no room


class Gate(NamedTuple):
    """Where Telegram comes in, by what it is known, and how long it may take to say what it wants."""

    path: str
    secret: str
    seconds: float = BODY_SECONDS


class Posts:
    """Takes updates for the application's queue."""

    def __init__(self, gate: Gate, inbox: Inbox, bot: Bot, put: Callable[[Update], Awaitable[None]]) -> None:
        self._gate, self._inbox, self._bot, self._put = gate, inbox, bot, put

    def application(self) -> web.Application:
        """Everything goes through one door."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self.receive)
        return application

    async def receive(self, request: web.Request) -> web.Response:
        """The body of a request is not read before it is known whose it is."""
        status = self._stranger(request) or await self._taken(request)
        response = web.Response(status=status)
        if status != 200:
            response.force_close()
        if status == 503:
            response.headers["Retry-After"] = RETRY_AFTER
        return response

    def _stranger(self, request: web.Request) -> int | None:
        """Why it is not let in."""
        if request.path != self._gate.path:
            return 404
        if request.method != "POST":
            return 405
        given = request.headers.getall(SECRET_HEADER, [])
        told = given[0].encode("utf-8", "surrogateescape") if len(given) == 1 else b""
        return None if hmac.compare_digest(told, self._gate.secret.encode()) else 403

    async def _taken(self, request: web.Request) -> int:
        if self._inbox.is_full():
            return 503
        body = await _read(request, self._gate.seconds)
        if isinstance(body, int):
            return body
        update = understood(body, self._bot)
        if update is None:
            logger.warning("somebody who knows the webhook's secret sent what is no update: bytes=%d", len(body))
            return 400
        return await self._written(update)

    async def _written(self, update: Update) -> int:
        try:
            await self._inbox.take([update])
        except Exception:
            logger.exception("update %d could not be written down; Telegram keeps it", update.update_id)
            return 503
        self._inbox.contact.note()
        await self._put(update)
        return 200


async def _read(request: web.Request, seconds: float) -> bytes | int:
    """The body, or the status of a request that has too much of it, or takes too long."""
    if (request.content_length or 0) > MOST_BYTES:
        return 413
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for piece in request.content.iter_any():
                body += piece
                if len(body) > MOST_BYTES:
                    return 413
    except TimeoutError:
        return 408
    except (ClientError, ConnectionError, web.RequestPayloadError):  # it broke off
        return 400
    return bytes(body)


def understood(body: bytes, bot: Bot) -> Update | None:
    """What the library makes of it; None where it is no update."""
    try:
        told: Any = json.loads(body)
        number = told["update_id"]
        if type(number) is not int or not 0 <= number <= LARGEST_ID:
            return None
        return Update.de_json(told, bot)
    except Exception:  # no JSON, no object, nested without end, fields of other kinds
        return None
