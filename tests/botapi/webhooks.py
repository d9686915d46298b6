"""setWebhook, deleteWebhook, getWebhookInfo; and the updates, brought to the bot over HTTP until it takes them.

Telegram speaks to an https address; in front of the bot stands somebody who takes the TLS off, which is `via`: the
address that the bot itself listens at.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse

from tests.botapi.faults import Refused
from tests.botapi.state import Json, State

PORTS = (443, 80, 88, 8443)
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 a header's name
FIRST_WAIT, LONGEST_WAIT = 0.05, 1.0  # until an update is brought again; with Telegram it is longer
BRINGING_SECONDS = 20.0
PARAMETERS = {"url", "secret_token", "allowed_updates", "max_connections", "drop_pending_updates"}


class Webhooks:
    """At most one webhook is set. `allow` is told which kinds of updates it wants."""

    def __init__(self, state: State, allow: Callable[[list[str] | None], None]) -> None:
        self.via: str | None = None  # "http://127.0.0.1:8443"; None: as the webhook's address says
        self.replies: list[int] = []  # the bot's statuses, 0 where there was none
        self.repeats = 0  # so many times every update is brought although it was taken
        self._state, self._allow = state, allow
        self._set: Json = {}
        self._failure: Json = {}
        self._in_hand: set[int] = set()
        self._news = asyncio.Event()
        self._bringing: asyncio.Task[None] | None = None

    # -- methods

    def set(self, parameters: Json) -> bool:
        url = parameters.get("url", "")
        if not url:
            return self.delete({})
        parts = urlsplit(url)
        if parts.scheme != "https":
            raise Refused(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if (parts.port or 443) not in PORTS:
            raise Refused(400, "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if "secret_token" in parameters and not SECRET.fullmatch(str(parameters["secret_token"])):
            raise Refused(400, "Bad Request: secret token contains unallowed characters")
        if not 1 <= int(parameters.get("max_connections", 40)) <= 100:
            raise Refused(400, "Bad Request: max_connections is out of range")
        if parameters.get("drop_pending_updates"):
            self._state.updates.clear()
        self._set, self._failure = parameters, {}
        self._allow(parameters.get("allowed_updates"))
        if self._bringing is None:
            self._bringing = asyncio.create_task(self._bring())
        self.wake()
        return True

    def delete(self, parameters: Json) -> bool:
        if parameters.get("drop_pending_updates"):
            self._state.updates.clear()
        self._set = {}
        return True

    def info(self, _: Json) -> Json:
        pending = len(self._state.updates)
        told = {"url": self._set.get("url", ""), "has_custom_certificate": False, "pending_update_count": pending}
        if not self._set:
            return told
        return {**told, "max_connections": int(self._set.get("max_connections", 40)), **self._failure}

    # -- bringing

    @property
    def is_set(self) -> bool:
        return bool(self._set)

    def wake(self) -> None:
        """There is something to bring."""
        self._news.set()

    async def stop(self) -> None:
        if self._bringing is not None:
            self._bringing.cancel()
            await asyncio.gather(self._bringing, return_exceptions=True)

    async def _bring(self) -> None:
        client = AsyncHTTPClient(force_instance=True, max_clients=100)
        async with asyncio.TaskGroup() as group:
            while True:
                for update in self._due():
                    self._in_hand.add(update["update_id"])
                    group.create_task(self._deliver(client, update))
                self._news.clear()
                await self._news.wait()

    def _due(self) -> list[Json]:
        """As many as it may be brought at a time, in their order."""
        if not self._set:
            return []
        room = int(self._set.get("max_connections", 40)) - len(self._in_hand)
        return [update for update in self._state.updates if update["update_id"] not in self._in_hand][: max(0, room)]

    async def _deliver(self, client: AsyncHTTPClient, update: Json) -> None:
        wait, taken = FIRST_WAIT, 0
        while self._set and taken <= self.repeats:
            status, told = await self._post(client, update)
            self.replies.append(status)
            if 200 <= status < 300:
                taken += 1
                continue
            self._failure = {"last_error_date": int(time.time()), "last_error_message": told}
            await asyncio.sleep(wait)
            wait = min(LONGEST_WAIT, wait * 2)
        if taken:
            with contextlib.suppress(ValueError):
                self._state.updates.remove(update)
        self._in_hand.discard(update["update_id"])
        self.wake()

    async def _post(self, client: AsyncHTTPClient, update: Json) -> tuple[int, str]:
        parts = urlsplit(self._set["url"])
        headers = {"Content-Type": "application/json"}
        if "secret_token" in self._set:
            headers[SECRET_HEADER] = str(self._set["secret_token"])
        address = f"{self.via or f'{parts.scheme}://{parts.netloc}'}{parts.path or '/'}"
        request = HTTPRequest(
            address, "POST", headers, json.dumps(update), connect_timeout=BRINGING_SECONDS,
            request_timeout=BRINGING_SECONDS,
        )  # fmt: skip
        try:
            reply: HTTPResponse = await client.fetch(request)
        except HTTPClientError as error:
            return error.code, f"Wrong response from the webhook: {error.code} {error.message}"
        except OSError as error:
            return 0, "Connection refused" if isinstance(error, ConnectionRefusedError) else "Connection reset by peer"
        return reply.code, ""
