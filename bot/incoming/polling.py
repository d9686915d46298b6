"""We ask Telegram for updates, again and again. The library does the asking, the journal is in the call: see inbox.py.

However long nothing comes, we go on asking and never end for it: networks go away for hours, and a process that starts
anew finds the same network, while this one still sends what it can. /readyz tells of the silence, for whoever knows
better what is to be done.
"""

from __future__ import annotations

import logging

from telegram.error import TelegramError
from telegram.ext import Updater

from bot.incoming.inbox import Inbox
from bot.incoming.updates import ALLOWED
from bot.logs import blotted
from bot.operating.health import Line

logger = logging.getLogger(__name__)

POLL_SECONDS = 30  # a long poll; one that is not answered is noticed PATIENCE later
LOGGED_CHARACTERS = 200  # of an error


class Polling:
    """From `open` to `close`. The application of the updater must run."""

    def __init__(self, updater: Updater, inbox: Inbox, seconds: int = POLL_SECONDS) -> None:
        self._updater, self._inbox, self._seconds = updater, inbox, seconds

    async def open(self) -> None:
        """Returns once Telegram has answered; a webhook is taken off, and what waits for it comes to us."""
        await self._updater.start_polling(
            timeout=self._seconds, allowed_updates=ALLOWED, bootstrap_retries=-1, error_callback=_log
        )
        self._inbox.contact.note()

    async def close(self) -> None:
        if self._updater.running:
            await self._updater.stop()

    def line(self) -> Line:
        return Line(self._inbox.contact.silence())


def short(error: TelegramError) -> str:
    """The library quotes a whole page that stands in Telegram's place."""
    return blotted(str(error))[:LOGGED_CHARACTERS]


def _log(error: TelegramError) -> None:
    logger.warning("no updates from Telegram: %s: %s", type(error).__name__, short(error))
