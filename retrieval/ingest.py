"""Article -> judged | cut into passages | embedded | in the store. One article, one transaction.

What its source repeats is learned on the way: earlier articles that hold what is furniture from now on are cut anew.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from retrieval.blocks import Blocks
from retrieval.errors import UnknownArticle
from retrieval.ports import Embedder, Vectors
from retrieval.sources.furniture import find_furniture
from retrieval.store import Store
from retrieval.text.chunks import LIMIT, Room, split_passages
from retrieval.text.duplicates import judge
from retrieval.types import Added, Article, Passage, Span


class Ingest:
    """One article at a time, whoever calls: two threads must not both find the same article new."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self._store, self._embedder = store, embedder
        self._blocks = Blocks(store.engine)
        self._lock = threading.Lock()

    def add(self, article: Article) -> Added:
        """Stores the article unless it is held already. An update becomes the next revision of what is held."""
        with self._lock:
            known = self._known(article)
            twin = None if known else self._store.find_same(article)
            judgement = judge(article, known, twin)
            held = known or twin
            if judgement == "same" and held is not None:
                return Added(held, "same")
            article_id = known.id if known else article.id
            article = replace(article, id=article_id)
            furniture = find_furniture(article.text)
            outdated = self._blocks.note(article, furniture)
            passages = self._split(article, furniture)
            vectors = self._embedded(article, passages)
            change = self._store.add(article, passages, vectors, self._embedder.fingerprint)
            for other in outdated:
                self._mend(other)
            return Added(replace(article, revision=change.revision), judgement)

    def again(self, article_id: str) -> None:
        """Cuts and embeds a held article anew, for another model. One that is gone by now is left alone."""
        with self._lock, suppress(UnknownArticle):
            article = self._store.article(article_id)
            passages = self._split(article, find_furniture(article.text))
            vectors = self._embedded(article, passages)
            self._store.replace_passages(article, passages, vectors, self._embedder.fingerprint)

    def _mend(self, article_id: str) -> None:
        """Cuts a held article anew if that makes a difference."""
        with suppress(UnknownArticle):
            article, held = self._store.with_passages(article_id)
            passages = self._split(article, find_furniture(article.text))
            if passages != held:
                vectors = self._embedded(article, passages)
                self._store.replace_passages(article, passages, vectors, self._embedder.fingerprint)

    def _split(self, article: Article, furniture: Sequence[Span]) -> list[Passage]:
        room = Room(min(LIMIT, self._embedder.max_tokens), self._embedder.max_tokens)
        left_out = self._left_out(article, furniture)
        return split_passages(article.text, article.language, self._embedder.count, room, left_out)

    def _left_out(self, article: Article, known: Sequence[Span]) -> Sequence[Span]:
        """What is never searched. An article that is nothing else is searched as it stands."""
        left_out = sorted([*known, *self._blocks.find(article, known)])
        return left_out if sum(end - start for start, end in left_out) < len(article.text.strip()) else known

    def _embedded(self, article: Article, passages: Sequence[Passage]) -> Vectors | None:
        """(n, dim); None for a language that the model does not know."""
        if not passages or not self._embedder.knows(article.language):
            return None
        return self._embedder.passages([article.text[p.start : p.end] for p in passages])

    def _known(self, article: Article) -> Article | None:
        """By its id; by its address only if that is its id, as with pages: an id that someone gave stays its own."""
        try:
            return self._store.article(article.id)
        except UnknownArticle:
            return self._store.find_by_url(article.id) if article.id == article.url else None
