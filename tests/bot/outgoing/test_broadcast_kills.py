"""Alerts for hundreds of chats, sent by the bot's own planner and drain, which are killed at random moments."""

from __future__ import annotations

import random
from pathlib import Path

from bot.outgoing.rates import Rates
from tests.botapi import BotApi
from tests.broadcastrun import ARTICLES, BroadcastRun, cast_of


async def test_no_kill_loses_an_alert_and_none_comes_twice_without_a_reason(tmp_path: Path) -> None:
    api, dice = BotApi(), random.Random(0)
    cast = cast_of(80, dice)
    tally = await BroadcastRun(api, tmp_path, cast, dice, rate=400).play(kills=3)
    await api.stop()
    assert tally.lost == []
    assert tally.astray == tally.unexplained == tally.changed == 0
    assert max(tally.by_kills) <= Rates().window
    assert tally.reasons
    assert all(reason.startswith("away") for reason in tally.reasons)
    assert tally.states["dead"] == sum(tally.reasons.values()) <= ARTICLES * len(cast.blocked | cast.missing)
