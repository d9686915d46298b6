"""An interest and an article that is about it -> the article's sentence that is nearest to the interest.

its passages, the nearest few | their sentences, whole ones | compared as articles are, by meaning and by words
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from retrieval.answer.citations import cite
from retrieval.errors import UnknownArticle
from retrieval.matching.interests import Rarities, interest_words, vector_of
from retrieval.matching.relevance import by_both, by_words
from retrieval.ports import Embedder, Vectors
from retrieval.store import Store
from retrieval.summary.gist import is_whole
from retrieval.text.stems import stems
from retrieval.types import Article, Citation, Interest, Passage, Span

PASSAGES_LOOKED_AT = 3  # whose sentences may be the reason: about 20, each of which is embedded
PASSAGES_REMEMBERED = 500  # with their sentences' vectors: one article may be near to many interests


class Reasons:
    """Sync, and safe to call from several threads."""

    def __init__(self, store: Store, embedder: Embedder, rarities: Rarities) -> None:
        self._store, self._embedder, self._rarities = store, embedder, rarities
        self._embedded = lru_cache(PASSAGES_REMEMBERED)(lambda texts: embedder.passages(list(texts)))

    def find(self, interest: Interest, article_id: str) -> Citation | None:
        """None for an unknown article, and for one without sentences."""
        try:
            article, passages = self._store.with_passages(article_id)
        except UnknownArticle:
            return None
        near = self._nearest(interest, article, passages)
        whole = [[span for span in passage.sentences if is_whole(article.text[slice(*span)])] for passage in near]
        groups = [spans for spans in whole if spans] or [list(passage.sentences) for passage in near]
        spans = [span for group in groups for span in group]
        return cite(article, spans[self._best(interest, article, groups)]) if spans else None

    def _nearest(self, interest: Interest, article: Article, passages: Sequence[Passage]) -> list[Passage]:
        """In the article's order."""
        held = self._store.passages_of([article.id], self._embedder.fingerprint)
        vectors = [passage.vector for passage in held if passage.vector is not None]
        meant = np.stack(vectors) if vectors and len(vectors) == len(passages) else None
        texts = [article.text[passage.start : passage.end] for passage in passages]
        near = self._near(interest, texts, article.language, meant)
        return [passages[at] for at in sorted(near[:PASSAGES_LOOKED_AT])]

    def _best(self, interest: Interest, article: Article, groups: Sequence[Sequence[Span]]) -> int:
        texts = [tuple(article.text[slice(*span)] for span in spans) for spans in groups]
        knows = interest.vector is not None and self._embedder.knows(article.language)
        meant = np.concatenate([self._embedded(few) for few in texts]) if knows else None
        return self._near(interest, [text for few in texts for text in few], article.language, meant)[0]

    def _near(self, interest: Interest, texts: Sequence[str], language: str, meant: Vectors | None) -> list[int]:
        """Places of the texts, the nearest first. `meant`: their vectors (n, dim), if there are any."""
        words = interest_words(interest)
        rare = dict(zip(words, self._rarities(words), strict=True))
        told = [sum(rare[word] for word in rare.keys() & {*stems(text, language)}) for text in texts]
        shares = np.array(told, np.float32) / (sum(rare.values()) or 1.0)  # (n,)
        same = interest.fingerprint == self._embedder.fingerprint
        scores = by_words(shares) if meant is None or not same else by_both(meant @ vector_of(interest), shares)
        return sorted(range(len(texts)), key=lambda at: (-scores[at], at))
