"""What one message costs the bot's process: sent by Telegram's library over its own client, and over ours.

python -m tests.benchmarks.sending_cost    # 1 minute; [--messages 2000]

The Bot API server is another process. Prints the CPU time of this one for each message, by client and by how many are
under way at a time; the two take turns.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import httpx
from telegram import Bot
from telegram.request import BaseRequest, HTTPXRequest

from bot.outgoing.client import TelegramClient
from bot.outgoing.sender import CONNECT_SECONDS, READ_SECONDS, TelegramSender
from bot.outgoing.types import Letter, Manner, Sent
from bot.types import Button, Mark, MarkKind, Message
from tests.botapi import TOKEN

CHAT = 7
POOL = 40
WARMING = 50
TEXT = "Паром опоздал на три часа из-за шторма. The ferry was late by three hours. " * 8
MARKS = (Mark(0, 5, MarkKind.BOLD), Mark(10, 40, MarkKind.LINK, "https://a.example/x"))
ANSWER = Message(TEXT, MARKS, ((Button("Summary", "sum:1"), Button("Sources", "src:1")),))
CLIENTS: dict[str, type[BaseRequest]] = {"the library's": HTTPXRequest, "ours": TelegramClient}


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds a message."""

    cpu: float
    wall: float


@contextmanager
def server() -> Iterator[str]:
    """Its address; somebody has written to the bot already."""
    command = [sys.executable, "-m", "tests.botapi", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 it is our own
        assert process.stdout is not None
        root = process.stdout.readline().strip()
        httpx.post(f"{root}/control/write", json={"text": "/start", "chat_id": CHAT}, trust_env=False)
        yield root
        process.terminate()


async def send(client: type[BaseRequest], root: str, messages: int, window: int) -> Cost:
    request = partial(client, POOL, READ_SECONDS, connect_timeout=CONNECT_SECONDS, pool_timeout=CONNECT_SECONDS)
    async with Bot(TOKEN, f"{root}/bot", request=request(), get_updates_request=request()) as bot:
        sender, places = TelegramSender(bot), asyncio.Semaphore(window)

        async def one() -> None:
            async with places:
                assert isinstance(await sender.send(Letter(CHAT, ANSWER, Manner())), Sent)

        await asyncio.gather(*(one() for _ in range(WARMING)))
        cpu, wall = time.process_time(), time.perf_counter()
        await asyncio.gather(*(one() for _ in range(messages)))
        spent = time.process_time() - cpu, time.perf_counter() - wall
    return Cost(*(1000.0 * seconds / messages for seconds in spent))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sending_cost")
    parser.add_argument("--messages", type=int, default=2000, help="for each client and window")
    messages = parser.parse_args().messages
    with server() as root:
        for window in (8, 32):
            for turn in range(2):
                for name, client in CLIENTS.items():
                    cost = asyncio.run(send(client, root, messages // 2, window))
                    what = f"{name}, {window} at a time, turn {turn + 1}"
                    print(f"{what:<38} {cost.cpu:.2f} ms CPU  {cost.wall:.2f} ms wall")


if __name__ == "__main__":
    main()
