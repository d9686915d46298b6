"""A small in-memory corpus for tests where meaning does not matter, articles to put in it, and a clock set by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from retrieval import (
    Added,
    Answer,
    Article,
    Change,
    Citation,
    Closest,
    Development,
    Entry,
    Feed,
    FeedLink,
    FeedSample,
    FetchFailed,
    Interest,
    Interests,
    KeyFacts,
    Length,
    Level,
    Match,
    Nearest,
    News,
    NotAFeed,
    Refreshed,
    Refusal,
    Sample,
    Sampled,
    Scope,
    Searched,
    Sentence,
    SourceError,
    Story,
    StorySummary,
    Summary,
    TopicSummary,
    Turn,
    UnknownArticle,
    UnknownFeed,
    UnreadableFile,
    Validators,
    Weight,
    Words,
)

LENGTHS: Mapping[Length, int] = {"short": 1, "medium": 3, "long": 9}  # sentences of a summary
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
    """Articles in a dictionary. A question is answered by the first sentence that holds its longest word.

    "yesterday" and the name of a source limit a question or a topic; nobody is sure of a question with "perhaps".
    """

    def __init__(self, *articles: Article, pages: Mapping[str, Article] | None = None) -> None:
        self.held = {article.id: article for article in articles}
        self.pages = dict(pages or {})  # address -> what is found there
        self.carried: dict[str, list[Article]] = {}  # feed -> what it carries; an address not in it is no feed
        self.sites: dict[str, tuple[FeedLink, ...]] = {}  # page -> the feeds it names
        self.lists: dict[str, tuple[FeedLink, ...]] = {}  # name or address of an OPML file -> its feeds
        self.unreadable: set[str] = set()  # addresses of what is neither a page nor a feed
        self.watched: dict[str, Feed] = {}
        self.log: list[Change] = []
        self.interrupted: str | None = None  # somebody presses Ctrl-C at questions with this word
        self.asked: list[tuple[str, tuple[Turn, ...]]] = []
        self.facts: dict[str, KeyFacts] = {}  # of these articles
        self.same_story: list[set[str]] = []  # ids; any other article is a story by itself
        self.numbers: dict[str, int] = {}  # article -> its story's
        self.wire = FakeWire(self)

    def ask(
        self, text: str, *, previous: Sequence[Turn] = (), now: datetime | None = None, unscoped: bool = False
    ) -> Answer | Closest | Refusal:
        self.asked.append((text, tuple(previous)))
        if self.interrupted and self.interrupted in text:
            raise KeyboardInterrupt
        if not self.held:
            return Refusal(text, "empty corpus", ())
        scope = Scope() if unscoped else self._scope(text, now or NOON)
        asked = self._unscoped(text)
        within = self._within(scope)
        found = _first_with(asked, within)
        widened = found is None and bool(scope) and _first_with(asked, list(self.held.values())) is not None
        if widened:
            within = list(self.held.values())
            found = _first_with(asked, within)
        searched = _searched(within, scope, widened=widened)
        if found is not None and "perhaps" in text:
            return Closest(asked, (found,), 0.4, searched=searched)
        if found is not None:
            return Answer(asked, (found,), 0.9, searched=searched)
        return Refusal(asked, "not told", tuple(map(nearest, within))[:3], searched=searched)

    def _scope(self, text: str, now: datetime) -> Scope:
        sources = dict.fromkeys(article.source for article in self.held.values() if article.source)
        named = tuple(source for source in sources if source in text)
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        if "yesterday" in text or "вчера" in text:
            return Scope(today - timedelta(days=1), today, named)
        return Scope(sources=named)

    def _unscoped(self, text: str) -> str:
        names = [article.source for article in self.held.values() if article.source]
        for words in ("according to", *names, "yesterday", "вчера", "perhaps"):
            text = text.replace(words, "")
        return " ".join(text.split())

    def _within(self, scope: Scope) -> list[Article]:
        def fits(article: Article) -> bool:
            source = not scope.sources or article.source in scope.sources
            day = article.published
            early = scope.since is not None and (day is None or day < scope.since)
            late = scope.until is not None and (day is None or day >= scope.until)
            return source and not early and not late

        return [article for article in self.held.values() if fits(article)]

    def find(self, reference: str) -> Article | None:
        words = reference.casefold()
        fits = (a for a in self.held.values() if reference in (a.id, a.url) or words in a.title.casefold())
        return next(fits, None)

    def asks_for_news(self, text: str, now: datetime | None = None) -> bool:
        return text.casefold().startswith("what happened last")

    def summarise(self, article_id: str, length: Length = "medium") -> Summary:
        if article_id not in self.held:
            raise UnknownArticle(article_id, "unknown")
        article = self.held[article_id]
        return Summary(article, tuple(cited(article)[: LENGTHS[length]]), self.facts.get(article_id, KeyFacts()))

    def summarise_story(self, article_id: str, since: datetime | None = None) -> StorySummary:
        """The first sentence of each article happened; the last sentence of the newest is new."""
        if article_id not in self.held:
            raise UnknownArticle(article_id, "unknown")
        story = next((ids for ids in self.same_story if article_id in ids), {article_id})
        articles = sorted((self.held[one] for one in story), key=lambda article: article.published or NOON)
        happened = tuple(cited(article)[0] for article in articles)
        return StorySummary(tuple(articles), happened[:3], tuple(cited(articles[-1])[-1:]))

    def article(self, article_id: str) -> Article:
        if article_id not in self.held:
            raise UnknownArticle(article_id, "unknown")
        return self.held[article_id]

    def sources(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(article.source for article in self.held.values() if article.source))

    def story(self, article_id: str) -> Story:
        """Numbered in the order in which they are asked for; a number stays."""
        told = self.summarise_story(article_id).articles
        number = next((self.numbers[each.id] for each in told if each.id in self.numbers), len(self.numbers) + 1)
        self.numbers |= {each.id: number for each in told}
        return Story(number, told)

    def summarise_topic(self, text: str, now: datetime, length: Length = "medium") -> TopicSummary:
        """A story for each article that has the topic's words; all of them for no words."""
        scope, topic = self._scope(text, now), self._unscoped(text)
        within = self._within(scope)
        about = [article for article in within if topic.casefold() in f"{article.title} {article.text}".casefold()]
        stories = [Development(cited(article)[0], (nearest(article),)) for article in about[: LENGTHS[length]]]
        sources = len({article.source for article in about[: LENGTHS[length]] if article.source})
        return TopicSummary(topic, tuple(stories), _searched(within, scope), sources)

    def feeds(self) -> list[Feed]:
        return list(self.watched.values())

    def add_page(self, url: str) -> Added:
        if url not in self.pages:
            raise FetchFailed(url, "not found", 404)
        article = self.pages[url]
        known = article.id in self.held
        self.held[article.id] = article
        return Added(article, "same" if known else "new")

    def add_document(self, name: str, content: bytes) -> list[Added | SourceError]:
        """A text of one line for each article."""
        articles = [Article(f"{name}:{at}", line, line) for at, line in enumerate(content.decode().splitlines())]
        self.held |= {article.id: article for article in articles}
        return [Added(article, "new") for article in articles] or [UnreadableFile(name, "empty")]

    def feeds_at(self, url: str) -> tuple[FeedLink, ...]:
        if url not in self.sites:
            raise NotAFeed(url, "no feeds")
        return self.sites[url]

    def feed_list(self, name: str, content: bytes | None = None) -> tuple[FeedLink, ...]:
        if name not in self.lists:
            raise NotAFeed(name, "not a list")
        return self.lists[name]

    def watch_all(self, urls: Sequence[str]) -> Iterator[Feed | SourceError]:
        for url in urls:
            try:
                yield self.watch(url)
            except NotAFeed as fault:
                yield fault

    def watch(self, url: str) -> Feed:
        if url not in self.carried:
            raise NotAFeed(url, "not a feed" if url in {*self.lists, *self.unreadable} else "html page")
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

    def hang_up(self) -> None:
        """No round is ever under way here."""

    def changes(self, after: int, limit: int = 500) -> list[Change]:
        return self.log[after : after + limit]

    def last_change(self) -> int:
        return len(self.log)


