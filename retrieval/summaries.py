"""An article, a story or a topic -> a few cited sentences that tell it.

    article: its sentences weighed | story: the articles about one event | topic: what was found in the scope, by story

Sync, and safe to call from several threads. No model is run for an article or a story: words do. Which articles tell
one story is known since they came in (`grouping.py`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from retrieval.asked.question import Known
from retrieval.asked.scope import find_scope
from retrieval.asked.topics import GENERAL, topic_words
from retrieval.grouping import Stories
from retrieval.index.fusion import freshness
from retrieval.ports import Embedder, Index
from retrieval.store import Store
from retrieval.summary.facts import key_facts
from retrieval.summary.gist import bag_of, gist, is_whole, leaning, weigh
from retrieval.summary.stories import Report, happened, news, said, tell
from retrieval.summary.types import Development, Length, StorySummary, Summary, TopicSummary
from retrieval.text.languages import detect
from retrieval.text.spelling import is_cyrillic
from retrieval.text.stems import stems
from retrieval.types import Article, Nearest, Scope, Searched, Turn

SUMMARISED = 200  # sentences of an article that are chosen from: news says what matters first
TOPIC_HITS = 200  # passages looked at for a topic
MOST_ARTICLES = 150  # of a topic or a period that are grouped: about a second
MOST_TOLD = 20  # articles of a story that are read, the nearest in time
STORIES: dict[Length, int] = {"short": 3, "medium": 5, "long": 8}
COVERED = 0.6  # share of the topic's words, by rarity, that an article about it has
LEAD_CHARACTERS, OFTEN = 500, 3  # a word that stands near the start or so often is what the article is about
MEANT = 0.5  # cosine from which a passage is about the topic whatever its words: one in 1,000 unrelated ones has it
SOURCES, AGAIN = 0.3, 0.1  # what doubling a story's sources, and its articles, adds to its match of 0..1
RECENT = 0.6  # what being of now adds
TOUCHES = 1.2  # what a sentence gains that has the topic's words, beside 0..1 for telling its article
LEAD = 0.6  # what it gains for opening its article

_WHAT_HAPPENED = ("what happened with", "что случилось с")


@dataclass(frozen=True, slots=True)
class _Match:
    """An article that was found, and how well it matches, 0..1."""

    article: Article
    score: float


class Summaries:
    """Reads the store and the index, and changes nothing."""

    def __init__(
        self,
        store: Store,
        index: Index,
        embedder: Embedder,
        known: Callable[[], Known],
        stories: Stories,
    ) -> None:
        self._store, self._index, self._embedder, self._known = store, index, embedder, known
        self._stories = stories

    def article(self, article_id: str, length: Length = "medium") -> Summary:
        """Raises UnknownArticle."""
        return summarised(self._report(article_id), length)

    def story(self, article_id: str, since: datetime | None = None, sources: Collection[str] = ()) -> StorySummary:
        """What happened in the story that the article belongs to. `sources`: nothing by others is told, but for that
        article. Raises UnknownArticle.
        """
        members = self._stories.story_of(article_id).articles
        asked = next(member for member in members if member.id == article_id)
        members = tuple(m for m in members if not sources or m.source in sources or m is asked)
        near = sorted(members, key=lambda member: abs(_when(member) - _when(asked)))[:MOST_TOLD]
        articles = sorted(near, key=_oldest_first)
        reports = [self._report(article.id) for article in articles]
        return StorySummary(
            tuple(report.article for report in reports),
            happened(reports),
            news(reports, since, self._index.rarity),
            said(reports),
        )

    def topic(self, text: str, now: datetime, length: Length = "medium", sources: Sequence[str] = ()) -> TopicSummary:
        """The stories about it in the time and by the sources that the text names; without a topic, all of them.
        `sources`: nothing by others, whatever the text names.
        """
        scope, topic, words, language = self._understood(text, now)
        scope = replace(scope, among=tuple(sources))
        found = self._matching(topic, words, language, scope) if words else self._written(scope, topic)
        stories = _important(self._grouped(found), found, now)
        told = tuple(self._development(story, words) for story in stories[: STORIES[length]])
        tellers = {article.source for development in told for article in development.articles if article.source}
        return TopicSummary(
            topic if words else "", told, Searched(*self._store.extent(scope), scope=scope), len(tellers)
        )

    def tells(self, text: str, now: datetime, previous: Sequence[Turn] = ()) -> bool:
        """Whether a question asks what happened in a time, about nothing in particular, so that `topic` answers it.

        "And last week?" does so after a question that did.
        """
        scope, topic, words, language = self._understood(text, now)
        if not scope or words:
            return False
        is_asked = any(word in GENERAL for word in stems(topic, language))
        return is_asked or (bool(previous) and self.tells(previous[-1].question, now, previous[:-1]))

    # --- steps

    def _understood(self, text: str, now: datetime) -> tuple[Scope, str, list[str], str]:
        """Scope, topic, the topic's words, language."""
        known = self._known()
        scope, rest = find_scope(text, now, known.sources)
        if not scope:  # "the bridge in March 2026" is no question: what happened then is meant
            opening = next(asking for asking in _WHAT_HAPPENED if is_cyrillic(asking) == is_cyrillic(text))
            scope, rest = find_scope(f"{opening} {text}", now, known.sources)
            rest = rest.removeprefix(opening).strip() if scope else text
        topic = "" if scope and rest == text else rest  # nothing but the scope was left
        language = detect(topic or text, known.languages)
        return scope, topic, topic_words(topic, language), language

    def _report(self, article_id: str) -> Report:
        article, passages = self._store.with_passages(article_id)
        return Report(article, tuple(span for passage in passages for span in passage.sentences))

    def _grouped(self, found: Sequence[_Match]) -> list[list[Article]]:
        """The articles by story, best first. One that is in none yet is one of its own."""
        numbers = self._stories.stories_of(match.article.id for match in found)
        stories: dict[int | str, list[Article]] = {}
        for match in found:
            stories.setdefault(numbers.get(match.article.id, match.article.id), []).append(match.article)
        return list(stories.values())

    def _written(self, scope: Scope, asked: str) -> list[_Match]:
        """All that a scope holds, the newest of it; nothing when not even "the news" was asked for."""
        wanted = scope or any(map(str.isalpha, asked))
        return [_Match(article, 0.0) for article in self._store.within(scope, MOST_ARTICLES)] if wanted else []

    def _matching(self, topic: str, words: Sequence[str], language: str, scope: Scope) -> list[_Match]:
        """The articles that are about the topic, by its words or its meaning, best first."""
        vector = self._embedder.questions([topic]) if self._embedder.knows(language) else None
        hits = self._index.search(topic, language, TOPIC_HITS, vector, scope)
        rare = dict(zip(words, self._index.rarity(words), strict=True))
        found = self._store.evidence([hit.passage_id for hit in hits])
        best: dict[str, _Match] = {}
        for hit in hits:
            article = found[hit.passage_id][1] if hit.passage_id in found else None
            if article is None or article.id in best:
                continue
            if (hit.cosine or 0.0) >= MEANT or _covered(article, rare) >= COVERED:
                best[article.id] = _Match(article, hit.score)
        return list(best.values())[:MOST_ARTICLES]

    def _development(self, story: Sequence[Article], words: Sequence[str]) -> Development:
        newest = sorted(story, key=_oldest_first, reverse=True)
        reports = [self._report(article.id) for article in newest[:MOST_TOLD]]
        _, best, at = max(
            ((weight, report, at) for report in reports for at, weight in _weights(report, words)),
            key=lambda line: line[0],
        )
        return Development(tell(best, at), tuple(map(Nearest.to, newest)))


