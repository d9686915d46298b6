"""Questions in, cited answers out; articles in, changes out: the engine's one face.

    question | understood | found | read | written | verified -> Answer or Refusal

Sync, and safe to call from several threads. What another process adds to the same folder is seen by the next question.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from retrieval.answer.citations import quoted, verify
from retrieval.answer.confidence import Confidence
from retrieval.answer.question import understand
from retrieval.answer.rank import Ranker
from retrieval.answer.summary import summarise_sentences, word_vectors
from retrieval.errors import NoArticle, SourceError, StoreFailed, UnknownArticle
from retrieval.index.fusion import at_most, favour_recent
from retrieval.ingest import Ingest
from retrieval.ports import Embedder, Index, Vectors, Writer
from retrieval.reading import Sources
from retrieval.store import Store
from retrieval.text.stems import content_stems
from retrieval.timing import Stopwatch
from retrieval.types import (
    Added,
    Answer,
    Article,
    Change,
    CorpusStats,
    Evidence,
    Feed,
    Hit,
    Nearest,
    Question,
    Refreshed,
    Refusal,
    Span,
    Summary,
)  # fmt: skip
from retrieval.watch import FeedWatch

PASSAGES = 8  # read for an answer
PER_ARTICLE = 2  # of them from one article
CANDIDATES = 300  # ranked before that
NEAREST = 3  # titles offered with a refusal
PAGE = 500  # changes applied to the index at a time
SAVE_AFTER = 1000  # changes: about what a start replays in a second
SUMMARISED = 200  # sentences a summary chooses from: news says what matters first, and embedding them takes seconds

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]  # done, of how many


def silent(_done: int, _total: int) -> None:
    """Progress nobody watches."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a corpus is made of. `build.open_corpus` chooses them."""

    store: Store
    index: Index
    embedder: Embedder
    ranker: Ranker
    writer: Writer
    confidence: Confidence
    sources: Sources


