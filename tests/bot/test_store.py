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
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from bot.alerting.alerts import story_key
from bot.keeping.turns import Asked, Talk
from bot.outgoing.parcels import pack, unpack
from bot.outgoing.steps import Room
from bot.outgoing.types import Alert, Delivery, Digest, FeedNews, Lane, Manner, Sent, Stray
from bot.store import MIGRATIONS, BotStore, open_store
from bot.tables import metadata
from bot.types import Button, Chat, Hours, Kind, Mark, MarkKind, Message, Subscription
from retrieval import Turn

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
LEASE = 60.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BotStore]:
    store = open_store(tmp_path, lambda: NOW)
    yield store
    store.close()


def answer(key: str, chat_id: int = 1, text: str = "Yes.") -> Delivery:
    return Delivery(key, Lane.ANSWER, chat_id, Message(text))


def alert(story: int, chat_id: int = 1) -> Delivery:
    return Delivery(story_key(story, chat_id), Lane.ALERT, chat_id, Alert(f"article {story}", story, 1))


def feed(chat_id: int, address: str = "https://feed.example/", title: str = "Feed") -> Subscription:
    return Subscription(chat_id, Kind.FEED, address, title, NOW)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_the_migrations_build_what_the_code_expects(store: BotStore) -> None:
    with store._engine.connect() as tx:
        assert compare_metadata(MigrationContext.configure(tx), metadata) == []


def test_content_survives_the_outbox() -> None:
    marks = (Mark(0, 3, MarkKind.BOLD), Mark(4, 7, MarkKind.LINK, "https://a.example/#:~:text=b"))
    message = Message('Ура — 🚢 \u2028 "quoted"\n', marks, ((Button("Summary", "sum:1"),), (Button("Mute", "mute:2"),)))
    assert unpack(pack(message)) == message
    alert = Alert("articles/a", 7, 12, 90, 2, 0.61, "edit")
    for content in (alert, Digest((alert, alert)), FeedNews("https://feed.example/", "down"), Stray(-5)):
        assert unpack(pack(content)) == content


# -- chats


def test_a_chat_keeps_the_language_it_chose(store: BotStore) -> None:
    assert store.chat(5, language="ru", kind="private") == Chat(5, "ru")
    store.set_language(5, "en")
    assert store.chat(5, language="ru", kind="private") == Chat(5, "en")
    assert store.known_chat(6) is None


def test_a_moved_group_takes_everything_along(store: BotStore) -> None:
    store.chat(-5, language="ru", kind="group")
    store.subscribe(feed(-5))
    store.set_hours(-5, Hours("Europe/Berlin", (1320, 420)))
    store.hush(-5, 9)
    store.turns.remember(asked(-5, "who?", ("a",)))
    key = store.handle("who?", owner=-5, until=later(9))
    store.enqueue([alert(3, -5)], {})
    store.move(-5, -1005)
    assert store.known_chat(-5) is None
    moved = Chat(-1005, "ru", "group", hours=Hours("Europe/Berlin", (1320, 420)))
    assert store.chat(-1005, language="en", kind="group") == moved
    assert [s.chat_id for s in store.subscriptions(-1005)] == [-1005]
    assert store.hushed(-1005) == {9}
    assert store.turns.previous(Talk(-1005), NOW) == (Turn("who?", ("a",)),)
    assert store.resolve(key, -1005) == "who?"
    store.enqueue([alert(3, -1005)], {})
    assert [(d.chat_id, d.key) for d in store.claim(NOW, Room(9, 9), LEASE)] == [(-1005, "s:3:-1005")]


