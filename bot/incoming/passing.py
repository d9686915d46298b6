"""Somebody types our name in whatever chat, or names us where we are no member: what is answered there, at once.

    inline query | (a thread: Cards) | answerInlineQuery          guest's message | (a thread: Desk) | answerGuestQuery

Such an update is not written down: whoever asks has gone on typing before a dead process is back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import TypeVar

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.error import TelegramError

from bot.answering.cards import Card, Offer
from bot.desk import Desk
from bot.incoming.updates import Guest, Searched
from bot.operating.observing import Observer, Observers
from bot.outgoing.sender import entities_of
from bot.sheet import clipped
from bot.texts import Texts
from bot.types import Chat, Heard, Message

logger = logging.getLogger(__name__)

THREADS = 2
CACHE_SECONDS = 60  # Telegram gives the same person the same cards without asking us
TITLE_CHARACTERS = 60

T = TypeVar("T")


class Passing:
    """Answers inline queries and guests. Never raises for Telegram's reasons."""

    def __init__(self, bot: Bot, desk: Desk, texts: Texts, observer: Observer | None = None) -> None:
        self._observer = observer or Observers()
        self._bot = bot
        self._desk = desk
        self._texts = texts
        self._threads = ThreadPoolExecutor(THREADS, "passing")
        self._latest: dict[int, str] = {}  # person -> the query that was typed last, while it is searched for

    async def answer(self, event: Searched | Guest) -> None:
        """Nothing is said twice, and nothing later."""
        self._observer.update("searched" if isinstance(event, Searched) else "guest")
        try:
            await (self._search(event) if isinstance(event, Searched) else self._greet(event))
        except TelegramError as error:  # too old by now, as a rule
            logger.info("an answer in passing was not taken: %s", type(error).__name__)

    def release(self) -> None:
        """Lets go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _search(self, event: Searched) -> None:
        """Whoever typed on meanwhile is answered for what stands there now."""
        self._latest[event.user_id] = event.query_id
        try:
            offer = await self._run(lambda: self._offer(event))
        finally:
            if self._latest.get(event.user_id) == event.query_id:
                del self._latest[event.user_id]
        if offer is None:
            return
        ask = InlineQueryResultsButton(self._texts.say(offer.language, "inline.ask"), start_parameter=offer.start)
        results = [self._result(card, offer.language) for card in offer.cards]
        await self._bot.answer_inline_query(
            event.query_id, results, cache_time=CACHE_SECONDS, is_personal=True, button=ask
        )

    def _offer(self, event: Searched) -> Offer | None:
        if self._latest.get(event.user_id) != event.query_id:
            return None
        return self._desk.offer(event.user_id, event.language, event.text)

    def _result(self, card: Card, language: str) -> InlineQueryResultArticle:
        links = (("button.read", card.url), ("button.ask", card.ask_url))
        row = [InlineKeyboardButton(self._texts.say(language, key), url=url) for key, url in links if url]
        return InlineQueryResultArticle(
            card.key,
            clipped(card.title, TITLE_CHARACTERS),
            _content(card.message),
            reply_markup=InlineKeyboardMarkup([row]) if row else None,
            description=card.snippet,
            thumbnail_url=card.image,
        )

    async def _greet(self, event: Guest) -> None:
        """The answer without its buttons: what is pressed there does not reach us."""
        message = await self._run(lambda: self._answer(event))
        if message is not None:
            title = clipped(message.text, TITLE_CHARACTERS)
            result = InlineQueryResultArticle("answer", title, _content(message))
            await self._bot.answer_guest_query(event.query_id, result)

    def _answer(self, event: Guest) -> Message | None:
        chat = Chat(event.chat_id, self._texts.known(event.language), "group")
        began = perf_counter()
        said = self._desk.hear(Heard(chat, event.user_id, event.text))
        if said.outcome:
            self._observer.question(said.outcome, perf_counter() - began)
        return next(iter(said.messages), None)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


def _content(message: Message) -> InputTextMessageContent:
    entities = entities_of(message.text, message.marks)
    return InputTextMessageContent(
        message.text, entities=entities, link_preview_options=LinkPreviewOptions(is_disabled=True)
    )
