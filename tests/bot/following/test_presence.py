"""When a chat may be written to: zone, quiet hours, mute, pause, and coming back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk import Desk
from bot.following.presence import CHOSEN_UTC
from bot.outgoing.types import Alert, Delivery, Lane, Manner
from bot.pages import LIMITS
from bot.store import BotStore
from bot.texts import load_texts
from bot.types import Chat, Hours
from tests.blank import blank_store
from tests.bot.wiring import READER, Person, all_buttons, buttons, text
from tests.fake_corpus import BAKERY, FERRY, NOON, FakeCorpus, HandClock

FEED = "https://news.example/rss"


class Replay:
    """Plans what was missed; here, as many as it is told."""

    def __init__(self) -> None:
        self.coming = 0
        self.asked: list[Chat] = []

    def __call__(self, chat: Chat) -> int:
        self.asked.append(chat)
        return self.coming


@pytest.fixture
def store(tmp_path: Path, clock: HandClock) -> Iterator[BotStore]:
    """One that goes by our clock: what waits has its time by it."""
    with closing(blank_store(tmp_path, clock)) as opened:
        opened.chat(READER, language="en", kind="private")
        yield opened


@pytest.fixture
def replay() -> Replay:
    return Replay()


@pytest.fixture
def corpus() -> FakeCorpus:
    corpus = FakeCorpus(BAKERY)
    corpus.carried = {FEED: [FERRY]}
    corpus.watch(FEED)
    return corpus


@pytest.fixture
def reader(corpus: FakeCorpus, store: BotStore, clock: HandClock, replay: Replay) -> Person:
    desk = Desk(corpus, store, load_texts(), admins=frozenset(), clock=clock, replay=replay)  # type: ignore[arg-type]
    return Person(desk, store)


def hours(store: BotStore) -> Hours:
    chat = store.known_chat(READER)
    assert chat is not None
    return chat.hours


def wait_for(store: BotStore, subscription: int, article: str = "bakery", story: int = 1) -> None:
    """Something that is to be sent later."""
    due = NOON + timedelta(hours=20)
    alert = Alert(article, story, subscription, 1)
    store.enqueue([Delivery(f"s:{story}:{READER}", Lane.DIGEST, READER, alert, Manner(), due)], {})


# -- the zone


@pytest.mark.parametrize(
    ("said", "zone", "words"),
    [
        ("Berlin", "Europe/Berlin", "It is 14:00 with you, then: Europe/Berlin (UTC+2)."),
        ("Екатеринбург", "Asia/Yekaterinburg", "It is 17:00 with you, then: Asia/Yekaterinburg (UTC+5)."),
        ("+3", "Etc/GMT-3", "It is 15:00 with you, then: UTC+3."),
        ("it is 17:29", "Asia/Kolkata", "It is 17:30 with you, then: Asia/Kolkata (UTC+5:30)."),
        ("UTC", CHOSEN_UTC, "It is 12:00 with you, then: UTC."),
    ],
)
def test_a_place_an_offset_or_a_clock_sets_the_zone(
    reader: Person, store: BotStore, said: str, zone: str, words: str
) -> None:
    assert text(reader.say(f"/timezone {said}")) == words
    assert hours(store).zone == zone


def test_without_a_place_the_zone_is_told_and_an_unknown_one_is_not_taken(reader: Person, store: BotStore) -> None:
    assert text(reader.say("/timezone")).startswith("Times are in UTC. Where are you")
    unknown = reader.say("/timezone Atlantis")
    assert unknown.failed
    assert text(unknown).startswith("I know no place called Atlantis.")
    assert hours(store) == Hours()


# -- quiet hours and mutes


@pytest.mark.parametrize(
    ("said", "quiet"), [("22:00-7:00", (1320, 420)), ("22-7", (1320, 420)), ("с 23 до 8", (1380, 480))]
)
def test_quiet_hours_by_typing(reader: Person, store: BotStore, said: str, quiet: tuple[int, int]) -> None:
    reply = reader.say(f"/quiet {said}")
    assert "I stay quiet." in text(reply)
    assert "tell me your city" in text(reply)
    assert hours(store).quiet == quiet
    reader.say("/timezone Berlin")
    assert hours(store).quiet == quiet
    assert "tell me your city" not in text(reader.say(f"/quiet {said}"))


@pytest.mark.parametrize("off", ["off", "OFF", "выкл"])
def test_quiet_hours_end(reader: Person, store: BotStore, off: str) -> None:
    reader.say("/quiet 22-7")
    assert text(reader.say(f"/quiet {off}")) == "No more quiet hours."
    assert hours(store).quiet is None


@pytest.mark.parametrize("said", ["/quiet", "/quiet sometimes", "/mute", "/mute forever"])
def test_what_is_no_time_is_told_and_changes_nothing(reader: Person, store: BotStore, said: str) -> None:
    reader.say("/quiet 22-7")
    before = hours(store)
    assert reader.say(said).failed
    assert hours(store) == before


@pytest.mark.parametrize(("said", "days"), [("day", 1), ("week", 7), ("неделю", 7), ("на день", 1)])
def test_a_mute_has_an_end_in_local_time(reader: Person, store: BotStore, said: str, days: int) -> None:
    reader.say("/timezone Berlin")
    assert text(reader.say(f"/mute {said}")) == f"Muted until {days} June 2026, 14:00."
    assert hours(store).muted_until == NOON + timedelta(days=days)
    reader.say("/mute off")
    assert hours(store).muted_until is None


def test_what_waits_gets_its_time_anew(reader: Person, store: BotStore) -> None:
    one = reader.follow(f"{FEED} daily 8:00")
    wait_for(store, one.id)
    assert store.next_due() == NOON + timedelta(hours=20)
    reader.say("/timezone Berlin")
    assert store.next_due() == NOON + timedelta(hours=18)
    reader.say("/quiet 22-9")
    assert store.next_due() == NOON + timedelta(hours=19)
    reader.say("/mute week")
    assert store.next_due() == NOON + timedelta(days=7)


# -- settings


def test_settings_tell_all_and_change_it_in_place(reader: Person, store: BotStore) -> None:
    shown = reader.say("/settings")
    assert text(shown) == (
        "How this chat hears from me:\nTime: 12:00, UTC\nNo quiet hours\n"
        "Times are in UTC; tell me your city, for example: /timezone Berlin"
    )
    assert list(buttons(shown)) == [
        "Quiet 22:00–7:00", "Quiet 23:00–8:00", "Mute for a day", "Mute for a week", "Pause",
    ]  # fmt: skip
    reader.say("/timezone Berlin")
    quiet = reader.press(shown, "Quiet 23:00–8:00")
    assert quiet.replaces
    assert hours(store).quiet == (1380, 480)
    muted = reader.press(quiet, "Mute for a day")
    assert text(muted) == (
        "How this chat hears from me:\nTime: 14:00, Europe/Berlin (UTC+2)\nQuiet hours: 23:00–8:00\n"
        "Muted until 1 June 2026, 14:00."
    )
    assert list(buttons(muted)) == ["Quiet 22:00–7:00", "No quiet hours", "Unmute", "Pause"]
    cleared = reader.press(reader.press(muted, "Unmute"), "No quiet hours")
    assert hours(store) == Hours("Europe/Berlin")
    paused = reader.press(cleared, "Pause")
    assert text(paused).endswith("Paused: I send nothing until /resume")
    assert "Resume" in buttons(paused)


@pytest.mark.parametrize(
    "data", ["set:", "set:quiet:x", "set:mute:year", "set:dance", "set:quiet:²-³", "catchup", "skip"]
)
def test_forged_settings_are_harmless(reader: Person, store: BotStore, data: str) -> None:
    reply = reader.send(data)
    assert reply.messages
    assert hours(store) == Hours()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_all_buttons_fit(reader: Person, store: BotStore, language: str) -> None:
    store.set_language(READER, language)
    for button in all_buttons(reader.say("/settings")):
        assert len(button.data.encode()) <= LIMITS.data_bytes
        assert button.text


# -- pausing and coming back


def test_a_pause_lays_aside_what_waits_and_remembers_where_it_began(
    reader: Person, store: BotStore, corpus: FakeCorpus
) -> None:
    one = reader.follow(f"{FEED} daily 8:00")
    corpus.refresh(NOON, 60)
    wait_for(store, one.id)
    assert "until you say /resume" in text(reader.say("/pause"))
    assert (reader.chat.paused, reader.chat.away_from) == (True, 2)
    assert store.next_due() is None
    corpus.held.clear()
    corpus.refresh(NOON, 60)
    reader.say("/pause")
    assert reader.chat.away_from == 2  # a second pause moves nothing


def test_coming_back_offers_what_was_missed_and_catching_up_sends_it(
    reader: Person, store: BotStore, replay: Replay
) -> None:
    one = reader.follow(f"{FEED} daily 8:00")
    wait_for(store, one.id)
    reader.say("/pause")
    replay.coming = 2
    back = reader.say("/resume")
    assert text(back) == ("Welcome back! Meanwhile 1 alert was laid aside. Shall I send what you missed, as a digest?")
    assert not reader.chat.paused
    caught = reader.press(back, "Catch up")
    assert caught.replaces
    assert text(caught) == "3 alerts are on their way."
    assert [chat.away_from for chat in replay.asked] == [0]
    assert (reader.chat.paused, reader.chat.away_from) == (False, None)
    assert store.missed(READER) == 0
    replay.coming = 0
    assert text(reader.press(back, "Catch up")).startswith("You missed nothing.")


def test_what_was_missed_may_be_let_go(reader: Person, store: BotStore, replay: Replay) -> None:
    wait_for(store, reader.follow(f"{FEED} daily 8:00").id)
    reader.say("/pause")
    skipped = reader.press(reader.say("/resume"), "Skip")
    assert text(skipped).startswith("All right, I let it go.")
    assert (store.missed(READER), reader.chat.away_from, replay.asked) == (0, None, [])


def test_a_chat_that_was_away_is_welcomed_in_its_language(reader: Person, store: BotStore) -> None:
    reader.follow(FEED)
    store.set_paused(READER, False, 5)
    chat = store.known_chat(READER)
    assert chat is not None
    welcome = reader.desk.welcome(replace(chat, language="ru"))
    assert welcome is not None
    assert welcome.text == "С возвращением! Прислать пропущенное одной сводкой?"
    assert [button.data for row in welcome.buttons for button in row] == ["catchup:-", "skip:-"]


def test_whoever_follows_nothing_is_not_asked(reader: Person, store: BotStore) -> None:
    chat = store.known_chat(READER)
    assert chat is not None
    assert reader.desk.welcome(chat) is None
    reader.say("/pause")
    assert text(reader.say("/resume")) == "I am back."


def test_resuming_what_is_not_paused_is_told(reader: Person) -> None:
    assert text(reader.say("/resume")).startswith("It is not paused")
