"""A passage's sentence -> a Citation; and what a writer drafted -> only what its citations bear out.

The product's promise is kept here: a sentence is shown if its citations are exact slices of the evidence that the
writer was given, and its text is one of them, or is borne out by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from retrieval.answer.support import bears_out
from retrieval.types import Article, Citation, Evidence, Sentence, Span

_Articles = Mapping[tuple[str, int], Article]  # (id, revision) -> what the writer was given


def cite(article: Article, span: Span) -> Citation:
    """The citation of one slice of the article's text."""
    return Citation(
        article_id=article.id,
        revision=article.revision,
        start=span.start,
        end=span.end,
        quote=article.text[span.start : span.end],
        title=article.title,
        url=article.url,
        source=article.source,
        published=article.published,
    )


def quoted(article: Article, span: Span) -> Sentence:
    """The article's own sentence, said as it stands."""
    citation = cite(article, span)
    return Sentence(citation.quote, (citation,))


def verify(sentences: Iterable[Sentence], evidence: Sequence[Evidence]) -> tuple[Sentence, ...]:
    """The sentences that hold: cited at all, each citation a slice of the evidence, the text one of the slices or borne
    out by them. What is shown beside a sentence (the one before it, glosses) goes alone if it is no slice."""
    articles = {(e.article.id, e.article.revision): e.article for e in evidence}
    return tuple(_with_true_extras(s, articles) for s in sentences if s.citations and _holds(s, articles))


def _holds(sentence: Sentence, articles: _Articles) -> bool:
    if not all(_is_slice(citation, articles) for citation in sentence.citations):
        return False
    quotes = [citation.quote for citation in sentence.citations]
    return sentence.text in quotes or bears_out(sentence.text, quotes, _language(sentence, articles))


def _with_true_extras(sentence: Sentence, articles: _Articles) -> Sentence:
    before = sentence.before if sentence.before and _is_slice(sentence.before, articles) else None
    glosses = tuple(
        gloss
        for gloss in sentence.glosses
        if 0 < gloss.at <= len(sentence.text) and _is_slice(gloss.citation, articles)
    )
    return replace(sentence, before=before, glosses=glosses)


def _is_slice(citation: Citation, articles: _Articles) -> bool:
    article = articles.get((citation.article_id, citation.revision))
    return (
        article is not None and bool(citation.quote) and article.text[citation.start : citation.end] == citation.quote
    )


def _language(sentence: Sentence, articles: _Articles) -> str:
    first = sentence.citations[0]
    return articles[first.article_id, first.revision].language
