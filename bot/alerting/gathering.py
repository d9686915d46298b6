"""An alert as it lies in the outbox and the subscription that it came by in, all that can be said of it out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from bot.alerting.notices import Notice
from bot.outgoing.types import Alert
from bot.types import WORDED, Kind, Subscription
from retrieval import Article, Corpus, Nearest, Sentence, StorySummary, UnknownArticle

SUMMARIES = 500  # remembered: an article goes to all its followers one after the other
REASONS = 2_000  # remembered: many people follow the same words, and turned pages say them again


class Gatherer:
    """Asks the corpus. What was once found of an article's revision stays so."""

    def __init__(self, corpus: Corpus, clock: Callable[[], datetime]) -> None:
        self._corpus = corpus
        self._clock = clock
        self._told = lru_cache(SUMMARIES)(self._summarise)
        self._reason = lru_cache(REASONS)(self._find_reason)

    def notice(self, about: Alert, subscription: Subscription) -> Notice | None:
        """What tells the article, why it came, who else tells it. None of an article that is gone."""
        try:
            article = self._corpus.article(about.article_id)
            told = self._told(article.id, article.revision)
        except UnknownArticle:
            return None
        kind, subject = subscription.kind, subscription.subject
        reason = self._reason(kind, subject, article.id, article.revision) if kind in WORDED else None
        return Notice(about, article, subscription, told, reason, self._others(about, article))

    def development(self, about: Alert, subscription: Subscription) -> Notice | None:
        """For a reply to an earlier alert: with what nothing else of the story tells, if there is such."""
        try:
            article, story = self._corpus.article(about.article_id), self._corpus.summarise_story(about.article_id)
            told = _fresh(story, article) or self._told(article.id, article.revision)
        except UnknownArticle:
            return None
        return Notice(about, article, subscription, told, None, self._others(about, article))

    def _summarise(self, article_id: str, _revision: int) -> tuple[Sentence, ...]:
        return self._corpus.summarise(article_id, "short").sentences

    def _find_reason(self, kind: Kind, subject: str, article_id: str, _revision: int) -> Sentence | None:
        """The sentence that answers what was asked, or is nearest to what is followed in words."""
        if kind is Kind.QUESTION:
            found = self._corpus.wire.answers(subject, article_id, self._clock())
            if found is not None and found.sentences:
                return found.sentences[0]
        nearest = self._corpus.wire.reason(subject, article_id)
        return None if nearest is None else Sentence(nearest.quote, (nearest,))

    def _others(self, about: Alert, article: Article) -> tuple[Nearest, ...]:
        """The story's articles of other sources."""
        others = self._corpus.wire.sources(about.story)
        return tuple(one for one in others if one.source != article.source and one.article_id != article.id)


def _fresh(story: StorySummary, article: Article) -> tuple[Sentence, ...]:
    """What only this article tells, and only since the story's last day."""
    of_it = (one for one in story.new if one.citations and one.citations[0].article_id == article.id)
    return tuple(of_it)
