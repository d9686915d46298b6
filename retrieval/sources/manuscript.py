"""What a source says before it is cleaned: the form that every kind of source is brought to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from retrieval.sources.dates import read_date

# What header lines and front matter call things, in English and Russian.
_FIELDS = {
    "title": ("title", "headline", "заголовок", "название"),
    "source": ("source", "outlet", "publisher", "publication", "site", "источник", "издание"),
    "author": ("author", "authors", "by", "byline", "автор", "авторы"),
    "date": ("date", "published", "pubdate", "publish_date", "дата", "опубликовано"),
    "url": ("url", "link", "canonical", "canonical_url", "ссылка"),
    "language": ("language", "lang", "язык"),
}
FIELD_OF = {alias: field for field, aliases in _FIELDS.items() for alias in aliases}
"""A header's name in lower case -> title, source, author, date, url or language."""


@dataclass(frozen=True, slots=True)
class Manuscript:
    """Paragraphs in order; the rest as far as the source tells. `language` only if it is declared."""

    paragraphs: tuple[str, ...]
    title: str | None = None
    source: str | None = None
    author: str | None = None
    published: datetime | None = None
    url: str | None = None
    language: str | None = None
    image: str | None = None  # address of its lead picture


def with_headers(paragraphs: tuple[str, ...], headers: Mapping[str, str], title: str | None) -> Manuscript:
    """`headers`: names as in `FIELD_OF`'s values -> what stands there. Their title wins over the given one."""
    date = headers.get("date")
    return Manuscript(
        paragraphs=paragraphs,
        title=headers.get("title") or title,
        source=headers.get("source"),
        author=headers.get("author"),
        published=read_date(date) if date else None,
        url=headers.get("url"),
        language=headers.get("language"),
    )
