"""What whoever runs the bot is told: how it is used, how it is, and what its articles do not tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import cast

import pytest
import sqlalchemy as sa

from bot.desk import Desk
from bot.keeping.figures import Figure
from bot.keeping.turns import Asked
from bot.operating.durations import bucket_of
from bot.operating.stats import CAPTION_UNITS
from bot.operating.usage import Usage, midnight, together, usage_by_day
from bot.outgoing.types import Delivery, Lane
from bot.pages import units
from bot.store import BotStore
from bot.tables import ratings
from bot.terminal import TerminalChat, answer_lines
from bot.texts import load_texts
from bot.types import Kind, Message, Reply, Subscription
from retrieval import Corpus, Feed, Validators
from tests.bot.wiring import Person, buttons, text
from tests.fake_corpus import BAKERY, FERRY, NOON, FakeCorpus, HandClock

TEXTS = load_texts()
OPERATOR, READER = 7, 100
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ADMINS = frozenset((OPERATOR,))


@pytest.fixture
def corpus() -> FakeCorpus:
    return FakeCorpus(FERRY, BAKERY)


@pytest.fixture
def operator(corpus: FakeCorpus, store: BotStore, clock: HandClock) -> Person:
    desk = Desk(cast("Corpus", corpus), store, TEXTS, admins=ADMINS, clock=clock)
    return Person(desk, store, OPERATOR, OPERATOR)


def usage(key: str, **values: object) -> str:
    return TEXTS.say("en", f"usage.{key}", **values)


def status(key: str, **values: object) -> str:
    return TEXTS.say("en", f"status.{key}", **values)


def unanswered(key: str, **values: object) -> str:
    return TEXTS.say("en", f"unanswered.{key}", **values)


# -- usage, pure


def test_an_hour_belongs_to_the_day_of_the_readers_clock() -> None:
    late = datetime(2026, 5, 30, 22, tzinfo=UTC)
    figures = [Figure(late, "question.answered", 3), Figure(late, "articles", 1)]
    last = NOON.date()
    assert [day.served for day in usage_by_day(figures, "UTC", last, 2).values()] == [3, 0]
    assert [day.served for day in usage_by_day(figures, "Europe/Berlin", last, 2).values()] == [0, 3]
    assert list(usage_by_day([], "UTC", last, 3)) == [last - 2 * DAY, last - DAY, last]


def test_figures_of_other_days_are_left_out() -> None:
    [only] = usage_by_day([Figure(NOON - 3 * DAY, "articles", 9)], "UTC", NOON.date(), 1).values()
    assert only == Usage()


def test_days_add_up() -> None:
    day = Usage({"answered": 2, "refused": 1, "busy": 5}, {3: 2, 5: 1}, 4, 1)
    both = together((day, day))
    assert (both.served, both.articles, both.subscriptions) == (6, 8, 2)
    assert both.buckets == {3: 4, 5: 2}
    assert both.within(0.5) == day.within(0.5)


def test_a_day_begins_at_midnight_of_the_readers_clock() -> None:
    assert midnight(NOON.date(), "Europe/Berlin", NOON) == datetime(2026, 5, 30, 22, tzinfo=UTC)
    before = datetime(2026, 4, 2, 12, tzinfo=UTC)  # the clock changed on 29 March
    assert midnight(before.date() - 5 * DAY, "Europe/Berlin", before) == datetime(2026, 3, 27, 23, tzinfo=UTC)


# -- /stats


def ask(store: BotStore, outcome: str, seconds: float, times: int = 1, at: datetime = NOON) -> None:
    hour = at.replace(minute=0)
    store.figures.add({(hour, f"question.{outcome}"): times, (hour, f"seconds.{bucket_of(seconds)}"): times}, {})


def test_stats_tell_today_and_the_last_days_with_a_picture(operator: Person, store: BotStore) -> None:
    ask(store, "answered", 0.2, 6)
    ask(store, "closest", 0.3, 3)
    ask(store, "refused", 0.9)
    ask(store, "answered", 0.2, 10, at=NOON - 2 * DAY)
    store.figures.add({(NOON, "articles"): 5, (NOON, "question.failed"): 1}, {})
    store.subscribe(Subscription(READER, Kind.EVERYTHING, "", "Everything", NOON))
    [message] = operator.say("/stats").messages
    today, week, now = message.text.split("\n\n")
    assert today.startswith(usage("today"))
    assert usage("questions", count=10) in today
    assert usage("shares", answered=60, closest=30, refused=10) in today
    assert usage("troubles", failed=1, busy=0) in today
    assert usage("fresh", articles=5, subscriptions=1) in today
    assert usage("questions", count=20) in week
    assert usage("subscribed", count=1) in now
    assert message.attachment is not None
    assert message.attachment.kind == "photo"
    assert message.attachment.content.startswith(b"\x89PNG")


def test_times_are_told_closely(operator: Person, store: BotStore) -> None:
    ask(store, "answered", 0.2, 90)
    ask(store, "answered", 0.8, 10)
    line = next(line for line in text(operator.say("/stats")).splitlines() if "95 of 100" in line)
    half, nearly_all = (float(word) for word in line.split() if word[0].isdecimal() and "." in word)
    assert half == pytest.approx(0.2, rel=0.25)
    assert nearly_all == pytest.approx(0.8, rel=0.25)


def test_without_questions_there_are_no_shares_and_no_times(operator: Person) -> None:
    told = text(operator.say("/stats"))
    assert "%" not in told
    assert "95 of 100" not in told
    assert usage("questions", count=0) in told


def test_what_people_thought_of_answers_is_told(operator: Person, store: BotStore) -> None:
    rows = [
        {"turn": turn, "chat_id": READER, "user_id": READER, "verdict": verdict, "question": "", "standalone": "",
         "outcome": "answered", "quotes": [], "trace": {}, "rated_at": NOON - age}
        for turn, verdict, age in ((1, "helpful", HOUR), (2, "helpful", DAY), (3, "wrong", DAY), (4, "wrong", 7 * DAY))
    ]  # fmt: skip
    with store._engine.begin() as tx:
        tx.execute(sa.insert(ratings), rows)
    assert usage("helpful", count=3, share=67) in text(operator.say("/stats"))


@pytest.mark.parametrize(("asked", "days"), [("/stats 30", 30), ("/stats 0", 2), ("/stats 9999", 90)])
def test_more_days_may_be_asked_for(operator: Person, asked: str, days: int) -> None:
    assert usage("days", count=days) in text(operator.say(asked))


@pytest.mark.parametrize("asked", ["/stats week", "/stats -3", "/stats " + "9" * 4500, "/stats ²"])
def test_what_is_no_number_of_days_is_explained(operator: Person, asked: str) -> None:
    reply = operator.say(asked)
    assert (text(reply), reply.failed) == (usage("usage"), True)


def test_a_terminal_says_that_there_is_a_picture(operator: Person, store: BotStore) -> None:
    desk = Desk(cast("Corpus", FakeCorpus()), store, TEXTS, admins=frozenset((0,)), clock=operator.desk._office.clock)
    out = StringIO()
    assert answer_lines(TerminalChat(desk, store, TEXTS, "ru"), ["/stats"], out) == 0
    assert out.getvalue().rstrip().endswith(TEXTS.say("ru", "terminal.photo", name="stats.png"))


@pytest.mark.parametrize("language", TEXTS.languages())
def test_even_large_numbers_fit_under_the_picture(operator: Person, store: BotStore, language: str) -> None:
    store.set_language(operator.chat.id, language)
    for outcome in ("answered", "closest", "refused", "failed", "busy"):
        ask(store, outcome, 59.0, 10_000_000)
    store.figures.add({(NOON, "articles"): 10_000_000}, {})
    [message] = operator.say("/stats 90").messages
    assert units(message.text) < CAPTION_UNITS * 0.8


# -- /status


def test_all_is_well_and_the_rest_is_told(
    operator: Person, store: BotStore, corpus: FakeCorpus, clock: HandClock
) -> None:
    clock.advance(3 * 3600 + 120)
    told = text(operator.say("/status"))
    assert told.startswith(status("well"))
    assert status("hours", hours=3, minutes=2) in told
    assert status("index", articles=2, passages=2, behind=0) in told
    assert status("feeds", feeds=0, down=0, ended=0) in told
    assert status("inbox", updates=0, since="") in told
    assert status("outbox_empty") in told


def test_what_is_out_of_order_comes_first_the_gravest_first(store: BotStore, clock: HandClock) -> None:
    wrong = {"store": "–", "disk": "3 MB"}
    corpus = cast("Corpus", FakeCorpus())
    desk = Desk(corpus, store, TEXTS, admins=ADMINS, clock=clock, condition=lambda: wrong)
    lines = text(Person(desk, store, OPERATOR, OPERATOR).say("/status")).splitlines()
    assert lines[0] == status("wrong")
    assert lines[1:3] == [f"• {TEXTS.say('en', f'condition.{name}', seen=seen)}" for name, seen in wrong.items()]


@pytest.mark.parametrize(("rewords", "key"), [(True, "reworded"), (False, "not_reworded")])
def test_a_language_model_is_told_to_answer_or_not(
    operator: Person, corpus: FakeCorpus, rewords: bool, key: str
) -> None:
    assert not {status("reworded"), status("not_reworded")} & set(text(operator.say("/status")).splitlines())
    corpus.language_model = rewords
    assert status(key) in text(operator.say("/status")).splitlines()


def test_feeds_that_are_down_and_late_are_told(operator: Person, corpus: FakeCorpus) -> None:
    def feed(name: str, **more: object) -> Feed:
        return Feed(name, name, Validators(), NOON - 2 * HOUR, 3, **more)  # type: ignore[arg-type]

    down, ended = feed("down", down_since=NOON - DAY), feed("ended", down_since=NOON - DAY, ended=True)
    corpus.watched |= {one.url: one for one in (feed("up"), down, ended)}
    told = text(operator.say("/status"))
    assert status("feeds", feeds=3, down=1, ended=1) in told
    assert status("overdue", duration=status("hours", hours=2, minutes=0)) in told


def test_what_waits_is_told_by_lane(operator: Person, store: BotStore) -> None:
    store.enqueue([Delivery("s:1:1", Lane.DIGEST, 1, Message("News."), due=NOON.replace(year=2090))], {})
    store.enqueue([Delivery("s:2:1", Lane.ALERT, 1, Message("News."))], {})
    told = text(operator.say("/status"))
    until = "31 May 2090, 12:00"
    assert status("queued_waiting", kind=status("lane_digest"), messages=1, moment=until) in told
    assert f"{status('lane_alert')}: 1" in told


def test_updates_that_nobody_finished_are_told(operator: Person, store: BotStore) -> None:
    store.journal([(1, "{}"), (2, "{}")])
    assert status("inbox", updates=2, since="").rstrip() in text(operator.say("/status"))


# -- /unanswered


def missed(
    store: BotStore, question: str, *, user: int = READER, age: timedelta = HOUR, outcome: str = "refused"
) -> None:
    asked = Asked(user, user, question, question, outcome, (), (), {}, NOON - age)  # type: ignore[arg-type]
    store.turns.remember(asked)


def listed(reply: Reply) -> list[str]:
    return [section for section in text(reply).split("\n\n") if section[0].isdecimal()]


def line(number: int, question: str, people: int, times: int, *, closest: bool = False) -> str:
    counts = {"people": unanswered("people", count=people), "times": unanswered("times", count=times)}
    said = unanswered("line", number=number, question=question, **counts)
    return f"{said}, {unanswered('closest')}" if closest else said


def test_what_most_people_ask_comes_first_and_those_that_ask_the_same_are_one(
    operator: Person, store: BotStore
) -> None:
    missed(store, "Who owns the harbour?", user=1)
    missed(store, "Who owns the harbour?", user=1, age=2 * HOUR)
    missed(store, "Where does the tram stop?", user=1, age=3 * HOUR)
    missed(store, "where do the trams stop", user=2, age=HOUR)
    missed(store, "Is there a zoo?", user=3, outcome="closest")
    assert listed(operator.say("/unanswered")) == [
        line(1, "where do the trams stop", 2, 2),
        line(2, "Who owns the harbour?", 1, 2),
        line(3, "Is there a zoo?", 1, 1, closest=True),
    ]


def test_among_equals_the_newest_comes_first(operator: Person, store: BotStore) -> None:
    missed(store, "Who owns the harbour?", age=2 * HOUR)
    missed(store, "Is there a zoo?", age=HOUR)
    assert [section.split("\n")[0] for section in listed(operator.say("/unanswered"))] == [
        "1. Is there a zoo?", "2. Who owns the harbour?",
    ]  # fmt: skip


def test_what_was_answered_or_is_old_is_left_out(operator: Person, store: BotStore) -> None:
    missed(store, "Is there a zoo?", outcome="answered")
    missed(store, "Who owns the harbour?", age=8 * DAY)
    assert text(operator.say("/unanswered")) == unanswered("none", days=7)


def test_a_chat_that_wants_nothing_kept_is_left_out(operator: Person, store: BotStore) -> None:
    store.chat(5, language="en", kind="private")
    with store._engine.begin() as tx:
        tx.exec_driver_sql("UPDATE chats SET keep_days = 0 WHERE chat_id = 5")
    missed(store, "Who owns the harbour?", user=5)
    missed(store, "Is there a zoo?", user=READER)
    assert listed(operator.say("/unanswered")) == [line(1, "Is there a zoo?", 1, 1)]


def test_pages_are_turned_in_place_and_there_are_twenty_at_most(operator: Person, store: BotStore) -> None:
    for number in range(25):
        missed(store, f"What is wonder {number}?", age=HOUR + number * timedelta(minutes=1))
    first = operator.say("/unanswered")
    assert len(listed(first)) == 10
    assert list(buttons(first)) == [unanswered("later")]
    second = operator.press(first, unanswered("later"))
    assert second.replaces
    assert [section.partition(".")[0] for section in listed(second)] == [str(number) for number in range(11, 21)]
    assert list(buttons(second)) == [unanswered("earlier")]
    assert listed(operator.press(second, unanswered("earlier"))) == listed(first)


@pytest.mark.parametrize("data", ["una:", "una:x", "una:-1", "una:999999999999999999999"])
def test_a_forged_page_is_one_that_there_is(operator: Person, store: BotStore, data: str) -> None:
    missed(store, "Is there a zoo?")
    assert listed(operator.send(data)) == [line(1, "Is there a zoo?", 1, 1)]


def test_in_a_group_nobodys_questions_are_shown(operator: Person, store: BotStore) -> None:
    missed(store, "Is there a zoo?")
    assert text(operator.at(-5).say("/unanswered")) == unanswered("private")
    assert text(operator.at(-5).send("una:0")) == unanswered("private")


def test_a_reader_cannot_turn_the_page(operator: Person, store: BotStore) -> None:
    reader = Person(operator.desk, store, READER, READER)
    assert text(reader.send("una:0")) == TEXTS.say("en", "button.stale")


def test_a_page_of_long_questions_fits_into_a_message(operator: Person, store: BotStore) -> None:
    for number in range(12):
        missed(store, f"Wonder{number} " + f"wörd{number} " * 400, user=number + 1)
    [message] = operator.say("/unanswered").messages
    assert len(listed(Reply((message,)))) == 10
    assert units(message.text) < 3000
