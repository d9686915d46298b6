"""Articles in, articles out, and one ordered log of what changed: the truth that everything else follows.

A transaction that adds an article writes its passages, their vectors and the log entry together, or nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from retrieval.database import UtcDateTime, open_engine, reads_only
from retrieval.errors import UnknownArticle
from retrieval.ports import EVERYTHING, StoredPassage, Vectors
from retrieval.types import Article, Change, CorpusStats, Passage, Scope, Span

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0002"
IN_LIMIT = 500  # ids in one IN (...): SQLite takes 32,766, a short statement is parsed faster

META = sa.MetaData()
ARTICLES = sa.Table(
    "articles",
    META,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    sa.Column("current", sa.Boolean),
    sa.Column("title", sa.Text),
    sa.Column("text", sa.Text),
    sa.Column("language", sa.Text),
    sa.Column("url", sa.Text),
    sa.Column("source", sa.Text),
    sa.Column("author", sa.Text),
    sa.Column("published", UtcDateTime),
    sa.Column("digest", sa.Text),
    sa.Column("image", sa.Text),
)
PASSAGES = sa.Table(
    "passages",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("article_id", sa.Text),
    sa.Column("revision", sa.Integer),
    sa.Column("spans", sa.JSON),
)
VECTORS = sa.Table(
    "vectors",
    META,
    sa.Column("passage_id", sa.Integer, primary_key=True),
    sa.Column("fingerprint", sa.Text),
    sa.Column("vector", sa.LargeBinary),
)
LOG = sa.Table(
    "log",
    META,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text),
    sa.Column("article_id", sa.Text),
    sa.Column("revision", sa.Integer),
    sa.Column("feed", sa.Text),
)
BLOCKS = sa.table("blocks", sa.column("article_id"))  # `blocks.py` writes it
ABOUT = sa.Table("about", META, sa.Column("store", sa.Text), sa.Column("grouped", sa.Integer))
_FIELDS = [
    ARTICLES.c[name] for name in ("id", "title", "text", "language", "url", "source", "author", "published", "image")
]
_ARTICLE = [*_FIELDS, ARTICLES.c.revision]


class Store:
    """The articles' database. Every method is one transaction; safe to call from several threads and processes.

    `id` is drawn when the database is made. Every method may raise StoreFailed: see `database.open_engine`.
    """

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url, MIGRATIONS, HEAD)
        self._reads = reads_only(self.engine)
        with self._reads.connect() as tx:
            self.id: str = tx.execute(sa.select(ABOUT.c.store)).scalar_one()

    def add(self, article: Article, passages: Sequence[Passage], vectors: Vectors | None, fingerprint: str) -> Change:
        """Writes the article as its next revision, which the change names. `vectors` (n, dim) go with `passages`."""
        with self.engine.begin() as tx:
            known = tx.execute(_current().where(ARTICLES.c.id == article.id)).first() is not None
            self._retire(tx, article.id)
            article = replace(article, revision=_last_revision(tx, article.id) + 1)
            row = {column.name: getattr(article, column.name) for column in _ARTICLE}
            tx.execute(sa.insert(ARTICLES), {**row, "current": True, "digest": digest(article)})
            self._write_passages(tx, article, passages, vectors, fingerprint)
            return append(tx, "updated" if known else "added", article.id, article.revision)

    def remove(self, article_id: str) -> Article:
        """Takes the article out of the corpus, its old revisions too. Raises UnknownArticle."""
        with self.engine.begin() as tx:
            row = tx.execute(_current().where(ARTICLES.c.id == article_id)).first()
            if row is None:
                raise UnknownArticle(article_id, "unknown")
            self._retire(tx, article_id)
            tx.execute(sa.delete(ARTICLES).where(ARTICLES.c.id == article_id))
            tx.execute(sa.delete(BLOCKS).where(BLOCKS.c.article_id == article_id))
            append(tx, "removed", article_id, row.revision)
            return _article(row)

    def article(self, article_id: str) -> Article:
        """The current revision. Raises UnknownArticle."""
        found = self._first(_current().where(ARTICLES.c.id == article_id))
        if found is None:
            raise UnknownArticle(article_id, "unknown")
        return found

    def several(self, article_ids: Sequence[str]) -> dict[str, Article]:
        """The current revisions, by id. Ids that are gone are left out."""
        query = _current()
        with self._reads.connect() as tx:
            rows = [row for ids in _slices(article_ids) for row in tx.execute(query.where(ARTICLES.c.id.in_(ids)))]
        return {row.id: _article(row) for row in rows}

    def find_revision(self, article_id: str, revision: int) -> Article | None:
        """The article as it was then. None when there never was such a revision, or the article was removed since."""
        return self._first(sa.select(*_ARTICLE).where(ARTICLES.c.id == article_id, ARTICLES.c.revision == revision))

    def find_by_url(self, url: str) -> Article | None:
        return self._first(_current().where(ARTICLES.c.url == url))

    def find_same(self, article: Article) -> Article | None:
        """A current article with the same words, whatever its id."""
        return self._first(_current().where(ARTICLES.c.digest == digest(article)).order_by(ARTICLES.c.id))

    def articles(self, limit: int, offset: int = 0) -> list[Article]:
        """Newest first, undated ones last."""
        order = (ARTICLES.c.published.is_(None), ARTICLES.c.published.desc(), ARTICLES.c.id)
        with self._reads.connect() as tx:
            return [_article(row) for row in tx.execute(_current().order_by(*order).limit(limit).offset(offset))]

    def within(self, scope: Scope, limit: int) -> list[Article]:
        """The current articles in the scope, newest first. A scope with a day leaves out the undated ones."""
        order = (ARTICLES.c.published.is_(None), ARTICLES.c.published.desc(), ARTICLES.c.id)
        with self._reads.connect() as tx:
            return [
                _article(row) for row in tx.execute(_current().where(*in_scope(scope)).order_by(*order).limit(limit))
            ]

    def sources(self) -> list[str]:
        """Of the current articles, each once, in alphabetical order."""
        query = sa.select(ARTICLES.c.source).where(ARTICLES.c.current, ARTICLES.c.source.is_not(None)).distinct()
        with self._reads.connect() as tx:
            return sorted(tx.execute(query).scalars())

    def extent(self, scope: Scope = EVERYTHING) -> tuple[int, datetime | None, datetime | None]:
        """How many current articles the scope holds, and when the oldest and the newest of them were published."""
        query = sa.select(sa.func.count(), sa.func.min(ARTICLES.c.published), sa.func.max(ARTICLES.c.published))
        with self._reads.connect() as tx:
            articles, oldest, newest = tx.execute(query.where(ARTICLES.c.current, *in_scope(scope))).one()
        return articles, oldest, newest

    def evidence(self, passage_ids: Sequence[int]) -> dict[int, tuple[Passage, Article]]:
        """Passages with their articles, by passage id. Ids that are gone are left out."""
        joined = sa.join(PASSAGES, ARTICLES, _same_revision())
        query = sa.select(PASSAGES.c.id.label("passage_id"), PASSAGES.c.spans, *_ARTICLE).select_from(joined)
        with self._reads.connect() as tx:
            rows = [row for ids in _slices(passage_ids) for row in tx.execute(query.where(PASSAGES.c.id.in_(ids)))]
        return {row.passage_id: (_passage(row.spans), _article(row)) for row in rows}

    def dated(self, passage_ids: Sequence[int]) -> dict[int, tuple[str, datetime | None]]:
        """passage id -> (article id, publication date), without reading any text."""
        joined = sa.join(PASSAGES, ARTICLES, _same_revision())
        query = sa.select(PASSAGES.c.id, PASSAGES.c.article_id, ARTICLES.c.published).select_from(joined)
        with self._reads.connect() as tx:
            rows = [row for ids in _slices(passage_ids) for row in tx.execute(query.where(PASSAGES.c.id.in_(ids)))]
        return {row.id: (row.article_id, row.published) for row in rows}

    def passages_of(self, article_ids: Sequence[str], fingerprint: str) -> Iterator[StoredPassage]:
        """The current passages of these articles, with vectors of that model only."""
        joined = sa.join(PASSAGES, ARTICLES, _same_revision()).outerjoin(
            VECTORS, (VECTORS.c.passage_id == PASSAGES.c.id) & (VECTORS.c.fingerprint == fingerprint)
        )
        columns = (PASSAGES.c.id, PASSAGES.c.spans, ARTICLES.c.text, VECTORS.c.vector)
        about = (PASSAGES.c.article_id, *(ARTICLES.c[name] for name in ("title", "language", "published", "source")))
        query = sa.select(*columns, *about).select_from(joined).order_by(PASSAGES.c.id)
        for ids in _slices(article_ids):
            with self._reads.connect() as tx:
                for row in tx.execute(query.where(PASSAGES.c.article_id.in_(ids))):
                    passage = _passage(row.spans)
                    text = row.text[passage.start : passage.end]
                    vector = None if row.vector is None else np.frombuffer(row.vector, np.float16).astype(np.float32)
                    about_it = (row.article_id, row.title, text, row.language, vector, row.published, row.source)
                    yield StoredPassage(row.id, *about_it)

    def with_passages(self, article_id: str) -> tuple[Article, list[Passage]]:
        """The current revision and its passages in the text's order. Raises UnknownArticle."""
        query = sa.select(PASSAGES.c.spans).where(PASSAGES.c.article_id == article_id).order_by(PASSAGES.c.id)
        with self._reads.connect() as tx:
            row = tx.execute(_current().where(ARTICLES.c.id == article_id)).first()
            if row is None:
                raise UnknownArticle(article_id, "unknown")
            return _article(row), [_passage(spans) for spans in tx.execute(query).scalars()]

    def replace_passages(
        self, article: Article, passages: Sequence[Passage], vectors: Vectors | None, fingerprint: str
    ) -> None:
        """Takes other passages and vectors for a text that stays. Does nothing when it is no longer the current one."""
        same = _current().where((ARTICLES.c.id == article.id) & (ARTICLES.c.revision == article.revision))
        with self.engine.begin() as tx:
            if tx.execute(same).first() is not None:
                tx.execute(sa.delete(PASSAGES).where(PASSAGES.c.article_id == article.id))
                self._write_passages(tx, article, passages, vectors, fingerprint)
                append(tx, "updated", article.id, article.revision)  # every index holds the passages' old ids

    def stale(self, fingerprint: str, knows: Callable[[str], bool]) -> list[str]:
        """Ids of articles that lack vectors of this model, or have some in a language that it does not know."""
        known = ARTICLES.c.language.in_([language for language in self.languages() if knows(language)])
        joined = sa.join(PASSAGES, ARTICLES, _same_revision()).outerjoin(
            VECTORS, (VECTORS.c.passage_id == PASSAGES.c.id) & (VECTORS.c.fingerprint == fingerprint)
        )
        query = sa.select(ARTICLES.c.id).select_from(joined).where(known == VECTORS.c.passage_id.is_(None))
        with self._reads.connect() as tx:
            return list(tx.execute(query.distinct().order_by(ARTICLES.c.id)).scalars())

    def changes(self, after: int, limit: int) -> list[Change]:
        """The log's entries after that number, in order."""
        with self._reads.connect() as tx:
            rows = tx.execute(sa.select(LOG).where(LOG.c.number > after).order_by(LOG.c.number).limit(limit))
            return [Change(row.number, row.kind, row.article_id, row.revision, row.feed) for row in rows]

    def last_change(self) -> int:
        """The number of the log's last entry, 0 when nothing ever happened."""
        with self._reads.connect() as tx:
            return tx.execute(sa.select(sa.func.max(LOG.c.number))).scalar() or 0

    def state(self) -> tuple[int, int]:
        """Another one whenever articles or their stories changed: the log's last entry, and the last one grouped."""
        last = sa.select(sa.func.max(LOG.c.number)).scalar_subquery()
        with self._reads.connect() as tx:
            number, grouped = tx.execute(sa.select(last, ABOUT.c.grouped)).one()
        return number or 0, grouped

    def ids(self) -> list[str]:
        """Of every current article, in a fixed order."""
        query = sa.select(ARTICLES.c.id).where(ARTICLES.c.current).order_by(ARTICLES.c.id)
        with self._reads.connect() as tx:
            return list(tx.execute(query).scalars())

    def languages(self) -> dict[str, int]:
        """Language -> number of current articles."""
        query = sa.select(ARTICLES.c.language, sa.func.count()).where(ARTICLES.c.current)
        with self._reads.connect() as tx:
            return {row[0]: row[1] for row in tx.execute(query.group_by(ARTICLES.c.language))}

    def stats(self, model: str, feeds: int) -> CorpusStats:
        current = sa.select(sa.func.count(), sa.func.min(ARTICLES.c.published), sa.func.max(ARTICLES.c.published))
        with self._reads.connect() as tx:
            articles, oldest, newest = tx.execute(current.where(ARTICLES.c.current)).one()
            passages = tx.execute(sa.select(sa.func.count()).select_from(PASSAGES)).scalar() or 0
        return CorpusStats(articles, passages, feeds, self.languages(), oldest, newest, model, self.last_change())

    def close(self) -> None:
        self.engine.dispose()

    def _first(self, query: sa.Select[Any]) -> Article | None:
        with self._reads.connect() as tx:
            row = tx.execute(query.limit(1)).first()
        return None if row is None else _article(row)

    @staticmethod
    def _retire(tx: sa.Connection, article_id: str) -> None:
        """The text of an old revision stays, for the citations that point at it; what is searched goes."""
        tx.execute(sa.update(ARTICLES).where(ARTICLES.c.id == article_id).values(current=False))
        tx.execute(sa.delete(PASSAGES).where(PASSAGES.c.article_id == article_id))

    @staticmethod
    def _write_passages(
        tx: sa.Connection, article: Article, passages: Sequence[Passage], vectors: Vectors | None, fingerprint: str
    ) -> None:
        for number, passage in enumerate(passages):
            row = {
                "article_id": article.id,
                "revision": article.revision,
                "spans": [list(s) for s in passage.sentences],
            }
            passage_id = _inserted(tx, PASSAGES, row)
            if vectors is not None:
                blob = vectors[number].astype(np.float16).tobytes()  # half the space; the cosine moves by under .0005
                tx.execute(sa.insert(VECTORS), {"passage_id": passage_id, "fingerprint": fingerprint, "vector": blob})


