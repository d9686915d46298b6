"""What is held -> how much and of which days, who wrote most of the newest, and what these are mostly about.

the newest articles in one language | their sources, counted | the names that several of their stories turn on

Reckoned once for each state of the log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from retrieval.grouping import Stories
from retrieval.remembering import Memory
from retrieval.store import Store
from retrieval.summary.facts import people_and_bodies
from retrieval.text.sentences import split
from retrieval.types import Article, Scope

LOOKED_AT = 200  # articles, the newest
TOLD_BY = 60  # of them: what is written about lately
OPENING = 700  # characters: whom news is about stands there
SOURCES, SUBJECTS = 5, 5  # at most
SEVERAL = 2  # stories that a name must be in
DECLINED = frozenset({"ru", "uk", "be", "pl", "cs", "sk", "sl", "hr", "sr", "bg", "lt", "lv", "fi", "et", "hu", "tr"})
"""Languages in which a name out of a sentence cannot be shown by itself: a story's title can."""
KEPT = 16  # readings, for as many languages and choices of sources


@dataclass(frozen=True, slots=True)
class Holdings:
    """`sources` and `subjects` most frequent first. A subject is a name, or the title of a story."""

    articles: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None
    sources: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()


class Inventory:
    """Sync, and safe to call from several threads: at worst two reckon the same."""

    def __init__(self, store: Store, stories: Stories) -> None:
        self._store, self._stories = store, stories
        self._memory = Memory(KEPT)

    def take(self, language: str, sources: Sequence[str] = ()) -> Holdings:
        """The subjects are of the articles in that language, if there are any. `sources`: only what they wrote."""
        scope = Scope(among=tuple(sources))
        self._memory.look(self._store.last_change())
        return self._memory.one("holdings", (language, scope), lambda: self._counted(language, scope))

    def _counted(self, language: str, scope: Scope) -> Holdings:
        newest = self._store.within(scope, LOOKED_AT)
        own = [article for article in newest if article.language == language] or newest
        writers = Counter(article.source for article in newest if article.source)
        sources = tuple(source for source, _ in writers.most_common(SOURCES))
        return Holdings(*self._store.extent(scope), sources, self._subjects(own[:TOLD_BY], {*writers}))

    def _subjects(self, articles: Sequence[Article], writers: Collection[str]) -> tuple[str, ...]:
        stories = self._stories.stories_of(article.id for article in articles)
        if not articles or articles[0].language in DECLINED:
            return _titles(articles, stories)
        told = {(name, stories.get(a.id, a.id)) for a in articles for name in _named(a) if name not in writers}
        counts = Counter(name for name, _ in sorted(told, key=str))
        frequent = tuple(name for name, count in counts.most_common(SUBJECTS) if count >= SEVERAL)
        return frequent or _titles(articles, stories)


def _named(article: Article) -> tuple[str, ...]:
    """Without a heading's capitals, which would count as another name."""
    opening = split(article.text[:OPENING], article.language)
    return tuple(name for name in people_and_bodies(article, opening) if not name.isupper())


def _titles(articles: Sequence[Article], stories: Mapping[str, int]) -> tuple[str, ...]:
    """Of the stories that most articles tell, the newest first among equals."""
    counts = Counter(stories.get(article.id, article.id) for article in articles if article.title)
    first = {stories.get(article.id, article.id): article.title for article in reversed(articles) if article.title}
    return tuple(first[story] for story, _ in counts.most_common(SUBJECTS))
