"""kill -9 at random moments, with questions and alerts in flight -> how many messages were lost, how many came twice.

python -m tests.benchmarks.kill_bot --kills 60 --mode polling --in-flight 40
python -m tests.benchmarks.kill_bot --kills 60 --mode webhook --in-flight 40
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
import time
from pathlib import Path

from tests.botapi import BotApi
from tests.botrun import IN_FLIGHT, KillRun, Tally, Trial
from tests.feedserver import FeedServer


async def measure(kills: int, seed: int, trial: Trial) -> Tally:
    """One run against a server of our own."""
    api = BotApi()
    with tempfile.TemporaryDirectory() as folder, FeedServer() as site:
        site.publish(
            "Old news about the harbour", "The harbour was quiet for the whole of last week. Nobody complained."
        )
        tally = await KillRun(api, site, Path(folder), seed, trial).play(kills)
    await api.stop()
    return tally


def main() -> int:
    """Exit status 1 when anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.kill_bot")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mode", choices=("polling", "webhook"), default="polling")
    parser.add_argument("--in-flight", type=int, default=IN_FLIGHT, help="questions that are asked at once")
    arguments = parser.parse_args()
    logging.getLogger("tornado.access").setLevel(logging.ERROR)  # it warns of each refusal
    began, trial = time.monotonic(), Trial(arguments.mode, arguments.in_flight)
    tally = asyncio.run(measure(arguments.kills, arguments.seed, trial))
    print(f"kills               {tally.kills} ({arguments.mode}, {arguments.in_flight} questions at once)")
    print(f"messages expected   {tally.expected}")
    print(f"lost                {len(tally.lost)} {tally.lost[:10] or ''}")
    print(f"duplicates          {tally.duplicates} ({tally.duplicates / max(1, tally.kills):.2f} a kill)")
    print(f"sending at kills    {tally.sending}, {tally.most_sending} at most")
    print(f"unfinished at kills {tally.unfinished}")
    print(f"seconds             {time.monotonic() - began:.0f}")
    return 1 if tally.lost else 0


if __name__ == "__main__":
    raise SystemExit(main())
