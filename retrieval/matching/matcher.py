"""What somebody follows in plain words -> the articles that are about it, how surely, and the sentence that tells why.

    text -> Interest | an article's passages -> Sketch | compared by meaning and by words -> Match

Sync, and safe to call from several threads. Nothing is asked of a model but a vector for the text, and for titles.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from retrieval.errors import UnknownArticle
from retrieval.grouping import Stories, openers_of
from retrieval.matching.interests import Interests, vector_of
from retrieval.matching.reasons import Reasons
from retrieval.matching.relevance import FLOOR, LEVELS
from retrieval.matching.remembered import CountedRarities, Titles
from retrieval.matching.sketch import Sketch, sketch
from retrieval.ports import Embedder, Index, StoredPassage
from retrieval.store import Store
from retrieval.text.languages import detect
from retrieval.types import Citation, Interest, Level, Match, Nearest, Sample, Sampled, Scope

CANDIDATES = 400  # passages that a sample is chosen from
SAMPLED = 150  # articles of them that are compared
SHOWN = 5  # of a sample
AT_ONCE = timedelta(seconds=1)  # a scope's end is not part of it
DAY = timedelta(days=1)


class Matcher:
    """Reads the store and the index, and changes nothing."""

    def __init__(self, store: Store, index: Index, embedder: Embedder, stories: Stories) -> None:
        self._store, self._index, self._embedder, self._stories = store, index, embedder, stories
        self._rarities = CountedRarities(index)
        self._titles = Titles(embedder)
        self._reasons = Reasons(store, embedder, self._rarities)
        self._languages: tuple[int, frozenset[str]] = (-1, frozenset())  # of the articles, as of that change

    def interest(self, text: str, key: int = 0) -> Interest:
        language = detect(text, self._spoken())
        if not self._embedder.knows(language):
            return Interest(key, text, language, None, "")
        vector = self._embedder.questions([text])[0].astype(np.float16)  # (dim,)
        return Interest(key, text, language, vector.tobytes(), self._embedder.fingerprint)

    def is_current(self, interest: Interest) -> bool:
        """Whether its vector is of the model in use, or rightly missing."""
        known = self._embedder.knows(interest.language)
        return interest.fingerprint == (self._embedder.fingerprint if known else "")

    def match(self, interests: Interests, article_id: str, floor: float = FLOOR) -> list[Match]:
        """Those that the article is about with at least that score, best first; none for an unknown article."""
        drawn = self._sketches([article_id]).get(article_id)
        return [] if drawn is None else interests.matches(drawn, self._rarities, floor)

    def score(self, text: str | Interest, article_id: str) -> float:
        """As `match` has it, whatever it is; 0 for an unknown article."""
        return self._scores(self._interest(text), [article_id]).get(article_id, 0.0)

    def reason(self, text: str | Interest, article_id: str) -> Citation | None:
        """The article's sentence that is nearest to the text. None for an unknown article, or one without sentences."""
        return self._reasons.find(self._interest(text), article_id)

    def sample(self, text: str, now: datetime, level: Level = "balanced", days: int = 30) -> Sample:
        """What it would have brought: of every story that matches the first article that does, newest first.

        The days end now, or with the newest article where that is older.
        """
        _, oldest, newest = self._store.extent(Scope(until=now + AT_ONCE))
        if oldest is None or newest is None:
            return Sample((), 0, 0)
        since = max(oldest, newest - days * DAY)
        interest = self._interest(text)
        dates = self._candidates(interest, Scope(since, newest + AT_ONCE))
        scores = {key: score for key, score in self._scores(interest, list(dates)).items() if score >= LEVELS[level]}
        firsts = self._firsts(sorted(scores, key=lambda key: (dates[key], key)))
        shown = [self._sampled(interest, key, scores[key]) for key in firsts[::-1][:SHOWN]]
        found = tuple(sampled for sampled in shown if sampled is not None)
        return Sample(found, len(firsts), max(1, math.ceil((newest - since) / DAY)), since, newest)

    # --- steps

    def _interest(self, text: str | Interest) -> Interest:
        return self.interest(text) if isinstance(text, str) else text

    def _spoken(self) -> frozenset[str]:
        applied = self._index.applied()
        if self._languages[0] != applied:
            self._languages = applied, frozenset(self._store.languages())
        return self._languages[1]

    def _sketches(self, article_ids: Sequence[str]) -> dict[str, Sketch]:
        """Article -> what interests are compared with. Unknown ones, and those without text, are left out."""
        passages: dict[str, list[StoredPassage]] = {}
        for passage in self._store.passages_of(article_ids, self._embedder.fingerprint):
            passages.setdefault(passage.article_id, []).append(passage)
        firsts = [held[0] for held in passages.values() if held[0].vector is not None]
        titles = self._titles([first.title for first in firsts if first.title.strip()])
        model = self._embedder.fingerprint
        return {key: sketch(held, titles.get(held[0].title), model) for key, held in passages.items()}

    def _scores(self, interest: Interest, article_ids: Sequence[str]) -> dict[str, float]:
        alone = Interests()
        alone.put([interest])
        drawn = self._sketches(article_ids)
        return {key: alone.matches(each, self._rarities, 0.0)[0].score for key, each in drawn.items()}

    def _candidates(self, interest: Interest, scope: Scope) -> dict[str, datetime]:
        """Articles of the scope that may match -> their dates."""
        vector = None if interest.vector is None else vector_of(interest)[None]  # (1, dim)
        hits = self._index.search(interest.text, interest.language, CANDIDATES, vector, scope)
        dated = self._store.dated([hit.passage_id for hit in hits])
        found = [dated[hit.passage_id] for hit in hits if hit.passage_id in dated]
        return dict([(key, day) for key, day in dict(found).items() if day is not None][:SAMPLED])

    def _firsts(self, article_ids: Sequence[str]) -> list[str]:
        """The first article of every story, in order. One that is in none is a story of its own."""
        return openers_of(article_ids, self._stories.stories_of(article_ids))

    def _sampled(self, interest: Interest, article_id: str, score: float) -> Sampled | None:
        """None: it was removed just now."""
        try:
            return Sampled(Nearest.to(self._store.article(article_id)), score, self.reason(interest, article_id))
        except UnknownArticle:
            return None
