"""The bot as a process of its own, killed at random moments -> what was lost and what came twice.

start | people ask, feeds publish | kill -9 | start | ... | wait until it is quiet | count
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.store import open_store
from tests.botapi import TOKEN, BotApi
from tests.conftest import EXPORTED
from tests.feedserver import FeedServer
from tests.journey import follow

ROOT = Path(__file__).parents[1]
START_SECONDS = 60.0  # on a busy machine; usually two
QUIET_SECONDS = 90.0
ASKERS = range(101, 109)
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
CALM, BURST = 6, 12  # questions
LAST_MOMENTS = 0.8  # seconds between the burst and the kill
ROUND_TRIP = 0.08  # seconds that a reply of Telegram's takes; without it hardly a kill would meet a message under way


@dataclass(frozen=True, slots=True)
class Tally:
    """What a run came to. A message may come twice if it was being sent at a kill, and only then."""

    kills: int
    expected: int  # answers and alerts
    lost: list[str]
    duplicates: int
    sending: int  # messages that were being sent at the kills
    unfinished: int  # questions that were taken and not yet answered at the kills


class KillRun:
    """One run. The data folder holds the bot's data and its log, bot.log."""

    def __init__(self, api: BotApi, site: FeedServer, folder: Path, seed: int) -> None:
        self._api = api
        self._site = site
        self._folder = folder
        self._root = api.start()
        self._dice = random.Random(seed)
        self._process: asyncio.subprocess.Process | None = None
        self._asked: list[tuple[int, str]] = []
        self._published: list[str] = []
        self._sending = self._unfinished = 0
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
            await self._trouble()
            await self._end(signal.SIGKILL)  # no handler, no farewell
            self._look()
            await self.begin()
        await self._come_to_rest()
        await self.terminate()
        return self._tally(kills)

    async def begin(self) -> None:
        """Starts the bot, and waits for its first poll."""
        polls = self._api.polls
        environment = {
            **os.environ,
            "TELEGRAM_API_URL": self._root,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "FOOTNOTE_DATA": str(self._folder / "data"),
            "FOOTNOTE_ALLOWED_NETWORKS": "127.0.0.0/8",
            "FOOTNOTE_POLL_SECONDS": "10",
            "FOOTNOTE_LOG_LEVEL": "DEBUG",
        }
        with (self._folder / "bot.log").open("ab") as log:
            command = (sys.executable, "-m", "bot", "run")
            self._process = await asyncio.create_subprocess_exec(
                *command, cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        await self._api.wait(lambda: self._api.polls > polls, START_SECONDS)

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
            self._sending += store.counts().get("sending", 0)
            self._unfinished += len(store.unfinished())

    async def _trouble(self) -> None:
        """Questions now and then, an article perhaps, then many questions at once, and soon after the moment."""
        if self._dice.random() < 0.7:
            self._publish()
        for _ in range(self._dice.randint(0, CALM)):
            self._ask()
            await asyncio.sleep(self._dice.uniform(0.0, 0.3))
        for _ in range(self._dice.randint(1, BURST)):
            self._ask()
        await asyncio.sleep(self._dice.uniform(0.0, LAST_MOMENTS))

    def _ask(self) -> None:
        """In private a command that the desk does not know: it is answered with its own name. In groups a question.

        Either way the answer tells what it answers: by its words, or by replying to the question.
        """
        number = len(self._asked)
        word = f"q{number}x"
        in_group = self._dice.random() < 0.5
        chat_id = -1000 - number if in_group else self._dice.choice(ASKERS)
        self._asked.append((chat_id, word))
        self._api.people.write(f"/ask What is {word}?" if in_group else f"/{word}", chat_id)

    def _publish(self) -> None:
        who, what, where = (self._word() for _ in range(3))
        title = f"{who.title()} meets {what} {len(self._published)}x"
        self._published.append(title)
        self._site.publish(
            title,
            f"{title}: the {self._word()} {self._word()} of {where.title()} was {self._word()} on {self._word()}.",
            f"Mr {who.title()} {self._word()} the {what} with {self._word()}, {self._word()} and {self._word()}.",
        )

    def _word(self) -> str:
        """Of no language: articles of such words tell nothing alike, and so each is a story."""
        return "".join(self._dice.choice(SYLLABLES) for _ in range(3))

    def _expected(self) -> list[tuple[int, str]]:
        return [*self._asked, *((chat_id, title) for title in self._published for chat_id in FOLLOWERS)]

    def _arrived(self) -> Counter[tuple[int, str]]:
        """(chat, word or title) -> how many messages are about it."""
        told: dict[int, list[str]] = defaultdict(list)
        for message in self._api.sent():
            told[message["chat"]["id"]].append(message.get("reply_to_message", message)["text"])
        return Counter({(chat, what): sum(what in text for text in told[chat]) for chat, what in self._expected()})

    async def _come_to_rest(self) -> None:
        try:
            await self._api.wait(lambda: all(self._arrived().values()) and not self._api.state.updates, QUIET_SECONDS)
        except AssertionError:
            return  # what has not come by now is lost, and counted

    def _tally(self, kills: int) -> Tally:
        arrived = self._arrived()
        lost = [f"{chat}: {what}" for (chat, what), times in arrived.items() if not times]
        duplicates = sum(times - 1 for times in arrived.values() if times > 1)
        return Tally(kills, len(arrived), lost, duplicates, self._sending, self._unfinished)
