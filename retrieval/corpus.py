"""Questions in, cited answers out; articles in, changes out: the engine's one face.

Sync, and safe to call from several threads. What another process adds to the same folder is seen by the next question.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from retrieval.asked.question import Known, understand
from retrieval.asking import Asking
from retrieval.errors import NoArticle, SourceError, StoreFailed
from retrieval.finding import PASSAGES, Finder
from retrieval.grouping import Stories
from retrieval.holdings import Inventory
from retrieval.ingest import Ingest
from retrieval.matching.matcher import Matcher
from retrieval.naming import Naming
from retrieval.parts import Parts
from retrieval.reading import named_file
from retrieval.remembering import Memory
from retrieval.snippets import Snippets
from retrieval.sources.types import Feed, FeedLink, Refreshed
from retrieval.summaries import Summaries
from retrieval.summary.types import Length, StorySummary, Summary, TopicSummary
from retrieval.types import Added, Answer, Article, Change, Closest, CorpusStats, Evidence, Refusal, Scope, Story, Turn
from retrieval.unfiled import Unfiled
from retrieval.watch import FeedWatch
from retrieval.wire import Wire

PAGE = 500  # changes applied to the index at a time
SAVE_AFTER = 1000  # changes: about what a start replays in a second

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]  # done, of how many


def silent(_done: int, _total: int) -> None:
    """Progress nobody watches."""


class Corpus:
    """A collection of articles that answers questions. Its `wire` tells what is new in it, for alerts; its `inventory`
    what it has; `unfiled` reads what it has not.
    """

    def __init__(self, parts: Parts) -> None:
        self._store, self._index, self._embedder = parts.store, parts.index, parts.embedder
        self._ranker, self._sources, self._sites = parts.ranker, parts.sources, parts.sites
        self._stories = Stories(parts.store, parts.index)
        self._memory = Memory()
        self._finder = Finder(parts.store, parts.index, parts.embedder, self._stories, self._memory)
        self._asking = Asking(self._finder, parts.ranker, parts.writer, parts.confidence, parts.prose, self._known)
        self._summaries = Summaries(parts.store, parts.index, parts.embedder, self._known, self._stories)
        search = lambda text, sources: self.search(text, sources=sources)  # noqa: E731
        self._naming = Naming(parts.store, parts.sources, search, self._known)
        self._ingest = Ingest(parts.store, parts.embedder)
        self._watch = FeedWatch(parts.store.engine, parts.sources, self._ingest)
        matcher = Matcher(parts.store, parts.index, parts.embedder, self._stories)
        snippets = Snippets(self._finder, parts.ranker.weighing, self._known)
        self.wire = Wire(parts.store, self._stories, matcher, self._asking, self._summaries, self._watch, snippets)
        self.inventory, self.unfiled = Inventory(parts.store, self._stories), Unfiled(parts, self._known)
        self._following = threading.Lock()
        self._prose, self._closed = parts.prose, False
        self.catch_up()

    # --- asking

    def ask(  # noqa: PLR0913 what limits a question, each by its name
        self,
        text: str,
        *,
        previous: Sequence[Turn] = (),
        now: datetime | None = None,
        unscoped: bool = False,
        without: Collection[str] = frozenset(),
        sources: Sequence[str] = (),
    ) -> Answer | Closest | Refusal:
        """`previous`: earlier turns of the conversation, oldest first. `now`: what "recent" and "last week" are
        measured from. `unscoped`: dates and sources that the question names limit nothing. `without`: ids of articles
        that are passed over, as if they were not there. `sources`: those whose articles alone are there for whoever
        asks, whatever the question names; none: all.
        """
        self._freshen()
        return self._asking.ask(
            text, previous, now or datetime.now(UTC), unscoped=unscoped, without=without, sources=sources
        )

    def search(
        self, text: str, *, limit: int = PASSAGES, now: datetime | None = None, sources: Sequence[str] = ()
    ) -> list[Evidence]:
        """The passages that match best, with nothing decided about them. `sources`: as `ask`."""
        self._freshen()
        question = replace(understand(text, self._known().languages), scope=Scope(among=tuple(sources)))
        found = self._finder.find(question, self._finder.vector(question), now or datetime.now(UTC))
        return self._finder.evidence(found.hits, limit)

    def summarise(self, article_id: str, length: Length = "medium") -> Summary:
        """Raises UnknownArticle."""
        return self._summaries.article(article_id, length)

    def summarise_story(
        self, article_id: str, since: datetime | None = None, *, sources: Sequence[str] = ()
    ) -> StorySummary:
        """The articles about the same event. `sources`: as `ask`, but for that article. Raises UnknownArticle."""
        return self._summaries.story(article_id, since, sources)

    def summarise_topic(
        self, text: str, now: datetime | None = None, length: Length = "medium", *, sources: Sequence[str] = ()
    ) -> TopicSummary:
        """ "climate last week": what was written about it, by stories. `sources`: as `ask`."""
        self._freshen()
        return self._summaries.topic(text, now or datetime.now(UTC), length, sources)

    def asks_for_news(self, text: str, now: datetime | None = None, *, previous: Sequence[Turn] = ()) -> bool:
        """Whether it asks what happened in a time, about nothing in particular: `summarise_topic` answers that."""
        return self._summaries.tells(text, now or datetime.now(UTC), previous)

    def find(self, reference: str, *, sources: Sequence[str] = ()) -> Article | None:
        """The article that a person means by an id, an address or words of its title. `sources`: as `ask`."""
        return self._naming.find(reference, sources)

    # --- articles

    def article(self, article_id: str) -> Article:
        """Raises UnknownArticle."""
        return self._store.article(article_id)

    def story(self, article_id: str) -> Story:
        """The articles of all sources about the same event, oldest first. Raises UnknownArticle."""
        return self._stories.story_of(article_id)

    def articles(self, *, limit: int = 50, offset: int = 0) -> list[Article]:
        """Newest first."""
        return self._store.articles(limit, offset)

    def sources(self) -> list[str]:
        """The names of those who wrote them, each once, in alphabetical order."""
        return self._store.sources()

    def add(self, article: Article) -> Added:
        """Raises NoArticle when it has no text. It can be asked about as soon as this returns."""
        if not article.text.strip():
            raise NoArticle(article.id, "no text")
        added = self._ingest.add(article)
        self.catch_up()
        return added

    def add_page(self, url: str) -> Added:
        """Fetches and adds a page. Raises SourceError."""
        return self.add(self._sources.page(url))

    def add_pages(self, urls: Sequence[str], *, on_progress: Progress = silent) -> Iterator[Added | SourceError]:
        """One result for each, in order; several are fetched at a time."""
        return self._added(((len(urls), read) for read in self._sources.pages(urls)), on_progress)

    def add_site(self, url: str, limit: int, *, on_progress: Progress = silent) -> Iterator[Added | SourceError]:
        """The newest pages of a site or of a section of it, by its sitemaps or its own links. Raises SourceError when
        neither can be had.
        """
        return self.add_pages([link.url for link in self._sites.pages(url, limit)], on_progress=on_progress)

    def add_files(
        self, paths: Iterable[Path], *, root: Path | None = None, on_progress: Progress = silent
    ) -> Iterator[Added | SourceError]:
        """Files, folders, zips and JSONL, one result each; a broken one is a value, and the others go on.

        With `root`, an article's id is its path below it; otherwise its full path.
        """
        return self._added(self._sources.files(paths, root), on_progress)

    def add_document(self, name: str, content: bytes) -> list[Added | SourceError]:
        """A file that somebody sent: one article, or those of a zip. Its name becomes the article's id."""
        read = self._sources.document(named_file(name, content))
        return list(self._added((len(read), each) for each in read))

    def remove(self, article_id: str) -> Article:
        """Raises UnknownArticle."""
        removed = self._store.remove(article_id)
        self.catch_up()
        return removed

    # --- the log

    def changes(self, after: int, limit: int = PAGE) -> list[Change]:
        """The log's entries after that number, in order."""
        return self._store.changes(after, limit)

    def last_change(self) -> int:
        return self._store.last_change()

    def catch_up(self) -> None:
        """Applies to the index what the log has and it has not, and groups a page of it into stories: the rest of a
        bulk with the next calls.
        """
        while self._apply_page():
            pass
        self._stories.follow()
        if self._index.unsaved() >= SAVE_AFTER:
            self.save()

    def rebuild(self, *, on_progress: Progress = silent) -> None:
        """Makes the index anew from the store, and the vectors of articles that another model embedded."""
        stale = self._stale()
        for done, article_id in enumerate(stale, 1):
            self._ingest.again(article_id)
            on_progress(done, len(stale))
        with self._following:
            self._index.clear()
        self.catch_up()
        while self._stories.follow():
            pass
        self.save()

    # --- feeds

    def watch(self, url: str) -> Feed:
        """Begins to watch a feed: what it holds now counts as seen. Raises SourceError."""
        return self._watch.watch(url)

    def watch_all(self, urls: Sequence[str], *, on_progress: Progress = silent) -> Iterator[Feed | SourceError]:
        """One result for each, in order; several are visited at a time."""
        for done, watched in enumerate(self._watch.watch_all(urls), 1):
            on_progress(done, len(urls))
            yield watched

    def feeds_at(self, url: str) -> tuple[FeedLink, ...]:
        """The feeds that a site or a page has, best first. Raises SourceError."""
        return self._sites.feeds(url, datetime.now(UTC))

    def feed_list(self, name: str, content: bytes | None = None) -> tuple[FeedLink, ...]:
        """The feeds of an OPML file: its bytes, or those at the address that is its name. Raises SourceError."""
        return self._sources.feed_list(name, content)

    def unwatch(self, url: str) -> None:
        """Raises UnknownFeed."""
        self._watch.unwatch(url)

    def feeds(self) -> list[Feed]:
        return self._watch.feeds()

    def refresh(self, now: datetime, poll_seconds: int) -> Refreshed:
        """Visits the feeds that are due, and adds the articles of their new entries."""
        refreshed = self._watch.refresh(now, poll_seconds)
        self.catch_up()
        return refreshed

    def hang_up(self) -> None:
        """Ends a round of `refresh` that is under way, soon. What it was about is done by the next."""
        self._watch.hang_up()

    # --- keeping

    def stats(self) -> CorpusStats:
        return self._store.stats(self._embedder.fingerprint, len(self._watch.feeds()))

    def knows(self, language: str) -> bool:
        """Whether meaning helps to search in that language, or words alone do."""
        return self._embedder.knows(language)

    def reads(self, language: str) -> bool:
        """Whether a reader marks the answers in that language, or words choose the sentences."""
        return self._ranker.reads(language)

    def rewords(self) -> bool | None:
        """Whether the language model was reached lately; None without one."""
        return self._prose.is_reached() if self._prose else None

    def stale(self) -> int:
        """How many articles are not embedded as the model in use would: until `rebuild`, words alone find them."""
        return len(self._stale())

    def behind(self) -> int:
        """How many changes of the log the index has not applied yet."""
        return max(0, self._store.last_change() - self._index.applied())

    def save(self) -> None:
        """So that the next start need not replay the log. A failure is logged: the next start replays it then."""
        try:
            self._index.save()
        except OSError as error:
            log.warning("index not saved: unsaved=%d reason=%s", self._index.unsaved(), error)

    def close(self) -> None:
        """Saves the index and lets go of files. Closing twice does no harm."""
        if not self._closed:
            self._closed = True
            with closing(self._store), closing(self._index), closing(self._sources), closing(self._watch):
                self.save()

    # --- steps

    def _stale(self) -> list[str]:
        return self._store.stale(self._embedder.fingerprint, self._embedder.knows)

    def _apply_page(self) -> bool:
        """Whether the log had something for the index. Other threads come in between the pages."""
        self._memory.look(state := self._store.state())
        if self._index.applied() == state[0]:
            return False
        with self._following:
            if self._index.applied() > self._store.last_change():
                self._index.clear()  # an older database was put back: the index knows what never happened in it
            changes = self._store.changes(self._index.applied(), PAGE)
            if changes:
                self._index.apply(changes)
            return bool(changes)

    def _freshen(self) -> None:
        """What was changed is searched; not all of another process's bulk: nobody waits for that with a question."""
        try:
            self._apply_page()
        except (StoreFailed, OSError) as error:
            log.warning("searching without the newest changes: applied=%d reason=%s", self._index.applied(), error)

    def _known(self) -> Known:
        """Counted anew when an article came or went."""
        return self._memory.one("known", "", lambda: Known(sorted(self._store.languages()), self._store.sources()))

    def _added(
        self, reads: Iterable[tuple[int, Article | SourceError]], on_progress: Progress = silent
    ) -> Iterator[Added | SourceError]:
        """`reads`: (how many there will be, the next of them). The index follows by the page, and at the end."""
        for done, (total, read) in enumerate(reads, 1):
            yield read if isinstance(read, SourceError) else self._offer(read)
            if done % PAGE == 0:
                self.catch_up()
            on_progress(done, total)
        self.catch_up()
        self.save()

    def _offer(self, article: Article) -> Added | SourceError:
        try:
            return self._ingest.add(article) if article.text.strip() else NoArticle(article.id, "no text")
        except SourceError as error:
            return error
