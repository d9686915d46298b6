"""A small in-memory corpus for tests where meaning does not matter, articles to put in it, and a clock set by hand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from retrieval import (
    Added,
    Answer,
    Article,
    Change,
    Citation,
    Closest,
    CorpusStats,
    Development,
    Entry,
    Evidence,
    Feed,
    FeedLink,
    FeedSample,
    FetchFailed,
    Hit,
    Holdings,
    Interest,
    Interests,
    KeyFacts,
    Length,
    Level,
    Match,
    Nearest,
    News,
    NotAFeed,
    Passage,
    Refreshed,
    Refusal,
    Sample,
    Sampled,
    Scope,
    Searched,
    Sentence,
    SourceError,
    Span,
    Story,
    StorySummary,
    Summary,
    Surroundings,
    TopicSummary,
    Turn,
    UnknownArticle,
    UnknownFeed,
    UnreadableFile,
    Validators,
    Weight,
    Words,
)
from retrieval.surroundings import surroundings

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
        self.copies: dict[str, str] = {}  # article -> the earlier one whose words it repeats
        self.earlier: dict[tuple[str, int], Article] = {}  # (id, revision) -> texts that were changed since
        self.numbers: dict[str, int] = {}  # article -> its story's
        self.language_model: bool | None = None  # whether it was reached lately
        self.wire = FakeWire(self)
        self.inventory, self.unfiled = FakeInventory(self), FakeUnfiled(self)

    def ask(
        self,
        text: str,
        *,
        previous: Sequence[Turn] = (),
        now: datetime | None = None,
        unscoped: bool = False,
        sources: Sequence[str] = (),
    ) -> Answer | Closest | Refusal:
        self.asked.append((text, tuple(previous)))
        if self.interrupted and self.interrupted in text:
            raise KeyboardInterrupt
        if not self.held:
            return Refusal(text, "empty corpus", ())
        scope = Scope(among=tuple(sources)) if unscoped else self._scope(text, now or NOON, sources)
        asked = self._unscoped(text)
        within = self._within(scope)
        found = _first_with(asked, within)
        everything = self._within(Scope(among=tuple(sources)))
        widened = found is None and bool(scope) and _first_with(asked, everything) is not None
        if widened:
            within = everything
            found = _first_with(asked, within)
        searched = _searched(within, scope, widened=widened)
        if found is not None and "perhaps" in text:
            return Closest(asked, (found,), 0.4, searched=searched)
        if found is not None:
            return Answer(asked, (found,), 0.9, searched=searched)
        return Refusal(asked, "not told", tuple(map(nearest, within))[:3], searched=searched)

    def _scope(self, text: str, now: datetime, among: Sequence[str] = ()) -> Scope:
        sources = dict.fromkeys(article.source for article in self.held.values() if article.source)
        named = tuple(source for source in sources if source in text)
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        if "yesterday" in text or "вчера" in text:
            return Scope(today - timedelta(days=1), today, named, tuple(among))
        return Scope(sources=named, among=tuple(among))

    def _unscoped(self, text: str) -> str:
        names = [article.source for article in self.held.values() if article.source]
        for words in ("according to", *names, "yesterday", "вчера", "perhaps"):
            text = text.replace(words, "")
        return " ".join(text.split())

    def _within(self, scope: Scope) -> list[Article]:
        def fits(article: Article) -> bool:
            source = all(article.source in names for names in (scope.sources, scope.among) if names)
            day = article.published
            early = scope.since is not None and (day is None or day < scope.since)
            late = scope.until is not None and (day is None or day >= scope.until)
            return source and not early and not late

        return [article for article in self.held.values() if fits(article)]

    def find(self, reference: str, *, sources: Sequence[str] = ()) -> Article | None:
        words, held = reference.casefold(), self._within(Scope(among=tuple(sources)))
        fits = (a for a in held if reference in (a.id, a.url) or words in a.title.casefold())
        return next(fits, None)

    def asks_for_news(self, text: str, now: datetime | None = None, *, previous: Sequence[Turn] = ()) -> bool:
        return text.casefold().startswith("what happened last")

    def summarise(self, article_id: str, length: Length = "medium") -> Summary:
        if article_id not in self.held:
            raise UnknownArticle(article_id, "unknown")
        article = self.held[article_id]
        return Summary(article, tuple(cited(article)[: LENGTHS[length]]), self.facts.get(article_id, KeyFacts()))

    def summarise_story(
        self, article_id: str, since: datetime | None = None, *, sources: Sequence[str] = ()
    ) -> StorySummary:
        """The first sentence of each article happened; the last sentence of the newest is new."""
        if article_id not in self.held:
            raise UnknownArticle(article_id, "unknown")
        story = next((ids for ids in self.same_story if article_id in ids), {article_id})
        told = [self.held[one] for one in story if not sources or one == article_id or self.held[one].source in sources]
        articles = sorted(told, key=lambda article: article.published or NOON)
        happened = tuple(cited(article)[0] for article in articles)
        return StorySummary(tuple(articles), happened[:3], tuple(cited(articles[-1])[-1:]))

    def article(self, article_id: str) -> Article:
        if article_id not in self.held:
            raise UnknownArticle(article_id, "unknown")
        return self.held[article_id]

    def articles(self, *, limit: int = 50, offset: int = 0) -> list[Article]:
        """Newest first, the undated ones last."""
        oldest = datetime.min.replace(tzinfo=UTC)
        newest = sorted(self.held.values(), key=lambda article: article.published or oldest, reverse=True)
        return newest[offset : offset + limit]

    def reads(self, language: str) -> bool:
        return False

    def add(self, article: Article) -> Added:
        known = article.id in self.held
        self.held[article.id] = article
        return Added(article, "same" if known else "new")

    def sources(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(article.source for article in self.held.values() if article.source))

    def story(self, article_id: str) -> Story:
        """Numbered in the order in which they are asked for; a number stays."""
        told = self.summarise_story(article_id).articles
        number = next((self.numbers[each.id] for each in told if each.id in self.numbers), len(self.numbers) + 1)
        self.numbers |= {each.id: number for each in told}
        return Story(number, told, {one: other for one, other in self.copies.items() if one in self.held})

    def search(
        self, text: str, *, limit: int = 8, now: datetime | None = None, sources: Sequence[str] = ()
    ) -> list[Evidence]:
        """The articles that share a word of at least four letters, with all of their text."""
        words = set(re.findall(r"\w{4,}", text.casefold()))
        within = self._within(Scope(among=tuple(sources)))
        about = [a for a in within if words & set(re.findall(r"\w+", f"{a.title} {a.text}".casefold()))]
        whole = [Passage(0, len(article.text), (Span(0, len(article.text)),)) for article in about]
        return [Evidence(Hit(at, 1.0), *each) for at, each in enumerate(zip(whole, about, strict=True))][:limit]

    def summarise_topic(
        self, text: str, now: datetime, length: Length = "medium", *, sources: Sequence[str] = ()
    ) -> TopicSummary:
        """A story for each article that has the topic's words; all of them for no words."""
        scope, topic = self._scope(text, now, sources), self._unscoped(text)
        within = self._within(scope)
        about = [article for article in within if topic.casefold() in f"{article.title} {article.text}".casefold()]
        stories = [Development(cited(article)[0], (nearest(article),)) for article in about[: LENGTHS[length]]]
        tellers = len({article.source for article in about[: LENGTHS[length]] if article.source})
        return TopicSummary(topic, tuple(stories), _searched(within, scope), tellers)

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

    def stats(self) -> CorpusStats:
        """A passage an article."""
        dates = sorted(article.published for article in self.held.values() if article.published)
        languages = Counter(article.language for article in self.held.values())
        ends = (dates[0], dates[-1]) if dates else (None, None)
        return CorpusStats(len(self.held), len(self.held), len(self.watched), languages, *ends, "words", len(self.log))

    def rewords(self) -> bool | None:
        """There is no language model, but for tests that say so."""
        return self.language_model

    def behind(self) -> int:
        """Whatever happens is searched at once."""
        return 0

    def changes(self, after: int, limit: int = 500) -> list[Change]:
        return self.log[after : after + limit]

    def last_change(self) -> int:
        return len(self.log)

    def stale(self) -> int:
        """There is no model here."""
        return 0


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

    def surroundings(
        self, article_id: str, revision: int, start: int, end: int, around: int = 2
    ) -> Surroundings | None:
        """By the engine's own rules, of a text that is held or was."""
        newest = self._corpus.held.get(article_id)
        article = self._corpus.earlier.get((article_id, revision)) or newest
        if newest is None or article is None or article.revision != revision:
            return None
        return surroundings(article, Span(start, end), around, changed=newest.text != article.text)

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


