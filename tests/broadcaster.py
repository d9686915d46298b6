"""News for everybody -> the bot's own planner, outbox and drain at work, in a process that may be killed.

python -m tests.broadcaster DATA ROOT --published 3 --rate 400

DATA holds bot.db with its subscriptions, ROOT is the Bot API server's address. Articles, their words and the people's
questions are left out: a wire says what is new, and an alert is one plain line.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from telegram import Bot

from bot.alerting.planning import Planner
from bot.jobs import Jobs
from bot.outgoing.client import TelegramClient
from bot.outgoing.delivery import Drain
from bot.outgoing.outbox import utc_now
from bot.outgoing.rates import Rates
from bot.outgoing.sender import TelegramSender
from bot.outgoing.types import Alert, Delivery, Digest, Letter
from bot.store import open_store
from bot.types import Message
from retrieval import Article, Change, Corpus, Feed, News, Refreshed, Validators

FEED = "https://harbour.example/feed"
READY = "ready"  # the line that tells that it works
CLOSING_SECONDS = 5.0
PUBLISHED = datetime(2026, 5, 4, 12, tzinfo=UTC)


class Newswire:
    """The planner's side of a corpus: so many articles, each a story of its own, in one feed."""

    def __init__(self, articles: int) -> None:
        self.articles = articles

    def news(self, after: int, limit: int = 100) -> list[News]:
        """Two entries of the log an article: it was added, and the feed lists it."""
        entries = [entry for number in range(1, self.articles + 1) for entry in _entries(number)]
        return [entry for entry in entries if entry.change.number > after][:limit]

    def log_end(self) -> int:
        return 2 * self.articles

    def match(self, *_: object) -> list[Any]:
        """Nobody follows words here."""
        return []

    def weight(self, *_: object) -> str:
        """No article is ever changed."""
        return "nothing"

    def words(self, article_id: str) -> Any:
        """Nobody's wishes name words either."""
        raise AssertionError(f"the words of {article_id} were asked for")


class NewsCorpus:
    """As much of a corpus as the bot's loops ask for."""

    def __init__(self, articles: int) -> None:
        self.wire = Newswire(articles)

    def last_change(self) -> int:
        return self.wire.log_end()

    def feeds(self) -> list[Feed]:
        return [Feed(FEED, "Harbour", Validators(), PUBLISHED, 0)]

    def refresh(self, *_: object) -> Refreshed:
        return Refreshed(0, 0, 0, 0)

    def hang_up(self) -> None:
        """No round is ever under way."""


def corpus_of(articles: int) -> Corpus:
    """A corpus to the planner and the loops."""
    return cast("Corpus", NewsCorpus(articles))


def plain(delivery: Delivery) -> Letter:
    """One line for each article: "article-2 for 17"."""
    content = delivery.content
    alerts: Sequence[Any] = content.alerts if isinstance(content, Digest) else (content,)
    lines = [f"{alert.article_id} for {delivery.chat_id}" for alert in alerts if isinstance(alert, Alert)]
    return Letter(delivery.chat_id, Message("\n".join(lines)), delivery.manner)


def article_id(number: int) -> str:
    return f"article-{number}"


def _entries(number: int) -> tuple[News, News]:
    article = Article(article_id(number), f"News number {number}", "A ship came in.", published=PUBLISHED)
    added = Change(2 * number - 1, "added", article.id, 1)
    listed = Change(2 * number, "listed", article.id, 1, FEED)
    founds = number % 2 == 1  # else it is looked up what was told of the story
    return News(added, article, number, founds=founds), News(listed, article, number, founds=founds)


async def broadcast(data: Path, root: str, token: str, published: int, rates: Rates) -> None:
    """Until SIGTERM: what the bot's service does, without people who write."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    corpus = corpus_of(published)
    with closing(open_store(data)) as store:
        async with Bot(token, base_url=f"{root}/bot", request=TelegramClient(2 * rates.window)) as bot:
            drain = Drain(store, TelegramSender(bot), plain, utc_now, rates)
            planner = Planner(corpus, store, utc_now)
            jobs = Jobs(corpus, store, planner, drain, poll_seconds=300, clock=utc_now)
            jobs.start()
            print(READY, flush=True)  # noqa: T201 - whoever started it waits for that
            await stop.wait()
            await jobs.close(CLOSING_SECONDS)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.broadcaster")
    parser.add_argument("data", type=Path)
    parser.add_argument("root")
    parser.add_argument("--token", required=True)
    parser.add_argument("--published", type=int, default=3, help="articles")
    parser.add_argument("--rate", type=int, default=400, help="messages a second at most")
    arguments = parser.parse_args()
    rates = Rates(overall=arguments.rate)
    asyncio.run(broadcast(arguments.data, arguments.root, arguments.token, arguments.published, rates))


if __name__ == "__main__":
    main()