def summarised(report: Report, length: Length) -> Summary:
    """What tells the article, in its order, and what it turns on."""
    article, spans = report.article, report.sentences[:SUMMARISED]
    chosen = gist(article.text, spans, article.language, length)
    places = [spans.index(span) for span in chosen]
    sentences = tuple(tell(report, at, places) for at in places)
    return Summary(article, sentences, key_facts(article, spans, chosen))


def _important(stories: Iterable[list[Article]], found: Sequence[_Match], now: datetime) -> list[list[Article]]:
    """Best matching, by the most sources, most recent: weighed together."""
    match = {each.article.id: each.score for each in found}

    def weight(articles: list[Article]) -> float:
        sources = {article.source for article in articles}
        recent = max(freshness(article.published, now) if article.published else 0.0 for article in articles)
        counted = SOURCES * math.log2(len(sources)) + AGAIN * math.log2(len(articles))
        return max(match[article.id] for article in articles) + counted + RECENT * recent

    return sorted(stories, key=weight, reverse=True)


def _weights(report: Report, words: Sequence[str]) -> list[tuple[int, float]]:
    """Of each sentence that may tell the article: near to the whole of it, early, and about the topic."""
    article = report.article
    texts = [article.text[span.start : span.end] for span in report.sentences[:SUMMARISED]]
    standing = [at for at, text in enumerate(texts) if is_whole(text)] or list(range(len(texts)))
    bags = [bag_of(texts[at], article.language) for at in standing]
    weights = weigh(bags, LEAD)
    touches = [sum(word in bag for word in words) / (len(words) or 1) for bag in bags]
    return [
        (at, weight + TOUCHES * touch - (leaning(texts[at]) if at else 0.0))
        for at, weight, touch in zip(standing, weights, touches, strict=True)
    ]


def _covered(article: Article, rare: Mapping[str, float]) -> float:
    """The share of the topic's words, by rarity, that the article has: in its title or near its start, or often."""
    counts = Counter(stems(article.text, article.language))
    told = {*stems(article.title, article.language), *stems(article.text[:LEAD_CHARACTERS], article.language)}
    told |= {word for word, count in counts.items() if count >= OFTEN}
    return sum(rare[word] for word in rare if word in told) / (sum(rare.values()) or 1.0)


def _oldest_first(article: Article) -> tuple[datetime, str]:
    return _when(article), article.id


def _when(article: Article) -> datetime:
    """Undated ones count as the oldest."""
    return article.published or datetime.min.replace(tzinfo=UTC)
