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
from functools import partial

from telegram.error import InvalidToken, TelegramError
from telegram.ext import Updater

from bot.alerting.planning import Planner
from bot.config import ConfigurationError, Fault, Settings, corpus_settings, rules_of, secrets_of
from bot.desk import Desk
from bot.incoming.clerk import Clerk
from bot.incoming.inbox import Inbox
from bot.incoming.membership import Membership
from bot.incoming.passing import Passing
from bot.incoming.polling import Polling, short
from bot.incoming.presenting import Presenting
from bot.incoming.reception import Reception, TelegramApplication, build_application, build_bot
from bot.incoming.webhook import Webhook
from bot.jobs import Jobs
from bot.lock import hold, is_held
from bot.logs import blotted, configure
from bot.operating.health import Health, Look
from bot.operating.hourly import FLUSH_SECONDS, HourlyCounts
from bot.operating.metrics import Metrics
from bot.operating.monitor import Monitor
from bot.operating.observing import Observers
from bot.operating.spreading import SPREAD_SECONDS, Spreading, circle_of
from bot.operating.stock import take_stock
from bot.outgoing.delivery import Drain
from bot.outgoing.outbox import utc_now
from bot.outgoing.rates import FREE, PAID
from bot.outgoing.sender import TelegramSender
from bot.store import BotStore, open_store
from bot.suggestions import default_suggestions, load_suggestions
from bot.texts import load_texts
from retrieval import Corpus, open_corpus

logger = logging.getLogger(__name__)

CLOSE_SECONDS = 4.0  # for answers that are due, and again for a round that is at work
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
    configure(settings.log_level, secrets_of(settings))
    with hold(settings.data):
        corpus = open_corpus(corpus_settings(settings))
        store = open_store(settings.data)
        collect_seldom()
        service = Service(settings, corpus, store, held=partial(is_held, settings.data))
        asyncio.run(_until_signalled(service))
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
        self,
        settings: Settings,
        corpus: Corpus,
        store: BotStore,
        clock: Callable[[], datetime] = utc_now,
        held: Callable[[], bool] = lambda: True,
    ) -> None:
        self._settings, self._corpus, self._store, self._clock = settings, corpus, store, clock
        self._texts, self._inbox = load_texts(), Inbox(store)
        self._metrics, self._counts = Metrics(), HourlyCounts(store, corpus, clock)
        self._observers = Observers((self._metrics, self._counts))
        token = settings.telegram_bot_token.get_secret_value() if settings.telegram_bot_token else ""
        self._bot = build_bot(self._inbox, token, settings.telegram_api_url, self._metrics.called)
        self._presenting = Presenting(self._bot, self._texts, settings.admins)
        self._health = Health(Look(corpus, store, settings.data, held), lambda: self._intake.line())
        self._monitor = Monitor(settings.monitor, self._health, self._metrics, partial(take_stock, corpus, store))
        planner = Planner(corpus, store, clock)
        desk = self._desk(planner)
        drain = self._drain(desk)
        clerk = Clerk(desk, store, self._texts, self._observers)
        self._reception = Reception(
            self._bot, self._inbox, clerk, Passing(self._bot, desk, self._texts, self._observers), drain.wake
        )
        self._jobs = self._loops(planner, drain)
        self._application = build_application(self._bot, self._reception.handle)
        self._intake = self._way_in()
        self._loop: asyncio.AbstractEventLoop | None = None

    def _desk(self, planner: Planner) -> Desk:
        return Desk(
            self._corpus,
            self._store,
            self._texts,
            admins=self._settings.admins,
            clock=self._clock,
            suggestions=load_suggestions(default_suggestions()),
            rights=Membership(self._bot, self._running_loop),
            replay=planner.replay,
            replan=planner.replan,
            rules=rules_of(self._settings),
            username=lambda: self._bot.username or "",
            condition=self._health.condition,
        )

    def _drain(self, desk: Desk) -> Drain:
        rates = PAID if self._settings.paid_broadcast else FREE
        sender = TelegramSender(self._bot)
        return Drain(self._store, sender, desk.letter, self._clock, rates, observe=self._observers.sent)

    def _loops(self, planner: Planner, drain: Drain) -> Jobs:
        circle = circle_of(rules_of(self._settings), self._settings.admins)
        spreading = Spreading(self._store, self._texts, self._clock, circle)
        return Jobs(
            self._corpus,
            self._store,
            planner,
            drain,
            poll_seconds=self._settings.poll_seconds,
            clock=self._clock,
            keep_days=self._settings.keep_days,
            chores=((spreading.step, SPREAD_SECONDS), (self._counts.flush, FLUSH_SECONDS)),
        )

    async def serve(self, stop: asyncio.Event) -> bool:
        """Until `stop` is set. False when a thread is still at work, so that the corpus must not be closed.

        Raises ConfigurationError when Telegram does not know the token.
        """
        self._loop = asyncio.get_running_loop()
        await self._monitor.start()
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
            await _unless(stop, self._presenting.present())
            await stop.wait()

    async def _log_in(self) -> None:
        wait = FIRST_RETRY
        while True:
            try:
                await self._application.initialize()
                return
            except InvalidToken as error:
                raise ConfigurationError((_refusal(error, blotted(self._settings.telegram_api_url)),)) from error
            except TelegramError as error:  # the network, or "not so often"
                logger.warning("no login at Telegram (%s); again in %.0f s", short(error), wait)
                await asyncio.sleep(wait)
                wait = min(LONGEST_RETRY, wait * 2)

    def _way_in(self) -> Polling | Webhook:
        if self._settings.webhook_url is None:
            return Polling(_updater(self._application), self._inbox)
        return Webhook(self._settings, self._inbox, self._bot, self._application.update_queue.put, self._clock)

    async def _listen(self) -> None:
        try:
            await self._intake.open()
        except OSError as error:
            host, port = self._settings.webhook_listen
            fault = Fault("FOOTNOTE_WEBHOOK_LISTEN", f"nobody can listen at {host}:{port} ({error})", "give another")
            raise ConfigurationError((fault,)) from error

    async def _close(self) -> bool:
        logger.info("stopping")
        application = self._application
        listened = await _in_time(self._intake.close())
        self._reception.close()
        handled = not application.running or await _in_time(application.stop())
        settled = await self._jobs.close(CLOSE_SECONDS)
        await asyncio.to_thread(self._counts.close)
        await self._reception.release()
        await application.shutdown()
        await self._bot.shutdown()
        await self._monitor.close()
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


def _refusal(error: InvalidToken, api_url: str) -> Fault:
    """To the library every 404 is a wrong token; a server that gives no JSON is the wrong server."""
    if isinstance((error.__cause__ or error).__cause__, TelegramError):
        return Fault("TELEGRAM_API_URL", f"{api_url} is not a Bot API server", "correct the address, or leave it out")
    return _token_fault(f"{api_url} does not know it")


def _token_fault(problem: str) -> Fault:
    return Fault("TELEGRAM_BOT_TOKEN", problem, "copy the whole token that @BotFather gave, like 123456:ABC-DEF")
