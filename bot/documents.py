"""Answers, summaries, articles and figures in, what JSON can hold out: the documents behind `--json`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from retrieval import Answer, Article, Citation, CorpusStats, Refusal, Sentence, Summary

Document = dict[str, Any]


def outcome_document(outcome: Answer | Refusal) -> Document:
    """A question's outcome; `refused` tells which."""
    document: Document = {
        "refused": isinstance(outcome, Refusal),
        "question": outcome.question,
        "confidence": outcome.confidence,
    }
    match outcome:
        case Answer(sentences=sentences):
            document["sentences"] = [_sentence(sentence) for sentence in sentences]
        case Refusal(reason=reason, nearest=nearest):
            document["reason"] = reason
            document["nearest"] = [
                {
                    "article_id": n.article_id,
                    "title": n.title,
                    "url": n.url,
                    "source": n.source,
                    "published": _iso(n.published),
                }
                for n in nearest
            ]
    document["hits"] = list(outcome.trace.hits)
    document["milliseconds"] = dict(outcome.trace.milliseconds)
    return document


def summary_document(told: Summary) -> Document:
    return {
        "article": article_document(told.article),
        "sentences": [_sentence(sentence) for sentence in told.sentences],
    }


def article_document(article: Article) -> Document:
    """An article without its text."""
    return {
        "id": article.id,
        "revision": article.revision,
        "title": article.title,
        "url": article.url,
        "source": article.source,
        "author": article.author,
        "published": _iso(article.published),
        "language": article.language,
        "characters": len(article.text),
    }


def stats_document(stats: CorpusStats) -> Document:
    return {
        "articles": stats.articles,
        "passages": stats.passages,
        "feeds": stats.feeds,
        "languages": dict(stats.languages),
        "oldest": _iso(stats.oldest),
        "newest": _iso(stats.newest),
        "model": stats.model,
        "log": stats.log,
    }


def _sentence(sentence: Sentence) -> Document:
    span = list(sentence.span) if sentence.span else None
    return {"text": sentence.text, "span": span, "citations": [_citation(citation) for citation in sentence.citations]}


def _citation(citation: Citation) -> Document:
    return {
        "article_id": citation.article_id,
        "revision": citation.revision,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "title": citation.title,
        "url": citation.url,
        "source": citation.source,
        "published": _iso(citation.published),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