def test_moving_into_a_known_chat_merges(store: BotStore) -> None:
    for chat_id in (-5, -1005):
        store.chat(chat_id, language="en", kind="group")
        store.subscribe(feed(chat_id, "https://both.example/", "Both"))
        store.hush(chat_id, 9)
    store.subscribe(feed(-5, "https://old.example/", "Old"))
    store.enqueue([alert(3, -5), alert(3, -1005), alert(4, -5)], {})
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
    store.enqueue([replace(answer("r:7:0", -5), manner=Manner(reply_to=3))], {})
    store.move(-5, -1005)
    [moved] = store.claim(NOW, Room(9, 9), LEASE)
    assert (moved.chat_id, moved.manner.reply_to) == (-1005, None)


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
    store.enqueue([alert(3, 2)], {})
    for delivery in store.claim(NOW, Room(9, 9), LEASE):
        store.settle(delivery, Sent(3), NOW)
    store.prune(NOW + timedelta(days=31))
    assert store.counts() == {"done": 1}
    store.enqueue([alert(3, 2)], {})
    assert store.counts() == {"done": 1}
    assert store.unfinished() == [(8, "eight")]


# -- conversation, subscriptions, handles


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
        store.handle("who?", owner=1, until=later(9)),
        store.handle("why?", owner=1, until=later(9)),
        store.handle("a"),
    )
    assert store.handle("why?", owner=1, until=later(99)) == again
    assert store.handle("a", until=later(9)) == article
    store.prune(later(10))
    assert [store.resolve(key, 1) for key in (words, again, article)] == [None, "why?", "a"]


def test_what_a_person_wrote_is_behind_a_button_of_that_chat_alone(store: BotStore) -> None:
    mine, theirs = (store.handle("who?", owner=chat, until=later(9)) for chat in (1, 2))
    assert mine != theirs
    assert store.resolve(mine, 1) == store.resolve(theirs, 2) == "who?"
    assert store.resolve(mine, 2) is None
    assert store.resolve(theirs, 1) is None


def asked(chat_id: int, question: str, articles: tuple[str, ...] = ()) -> Asked:
    return Asked(chat_id, 1, question, question, "answered", (), articles, {}, NOW)


def migrate(folder: Path, revision: str) -> None:
    """Makes a database as an older bot left it."""
    config, engine = Config(), sa.create_engine(f"sqlite:///{folder / 'bot.db'}")
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as tx:
        config.attributes["connection"] = tx
        command.upgrade(config, revision)
    engine.dispose()


def test_a_database_of_an_older_bot_is_brought_up_to_date(tmp_path: Path) -> None:
    migrate(tmp_path, "0002")
    with closing(sqlite3.connect(tmp_path / "bot.db")) as old, old:
        asked = "VALUES (1, 'who?', '2026-05-04 12:00:00.000000')"
        old.execute(f"INSERT INTO questions (chat_id, question, asked_at) {asked}")
        old.execute("INSERT INTO handles (key, value) VALUES ('k', 'a')")
        old.execute("INSERT INTO chats VALUES (5, 'ru', 'private', 1)")
        old.execute("INSERT INTO subscriptions VALUES (5, 'https://feed.example/', 'Feed', '2026-05-04 12:00:00', 1)")
        alert = '{"alert":["ferry","https://feed.example/"]}'
        old.execute(
            "INSERT INTO outbox (key, lane, chat_id, content, state, tries, unclear, not_before) "
            "VALUES ('a:ferry:5', 1, 5, ?, 'ready', 0, 0, '2026-05-04 12:00:00')",
            (alert,),
        )
    with closing(open_store(tmp_path)) as store:
        assert store.turns.previous(Talk(1), NOW) == ()  # a talk lasted for fifteen minutes
        assert store.resolve("k", 1) == "a"
        [followed] = store.subscriptions(5)
        assert followed == replace(feed(5), muted=True, id=followed.id)
        [waiting] = store.claim(NOW, Room(9, 9), LEASE)
        assert waiting.content == Alert("ferry", 0, followed.id)


def test_a_handle_is_short_stable_and_resolves(store: BotStore) -> None:
    value = "https://feed.example/" + "long/" * 100
    key = store.handle(value)
    assert len(key) == 16
    assert store.handle(value) == key
    assert store.resolve(key, 1) == store.resolve(key, 2) == value
    assert store.resolve("0" * 16, 1) is None
