"""Somebody waits for us: what shows at once, and for as long as it takes, that somebody is at work.

A call that is on its way is let finish by itself: cut off, it would take its connection along. No failure matters.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.incoming.updates import Event, Pressed, Said

logger = logging.getLogger(__name__)

MOST_SIGNS = 16  # on their way at a time; more would only take the connections that answers need
TYPING_SECONDS = 4.5  # Telegram shows "typing" for five


class Signs:
    """Used on one event loop."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._tasks: set[asyncio.Task[None]] = set()
        self._signing = asyncio.Semaphore(MOST_SIGNS)

    def acknowledge(self, query_id: str) -> None:
        """A button that was pressed spins until then."""
        self._keep(self._at_will(lambda: self._bot.answer_callback_query(query_id)))

    @contextlib.contextmanager
    def of_life(self, event: Event | None) -> Iterator[None]:
        """For as long as the work on it lasts."""
        done = asyncio.Event()
        if isinstance(event, Said | Pressed):
            self._keep(self._type(event, done))
        try:
            yield
        finally:
            done.set()

    async def release(self) -> None:
        """Gives up what is still on its way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _type(self, event: Said | Pressed, done: asyncio.Event) -> None:
        def typing() -> Awaitable[bool]:
            place, thread = event.place, event.thread_id
            return self._bot.send_chat_action(place.chat_id, ChatAction.TYPING, message_thread_id=thread)

        while not done.is_set():
            await self._at_will(typing, done)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TYPING_SECONDS):
                    await done.wait()

    async def _at_will(self, call: Callable[[], Awaitable[bool]], done: asyncio.Event | None = None) -> None:
        """It is left out when what it is about is done before its turn."""
        async with self._signing:
            if done is not None and done.is_set():
                return
            try:
                await call()
            except TelegramError as error:
                logger.debug("a sign of life failed: %s", type(error).__name__)

    def _keep(self, sign: Coroutine[Any, Any, None]) -> None:
        """Runs it beside; the event loop itself would not hold on to it."""
        task = asyncio.create_task(sign)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
