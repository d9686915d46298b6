"""Telegram's updates -> the journal -> the handlers, each once: nothing is lost when the process dies.

The library acknowledges an update with the next call of getUpdates, before its handler is done. So the call itself
writes the updates down first; what a dead process left unfinished is handed out again at the next start. A webhook
says 200 after the same.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from telegram import Update
from telegram.error import InvalidToken, NetworkError, TimedOut
from telegram.ext import ExtBot

from bot.incoming.contact import Contact
from bot.store import BotStore

logger = logging.getLogger(__name__)

BACKLOG = 1000  # updates in work at a time; beyond that they wait with Telegram, which keeps them for a day
PATIENCE = 15.0  # seconds beyond a poll's own time: Telegram answers within one; a silent connection is given up then
RENEWAL_SECONDS = 5.0  # to take leave of a connection that may be dead


class Inbox:
    """The updates that are in work, and when Telegram was last heard of. Used on one event loop; the store's work is
    done on a thread.
    """

    def __init__(self, store: BotStore) -> None:
        self.contact = Contact()
        self._store = store
        self._fresh: set[int] = set()  # handed out, not yet begun
        self._in_work = 0
        self._relief = asyncio.Event()

    async def take(self, updates: Sequence[Update]) -> None:
        """Commits them. Those that were known already will not `begin` again; those in passing are not written down."""
        passing = [update.update_id for update in updates if is_passing(update)]
        written = [(update.update_id, update.to_json()) for update in updates if not is_passing(update)]
        fresh = await asyncio.to_thread(self._store.journal, written) if written else []
        self._hand_out([*passing, *fresh])

    async def unfinished(self, bot: ExtBot[None]) -> list[Update]:
        """At start: what a dead process left, to be put in the queue before anything new."""
        left = await asyncio.to_thread(self._store.unfinished)
        updates = [update for number, body in left if (update := _read(number, body, bot))]
        self._hand_out([update.update_id for update in updates])
        return updates

    def begin(self, update_id: int) -> bool:
        """Whether the update is to be handled: False the second time, and for one that is done."""
        if update_id not in self._fresh:
            return False
        self._fresh.remove(update_id)
        return True

    def end(self) -> None:
        """An update that was begun is out of work."""
        self._in_work -= 1
        if not self.is_full():
            self._relief.set()

    async def has_room(self) -> None:
        """Waits until the backlog is worked down."""
        while self.is_full():
            self._relief.clear()
            await self._relief.wait()

    def is_full(self) -> bool:
        """Whether what is new has to wait with Telegram."""
        return self._in_work >= BACKLOG

    def pending(self) -> int:
        """How many updates are in work."""
        return self._in_work

    def _hand_out(self, update_ids: Sequence[int]) -> None:
        fresh = set(update_ids) - self._fresh  # one in passing that comes twice is in work once
        self._fresh |= fresh
        self._in_work += len(fresh)


def is_passing(update: Update) -> bool:
    """Whether it is of no use later: whoever searches as he types, or names us where we are no member."""
    return update.inline_query is not None or update.guest_message is not None


def _read(update_id: int, body: str, bot: ExtBot[None]) -> Update | None:
    """None for one that cannot be read: it must not keep the bot from starting."""
    try:
        return Update.de_json(json.loads(body), bot)
    except Exception:
        logger.exception("update %d cannot be read, and stays in the inbox", update_id)
        return None


class JournalBot(ExtBot[None]):
    """A bot whose getUpdates returns only what is written down, or fails in time.

    A connection can die in silence: a router forgets it, and no byte comes any more. Whatever the library's timeouts
    say, a poll that outlasts its time by `patience` is left, and so are the connections that the next might have used.
    """

    def __init__(self, inbox: Inbox, token: str, *, patience: float = PATIENCE, **options: Any) -> None:
        super().__init__(token, **options)
        self._inbox = inbox
        self._patience = patience
        self._clients = (options["request"], options["get_updates_request"])

    async def shutdown(self) -> None:
        """Closes the connections too when the bot never came to be initialised, which the library forgets."""
        await super().shutdown()
        await asyncio.gather(*(client.shutdown() for client in self._clients))

    async def get_updates(self, *arguments: Any, **options: Any) -> tuple[Update, ...]:
        """As the library's. A journal that cannot be written counts as a broken network: it is tried again later."""
        await self._inbox.has_room()
        try:
            updates = await self._polled(*arguments, **options)
        except TimedOut:
            logger.warning("a poll was left without an answer; the next one gets a connection of its own")
            await self._renew()
            raise
        except InvalidToken as error:  # the library would stop polling for good
            raise NetworkError("Telegram refuses the token") from error
        if updates:
            try:
                await self._inbox.take(updates)
            except Exception as error:
                logger.exception("%d updates could not be written down; Telegram keeps them", len(updates))
                raise NetworkError("the journal cannot be written") from error
        self._inbox.contact.note()
        return updates

    async def _polled(self, *arguments: Any, **options: Any) -> tuple[Update, ...]:
        """Not awaited beyond its time, even where it cannot be cancelled. Raises TimedOut and what the library does."""
        poll = asyncio.ensure_future(super().get_updates(*arguments, **options))
        try:
            done, _ = await asyncio.wait((poll,), timeout=_seconds(options.get("timeout")) + self._patience)
        finally:
            poll.cancel()
        if not done:
            raise TimedOut("a poll without end")
        return poll.result()

    async def _renew(self) -> None:
        """A fresh client: the old one's pool may be full of the dead."""
        client = self._clients[1]
        try:
            async with asyncio.timeout(RENEWAL_SECONDS):
                await client.shutdown()
        except Exception as error:
            logger.debug("the old connections were left open: %s", type(error).__name__)
        await client.initialize()


def _seconds(timeout: float | timedelta | None) -> float:
    return timeout.total_seconds() if isinstance(timeout, timedelta) else float(timeout or 0)
