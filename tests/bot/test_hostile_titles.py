"""Strangers' titles and texts: a small run of the benchmark, and that it sees what it looks for."""

from __future__ import annotations

from bot import sheet
from bot.store import BotStore
from bot.types import Message
from tests.benchmarks.hostile_titles import Tally, check, kept, run

PLANE, PLANES = 0x1000, 0x110


def test_nothing_hostile_is_refused_breaks_a_limit_or_is_lost(store: BotStore) -> None:
    tally = run(120, 7, store)
    assert tally.failures == []
    assert (tally.refused, tally.broken, tally.lost) == (0, 0, 0)
    assert tally.messages > 600


def test_only_the_characters_that_are_named_are_dropped() -> None:
    for plane in range(PLANES):
        text = "".join(map(chr, range(plane * PLANE, (plane + 1) * PLANE)))
        assert kept(sheet.clean(text)) == kept(text)
        assert len(sheet.clean(text)) == len(" ".join(kept_words(text)))


def kept_words(text: str) -> list[str]:
    return [word for word in map(kept, text.split()) if word]


def test_what_goes_wrong_is_counted() -> None:
    tally = Tally()
    check(tally, "long", (Message("x" * 4097),), ())
    check(tally, "loose", (Message(" half a sentence"),), ("half a sentence is lost",))
    check(tally, "broken", (Message("\ud800"),), ())
    assert (tally.messages, tally.refused, tally.broken, tally.lost) == (3, 2, 2, len("halfasentenceislost"))
