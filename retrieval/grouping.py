"""The store's log -> stories: every article in the story of the likest articles before it, or in one of its own.

    change | profile and signature of its article | candidates of its days, by the index | copy, further article, or new

A follower of the log, behind the index: cursor and rows are one transaction a page, so a crash loses nothing, and a
change applied twice does no harm. A story's number is that of the log's entry which founded it, and never changes. Two
stories are never made one afterwards: an alert that was sent about one could not be taken back.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from retrieval.database import UtcDateTime, reads_only
from retrieval.errors import UnknownArticle
from retrieval.ports import Index
from retrieval.store import ABOUT, ARTICLES, IN_LIMIT, LOG, Store, in_scope
from retrieval.summary.likeness import (
    KIN,
    SAME_STORY,
    WINDOW,
    Profile,
    contemporary,
    likeness,
    profile,
    search_words,
)  # fmt: skip
from retrieval.text.duplicates import COPY, resemblance, signature
from retrieval.types import Article, Change, Nearest, Scope, Story

PAGE_OF_CHANGES = 500  # grouped at a time: five seconds
PASSAGES_SEEN = 80  # of other articles, for one article: those of twenty
SEARCHED = 16  # words of an article
MEMBERS = 40  # of a story, the latest, that an article must be kin to
AT_ONCE = timedelta(seconds=1)  # a scope's end is not part of it

_TELLINGS = sa.table(
    "tellings",
    sa.column("article_id", sa.Text),
    sa.column("story", sa.Integer),
    sa.column("copy_of", sa.Text),
    sa.column("signature", sa.LargeBinary),
    sa.column("profile", sa.JSON),
    sa.column("published", UtcDateTime),
)


@dataclass(frozen=True, slots=True)
class Telling:
    """That an article tells a story. `copy_of`: the id of an earlier article whose words it repeats."""

    story: int
    profile: Profile
    signature: bytes
    copy_of: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Which story an article is in, and whether it repeats an earlier one (an id), or is the first of the story."""

    story: int
    copy_of: str | None
    founds: bool


_Page = dict[str, Telling | None]  # article -> what becomes of its row; None: it goes


