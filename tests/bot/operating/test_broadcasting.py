"""/broadcast shows what would be sent and to how many, and sends it once, when whoever drafted it says so."""

from __future__ import annotations

from typing import cast

import pytest

from bot.desk import Desk
from bot.operating.broadcasting import PER_SECOND, STALE
from bot.operating.spreading import Spreading
from bot.rules import Access, Rules
from bot.store import BotStore
from bot.texts import load_texts
from bot.types import Heard, Reply
from retrieval import Corpus
from tests.bot.wiring import Person, all_buttons, buttons, text
from tests.fake_corpus import FERRY, FakeCorpus, HandClock

TEXTS = load_texts()
OPERATOR, OTHER, READER = 7, 8, 100


@pytest.fixture
def desk(store: BotStore, clock: HandClock) -> Desk:
    admins = frozenset((OPERATOR, OTHER))
    return Desk(cast("Corpus", FakeCorpus(FERRY)), store, TEXTS, admins=admins, clock=clock)


@pytest.fixture
def operator(desk: Desk, store: BotStore) -> Person:
    return Person(desk, store, OPERATOR, OPERATOR)


def english(key: str, **values: object) -> str:
    return TEXTS.say("en", f"broadcast.{key}", **values)


def spread(store: BotStore, clock: HandClock) -> list[tuple[int, str]]:
    """What is queued, once all of it is."""
    spreading = Spreading(store, TEXTS, clock)
    while spreading.step():
        pass
    with store._engine.connect() as tx:
        rows = tx.exec_driver_sql("SELECT chat_id, content FROM outbox WHERE key LIKE 'b:%' ORDER BY chat_id").all()
    return [(row[0], row[1]) for row in rows]


def test_the_first_message_is_what_would_be_sent_and_the_second_says_to_how_many(
    operator: Person, store: BotStore
) -> None:
    store.chat(-5, language="en", kind="group")
    reply = operator.say("/broadcast The bot rests on Sunday.\nSee you!")
    assert reply.messages[0].text == "The bot rests on Sunday.\nSee you!"
    assert not reply.messages[0].buttons
    assert english("reach", people=2, groups=1) in reply.messages[1].text  # the operator, and the fixture's person
    assert list(buttons(reply)) == [english(key) for key in ("to_people", "to_everybody", "cancel")]
    assert store.counts() == {}


@pytest.mark.parametrize(("button", "chats"), [("to_people", [7, 100]), ("to_everybody", [-5, 7, 100])])
def test_a_button_sends_it_in_the_words_that_were_shown(
    operator: Person, store: BotStore, clock: HandClock, button: str, chats: list[int]
) -> None:
    store.chat(-5, language="en", kind="group")
    shown = operator.say("/broadcast Hello.")
    begun = operator.press(shown, english(button))
    assert (text(begun), begun.replaces) == (english("begun"), True)
    sent = spread(store, clock)
    assert [chat_id for chat_id, _ in sent] == chats
    assert all('"text":"Hello."' in content for _, content in sent)


def test_pressed_twice_it_is_sent_once(operator: Person, store: BotStore, clock: HandClock) -> None:
    shown = operator.say("/broadcast Hello.")
    operator.press(shown, english("to_people"))
    again = operator.press(shown, english("to_people"))
    assert (text(again), again.replaces) == (english("begun"), False)
    assert len(spread(store, clock)) == 2


def test_cancelled_it_is_sent_to_nobody(operator: Person, store: BotStore, clock: HandClock) -> None:
    shown = operator.say("/broadcast Hello.")
    assert text(operator.press(shown, english("cancel"))) == english("cancelled")
    for button in ("to_people", "cancel"):
        assert text(operator.press(shown, english(button))) == TEXTS.say("en", "button.stale")
    assert spread(store, clock) == []


def test_a_draft_of_yesterday_is_stale(operator: Person, store: BotStore, clock: HandClock) -> None:
    shown = operator.say("/broadcast Hello.")
    clock.advance(STALE.total_seconds() + 1)
    assert text(operator.press(shown, english("to_people"))) == TEXTS.say("en", "button.stale")
    assert spread(store, clock) == []


