"""The same desk in a terminal: a pipe of questions, a prompt with buttons, new articles while it waits."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from bot.alerting.planning import Planner
from bot.desk import Desk
from bot.following.subscribing import PER_CHAT
from bot.store import BotStore
from bot.terminal import ANSWERED, FAILED, REFUSED, USER_ID, Lookout, TerminalChat, answer_lines, converse
from bot.texts import load_texts
from bot.types import TERMINAL_CHAT
from retrieval import Change, FeedLink
from tests.blank import blank_store
from tests.fake_corpus import BAKERY, FERRY, NOON, FakeCorpus, HandClock

FEED = "https://news.example/rss"
PATIENCE = 10.0  # seconds for another thread, on a busy machine


@pytest.fixture
def store(tmp_path: Path) -> Iterator[BotStore]:
    opened = blank_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def corpus() -> FakeCorpus:
    corpus = FakeCorpus(FERRY, pages={"https://news.example/bakery": BAKERY})
    corpus.carried = {FEED: [FERRY]}
    return corpus


@pytest.fixture
def make_chat(corpus: FakeCorpus, store: BotStore) -> Callable[[str], TerminalChat]:
    texts = load_texts()
    desk = Desk(corpus, store, texts, admins=frozenset({USER_ID}), clock=HandClock())  # type: ignore[arg-type]
    return lambda language: TerminalChat(desk, store, texts, language)


@pytest.fixture
def chat(make_chat: Callable[[str], TerminalChat]) -> TerminalChat:
    return make_chat("en_GB.UTF-8")


def watch_for(corpus: FakeCorpus, store: BotStore, chat: TerminalChat) -> Lookout:
    return Lookout(corpus, Planner(corpus, store, lambda: NOON), chat, poll_seconds=60)  # type: ignore[arg-type]


def pipe(chat: TerminalChat, *lines: str) -> tuple[int, str]:
    out = StringIO()
    return answer_lines(chat, [f"{line}\n" for line in lines], out), out.getvalue()


def test_a_pipe_is_one_question_a_line(chat: TerminalChat) -> None:
    code, said = pipe(chat, "When does the ferry sail again?", "", "ninety?")
    assert code == ANSWERED
    assert said == (
        "The ferry sails again on Monday. [1]\n\n> [1] “The ferry sails again on Monday.”\n"
        "> Ferry to Tern Island sails again — The Example, 5 March 2026\n\n[1] https://news.example/ferry\n\n"
        "It carries ninety people. [1]\n\n> [1] “It carries ninety people.”\n"
        "> Ferry to Tern Island sails again — The Example, 5 March 2026\n\n[1] https://news.example/ferry\n\n"
    )


def test_the_exit_code_is_the_worst_that_happened(chat: TerminalChat) -> None:
    assert pipe(chat)[0] == ANSWERED
    assert pipe(chat, "Who is the king?", "ferry?")[0] == REFUSED
    assert pipe(chat, "Who is the king?", "/add https://news.example/none", "ferry?")[0] == FAILED


def test_whoever_sits_here_may_add(chat: TerminalChat, corpus: FakeCorpus) -> None:
    assert pipe(chat, "/add https://news.example/bakery")[1].startswith("Added: A bakery opens")
    assert "bakery" in corpus.held


def test_the_terminals_language_is_the_first_chats_and_then_its_own(make_chat: Callable[[str], TerminalChat]) -> None:
    first = make_chat("ru_RU.UTF-8")
    assert "5 марта 2026" in pipe(first, "ferry?")[1]
    pipe(first, "/language en")
    assert "5 March 2026" in pipe(make_chat("ru_RU.UTF-8"), "ferry?")[1]


@contextmanager
def terminal(chat: TerminalChat, lookout: Lookout, history: Path) -> Iterator[tuple[PipeInput, StringIO]]:
    """A conversation at a prompt, fed by what the test types."""
    screen = StringIO()
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        console = Console(file=screen, width=200)
        yield keys, screen
        keys.send_text("\x04")
        converse(chat, console, history, lookout)


def test_a_prompt_answers_until_the_end_of_file(
    chat: TerminalChat, corpus: FakeCorpus, store: BotStore, tmp_path: Path
) -> None:
    history = tmp_path / "history"
    with terminal(chat, watch_for(corpus, store, chat), history) as (keys, screen):
        keys.send_text("When does the ferry sail?\n\n/language\n#9\nferry?\n#99\n")
    said = screen.getvalue()
    assert "The ferry sails again on Monday. [1]" in said
    assert "#8 English   #9 Русский" in said
    assert "Теперь я говорю по-русски." in said
    assert "5 марта 2026" in said
    assert "Эта кнопка уже устарела" in said
    assert "+When does the ferry sail?" in history.read_text(encoding="utf-8")


def test_what_is_offered_can_be_pressed_or_said_yes_to(chat: TerminalChat) -> None:
    refused = chat.hear("Who is the king?").messages[0]
    assert refused.text.endswith("Shall I summarise it?")
    assert chat.numbered(refused) == [
        ["#1 Summary: Ferry to Tern Island sails again"], ["#2 Tell me when an article answers this"],
    ]  # fmt: skip
    pressed, agreed = chat.hear("#1").messages[0], chat.hear("yes").messages[0]
    assert pressed == agreed
    assert pressed.text.startswith("Ferry to Tern Island sails again\n\n• The ferry sails")


def test_a_pipe_shows_every_state(chat: TerminalChat) -> None:
    code, said = pipe(chat, "perhaps ninety?", "The Example, ninety?", "The Example, the king?", "/summary yesterday")
    assert code == REFUSED
    assert "I am not sure the articles answer this. The closest passages:\n• It carries ninety people. [1]" in said
    assert "It carries ninety people. [1]\n\nSearched: The Example\n" in said
    assert "The articles do not say. I searched 1 article of 5 March 2026.\nSearched: The Example\n" in said
    assert "found nothing on: 30 May 2026." in said


def test_control_c_drops_the_line_not_the_chat(
    chat: TerminalChat, corpus: FakeCorpus, store: BotStore, tmp_path: Path
) -> None:
    with terminal(chat, watch_for(corpus, store, chat), tmp_path / "history") as (keys, screen):
        keys.send_text("half a quest\x03ninety?\n")
    assert "ninety people" in screen.getvalue()
    assert len(corpus.asked) == 1


def test_control_c_gives_up_an_answer_not_the_chat(
    chat: TerminalChat, corpus: FakeCorpus, store: BotStore, tmp_path: Path
) -> None:
    corpus.interrupted = "slow"
    with terminal(chat, watch_for(corpus, store, chat), tmp_path / "history") as (keys, screen):
        keys.send_text("slow?\nninety?\n")
    assert "ninety people" in screen.getvalue()


def test_new_articles_of_followed_feeds_appear_while_it_waits(
    chat: TerminalChat, corpus: FakeCorpus, store: BotStore
) -> None:
    pipe(chat, f"/follow {FEED}")
    lookout = watch_for(corpus, store, chat)
    assert lookout.look(NOON) == []
    corpus.carried[FEED].append(BAKERY)
    (message,) = lookout.look(NOON + timedelta(minutes=5))
    assert message.text.startswith("A bakery opens\n\nThe bakery opens at six.")
    assert chat.numbered(message) == [
        ["#1 Summary", "#2 Ask about this"], ["#3 Follow", "#4 Mute this story", "#5 Settings"],
    ]  # fmt: skip
    assert "opens at six" in chat.hear("#1").messages[0].text
    corpus.carried[FEED].append(replace(BAKERY, id="second"))
    assert len(lookout.look(NOON + timedelta(minutes=10))) == 1
    assert lookout.look(NOON + timedelta(minutes=15)) == []


def test_feeds_that_others_follow_stay_theirs(chat: TerminalChat, corpus: FakeCorpus, store: BotStore) -> None:
    corpus.watch(FEED)
    corpus.carried[FEED].append(BAKERY)
    before = store.counts()
    assert watch_for(corpus, store, chat).look(NOON) == []
    assert "bakery" in corpus.held
    assert store.counts() == before
    assert store.cursor() == 0  # the bot will still plan these alerts


def test_the_lookout_goes_on_after_a_failure_and_stops_when_told(
    chat: TerminalChat, corpus: FakeCorpus, store: BotStore, caplog: pytest.LogCaptureFixture
) -> None:
    pipe(chat, f"/follow {FEED}")
    corpus.carried[FEED].append(BAKERY)
    shown, failed = threading.Event(), threading.Event()
    planner = Planner(corpus, store, lambda: NOON)  # type: ignore[arg-type]
    lookout = Lookout(corpus, planner, chat, poll_seconds=60, every=0.01)  # type: ignore[arg-type]

    def show(message: object) -> None:
        if not failed.is_set():
            failed.set()
            corpus.carried[FEED].append(replace(BAKERY, id="second"))
            raise RuntimeError("the screen is gone")
        shown.set()

    lookout.start(show)
    assert shown.wait(PATIENCE)
    lookout.stop()
    assert not any(thread.name == "lookout" for thread in threading.enumerate())
    assert "looking for new articles failed" in caplog.text


def test_the_chat_wakes_up_when_the_bot_found_it_gone(
    make_chat: Callable[[str], TerminalChat], store: BotStore
) -> None:
    make_chat("en")
    store.set_active(TERMINAL_CHAT, False)
    pipe(make_chat("en"), f"/follow {FEED}")
    assert [one.subject for one in store.subscriptions(TERMINAL_CHAT)] == [FEED]
    assert make_chat("en").chat.active


def test_a_pipe_follows_at_once_and_a_prompt_asks_first(chat: TerminalChat, store: BotStore) -> None:
    proposal = chat.hear("/follow ferries").messages[0]
    assert store.subscriptions(TERMINAL_CHAT) == []
    assert chat.numbered(proposal)[0] == ["#1 Follow"]
    assert "Now following ferries" in chat.hear("#1").messages[0].text
    assert "Now following trams" in pipe(chat, "/follow trams daily 8:30")[1]
    assert [one.title for one in store.subscriptions(TERMINAL_CHAT)] == ["ferries", "trams"]


def test_a_file_of_this_machine_may_be_named(chat: TerminalChat, corpus: FakeCorpus, tmp_path: Path) -> None:
    (tmp_path / "two notes.txt").write_text("The bakery opens at six.\nIt sells rye bread.")
    (tmp_path / "mine.opml").write_text("<opml/>")
    corpus.lists["mine.opml"] = (FeedLink(FEED),)
    assert pipe(chat, f"/add {tmp_path}/two notes.txt") == (ANSWERED, "2 articles added.\n\n")
    assert pipe(chat, f"/follow {tmp_path}/mine.opml") == (ANSWERED, "Now following 1 feed of the list.\n\n")
    assert pipe(chat, f"/add {tmp_path}/nothing.txt")[0] == FAILED


def test_a_feed_that_no_longer_answers_is_told_here_too(
    chat: TerminalChat, corpus: FakeCorpus, store: BotStore
) -> None:
    pipe(chat, f"/follow {FEED}")
    lookout = watch_for(corpus, store, chat)
    corpus.log += [
        Change(len(corpus.log) + 1, "down", "", 0, FEED),
        Change(len(corpus.log) + 2, "down", "", 0, "other"),
    ]
    (told,) = lookout.look(NOON)
    assert told.text.startswith("Feed rss has not answered for five days.")


def test_the_terminal_may_follow_more_than_a_chat(chat: TerminalChat, corpus: FakeCorpus, tmp_path: Path) -> None:
    feeds = [f"https://news.example/{number}" for number in range(PER_CHAT + 5)]
    corpus.carried |= {feed: [] for feed in feeds}
    corpus.lists["many.opml"] = tuple(map(FeedLink, feeds))
    (tmp_path / "many.opml").write_text("<opml/>")
    assert pipe(chat, f"/follow {tmp_path}/many.opml")[1] == "Now following 55 feeds of the list.\n\n"


def test_a_vote_prints_its_buttons_and_no_empty_line(
    chat: TerminalChat, corpus: FakeCorpus, store: BotStore, tmp_path: Path
) -> None:
    with terminal(chat, watch_for(corpus, store, chat), tmp_path / "history") as (keys, screen):
        keys.send_text("When does the ferry sail?\n#6\n")
    assert "#13 ✓ 👍 Thank you!   #14 👎 Not helpful" in screen.getvalue()
    out = StringIO()
    assert answer_lines(chat, ["#6"], out) == 0
    assert out.getvalue() == ""
