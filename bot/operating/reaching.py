"""Settings -> what answers outside of this process: Telegram, a running bot, a language model. All at once, in seconds.

Nothing is changed anywhere, and nothing here holds the token, a key or a secret.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

import httpx
from telegram import Bot, User, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from bot.config import Endpoint, Settings
from bot.lock import is_held
from bot.outgoing.client import TelegramClient

DEADLINE_SECONDS = 5.0  # for each
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 listened at, and where it is spoken to

Answered = Literal["yes", "no", "refused", "other"]
"""Whether somebody is there, and is who we look for. "refused": he does not take our token or key."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What was found. None: not looked for."""

    telegram: Answered | None = None
    me: User | None = None
    webhook: WebhookInfo | None = None
    monitor: Answered | None = None
    degraded: tuple[tuple[str, str], ...] = ()  # of a bot that runs: what is out of order, what was seen
    listens: bool | None = None  # somebody does where our webhook would
    running: bool = False  # a bot, on these data
    model: Answered | None = None


def reach(settings: Settings, seconds: float = DEADLINE_SECONDS) -> Reached:
    """Asks everybody that the settings name, for so long at most."""
    return asyncio.run(_Reaching(settings, seconds).everybody())


class _Reaching:
    def __init__(self, settings: Settings, seconds: float) -> None:
        self._settings, self._seconds = settings, seconds

    async def everybody(self) -> Reached:
        settings = self._settings
        met, monitor, model = await asyncio.gather(self._met(), self._watched(), self._model())
        listens = None if settings.webhook_url is None else is_taken(settings.webhook_listen)
        return Reached(*met, *monitor, listens, is_held(settings.data), model)

    async def _met(self) -> tuple[Answered | None, User | None, WebhookInfo | None]:
        token = self._settings.telegram_bot_token
        if token is None:
            return None, None, None
        client = TelegramClient(1, connect_timeout=self._seconds, read_timeout=self._seconds)
        bot = Bot(token.get_secret_value(), f"{self._settings.telegram_api_url}/bot", request=client)
        try:
            async with asyncio.timeout(self._seconds), bot:
                return "yes", bot.bot, await bot.get_webhook_info()
        except InvalidToken:
            return "refused", None, None
        except (TelegramError, TimeoutError):
            return "no", None, None
        finally:
            await client.shutdown()  # a bot that is interrupted as it begins forgets it

    async def _watched(self) -> tuple[Answered | None, tuple[tuple[str, str], ...]]:
        """Of a bot that runs: nobody else answers in its words."""
        endpoint = self._settings.monitor
        if endpoint is None:
            return None, ()
        status, told = await self._fetched(f"{_address(endpoint)}/readyz")
        if status is None:
            return ("other" if is_taken(endpoint) else "no"), ()
        degraded = told.get("degraded") if isinstance(told, dict) else None
        if not isinstance(degraded, dict):
            return "other", ()
        return "yes", tuple((str(name), str(seen)) for name, seen in degraded.items())

    async def _model(self) -> Answered | None:
        """Every server that speaks OpenAI's protocol lists its models, or says that it does not."""
        if self._settings.llm_url is None:
            return None
        key = self._settings.llm_key.get_secret_value() if self._settings.llm_key else ""
        status, _ = await self._fetched(f"{self._settings.llm_url}/models", key, direct=False)
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            return "refused"
        return "no" if status is None or status >= HTTPStatus.INTERNAL_SERVER_ERROR else "yes"

    async def _fetched(self, url: str, key: str = "", *, direct: bool = True) -> tuple[int | None, object]:
        """Status and JSON; None where nobody answers in time. `direct`: past any proxy of the environment."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        client = httpx.AsyncClient(timeout=self._seconds, trust_env=not direct)
        try:
            async with asyncio.timeout(self._seconds), client:
                answer = await client.get(url, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            return None, None
        try:
            return answer.status_code, answer.json()
        except ValueError:
            return answer.status_code, None


def _address(endpoint: Endpoint) -> str:
    host = EVERYWHERE.get(endpoint.host, endpoint.host)
    return f"http://[{host}]:{endpoint.port}" if ":" in host else f"http://{host}:{endpoint.port}"


def is_taken(endpoint: Endpoint) -> bool:
    """Whether anybody listens there."""
    try:
        with socket.create_connection((EVERYWHERE.get(endpoint.host, endpoint.host), endpoint.port), 1.0):
            return True
    except OSError:
        return False
