"""A bot's line to Telegram goes dead in silence -> seconds until /readyz says so, and until people are heard again.

python -m tests.benchmarks.stall

Once as a router does it that forgets a connection: new ones get through. Then as an outage: no byte of any gets through
for a while.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.blackhole import BlackHole
from tests.botapi import TOKEN, BotApi
from tests.botrun import ROOT, START_SECONDS, free_port
from tests.conftest import EXPORTED

RESPITE = 5.0  # seconds of rest between the two
OUTAGE = 120.0
LONGEST = 180.0


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


async def until(condition: Callable[[], bool]) -> float:
    """Seconds until it holds."""
    began = time.monotonic()
    while not await asyncio.to_thread(condition):
        if time.monotonic() - began > LONGEST:
            raise AssertionError(f"waited {LONGEST} s in vain")
        await asyncio.sleep(0.25)
    return time.monotonic() - began


async def measure(data: Path) -> None:
    """Prints the figures."""
    api, port = BotApi(), free_port()
    (data / "models").symlink_to(EXPORTED)
    async with BlackHole(api.start()) as hole:
        environment = {
            **os.environ,
            "TELEGRAM_API_URL": hole.root,
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "FOOTNOTE_DATA": str(data),
            "FOOTNOTE_MONITOR": f"127.0.0.1:{port}",
        }
        bot = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", cwd=ROOT, env=environment, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            await api.wait(lambda: api.polls, START_SECONDS)
            await forgotten(api, hole, port)
            await outage(api, hole, port)
        finally:
            bot.send_signal(signal.SIGTERM)
            await bot.wait()
    await api.stop()


async def forgotten(api: BotApi, hole: BlackHole, port: int) -> None:
    await until(lambda: is_ready(port))
    hole.swallow()
    api.people.write("/help", 7)
    print(f"a connection that was forgotten: the next question is answered after {await heard(api):.1f} s")
    await until(lambda: is_ready(port))
    await asyncio.sleep(RESPITE)


async def outage(api: BotApi, hole: BlackHole, port: int) -> None:
    began = time.monotonic()
    hole.swallow(new=True)
    print(f"an outage: not ready after {await until(lambda: not is_ready(port)):.1f} s")
    await asyncio.sleep(max(0.0, OUTAGE - (time.monotonic() - began)))
    api.people.write("/help", 7)
    hole.heal()
    print(f"it is over after {OUTAGE:.0f} s: the next question is answered after {await heard(api):.1f} s more")
    print(f"ready again {await until(lambda: is_ready(port)):.1f} s later")


async def heard(api: BotApi) -> float:
    sent = len(api.sent(7))
    return await until(lambda: len(api.sent(7)) > sent)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
