"""Bans, invites, admissions and daily budgets, as they are kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.keeping.people import Banned, Invite, People, Standing
from bot.store import BotStore
from tests.fake_corpus import NOON

OPERATOR, ANNA, BORIS, GROUP = 1, 7, 8, -1007
TODAY, TOMORROW = NOON.date(), NOON.date() + timedelta(days=1)


@pytest.fixture
def people(store: BotStore) -> People:
    return store.people


def test_nothing_is_known_of_a_stranger(people: People) -> None:
    assert people.standings([ANNA, GROUP])[ANNA] == Standing()
    assert not people.is_banned(ANNA)


def test_who_is_banned_is_listed_until_he_is_back(people: People) -> None:
    assert people.ban(ANNA, OPERATOR, NOON)
    assert people.ban(GROUP, OPERATOR, NOON + timedelta(hours=1))
    assert people.banned() == [Banned(GROUP, NOON + timedelta(hours=1)), Banned(ANNA, NOON)]
    assert not people.ban(ANNA, OPERATOR, NOON), "he is banned already"
    assert people.unban(ANNA)
    assert not people.unban(ANNA)
    assert [person.user_id for person in people.banned()] == [GROUP]


def test_a_ban_takes_no_admission_away(people: People) -> None:
    people.invite(Invite("code", 1, NOON + timedelta(days=1), OPERATOR), NOON)
    assert people.admit(ANNA, "code", NOON)
    people.ban(ANNA, OPERATOR, NOON)
    people.unban(ANNA)
    assert people.standings([ANNA])[ANNA] == Standing(admitted=True)


def test_a_banned_person_is_told_anew_that_he_is(people: People) -> None:
    people.tell(ANNA, NOON)
    assert people.standings([ANNA])[ANNA].told_at == NOON
    people.ban(ANNA, OPERATOR, NOON)
    assert people.standings([ANNA])[ANNA].told_at is None


def test_an_invite_lets_in_as_many_as_it_says_and_no_longer_than_it_says(people: People) -> None:
    people.invite(Invite("two", 2, NOON + timedelta(days=1), OPERATOR), NOON)
    late = NOON + timedelta(days=1)
    assert not people.admit(9, "two", late)
    assert people.admit(ANNA, "two", NOON)
    assert people.invites(NOON) == [Invite("two", 1, NOON + timedelta(days=1), OPERATOR)]
    assert people.invites(late) == []
    assert people.admit(BORIS, "two", NOON)
    assert not people.admit(9, "two", NOON)
    assert people.invites(NOON) == []
    assert not people.admit(9, "three", NOON)


def test_many_who_come_at_once_share_what_an_invite_has_left(people: People) -> None:
    people.invite(Invite("three", 3, NOON + timedelta(days=1), OPERATOR), NOON)
    with ThreadPoolExecutor(8) as pool:
        let_in = list(pool.map(lambda person: people.admit(person, "three", NOON), range(100, 116)))
    assert sum(let_in) == 3


def test_a_revoked_invite_lets_nobody_in_and_puts_nobody_out(people: People) -> None:
    people.invite(Invite("code", 5, NOON + timedelta(days=1), OPERATOR), NOON)
    people.admit(ANNA, "code", NOON)
    assert people.revoke("code")
    assert not people.revoke("code")
    assert not people.admit(BORIS, "code", NOON)
    assert people.standings([ANNA])[ANNA].admitted


def test_a_day_has_as_many_as_it_has_and_every_day_anew(people: People) -> None:
    assert [people.spend(ANNA, "question", TODAY, 3) for _ in range(5)] == [True, True, True, False, False]
    assert people.spend(ANNA, "question", TOMORROW, 3)
    assert people.spend(BORIS, "question", TODAY, 3)
    assert people.spend(ANNA, "link", TODAY, 3)
    assert people.spent(ANNA, TODAY) == {"question": 3, "link": 1}


def test_threads_never_spend_more_than_there_is(people: People) -> None:
    with ThreadPoolExecutor(8) as pool:
        spent = list(pool.map(lambda _: people.spend(ANNA, "question", TODAY, 5), range(40)))
    assert sum(spent) == 5
    assert people.spent(ANNA, TODAY) == {"question": 5}


def test_what_was_spent_on_earlier_days_is_forgotten(store: BotStore, people: People) -> None:
    people.spend(ANNA, "question", TODAY, 3)
    people.spend(ANNA, "question", TOMORROW, 3)
    store.prune(NOON + timedelta(days=1))
    assert people.spent(ANNA, TODAY) == {}
    assert people.spent(ANNA, TOMORROW) == {"question": 1}
    assert people.prune_spendings(TOMORROW + timedelta(days=1)) == 1


def test_a_banned_chat_stays_out_of_reach_whatever_reaches_it(store: BotStore) -> None:
    chat = store.chat(ANNA, language="en", kind="private")
    assert chat.active
    store.people.ban(ANNA, OPERATOR, NOON)
    store.set_active(ANNA, False)
    store.set_active(ANNA, True)  # he writes again
    kept = store.known_chat(ANNA)
    assert kept is not None
    assert not kept.active
    store.people.unban(ANNA)
    store.set_active(ANNA, True)
    kept = store.known_chat(ANNA)
    assert kept is not None
    assert kept.active
