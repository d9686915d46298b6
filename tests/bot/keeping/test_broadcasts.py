"""A broadcast goes to whom it should, in steps that each find where the last one ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.keeping.broadcasts import Broadcast, Circle, broadcast_key
from bot.outgoing.types import Delivery, Lane
from bot.store import BotStore
from bot.tables import people
from bot.types import Hours, Message
from tests.blank import blank_store
from tests.fakes import NOON

OPERATOR = 9
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BotStore]:
    store = blank_store(tmp_path, lambda: NOON)
    yield store
    store.close()


def begun(store: BotStore, audience: str = "people") -> Broadcast:
    number = store.broadcasts.draft("Hello.", OPERATOR, NOON)
    assert store.broadcasts.begin(number, audience, NOON - DAY)  # type: ignore[arg-type]
    return found(store, number)


def found(store: BotStore, number: int) -> Broadcast:
    broadcast = store.broadcasts.find(number)
    assert broadcast is not None
    return broadcast


def to(broadcast: Broadcast, *chats: int) -> list[Delivery]:
    keys = [(broadcast_key(broadcast.id, chat_id), chat_id) for chat_id in chats]
    return [Delivery(key, Lane.DIGEST, chat_id, Message(broadcast.text)) for key, chat_id in keys]


def listening(store: BotStore, broadcast: Broadcast, circle: Circle | None = None) -> list[int]:
    return [listener.chat_id for listener in store.broadcasts.listeners(broadcast, 100, NOON, circle)]


def test_a_draft_is_begun_once_and_only_while_it_is_fresh(store: BotStore) -> None:
    number = store.broadcasts.draft("Hello.", OPERATOR, NOON)
    assert store.broadcasts.open() == []
    assert store.broadcasts.begin(number, "people", NOON - DAY)
    assert not store.broadcasts.begin(number, "everybody", NOON - DAY)
    assert found(store, number).audience == "people"
    old = store.broadcasts.draft("Hello.", OPERATOR, NOON - 2 * DAY)
    assert not store.broadcasts.begin(old, "people", NOON - DAY)
    assert not store.broadcasts.begin(old + 1, "people", NOON - DAY)


def test_drafts_are_dropped_and_never_what_was_begun(store: BotStore) -> None:
    running = begun(store)
    old, fresh, other = (store.broadcasts.draft("Hi.", OPERATOR, NOON - days * DAY) for days in (2, 0, 0))
    store.broadcasts.drop_drafts(NOON - DAY, fresh)
    store.broadcasts.drop_drafts(NOON - DAY, running.id)
    assert [store.broadcasts.find(number) is None for number in (old, fresh, other, running.id)] == [
        True, True, False, False,
    ]  # fmt: skip


def test_only_those_who_may_be_written_to_hear_it(store: BotStore) -> None:
    kinds = {1: "private", 2: "private", 3: "private", 4: "private", 5: "private", -6: "group", -7: "channel"}
    for chat_id, kind in kinds.items():
        store.chat(chat_id, language="en", kind=kind)  # type: ignore[arg-type]
    store.chat(0, language="en", kind="private")  # the terminal
    store.set_active(2, False)
    store.set_paused(3, True, 0)
    store.set_hours(4, Hours(muted_until=NOON + DAY))
    with store._engine.begin() as tx:
        tx.execute(sa.insert(people).values(user_id=5, banned_at=NOON))
    assert listening(store, begun(store)) == [1]
    assert listening(store, begun(store, "everybody")) == [-6, 1]
    assert store.broadcasts.count(NOON, None) == (1, 1)
    assert store.broadcasts.count(NOON + 2 * DAY, None) == (2, 1)  # the mute is over


def test_a_bot_that_is_not_for_everybody_writes_to_nobody_else(store: BotStore) -> None:
    for chat_id in (1, 2, 3):
        store.chat(chat_id, language="en", kind="private")
    store.chat(-6, language="en", kind="group")
    with store._engine.begin() as tx:
        tx.execute(sa.insert(people).values(user_id=2, admitted_at=NOON))
    broadcast = begun(store, "everybody")
    assert listening(store, broadcast, Circle(frozenset((1,)))) == [1]
    assert listening(store, broadcast, Circle(frozenset((1, -6)), invited=True)) == [-6, 1, 2]
    assert store.broadcasts.count(NOON, Circle(frozenset((1,)), invited=True)) == (2, 0)


def test_a_page_begins_after_the_last_and_the_last_pass_finds_whoever_was_missed(store: BotStore) -> None:
    for chat_id in (1, 2, 3):
        store.chat(chat_id, language="en", kind="private")
    broadcast = begun(store)
    assert store.broadcasts.queue(broadcast, to(broadcast, 2), NOON)
    assert listening(store, found(store, broadcast.id)) == [3]
    store.broadcasts.advance(found(store, broadcast.id), "catching")
    assert listening(store, found(store, broadcast.id)) == [1, 3]


def test_a_group_that_got_it_under_its_old_number_does_not_get_it_under_its_new_one(store: BotStore) -> None:
    store.chat(-5, language="en", kind="group")
    broadcast = begun(store, "everybody")
    store.broadcasts.queue(broadcast, to(broadcast, -5), NOON)
    store.move(-5, -1005)
    store.broadcasts.advance(found(store, broadcast.id), "catching")
    assert listening(store, found(store, broadcast.id)) == []


def test_the_same_chat_is_never_queued_twice(store: BotStore) -> None:
    broadcast = begun(store)
    for _ in range(2):
        assert store.broadcasts.queue(found(store, broadcast.id), to(broadcast, 1, 2), NOON)
    assert store.broadcasts.counts(broadcast.id) == (2, 0)
    assert store.counts() == {"ready": 2}


def test_what_was_stopped_meanwhile_is_not_queued(store: BotStore) -> None:
    broadcast = begun(store)
    assert store.broadcasts.stop() == 1
    assert not store.broadcasts.queue(broadcast, to(broadcast, 1), NOON)
    store.broadcasts.advance(broadcast, "catching")
    assert (found(store, broadcast.id).state, store.counts()) == ("stopping", {})
    assert store.broadcasts.stop() == 0


def test_of_another_broadcast_nothing_is_withdrawn_or_swept(store: BotStore) -> None:
    one, other = begun(store), begun(store)
    store.broadcasts.queue(one, to(one, 1, 2, 3), NOON)
    store.broadcasts.queue(other, to(other, 1), NOON)
    assert [store.broadcasts.withdraw(one.id, 2, NOON) for _ in range(3)] == [2, 1, 0]
    assert store.broadcasts.unsettled(one.id) is None
    assert [store.broadcasts.sweep(one.id, 2) for _ in range(3)] == [2, 1, 0]
    row = store.broadcasts.unsettled(other.id)
    assert row is not None
    assert store.broadcasts.unsettled(other.id, row) == row


def test_it_is_told_once(store: BotStore) -> None:
    broadcast = begun(store)
    store.broadcasts.advance(broadcast, "spread")
    spread, report = found(store, broadcast.id), [Delivery("bt:1", Lane.ANSWER, OPERATOR, Message("Done."))]
    for _ in range(2):
        store.broadcasts.tell(spread, (3, 2), report, NOON)
    assert store.counts() == {"ready": 1}
    told = store.broadcasts.latest()
    assert told is not None
    assert (told.state, told.planned, told.reached) == ("told", 3, 2)
