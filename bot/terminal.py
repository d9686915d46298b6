"""Lines that a person types or a pipe holds in, the desk's replies out: Telegram's desk, without a token."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.history import FileHistory
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console
from rich.text import Text

from bot.alerting.planning import Planner
from bot.desk import Desk
from bot.lines import coloured_lines, plain_lines
from bot.menu import COMMANDS
from bot.outgoing.types import Aside, Delivery, Held, Letter
from bot.receiving import MOST_BYTES
from bot.store import BotStore
from bot.texts import Texts
from bot.types import TERMINAL_CHAT, Button, Chat, Heard, Message, Reply, SentFile
from retrieval import Corpus

USER_ID = 0  # an administrator: whoever sits at this terminal can read and write the data folder anyway
ANSWERED, FAILED, REFUSED = 0, 1, 3  # exit codes
LOOK_SECONDS = 5.0  # between looks at the feeds; each feed is visited when it is due
LEAVE_SECONDS = 2.0  # the end of a chat waits this long for a look under way
_SLOW = ("/add", "/follow ", "/summary http")  # they go out to the network

log = logging.getLogger(__name__)


class TerminalChat:
    """The one chat of this terminal. Call it with a line."""

    def __init__(self, desk: Desk, store: BotStore, texts: Texts, language: str) -> None:
        self._desk = desk
        self._store = store
        self._texts = texts
        self._language = texts.known(language)
        store.chat(TERMINAL_CHAT, language=self._language, kind="private")
        store.set_active(TERMINAL_CHAT, True)
        self._buttons: list[Button] = []  # all that were shown; "#3" presses the third

    @property
    def chat(self) -> Chat:
        """As it is now: /language changes it."""
        return self._store.known_chat(TERMINAL_CHAT) or Chat(TERMINAL_CHAT, self._language)

    def say(self, key: str, **values: object) -> str:
        return self._texts.say(self.chat.language, key, **values)

    def hear(self, line: str) -> Reply:
        """A question, a command, or the number of a button."""
        number = line.strip().removeprefix("#")
        if line.strip().startswith("#") and number.isdecimal():
            pressed = self._buttons[int(number) - 1 : int(number)]
            data = pressed[0].data if pressed else ""
            return self._desk.press(Heard(self.chat, USER_ID, data))
        return self._desk.hear(Heard(self.chat, USER_ID, line, file=_named_file(line)))

    def follow(self, place: str) -> Reply:
        """As /follow, without asking first: for those who cannot press a button."""
        line = f"/follow {place}"
        heard = Heard(self.chat, USER_ID, line, file=_named_file(line))
        return self._desk.hear(heard) if heard.file else self._desk.follow(heard, place)

    def letter(self, delivery: Delivery) -> Letter | Held | Aside | None:
        return self._desk.letter(delivery)

    def shown(self, message: Message) -> Message:
        """As much of it as a terminal can show: of a picture or another file, the name."""
        if message.attachment is None:
            return message
        name = self.say(f"terminal.{message.attachment.kind}", name=message.attachment.name)
        return replace(message, text="\n\n".join(filter(None, (message.text, name))), attachment=None)

    def numbered(self, message: Message) -> list[list[str]]:
        """The message's buttons, row by row, each with the number that presses it."""
        rows = []
        for row in message.buttons:
            first = len(self._buttons) + 1
            self._buttons += row
            rows.append([self.say("terminal.press", number=n, text=b.text) for n, b in enumerate(row, start=first)])
        return rows


def _named_file(line: str) -> SentFile | None:
    """The file on this machine that a line names: "/follow feeds.opml", "/add report.pdf"."""
    command, _, place = line.strip().partition(" ")
    path = Path(place.strip()).expanduser()
    if command not in ("/add", "/follow") or not place.strip() or "://" in place or not path.is_file():
        return None
    try:
        is_small = path.stat().st_size <= MOST_BYTES
        return SentFile(path.name, path.read_bytes()) if is_small else SentFile(path.name, fault="too large")
    except OSError:
        return SentFile(path.name, fault="permission denied")


