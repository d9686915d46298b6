"""Somebody waits for us: what shows soon, and for as long as it takes, that somebody is at work.

    private chats: a draft that says what is being done        groups: "typing"

A quick answer needs no sign. A call that is on its way is let finish by itself: cut off, it would take its connection
along. No failure matters.
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
PATIENCE_SECONDS = 0.4  # without a sign; what takes less is there before anybody wonders
TYPING_SECONDS = 4.5  # Telegram shows "typing" for five
DRAFT_SECONDS = (2.0, 10.0)  # after the first draft until the next; then every 20, since Telegram shows it for thirty
KEPT_SECONDS = 20.0

Words = Callable[[Said | Pressed, int], str]
"""What a draft says about the work on something, the first time (0) and later. Sync; it may ask the database."""


class Signs:
    """Used on one event loop."""

    def __init__(self, bot: Bot, words: Words) -> None:
        self._bot = bot
        self._words = words
        self._tasks: set[asyncio.Task[None]] = set()
        self._signing = asyncio.Semaphore(MOST_SIGNS)

    def acknowledge(self, query_id: str) -> None:
        """A button that was pressed spins until then."""
        self._keep(self._at_will(lambda: self._bot.answer_callback_query(query_id)))

    @contextlib.contextmanager
    def of_life(self, update_id: int, event: Event | None) -> Iterator[None]:
        """For as long as the work on it lasts."""
        done = asyncio.Event()
        if isinstance(event, Said | Pressed):
            self._keep(self._show(update_id, event, done))
        try:
            yield
        finally:
            done.set()

    async def release(self) -> None:
        """Gives up what is still on its way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _show(self, update_id: int, event: Said | Pressed, done: asyncio.Event) -> None:
        if await _is_over(done, PATIENCE_SECONDS):
            return
        if event.place.kind != "private" or not await self._draft(update_id, event, done):
            await self._type(event, done)

    async def _draft(self, update_id: int, event: Said | Pressed, done: asyncio.Event) -> bool:
        """Until it is done; False when Telegram takes none here (an old server, a chat that allows no drafts)."""
        for number, wait in enumerate((*DRAFT_SECONDS, *[KEPT_SECONDS] * 100)):
            words = await asyncio.to_thread(self._words, event, number)
            if not await self._at_will(self._drafting(update_id, event, words), done):
                return False
            if await _is_over(done, wait):
                break
        return True

    def _drafting(self, update_id: int, event: Said | Pressed, words: str) -> Callable[[], Awaitable[bool]]:
        number = update_id or 1  # Telegram wants one that is not 0
        return lambda: self._bot.send_message_draft(
            event.place.chat_id, number, words, message_thread_id=event.thread_id
        )

    async def _type(self, event: Said | Pressed, done: asyncio.Event) -> None:
        def typing() -> Awaitable[bool]:
            place, thread = event.place, event.thread_id
            return self._bot.send_chat_action(place.chat_id, ChatAction.TYPING, message_thread_id=thread)

        while not done.is_set():
            await self._at_will(typing, done)
            await _is_over(done, TYPING_SECONDS)

    async def _at_will(self, call: Callable[[], Awaitable[bool]], done: asyncio.Event | None = None) -> bool:
        """It is left out when what it is about is done before its turn. False when Telegram did not take it."""
        async with self._signing:
            if done is not None and done.is_set():
                return True
            try:
                await call()
            except TelegramError as error:
                logger.debug("a sign of life failed: %s", type(error).__name__)
                return False
        return True

    def _keep(self, sign: Coroutine[Any, Any, Any]) -> None:
        """Runs it beside; the event loop itself would not hold on to it."""
        task = asyncio.create_task(sign)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _is_over(done: asyncio.Event, seconds: float) -> bool:
    """Waits so long at most; whether it is done."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await done.wait()
    return done.is_set()
