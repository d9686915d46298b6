"""The power is cut at every commit of the outbox: the database opens, no alert is lost, few come twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.store import open_store
from tests.benchmarks.power_loss import Experiment


@pytest.fixture(scope="module")
def cut_everywhere() -> Experiment:
    experiment = Experiment(chats=3, stories=1)  # one that blocked the bot, one that moved, one with quiet hours
    experiment.run()
    return experiment


def test_every_database_that_a_power_cut_leaves_is_opened(cut_everywhere: Experiment) -> None:
    assert {"enqueue", "claim", "settle"} == set(cut_everywhere.commits)
    assert {"synced", "missing", "torn at a page", "torn in a page", "zeroed", "garbage", "sectors"} <= set(
        cut_everywhere.tallies
    )
    for way, tally in cut_everywhere.tallies.items():
        assert (way, tally.unreadable, tally.damaged) == (way, 0, 0)


def test_no_alert_is_lost_and_only_what_was_under_way_comes_twice(cut_everywhere: Experiment) -> None:
    for way, tally in cut_everywhere.tallies.items():
        assert (way, tally.lost, tally.open_ends) == (way, 0, 0)
        assert (way, tally.beyond) == (way, 0)


def test_each_commit_is_synced_before_it_returns(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store._engine.connect() as tx:
        assert tx.execute(sa.text("PRAGMA synchronous")).scalar() == 1  # NORMAL; what follows is synced by ourselves
        assert tx.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"
    with closing(sqlite3.connect(tmp_path / "bot.db")) as other:
        assert other.execute("PRAGMA page_size").fetchone() == (4_096,)
    store.close()
