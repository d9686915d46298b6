"""Everybody reads what is kept of him, has it as a file, and has it deleted; nobody has that of another."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk import Desk
from bot.rules import Rules
from bot.store import BotStore
from bot.texts import load_texts
from bot.types import Attachment, Heard, Kind, Reply, Subscription
from tests.bot.wiring import READER, FakeRights, Person, buttons, text
from tests.fake_corpus import BAKERY, FERRY, FakeCorpus, HandClock

TEXTS = load_texts()
GROUP, MEMBER, ADMIN = -500, 201, 202
FEED = "https://feeds.example/ferries"


def say(key: str, language: str = "en", **values: object) -> str:
    return TEXTS.say(language, key, **values)


@pytest.fixture
def corpus() -> FakeCorpus:
    return FakeCorpus(FERRY, BAKERY)


@pytest.fixture
def rights() -> FakeRights:
    rights = FakeRights()
    rights.admins[GROUP] = {ADMIN}
    return rights


def desk_of(
    corpus: FakeCorpus, store: BotStore, clock: HandClock, rights: FakeRights, rules: Rules | None = None
) -> Desk:
    return Desk(corpus, store, TEXTS, admins=frozenset(), clock=clock, rights=rights, rules=rules)  # type: ignore[arg-type]


@pytest.fixture
def desk(corpus: FakeCorpus, store: BotStore, clock: HandClock, rights: FakeRights) -> Desk:
    return desk_of(corpus, store, clock, rights)


@pytest.fixture
def reader(desk: Desk, store: BotStore) -> Person:
    return Person(desk, store)


def file_of(reply: Reply) -> dict[str, list[dict[str, object]]]:
    [attachment] = [message.attachment for message in reply.messages]
    assert isinstance(attachment, Attachment)
    told: dict[str, list[dict[str, object]]] = json.loads(attachment.content)
    return told


# -- what is kept, and how long


def test_it_is_said_in_plain_words_and_in_ones_own_language(reader: Person, store: BotStore) -> None:
    told = text(reader.say("/privacy"))
    assert say("privacy.about", kept="30 days") in told
    assert say("privacy.model") not in told
    store.set_language(READER, "ru")
    assert say("privacy.about", "ru", kept="30 дней") in text(reader.say("/privacy"))


def test_a_language_models_server_is_mentioned_where_there_is_one(
    corpus: FakeCorpus, store: BotStore, clock: HandClock, rights: FakeRights
) -> None:
    desk = desk_of(corpus, store, clock, rights, Rules(language_model=True))
    assert say("privacy.model") in text(Person(desk, store).say("/privacy"))


def test_the_time_is_chosen_by_a_button_and_shown(reader: Person) -> None:
    asked = reader.say("/privacy")
    assert list(buttons(asked))[:4] == ["15 minutes", "1 day", "7 days", "30 days"]
    chosen = reader.press(asked, "1 day")
    assert chosen.replaces
    assert say("privacy.about", kept="1 day") in text(chosen)
    assert reader.chat.keep_days == 1
    reader.press(chosen, "15 minutes")
    assert reader.chat.keep_days == 0
    reader.press(chosen, "30 days")
    assert reader.chat.keep_days is None


def test_nobody_is_offered_more_than_the_operator_allows(
    corpus: FakeCorpus, store: BotStore, clock: HandClock, rights: FakeRights
) -> None:
    person = Person(desk_of(corpus, store, clock, rights, Rules(keep_days=7)), store)
    asked = person.say("/privacy")
    assert list(buttons(asked))[:3] == ["15 minutes", "1 day", "7 days"]
    person.press(asked, "7 days")
    assert person.chat.keep_days is None
    assert text(person.send("retain:30")) == say("button.stale")
    assert text(person.send("retain:-1")) == say("button.stale")


def test_a_shorter_time_takes_what_is_older_at_once(reader: Person, store: BotStore, clock: HandClock) -> None:
    reader.say("When does the ferry sail?")
    clock.advance(3600)
    reader.press(reader.say("/privacy"), "15 minutes")
    assert store.belongings.count(READER)["questions"] == 0


def test_a_groups_time_is_for_its_administrators(reader: Person, store: BotStore) -> None:
    member, admin = reader.at(GROUP), replace(reader.at(GROUP), user_id=ADMIN)
    asked = member.say("/privacy")
    assert say("privacy.about_group", kept="30 days") in text(asked)
    assert "forget" not in str(buttons(asked))
    assert text(member.press(asked, "1 day")) == say("rights.denied")
    assert text(admin.press(asked, "1 day")) != say("rights.denied")
    assert member.chat.keep_days == 1


# -- all of it as a file


def test_everything_is_in_the_file(reader: Person, store: BotStore, corpus: FakeCorpus) -> None:
    corpus.carried[FEED] = [FERRY]
    reader.say("When does the ferry sail?")
    reader.follow("ferries to islands")
    told = file_of(reader.say("/mydata"))
    assert told["questions"][0]["question"] == "When does the ferry sail?"
    assert told["subscriptions"][0]["subject"] == "ferries to islands"
    assert told["settings"][0]["language"] == "en"
    assert told["buttons"]


def test_in_a_group_it_is_sent_to_the_persons_own_chat(reader: Person, store: BotStore, clock: HandClock) -> None:
    group = reader.at(GROUP)
    heard = Heard(group.chat, READER, "/mydata", update_id=9)
    assert text(reader.desk.hear(heard)) == say("mydata.sent")
    waiting = store.belongings.count(READER)["messages"]
    assert waiting == 1
    reader.desk.hear(heard)
    assert store.belongings.count(READER)["messages"] == waiting


def test_whoever_never_wrote_in_private_is_asked_to(reader: Person, store: BotStore) -> None:
    stranger = replace(reader.at(GROUP), user_id=MEMBER)
    heard = Heard(stranger.chat, MEMBER, "/mydata", update_id=9)
    assert text(reader.desk.hear(heard)) == say("privacy.alone", command="/mydata")
    assert store.counts() == {}


# -- the end of it


def test_what_would_be_deleted_is_counted_and_nothing_goes_before_it_is_meant(reader: Person, store: BotStore) -> None:
    reader.say("When does the ferry sail?")
    reader.say("What does the bakery sell?")
    reader.follow("ferries")
    asked = reader.say("/forget")
    assert "2 questions" in text(asked)
    assert "1 thing you follow" in text(asked)
    assert text(reader.press(asked, "Keep")) == say("forget.kept")
    assert store.belongings.count(READER)["questions"] == 2


def test_then_all_of_it_is_gone(reader: Person, store: BotStore) -> None:
    reader.say("When does the ferry sail?")
    reader.follow("ferries")
    done = reader.press(reader.say("/forget"), "Delete")
    assert done.replaces
    assert "1 question" in text(done)
    assert say("forget.farewell") in text(done)
    assert not sum(store.belongings.count(READER).values())
    assert store.erasing.is_wanted()


def test_a_feed_that_nobody_else_follows_is_watched_no_more(
    reader: Person, store: BotStore, corpus: FakeCorpus
) -> None:
    corpus.carried |= {FEED: [FERRY], "https://feeds.example/ours": [FERRY]}
    for feed in corpus.carried:
        reader.follow(feed)
    store.subscribe(Subscription(7, Kind.FEED, "https://feeds.example/ours", "Ours", reader.desk._office.clock()))
    reader.press(reader.say("/forget"), "Delete")
    assert set(corpus.watched) == {"https://feeds.example/ours"}


def test_whether_one_is_sure_is_asked_again_after_an_hour(reader: Person, store: BotStore, clock: HandClock) -> None:
    reader.say("When does the ferry sail?")
    asked = reader.say("/forget")
    clock.now += timedelta(minutes=61)
    again = reader.press(asked, "Delete")
    assert say("forget.ask") in text(again)
    assert store.belongings.count(READER)["questions"] == 1


@pytest.mark.parametrize("data", ["forget:", "forget:99999999999999999999", "forget:٣", "forget:-1", "forget:ask"])
def test_a_forged_button_only_asks(reader: Person, store: BotStore, data: str) -> None:
    assert say("forget.ask") in text(reader.send(data))
    assert store.known_chat(READER) is not None


def test_in_a_group_it_is_refused_politely(reader: Person, store: BotStore) -> None:
    reader.say("When does the ferry sail?")
    sure = buttons(reader.say("/forget"))["Delete"]
    group = reader.at(GROUP)
    assert text(group.say("/forget")) == say("privacy.alone", command="/forget")
    assert text(group.send(sure)) == say("privacy.alone", command="/forget")
    assert store.belongings.count(READER)["questions"] == 1


def test_what_was_asked_in_a_group_goes_too(reader: Person, store: BotStore) -> None:
    reader.at(GROUP).say("/ask When does the ferry sail?")
    other = replace(reader.at(GROUP), user_id=MEMBER)
    other.say("/ask What does the bakery sell?")
    reader.press(reader.say("/forget"), "Delete")
    assert store.belongings.count(MEMBER)["questions"] == 1
    assert "ferry sail" not in store.belongings.show(GROUP)


def test_an_operators_decision_about_a_person_stays_and_that_is_said(reader: Person, store: BotStore) -> None:
    assert say("forget.stays_groups") in text(reader.say("/forget"))
    with store._engine.begin() as tx:
        tx.exec_driver_sql("INSERT INTO people (user_id, admitted_at) VALUES (100, '2026-05-04 12:00:00')")
    assert say("forget.stays") in text(reader.say("/forget"))


def test_in_the_terminal_it_is_the_terminals(desk: Desk, store: BotStore) -> None:
    here = Person(desk, store, 0, 0)
    here = replace(here, language="en")
    store.chat(0, language="en", kind="private")
    here.say("When does the ferry sail?")
    here.press(here.say("/forget"), "Delete")
    assert not sum(store.belongings.count(0).values())
