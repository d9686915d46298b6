"""Stand-ins at the ports, for tests: a sender that does what it is told, a log of changes; and patience."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import UTC, datetime

from bot.types import Message, Outcome, Sent
from retrieval import Change, Feed, FetchFailed, Refreshed, Validators

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Waits until the condition holds. TimeoutError otherwise."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for is the database's, or another thread's
            await asyncio.sleep(0.01)


class FakeSender:
    """Takes every message, unless outcomes were planned for its chat. `delay` is how long each takes, in seconds."""

    def __init__(self, delay: float = 0.0) -> None:
        self.delay = delay
        self.sent: list[tuple[int, str]] = []  # (chat, text) of what arrived, in the order it arrived
        self.at: list[float] = []  # when each began, on the event loop's clock
        self.in_flight = 0
        self.most_in_flight = 0
        self._planned: dict[int, deque[Outcome]] = defaultdict(deque)

    def plan(self, chat_id: int, *outcomes: Outcome) -> None:
        """The chat's next messages come to this."""
        self._planned[chat_id].extend(outcomes)

    async def send(self, chat_id: int, message: Message, reply_to: int | None, thread_id: int | None) -> Outcome:
        self.at.append(asyncio.get_running_loop().time())
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        await asyncio.sleep(self.delay)
        self.in_flight -= 1
        outcome = self._planned[chat_id].popleft() if self._planned[chat_id] else Sent(len(self.at))
        if isinstance(outcome, Sent):
            self.sent.append((chat_id, message.text))
        return outcome


class FakeLog:
    """The part of a corpus that jobs see: its log, its feeds, and a refresh that may fail."""

    def __init__(self) -> None:
        self.log: list[Change] = []
        self.refreshes = 0
        self.watched: list[str] = []
        self.failures: deque[Exception] = deque()

    def hang_up(self) -> None:
        """No round is ever under way here."""

    def list_article(self, article_id: str, feed: str) -> None:
        self.log.append(Change(len(self.log) + 1, "listed", article_id, 1, feed))

    def changes(self, after: int, limit: int = 500) -> list[Change]:
        return [change for change in self.log if change.number > after][:limit]

    def last_change(self) -> int:
        return len(self.log)

    def feeds(self) -> list[Feed]:
        return [Feed(url, "Feed", Validators(), NOON, 0) for url in self.watched]

    def watch(self, url: str) -> Feed:
        if "gone" in url:
            raise FetchFailed(url, "not found", 404)
        self.watched.append(url)
        return self.feeds()[-1]

    def refresh(self, now: datetime, poll_seconds: int) -> Refreshed:
        self.refreshes += 1
        if self.failures:
            raise self.failures.popleft()
        return Refreshed(feeds=0, unchanged=0, failed=0, articles=0)
