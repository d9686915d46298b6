"""What is queued goes out once, in its order, and each outcome leads where it should."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.alerting.alerts import story_key
from bot.outgoing.outbox import GROUPED_ABOVE, PLANNED, PROMOTED
from bot.outgoing.steps import BACKOFF_CAP, MAX_TRIES, Room, next_step
from bot.outgoing.types import (
    Alert,
    Aside,
    Delivery,
    Digest,
    Gone,
    Held,
    Lane,
    Later,
    Manner,
    Moved,
    Rejected,
    Sent,
    Stray,
    Unclear,
)
from bot.store import BotStore, open_store
from bot.types import Chat, Kind, Message, Subscription

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
LEASE = 60.0
WIDE = Room(9, 9)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BotStore]:
    store = open_store(tmp_path, lambda: NOW)
    yield store
    store.close()


def answer(key: str, chat_id: int = 1, text: str = "Yes.") -> Delivery:
    return Delivery(key, Lane.ANSWER, chat_id, Message(text))


def alert(story: int, chat_id: int = 1, due: datetime | None = None, thread: int | None = None) -> Delivery:
    """At once, or in a digest at that time."""
    lane = Lane.ALERT if due is None else Lane.DIGEST
    about, manner = Alert(f"article {story}", story, 1), Manner(thread_id=thread)
    return Delivery(story_key(story, chat_id, thread), lane, chat_id, about, manner, due)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def keys(deliveries: list[Delivery]) -> list[str]:
    return [delivery.key for delivery in deliveries]


def stories(delivery: Delivery) -> list[int]:
    assert isinstance(delivery.content, Digest)
    return [alert.story for alert in delivery.content.alerts]


def test_planning_twice_changes_nothing(store: BotStore) -> None:
    assert store.cursor() == 0
    store.enqueue([alert(3), alert(3), alert(4)], {PLANNED: 12})
    store.enqueue([alert(3), alert(4)], {PLANNED: 12})
    assert store.cursor() == 12
    assert store.counts() == {"ready": 2}


def test_more_alerts_than_one_statement_takes(store: BotStore) -> None:
    many = [alert(3, chat_id) for chat_id in range(1, 1202)]
    store.enqueue(many, {})
    store.enqueue(many, {})
    assert store.counts() == {"ready": 1201}


def test_answers_go_before_alerts_and_the_oldest_first(store: BotStore) -> None:
    store.enqueue([alert(3, 1), alert(3, 2), answer("r:1:0", 3), answer("r:2:0", 4)], {})
    assert keys(store.claim(NOW, Room(3, 3), LEASE)) == ["r:1:0", "r:2:0", "s:3:1"]


def test_places_kept_for_answers_are_not_taken_by_alerts(store: BotStore) -> None:
    store.enqueue([alert(3, 1), alert(3, 2), answer("r:1:0", 3)], {})
    assert keys(store.claim(NOW, Room(3, 1), LEASE)) == ["r:1:0", "s:3:1"]
    assert store.claim(NOW, Room(3, 0), LEASE) == []


def test_a_chat_that_rests_takes_answers_but_no_alerts(store: BotStore) -> None:
    store.enqueue([alert(3, 1), alert(3, 2), answer("r:1:0", 1)], {})
    assert keys(store.claim(NOW, Room(3, 3, resting=frozenset({1})), LEASE)) == ["r:1:0", "s:3:2"]


def test_one_chat_gets_its_messages_one_after_the_other(store: BotStore) -> None:
    store.enqueue([answer("r:1:0"), answer("r:1:1"), alert(3)], {})
    [first] = store.claim(NOW, Room(9, 9), LEASE)
    assert first.key == "r:1:0"
    assert keys(store.claim(NOW, Room(9, 9, busy=frozenset({1})), LEASE)) == []
    store.settle(first, Later(5, "connection refused"), NOW)
    # The rest of the answer waits for its first part; the alert is another matter.
    assert keys(store.claim(NOW, Room(9, 9), LEASE)) == ["s:3:1"]
    assert keys(store.claim(later(6), Room(9, 9), LEASE)) == ["r:1:0"]


def test_a_claimed_row_is_not_claimed_again_before_its_lease_ends(store: BotStore) -> None:
    store.enqueue([alert(3)], {})
    assert keys(store.claim(NOW, Room(9, 9), LEASE)) == ["s:3:1"]
    assert store.claim(later(LEASE - 1), Room(9, 9), LEASE) == []
    assert keys(store.claim(later(LEASE), Room(9, 9), LEASE)) == ["s:3:1"]


def test_after_a_crash_what_was_being_sent_is_ready_at_once(store: BotStore, tmp_path: Path) -> None:
    store.enqueue([alert(3, 1), alert(3, 2)], {})
    [first] = store.claim(NOW, Room(1, 1), LEASE)
    second_process = open_store(tmp_path)
    assert second_process.reclaim(later(1)) == 1
    assert keys(second_process.claim(later(1), Room(9, 9), LEASE)) == [first.key, "s:3:2"]
    second_process.close()


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Sent(1), "done"),
        (Later(9, "Too Many Requests", flood=True), "waiting"),
        (Later(9, "refused"), "waiting"),
        (Held(later(60)), "waiting"),
        (Aside(), "dead"),
        (Unclear("read timeout"), "waiting"),
        (Gone("blocked"), "dead"),
        (Moved(-1005), "ready"),
        (Rejected("too long"), "dead"),
    ],
)
def test_each_outcome_has_its_state(store: BotStore, outcome: Sent, state: str) -> None:
    store.enqueue([alert(3, -5)], {})
    [delivery] = store.claim(NOW, Room(1, 1), LEASE)
    store.settle(delivery, outcome, NOW)
    assert store.counts() == {state: 1}


def test_a_flood_wait_is_obeyed_and_never_counted(store: BotStore) -> None:
    store.enqueue([alert(3)], {})
    for round_ in range(MAX_TRIES + 1):
        now = later(round_ * 10)
        [delivery] = store.claim(now, Room(1, 1), LEASE)
        store.settle(delivery, Later(10, "Too Many Requests", flood=True), now)
        assert store.next_due() == now + timedelta(seconds=10)
        assert delivery.tries == 0
    assert store.counts() == {"waiting": 1}


def test_a_lost_reply_leads_to_one_resend_at_most(store: BotStore) -> None:
    store.enqueue([alert(3)], {})
    sends = 0
    for minute in range(10):
        for delivery in store.claim(later(60 * minute), Room(9, 9), LEASE):
            sends += 1
            store.settle(delivery, Unclear("read timeout"), later(60 * minute))
    assert sends == 2
    assert store.counts() == {"unknown": 1}


def test_a_gone_chat_is_muted_not_retried(store: BotStore) -> None:
    store.chat(1, language="en", kind="private")
    store.enqueue([alert(3), alert(4), alert(3, 2)], {})
    [delivery] = store.claim(NOW, Room(1, 1), LEASE)
    store.settle(delivery, Gone("blocked"), NOW)
    assert store.chat(1, language="en", kind="private") == Chat(1, "en", active=False, away_from=0)
    assert keys(store.claim(later(999), Room(9, 9), LEASE)) == ["s:3:2"]


def test_a_moved_chat_gets_its_message_at_its_new_number(store: BotStore) -> None:
    store.chat(-5, language="en", kind="group")
    store.enqueue([alert(3, -5)], {})
    [delivery] = store.claim(NOW, Room(1, 1), LEASE)
    store.settle(delivery, Moved(-1005), NOW)
    assert [(d.chat_id, d.key) for d in store.claim(NOW, Room(1, 1), LEASE)] == [(-1005, "s:3:-1005")]


def test_settling_twice_changes_nothing(store: BotStore) -> None:
    store.enqueue([alert(3)], {})
    [delivery] = store.claim(NOW, Room(1, 1), LEASE)
    store.settle(delivery, Sent(1), NOW)
    store.settle(delivery, Later(1, "late news"), NOW)
    assert store.counts() == {"done": 1}


@given(tries=st.integers(0, MAX_TRIES - 2), seconds=st.floats(0.1, 10))
def test_waits_grow_up_to_the_cap(tries: int, seconds: float) -> None:
    step, next_one = (next_step(Later(seconds, "refused"), tries + n, 0) for n in (0, 1))
    assert step.state == "ready"
    assert seconds <= step.wait <= next_one.wait or next_one.state == "dead"
    assert step.wait <= BACKOFF_CAP


def test_retries_end_after_about_a_day() -> None:
    waits = [next_step(Later(0.2, "refused"), tries, 0).wait for tries in range(MAX_TRIES - 1)]
    assert 20 < sum(waits) / 3600 < 30
    assert next_step(Later(0.2, "refused"), MAX_TRIES - 1, 0).state == "dead"


# -- what goes together


def test_a_few_alerts_come_one_by_one_and_many_as_one_message(store: BotStore) -> None:
    store.enqueue([alert(story, 1) for story in range(GROUPED_ABOVE)], {})
    store.enqueue([alert(story, 2) for story in range(GROUPED_ABOVE + 1)], {})
    one, many = store.claim(NOW, WIDE, LEASE)
    assert one.content == Alert("article 0", 0, 1)
    assert stories(many) == list(range(GROUPED_ABOVE + 1))
    store.settle(many, Sent(8), NOW)
    assert store.counts() == {"ready": GROUPED_ABOVE - 1, "sending": 1, "done": GROUPED_ABOVE + 1}


def test_what_was_sent_together_is_sent_again_together(store: BotStore) -> None:
    store.enqueue([alert(story) for story in range(8)], {})
    [many] = store.claim(NOW, WIDE, LEASE)
    store.settle(many, Later(5, "refused"), NOW)
    store.enqueue([alert(9)], {})
    assert store.claim(later(1), WIDE, LEASE) == []  # it would overtake them
    [again] = store.claim(later(6), WIDE, LEASE)
    assert stories(again) == [*range(8), 9]


def test_a_digest_gathers_what_is_due_and_leaves_what_is_not(store: BotStore) -> None:
    store.enqueue([alert(1, due=later(60)), alert(2, due=later(60)), alert(3, due=later(120))], {})
    assert store.counts() == {"waiting": 3}
    assert store.claim(NOW, WIDE, LEASE) == []
    assert store.next_due() == later(60)
    [digest] = store.claim(later(61), WIDE, LEASE)
    assert (digest.lane, stories(digest)) == (Lane.DIGEST, [1, 2])
    store.settle(digest, Sent(5), later(61))
    assert [stories(digest) for digest in store.claim(later(121), WIDE, LEASE)] == [[3]]


def test_a_digest_that_waits_holds_up_no_other(store: BotStore) -> None:
    store.enqueue([alert(1, due=later(9000)), alert(2, due=later(60)), alert(3)], {})
    [single] = store.claim(NOW, WIDE, LEASE)
    store.settle(single, Sent(1), NOW)
    assert [stories(digest) for digest in store.claim(later(61), WIDE, LEASE)] == [[2]]


def test_each_forum_topic_has_its_own_messages(store: BotStore) -> None:
    store.enqueue([alert(1, -5, later(1), 7), alert(1, -5, later(1), 8), alert(2, -5, later(1), 7)], {})
    [digest] = store.claim(later(2), WIDE, LEASE)
    assert (digest.manner.thread_id, stories(digest)) == (7, [1, 2])


def test_the_sooner_of_two_alerts_about_one_story_stays(store: BotStore) -> None:
    store.enqueue([alert(1, due=later(9000)), alert(2, due=later(60))], {})
    store.enqueue([alert(1), alert(2, due=later(9000))], {})
    assert keys(store.claim(NOW, WIDE, LEASE)) == ["s:1:1"]
    assert store.next_due() == later(60)


def test_a_crowd_that_is_due_at_once_becomes_ready_in_pieces(store: BotStore) -> None:
    store.enqueue([alert(1, chat, later(60)) for chat in range(1, PROMOTED + 51)], {})
    store.enqueue([answer("r:1:0", 9999)], {})
    assert keys(store.claim(later(61), Room(1, 1), LEASE)) == ["r:1:0"]
    assert store.counts() == {"waiting": 50, "ready": PROMOTED, "sending": 1}


def test_claims_use_the_indexes_that_hold_only_what_is_open(store: BotStore) -> None:
    """A million finished or waiting rows must cost a claim nothing."""
    seen: list[str] = []
    sa.event.listen(store._engine, "before_cursor_execute", lambda *told: seen.append((told[2], told[3])))  # type: ignore[arg-type]
    store.claim(NOW, WIDE, LEASE)
    statements = [told for told in seen if "outbox" in told[0]]
    with store._engine.connect() as tx:
        plans = [str(tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", told).all()) for sql, told in statements]
    assert all("SCAN outbox'" not in plan for plan in plans)
    for index in ("outbox_ready", "outbox_waiting", "outbox_sending"):
        assert any(index in plan for plan in plans)


# -- changes to what was sent, and chats that are away


def test_a_sent_alert_is_known_by_its_message(store: BotStore) -> None:
    store.enqueue([alert(1), alert(2, 2, later(1)), alert(3, 2, later(1))], {})
    [single] = store.claim(NOW, WIDE, LEASE)
    assert store.message_of("s:1:1") is None
    store.settle(single, Sent(77), NOW)
    [digest] = store.claim(later(2), WIDE, LEASE)
    store.settle(digest, Sent(78), NOW)
    assert store.message_of("s:1:1") == 77
    assert store.message_of("s:2:2") is None  # its message tells other stories too
    told = store.told(["s:1:1", "s:2:2", "s:9:9"])
    assert {key: (one.state, one.article_id) for key, one in told.items()} == {
        "s:1:1": ("sent", "article 1"), "s:2:2": ("sent", "article 2"),
    }  # fmt: skip
    assert [delivery.chat_id for _, delivery in store.sent_alerts([1, 2, 3], 0, 9)] == [1]


def test_a_chat_that_comes_back_may_have_what_it_missed_as_one_digest(store: BotStore) -> None:
    store.chat(1, language="en", kind="private")
    store.enqueue([alert(1), alert(2), alert(3, due=later(900))], {PLANNED: 40})
    [first] = store.claim(NOW, WIDE, LEASE)
    store.settle(first, Gone("blocked"), NOW)
    assert store.missed(1) == 3
    chat = store.known_chat(1)
    assert chat is not None
    assert (chat.active, chat.away_from) == (False, 40)
    assert store.catch_up(1, later(5)) == 3
    [digest] = store.claim(later(6), WIDE, LEASE)
    assert stories(digest) == [1, 2, 3]


def test_what_a_chat_does_not_want_to_catch_up_with_is_never_told(store: BotStore) -> None:
    store.enqueue([alert(1), alert(2)], {})
    store.hold_back(1)
    store.skip(1)
    assert (store.missed(1), store.catch_up(1, NOW)) == (0, 0)
    store.enqueue([alert(1)], {})
    assert store.counts() == {"dead": 2}


def test_what_met_a_pause_on_its_way_can_be_caught_up_with(store: BotStore) -> None:
    store.enqueue([alert(1)], {})
    [delivery] = store.claim(NOW, WIDE, LEASE)
    store.settle(delivery, Aside(), NOW)
    assert (store.missed(1), store.catch_up(1, NOW)) == (1, 1)


def test_what_a_subscription_was_still_to_tell_is_taken_back(store: BotStore) -> None:
    def by(subscription: int, story: int, change: int) -> Delivery:
        about = Alert(f"article {story}", story, subscription, change)
        return Delivery(story_key(story, 1), Lane.DIGEST, 1, about, due=later(60))

    store.enqueue([by(5, 1, 30), by(5, 2, 20), by(6, 3, 10)], {})
    assert store.withdraw(1, 5) == 19
    assert store.withdraw(1, 5) is None
    [digest] = store.claim(later(61), WIDE, LEASE)
    assert stories(digest) == [3]


def test_an_answer_is_not_laid_aside(store: BotStore) -> None:
    store.enqueue([alert(1), answer("r:1:0")], {})
    store.hold_back(1)
    assert keys(store.claim(NOW, WIDE, LEASE)) == ["r:1:0"]


def test_a_closed_topic_is_left_and_whoever_asked_for_it_is_told_once(store: BotStore) -> None:
    store.chat(-5, language="en", kind="group")
    store.subscribe(Subscription(-5, Kind.TOPIC, "ships", "ships", NOW, thread_id=7, by=42))
    store.enqueue([alert(1, -5, thread=7), alert(2, -5, thread=7)], {})
    for minute in range(2):
        [delivery] = [one for one in store.claim(later(minute), WIDE, LEASE) if one.chat_id == -5]
        store.settle(delivery, Sent(9, strayed=delivery.manner.thread_id is not None), later(minute))
    assert [one.thread_id for one in store.subscriptions(-5)] == [None]
    assert delivery.manner.thread_id is None
    told = store.told(["t:-5:7:42"])
    assert list(told) == ["t:-5:7:42"]
    assert [one.content for one in store.claim(later(9), WIDE, LEASE)] == []
    with store._engine.connect() as tx:
        assert tx.execute(sa.text("SELECT count(*) FROM outbox WHERE chat_id = 42")).scalar() == 1
    store.reclaim(later(9))
    assert [one.content for one in store.claim(later(10), WIDE, LEASE)] == [Stray(-5)]
