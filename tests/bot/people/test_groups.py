"""What a group's administrators decide in /settings: who is answered, from which sources, in which language."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.desk import Desk
from bot.people.groups import A_PAGE
from bot.store import BotStore
from bot.texts import load_texts
from bot.types import Chat, Reply
from tests.bot.wiring import FakeRights, Person, all_buttons, text
from tests.fake_corpus import BAKERY, FERRY, FakeCorpus, HandClock

TEXTS = load_texts()
ANNA, BORIS, GROUP = 7, 8, -1007
POST = replace(BAKERY, id="post", title="Rye bread sells out", text="The rye sells out daily.", source="The Post")
QUESTION = "How many people does the ferry carry?"
FERRY_SAYS = "ninety people"


@pytest.fixture
def rights() -> FakeRights:
    rights = FakeRights()
    rights.admins[GROUP] = {ANNA}
    return rights


@pytest.fixture
def corpus() -> FakeCorpus:
    return FakeCorpus(FERRY, POST)


@pytest.fixture
def anna(corpus: FakeCorpus, store: BotStore, clock: HandClock, rights: FakeRights) -> Person:
    """She administers the group, and writes in it."""
    desk = Desk(corpus, store, TEXTS, admins=frozenset(), clock=clock, rights=rights)  # type: ignore[arg-type]
    return Person(desk, store, GROUP, ANNA)


@pytest.fixture
def boris(anna: Person) -> Person:
    """Another member."""
    return replace(anna, user_id=BORIS)


def kept(store: BotStore) -> Chat:
    chat = store.known_chat(GROUP)
    assert chat is not None
    return chat


def names(reply: Reply) -> list[str]:
    return [button.text for button in all_buttons(reply)]


def sources(anna: Person) -> Reply:
    return anna.press(anna.say("/settings"), "Sources…")


def test_a_groups_settings_show_who_is_answered_and_from_what(anna: Person) -> None:
    shown = anna.say("/settings")
    assert "Everybody here may ask" in text(shown)
    assert "Answers come from all sources" in text(shown)
    assert {"Answer administrators only", "Sources…", "Русский"} <= set(names(shown))


def test_a_private_chat_has_none_of_these(anna: Person) -> None:
    shown = anna.at(ANNA).say("/settings")
    assert "may ask" not in text(shown)
    assert not {"Answer administrators only", "Sources…"} & set(names(shown))


def test_a_button_lets_administrators_alone_ask_and_another_everybody(anna: Person, boris: Person) -> None:
    changed = anna.press(anna.say("/settings"), "Answer administrators only")
    assert changed.replaces
    assert "Only administrators may ask here" in text(changed)
    assert FERRY_SAYS not in text(boris.say(QUESTION))
    assert FERRY_SAYS in text(anna.say(QUESTION))
    anna.press(changed, "Answer everybody")
    assert FERRY_SAYS in text(boris.say(QUESTION))


@pytest.mark.parametrize("data", ["set:askers:admins", "gsp:0", "gsall:-", "lang:ru"])
def test_members_change_nothing_by_whatever_button(boris: Person, store: BotStore, data: str) -> None:
    boris.say("/help")
    before = kept(store)
    assert text(boris.send(data)) == TEXTS.say("en", "rights.denied")
    assert text(boris.send(f"gs:{store.handle('The Post')}")) == TEXTS.say("en", "rights.denied")
    assert kept(store) == before


def test_who_is_no_administrator_any_more_changes_nothing(anna: Person, store: BotStore, rights: FakeRights) -> None:
    shown = sources(anna)
    rights.admins[GROUP] = set()
    assert text(anna.press(shown, "The Post")) == TEXTS.say("en", "rights.denied")
    rights.silent = True
    assert text(anna.press(shown, "The Post")) == TEXTS.say("en", "rights.unknown")
    assert kept(store).sources == ()


def test_sources_are_chosen_and_let_go_by_buttons(anna: Person, store: BotStore) -> None:
    shown = sources(anna)
    assert names(shown) == ["The Example", "The Post", "Back to settings"]
    shown = anna.press(shown, "The Post")
    assert shown.replaces
    assert names(shown) == ["The Example", "✓ The Post", "All sources", "Back to settings"]
    assert kept(store).sources == ("The Post",)
    shown = anna.press(shown, "The Example")
    assert kept(store).sources == ("The Example", "The Post")
    shown = anna.press(anna.press(shown, "The Post"), "The Example")
    assert kept(store).sources == ()
    shown = anna.press(anna.press(shown, "The Post"), "All sources")
    assert kept(store).sources == ()
    back = anna.press(shown, "Back to settings")
    assert back.replaces
    assert "Answers come from all sources" in text(back)


def test_a_group_is_answered_from_the_sources_it_chose(anna: Person, corpus: FakeCorpus) -> None:
    assert FERRY_SAYS in text(anna.say(QUESTION))
    anna.press(sources(anna), "The Post")
    for words in (QUESTION, f"{QUESTION} The Example", f"/ask {QUESTION}", "/summary ferry", f"/summary {FERRY.url}"):
        reply = anna.say(words)
        assert FERRY_SAYS not in text(reply), words
        assert FERRY.title not in text(reply), words
        assert not any(FERRY.title in name for name in names(reply)), words
    assert "The rye sells out daily" in text(anna.say("What sells out daily?"))
    assert FERRY_SAYS in text(anna.at(ANNA).say(QUESTION)), "in private she asks all of them"


def test_a_story_of_many_sources_is_told_to_a_group_by_those_it_chose(anna: Person, corpus: FakeCorpus) -> None:
    corpus.same_story = [{FERRY.id, POST.id}]
    assert "Whole story" in names(anna.say("/summary Rye bread"))
    anna.press(sources(anna), "The Post")
    told = anna.say("/summary Rye bread")
    assert "The rye sells out daily" in text(told)
    assert "Whole story" not in names(told)


def test_many_sources_are_pages(anna: Person, corpus: FakeCorpus, store: BotStore) -> None:
    for at in range(2 * A_PAGE + 1):
        corpus.held[f"a{at}"] = replace(BAKERY, id=f"a{at}", source=f"Paper {at:02}")
    first = sources(anna)
    assert len(names(first)) == A_PAGE + 2
    second = anna.press(first, "›")
    third = anna.press(second, "›")
    assert names(third)[-1:] == ["Back to settings"]
    assert "›" not in names(third)
    assert names(anna.press(anna.press(third, "‹"), "‹")) == names(first)
    chosen = anna.press(third, "The Post")
    assert "✓ The Post" in names(chosen), "the page stays"
    assert kept(store).sources == ("The Post",)


def test_a_chosen_source_that_is_gone_can_be_let_go(anna: Person, corpus: FakeCorpus, store: BotStore) -> None:
    anna.press(sources(anna), "The Post")
    del corpus.held["post"]
    shown = sources(anna)
    assert "✓ The Post" in names(shown)
    anna.press(shown, "The Post")
    assert kept(store).sources == ()


def test_a_source_of_any_length_and_any_signs_fits_a_button(anna: Person, corpus: FakeCorpus, store: BotStore) -> None:
    odd = "Агентство \u202e«Новости» " * 40
    corpus.held["odd"] = replace(BAKERY, id="odd", source=odd)
    shown = sources(anna)
    (button,) = [each for each in all_buttons(shown) if each.text.startswith("Агентство")]
    assert len(button.text) <= 48
    assert len(button.data.encode()) <= 64
    anna.send(button.data)
    assert kept(store).sources == (odd,)


def test_without_sources_there_is_nothing_to_choose(anna: Person, corpus: FakeCorpus) -> None:
    corpus.held = {"bakery": BAKERY}
    assert text(sources(anna)) == TEXTS.say("en", "groups.no_sources")


@pytest.mark.parametrize("data", ["gsp:-1", "gsp:999999", "gsp:x", "set:askers:nobody", "set:askers", "set:-"])
def test_forged_buttons_do_no_harm(anna: Person, store: BotStore, data: str) -> None:
    anna.say("/settings")
    before = kept(store)
    assert anna.send(data).messages
    assert kept(store) == before


def test_no_private_chat_is_limited_by_a_forged_button(anna: Person, store: BotStore) -> None:
    alone = anna.at(ANNA)
    alone.say("/settings")
    alone.send(f"gs:{store.handle('The Post')}")
    alone.send("set:askers:admins")
    chat = alone.chat
    assert (chat.sources, chat.askers) == ((), "everyone")


def test_a_group_speaks_its_own_language_whoever_writes(anna: Person, boris: Person, store: BotStore) -> None:
    anna.press(anna.say("/settings"), "Русский")
    assert kept(store).language == "ru"
    assert TEXTS.say("ru", "presence.head") in text(anna.say("/settings"))
    assert text(boris.say("/settings")) == TEXTS.say("ru", "rights.denied")


def test_what_a_group_decided_moves_with_it(anna: Person, store: BotStore) -> None:
    anna.press(sources(anna), "The Post")
    store.set_askers(GROUP, "admins")
    store.move(GROUP, -100777)
    moved = store.known_chat(-100777)
    assert moved is not None
    assert (moved.sources, moved.askers) == (("The Post",), "admins")
