"""Settings -> a running bot, until it is told to stop. The only place of this side that constructs the parts.

Start: lock, corpus, store, Telegram, loops, what a dead process left, new updates. Stop: in the reverse order, with
what was asked before still answered.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
from collections.abc import Callable, Coroutine
from datetime import datetime

from telegram import BotCommand
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Updater

from bot.alerting.planning import Planner
from bot.config import ConfigurationError, Fault, Settings, corpus_settings, rules_of
from bot.desk import Desk
from bot.incoming.clerk import Clerk
from bot.incoming.inbox import Inbox
from bot.incoming.membership import Membership
from bot.incoming.passing import Passing
from bot.incoming.reception import Reception, TelegramApplication, build_application, build_bot
from bot.incoming.updates import ALLOWED
from bot.jobs import Jobs
from bot.lock import hold
from bot.logs import configure
from bot.menu import COMMANDS
from bot.outgoing.delivery import Drain
from bot.outgoing.outbox import utc_now
from bot.outgoing.rates import FREE, PAID
from bot.outgoing.sender import TelegramSender
from bot.store import BotStore, open_store
from bot.suggestions import default_suggestions, load_suggestions
from bot.texts import FALLBACK, load_texts
from retrieval import Corpus, open_corpus

logger = logging.getLogger(__name__)

POLL_SECONDS = 30  # a long poll
CLOSE_SECONDS = 4.0  # for answers that are due, and again for a round that is at work
LOGGED_CHARACTERS = 200  # of an error
FIRST_RETRY, LONGEST_RETRY = 1.0, 30.0
GARBAGE = (50_000, 20, 20)  # objects made until the youngest are searched, such searches until the older are


def collect_seldom() -> None:
    """Python's search for circular garbage walks all that is held for good; we make hardly any, and hold a lot."""
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def run(settings: Settings) -> None:
    """Until SIGTERM or SIGINT. Raises ConfigurationError, StoreFailed ("busy" when another bot has the folder)."""
    if settings.telegram_bot_token is None:
        raise ConfigurationError((_token_fault("it is not set"),))
    configure(settings.log_level)
    with hold(settings.data):
        corpus = open_corpus(corpus_settings(settings))
        store = open_store(settings.data)
        collect_seldom()
        asyncio.run(_until_signalled(Service(settings, corpus, store)))
        corpus.close()
        store.close()


async def _until_signalled(service: Service) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    if not await service.serve(stop):
        # A thread still waits for some server, and the interpreter would wait for it. Its work is done again later.
        logging.shutdown()
        os._exit(0)