class Corpus:
    """A collection of articles that answers questions."""

    def __init__(self, parts: Parts) -> None:
        self._store, self._index, self._embedder = parts.store, parts.index, parts.embedder
        self._ranker, self._writer, self._confidence = parts.ranker, parts.writer, parts.confidence
        self._sources = parts.sources
        self._ingest = Ingest(parts.store, parts.embedder)
        self._watch = FeedWatch(parts.store.engine, parts.sources, self._ingest)
        self._following = threading.Lock()
        self._closed = False
        self.catch_up()

    # --- asking

    def ask(self, text: str, *, previous: Sequence[str] = (), now: datetime | None = None) -> Answer | Refusal:
        """`previous`: earlier questions of the conversation, oldest first. `now`: what "recent" is measured from."""
        watch = Stopwatch()
        question = understand(text, previous, self._languages())
        if not any(character.isalnum() for character in question.text):
            return Refusal(question.text, "empty question", ())
        vector = self._vector(question)
        watch.lap("embed")
        hits, articles = self._find(question, vector, now or datetime.now(UTC))
        watch.lap("search")
        evidence = self._evidence(hits)
        watch.lap("load")
        if not evidence:
            empty = not self._store.ids()
            return Refusal(
                question.standalone, "empty corpus" if empty else "nothing found", (), 0.0, watch.trace({}, ())
            )
        evidence = self._ranker.rank(question, evidence)
        watch.lap("rank")
        draft = self._writer.write(question, evidence, vector)
        sentences = verify(draft.sentences, evidence)
        watch.lap("write")
        fit = self._confidence.fit(draft.figures)
        confidence = fit.probability(draft.figures)
        trace = watch.trace(draft.figures, tuple(dict.fromkeys([*(e.article.id for e in evidence), *articles])))
        if sentences and confidence >= fit.threshold:
            return Answer(question.standalone, sentences, confidence, trace)
        return Refusal(question.standalone, "not told", _nearest(evidence), confidence, trace)

    def search(self, text: str, *, limit: int = 10, now: datetime | None = None) -> list[Evidence]:
        """The passages that match best, with nothing decided about them."""
        question = understand(text, (), self._languages())
        hits, _ = self._find(question, self._vector(question), now or datetime.now(UTC))
        return self._evidence(hits, limit)

    def summarise(self, article_id: str) -> Summary:
        """Raises UnknownArticle."""
        article, passages = self._store.with_passages(article_id)
        spans = [span for passage in passages for span in passage.sentences][:SUMMARISED]
        texts = [article.text[span.start : span.end] for span in spans]
        known = self._embedder.knows(article.language)
        vectors = self._embedder.passages(texts) if known else word_vectors(texts, article.language)
        chosen: list[Span] = summarise_sentences(article.text, spans, vectors)
        return Summary(article, tuple(quoted(article, span) for span in chosen))

    def find(self, reference: str) -> Article | None:
        """The article that a person means by an id, an address or words of its title."""
        reference = reference.strip()
        try:
            return self._store.article(reference)
        except UnknownArticle:
            pass
        if "://" in reference:
            return self._store.find_by_url(self._sources.canonical(reference))
        return self._find_title(reference)

    # --- articles

    def article(self, article_id: str) -> Article:
        """Raises UnknownArticle."""
        return self._store.article(article_id)

    def articles(self, *, limit: int = 50, offset: int = 0) -> list[Article]:
        """Newest first."""
        return self._store.articles(limit, offset)

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

    def add_files(
        self, paths: Iterable[Path], *, root: Path | None = None, on_progress: Progress = silent
    ) -> Iterator[Added | SourceError]:
        """Files, folders and JSONL, one result each; a broken one is a value, and the others go on.

        With `root`, an article's id is its path below it; otherwise its full path.
        """
        for done, (total, read) in enumerate(self._sources.files(paths, root), 1):
            yield read if isinstance(read, SourceError) else self._offer(read)
            if done % PAGE == 0:
                self.catch_up()
            on_progress(done, total)
        self.catch_up()
        self.save()

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
        """Applies to the index what the log has and it has not."""
        while self._apply_page():
            pass
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
        self.save()

    # --- feeds

    def watch(self, url: str) -> Feed:
        """Begins to watch a feed: what it holds now counts as seen. Raises SourceError."""
        return self._watch.watch(url)

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

    # --- keeping

    def stats(self) -> CorpusStats:
        return self._store.stats(self._embedder.fingerprint, len(self._watch.feeds()))

    def knows(self, language: str) -> bool:
        """Whether meaning helps to search in that language, or words alone do."""
        return self._embedder.knows(language)

    def reads(self, language: str) -> bool:
        """Whether a reader marks the answers in that language, or words choose the sentences."""
        return self._ranker.reads(language)

    def stale(self) -> int:
        """How many articles are not embedded as the model in use would: until `rebuild`, words alone find them."""
        return len(self._stale())

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
            with closing(self._store), closing(self._index):
                self.save()

    # --- steps

    def _stale(self) -> list[str]:
        return self._store.stale(self._embedder.fingerprint, self._embedder.knows)

    def _apply_page(self) -> bool:
        """Whether the log had something for the index. Other threads come in between the pages."""
        if self._index.applied() == self._store.last_change():
            return False
        with self._following:
            if self._index.applied() > self._store.last_change():
                self._index.clear()  # an older database was put back: the index knows what never happened in it
            changes = self._store.changes(self._index.applied(), PAGE)
            if changes:
                self._index.apply(changes)
            return bool(changes)

    def _languages(self) -> list[str]:
        return sorted(self._store.languages())

    def _vector(self, question: Question) -> Vectors | None:
        return self._embedder.questions([question.standalone]) if self._embedder.knows(question.language) else None

    def _find(self, question: Question, vector: Vectors | None, now: datetime) -> tuple[list[Hit], tuple[str, ...]]:
        """Passages best first, and the ids of their articles, each once."""
        try:
            self._apply_page()  # not all of another process's bulk: nobody waits for that with a question
        except (StoreFailed, OSError) as error:
            log.warning("searching without the newest changes: applied=%d reason=%s", self._index.applied(), error)
        hits = self._index.search(question.standalone, question.language, CANDIDATES, vector)
        dated = self._store.dated([hit.passage_id for hit in hits])
        if question.undated:
            hits = favour_recent(hits, {key: published for key, (_, published) in dated.items()}, now)
        article_of = {key: article for key, (article, _) in dated.items()}
        kept = at_most(hits, article_of, PER_ARTICLE)
        return kept, tuple(dict.fromkeys(article_of[hit.passage_id] for hit in kept))

    def _evidence(self, hits: Sequence[Hit], limit: int = PASSAGES) -> list[Evidence]:
        found = self._store.evidence([hit.passage_id for hit in hits[:limit]])
        return [Evidence(hit, *found[hit.passage_id]) for hit in hits[:limit] if hit.passage_id in found]

    def _offer(self, article: Article) -> Added | SourceError:
        try:
            return self._ingest.add(article) if article.text.strip() else NoArticle(article.id, "no text")
        except SourceError as error:
            return error

    def _find_title(self, reference: str) -> Article | None:
        wanted = set(content_stems(reference, understand(reference, (), self._languages()).language))
        for evidence in self.search(reference) if wanted else ():
            title = set(content_stems(evidence.article.title, evidence.article.language))
            if len(wanted & title) * 2 > len(wanted):
                return evidence.article
        return None


def _nearest(evidence: Sequence[Evidence]) -> tuple[Nearest, ...]:
    articles = {e.article.id: e.article for e in evidence}
    return tuple(Nearest(a.id, a.title, a.url, a.source, a.published) for a in list(articles.values())[:NEAREST])
