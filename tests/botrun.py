"""The bot as a process of its own, killed at random moments -> what was lost and what came twice.

start | people ask, feeds publish | kill -9 | start | ... | wait until it is quiet | count
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import sys
from collections import Counter, defaultdict
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

from bot.store import open_store
from tests.botapi import TOKEN, BotApi
from tests.conftest import EXPORTED
from tests.feedserver import FeedServer
from tests.journey import buttons, follow

ROOT = Path(__file__).parents[1]
START_SECONDS = 60.0  # on a busy machine; usually two
QUIET_SECONDS = 60.0  # without any answer; what has not come then is lost
CATCH_UP_SECONDS = 30.0  # at most, between two kills
PEOPLE = 10_000  # whoever asks in private has a number from here on
FOLLOWERS = range(201, 211)
SYLLABLES = (
    "ba",
    "ce",
    "dor",
    "fi",
    "gul",
    "ha",
    "jin",
    "ko",
    "lem",
    "mo",
    "nu",
    "per",
    "qui",
    "ros",
    "sa",
    "tiv",
    "vu",
)
CALM = 3  # questions before the many
IN_FLIGHT = 12  # questions at once
LAST_MOMENTS = 0.8  # seconds between them and the kill; it may come before the first is written down
HOOK = "https://bot.example.org/telegram"
HOOK_SECRET = "a-secret-of-the-tests-only"  # noqa: S105 it opens nothing
LOG_TAIL = 2000  # characters, of a bot that does not start
ROUND_TRIP = 0.08  # seconds that a reply of Telegram's takes; without it hardly a kill would meet a message under way


@dataclass(frozen=True, slots=True)
class Tally:
    """What a run came to. A message may come twice if it was being sent at a kill, and only then."""

    kills: int
    expected: int  # answers and alerts
    lost: list[str]
    duplicates: int
    sending: int  # messages that were being sent at the kills
    most_sending: int  # at one of them
    unfinished: int  # questions that were taken and not yet answered at the kills


class Trial(NamedTuple):
    """How updates come in, and how many questions are in flight at a kill."""

    mode: Literal["polling", "webhook"] = "polling"
    in_flight: int = IN_FLIGHT


POLLED = Trial()


class KillRun:
    """One run. The data folder holds the bot's data and its log, bot.log."""

    def __init__(self, api: BotApi, site: FeedServer, folder: Path, seed: int, trial: Trial = POLLED) -> None:
        self._trial, self._port = trial, free_port()
        api.webhooks.via = f"http://127.0.0.1:{self._port}"
        self._api = api
        self._site = site
        self._folder = folder
        self._root = api.start()
        self._dice = random.Random(seed)
        self._process: asyncio.subprocess.Process | None = None
        self._asked: list[int] = []  # chats, one for each question
        self._published: list[str] = []
        self._names: set[str] = set()
        self._pages: dict[int, list[str]] = defaultdict(list)  # message -> its pages, where it has several
        self._sending: list[int] = []  # at each kill
        self._unfinished = 0
        data = folder / "data"
        data.mkdir()
        if EXPORTED.is_dir():  # else each run would export the model anew
            (data / "models").symlink_to(EXPORTED)

    async def play(self, kills: int) -> Tally:
        """The whole story. Raises AssertionError when the bot does not come to rest."""
        await self.begin()
        self._api.faults.hang("sendMessage", ROUND_TRIP, times=10**9)
        for chat_id in FOLLOWERS:
            await follow(self._api, self._site.feed_url, chat_id)
        for _ in range(kills):
            await self._catch_up()
            await self._trouble()
            await self._end(signal.SIGKILL)  # no handler, no farewell
            self._look()
            await self.begin()
        await self._come_to_rest()
        await self._leaf_through()
        await self.terminate()
        return self._tally(kills)

    async def begin(self) -> None:
        """Starts the bot, and waits until it listens."""
        heard = self._heard()
        environment = {
            **os.environ,
            "TELEGRAM_API_URL": self._root,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "FOOTNOTE_DATA": str(self._folder / "data"),
            "FOOTNOTE_ALLOWED_NETWORKS": "127.0.0.0/8",
            "FOOTNOTE_POLL_SECONDS": "10",
            "FOOTNOTE_LOG_LEVEL": "DEBUG",
            **(self._hook() if self._trial.mode == "webhook" else {}),
        }
        with (self._folder / "bot.log").open("ab") as log:
            command = (sys.executable, "-m", "bot", "run")
            self._process = await asyncio.create_subprocess_exec(
                *command, cwd=ROOT, env=environment, stdout=log, stderr=log
            )
            process = self._process
        await self._api.wait(lambda: self._heard() > heard or process.returncode is not None, START_SECONDS)
        if process.returncode is not None:
            raise AssertionError(f"the bot ended: {(self._folder / 'bot.log').read_text()[-LOG_TAIL:]}")

    def _heard(self) -> int:
        """How often the bot has begun to listen."""
        if self._trial.mode == "polling":
            return self._api.polls
        return sum(call.method == "setWebhook" and bool(call.result) for call in self._api.calls)

    def _hook(self) -> dict[str, str]:
        listen = f"127.0.0.1:{self._port}"
        return {
            "FOOTNOTE_WEBHOOK_URL": HOOK, "FOOTNOTE_WEBHOOK_SECRET": HOOK_SECRET, "FOOTNOTE_WEBHOOK_LISTEN": listen,
        }  # fmt: skip

    async def terminate(self) -> int:
        """SIGTERM; the exit status."""
        return await self._end(signal.SIGTERM)

    def unfinished(self) -> int:
        """How many updates a stopped bot has left for its next start."""
        with closing(open_store(self._folder / "data")) as store:
            return len(store.unfinished())

    def undelivered(self) -> int:
        """How many answers and alerts it has written down for its next start to send."""
        with closing(open_store(self._folder / "data")) as store:
            return sum(count for state, count in store.counts().items() if state in ("ready", "sending"))

    async def _end(self, number: signal.Signals) -> int:
        if self._process is None:
            raise RuntimeError("the bot was not begun")
        self._process.send_signal(number)
        async with asyncio.timeout(30):
            return await self._process.wait()

    def _look(self) -> None:
        with closing(open_store(self._folder / "data")) as store:
            self._sending.append(store.counts().get("sending", 0))
            self._unfinished += len(store.unfinished())

    async def _trouble(self) -> None:
        """A few questions, an article perhaps, then many questions at once, and soon after the moment."""
        if self._dice.random() < 0.7:
            self._publish()
        for _ in range(self._dice.randint(0, CALM)):
            self._ask()
            await asyncio.sleep(self._dice.uniform(0.0, 0.3))
        for _ in range(self._trial.in_flight):
            self._ask()
        await asyncio.sleep(self._dice.uniform(0.0, LAST_MOMENTS))

    def _ask(self) -> None:
        """Somebody who has asked nothing before, in private or in a group of his own: what arrives there answers it."""
        number = len(self._asked)
        chat_id = -1000 - number if self._dice.random() < 0.5 else PEOPLE + number
        self._asked.append(chat_id)
        self._api.people.write(f"{'/ask ' if chat_id < 0 else ''}What is q{number}x?", chat_id)

    def _publish(self) -> None:
        who, what, where = (self._name() for _ in range(3))
        title = f"{who.title()} meets {what} {len(self._published)}x"
        self._published.append(title)
        self._site.publish(
            title,
            f"{title}: the {self._word()} {self._word()} of {where.title()} was {self._word()} on {self._word()}.",
            f"Mr {who.title()} {self._word()} the {what} with {self._word()}, {self._word()} and {self._word()}.",
        )

    def _name(self) -> str:
        """One that no article had before: articles that share a name may be of one story, which is told once."""
        while (name := self._word()) in self._names:
            pass
        self._names.add(name)
        return name

    def _word(self) -> str:
        """Of no language: articles of such words tell nothing alike, and so each is a story."""
        return "".join(self._dice.choice(SYLLABLES) for _ in range(3))

    def _arrived(self) -> Counter[tuple[int, str]]:
        """(chat, title of an alert or "" for an answer) -> how often the same message is about it."""
        told: dict[int, list[str]] = defaultdict(list)
        for message in self._api.sent():
            told[message["chat"]["id"]] += self._pages.get(message["message_id"]) or [message["text"]]
        answers = {(chat, ""): max(Counter(told[chat]).values(), default=0) for chat in self._asked}
        alerts = {
            (chat, title): sum(title in text for text in told[chat]) for title in self._published for chat in FOLLOWERS
        }
        return Counter(answers | alerts)

    async def _catch_up(self) -> None:
        """Most of what an earlier kill cut off is answered first, or it would only be killed again and again."""
        with suppress(AssertionError):
            await self._api.wait(lambda: self._unanswered() <= self._trial.in_flight // 2, CATCH_UP_SECONDS)

    async def _come_to_rest(self) -> None:
        """However slow the machine is, as long as something comes."""
        with suppress(AssertionError):
            while missing := self._missing():
                await self._api.wait(partial(self._fewer_than, missing), QUIET_SECONDS)
            await self._api.wait(lambda: not self._api.state.updates, QUIET_SECONDS)

    async def _leaf_through(self) -> None:
        """Many alerts at once are one message with pages: all of them are turned."""
        for message in self._api.sent():
            turning = [data for data in buttons(message).values() if data.startswith("pg:")]
            if message["chat"]["id"] not in FOLLOWERS or not turning:
                continue
            pages = self._pages[message["message_id"]] = [message["text"]]
            key, first = turning[0].rpartition(":")[0], message["text"]
            while (f"{key}:{len(pages) + 1}") in buttons(message).values():
                self._api.people.press(message, f"{key}:{len(pages) + 1}", user_id=message["chat"]["id"])
                await self._api.wait(lambda message=message, pages=pages: message["text"] != pages[-1], QUIET_SECONDS)
                if message["text"] == first:
                    break
                pages.append(message["text"])

    def _fewer_than(self, missing: int) -> bool:
        return self._missing() < missing

    def _unanswered(self) -> int:
        heard = {message["chat"]["id"] for message in self._api.sent()}
        return sum(chat not in heard for chat in self._asked)

    def _missing(self) -> int:
        return sum(not times for times in self._arrived().values())

    def _tally(self, kills: int) -> Tally:
        arrived = self._arrived()
        lost = [f"{chat}: {what or 'answer'}" for (chat, what), times in arrived.items() if not times]
        duplicates = sum(times - 1 for times in arrived.values() if times > 1)
        most = max(self._sending, default=0)
        return Tally(kills, len(arrived), lost, duplicates, sum(self._sending), most, self._unfinished)


def free_port() -> int:
    """One of this machine that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port
