"""A broadcast to thousands of chats, killed at random moments -> alerts that were lost, that came twice, and why.

python -m tests.benchmarks.kill_broadcast --chats 20000 --kills 200 --rate 400

Of the chats 2 % have blocked the bot, 1 % do not exist, 1 % are groups that became supergroups (some of which follow
the same feed already); of the calls 1 % end in a server's error, 0.5 % are told to wait, 1 % lose their reply.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import tempfile
import time
from pathlib import Path

from bot.outgoing.rates import Rates
from tests.botapi import BotApi
from tests.broadcastrun import BroadcastRun, Tally, cast_of


async def measure(size: int, kills: int, rate: int, seed: int) -> Tally:
    """One run against a server of our own."""
    api, dice = BotApi(), random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        tally = await BroadcastRun(api, Path(folder), cast_of(size, dice), dice, rate).play(kills)
    await api.stop()
    return tally


def main() -> int:
    """Exit status 1 when an alert was lost, or came twice without a reason."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.kill_broadcast")
    parser.add_argument("--chats", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--rate", type=int, default=400, help="messages a second at most")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    logging.getLogger("tornado.access").setLevel(logging.CRITICAL)  # it tells of each refusal
    began = time.monotonic()
    tally = asyncio.run(measure(arguments.chats, arguments.kills, arguments.rate, arguments.seed))
    kills = max(1, len(tally.by_kills))
    print(f"kills                     {len(tally.by_kills)}, {tally.planning} of them while alerts were being planned")
    print(f"alerts expected           {tally.expected}")
    print(f"lost                      {len(tally.lost)} {tally.lost[:10] or ''}")
    print(
        f"came again by a kill      {sum(tally.by_kills)}: {sum(tally.by_kills) / kills:.2f} a kill, at most", end=" "
    )
    print(f"{max(tally.by_kills, default=0)} (window {Rates().window})")
    print(f"came again by lost reply  {tally.by_lost_replies}")
    print(f"came again, unexplained   {tally.unexplained}")
    print(f"went astray               {tally.astray}")
    print(f"rows by state             {dict(tally.states)}")
    print(f"dead, by reason           {dict(tally.reasons)}")
    print(f"changed by planning anew  {tally.changed}")
    print(f"seconds                   {time.monotonic() - began:.0f}")
    return 1 if tally.lost or tally.unexplained or tally.changed or tally.astray else 0


if __name__ == "__main__":
    raise SystemExit(main())
