"""What is out of order is named, with what was seen of it, and nothing else is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from bot.lock import hold, is_held
from bot.operating.health import BEHIND_SECONDS, SILENT_SECONDS, STUCK_SECONDS, Health, Line, Look, Vitals, ailments
from bot.store import BotStore
from bot.texts import load_texts
from retrieval import Corpus
from tests.blank import blank_store
from tests.fake_corpus import FERRY, FakeCorpus

WELL = Vitals(commit=0.004, behind=0, behind_for=0.0, stale=0, free=10**11, held=True)
HEARD = Line(silence=20.0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BotStore]:
    store = blank_store(tmp_path)
    yield store
    store.close()


def test_when_all_is_well_nothing_is_named() -> None:
    assert ailments(WELL, HEARD) == {}
    assert ailments(replace(WELL, behind=3, behind_for=BEHIND_SECONDS), Line(SILENT_SECONDS)) == {}


@pytest.mark.parametrize(
    ("vitals", "line", "found"),
    [
        (WELL, Line(75.4), {"telegram": "75 s"}),
        (WELL, Line(math.inf), {"telegram": "–"}),
        (WELL, HEARD._replace(trouble="Connection refused"), {"webhook": "Connection refused"}),
        (replace(WELL, commit=None), HEARD, {"store": "–"}),
        (replace(WELL, free=80_000_000), HEARD, {"disk": "80 MB"}),
        (replace(WELL, held=False), HEARD, {"lock": "bot.lock"}),
        (replace(WELL, behind=12, behind_for=BEHIND_SECONDS + 1), HEARD, {"index": "12"}),
        (replace(WELL, stale=4), HEARD, {"model": "4"}),
    ],
)
def test_whatever_is_out_of_order_is_named(vitals: Vitals, line: Line, found: dict[str, str]) -> None:
    assert ailments(vitals, line) == found


def test_each_has_words_in_every_language() -> None:
    everything = ailments(Vitals(None, 5, math.inf, 5, 0, held=False), Line(math.inf, "Connection refused"))
    texts = load_texts()
    for language in texts.languages():
        for name, seen in {**everything, "stuck": "61 s", "starting": "–"}.items():
            said = texts.say(language, f"condition.{name}", seen=seen)
            assert seen in said or seen == "–"


def test_a_look_sees_a_database_that_takes_nothing(store: BotStore, tmp_path: Path) -> None:
    look = Look(cast("Corpus", _Level(FERRY)), store, tmp_path, lambda: True)
    seen = look()
    assert seen.commit is not None
    assert (seen.behind, seen.stale, seen.held) == (0, 0, True)
    assert seen.free > 0
    store.close()
    (tmp_path / "bot.db").unlink()
    (tmp_path / "bot.db").mkdir()
    assert look().commit is None


def test_an_index_that_does_not_follow_is_seen(store: BotStore, tmp_path: Path) -> None:
    corpus = _Level(FERRY)
    look = Look(cast("Corpus", corpus), store, tmp_path, lambda: True)
    assert look().behind_for < 1
    corpus.lag = 7
    first, second = look(), look()
    assert first.behind == second.behind == 7
    assert second.behind_for > first.behind_for > 0


def test_a_look_that_does_not_end_is_told_of() -> None:
    now = [0.0]
    health = Health(lambda: WELL, lambda: HEARD, lambda: now[0])
    assert health.condition() == {"starting": "–"}
    health.see(WELL)
    assert health.condition() == {}
    now[0] = STUCK_SECONDS + 2
    assert health.condition() == {"stuck": "62 s"}
    health.see(replace(WELL, stale=1))
    assert health.condition() == {"model": "1"}


def test_a_lock_is_seen_by_whoever_looks(tmp_path: Path) -> None:
    assert not is_held(tmp_path)
    with hold(tmp_path):
        assert is_held(tmp_path)
        (tmp_path / "bot.lock").unlink()
        assert not is_held(tmp_path)
    with hold(tmp_path):
        pass
    assert not is_held(tmp_path)


class _Level(FakeCorpus):
    """Whose index follows, or does not."""

    lag = 0

    def behind(self) -> int:
        return self.lag

    def stale(self) -> int:
        return 0