class FakeInventory:
    """What the corpus holds; each title is a subject of its own."""

    def __init__(self, corpus: FakeCorpus) -> None:
        self._corpus = corpus

    def take(self, language: str, sources: Sequence[str] = ()) -> Holdings:
        held = [a for a in self._corpus.articles() if not sources or a.source in sources]
        days = sorted(article.published for article in held if article.published)
        oldest, newest = (days[0], days[-1]) if days else (None, None)
        names = tuple(dict.fromkeys(article.source for article in held if article.source))
        return Holdings(len(held), oldest, newest, names, tuple(a.title for a in held if a.language == language)[:5])


class FakeUnfiled:
    """Reads what is shown as the corpus reads what it holds."""

    def __init__(self, corpus: FakeCorpus) -> None:
        self._corpus = corpus

    def page(self, url: str) -> Article:
        if url not in self._corpus.pages:
            raise FetchFailed(url, "not found", 404)
        return self._corpus.pages[url]

    def article(self, text: str, title: str = "", *, url: str | None = None, source: str | None = None) -> Article:
        return Article(url or "unfiled", title, " ".join(text.split()), url=url, source=source)

    def summarise(self, article: Article, length: Length = "medium") -> Summary:
        return Summary(article, tuple(cited(article)[: LENGTHS[length]]))

    def ask(self, text: str, article: Article, now: datetime) -> Answer | None:
        told = _first_with(text, [article])
        return Answer(text, (told,), 0.9) if told else None


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
