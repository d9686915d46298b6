"""An article -> the paragraphs in it that its source repeats: furniture that no list of phrases knows.

What repeats may be news as well ("The war began in ..."). So it matters what a paragraph says and where it stands:
measured on 3,000 news articles, and on their nearest neighbours in topic as small sources of their own, the bars below
called nothing furniture that tells a fact. Figures are left as they are: lines that differ in them are facts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence, Set
from typing import NamedTuple
from urllib.parse import urlsplit

import sqlalchemy as sa

from retrieval.database import reads_only
from retrieval.sources import cues
from retrieval.sources.prose import ends_sentence
from retrieval.types import Article, Span

MAX_BLOCK = 1_000  # characters: furniture is shorter
MOST_AGAIN = 50  # earlier articles that are cut anew at once, a matter of seconds
OPENING, CLOSING = 3, 5  # paragraphs at either end among which most furniture stands
COPIED = 0.9  # of its paragraphs in one other article: the same article under another id

_TABLE = sa.Table(
    "blocks",
    sa.MetaData(),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("article_id", sa.Text, primary_key=True),
)
_COUNTED = ""  # the digest that every article has which counts, and no copy
_IN_SOURCE = _TABLE.c.source == sa.bindparam("source")
_HERE = _IN_SOURCE & _TABLE.c.digest.in_(sa.bindparam("digests", expanding=True))
_ENTRY = _TABLE.alias()
_COUNTS = (_ENTRY.c.source == _TABLE.c.source) & (_ENTRY.c.digest == _COUNTED)
_HELD_BY = (
    sa.select(_TABLE.c.digest, sa.func.count())
    .select_from(sa.join(_TABLE, _ENTRY, _COUNTS & (_ENTRY.c.article_id == _TABLE.c.article_id)))
    .where(_HERE)
    .group_by(_TABLE.c.digest)
)
_NEAREST = sa.select(sa.func.count().label("shared")).where(_HERE).group_by(_TABLE.c.article_id)
_NEAREST = _NEAREST.order_by(sa.desc("shared")).limit(1)
_OTHERS = (
    sa.select(_TABLE.c.article_id)
    .where(_HERE & (_TABLE.c.article_id != sa.bindparam("article_id")))
    .distinct()
    .order_by(_TABLE.c.article_id)
    .limit(MOST_AGAIN)
)
_LINE = re.compile(r"[^\s][^\n]*")
_QUOTED = re.compile('“[^”]*”|"[^"]*"|„[^“”]*[“”]|«[^»]*»')
_LABELLED = re.compile(r"[^:]{1,40}:\s+\S.*", re.DOTALL)  # "Our rating: false" has a value, and that is news


class Bar(NamedTuple):
    """How many articles of a source, and which share of them, a paragraph must stand in."""

    articles: int
    share: float

    def is_reached(self, held_by: int, of: int) -> bool:
        return held_by >= self.articles and held_by >= self.share * of


AT_EDGE = Bar(3, 0.05)  # what speaks to the reader or is no sentence, at the beginning or the end
WITHIN = Bar(5, 0.3)  # what speaks to the reader, amid an article
FEWEST = 3  # articles; below it none of the bars is reached
TELLING = Bar(20, 0.5)  # everything else: sentences about the world, headings, lines with a value


class _Block(NamedTuple):
    """A paragraph, and where it stands."""

    span: Span
    words: str
    digest: str
    is_at_edge: bool

    def bar(self) -> Bar:
        spoken = _QUOTED.sub(" ", self.words.lower())
        if _LABELLED.fullmatch(self.words) or cues.REPORTED.search(spoken):
            return TELLING
        speaks = bool(cues.DIRECT.search(spoken))
        if self.is_at_edge:
            return AT_EDGE if speaks or not ends_sentence(self.words) else TELLING
        return WITHIN if speaks else TELLING

    def is_furniture(self, held_by: int, of: int) -> bool:
        return held_by >= FEWEST and self.bar().is_reached(held_by, of)

    def becomes_furniture(self, held_by: int, of: int) -> bool:
        """Whether the article that was counted last made the difference."""
        return self.is_furniture(held_by, of) and not self.is_furniture(held_by - 1, of - 1)


class Blocks:
    """What each source repeats. Safe to call from several threads and processes."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine, self._reads = engine, reads_only(engine)

    def note(self, article: Article, left_out: Sequence[Span]) -> list[str]:
        """Takes the article's paragraphs, in place of those of its last revision. `left_out`: known for furniture.

        Returns the earlier articles, at most `MOST_AGAIN`, that hold what is furniture from now on.
        """
        source, blocks = _source(article), _blocks(article.text, left_out)
        digests = {block.digest for block in blocks}
        with self._engine.begin() as tx:
            tx.execute(sa.delete(_TABLE).where(_TABLE.c.article_id == article.id))
            if not source or not digests:
                return []
            counts = not _is_copy(tx, source, digests)
            kept = digests | {_COUNTED} if counts else digests
            tx.execute(sa.insert(_TABLE), [{"source": source, "digest": d, "article_id": article.id} for d in kept])
            if not counts:
                return []
            held_by, of = _held_by(tx, source, digests)
            new = [block.digest for block in blocks if block.becomes_furniture(held_by[block.digest], of)]
            asked = {"source": source, "digests": new, "article_id": article.id}
            return list(tx.execute(_OTHERS, asked).scalars()) if new else []

    def find(self, article: Article, left_out: Sequence[Span]) -> list[Span]:
        """Where it holds what its source repeats: whole lines outside `left_out`, in order."""
        source, blocks = _source(article), _blocks(article.text, left_out)
        if not source or not blocks:
            return []
        with self._reads.connect() as tx:
            held_by, of = _held_by(tx, source, {block.digest for block in blocks})
        return [block.span for block in blocks if block.is_furniture(held_by.get(block.digest, 0), of)]


def _source(article: Article) -> str | None:
    return article.source or urlsplit(article.url or "").hostname


def _blocks(text: str, left_out: Sequence[Span]) -> list[_Block]:
    starts = {span.start for span in left_out}
    lines = [Span(found.start(), found.end()) for found in _LINE.finditer(text) if found.start() not in starts]
    edges = {*lines[:OPENING], *lines[-CLOSING:]}
    said = ((line, text[line.start : line.end]) for line in lines if line.end - line.start <= MAX_BLOCK)
    return [_Block(line, words, digest_of(words), line in edges) for line, words in said]


def digest_of(paragraph: str) -> str:
    """Equal for paragraphs with the same words, whatever the spacing and letter case."""
    words = " ".join(paragraph.casefold().split())
    return hashlib.blake2b(words.encode(), digest_size=8).hexdigest()


def _is_copy(tx: sa.Connection, source: str, digests: Set[str]) -> bool:
    shared = tx.execute(_NEAREST, {"source": source, "digests": list(digests)}).scalar() or 0
    return bool(shared >= COPIED * len(digests))


def _held_by(tx: sa.Connection, source: str, digests: Set[str]) -> tuple[dict[str, int], int]:
    """(digest -> in how many articles it stands, how many articles the source has), copies not counted."""
    rows = tx.execute(_HELD_BY, {"source": source, "digests": [*digests, _COUNTED]})
    held_by = {row[0]: row[1] for row in rows}
    return held_by, held_by.pop(_COUNTED, 0)
