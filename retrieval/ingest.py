"""Article -> judged | cut into passages | embedded | in the store. One article, one transaction."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace

from retrieval.errors import UnknownArticle
from retrieval.ports import Embedder, Vectors
from retrieval.sources.furniture import find_furniture
from retrieval.store import Store
from retrieval.text.chunks import LIMIT, Room, split_passages
from retrieval.text.duplicates import judge
from retrieval.types import Added, Article, Passage


class Ingest:
    """One article at a time, whoever calls: two threads must not both find the same article new."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self._store, self._embedder = store, embedder
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
            change = self._store.add(article, *self.cut(article), self._embedder.fingerprint)
            return Added(replace(article, revision=change.revision), judgement)

    def again(self, article_id: str) -> None:
        """Cuts and embeds a held article anew, for another model. One that is gone by now is left alone."""
        with self._lock, suppress(UnknownArticle):
            article = self._store.article(article_id)
            self._store.replace_passages(article, *self.cut(article), self._embedder.fingerprint)

    def cut(self, article: Article) -> tuple[list[Passage], Vectors | None]:
        """Passages and their vectors (n, dim), None for a language that the model does not know."""
        room = Room(min(LIMIT, self._embedder.max_tokens), self._embedder.max_tokens)
        left_out = find_furniture(article.text)
        passages = split_passages(article.text, article.language, self._embedder.count, room, left_out)
        if not passages or not self._embedder.knows(article.language):
            return passages, None
        return passages, self._embedder.passages([article.text[p.start : p.end] for p in passages])

    def _known(self, article: Article) -> Article | None:
        """By its id; by its address only if that is its id, as with pages: an id that someone gave stays its own."""
        try:
            return self._store.article(article.id)
        except UnknownArticle:
            return self._store.find_by_url(article.id) if article.id == article.url else None
