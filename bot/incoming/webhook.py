"""Telegram brings us the updates: we listen, tell it where, and ask now and then how it fares with that.

It stays told when we stop: what comes meanwhile is brought when we are there again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from telegram import Bot, Update, WebhookInfo
from telegram.error import BadRequest, TelegramError

from bot.config import Settings
from bot.incoming.inbox import Inbox
from bot.incoming.polling import short
from bot.incoming.posts import Gate, Posts
from bot.incoming.updates import ALLOWED
from bot.logs import blotted
from bot.operating.health import Line
from bot.operating.listening import Listener

logger = logging.getLogger(__name__)

MOST_CONNECTIONS = 40  # that Telegram opens at a time; what it brings on them is not yet counted as backlog
ASK_SECONDS = 20.0
RECENT = timedelta(seconds=60)  # a failure that is older is past
FIRST_RETRY, LONGEST_RETRY = 1.0, 30.0


class Webhook:
    """From `open` to `close`. The settings must have an address and a secret."""

    def __init__(
        self, settings: Settings, inbox: Inbox, bot: Bot, put: Callable[[Update], Awaitable[None]],
        clock: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._url = settings.webhook_url or ""
        self._secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
        self._inbox, self._bot, self._clock = inbox, bot, clock
        posts = Posts(Gate(urlsplit(self._url).path or "/", self._secret), inbox, bot, put)
        self._listener = Listener(posts.application(), settings.webhook_listen)
        self._trouble, self._pending = "", 0
        self._asking: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Returns once Telegram knows where to come. Raises OSError when nobody can listen at our address."""
        await self._listener.open()
        wait = FIRST_RETRY
        while not await self._enlist():
            await asyncio.sleep(wait)
            wait = min(LONGEST_RETRY, wait * 2)
        self._asking = asyncio.create_task(self._ask_on())

    async def close(self) -> None:
        """Finishes what is in hand."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
        await self._listener.close()

    def line(self) -> Line:
        return Line(self._inbox.contact.silence(), self._trouble, self._pending)

    async def ask(self) -> None:
        """How Telegram fares with our webhook. Another one in its place, or none, is put right."""
        try:
            info = await self._bot.get_webhook_info()
        except TelegramError as error:
            logger.warning("Telegram could not be asked about the webhook: %s", type(error).__name__)
            return
        if info.url != self._url:
            logger.warning("the webhook was not ours any more")
            await self._enlist()
            return
        self._inbox.contact.note()
        self._pending, self._trouble = info.pending_update_count, trouble(info, self._clock())

    async def _ask_on(self) -> None:
        while True:
            await asyncio.sleep(ASK_SECONDS)
            await self.ask()

    async def _enlist(self) -> bool:
        try:
            await self._bot.set_webhook(
                self._url, secret_token=self._secret, allowed_updates=ALLOWED, max_connections=MOST_CONNECTIONS
            )
        except TelegramError as error:
            # Only Telegram's own words are shown: others' may hold the address, and so the token.
            self._trouble = short(error) if isinstance(error, BadRequest) else type(error).__name__
            logger.warning("the webhook could not be set: %s", self._trouble)
            return False
        self._trouble = ""
        self._inbox.contact.note()
        return True


def trouble(info: WebhookInfo, now: datetime) -> str:
    """What Telegram says of a webhook that it lately failed to reach; "" of one that it reaches."""
    failed = info.last_error_date
    return blotted(info.last_error_message or "–") if failed is not None and now - failed < RECENT else ""
