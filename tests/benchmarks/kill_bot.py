"""kill -9 at random moments, with questions and alerts in flight -> how many messages were lost, how many came twice.

python -m tests.benchmarks.kill_bot --kills 50
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
import time
from pathlib import Path

from tests.botapi import BotApi
from tests.botrun import KillRun, Tally
from tests.feedserver import FeedServer


async def measure(kills: int, seed: int) -> Tally:
    """One run against a server of our own."""
    api = BotApi()
    with tempfile.TemporaryDirectory() as folder, FeedServer() as site:
        site.publish(
            "Old news about the harbour", "The harbour was quiet for the whole of last week. Nobody complained."
        )
        tally = await KillRun(api, site, Path(folder), seed).play(kills)
    await api.stop()
    return tally


def main() -> int:
    """Exit status 1 when anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.kill_bot")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    logging.getLogger("tornado.access").setLevel(logging.ERROR)  # it warns of each refusal
    began = time.monotonic()
    tally = asyncio.run(measure(arguments.kills, arguments.seed))
    print(f"kills               {tally.kills}")
    print(f"messages expected   {tally.expected}")
    print(f"lost                {len(tally.lost)} {tally.lost[:10] or ''}")
    print(f"duplicates          {tally.duplicates} ({tally.duplicates / max(1, tally.kills):.2f} a kill)")
    print(f"sending at kills    {tally.sending}")
    print(f"unfinished at kills {tally.unfinished}")
    print(f"seconds             {time.monotonic() - began:.0f}")
    return 1 if tally.lost else 0


if __name__ == "__main__":
    raise SystemExit(main())
