"""The corpus' log -> news, and what whoever plans alerts asks about each: is it wanted, does it answer, did it change?

    log, as far as it is grouped into stories | each entry with its article as it is now, and its place in a story

Sync, and safe to call from several threads. An article that is gone by now is no error here: it is about nothing, it
holds no words, it answers nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from retrieval.asking import Asking
from retrieval.errors import UnknownArticle
from retrieval.grouping import Place, Stories, openers_of
from retrieval.matching.interests import Interests
from retrieval.matching.matcher import Matcher
from retrieval.revisions import compare
from retrieval.snippets import Snippets
from retrieval.sources.types import FeedSample
from retrieval.store import Store
from retrieval.summaries import Summaries
from retrieval.surroundings import Surroundings, surroundings
from retrieval.text.phrases import Words
from retrieval.types import (
    Answer,
    Article,
    Change,
    Citation,
    Interest,
    Level,
    Match,
    Nearest,
    News,
    Sample,
    Scope,
    Sentence,
    Span,
    Weight,
)
from retrieval.watch import FeedWatch

NEWEST = 3  # articles that show what a source writes
AT_ONCE = timedelta(seconds=1)  # a scope's end is not part of it


class Wire:
    """Reads, and changes nothing."""

    def __init__(  # noqa: PLR0913 the parts of a wire, each from a room of its own
        self,
        store: Store,
        stories: Stories,
        matcher: Matcher,
        asking: Asking,
        summaries: Summaries,
        feeds: FeedWatch,
        snippets: Snippets,
    ) -> None:
        self._store, self._stories, self._matcher = store, stories, matcher
        self._asking, self._summaries, self._feeds = asking, summaries, feeds
        self._snippets = snippets

    # --- the log

    def news(self, after: int, limit: int = 100) -> list[News]:
        """The log's entries after that number, in order, each of them once, as far as their articles are grouped.

        An article that was removed and came back counts as gone until it is grouped: the entry that brought it back
        comes later.
        """
        end = self._stories.grouped()
        changes = [change for change in self._store.changes(after, limit) if change.number <= end]
        ids = [change.article_id for change in changes if change.article_id]
        places = self._stories.places(ids)
        articles = self._store.several(list(places))
        return [_news(change, articles.get(change.article_id), places.get(change.article_id)) for change in changes]

    def log_end(self) -> int:
        """The number of the newest entry that `news` can give now."""
        return self._stories.grouped()

    # --- what is wanted

    def interest(self, text: str, key: int = 0) -> Interest:
        """A topic or a question in anybody's words, ready to be compared with articles."""
        return self._matcher.interest(text, key)

    def is_current(self, interest: Interest) -> bool:
        """Whether it was made by the model in use: else it is to be made anew."""
        return self._matcher.is_current(interest)

    def match(self, interests: Interests, article_id: str) -> list[Match]:
        """Which of them the article is about, best first."""
        return self._matcher.match(interests, article_id)

    def reason(self, text: str, article_id: str) -> Citation | None:
        """The article's sentence that is nearest to the text. None without one."""
        return self._matcher.reason(text, article_id)

    def sample(self, text: str, now: datetime, level: Level = "balanced", days: int = 30) -> Sample:
        """What an interest would have brought in these days."""
        return self._matcher.sample(text, now, level, days)

    def words(self, article_id: str) -> Words:
        """Of its title and text."""
        article = self._find(article_id)
        return Words((article.title, article.text), article.language) if article else Words((), "en")

    def answers(self, question: str, article_id: str, now: datetime) -> Answer | None:
        """What the article alone answers. None when it is not sure enough to be said."""
        return self._asking.ask_of(question, article_id, now)

    # --- what an article tells

    def weight(self, article_id: str, since_revision: int) -> Weight:
        """What became of the article since that revision; news when that is not held any more."""
        article = self._find(article_id)
        if article is None or article.revision <= since_revision:
            return "nothing"
        earlier = self._store.find_revision(article_id, since_revision)
        return compare(earlier, article) if earlier else "news"

    def lead(self, article_id: str) -> Sentence | None:
        """The sentence that tells the article. None without one."""
        try:
            return next(iter(self._summaries.article(article_id, "short").sentences), None)
        except UnknownArticle:
            return None

    def surroundings(
        self, article_id: str, revision: int, start: int, end: int, around: int = 2
    ) -> Surroundings | None:
        """A stretch that was cited, as it stood in that revision, and the sentences around it. None: it is gone."""
        newest = self._find(article_id)
        is_newest = newest is not None and newest.revision == revision
        article = newest if is_newest else self._store.find_revision(article_id, revision)
        if newest is None or article is None:
            return None
        return surroundings(article, Span(start, end), around, changed=newest.text != article.text)

    def sources(self, story: int) -> tuple[Nearest, ...]:
        """The first article of each source that tells the story, oldest first; those without a source count as one."""
        first: dict[str | None, Nearest] = {}
        for near in self._stories.tellers(story):
            first.setdefault(near.source, near)
        return tuple(first.values())

    def snippets(self, text: str, now: datetime, limit: int = 10, sources: Collection[str] = ()) -> list[Citation]:
        """The articles near a few words, each by the sentence that shows why, best first; nothing is read for it."""
        return self._snippets.find(text, now, limit, sources)

    # --- what a source writes

    def peek(self, url: str) -> FeedSample:
        """A feed looked at without watching it. Raises SourceError."""
        return self._feeds.peek(url)

    def rate(self, source: str | None, now: datetime, days: int = 30) -> tuple[int, tuple[Article, ...]]:
        """How many stories the source (None: everybody) told in these days, and its newest articles, one a story.

        The days end now, or with the newest of all articles where that is older.
        """
        _, _, newest = self._store.extent(Scope(until=now + AT_ONCE))
        if newest is None:
            return 0, ()
        scope = Scope(newest - timedelta(days), newest + AT_ONCE, (source,) if source else ())
        stories = self._stories.within(scope)
        return len(set(stories.values())), self._loaded(openers_of(stories, stories)[:NEWEST])

    # --- steps

    def _find(self, article_id: str) -> Article | None:
        return self._store.several([article_id]).get(article_id)

    def _loaded(self, article_ids: Iterable[str]) -> tuple[Article, ...]:
        """In their order, without those that went meanwhile."""
        ids = list(article_ids)
        found = self._store.several(ids)
        return tuple(found[key] for key in ids if key in found)


def _news(change: Change, article: Article | None, place: Place | None) -> News:
    if article is None or place is None or change.kind == "removed":
        return News(change, None)
    return News(change, article, place.story, place.copy_of, place.founds)