def append(tx: sa.Connection, kind: Any, article_id: str, revision: int, feed: str | None = None) -> Change:
    """One more entry at the log's end, in the caller's transaction."""
    row = {"kind": kind, "article_id": article_id, "revision": revision, "feed": feed}
    number = _inserted(tx, LOG, row)
    return Change(number, kind, article_id, revision, feed)


def _last_revision(tx: sa.Connection, article_id: str) -> int:
    """0 when the id was never used. Removed articles count: a revision number never means two texts."""
    return tx.execute(sa.select(sa.func.max(LOG.c.revision)).where(LOG.c.article_id == article_id)).scalar() or 0


def _inserted(tx: sa.Connection, table: sa.Table, row: dict[str, Any]) -> int:
    """The key that the database gave the row."""
    key = tx.execute(sa.insert(table), row).inserted_primary_key
    if key is None:
        raise AssertionError("a single insert always has a key")
    return int(key[0])


def digest(article: Article) -> str:
    """Equal for articles with the same words, whatever the spacing and letter case."""
    words = " ".join(f"{article.title} {article.text}".casefold().split())
    return hashlib.blake2b(words.encode(), digest_size=16).hexdigest()


def _current() -> sa.Select[Any]:
    return sa.select(*_ARTICLE).where(ARTICLES.c.current)


def in_scope(scope: Scope) -> list[sa.ColumnElement[bool]]:
    """What an article in the scope fulfils."""
    limits = [ARTICLES.c.published >= scope.since] if scope.since else []
    limits += [ARTICLES.c.published < scope.until] if scope.until else []
    return limits + [ARTICLES.c.source.in_(names) for names in (scope.sources, scope.among) if names]


def _same_revision() -> sa.ColumnElement[bool]:
    return (PASSAGES.c.article_id == ARTICLES.c.id) & (PASSAGES.c.revision == ARTICLES.c.revision)


def _article(row: Any) -> Article:
    return Article(**{column.name: getattr(row, column.name) for column in _ARTICLE})


def _passage(spans: Iterable[Sequence[int]]) -> Passage:
    sentences = tuple(Span(start, end) for start, end in spans)
    return Passage(sentences[0].start, sentences[-1].end, sentences)


def _slices(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for at in range(0, len(items), IN_LIMIT):
        yield items[at : at + IN_LIMIT]