def answer_lines(chat: TerminalChat, lines: Iterable[str], out: TextIO) -> int:
    """One question a line, answered as plain text. Returns the exit code: the worst that happened."""
    codes = {ANSWERED}
    for line in filter(None, map(str.strip, lines)):
        command, _, place = line.partition(" ")
        reply = chat.follow(place.strip()) if command == "/follow" and place.strip() else chat.hear(line)
        codes.add(FAILED if reply.failed else REFUSED if reply.refused else ANSWERED)
        for message in map(chat.shown, reply.messages):
            if message.text:
                out.write(plain_lines(message) + "\n\n")
        out.flush()
    return FAILED if FAILED in codes else max(codes)


def converse(chat: TerminalChat, console: Console, history: Path, lookout: Lookout) -> None:
    """Prompts until Ctrl-D. Alerts appear above the prompt while it waits."""
    commands = WordCompleter([f"/{command.name}" for command in COMMANDS], sentence=True)
    session: PromptSession[str] = PromptSession("> ", history=FileHistory(str(history)), completer=commands)
    page = _Page(chat, console)
    lookout.start(page.show)
    try:
        while True:
            try:
                with patch_stdout(raw=True):
                    line = session.prompt()
            except KeyboardInterrupt:  # drops the line, as in a shell
                continue
            except EOFError:
                return
            if line.strip():
                page.answer(line)
    finally:
        lookout.stop()


class _Page:
    """Where messages are printed, by one thread at a time."""

    def __init__(self, chat: TerminalChat, console: Console) -> None:
        self._chat = chat
        self._console = console
        self._lock = threading.Lock()

    def show(self, *messages: Message) -> None:
        with self._lock:
            for message in map(self._chat.shown, messages):
                if message.text:
                    self._console.print(coloured_lines(message), highlight=False)
                for row in self._chat.numbered(message):
                    self._console.print(Text("   ".join(row), "magenta"))
                self._console.print()

    def answer(self, line: str) -> None:
        """What is said to the line. Ctrl-C gives up waiting for it, and the chat goes on."""
        try:
            with self._waiting(line):
                reply = self._chat.hear(line)
        except KeyboardInterrupt:
            return
        self.show(*reply.messages)

    def _waiting(self, line: str) -> AbstractContextManager[object]:
        """A sign of life for what takes seconds."""
        return self._console.status("…") if line.strip().startswith(_SLOW) else nullcontext()


class Lookout:
    """Visits the due feeds in a thread of its own, and shows what is new for the terminal.

    It goes by its own place in the log, from the chat's start on, and leaves the bot's outbox alone.
    """

    def __init__(
        self,
        corpus: Corpus,
        planner: Planner,
        chat: TerminalChat,
        *,
        poll_seconds: int,
        every: float = LOOK_SECONDS,
    ) -> None:
        self._every = every
        self._corpus = corpus
        self._planner = planner
        self._chat = chat
        self._poll_seconds = poll_seconds
        self._seen = corpus.wire.log_end()
        self._shown: set[str] = set()
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, show: Callable[[Message], None]) -> None:
        self._thread = threading.Thread(target=self._watch, args=(show,), name="lookout", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join(LEAVE_SECONDS)

    def look(self, now: datetime) -> list[Message]:
        """One round: the feeds that are due, then what the log says about what we follow; of each story once."""
        self._corpus.refresh(now, self._poll_seconds)
        messages: list[Message] = []
        while (step := self._planner.of_chat(self._chat.chat, self._seen))[1] > self._seen:
            deliveries, self._seen = step
            fresh = {delivery.key: delivery for delivery in deliveries if delivery.key not in self._shown}
            self._shown |= fresh.keys()
            letters = [self._chat.letter(delivery) for delivery in fresh.values()]
            messages += [letter.message for letter in letters if isinstance(letter, Letter)]
        return messages

    def _watch(self, show: Callable[[Message], None]) -> None:
        while not self._over.is_set():
            try:
                for message in self.look(datetime.now(UTC)):
                    show(message)
            except Exception:  # the edge of a loop: the next round may fare better
                if not self._over.is_set():
                    log.exception("looking for new articles failed")
            self._over.wait(self._every)
