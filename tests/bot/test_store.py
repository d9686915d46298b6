"""bot.db: nothing is lost between the inbox and the outbox, and nothing is queued twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st

from bot.outbox import BACKOFF_CAP, MAX_TRIES, Room, next_step
from bot.parcels import pack, unpack
from bot.store import MIGRATIONS, BotStore, open_store
from bot.tables import metadata
from bot.types import (
    Alert,
    Button,
    Chat,
    Delivery,
    Gone,
    Lane,
    Later,
    Mark,
    MarkKind,
    Message,
    Moved,
    Rejected,
    Sent,
    Subscription,
    Unclear,
)
from retrieval import Turn, open_engine

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
LEASE = 60.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BotStore]:
    store = open_store(tmp_path, lambda: NOW)
    yield store
    store.close()


def answer(key: str, chat_id: int = 1, text: str = "Yes.") -> Delivery:
    return Delivery(key, Lane.ANSWER, chat_id, Message(text))


def alert(article: str, chat_id: int = 1) -> Delivery:
    return Delivery(f"a:{article}:{chat_id}", Lane.ALERT, chat_id, Alert(article, "https://feed.example/"))


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def keys(deliveries: list[Delivery]) -> list[str]:
    return [delivery.key for delivery in deliveries]


def test_the_migrations_build_what_the_code_expects(store: BotStore) -> None:
    with store._engine.connect() as tx:
        assert compare_metadata(MigrationContext.configure(tx), metadata) == []


def test_content_survives_the_outbox() -> None:
    marks = (Mark(0, 3, MarkKind.BOLD), Mark(4, 7, MarkKind.LINK, "https://a.example/#:~:text=b"))
    message = Message('Ура — 🚢 \u2028 "quoted"\n', marks, ((Button("Summary", "sum:1"),), (Button("Mute", "mute:2"),)))
    assert unpack(pack(message)) == message
    assert unpack(pack(Alert("articles/a", "https://feed.example/"))) == Alert("articles/a", "https://feed.example/")


# -- chats


def test_a_chat_keeps_the_language_it_chose(store: BotStore) -> None:
    assert store.chat(5, language="ru", kind="private") == Chat(5, "ru")
    store.set_language(5, "en")
    assert store.chat(5, language="ru", kind="private") == Chat(5, "en")
    assert store.known_chat(6) is None


def test_a_blocked_chat_keeps_its_subscriptions_but_is_not_a_follower(store: BotStore) -> None:
    store.chat(5, language="en", kind="private")
    store.subscribe(Subscription(5, "https://feed.example/", "Feed", NOW))
    store.set_active(5, False)
    assert store.followers("https://feed.example/") == []
    store.set_active(5, True)
    assert store.followers("https://feed.example/") == store.subscriptions(5) != []


def test_a_moved_group_takes_everything_along(store: BotStore) -> None:
    store.chat(-5, language="ru", kind="group")
    store.subscribe(Subscription(-5, "https://feed.example/", "Feed", NOW))
    store.remember(-5, Turn("who?", ("a",)), NOW)
    store.enqueue([alert("x", -5)], 1)
    store.move(-5, -1005)
    assert store.known_chat(-5) is None
    assert store.chat(-1005, language="en", kind="group") == Chat(-1005, "ru", "group")
    assert [s.chat_id for s in store.followers("https://feed.example/")] == [-1005]
    assert store.previous(-1005, NOW) == (Turn("who?", ("a",)),)
    store.enqueue([alert("x", -1005)], 2)
    assert [(d.chat_id, d.key) for d in store.claim(NOW, Room(9, 9), LEASE)] == [(-1005, "a:x:-1005")]


def test_moving_into_a_known_chat_merges(store: BotStore) -> None:
    for chat_id in (-5, -1005):
        store.chat(chat_id, language="en", kind="group")
        store.subscribe(Subscription(chat_id, "https://both.example/", "Both", NOW))
    store.subscribe(Subscription(-5, "https://old.example/", "Old", NOW))
    store.enqueue([alert("x", -5), alert("x", -1005), alert("y", -5)], 1)
    store.move(-5, -1005)
    assert [s.title for s in store.subscriptions(-1005)] == ["Both", "Old"]
    assert store.subscriptions(-5) == []
    assert store.counts() == {"ready": 2}


def test_moving_into_a_chat_that_has_just_been_met_keeps_the_language_the_group_chose(store: BotStore) -> None:
    store.chat(-5, language="ru", kind="group")
    store.chat(-1005, language="en", kind="group")
    store.move(-5, -1005)
    assert store.known_chat(-1005) == Chat(-1005, "ru", "group")
    store.move(-6, -1005)  # a number that nobody has heard of
    assert store.known_chat(-1005) == Chat(-1005, "ru", "group")


def test_a_moved_groups_answer_replies_to_no_other_message(store: BotStore) -> None:
    store.enqueue([replace(answer("r:7:0", -5), reply_to=3)], 1)
    store.move(-5, -1005)
    [moved] = store.claim(NOW, Room(9, 9), LEASE)
    assert (moved.chat_id, moved.reply_to) == (-1005, None)


# -- inbox


def test_an_update_is_journalled_once_and_stays_unfinished_until_it_is_done(store: BotStore) -> None:
    assert store.journal([(7, "seven"), (8, "eight")]) == [7, 8]
    assert store.journal([(8, "eight"), (9, "nine")]) == [9]
    assert store.finish(8, [answer("r:8:0")])
    assert store.unfinished() == [(7, "seven"), (9, "nine")]
    assert store.journal([(8, "eight")]) == []


def test_finishing_twice_answers_once(store: BotStore) -> None:
    store.journal([(7, "seven")])
    assert store.finish(7, [answer("r:7:0"), answer("r:7:1")])
    assert not store.finish(7, [answer("r:7:0"), answer("r:7:2")])
    assert store.counts() == {"ready": 2}


def test_an_update_that_cannot_be_answered_stays_unfinished(store: BotStore) -> None:
    store.journal([(7, "seven")])
    broken = Delivery("r:7:0", Lane.ANSWER, None, Message("no chat"))  # type: ignore[arg-type]
    with pytest.raises(sa.exc.IntegrityError):
        store.finish(7, [broken])
    assert store.unfinished() == [(7, "seven")]


def test_what_was_said_is_not_kept_after_it_is_done(store: BotStore, tmp_path: Path) -> None:
    store.journal([(7, "a secret question")])
    store.finish(7, [answer("r:7:0", text="a secret answer")])
    [delivery] = store.claim(NOW, Room(9, 9), LEASE)
    store.settle(delivery, Sent(3), NOW)
    with store._engine.connect() as tx:
        rows = [*tx.execute(sa.text("SELECT * FROM inbox")), *tx.execute(sa.text("SELECT * FROM outbox"))]
    assert len(rows) == 2
    assert "secret" not in str(rows)


def test_pruning_forgets_old_answers_but_never_an_alerts_key(store: BotStore) -> None:
    store.journal([(7, "seven"), (8, "eight")])
    store.finish(7, [answer("r:7:0")])
    store.enqueue([alert("x", 2)], 1)
    for delivery in store.claim(NOW, Room(9, 9), LEASE):
        store.settle(delivery, Sent(3), NOW)
    store.prune(NOW + timedelta(days=31))
    assert store.counts() == {"done": 1}
    store.enqueue([alert("x", 2)], 2)
    assert store.counts() == {"done": 1}
    assert store.unfinished() == [(8, "eight")]


# -- conversation, subscriptions, handles


def test_the_last_three_questions_are_remembered_newest_last_with_their_articles(store: BotStore) -> None:
    turns = [
        Turn(question, articles) for question, articles in (("1", ()), ("2", ("a", "б")), ("3", ()), ("4", ("c",)))
    ]
    for minute, turn in enumerate(turns):
        store.remember(1, turn, NOW + timedelta(minutes=minute))
    store.remember(2, Turn("another chat's"), NOW)
    assert store.previous(1, NOW) == tuple(turns[1:])
    assert store.previous(1, NOW + timedelta(minutes=3)) == (turns[3],)
    store.forget_old(NOW + timedelta(minutes=3))
    assert store.previous(1, NOW) == (turns[3],)


def test_a_chat_has_one_offer_until_it_ends_or_is_withdrawn(store: BotStore) -> None:
    assert store.offered(1, NOW) is None
    store.offer(1, "a", later(60))
    store.offer(1, "b", later(60))
    store.offer(2, "c", later(60))
    assert store.offered(1, NOW) == "b"
    assert store.offered(1, later(60)) is None
    store.withdraw_offer(1)
    assert store.offered(1, NOW) is None
    assert store.offered(2, NOW) == "c"


def test_a_moved_group_and_one_that_merges_leave_their_offers_behind(store: BotStore) -> None:
    store.offer(-5, "a", later(60))
    store.offer(-1005, "b", later(60))
    store.move(-5, -1005)
    assert store.offered(-5, NOW) is None
    assert store.offered(-1005, NOW) == "b"


def test_peoples_words_behind_a_button_are_kept_until_their_end(store: BotStore) -> None:
    words, again, article = (
        store.handle("who?", until=later(9)),
        store.handle("why?", until=later(9)),
        store.handle("a"),
    )
    assert store.handle("why?", until=later(99)) == again
    assert store.handle("a", until=later(9)) == article
    store.prune(later(10))
    assert [store.resolve(key) for key in (words, again, article)] == [None, "why?", "a"]


def test_a_database_of_an_older_bot_is_brought_up_to_date(tmp_path: Path) -> None:
    open_engine(f"sqlite:///{tmp_path / 'bot.db'}", MIGRATIONS, "0001").dispose()
    with closing(sqlite3.connect(tmp_path / "bot.db")) as old, old:
        asked = "VALUES (1, 'who?', '2026-05-04 12:00:00.000000')"
        old.execute(f"INSERT INTO questions (chat_id, question, asked_at) {asked}")
        old.execute("INSERT INTO handles (key, value) VALUES ('k', 'a')")
    with closing(open_store(tmp_path)) as store:
        assert store.previous(1, NOW) == (Turn("who?"),)
        assert store.resolve("k") == "a"


def test_following_twice_changes_nothing(store: BotStore) -> None:
    store.chat(1, language="en", kind="private")
    first = Subscription(1, "https://feed.example/", "Feed", NOW)
    assert store.subscribe(first)
    assert not store.subscribe(Subscription(1, "https://feed.example/", "Renamed", later(9)))
    assert store.subscriptions(1) == [first]
    assert store.followed_feeds() == {"https://feed.example/"}
    store.set_muted(1, "https://feed.example/", True)
    assert store.followers("https://feed.example/") == []
    assert store.subscriptions(1)[0].muted
    assert store.unsubscribe(1, "https://feed.example/")
    assert not store.unsubscribe(1, "https://feed.example/")


def test_a_handle_is_short_stable_and_resolves(store: BotStore) -> None:
    value = "https://feed.example/" + "long/" * 100
    key = store.handle(value)
    assert len(key) == 16
    assert store.handle(value) == key
    assert store.resolve(key) == value
    assert store.resolve("0" * 16) is None


# -- outbox


def test_planning_twice_changes_nothing(store: BotStore) -> None:
    assert store.cursor() == 0
    store.enqueue([alert("x"), alert("x"), alert("y")], 12)
    store.enqueue([alert("x"), alert("y")], 12)
    assert store.cursor() == 12
    assert store.counts() == {"ready": 2}


def test_more_alerts_than_one_statement_takes(store: BotStore) -> None:
    many = [alert("x", chat_id) for chat_id in range(1, 1202)]
    store.enqueue(many, 1)
    store.enqueue(many, 2)
    assert store.counts() == {"ready": 1201}


def test_answers_go_before_alerts_and_the_oldest_first(store: BotStore) -> None:
    store.enqueue([alert("x", 1), alert("x", 2), answer("r:1:0", 3), answer("r:2:0", 4)], 1)
    assert keys(store.claim(NOW, Room(3, 3), LEASE)) == ["r:1:0", "r:2:0", "a:x:1"]


def test_places_kept_for_answers_are_not_taken_by_alerts(store: BotStore) -> None:
    store.enqueue([alert("x", 1), alert("x", 2), answer("r:1:0", 3)], 1)
    assert keys(store.claim(NOW, Room(3, 1), LEASE)) == ["r:1:0", "a:x:1"]
    assert store.claim(NOW, Room(3, 0), LEASE) == []


def test_a_chat_that_rests_takes_answers_but_no_alerts(store: BotStore) -> None:
    store.enqueue([alert("x", 1), alert("x", 2), answer("r:1:0", 1)], 1)
    assert keys(store.claim(NOW, Room(3, 3, resting=frozenset({1})), LEASE)) == ["r:1:0", "a:x:2"]


def test_one_chat_gets_its_messages_one_after_the_other(store: BotStore) -> None:
    store.enqueue([answer("r:1:0"), answer("r:1:1"), alert("x")], 1)
    [first] = store.claim(NOW, Room(9, 9), LEASE)
    assert first.key == "r:1:0"
    assert keys(store.claim(NOW, Room(9, 9, busy=frozenset({1})), LEASE)) == []
    store.settle(first, Later(5, "connection refused"), NOW)
    # The rest of the answer waits for its first part; the alert is another matter.
    assert keys(store.claim(NOW, Room(9, 9), LEASE)) == ["a:x:1"]
    assert keys(store.claim(later(6), Room(9, 9), LEASE)) == ["r:1:0"]


def test_a_claimed_row_is_not_claimed_again_before_its_lease_ends(store: BotStore) -> None:
    store.enqueue([alert("x")], 1)
    assert keys(store.claim(NOW, Room(9, 9), LEASE)) == ["a:x:1"]
    assert store.claim(later(LEASE - 1), Room(9, 9), LEASE) == []
    assert keys(store.claim(later(LEASE), Room(9, 9), LEASE)) == ["a:x:1"]


def test_after_a_crash_what_was_being_sent_is_ready_at_once(store: BotStore, tmp_path: Path) -> None:
    store.enqueue([alert("x", 1), alert("x", 2)], 1)
    [first] = store.claim(NOW, Room(1, 1), LEASE)
    second_process = open_store(tmp_path)
    assert second_process.reclaim(later(1)) == 1
    assert keys(second_process.claim(later(1), Room(9, 9), LEASE)) == [first.key, "a:x:2"]
    second_process.close()


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Sent(1), "done"),
        (Later(9, "Too Many Requests", flood=True), "ready"),
        (Later(9, "refused"), "ready"),
        (Unclear("read timeout"), "ready"),
        (Gone("blocked"), "dead"),
        (Moved(-1005), "ready"),
        (Rejected("too long"), "dead"),
    ],
)
def test_each_outcome_has_its_state(store: BotStore, outcome: Sent, state: str) -> None:
    store.enqueue([alert("x", -5)], 1)
    [delivery] = store.claim(NOW, Room(1, 1), LEASE)
    store.settle(delivery, outcome, NOW)
    assert store.counts() == {state: 1}


def test_a_flood_wait_is_obeyed_and_never_counted(store: BotStore) -> None:
    store.enqueue([alert("x")], 1)
    for round_ in range(MAX_TRIES + 1):
        now = later(round_ * 10)
        [delivery] = store.claim(now, Room(1, 1), LEASE)
        store.settle(delivery, Later(10, "Too Many Requests", flood=True), now)
        assert store.next_due(now) == now + timedelta(seconds=10)
        assert delivery.tries == 0
    assert store.counts() == {"ready": 1}


def test_a_lost_reply_leads_to_one_resend_at_most(store: BotStore) -> None:
    store.enqueue([alert("x")], 1)
    sends = 0
    for minute in range(10):
        for delivery in store.claim(later(60 * minute), Room(9, 9), LEASE):
            sends += 1
            store.settle(delivery, Unclear("read timeout"), later(60 * minute))
    assert sends == 2
    assert store.counts() == {"unknown": 1}


def test_a_gone_chat_is_muted_not_retried(store: BotStore) -> None:
    store.chat(1, language="en", kind="private")
    store.enqueue([alert("x"), alert("y"), alert("x", 2)], 1)
    [delivery] = store.claim(NOW, Room(1, 1), LEASE)
    store.settle(delivery, Gone("blocked"), NOW)
    assert store.chat(1, language="en", kind="private") == Chat(1, "en", active=False)
    assert keys(store.claim(later(999), Room(9, 9), LEASE)) == ["a:x:2"]


def test_a_moved_chat_gets_its_message_at_its_new_number(store: BotStore) -> None:
    store.chat(-5, language="en", kind="group")
    store.enqueue([alert("x", -5)], 1)
    [delivery] = store.claim(NOW, Room(1, 1), LEASE)
    store.settle(delivery, Moved(-1005), NOW)
    assert [(d.chat_id, d.key) for d in store.claim(NOW, Room(1, 1), LEASE)] == [(-1005, "a:x:-1005")]


def test_settling_twice_changes_nothing(store: BotStore) -> None:
    store.enqueue([alert("x")], 1)
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
