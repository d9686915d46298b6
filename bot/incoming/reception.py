"""Telegram's updates -> the desk -> deliveries in the outbox. Thin: what is said is decided elsewhere.

    update | understand | (one hop to a thread: clerk) | wake the drain

Updates of one chat are handled one after the other, chats beside each other; whoever would wait too long for a thread
is told so at once. An update is finished in the same transaction that queues what is said back: a crash before it means
that the update is handled again at the next start.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from telegram import Update
from telegram.error import TelegramError
from telegram.ext import Application, ApplicationBuilder, TypeHandler

from bot.answering.crowded import AGAIN
from bot.answering.plain_words import meant_command
from bot.incoming.admission import Admission
from bot.incoming.clerk import Clerk
from bot.incoming.inbox import BACKLOG, Inbox, JournalBot
from bot.incoming.passing import Passing
from bot.incoming.signs import MOST_SIGNS, Signs
from bot.incoming.updates import Document, Event, Guest, Pressed, Reached, Said, Searched, Upgraded, understand
from bot.outgoing.calls import Call, CountedRequest
from bot.outgoing.rates import PAID
from bot.outgoing.sender import CONNECT_SECONDS, READ_SECONDS
from bot.outgoing.together import Together
from bot.types import SentFile
from retrieval import give_way

logger = logging.getLogger(__name__)

os.environ.setdefault("PTB_TIMEDELTA", "true")  # the library's coming form of waits; else it warns of the old one

POOL = PAID.window + MOST_SIGNS  # connections
QUESTION_THREADS = 8  # more than cores: they wait for each other, for the models and the disk
ERRAND_THREADS = 4
GIVING_WAY = 10  # who answers computes for long: the loop, and whoever declines and sends, goes first
ERRANDS = ("/add", "/follow", "/summary")  # these may fetch from the web, for up to 20 s
PRESSED_ERRANDS = ("follow:", "try:", "yes:", "back:", "catchup:", "psum:", "pask:", "padd:")
FILE_SECONDS = 60.0  # to fetch a file that somebody sent

TelegramApplication = Application[Any, Any, Any, Any, Any, Any]


def build_bot(inbox: Inbox, token: str, api_url: str, observe: Callable[[Call], None] = lambda _: None) -> JournalBot:
    """A bot that is not initialised yet; `api_url` like "https://api.telegram.org". `observe` is told of its calls."""

    def request(pool: int) -> CountedRequest:
        options = {"connect_timeout": CONNECT_SECONDS, "pool_timeout": CONNECT_SECONDS}
        return CountedRequest(observe, pool, READ_SECONDS, **options)

    return JournalBot(
        inbox,
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=request(POOL),
        get_updates_request=request(2),
    )


def build_application(
    bot: JournalBot, handle: Callable[[Update, Any], Coroutine[Any, Any, None]]
) -> TelegramApplication:
    """An application that gives every update to `handle`, as many at a time as the inbox lets in."""
    builder = ApplicationBuilder().bot(bot).job_queue(None).concurrent_updates(BACKLOG * 2)
    application: TelegramApplication = builder.build()
    application.add_handler(TypeHandler(Update, handle))
    return application


class Reception:
    """Handles updates. `wake` is called on the event loop when there is something to send."""

    def __init__(self, bot: JournalBot, inbox: Inbox, clerk: Clerk, passing: Passing, wake: Callable[[], None]) -> None:
        self._bot = bot
        self._inbox = inbox
        self._clerk = clerk
        self._wake = wake
        self._signs, self._passing = Signs(bot, clerk.waiting), passing
        self._questions = ThreadPoolExecutor(QUESTION_THREADS, "question", partial(give_way, GIVING_WAY))
        self._errands = ThreadPoolExecutor(ERRAND_THREADS, "errand")
        self._declining = Together[tuple[int, Said | Pressed]](clerk.decline_all)
        self._admission = Admission(QUESTION_THREADS)
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._closing = False

    async def handle(self, update: Update, _: object = None) -> None:
        """An update that cannot be handled is finished with an apology; one that cannot be finished is kept."""
        if not self._inbox.begin(update.update_id):
            return
        try:
            event = self._understood(update)
            if isinstance(event, Searched | Guest):
                await self._passing.answer(event)
                return
            if isinstance(event, Pressed):  # at once, whoever's turn it is
                self._signs.acknowledge(event.query_id)
            async with self._turn(event):
                if not self._closing:  # else it is handled at the next start
                    await self._meet(update.update_id, event)
        except Exception:
            logger.exception("update %d is left for the next start", update.update_id)
        finally:
            self._inbox.end()

    def _understood(self, update: Update) -> Event | None:
        try:
            return understand(update, self._bot.bot)
        except Exception:  # it would be no clearer at the next start
            logger.exception("update %d could not be understood", update.update_id)
            return None

    def close(self) -> None:
        """Begins nothing new. What is being worked on goes on; await the handlers to see it done."""
        self._closing = True

    async def release(self) -> None:
        """Lets go of the threads, once the handlers are done."""
        await self._signs.release()
        self._passing.release()
        for pool in (self._questions, self._errands):
            pool.shutdown(wait=False, cancel_futures=True)

    async def _meet(self, update_id: int, event: Event | None) -> None:
        run = asyncio.get_running_loop().run_in_executor
        if isinstance(event, Said | Pressed) and _may_come_again(event) and not self._admission.is_open():
            await self._declining.do((update_id, event))
        elif _is_errand(event):
            with self._signs.of_life(update_id, event):
                event = await self._with_file(event)
                await run(self._errands, self._clerk.serve, update_id, event)
        else:
            signs = contextlib.nullcontext() if self._admission.wait() else self._signs.of_life(update_id, event)
            with signs, self._admission.within():  # signs cost what those who wait need
                await run(self._questions, self._serve, update_id, event)
        self._wake()

    def _serve(self, update_id: int, event: Event | None) -> None:
        with self._admission.timed():
            self._clerk.serve(update_id, event)

    async def _with_file(self, event: Event | None) -> Event | None:
        """What was said, with the bytes of its document where we want them."""
        if not isinstance(event, Said) or (sent := event.document) is None:
            return event
        if not self._clerk.wants(event):
            return replace(event, file=SentFile(sent.name, fault="too large"))
        try:
            file = await self._bot.get_file(sent.file_id)
            content = bytes(await file.download_as_bytearray(read_timeout=FILE_SECONDS))
        except TelegramError as error:
            logger.warning("a file could not be fetched from Telegram: %s", type(error).__name__)
            return replace(event, file=SentFile(sent.name, fault="unreadable"))
        return replace(event, file=SentFile(sent.name, content))

    def _turn(self, event: Event | None) -> contextlib.AbstractAsyncContextManager[None]:
        """One event of a chat at a time, in the order they came."""
        match event:
            case Said(place) | Pressed(place) | Reached(place):
                chat_id = place.chat_id
            case Upgraded(old_id, _):
                chat_id = old_id
            case _:
                return contextlib.nullcontext()
        return self._turns.setdefault(chat_id, asyncio.Lock())


def _may_come_again(event: Said | Pressed) -> bool:
    """Whether it can be said again by a button, and may take long: questions, and no other commands."""
    match event:
        case Said(text=str(text), document=None, edited=False):
            return not text.startswith("/") or text.lower().startswith("/ask")
        case Pressed(data=data):
            return data.startswith(AGAIN)
    return False


def _is_errand(event: Event | None) -> bool:
    match event:
        case Said(document=Document()):
            return True
        case Said(text=str(text)):
            return (meant_command(text) or text).lower().startswith(ERRANDS)
        case Pressed(data=data):
            return data.startswith(PRESSED_ERRANDS)
    return False
