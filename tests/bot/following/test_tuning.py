"""The card of a subscription: what it says, what its buttons change, and /tune."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.desk import Desk
from bot.outgoing.types import Alert, Delivery, Lane, Manner
from bot.pages import LIMITS
from bot.store import BotStore
from bot.texts import load_texts
from bot.types import Hours, Kind, Matching, Reply, Rhythm, Subscription, Wishes
from tests.blank import blank_store
from tests.bot.wiring import READER, Person, all_buttons, buttons, text
from tests.fake_corpus import BAKERY, FERRY, FakeCorpus, HandClock

FEED = "https://news.example/rss"
TIMED = Wishes(Rhythm.DAILY, 510)


@pytest.fixture
def store(tmp_path: Path, clock: HandClock) -> Iterator[BotStore]:
    """One that goes by our clock: what waits has its time by it."""
    with closing(blank_store(tmp_path, clock)) as opened:
        opened.chat(READER, language="en", kind="private")
        yield opened


@pytest.fixture
def corpus() -> FakeCorpus:
    corpus = FakeCorpus(FERRY, BAKERY)
    corpus.carried = {FEED: [FERRY]}
    return corpus


@pytest.fixture
def reader(corpus: FakeCorpus, store: BotStore, clock: HandClock) -> Person:
    return Person(Desk(corpus, store, load_texts(), admins=frozenset(), clock=clock), store)  # type: ignore[arg-type]


def rows(reply: Reply) -> list[list[str]]:
    return [[button.text for button in row] for row in reply.messages[0].buttons]


def test_a_card_says_what_it_is_how_it_comes_and_when_next(reader: Person) -> None:
    reader.say("/timezone Berlin")
    one = reader.follow("ferry daily 8:30 strict silent +sails -cheese")
    card = reader.send(f"card:{one.id}")
    assert text(card) == (
        "ferry\nA topic in your own words\nComes daily at 8:30\nMatching: strict\nWords: +sails, −cheese\n"
        "Without sound\nThe next digest: 1 June 2026, 08:30, Europe/Berlin (UTC+2)"
    )
    assert rows(card) == [
        ["At once", "Hourly", "✓ Daily", "Weekly"],
        ["« 7:30", "9:30 »"],
        ["✓ Strict", "Balanced", "Wide"],
        ["Sound on", "Mute"],
        ["Drop the words"],
        ["Unfollow", "Back to the list"],
    ]


@pytest.mark.parametrize(
    ("said", "first"),
    [
        (FEED, "A feed"),
        ("the example", "All that this source writes"),
        ("everything", "Every new story"),
        ("Who is the king?", "A question: I write when an article answers it"),
    ],
)
def test_what_matches_without_words_has_no_matching_to_choose(reader: Person, said: str, first: str) -> None:
    card = reader.send(f"card:{reader.follow(said).id}")
    assert text(card).split("\n")[1:] == [first, "Comes at once"]
    assert rows(card) == [
        ["✓ At once", "Hourly", "Daily", "Weekly"], ["Sound off", "Mute"], ["Unfollow", "Back to the list"],
    ]  # fmt: skip


def test_an_alerts_settings_are_a_message_of_their_own(reader: Person) -> None:
    one = reader.follow("ferry")
    opened = reader.send(f"sub:{one.id}")
    assert not opened.replaces
    assert opened.messages == reader.send(f"card:{one.id}").messages
    assert reader.send(f"card:{one.id}").replaces


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Hourly"], Wishes(Rhythm.HOURLY)),
        (["Daily", "9:00 »", "10:00 »"], Wishes(Rhythm.DAILY, 600)),
        (["Daily", "« 7:00"], Wishes(Rhythm.DAILY, 420)),
        (["Weekly", "Fr"], Wishes(Rhythm.WEEKLY, 480, 4)),
        (["Weekly", "Su", "Mo", "« 7:00"], Wishes(Rhythm.WEEKLY, 420, 0)),
        (["Weekly", "Fr", "At once"], Wishes(Rhythm.INSTANT, 480, 4)),
        (["Sound off"], Wishes(silent=True)),
        (["Sound off", "Sound on"], Wishes()),
        (["Wide"], Wishes(matching=Matching.WIDE)),
        (["Strict", "Balanced"], Wishes()),
    ],
)
def test_every_press_changes_the_card_in_place_and_what_is_kept(
    reader: Person, names: list[str], expected: Wishes
) -> None:
    card = reader.send(f"card:{reader.follow('ferry').id}")
    for name in names:
        card = reader.press(card, name)
        assert card.replaces
    assert reader.followed()[0].wishes == expected
    assert card.messages == reader.send(f"card:{reader.followed()[0].id}").messages


@pytest.mark.parametrize(("minute", "around"), [(0, ["« 23:00", "1:00 »"]), (1410, ["« 22:30", "0:30 »"])])
def test_the_hour_goes_around_midnight(reader: Person, store: BotStore, minute: int, around: list[str]) -> None:
    one = reader.follow("ferry daily")
    store.set_wishes(one.id, replace(one.wishes, minute=minute))
    assert around in rows(reader.send(f"card:{one.id}"))


def test_the_same_press_twice_changes_nothing_more(reader: Person) -> None:
    card = reader.send(f"card:{reader.follow('ferry daily').id}")
    assert reader.press(card, "9:00 »") == reader.press(card, "9:00 »")
    assert reader.followed()[0].wishes.minute == 540


def test_muting_keeps_it_and_says_so(reader: Person) -> None:
    card = reader.send(f"card:{reader.follow('ferry daily').id}")
    muted = reader.press(card, "Mute")
    assert "Muted: nothing is sent" in text(muted)
    assert "next digest" not in text(muted)
    assert reader.followed()[0].muted
    assert "1. ferry (topic, daily at 8:00, muted)" in text(reader.say("/following"))
    assert text(reader.press(muted, "Unmute")) == text(card)
    assert not reader.followed()[0].muted


def test_a_matching_chosen_anew_drops_what_feedback_added(reader: Person, store: BotStore) -> None:
    one = reader.follow("ferry")
    store.set_wishes(one.id, replace(one.wishes, shift=0.1))
    reader.press(reader.send(f"card:{one.id}"), "Balanced")
    assert reader.followed()[0].wishes == Wishes()


def test_words_can_be_dropped(reader: Person) -> None:
    card = reader.send(f"card:{reader.follow('ferry +sails -cheese').id}")
    assert "Drop the words" not in buttons(reader.press(card, "Drop the words"))
    assert reader.followed()[0].wishes == Wishes()


def test_quiet_hours_move_the_next_digest(reader: Person, store: BotStore) -> None:
    one = reader.follow("ferry daily 6:30")
    store.set_hours(READER, Hours("Europe/Berlin", (1320, 420)))
    assert "1 June 2026, 07:00, Europe/Berlin (UTC+2)" in text(reader.send(f"card:{one.id}"))


def test_a_time_in_utc_by_default_asks_for_the_place(reader: Person) -> None:
    one = reader.follow("ferry")
    asked = "tell me your city, for example: /timezone Berlin"
    assert asked not in text(reader.send(f"tune:{one.id}:hourly"))
    assert asked in text(reader.send(f"tune:{one.id}:daily"))
    reader.say("/timezone UTC")
    assert asked not in text(reader.send(f"tune:{one.id}:daily"))


def test_the_old_digest_time_moves_with_the_new_wish(reader: Person, store: BotStore) -> None:
    one = reader.follow("ferry daily 8:00")
    due = datetime(2026, 6, 1, 8, tzinfo=UTC)
    alert = Alert("ferry", 1, one.id, 1)
    store.enqueue([Delivery(f"s:1:{READER}", Lane.DIGEST, READER, alert, Manner(), due)], {})
    assert store.next_due() == due
    reader.send(f"tune:{one.id}:540")
    assert store.next_due() == due.replace(hour=9)


# -- whose it is


@pytest.mark.parametrize("data", ["sub:{}", "card:{}", "tune:{}:daily", "tune:{}:mute", "out:{}", "more:{}", "less:{}"])
def test_a_strangers_number_opens_and_changes_nothing(reader: Person, data: str) -> None:
    one = reader.follow("ferry")
    stranger = replace(reader, chat_id=200, user_id=200)
    reply = stranger.send(data.format(one.id))
    assert reply.failed
    assert "ferry" not in text(reply)
    assert reader.followed() == [one]


@pytest.mark.parametrize(
    "data", ["card:99", "card:", "card:x", "card:-1", "card:²", "tune:99:daily", "out:99", "sub:1e3"]
)
def test_what_is_not_followed_any_more_is_told(reader: Person, data: str) -> None:
    reply = reader.send(data)
    assert reply.failed
    assert text(reply) == "This chat does not follow that any more."


@pytest.mark.parametrize("change", ["", "yearly", "2000", "d9", "daily:9"])
def test_an_unknown_change_shows_the_card_as_it_is(reader: Person, change: str) -> None:
    one = reader.follow("ferry")
    assert reader.send(f"tune:{one.id}:{change}").messages == reader.send(f"card:{one.id}").messages
    assert reader.followed() == [one]


def test_undo_is_not_for_strangers(reader: Person) -> None:
    reader.follow("ferry")
    undo = buttons(reader.say("/unfollow 1"))["Undo"]
    assert replace(reader, chat_id=200, user_id=200).send(undo).failed
    assert reader.followed() == []


# -- by typing


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("1 weekly mon 9:00", Wishes(Rhythm.WEEKLY, 540)),
        ("1 +ship -lottery", replace(TIMED, must=("ship",), must_not=("lottery",))),
        ("ferry strict silent", replace(TIMED, matching=Matching.STRICT, silent=True)),
        ("1 сразу широко", replace(TIMED, rhythm=Rhythm.INSTANT, matching=Matching.WIDE)),
    ],
)
def test_tuning_by_typing_changes_what_it_names(reader: Person, said: str, expected: Wishes) -> None:
    reader.follow("ferry daily 8:30")
    card = reader.say(f"/tune {said}")
    assert not card.failed
    assert not card.replaces
    assert text(card).startswith("ferry\n")
    assert reader.followed()[0].wishes == expected


def test_a_number_alone_shows_its_card(reader: Person) -> None:
    one = reader.follow("ferry")
    assert reader.say("/tune 1").messages == reader.send(f"card:{one.id}").messages


@pytest.mark.parametrize(
    ("said", "words"),
    [("", "/tune 2 daily 8:30"), ("1 nonsense", "/tune 2 daily 8:30"), ("2 daily", "nothing called 2"),
     ("1 to @news", "/tune 2 daily 8:30")],
)  # fmt: skip
def test_what_cannot_be_tuned_is_told(reader: Person, said: str, words: str) -> None:
    one = reader.follow("ferry")
    reply = reader.say(f"/tune {said}")
    assert reply.failed
    assert words in text(reply)
    assert reader.followed() == [one]


# -- of whatever it is made


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_card_fits_with_the_largest_numbers(reader: Person, store: BotStore, language: str) -> None:
    chat = -(10**15)
    one = Subscription(chat, Kind.TOPIC, "🚢" * 4000, "🚢" * 4000, datetime(2026, 1, 1, tzinfo=UTC))
    wishes = Wishes(Rhythm.WEEKLY, 1439, 6, True, Matching.WIDE, ("🚢" * 900,) * 3, ("é" * 900,) * 3)
    store.chat(chat, language=language, kind="group")
    number = store.subscribe(replace(one, wishes=wishes, muted=True))
    admin = replace(reader, chat_id=chat, user_id=chat, language=language)  # who governs it, as an own place goes
    card = admin.send(f"card:{number}")
    assert not card.failed
    (message,) = card.messages
    assert len(message.text.encode("utf-16-le")) // 2 <= LIMITS.units
    assert len(all_buttons(card)) <= LIMITS.buttons
    assert all(len(button.data.encode()) <= LIMITS.data_bytes for button in all_buttons(card))
