"""A small in-memory corpus for tests where meaning does not matter, articles to put in it, and a clock set by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from retrieval import (
    Added,
    Answer,
    Article,
    Change,
    Citation,
    Entry,
    Feed,
    FetchFailed,
    Nearest,
    NotAFeed,
    Refreshed,
    Refusal,
    Sentence,
    Summary,
    UnknownArticle,
    UnknownFeed,
    Validators,
)

NOON = datetime(2026, 5, 31, 12, tzinfo=UTC)


class HandClock:
    """Stands at noon until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


FERRY = Article(
    id="ferry",
    title="Ferry to Tern Island sails again",
    text="The ferry sails again on Monday. It carries ninety people. Tickets cost four crowns.",
    url="https://news.example/ferry",
    source="The Example",
    published=datetime(2026, 3, 5, 8, tzinfo=UTC),
)
BAKERY = Article(id="bakery", title="A bakery opens", text="The bakery opens at six. It sells rye bread.")


class FakeCorpus:
    """Articles in a dictionary. A question is answered by the first sentence that holds its longest word."""

    def __init__(self, *articles: Article, pages: Mapping[str, Article] | None = None) -> None:
        self.held = {article.id: article for article in articles}
        self.pages = dict(pages or {})  # address -> what is found there
        self.carried: dict[str, list[Article]] = {}  # feed -> what it carries; an address not in it is no feed
        self.watched: dict[str, Feed] = {}
        self.log: list[Change] = []
        self.interrupted: str | None = None  # somebody presses Ctrl-C at questions with this word
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def ask(self, question: str, *, previous: Sequence[str] = (), now: datetime | None = None) -> Answer | Refusal:
        self.asked.append((question, tuple(previous)))
        if self.interrupted and self.interrupted in question:
            raise KeyboardInterrupt
        if not self.held:
            return Refusal(question, "empty corpus", ())
        word = max(question.strip("?").split(), key=len).casefold()
        for article in self.held.values():
            for sentence in cited(article):
                if word in sentence.text.casefold():
                    return Answer(question, (sentence,), 0.9)
        nearest = tuple(Nearest(a.id, a.title, a.url, a.source, a.published) for a in self.held.values())
        return Refusal(question, "not told", nearest[:3])

    def find(self, reference: str) -> Article | None:
        words = reference.casefold()
        fits = (a for a in self.held.values() if reference in (a.id, a.url) or words in a.title.casefold())
        return next(fits, None)

    def summarise(self, article_id: str) -> Summary:
        if article_id not in self.held:
            raise UnknownArticle(article_id, "unknown")
        article = self.held[article_id]
        return Summary(article, tuple(cited(article)[:5]))

    def add_page(self, url: str) -> Added:
        if url not in self.pages:
            raise FetchFailed(url, "not found", 404)
        article = self.pages[url]
        known = article.id in self.held
        self.held[article.id] = article
        return Added(article, "same" if known else "new")

    def watch(self, url: str) -> Feed:
        if url not in self.carried:
            raise NotAFeed(url, "html page")
        items = self.carried[url]
        latest = Entry(items[-1].id, items[-1].title, items[-1].url, items[-1].published, "") if items else None
        due = NOON + timedelta(minutes=5)
        self.watched[url] = Feed(url, f"Feed {url.rsplit('/', 1)[-1]}", Validators(), due, 0, latest)
        return self.watched[url]

    def unwatch(self, url: str) -> None:
        if url not in self.watched:
            raise UnknownFeed(url, "unknown")
        del self.watched[url]

    def refresh(self, now: datetime, poll_seconds: int) -> Refreshed:
        """What the watched feeds carry and is not held yet becomes articles."""
        fresh = [(feed, a) for feed in self.watched for a in self.carried[feed] if a.id not in self.held]
        for feed, article in fresh:
            self.held[article.id] = article
            self.log.append(Change(len(self.log) + 1, "added", article.id, article.revision))
            self.log.append(Change(len(self.log) + 1, "listed", article.id, article.revision, feed))
        return Refreshed(len(self.watched), 0, 0, len(fresh))

    def changes(self, after: int, limit: int = 500) -> list[Change]:
        return self.log[after : after + limit]

    def last_change(self) -> int:
        return len(self.log)


def cited(article: Article) -> list[Sentence]:
    """The sentences of an article whose sentences all end in full stops."""
    sentences, start = [], 0
    for text in (part.rstrip(".") + "." for part in article.text.split(". ")):
        end = start + len(text)
        place = (article.id, article.revision, start, end, text)
        about = (article.title, article.url, article.source, article.published)
        sentences.append(Sentence(text, (Citation(*place, *about),)))
        start = end + 1
    return sentences
