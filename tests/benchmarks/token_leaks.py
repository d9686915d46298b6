"""Whether the bot's token, or its webhook's secret, is in anything that a bot in trouble tells or keeps.

python -m tests.benchmarks.token_leaks    # 2 minutes

Bot processes with every logger at DEBUG and handlers that know of no secrets (tests/leakrun.py): polling and behind a
webhook, through refusals that repeat the address, lost connections, errors in handlers and threads, requests that are
none of Telegram's; wrong settings, and the doctor. Then what they printed, logged and kept, and their pages of figures,
are searched for the secrets, whole and in part, as they are, in addresses, in base64. Prints how often they were found
(0), and how often they were blotted out.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from tests.botapi import BotApi
from tests.leakrun import LeakRun, blots, leaks


async def play(folder: Path) -> int:
    """How many processes there were."""
    api = BotApi()
    run = LeakRun(api, folder)
    for part in (run.polling, run.webhook, run.wrong_settings, run.doctor):
        await part()
    await api.stop()
    return run.processes


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        processes = asyncio.run(play(folder))
        found, files = leaks(folder), [file for file in folder.rglob("*") if file.is_file()]
        size = sum(file.stat().st_size for file in files)
        print(f"{processes} processes, {len(files)} files, {size / 1e6:.1f} MB; blotted out {blots(folder)} times")
        print(f"found {sum(found.values())} times", found or "")


if __name__ == "__main__":
    main()
