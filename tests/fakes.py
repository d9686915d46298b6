"""Stand-ins at the ports, for tests: a sender that does what it is told, a log of changes; and patience."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.outgoing.types import Letter, Outcome, Sent
from retrieval import (
    Answer,
    Article,
    Change,
    Citation,
    Feed,
    FetchFailed,
    Interest,
    Interests,
    Match,
    News,
    Refreshed,
    Sentence,
    Story,
    UnknownArticle,
    Validators,
)
from retrieval.matching.sketch import Sketch, told_words
from retrieval.text.phrases import Words

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

    async def send(self, letter: Letter) -> Outcome:
        chat_id, message = letter.chat_id, letter.message
        self.at.append(asyncio.get_running_loop().time())
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        await asyncio.sleep(self.delay)
        self.in_flight -= 1
        outcome = self._planned[chat_id].popleft() if self._planned[chat_id] else Sent(len(self.at))
        if isinstance(outcome, Sent):
            self.sent.append((chat_id, message.text))
        return outcome


class FakeFeeds:
    """The part of a corpus that jobs see: feeds that are watched, and a refresh that may fail."""

    def __init__(self) -> None:
        self.refreshes = 0
        self.watched: list[str] = []
        self.failures: deque[Exception] = deque()

    def hang_up(self) -> None:
        """No round is ever under way here."""

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


class AlikeWords:
    """No word is rarer than another."""

    edition = 1

    def __call__(self, stems: Sequence[str]) -> list[float]:
        return [1.0] * len(stems)


class FakeWire:
    """The log of articles that are given to it, each a story by itself unless it is said which story it tells.

    What is followed is matched by words, as for a language that the model does not know. What became of an article, and
    which questions it answers, is said by whoever tests.
    """

    def __init__(self) -> None:
        self.log: list[Change] = []
        self.held: dict[str, Article] = {}
        self.stories: dict[str, int] = {}
        self.copies: dict[str, str] = {}  # article -> the earlier one whose words it repeats
        self.weights: dict[tuple[str, int], str] = {}  # of each revision: what it changed
        self.answering: dict[str, set[str]] = defaultdict(set)  # question -> articles
        self.wire = self  # as a corpus has it

    # -- what happens

    def add(self, article: Article, *, story: int | None = None, copy_of: str | None = None) -> int:
        """The story that it tells."""
        known = article.id in self.held
        self.held[article.id] = article
        self.stories.setdefault(article.id, story or max(self.stories.values(), default=0) + 1)
        if copy_of is not None:
            self.copies[article.id] = copy_of
        self._note("updated" if known else "added", article.id)
        return self.stories[article.id]

    def update(self, article_id: str, weight: str, **changed: str) -> None:
        """A new revision, which changes as much as `weight` says."""
        earlier = self.held[article_id]
        self.weights[article_id, earlier.revision + 1] = weight
        self.add(replace(earlier, revision=earlier.revision + 1, **changed))

    def list_in(self, feed: str, article_id: str) -> None:
        self._note("listed", article_id, feed)

    def remove(self, article_id: str) -> None:
        del self.held[article_id]
        self._note("removed", article_id)

    def trouble(self, kind: str, feed: str) -> None:
        """Of a feed: "down", "back" or "ended"."""
        self._note(kind, "", feed)

    def _note(self, kind: str, article_id: str, feed: str | None = None) -> None:
        revision = self.held[article_id].revision if article_id in self.held else 0
        self.log.append(Change(len(self.log) + 1, kind, article_id, revision, feed))  # type: ignore[arg-type]

    # -- what is asked

    def news(self, after: int, limit: int = 100) -> list[News]:
        return [self._news(change) for change in self.log[after : after + limit]]

    def log_end(self) -> int:
        return len(self.log)

    def story(self, article_id: str) -> Story:
        """As the corpus has it."""
        if article_id not in self.held:
            raise UnknownArticle(article_id, "unknown")
        return Story(self.stories[article_id], (self.held[article_id],))

    def last_change(self) -> int:
        """As the corpus has it: there is nothing here that is not grouped."""
        return len(self.log)

    def interest(self, text: str, key: int = 0) -> Interest:
        return Interest(key, text, "en", None, "")

    def is_current(self, interest: Interest) -> bool:
        return bool(interest.language)

    def match(self, interests: Interests, article_id: str) -> list[Match]:
        article = self.held.get(article_id)
        if article is None:
            return []
        words = told_words(article.title, article.text, article.language)
        return interests.matches(Sketch(words), AlikeWords())

    def words(self, article_id: str) -> Words:
        article = self.held.get(article_id)
        return Words((article.title, article.text), article.language) if article else Words((), "en")

    def answers(self, question: str, article_id: str, now: datetime) -> Answer | None:
        """The article's first sentence."""
        article = self.held.get(article_id)
        if article is None or article_id not in self.answering[question]:
            return None
        end = article.text.index(".") + 1
        place = (article.id, article.revision, 0, end, article.text[:end])
        cited = Citation(*place, article.title, article.url, article.source, article.published)
        return Answer(question, (Sentence(article.text[:end], (cited,)),), 0.9)

    def weight(self, article_id: str, since_revision: int) -> str:
        """That of the revision since then that changed most."""
        since = [
            weight for (key, number), weight in self.weights.items() if key == article_id and number > since_revision
        ]
        return next((weight for weight in ("news", "wording") if weight in since), "nothing")

    def _news(self, change: Change) -> News:
        article = self.held.get(change.article_id)
        if article is None:
            return News(change, None)
        story = self.stories[article.id]
        founder = next(key for key, told in self.stories.items() if told == story)
        return News(change, article, story, self.copies.get(article.id), article.id == founder)
