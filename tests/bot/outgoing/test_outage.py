"""Telegram is away for a while: every message comes to an end, nothing is stuck, answers go before alerts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.outage import undergo
from tests.simulated import Spell

PATIENCE = 300.0 + 30.0  # seconds after the end: the longest wait between two tries, and the time that sending takes


@pytest.mark.parametrize("kind", ["errors", "silence", "floods"])
def test_when_telegram_is_back_everything_arrives_once(tmp_path: Path, kind: str) -> None:
    found = undergo(tmp_path, [Spell(2.0, 122.0, kind)], alerts=12)
    assert {state for state, _ in found.states} == {"done"}
    assert (found.stuck, found.missing, found.twice) == (0, 0, 0)
    assert found.last < PATIENCE


def test_all_faults_together_leave_nothing_without_an_end_and_a_reason(tmp_path: Path) -> None:
    kinds = ("errors", "silence", "lost", "floods")
    spells = [Spell(2.0 + 20 * n, 22.0 + 20 * n, kind) for n, kind in enumerate(kinds)]
    found = undergo(tmp_path, spells, alerts=40, unsteady=0.1, hostile=True)
    assert (found.stuck, found.unreasoned, found.missing, found.twice) == (0, 0, 0, 0)
    assert {state for state, _ in found.states} == {"done", "dead", "unknown"}


def test_no_answer_is_behind_the_alerts_that_wait(tmp_path: Path) -> None:
    found = undergo(tmp_path, [Spell(2.0, 62.0, "floods")], alerts=60)
    assert max(found.first_tries) < 0.2