class Stories:
    """Follows `store`'s log as far as `index` has. Safe to call from several threads and processes."""

    def __init__(self, store: Store, index: Index) -> None:
        self._store, self._index = store, index
        self._reads = reads_only(store.engine)
        self._following = threading.Lock()

    # --- following

    def follow(self, limit: int = PAGE_OF_CHANGES) -> bool:
        """Groups what the log's next changes brought. Whether there were any."""
        with self._following:
            start, applied = self.grouped(), self._index.applied()
            changes = [change for change in self._store.changes(start, limit) if change.number <= applied]
            page: _Page = {}
            for change in changes:
                self._take(change, page)
            return bool(changes) and self._write(start, changes[-1].number, page)

    def _take(self, change: Change, page: _Page) -> None:
        """What the change makes of its article's row. An article that is gone by now has none."""
        if change.kind == "removed":
            page[change.article_id] = None
        elif change.kind in ("added", "updated"):
            page[change.article_id] = None if (told := self._told(change, page)) is None else told

    def _told(self, change: Change, page: _Page) -> Telling | None:
        try:
            article = self._store.article(change.article_id)
        except UnknownArticle:
            return None
        known = self._tellings([article.id], page).get(article.id)
        told = Telling(change.number, profile(article, self._index.rarity), signature(article.text))
        if known is None:
            return self._placed(told, article, page)
        original = self._tellings([known.copy_of], page) if known.copy_of else {}
        copies = any(resemblance(told.signature, other.signature) >= COPY for other in original.values())
        return replace(told, story=known.story, copy_of=known.copy_of if copies else None)

    def _placed(self, told: Telling, article: Article, page: _Page) -> Telling:
        """In the story of the article that it copies, or of the likest; in the one it founds where there is neither."""
        others = self._candidates(article, told.profile, page)
        near = {key: likeness(told.profile, other.profile) for key, other in others.items()}
        alike = {key: resemblance(told.signature, other.signature) for key, other in others.items()}
        copied = [key for key in alike if alike[key] >= COPY and near[key] >= KIN]  # else it is what a page says always
        if copied:
            first = max(copied, key=lambda key: alike[key])
            return replace(told, story=others[first].story, copy_of=others[first].copy_of or first)
        for key in sorted(near, key=lambda key: -near[key]):
            if near[key] >= SAME_STORY and self._is_kin(told.profile, others[key].story, page):
                return replace(told, story=others[key].story)
        return told

    def _candidates(self, article: Article, about: Profile, page: _Page) -> dict[str, Telling]:
        """Articles of its language and its days that share rare words with it. An undated one looks at all days."""
        day = article.published
        scope = Scope(day - WINDOW, day + WINDOW + AT_ONCE) if day else Scope()
        words = search_words(article, about, SEARCHED)
        hits = self._index.search(words, article.language, PASSAGES_SEEN, None, scope)
        found = dict.fromkeys(key for key, _ in self._store.dated([hit.passage_id for hit in hits]).values())
        tellings = self._tellings([key for key in found if key != article.id], page)
        return {key: other for key, other in tellings.items() if contemporary(about, other.profile)}

    def _is_kin(self, about: Profile, story: int, page: _Page) -> bool:
        """Like all of a story, and not only its last article: else a story would drift from event to event."""
        with self._reads.connect() as tx:
            query = sa.select(_TELLINGS.c.article_id).where(_TELLINGS.c.story == story)
            ids = list(tx.execute(query.order_by(_TELLINGS.c.published.desc()).limit(MEMBERS)).scalars())
        ids += [key for key, told in page.items() if told is not None and told.story == story]
        members = self._tellings(list(dict.fromkeys(ids)), page).values()
        near = [likeness(about, member.profile) for member in members]
        return sum(near) >= KIN * len(near)

    def _tellings(self, article_ids: Sequence[str], page: _Page) -> dict[str, Telling]:
        """Of the page that is being made, or else as they were written."""
        query = sa.select(_TELLINGS).where(_TELLINGS.c.article_id.in_([key for key in article_ids if key not in page]))
        with self._reads.connect() as tx:
            written = {row.article_id: _telling(row) for row in tx.execute(query)}
        made = {key: told for key in article_ids if (told := page.get(key)) is not None}
        return {**written, **made}

    def _write(self, start: int, end: int, page: _Page) -> bool:
        """Rows and cursor, unless another process has grouped these changes meanwhile."""
        with self._store.engine.begin() as tx:
            moved = tx.execute(sa.update(ABOUT).where(ABOUT.c.grouped == start).values(grouped=end)).rowcount
            if not moved:
                return True
            rows = [_row(key, told) for key, told in page.items() if told is not None]
            for key in page:
                tx.execute(sa.delete(_TELLINGS).where(_TELLINGS.c.article_id == key))
            if rows:
                tx.execute(sa.insert(_TELLINGS), rows)
        return True

    # --- reading

    def grouped(self) -> int:
        """The number of the last change that stories know of."""
        with self._reads.connect() as tx:
            return int(tx.execute(sa.select(ABOUT.c.grouped)).scalar_one())

    def places(self, article_ids: Iterable[str]) -> Mapping[str, Place]:
        """Those that are not grouped yet are left out."""
        founder = (LOG.c.article_id == _TELLINGS.c.article_id).label("founds")
        query = sa.select(_TELLINGS.c.article_id, _TELLINGS.c.story, _TELLINGS.c.copy_of, founder)
        query = query.select_from(sa.outerjoin(_TELLINGS, LOG, LOG.c.number == _TELLINGS.c.story))
        with self._reads.connect() as tx:
            rows = [
                row for few in _few(article_ids) for row in tx.execute(query.where(_TELLINGS.c.article_id.in_(few)))
            ]
        return {row.article_id: Place(row.story, row.copy_of, bool(row.founds)) for row in rows}

    def within(self, scope: Scope) -> Mapping[str, int]:
        """Article -> its story, of those in the scope that are grouped, newest first."""
        joined = sa.join(_TELLINGS, ARTICLES, _TELLINGS.c.article_id == ARTICLES.c.id)
        query = sa.select(ARTICLES.c.id, _TELLINGS.c.story).select_from(joined).where(ARTICLES.c.current)
        newest_first = (ARTICLES.c.published.is_(None), ARTICLES.c.published.desc(), ARTICLES.c.id)
        with self._reads.connect() as tx:
            rows = tx.execute(query.where(*in_scope(scope)).order_by(*newest_first))
            return {row.id: row.story for row in rows}

    def story_of(self, article_id: str) -> Story:
        """Oldest first, undated ones before them. Alone, with number 0, while it is not grouped yet. Raises
        UnknownArticle.
        """
        article = self._store.article(article_id)
        number = self.stories_of([article_id]).get(article_id, 0)
        copies = self._members(number)
        articles = {article.id: article}
        for key in copies:
            with suppress(UnknownArticle):  # it was removed just now
                articles[key] = self._store.article(key)
        known = {key: first for key, first in copies.items() if first in articles and key in articles}
        return Story(number, tuple(sorted(articles.values(), key=_oldest_first)), known)

    def stories_of(self, article_ids: Iterable[str]) -> Mapping[str, int]:
        """Article -> its story's number. Those that are not grouped yet are left out."""
        query = sa.select(_TELLINGS.c.article_id, _TELLINGS.c.story)
        with self._reads.connect() as tx:
            rows = [
                row for few in _few(article_ids) for row in tx.execute(query.where(_TELLINGS.c.article_id.in_(few)))
            ]
        return {row.article_id: row.story for row in rows}

    def others(self, article_id: str) -> list[Nearest]:
        """The other articles of its story, newest first, undated ones last; none of one that nobody knows."""
        number = self.stories_of([article_id]).get(article_id, 0)
        return [other for other in self.tellers(number)[::-1] if other.article_id != article_id]

    def tellers(self, story: int) -> list[Nearest]:
        """Its articles, oldest first, undated ones before them."""
        ids = list(self._members(story))
        known = (ARTICLES.c.id, ARTICLES.c.title, ARTICLES.c.url, ARTICLES.c.source, ARTICLES.c.published)
        with self._reads.connect() as tx:  # old revisions are left out here: asked for, SQLite would go by that index
            rows = tx.execute(sa.select(*known, ARTICLES.c.current).where(ARTICLES.c.id.in_(ids[:IN_LIMIT])))
            told = [Nearest(*told) for *told, is_current in rows if is_current]
        return sorted(told, key=lambda near: _age(near.published, near.article_id))

    def _members(self, number: int) -> dict[str, str | None]:
        """Article -> which it copies."""
        query = sa.select(_TELLINGS.c.article_id, _TELLINGS.c.copy_of).where(_TELLINGS.c.story == number)
        with self._reads.connect() as tx:
            return {row.article_id: row.copy_of for row in tx.execute(query)}


