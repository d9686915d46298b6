"""How much one person may ask, open, follow and send: a minute in memory, a day in the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk import Desk
from bot.people.budgets import MINUTE, SAID, Pace
from bot.rules import Rules
from bot.store import BotStore
from bot.texts import load_texts
from bot.types import Chat, Heard, Hours, Reply, SentFile
from tests.bot.wiring import buttons, text
from tests.fake_corpus import FERRY, FakeCorpus, HandClock

TEXTS = load_texts()
OPERATOR, ANNA, BORIS, GROUP = 1, 7, 8, -1007
QUESTION = "How many people does the ferry carry?"
ANSWER = "It carries ninety people."
FEED = "https://news.example/rss"
NONE = Rules(questions_per_minute=0, questions_per_day=0, links_per_day=0, feeds_per_day=0, files_per_day=0)


class Purse:
    """A desk with these limits, and people who spend."""

    def __init__(self, store: BotStore, clock: HandClock, rules: Rules) -> None:
        self.store, self.clock, self.rules = store, clock, rules
        self.corpus = FakeCorpus(FERRY)
        self.corpus.carried = {FEED: [FERRY], f"{FEED}2": [FERRY], f"{FEED}3": [FERRY]}
        self.open()

    def open(self) -> None:
        """Also again, as after a restart."""
        self.desk = Desk(
            self.corpus, self.store, TEXTS,  # type: ignore[arg-type]
            admins=frozenset({OPERATOR}), clock=self.clock, rules=self.rules,
        )  # fmt: skip

    def chat(self, chat_id: int) -> Chat:
        return self.store.chat(chat_id, language="en", kind="private" if chat_id > 0 else "group")

    def say(self, words: str, user: int = ANNA, where: int | None = None, file: SentFile | None = None) -> Reply:
        return self.desk.hear(Heard(self.chat(where or user), user, words, file=file))

    def press(self, data: str, user: int = ANNA) -> Reply:
        return self.desk.press(Heard(self.chat(user), user, data))

    def answers(self, user: int = ANNA, where: int | None = None) -> bool:
        return ANSWER in text(self.say(QUESTION, user, where))

    def spent(self, kind: str = "question", user: int = ANNA) -> int:
        return self.store.people.spent(user, self.clock().date()).get(kind, 0)


# --- the minute


def test_a_minute_has_as_many_as_it_has_for_each_person(store: BotStore, clock: HandClock) -> None:
    purse = Purse(store, clock, replace(NONE, questions_per_minute=3))
    assert [purse.answers() for _ in range(5)] == [True, True, True, False, False]
    assert not purse.answers(ANNA, GROUP), "in whatever chat"
    assert purse.answers(BORIS)


def test_who_is_too_fast_is_told_how_long_to_wait_and_not_for_ever(store: BotStore, clock: HandClock) -> None:
    purse = Purse(store, clock, replace(NONE, questions_per_minute=1))
    assert purse.answers()
    told = [purse.say(QUESTION) for _ in range(SAID + 20)]
    assert all(text(reply) in {TEXTS.say("en", "budgets.wait", count=each) for each in (59, 60)} for reply in told[:3])
    assert all(reply.messages == () for reply in told[SAID:])


def test_a_flood_asks_nothing_and_writes_nothing(store: BotStore, clock: HandClock) -> None:
    purse = Purse(store, clock, replace(NONE, questions_per_minute=5, questions_per_day=100))
    for _ in range(200):
        purse.say(QUESTION)
    assert len(purse.corpus.asked) == 5
    assert purse.spent() == 5, "what is refused is not spent"
    assert purse.answers(BORIS)


def test_there_is_room_again_when_the_window_has_moved_on() -> None:
    moments = iter([0.0, 10.0, 11.5, 59.9, 60.0, 69.0, 70.0, 70.0])
    pace = Pace(2, clock=lambda: next(moments))
    assert [pace.wait(ANNA) for _ in range(8)] == [0, 0, 49, 1, 0, 1, 0, 50]


def test_only_those_are_counted_who_did_something_lately() -> None:
    moments = iter(range(1000))
    pace = Pace(5, clock=lambda: float(next(moments)))
    for person in range(1000):
        assert pace.wait(person) == 0
        assert pace.people() <= MINUTE


@given(st.integers(1, 4), st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30)), max_size=60))
def test_no_minute_has_more_than_it_may(most: int, acts: list[tuple[int, int]]) -> None:
    now, let = 0.0, list[tuple[int, float]]()
    pace = Pace(most, clock=lambda: now)
    for person, later in acts:
        now += later
        lately = sum(who == person and then > now - MINUTE for who, then in let)
        wait = pace.wait(person)
        assert (wait == 0) == (lately < most)
        if not wait:
            let.append((person, now))


# --- the day


def test_a_day_has_as_many_as_it_has_even_after_a_restart(store: BotStore, clock: HandClock) -> None:
    purse = Purse(store, clock, replace(NONE, questions_per_day=2))
    assert [purse.answers() for _ in range(2)] == [True, True]
    purse.open()
    assert not purse.answers()
    assert purse.answers(BORIS)
    clock.now = datetime(2026, 6, 1, 0, 0, 1, tzinfo=UTC)
    assert purse.answers()


@pytest.mark.parametrize(
    ("zone", "when"),
    [("UTC", "00:00, UTC"), ("Europe/Berlin", "02:00, Europe/Berlin (UTC+2)"), ("Asia/Kolkata", "05:30, Asia/Kolkata")],
)
def test_whoever_has_spent_a_day_is_told_when_it_is_over_where_he_lives(
    store: BotStore, clock: HandClock, zone: str, when: str
) -> None:
    purse = Purse(store, clock, replace(NONE, questions_per_day=1))
    purse.chat(ANNA)
    store.set_hours(ANNA, Hours(zone))
    assert purse.answers()
    told = text(purse.say(QUESTION))
    assert "1 question a day" in told
    assert when in told


def test_no_limit_is_no_limit(store: BotStore, clock: HandClock) -> None:
    purse = Purse(store, clock, NONE)
    assert all(purse.answers() for _ in range(50))
    assert purse.spent() == 0


@pytest.mark.parametrize("user", [OPERATOR, 0])
def test_administrators_and_the_terminal_have_no_limits(store: BotStore, clock: HandClock, user: int) -> None:
    purse = Purse(store, clock, Rules(questions_per_minute=1, questions_per_day=1))
    assert all(purse.answers(user, ANNA) for _ in range(5))
    assert purse.spent(user=user) == 0


# --- what costs what


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (QUESTION, "question"),
        (f"/ask {QUESTION}", "question"),
        ("/summary the ferry", "question"),
        ("/summary https://news.example/unknown", "link"),
        ("/add https://news.example/new", "link"),
        (f"/follow {FEED}", "feed"),
        (f"/follow {FEED} daily 8:30", "feed"),
        ("/follow news.example weekly mon", "feed"),
    ],
)
def test_what_is_said_costs_one_of_its_kind(store: BotStore, clock: HandClock, words: str, kind: str) -> None:
    purse = Purse(store, clock, Rules())
    purse.say(words)
    assert store.people.spent(ANNA, clock().date()) == {kind: 1}


@pytest.mark.parametrize(
    "words",
    [
        "/help",
        "/start",
        "/follow",
        "/follow bridges",
        "/following",
        "/summary",
        f"/summary {FERRY.url}",
        "/add",
        "/tea",
    ],
)
def test_other_words_cost_nothing(store: BotStore, clock: HandClock, words: str) -> None:
    purse = Purse(store, clock, Rules())
    purse.say(words)
    assert store.people.spent(ANNA, clock().date()) == {}


@pytest.mark.parametrize(
    ("kind", "limit", "words"),
    [
        ("link", "links_per_day", "/summary https://news.example/unknown"),
        ("feed", "feeds_per_day", f"/follow {FEED}"),
    ],
)
def test_when_a_kind_is_spent_the_others_are_not(
    store: BotStore, clock: HandClock, kind: str, limit: str, words: str
) -> None:
    purse = Purse(store, clock, replace(NONE, **{limit: 1}))
    purse.say(words)
    told = text(purse.say(words))
    assert told == TEXTS.say("en", f"budgets.{kind}", count=1, time="00:00", zone="UTC")
    assert purse.answers()


def test_files_are_counted(store: BotStore, clock: HandClock) -> None:
    purse = Purse(store, clock, replace(NONE, files_per_day=1))
    purse.corpus.lists["feeds.opml"] = ()
    purse.say("", file=SentFile("feeds.opml", b"<opml/>"))
    told = text(purse.say("", file=SentFile("feeds.opml", b"<opml/>")))
    assert told == TEXTS.say("en", "budgets.file", count=1, time="00:00", zone="UTC")


def test_a_button_that_asks_anew_costs_a_question(store: BotStore, clock: HandClock) -> None:
    purse = Purse(store, clock, replace(NONE, questions_per_day=2))
    widen = buttons(purse.say(f"{QUESTION} The Example"))["Search everything"]
    assert ANSWER in text(purse.press(widen))
    assert purse.spent() == 2
    assert "2 questions a day" in text(purse.press(widen))


def test_buttons_that_only_show_cost_nothing(store: BotStore, clock: HandClock) -> None:
    purse = Purse(store, clock, Rules())
    answer = purse.say(QUESTION)
    purse.press(buttons(answer)["Summary"])
    assert purse.spent() == 1


def test_who_may_not_follow_in_a_group_spends_nothing(store: BotStore, clock: HandClock) -> None:
    purse = Purse(store, clock, Rules())
    assert text(purse.say(f"/follow {FEED}", ANNA, GROUP)) == TEXTS.say("en", "rights.denied")
    assert purse.spent("feed") == 0


def test_an_edited_question_is_paid_for_like_any_other(store: BotStore, clock: HandClock) -> None:
    purse = Purse(store, clock, replace(NONE, questions_per_day=1))
    chat = purse.chat(ANNA)
    purse.desk.hear(Heard(chat, ANNA, QUESTION, message_id=5, update_id=1))
    told = purse.desk.hear(Heard(chat, ANNA, f"{QUESTION}!", message_id=5, update_id=2, edited=True))
    assert ANSWER not in text(told)
