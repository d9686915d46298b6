"""A broadcast reaches each of its chats once, wherever the process dies, and is over when it was told."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.keeping.broadcasts import Circle
from bot.operating.spreading import Spreading, circle_of
from bot.outgoing.steps import Room
from bot.outgoing.types import Delivery, Gone, Lane, Sent
from bot.rules import Access, Rules
from bot.store import BotStore
from bot.tables import outbox
from bot.texts import load_texts
from bot.types import Hours, Message
from tests.blank import blank_store
from tests.fake_corpus import HandClock

TEXTS = load_texts()
OPERATOR = 9
PEOPLE = (1, 2, 3, 4, 5, OPERATOR)
DAY = timedelta(days=1)


class PowerCut(Exception):
    """The process is gone."""


@pytest.fixture
def store(tmp_path: Path, clock: HandClock) -> Iterator[BotStore]:
    store = opened(tmp_path, clock)
    yield store
    store.close()


def opened(folder: Path, clock: HandClock, people: Iterable[int] = PEOPLE) -> BotStore:
    store = blank_store(folder, clock)
    for chat_id in people:
        store.chat(chat_id, language="en", kind="private")
    return store


def begin(store: BotStore, clock: HandClock, by: int = OPERATOR) -> int:
    number = store.broadcasts.draft("Hello.", by, clock())
    assert store.broadcasts.begin(number, "everybody", clock() - DAY)
    return number


def spreading(store: BotStore, clock: HandClock, circle: Circle | None = None) -> Spreading:
    return Spreading(store, TEXTS, clock, circle, page=2)


def run(spreading: Spreading) -> None:
    while spreading.step():
        pass


def drain(
    store: BotStore, clock: HandClock, gone: frozenset[int] = frozenset(), arrived: list[tuple[int, str]] | None = None
) -> list[tuple[int, str]]:
    """What arrives now, as (chat, text), behind what arrived before; nobody is there in those that are gone."""
    arrived = [] if arrived is None else arrived
    while deliveries := store.claim(clock(), Room(50, 50), 60.0):
        for delivery in deliveries:
            outcome = Gone("blocked") if delivery.chat_id in gone else Sent(len(arrived) + 1)
            if isinstance(outcome, Sent):
                assert isinstance(delivery.content, Message)
                arrived.append((delivery.chat_id, delivery.content.text))
            store.settle(delivery, outcome, clock())
    return arrived


def state(store: BotStore, number: int) -> str:
    broadcast = store.broadcasts.find(number)
    return broadcast.state if broadcast else ""


def test_everybody_gets_it_and_whoever_sent_it_is_told_how_many(store: BotStore, clock: HandClock) -> None:
    spread, number = spreading(store, clock), begin(store, clock)
    run(spread)
    assert state(store, number) == "spread"
    assert sorted(drain(store, clock, gone=frozenset((3,)))) == [(one, "Hello.") for one in PEOPLE if one != 3]
    run(spread)
    assert drain(store, clock) == [(OPERATOR, TEXTS.say("en", "broadcast.done", count=6, reached=5))]
    run(spread)
    assert drain(store, clock) == []
    assert state(store, number) == "over"


def test_nothing_is_told_before_all_has_come_to_something(store: BotStore, clock: HandClock) -> None:
    spread, number = spreading(store, clock), begin(store, clock)
    run(spread)
    [delivery] = store.claim(clock(), Room(1, 1), 60.0)
    drain(store, clock)
    run(spread)
    assert state(store, number) == "spread"
    store.settle(delivery, Sent(1), clock())
    run(spread)
    assert state(store, number) == "over"


def test_its_rows_are_let_go_when_it_is_over(store: BotStore, clock: HandClock) -> None:
    store.enqueue([Delivery("s:1:2", Lane.DIGEST, 2, Message("An alert."))], {})
    spread = spreading(store, clock)
    begin(store, clock)
    run(spread)
    drain(store, clock)
    run(spread)
    with store._engine.connect() as tx:
        assert set(tx.execute(sa.select(outbox.c.key)).scalars()) == {"s:1:2", "bt:1"}


def test_quiet_hours_are_waited_for(store: BotStore, clock: HandClock) -> None:
    store.set_hours(2, Hours(quiet=(11 * 60, 13 * 60)))  # it is noon
    spread, number = spreading(store, clock), begin(store, clock)
    run(spread)
    assert 2 not in dict(drain(store, clock))
    run(spread)
    assert state(store, number) == "spread"
    clock.advance(3600)
    assert drain(store, clock) == [(2, "Hello.")]
    run(spread)
    assert drain(store, clock) == [(OPERATOR, TEXTS.say("en", "broadcast.done", count=6, reached=6))]


def test_stopped_in_the_middle_it_says_who_had_got_it(store: BotStore, clock: HandClock) -> None:
    spread, number = spreading(store, clock), begin(store, clock)
    assert spread.step()
    assert spread.step()
    assert len(drain(store, clock)) == 4
    assert spread.step()
    assert store.broadcasts.stop() == 1
    run(spread)
    assert drain(store, clock) == [(OPERATOR, TEXTS.say("en", "broadcast.stopped", count=6, reached=4))]
    assert state(store, number) == "over"


def test_a_group_that_moves_behind_the_page_is_caught_up_with(store: BotStore, clock: HandClock) -> None:
    for chat_id in (-11, -12, -13):
        store.chat(chat_id, language="en", kind="group")
    spread = spreading(store, clock)
    begin(store, clock)
    assert spread.step()  # -13 and -12
    store.move(-11, -2011)
    run(spread)
    assert sorted(dict(drain(store, clock))) == [-2011, -13, -12, *PEOPLE]


def test_a_broadcast_begun_in_the_terminal_is_told_to_no_chat(store: BotStore, clock: HandClock) -> None:
    spread, number = spreading(store, clock), begin(store, clock, by=0)
    run(spread)
    assert len(drain(store, clock)) == 6
    run(spread)
    assert (drain(store, clock), state(store, number)) == ([], "over")


def test_two_broadcasts_do_not_wait_for_each_other(store: BotStore, clock: HandClock) -> None:
    store.set_hours(2, Hours(quiet=(11 * 60, 13 * 60)))
    spread, first = spreading(store, clock), begin(store, clock)
    run(spread)
    store.set_active(2, True)
    drain(store, clock)
    store.set_paused(2, True, 0)  # so that the second is not for it
    second = begin(store, clock)
    run(spread)
    drain(store, clock)
    run(spread)
    assert (state(store, first), state(store, second)) == ("spread", "over")


@pytest.mark.parametrize(
    ("access", "circle"),
    [
        (Access.OPEN, None),
        (Access.ALLOWLIST, Circle(frozenset((1, OPERATOR)))),
        (Access.INVITE, Circle(frozenset((1, OPERATOR)), invited=True)),
        (Access.CLOSED, Circle(frozenset((OPERATOR,)))),
    ],
)
def test_whom_the_bot_is_for_hears_it(access: Access, circle: Circle | None) -> None:
    assert circle_of(Rules(access, allowed=frozenset((1,))), frozenset((OPERATOR,))) == circle


@contextmanager
def cut_before_commit(store: BotStore, number: int) -> Iterator[None]:
    """The process dies when its transaction of that number is about to be committed."""
    left = [number]

    def commit(_: sa.Connection) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise PowerCut

    sa.event.listen(store._engine, "commit", commit, insert=True)
    try:
        yield
    finally:
        sa.event.remove(store._engine, "commit", commit)


@pytest.mark.parametrize("stops", [False, True])
def test_cut_at_every_transaction_everybody_gets_it_and_at_most_what_was_under_way_comes_twice(
    tmp_path: Path, clock: HandClock, stops: bool
) -> None:
    whole = opened(tmp_path / "whole", clock, (1, 2, OPERATOR))
    number = begin(whole, clock)
    whole.close()
    for cut in range(40):
        shutil.copytree(tmp_path / "whole", tmp_path / str(cut))
        arrived: list[tuple[int, str]] = []
        was_cut = not _worked(tmp_path / str(cut), clock, arrived, cut, stops=stops)
        assert _worked(tmp_path / str(cut), clock, arrived, 1000, stops=stops)
        got, told = [one for one in arrived if one[1] == "Hello."], [one for one in arrived if one[1] != "Hello."]
        key, planned = ("stopped", (2, 3)) if stops else ("done", (3,))
        reached = len(set(got))
        assert len(set(told)) == 1
        assert told[0][1] in {TEXTS.say("en", f"broadcast.{key}", count=chats, reached=reached) for chats in planned}
        assert 2 <= reached <= 3 if stops else reached == 3
        assert len(arrived) - len(set(arrived)) <= was_cut
        if not was_cut:
            break
    assert 8 < cut < 39
    store = blank_store(tmp_path / str(cut), clock)
    assert state(store, number) == "over"
    store.close()


def _worked(folder: Path, clock: HandClock, arrived: list[tuple[int, str]], cut: int, *, stops: bool) -> bool:
    """From the start of a process to its end; False when it was cut."""
    store = blank_store(folder, clock)
    store.reclaim(clock())
    spread = spreading(store, clock)
    try:
        with cut_before_commit(store, cut):
            spread.step()
            if stops:
                drain(store, clock, arrived=arrived)
                store.broadcasts.stop()
            for _ in range(3):
                run(spread)
                drain(store, clock, arrived=arrived)
    except PowerCut:
        return False
    finally:
        store.close()
    return True
