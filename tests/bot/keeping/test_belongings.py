"""What is kept of a person is shown and deleted as a whole, whatever tables there are, and nobody else's is touched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.keeping.belongings import BELONGINGS
from bot.keeping.ratings import Quoted, Rated
from bot.keeping.turns import Asked
from bot.outgoing.types import Delivery, Lane
from bot.store import BotStore
from bot.tables import broadcasts, chats, handles, inbox, interests, metadata, outbox, people, ratings, turns
from bot.types import Attachment, Kind, Message, Subscription
from retrieval import Interest
from tests.blank import blank_store

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
PERSON, OTHER, GROUP = 8_123_456_789, 8_000_000_001, -1_008_123_456_789
PEOPLES = {"chat_id", "user_id", "owner", "by", "banned_by", "asker"}  # columns that say whose a row is
OTHERS = {  # numbers of something else
    "chats.away_from", "turns.update_id", "turns.asked_message", "figures.value", "broadcasts.after",
    "turns.thread_id", "subscriptions.thread_id", "subscriptions.after", "hushed.story", "inbox.update_id",
    "outbox.reply_to", "outbox.thread_id", "outbox.edits", "outbox.story", "outbox.message_id", "cursors.value",
}  # fmt: skip
THEIRS = [(table, column) for table in metadata.sorted_tables for column in table.c if column.name in PEOPLES]
STAYS = {"people.user_id", "broadcasts.by"}  # the operator's decisions; a broadcast as long as it is under way


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BotStore]:
    store = blank_store(tmp_path, lambda: NOW)
    yield store
    store.close()


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BotStore]:
    """One for tests that leave it as it was."""
    store = blank_store(tmp_path_factory.mktemp("lasting"), lambda: NOW)
    yield store
    store.close()


def empty(store: BotStore) -> None:
    with store._engine.begin() as tx:
        for table in metadata.sorted_tables:
            tx.execute(sa.delete(table))


def filled(table: sa.Table, **values: object) -> dict[str, Any]:
    """A row of that table, whatever its columns are; others' numbers where a person's could stand."""
    samples: dict[type, object] = {int: 1, str: "words", bool: False, datetime: NOW, date: NOW.date(), float: 0.5,
                                   bytes: b"vector", dict: []}  # fmt: skip
    row = {column.name: samples[_python(column)] for column in table.c}
    return row | dict.fromkeys(PEOPLES & set(row), OTHER) | values


def _python(column: sa.Column[Any]) -> type:
    return dict if isinstance(column.type, sa.JSON) else getattr(column.type, "impl_instance", column.type).python_type


def cells(store: BotStore, column: sa.Column[Any]) -> list[object]:
    with store._reading.connect() as tx:
        return list(tx.execute(sa.select(column)).scalars())


def asked(chat_id: int, user_id: int, question: str = "Who has a secret?") -> Asked:
    return Asked(chat_id, user_id, question, question, "answered", (), (), {}, NOW)


def rated(turn: int, chat_id: int, user_id: int, question: str = "Who has a secret?") -> Rated:
    quotes = (Quoted("ferry", "The ferry sails."),)
    return Rated(turn, chat_id, user_id, "helpful", question, question, "answered", quotes, {}, NOW)


@pytest.mark.parametrize(("table", "column"), THEIRS, ids=str)
def test_a_row_of_any_table_is_shown_and_deleted(lasting: BotStore, table: sa.Table, column: sa.Column[Any]) -> None:
    store = lasting
    empty(store)
    with store._engine.begin() as tx:
        tx.execute(sa.insert(table).values(filled(table, **{column.name: PERSON})))
    assert sum(store.belongings.count(PERSON).values()) == 1
    shown = json.loads(store.belongings.show(PERSON))
    assert [name for name, rows in shown.items() if name != "person" and rows]
    store.belongings.forget(PERSON)
    assert str(column) in STAYS or cells(store, column) in ([], [0])


def test_every_number_in_the_tables_is_known_to_be_a_persons_or_not() -> None:
    numbers = {str(c) for table in metadata.sorted_tables for c in table.c if isinstance(c.type, sa.BigInteger)}
    assert numbers == OTHERS | {str(column) for _, column in THEIRS}


@pytest.mark.parametrize("table", {table for table, _ in THEIRS}, ids=str)
def test_others_keep_what_is_theirs(lasting: BotStore, table: sa.Table) -> None:
    store, row = lasting, filled(table)
    empty(store)
    with store._engine.begin() as tx:
        tx.execute(sa.insert(table).values(row))
    store.belongings.forget(PERSON)
    assert not sum(store.belongings.count(PERSON).values())
    with store._reading.connect() as tx:
        assert [dict(kept) for kept in tx.execute(sa.select(table)).mappings()] == [row]


def test_the_terminal_is_not_everybody_without_a_number(store: BotStore) -> None:
    store.subscribe(Subscription(GROUP, Kind.TOPIC, "ships", "ships", NOW, by=0))
    assert not sum(store.belongings.count(0).values())


def test_a_topics_numbers_go_with_it(store: BotStore) -> None:
    store.subscribe(Subscription(PERSON, Kind.TOPIC, "ships", "ships", NOW), Interest(0, "ships", "en", b"v", "print"))
    store.belongings.forget(PERSON)
    assert cells(store, interests.c.subscription) == []


def test_in_a_group_what_a_person_asked_goes_with_its_buttons_and_others_stay(store: BotStore) -> None:
    store.turns.remember(asked(GROUP, PERSON, 'Who said "secret"?'))
    store.turns.remember(asked(GROUP, OTHER, "Who else?"))
    for words in ('Who said "secret"?', '["ferry", "Who said \\"secret\\"?"]', "Who else?"):
        store.handle(words, owner=GROUP, by=OTHER if "else" in words else PERSON, until=NOW)
    gone = store.belongings.forget(PERSON)
    assert (gone["questions"], gone["buttons_in_groups"]) == (1, 2)
    assert cells(store, turns.c.question) == cells(store, handles.c.value) == ["Who else?"]


def test_what_others_think_of_ones_answers_goes_with_the_question_even_when_that_is_pruned(store: BotStore) -> None:
    turn = store.turns.remember(asked(GROUP, PERSON))
    store.ratings.rate(rated(turn, GROUP, OTHER))
    store.ratings.rate(rated(turn + 1, GROUP, OTHER, "Somebody else's?"))
    store.retention.prune(datetime(2027, 1, 1, tzinfo=UTC), 1)
    assert "user_id" not in json.loads(store.belongings.show(PERSON))["ratings_by_others"][0]
    store.belongings.forget(PERSON)
    assert cells(store, ratings.c.question) == ["Somebody else's?"]


def test_a_file_that_was_sent_is_named_and_not_shown_again(store: BotStore) -> None:
    """Else each file of all that is kept would hold those before it, and soon be larger than anything may be."""
    for number in range(30):
        kept = store.belongings.show(PERSON).encode()
        file = Message("All that I keep.", attachment=Attachment("mydata.json", kept))
        store.enqueue([Delivery(f"r:{number}:0", Lane.ANSWER, PERSON, file)], {})
    last = json.loads(json.loads(store.belongings.show(PERSON))["messages"][-1]["content"])
    assert last["attachment"] == ["mydata.json", len(kept), "document"]
    assert last["text"] == "All that I keep."
    assert len(kept) < 30_000


def test_a_ban_outlives_its_person_and_an_invitation_loses_its_code(store: BotStore) -> None:
    with store._engine.begin() as tx:
        tx.execute(sa.insert(people).values(user_id=PERSON, banned_at=NOW, banned_by=OTHER, invite="c", told_at=NOW))
    store.belongings.forget(PERSON)
    with store._reading.connect() as tx:
        [row] = tx.execute(sa.select(people)).all()
    assert (row.banned_at, row.banned_by, row.invite, row.told_at) == (NOW, OTHER, None, None)
    assert "banned_by" not in json.loads(store.belongings.show(PERSON))["access"][0]


def test_a_broadcast_that_is_under_way_stays_and_others_go(store: BotStore) -> None:
    with store._engine.begin() as tx:
        for number, state in enumerate(("drafted", "spreading", "over"), start=1):
            tx.execute(sa.insert(broadcasts).values(filled(broadcasts, id=number, by=PERSON, state=state)))
    store.belongings.forget(PERSON)
    assert cells(store, broadcasts.c.state) == ["spreading"]


def test_an_update_that_is_in_work_loses_its_words_and_can_still_be_finished(store: BotStore) -> None:
    mine, theirs = ({"from": {"id": person}, "text": "secret"} for person in (PERSON, OTHER))
    store.journal([(7, json.dumps({"update_id": 7, "message": mine})), (8, json.dumps({"message": theirs}))])
    store.journal([(9, "no update")])
    store.belongings.forget(PERSON)
    assert [json.loads(body) for number, body in store.unfinished() if number == 7] == [{"update_id": 7}]
    assert "secret" in dict(store.unfinished())[8]
    assert store.finish(7, [Delivery("r:7:0", Lane.ANSWER, PERSON, Message("Deleted."))])
    assert len(cells(store, outbox.c.key)) == 1
    assert len(cells(store, inbox.c.body)) == 3


def test_feeds_that_nobody_else_follows_are_told_apart(store: BotStore) -> None:
    for chat_id, feed in (
        (PERSON, "https://mine.example/"),
        (PERSON, "https://ours.example/"),
        (OTHER, "https://ours.example/"),
    ):
        store.subscribe(Subscription(chat_id, Kind.FEED, feed, "Feed", NOW))
    assert store.belongings.feeds_only_theirs(PERSON) == {"https://mine.example/"}


def test_names_are_given_once() -> None:
    assert len({one.name for one in BELONGINGS}) == len(BELONGINGS)


def test_whoever_is_forgotten_is_met_anew(store: BotStore) -> None:
    store.chat(PERSON, language="ru", kind="private")
    store.belongings.forget(PERSON)
    assert cells(store, chats.c.chat_id) == []
    assert store.chat(PERSON, language="en", kind="private").language == "en"
