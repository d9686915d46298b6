"""Who is answered: by the operator's rules, by invites, in spite of none, and never when banned."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.desk import Desk
from bot.outgoing.steps import Room
from bot.outgoing.types import Alert, Aside, Delivery, Lane, Letter
from bot.rules import Access, Rules
from bot.store import BotStore
from bot.texts import load_texts
from bot.types import Chat, Heard, Reply
from tests.bot.wiring import FakeRights, all_buttons, buttons, text
from tests.fake_corpus import FERRY, FakeCorpus, HandClock

TEXTS = load_texts()
OPERATOR, ANNA, BORIS, GROUP = 1, 7, 8, -1007
QUESTION = "How many people does the ferry carry?"
ANSWER = "It carries ninety people."


class House:
    """A desk behind a door, and people who knock. With `rights`, groups have administrators."""

    def __init__(self, store: BotStore, clock: HandClock, rules: Rules) -> None:
        self.store, self.clock, self.rights = store, clock, FakeRights()
        self.desk = Desk(
            FakeCorpus(FERRY), store, TEXTS,  # type: ignore[arg-type]
            admins=frozenset({OPERATOR}), clock=clock, rules=rules, rights=self.rights,
            username=lambda: "footnote_bot",
        )  # fmt: skip

    def chat(self, chat_id: int) -> Chat:
        return self.store.chat(chat_id, language="en", kind="private" if chat_id > 0 else "group")

    def say(self, words: str, user: int = ANNA, where: int | None = None, **more: int) -> Reply:
        return self.desk.hear(Heard(self.chat(where or user), user, words, **more))

    def press(self, data: str, user: int = ANNA, where: int | None = None) -> Reply:
        return self.desk.press(Heard(self.chat(where or user), user, data))

    def answers(self, user: int, where: int | None = None) -> bool:
        return ANSWER in text(self.say(QUESTION, user, where))


def house(store: BotStore, clock: HandClock, access: Access, *allowed: int) -> House:
    return House(store, clock, Rules(access, frozenset(allowed)))


def claimed(home: House) -> list[Delivery]:
    """What would be sent now."""
    return home.store.claim(home.clock(), Room(10, 10), 60.0)


# --- rules


@pytest.mark.parametrize(
    ("access", "answered"),
    [
        (Access.OPEN, {(ANNA, ANNA), (BORIS, BORIS), (ANNA, GROUP), (ANNA, -5)}),
        (Access.ALLOWLIST, {(ANNA, ANNA), (ANNA, GROUP), (BORIS, GROUP)}),
        (Access.INVITE, {(ANNA, ANNA), (ANNA, GROUP), (BORIS, GROUP)}),
        (Access.CLOSED, set()),
    ],
)
def test_whom_the_operator_lets_in_is_answered(
    store: BotStore, clock: HandClock, access: Access, answered: set[tuple[int, int]]
) -> None:
    home = house(store, clock, access, ANNA, GROUP)
    for user, where in ((ANNA, ANNA), (BORIS, BORIS), (ANNA, GROUP), (BORIS, GROUP), (ANNA, -5), (BORIS, -5)):
        expected = access is Access.OPEN or (user, where) in answered
        assert home.answers(user, where) == expected, (user, where)
        assert home.desk.admits(user, where) == expected, (user, where)
    assert home.answers(OPERATOR)
    assert home.answers(OPERATOR, -5), "an administrator is answered everywhere"
    assert home.answers(0), "whoever sits at the terminal has the files anyway"


def test_a_stranger_is_told_once_a_day_by_what_number_he_could_be_let_in(store: BotStore, clock: HandClock) -> None:
    home = house(store, clock, Access.ALLOWLIST)
    assert text(home.say(QUESTION)) == TEXTS.say("en", "access.stranger", number=ANNA)
    clock.advance(23 * 3600)
    assert home.say("/help").messages == ()
    assert home.press("pg:1:2").messages == ()
    assert home.say("/start").messages == ()
    clock.advance(3600)
    assert text(home.press("pg:1:2")) == TEXTS.say("en", "access.stranger", number=ANNA)


def test_a_strange_group_is_told_once_a_day_whoever_speaks(store: BotStore, clock: HandClock) -> None:
    home = house(store, clock, Access.ALLOWLIST, ANNA)
    assert text(home.say(QUESTION, BORIS, GROUP)) == TEXTS.say("en", "access.strange_group", number=GROUP)
    assert home.say(QUESTION, ANNA, GROUP).messages == ()


def test_nothing_is_said_in_a_channel(store: BotStore, clock: HandClock) -> None:
    home = house(store, clock, Access.ALLOWLIST)
    channel = Chat(-1009, "en", "channel")
    assert home.desk.press(Heard(channel, ANNA, "pg:1:2")).messages == ()


def test_a_file_of_a_stranger_is_not_even_fetched(store: BotStore, clock: HandClock) -> None:
    assert not house(store, clock, Access.CLOSED).desk.wants(ANNA, "feeds.opml", 100)
    assert house(store, clock, Access.OPEN).desk.wants(ANNA, "feeds.opml", 100)


# --- invites


def link_of(reply: Reply) -> str:
    found = re.search(r"https://t\.me/footnote_bot\?start=(i_[\w-]{16})", text(reply))
    assert found, text(reply)
    return found[1]


def test_an_invite_lets_in_as_many_as_it_says(store: BotStore, clock: HandClock) -> None:
    home = house(store, clock, Access.INVITE)
    payload = link_of(home.say("/invite 2 3", OPERATOR))
    assert not home.answers(ANNA)
    greeted = home.say(f"/start {payload}")
    assert text(greeted) == text(home.say("/start", OPERATOR)), "he is greeted as everybody"
    assert home.answers(ANNA)
    assert text(home.say(f"/start {payload}"))
    assert text(home.say(f"/start {payload}", BORIS)), "whoever is in takes nobody's place"
    assert home.answers(BORIS)
    assert text(home.say(f"/start {payload}", 9)) == TEXTS.say("en", "access.dead_link", number=9)
    assert not home.answers(9)


def test_an_invite_lasts_as_long_as_it_says(store: BotStore, clock: HandClock) -> None:
    home = house(store, clock, Access.INVITE)
    payload = link_of(home.say("/invite 5 3", OPERATOR))
    clock.advance(3 * 86400)
    home.say(f"/start {payload}")
    assert not home.answers(ANNA)
    assert text(home.say("/invite list", OPERATOR)) == TEXTS.say("en", "inviting.none")


def test_an_invite_is_revoked_by_a_button_and_who_came_by_it_stays(store: BotStore, clock: HandClock) -> None:
    home = house(store, clock, Access.INVITE)
    payload = link_of(home.say("/invite 5", OPERATOR))
    home.say(f"/start {payload}")
    listed = home.say("/invite list", OPERATOR)
    left = home.press(buttons(listed)["Revoke 1"], OPERATOR)
    assert left.replaces
    assert text(left) == TEXTS.say("en", "inviting.none")
    assert home.answers(ANNA)
    home.say(f"/start {payload}", BORIS)
    assert not home.answers(BORIS)


def test_only_operators_invite_and_revoke(store: BotStore, clock: HandClock) -> None:
    home = house(store, clock, Access.INVITE, ANNA)
    payload = link_of(home.say("/invite 5", OPERATOR))
    assert "t.me" not in text(home.say("/invite"))
    assert text(home.press(f"uninvite:{payload[2:]}")) == TEXTS.say("en", "button.stale")
    assert store.people.invites(clock())


@pytest.mark.parametrize("words", ["0", "5 0", "1001", "5 366", "many", "5 3 1", "-3", "5.5", "٣"])
def test_an_invite_for_nobody_or_for_ever_is_none(store: BotStore, clock: HandClock, words: str) -> None:
    home = house(store, clock, Access.INVITE)
    assert text(home.say(f"/invite {words}", OPERATOR)) == TEXTS.say("en", "inviting.usage")
    assert store.people.invites(clock()) == []


@pytest.mark.parametrize("access", [Access.OPEN, Access.ALLOWLIST, Access.CLOSED])
def test_no_link_is_given_that_would_let_nobody_in(store: BotStore, clock: HandClock, access: Access) -> None:
    home = house(store, clock, access)
    assert text(home.say("/invite", OPERATOR)) == TEXTS.say("en", "inviting.off", access=access)
    home.say("/start i_0123456789abcdef")
    assert home.answers(ANNA) == (access is Access.OPEN)


def test_a_dead_link_is_answered_three_times_a_day(store: BotStore, clock: HandClock) -> None:
    home = house(store, clock, Access.INVITE)
    said = [bool(home.say("/start i_0123456789abcdef").messages) for _ in range(5)]
    assert said == [True, True, True, False, False]


def test_an_invite_opens_no_group(store: BotStore, clock: HandClock) -> None:
    home = house(store, clock, Access.INVITE)
    payload = link_of(home.say("/invite 5", OPERATOR))
    home.say(f"/start {payload}", ANNA, GROUP)
    assert not home.answers(ANNA)
    home.say(f"/start {payload}")
    assert home.answers(ANNA)
    assert not home.answers(ANNA, GROUP)


# --- bans


@pytest.fixture
def home(store: BotStore, clock: HandClock) -> House:
    return house(store, clock, Access.OPEN)


def test_a_banned_person_hears_one_sentence_and_then_nothing_anywhere(home: House) -> None:
    assert home.answers(ANNA)
    home.say(f"/ban {ANNA}", OPERATOR)
    assert text(home.say(QUESTION)) == TEXTS.say("en", "access.banned")
    home.clock.advance(30 * 86400)
    assert home.say(QUESTION).messages == ()
    assert home.say("/start").messages == ()
    assert home.press("pg:1:2").messages == ()
    assert home.say(QUESTION, ANNA, GROUP).messages == ()
    assert not home.desk.admits(ANNA, ANNA)
    assert home.answers(BORIS, GROUP)


def test_a_banned_group_is_silent_for_everybody(home: House) -> None:
    home.say(f"/ban {GROUP}", OPERATOR)
    assert text(home.say(QUESTION, ANNA, GROUP)) == TEXTS.say("en", "access.banned")
    assert home.say(QUESTION, BORIS, GROUP).messages == ()
    assert home.answers(ANNA)


def test_a_banned_group_stays_banned_under_its_new_number(home: House) -> None:
    home.chat(GROUP)
    home.say(f"/ban {GROUP}", OPERATOR)
    home.store.move(GROUP, -100777)
    assert not home.answers(ANNA, -100777)
    home.say("/unban -100777", OPERATOR)
    assert home.answers(ANNA, -100777)


def test_whoever_wrote_what_is_replied_to_is_banned(home: House) -> None:
    said = text(home.say("/ban", OPERATOR, GROUP, replied_user=ANNA))
    assert said == TEXTS.say("en", "banning.banned", number=ANNA)
    assert not home.desk.admits(ANNA, ANNA)
    assert text(home.say("/unban", OPERATOR, GROUP, replied_user=ANNA)).startswith(f"{ANNA} ")
    assert home.answers(ANNA)


@pytest.mark.parametrize("number", [OPERATOR, 2])
def test_administrators_cannot_be_banned(store: BotStore, clock: HandClock, number: int) -> None:
    home = house(store, clock, Access.OPEN)
    office = frozenset({OPERATOR, 2})
    home.desk = Desk(FakeCorpus(FERRY), store, TEXTS, admins=office, clock=clock)  # type: ignore[arg-type]
    assert text(home.say(f"/ban {number}", OPERATOR)) == TEXTS.say("en", "banning.administrator")
    assert store.people.banned() == []
    store.people.ban(number, 9, clock())  # as by an operator who has left
    assert home.answers(number)


@pytest.mark.parametrize("words", ["Anna", "@anna", "7 8", "1" * 30, "٧"])
def test_who_is_not_named_by_a_number_is_not_banned(home: House, words: str) -> None:
    assert text(home.say(f"/ban {words}", OPERATOR)) == TEXTS.say("en", "banning.usage")
    assert text(home.say(f"/unban {words}", OPERATOR)) == TEXTS.say("en", "banning.usage")


def test_only_operators_ban(home: House) -> None:
    home.say(f"/ban {BORIS}")
    home.press(f"unban:{BORIS}")
    assert home.answers(BORIS)
    home.say(f"/ban {BORIS}", OPERATOR)
    home.say(f"/unban {BORIS}")
    assert text(home.press(f"bans:{BORIS}")) == TEXTS.say("en", "button.stale")
    assert not home.answers(BORIS)


def test_the_list_of_the_banned_lets_them_back_one_by_one(home: House) -> None:
    assert text(home.say("/ban", OPERATOR)) == TEXTS.say("en", "banning.nobody")
    for number in (ANNA, BORIS):
        home.say(f"/ban {number}", OPERATOR)
    assert text(home.say(f"/ban {ANNA}", OPERATOR)) == TEXTS.say("en", "banning.already", number=ANNA)
    listed = home.say("/unban", OPERATOR)
    assert [button.text for button in all_buttons(listed)] == [f"Unban {ANNA}", f"Unban {BORIS}"]
    left = home.press(buttons(listed)[f"Unban {ANNA}"], OPERATOR)
    assert left.replaces
    assert [button.text for button in all_buttons(left)] == [f"Unban {BORIS}"]
    assert home.answers(ANNA)
    assert not home.answers(BORIS)


def test_alerts_of_a_banned_person_stop_and_nothing_is_lost(home: House) -> None:
    home.chat(ANNA)
    home.press(buttons(home.say("/follow The Example"))["Follow"])
    (followed,) = home.store.subscriptions(ANNA)
    alert = Delivery("s:1:7", Lane.ALERT, ANNA, Alert(FERRY.id, 1, followed.id))
    home.store.enqueue([alert], {"planned": 4})
    home.say(f"/ban {ANNA}", OPERATOR)
    away = home.chat(ANNA)
    assert (away.active, home.store.waiting(ANNA), home.store.missed(ANNA)) == (False, 0, 1)
    assert home.desk.welcome(away) is None, "he unblocks the bot, and is not welcomed"
    home.say(f"/unban {ANNA}", OPERATOR)
    assert home.chat(ANNA).active
    assert home.store.subscriptions(ANNA) == [followed]
    (welcome,) = claimed(home)
    assert "laid aside" in text(Reply((welcome.content,)))  # type: ignore[arg-type]
    home.press("catchup:-")
    assert home.store.waiting(ANNA) == 1


def test_a_paused_chat_is_let_back_as_it_was(home: House) -> None:
    home.press(buttons(home.say("/follow The Example"))["Follow"])
    home.say("/pause")
    home.say(f"/ban {ANNA}", OPERATOR)
    home.say(f"/unban {ANNA}", OPERATOR)
    chat = home.chat(ANNA)
    assert chat.active
    assert chat.paused
    assert claimed(home) == []


def test_somebody_who_was_never_heard_of_may_be_banned_beforehand(home: House) -> None:
    home.say("/ban 12345", OPERATOR)
    assert home.store.known_chat(12345) is None
    assert not home.answers(12345)
    home.say("/unban 12345", OPERATOR)
    assert home.answers(12345)


def test_alerts_of_whoever_is_no_longer_let_in_stay_away(store: BotStore, clock: HandClock) -> None:
    home = house(store, clock, Access.ALLOWLIST, ANNA)
    home.press(buttons(home.say("/follow The Example"))["Follow"])
    (followed,) = store.subscriptions(ANNA)
    alert = Delivery("s:1:7", Lane.ALERT, ANNA, Alert(FERRY.id, 1, followed.id))
    assert isinstance(home.desk.letter(alert), Letter)
    stricter = house(store, clock, Access.ALLOWLIST, BORIS)
    assert stricter.desk.letter(alert) == Aside()
    refusal = stricter.say(QUESTION).messages[0]
    assert isinstance(stricter.desk.letter(replace(alert, content=refusal)), Letter), "but he is told so"


# --- who may ask in a group


def asked_by_admins(home: House) -> Chat:
    home.rights.admins[GROUP] = {ANNA}
    home.chat(GROUP)
    home.store.set_askers(GROUP, "admins")
    return home.chat(GROUP)


def test_a_group_may_have_its_administrators_alone_answered(home: House) -> None:
    asked_by_admins(home)
    assert home.answers(ANNA, GROUP)
    assert text(home.say(QUESTION, BORIS, GROUP)) == TEXTS.say("en", "access.admins_only_ask_in_private")
    assert home.say(QUESTION, BORIS, GROUP).messages == ()
    assert home.press("pg:1:2", BORIS, GROUP).messages == ()
    assert home.answers(BORIS), "in private he asks as ever"
    home.clock.advance(86400)
    assert text(home.say(QUESTION, BORIS, GROUP)) == TEXTS.say("en", "access.admins_only_ask_in_private")


def test_nobody_is_sent_to_a_chat_where_he_is_not_answered_either(store: BotStore, clock: HandClock) -> None:
    home = house(store, clock, Access.ALLOWLIST, GROUP)
    asked_by_admins(home)
    assert text(home.say(QUESTION, BORIS, GROUP)) == TEXTS.say("en", "access.admins_only")


def test_an_administrator_that_was_made_just_now_is_answered_and_one_that_was_unmade_is_not(home: House) -> None:
    asked_by_admins(home)
    home.rights.admins[GROUP] = {BORIS}
    assert home.answers(BORIS, GROUP)
    assert not home.answers(ANNA, GROUP)


def test_where_telegram_does_not_tell_who_administrates_nobody_is_taken_for_one(home: House) -> None:
    asked_by_admins(home)
    home.rights.silent = True
    assert text(home.say(QUESTION, ANNA, GROUP)) == TEXTS.say("en", "rights.unknown")


def test_where_everybody_may_ask_telegram_is_not_asked(home: House) -> None:
    assert home.answers(BORIS, GROUP)
    assert home.rights.asked == []


def test_russian_speakers_are_told_in_russian(store: BotStore, clock: HandClock) -> None:
    home = house(store, clock, Access.ALLOWLIST)
    chat = replace(Chat(ANNA, "ru"), language="ru")
    assert text(home.desk.hear(Heard(chat, ANNA, "привет"))) == TEXTS.say("ru", "access.stranger", number=ANNA)


def test_the_door_costs_a_read_and_no_question(home: House) -> None:
    home.say(f"/ban {ANNA}", OPERATOR)
    home.say(QUESTION)
    corpus = home.desk._office.corpus
    assert isinstance(corpus, FakeCorpus)
    asked = len(corpus.asked)
    for _ in range(20):
        home.say(QUESTION)
    assert len(corpus.asked) == asked


def test_a_day_is_counted_from_when_it_was_said(store: BotStore, clock: HandClock) -> None:
    home = house(store, clock, Access.ALLOWLIST)
    clock.advance(11.5 * 3600)  # half an hour to midnight
    home.say(QUESTION)
    clock.advance(timedelta(hours=1).total_seconds())
    assert home.say(QUESTION).messages == ()