def openers_of(article_ids: Iterable[str], stories: Mapping[str, int]) -> list[str]:
    """The first article of every story, in order. One that is in none is a story of its own."""
    first: dict[int | str, str] = {}
    for article_id in article_ids:
        first.setdefault(stories.get(article_id, article_id), article_id)
    return list(first.values())


def _few(article_ids: Iterable[str]) -> Iterator[list[str]]:
    """Each once, as many at a time as a statement takes."""
    ids = list(dict.fromkeys(article_ids))
    for at in range(0, len(ids), IN_LIMIT):
        yield ids[at : at + IN_LIMIT]


def _row(article_id: str, told: Telling) -> dict[str, Any]:
    about = told.profile
    kept = {
        "language": about.language,
        "words": {word: round(weight, 4) for word, weight in about.words.items()},
        "title": sorted(about.title),
        "days": sorted(about.days),
    }
    row = {"article_id": article_id, "story": told.story, "copy_of": told.copy_of, "signature": told.signature}
    return {**row, "profile": kept, "published": about.published}


def _telling(row: Any) -> Telling:
    kept = row.profile
    told = (kept["language"], row.published, kept["words"], frozenset(kept["title"]), frozenset(kept["days"]))
    return Telling(row.story, Profile(row.article_id, *told), row.signature, row.copy_of)


def _oldest_first(article: Article) -> tuple[datetime, str]:
    return _age(article.published, article.id)


def _age(published: datetime | None, article_id: str) -> tuple[datetime, str]:
    """Undated ones count as the oldest."""
    return published or datetime.min.replace(tzinfo=UTC), article_id