class FakeWire:
    """The corpus' log and what fits whom, by words alone: a topic fits an article that has all of them, or half of them
    for "wide"; its score is the share that the article has.
    """

    def __init__(self, corpus: FakeCorpus) -> None:
        self._corpus = corpus
        self.made: dict[int, str] = {}  # key -> text that was made ready to be compared
        self.levels: list[Level] = []  # that samples were asked for
        self.weights: dict[str, Weight] = {}  # what became of these articles

    def log_end(self) -> int:
        return len(self._corpus.log)

    def news(self, after: int, limit: int = 100) -> list[News]:
        changes = self._corpus.changes(after, limit)
        return [self._news(change) for change in changes]

    def _news(self, change: Change) -> News:
        article = self._corpus.held.get(change.article_id)
        if article is None or change.kind == "removed":
            return News(change, None)
        story = self._corpus.story(article.id)
        return News(change, article, story.id, None, story.articles[0].id == article.id)

    def interest(self, text: str, key: int = 0) -> Interest:
        self.made[key] = text
        return Interest(key, text, "en", None, "")

    def is_current(self, interest: Interest) -> bool:
        """Only what was made under its own key: else it is made again."""
        return self.made.get(interest.key) == interest.text

    def score(self, text: str, article_id: str) -> float:
        words, known = text.casefold().strip("?").split(), self.words(article_id)
        return sum(map(known.holds, words)) / len(words) if words else 0.0

    def match(self, interests: Interests, article_id: str) -> list[Match]:
        scores = [Match(key, self.score(self.made[key], article_id)) for key in set(interests.keys()) & set(self.made)]
        return sorted((match for match in scores if match.score >= LEAST["wide"]), key=lambda match: -match.score)

    def reason(self, text: str, article_id: str) -> Citation | None:
        """The first sentence with the longest word of the text, else the first."""
        if article_id not in self._corpus.held:
            return None
        article = self._corpus.held[article_id]
        return (_first_with(text, [article]) or cited(article)[0]).citations[0]

    def sample(self, text: str, now: datetime, level: Level = "balanced", days: int = 30) -> Sample:
        """The days end with the newest article. Of a story, the first that fits."""
        self.levels.append(level)
        dated = sorted((a for a in self._corpus.held.values() if a.published), key=_day, reverse=True)
        if not dated:
            return Sample((), 0, 0)
        until = min(now, _day(dated[0]))
        since = until - timedelta(days=days)
        fitting = [a for a in dated if since <= _day(a) <= until and self.score(text, a.id) >= LEAST[level]]
        first = {self._corpus.story(article.id).id: article for article in fitting}  # oldest comes last
        found = [Sampled(nearest(a), self.score(text, a.id), self.reason(text, a.id)) for a in first.values()]
        return Sample(tuple(found[:5]), len(found), days, since, until)

    def words(self, article_id: str) -> Words:
        article = self._corpus.held.get(article_id)
        return Words((article.title, article.text), article.language) if article else Words((), "en")

    def answers(self, question: str, article_id: str, now: datetime) -> Answer | None:
        article = self._corpus.held.get(article_id)
        told = _first_with(question, [article]) if article else None
        return Answer(question, (told,), 0.9) if told else None

    def weight(self, article_id: str, since_revision: int) -> Weight:
        return self.weights.get(article_id, "nothing")

    def lead(self, article_id: str) -> Sentence | None:
        article = self._corpus.held.get(article_id)
        return cited(article)[0] if article else None

    def sources(self, story: int) -> tuple[Nearest, ...]:
        """The first article of each source that tells the story, oldest first."""
        told = [a for a in self._corpus.held.values() if self._corpus.numbers.get(a.id) == story]
        first = {article.source: article for article in sorted(told, key=_day, reverse=True)}
        return tuple(nearest(article) for article in reversed(first.values()))

    def peek(self, url: str) -> FeedSample:
        """As `watch`, and nothing is watched. It publishes as often as it carries articles."""
        known = dict(self._corpus.watched)
        feed = self._corpus.watch(url)
        self._corpus.watched = known
        carried = reversed(self._corpus.carried[url][-5:])
        entries = tuple(Entry(each.id, each.title, each.url, each.published, "") for each in carried)
        return FeedSample(url, feed.title, entries, float(len(entries)) or None)

    def rate(self, source: str | None, now: datetime, days: int = 30) -> tuple[int, tuple[Article, ...]]:
        """The days end with the newest of all articles."""
        dated = [article for article in self._corpus.held.values() if article.published]
        until = min(now, max(map(_day, dated), default=now))
        within = sorted((a for a in dated if until - timedelta(days=days) <= _day(a) <= until), key=_day)
        within = [article for article in within if source in (None, article.source)]
        newest = {self._corpus.story(article.id).id: article for article in within}
        return len(newest), tuple(sorted(newest.values(), key=_day, reverse=True)[:3])


LEAST: Mapping[Level, float] = {"strict": 1.0, "balanced": 0.7, "wide": 0.4}


def _day(article: Article) -> datetime:
    return article.published or NOON


def nearest(article: Article) -> Nearest:
    return Nearest.to(article)


def _searched(articles: Sequence[Article], scope: Scope, *, widened: bool = False) -> Searched:
    days = sorted(article.published for article in articles if article.published)
    oldest, newest = (days[0], days[-1]) if days else (None, None)
    return Searched(len(articles), oldest, newest, scope, widened)


def _first_with(question: str, articles: Sequence[Article]) -> Sentence | None:
    word = max(filter(None, (part.strip("?") for part in question.split())), key=len, default="?").casefold()
    sentences = (sentence for article in articles for sentence in cited(article))
    return next((sentence for sentence in sentences if word in sentence.text.casefold()), None)


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