@pytest.mark.parametrize("who", [OTHER, READER])
def test_nobody_else_can_press_it(desk: Desk, store: BotStore, operator: Person, clock: HandClock, who: int) -> None:
    shown = operator.say("/broadcast Hello.")
    for button in all_buttons(shown):
        assert text(Person(desk, store, who, who).send(button.data)) == TEXTS.say("en", "button.stale")
    assert spread(store, clock) == []
    assert store.broadcasts.find(1) is not None


@pytest.mark.parametrize("data", ["bcp:", "bcp:x", "bcp:99", "bce:-1", "bcx:²", "bcx:99999999999999999999999"])
def test_a_forged_button_does_nothing(operator: Person, store: BotStore, data: str) -> None:
    assert text(operator.send(data)) == TEXTS.say("en", "button.stale")
    assert store.counts() == {}


def test_the_text_may_be_the_message_that_is_replied_to(operator: Person, desk: Desk) -> None:
    reply = desk.hear(Heard(operator.chat, OPERATOR, "/broadcast", replied="Written before."))
    assert reply.messages[0].text == "Written before."


def test_it_is_drafted_where_nobody_else_reads_it(operator: Person, store: BotStore) -> None:
    reply = operator.at(-5).say("/broadcast Hello.")
    assert text(reply) == english("private")
    assert store.broadcasts.find(1) is None


def test_what_does_not_fit_into_a_message_is_declined(operator: Person, desk: Desk) -> None:
    reply = desk.hear(Heard(operator.chat, OPERATOR, "/broadcast", replied="word " * 1000))
    assert (text(reply), reply.failed) == (english("too_long"), True)


def test_many_chats_take_their_time(operator: Person, store: BotStore) -> None:
    assert english("soon") in text(operator.say("/broadcast Hello."))
    rows = ", ".join(f"({1000 + one}, 'en', 'private', 1)" for one in range(PER_SECOND * 60 * 2))
    with store._engine.begin() as tx:
        tx.exec_driver_sql(f"INSERT INTO chats (chat_id, language, kind, active) VALUES {rows}")  # noqa: S608
    assert english("minutes", count=3) in text(operator.say("/broadcast Hello."))


def test_a_closed_bot_counts_only_whom_it_is_for(store: BotStore, clock: HandClock) -> None:
    store.chat(OTHER, language="en", kind="private")
    rules = Rules(Access.ALLOWLIST, allowed=frozenset((OTHER,)))
    corpus = cast("Corpus", FakeCorpus(FERRY))
    desk = Desk(corpus, store, TEXTS, admins=frozenset((OPERATOR,)), clock=clock, rules=rules)
    reply = Person(desk, store, OPERATOR, OPERATOR).say("/broadcast Hello.")
    assert english("reach", people=2, groups=0) in text(reply)  # not the fixture's person


def test_alone_it_says_how_it_is_used_and_how_the_last_one_went(
    operator: Person, store: BotStore, clock: HandClock
) -> None:
    assert text(operator.say("/broadcast")) == english("usage")
    operator.press(operator.say("/broadcast Hello."), english("to_people"))
    spread(store, clock)
    running = text(operator.say("/broadcast"))
    assert english("running", count=2, reached=0) in running
    assert english("stop_usage") in running


def test_stop_ends_what_is_under_way(operator: Person, store: BotStore, clock: HandClock) -> None:
    assert text(operator.say("/broadcast stop")) == english("nothing_to_stop")
    operator.press(operator.say("/broadcast Hello."), english("to_people"))
    assert text(operator.say("/broadcast СТОП")) == english("stopping")
    assert spread(store, clock) == []
    assert english("done", count=0, reached=0) in text(operator.say("/broadcast"))


@pytest.mark.parametrize("command", ["/broadcast Hello.", "/stats", "/status", "/unanswered"])
def test_to_everybody_else_the_commands_are_unknown(desk: Desk, store: BotStore, command: str) -> None:
    def said(reply: Reply) -> str:
        return text(reply)

    reader = Person(desk, store, READER, READER)
    assert said(reader.say(command)) == TEXTS.say("en", "command.unknown", command=command.split()[0][1:])
    assert store.broadcasts.find(1) is None
