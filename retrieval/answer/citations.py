"""A passage's sentence -> a Citation; and what a writer drafted -> only what its citations bear out.

The product's promise is kept here: whatever a writer says, a sentence whose citations are not exact slices of the
evidence that it was given is not shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from retrieval.types import Article, Citation, Evidence, Sentence, Span


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
    """The sentences that hold: cited at all, each citation a slice of the evidence, the text one of the slices."""
    articles = {(e.article.id, e.article.revision): e.article for e in evidence}
    return tuple(s for s in sentences if s.citations and _holds(s, articles))


def _holds(sentence: Sentence, articles: dict[tuple[str, int], Article]) -> bool:
    for citation in sentence.citations:
        article = articles.get((citation.article_id, citation.revision))
        if article is None or not citation.quote or article.text[citation.start : citation.end] != citation.quote:
            return False
    return any(sentence.text == citation.quote for citation in sentence.citations)