class Service:
    """A bot over an open corpus and store. `serve` it once."""

    def __init__(
        self, settings: Settings, corpus: Corpus, store: BotStore, clock: Callable[[], datetime] = utc_now
    ) -> None:
        token = settings.telegram_bot_token
        texts, inbox = load_texts(), Inbox(store)
        self._texts, self._inbox = texts, inbox
        self._api_url = settings.telegram_api_url
        self._bot = build_bot(inbox, token.get_secret_value() if token else "", settings.telegram_api_url)
        planner = Planner(corpus, store, clock)
        desk = Desk(
            corpus,
            store,
            texts,
            admins=settings.admins,
            clock=clock,
            suggestions=load_suggestions(default_suggestions()),
            rights=Membership(self._bot, self._running_loop),
            replay=planner.replay,
            replan=planner.replan,
            rules=rules_of(settings),
            username=lambda: self._bot.username or "",
        )
        drain = Drain(store, TelegramSender(self._bot), desk.letter, clock, PAID if settings.paid_broadcast else FREE)
        self._reception = Reception(self._bot, inbox, Clerk(desk, store, texts), Passing(self._bot), drain.wake)
        self._jobs = Jobs(corpus, store, planner, drain, poll_seconds=settings.poll_seconds, clock=clock)
        self._application = build_application(self._bot, self._reception.handle)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, stop: asyncio.Event) -> bool:
        """Until `stop` is set. False when a thread is still at work, so that the corpus must not be closed.

        Raises ConfigurationError when Telegram does not know the token.
        """
        self._loop = asyncio.get_running_loop()
        try:
            if await _unless(stop, self._log_in()):
                await self._work(stop)
        finally:
            quiet = await self._close()
        return quiet

    async def _work(self, stop: asyncio.Event) -> None:
        self._jobs.start()
        await self._application.start()
        for update in await self._inbox.unfinished(self._bot):
            await self._application.update_queue.put(update)
        if await _unless(stop, self._listen()):
            logger.info("listening as @%s", self._bot.username)
            await _unless(stop, self._set_menus())
            await stop.wait()

    async def _log_in(self) -> None:
        wait = FIRST_RETRY
        while True:
            try:
                await self._application.initialize()
                return
            except InvalidToken as error:
                raise ConfigurationError((_refusal(error, self._api_url),)) from error
            except TelegramError as error:  # the network, or "not so often"
                logger.warning("no login at Telegram (%s); again in %.0f s", _short(error), wait)
                await asyncio.sleep(wait)
                wait = min(LONGEST_RETRY, wait * 2)

    async def _listen(self) -> None:
        await _updater(self._application).start_polling(
            timeout=POLL_SECONDS, allowed_updates=ALLOWED, bootstrap_retries=-1, error_callback=_log_poll_error
        )

    async def _set_menus(self) -> None:
        for language in self._texts.languages():
            shown = [command.name for command in COMMANDS if command.in_menu]
            menu = [BotCommand(name, self._texts.say(language, f"command.{name}")) for name in shown]
            try:
                await self._bot.set_my_commands(menu, language_code=None if language == FALLBACK else language)
            except TelegramError as error:
                logger.warning("the menu could not be set: %s", error)

    async def _close(self) -> bool:
        logger.info("stopping")
        application, updater = self._application, _updater(self._application)
        listened = not updater.running or await _in_time(updater.stop())
        self._reception.close()
        handled = not application.running or await _in_time(application.stop())
        settled = await self._jobs.close(CLOSE_SECONDS)
        await self._reception.release()
        await application.shutdown()
        await self._bot.shutdown()
        return listened and handled and settled

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            raise RuntimeError("the service is not served yet")
        return self._loop


async def _unless(stop: asyncio.Event, work: Coroutine[object, object, None]) -> bool:
    """Does the work; False when it was told to stop before the work was done. Raises what the work raises."""
    doing, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait((doing, stopping), return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if doing.done():
        doing.result()
        return True
    doing.cancel()
    await asyncio.gather(doing, return_exceptions=True)
    return False


async def _in_time(work: Coroutine[object, object, None]) -> bool:
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await work
    except TimeoutError:
        return False
    return True


def _updater(application: TelegramApplication) -> Updater:
    if application.updater is None:
        raise RuntimeError("the application was built without an updater")
    return application.updater


def _log_poll_error(error: TelegramError) -> None:
    logger.warning("no updates from Telegram: %s: %s", type(error).__name__, _short(error))


def _short(error: TelegramError) -> str:
    """The library quotes a whole page that stands in Telegram's place."""
    return str(error)[:LOGGED_CHARACTERS]


def _refusal(error: InvalidToken, api_url: str) -> Fault:
    """To the library every 404 is a wrong token; a server that gives no JSON is the wrong server."""
    if isinstance((error.__cause__ or error).__cause__, TelegramError):
        return Fault("TELEGRAM_API_URL", f"{api_url} is not a Bot API server", "correct the address, or leave it out")
    return _token_fault(f"{api_url} does not know it")


def _token_fault(problem: str) -> Fault:
    return Fault("TELEGRAM_BOT_TOKEN", problem, "copy the whole token that @BotFather gave, like 123456:ABC-DEF")
