"""A question -> the passages that match it, best first, within the articles that it is about.

meaning and words, fused by the index | what is recent, what was just talked about | two an article | no copies

What is shown has one article of every story first; an answer is made of the passages as they match, since those of one
story that agree bear it out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from retrieval.grouping import Stories, openers_of
from retrieval.index.fusion import at_most, favour, favour_recent
from retrieval.ports import Embedder, Index, Vectors
from retrieval.remembering import Memory
from retrieval.store import Store
from retrieval.text.duplicates import without_copies
from retrieval.types import Evidence, Hit, Nearest, Question, Scope, Searched

PASSAGES = 8  # of an answer
PER_ARTICLE = 2  # of them from one article
CANDIDATES = 300  # ranked before that
MOST_CANDIDATES = 1000  # ranked where one article's own are looked for: as many as an index fuses
SPARE = 4  # more passages are loaded than are wanted: some are copies


@dataclass(frozen=True, slots=True)
class Found:
    """What a search brought: passages, the ids of their articles, each once, and what was searched."""

    matching: tuple[Hit, ...]  # best first
    articles: tuple[str, ...]  # the same
    hits: tuple[Hit, ...]  # to be shown: best first, but a story's further articles after all others
    stories: Mapping[str, int] = field(default_factory=dict)  # article -> story
    widened: bool = False  # nothing was found within the question's scope, so everything was searched


class Finder:
    """Sync, and safe to call from several threads. Whoever changes the store has `memory` look at its state."""

    def __init__(self, store: Store, index: Index, embedder: Embedder, stories: Stories, memory: Memory) -> None:
        self._store, self._index, self._embedder = store, index, embedder
        self._stories, self._memory = stories, memory

    def vector(self, question: Question) -> Vectors | None:
        """(1, dim); None when the model does not know the question's language."""
        return self._embedder.questions([question.standalone]) if self._embedder.knows(question.language) else None

    def find(
        self, question: Question, vector: Vectors | None, now: datetime, without: Collection[str] = frozenset()
    ) -> Found:
        """Within the question's scope, or in everything when nothing of it matches; never in articles `without`."""
        found = self._found(question, vector, now, without)
        if found.hits or not question.scope:
            return found
        everything = replace(question, scope=Scope(among=question.scope.among))
        return replace(self._found(everything, vector, now, without), widened=True)

    def find_in(self, ids: Collection[str], question: Question, vector: Vectors | None, now: datetime) -> Found:
        """Passages of these articles alone, scored beside those of all others: nothing when too many match better."""
        hits, article_of = self._matching(question, vector, now, MOST_CANDIDATES)
        own = {key: article for key, article in article_of.items() if article in ids}
        return self._grouped([hit for hit in hits if hit.passage_id in own], own)

    def evidence(self, hits: Sequence[Hit], limit: int = PASSAGES) -> list[Evidence]:
        """The best hits with what they point at; of passages that say the same in the same words, the best."""
        wanted = hits[: limit + SPARE]
        found = self._store.evidence([hit.passage_id for hit in wanted])
        return without_copies([Evidence(hit, *found[hit.passage_id]) for hit in wanted if hit.passage_id in found])[
            :limit
        ]

    def others(self, article_id: str) -> list[Nearest]:
        """The other articles of its story, newest first."""
        return self._memory.one("others", article_id, lambda: self._stories.others(article_id))

    def searched(self, question: Question, found: Found) -> Searched:
        """How many articles were looked through, and of which days."""
        within = Scope(among=question.scope.among) if found.widened else question.scope
        extent = self._memory.one("extent", within, lambda: self._store.extent(within))
        return Searched(*extent, scope=question.scope, widened=found.widened)

    def _found(self, question: Question, vector: Vectors | None, now: datetime, without: Collection[str]) -> Found:
        hits, every = self._matching(question, vector, now, CANDIDATES)
        article_of = {key: article for key, article in every.items() if article not in without}
        return self._grouped(at_most(hits, article_of, PER_ARTICLE), article_of)

    def _matching(
        self, question: Question, vector: Vectors | None, now: datetime, limit: int
    ) -> tuple[list[Hit], dict[int, str]]:
        """Best first, and the articles that they are of."""
        hits = self._index.search(question.standalone, question.language, limit, vector, question.scope)
        dated = self._memory.several("dated", (hit.passage_id for hit in hits), self._store.dated)
        article_of = {key: article for key, (article, _) in dated.items()}
        if question.undated or question.scope:
            latest = min(now, question.scope.until or now)
            hits = favour_recent(hits, {key: published for key, (_, published) in dated.items()}, latest)
        if question.lately:
            hits = favour(hits, {key for key, article in article_of.items() if article in question.lately})
        return hits, article_of

    def _grouped(self, hits: Sequence[Hit], article_of: Mapping[int, str]) -> Found:
        ids = tuple(dict.fromkeys(article_of[hit.passage_id] for hit in hits))
        stories = self._memory.several("story", ids, self._stories.stories_of)
        openers = set(openers_of(ids, stories))
        shown = sorted(hits, key=lambda hit: article_of[hit.passage_id] not in openers)
        return Found(tuple(hits), ids, tuple(shown), stories)
