"""Answers, summaries, articles and figures in, what JSON can hold out: the documents behind `--json`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from retrieval import (
    Answer,
    Article,
    Citation,
    Closest,
    CorpusStats,
    Entry,
    Feed,
    FeedLink,
    Nearest,
    ParsedFeed,
    Refusal,
    Searched,
    Sentence,
    SourceError,
    StorySummary,
    Summary,
    TopicSummary,
)  # fmt: skip

Document = dict[str, Any]


def outcome_document(outcome: Answer | Closest | Refusal) -> Document:
    """A question's outcome; `state` tells which: "answer", "closest" or "refusal"."""
    document: Document = {
        "state": type(outcome).__name__.lower(),
        "refused": isinstance(outcome, Refusal),
        "question": outcome.question,
        "confidence": outcome.confidence,
    }
    match outcome:
        case Answer():
            document["sentences"] = _sentences(outcome.sentences)
            document["values"] = _sentences(outcome.values)
            document["verdict"] = outcome.verdict
            document["timeline"] = outcome.timeline
            document["also"] = [_nearest(near) for near in outcome.also]
        case Closest():
            document["sentences"] = _sentences(outcome.sentences)
        case Refusal():
            document["reason"] = outcome.reason
            document["nearest"] = [_nearest(near) for near in outcome.nearest]
    document["searched"] = _searched(outcome.searched)
    document["hits"] = list(outcome.trace.hits)
    document["milliseconds"] = dict(outcome.trace.milliseconds)
    return document


def summary_document(told: Summary) -> Document:
    facts = {"who": told.facts.who, "when": told.facts.when, "numbers": told.facts.numbers}
    return {
        "article": article_document(told.article),
        "sentences": _sentences(told.sentences),
        "facts": {kind: [_citation(citation) for citation in slices] for kind, slices in facts.items()},
    }


def story_document(told: StorySummary) -> Document:
    return {
        "articles": [article_document(article) for article in told.articles],
        "happened": _sentences(told.happened),
        "new": _sentences(told.new),
        "said": _sentences(told.said),
    }


def topic_document(told: TopicSummary) -> Document:
    stories = [
        {"sentence": _sentence(story.sentence), "articles": [_nearest(near) for near in story.articles]}
        for story in told.stories
    ]
    return {"topic": told.topic, "stories": stories, "sources": told.sources, "searched": _searched(told.searched)}


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


def fault_document(fault: SourceError, words: str) -> Document:
    """What cannot be read: the error's class, its reason and what it is about; and the same for people."""
    return {"error": words, "type": type(fault).__name__, "reason": fault.reason, "subject": fault.subject}


def feed_document(feed: Feed) -> Document:
    """A watched feed and how it fares."""
    return {
        "url": feed.url,
        "title": feed.title,
        "due": None if feed.ended else _iso(feed.due),
        "failures": feed.failures,
        "down_since": _iso(feed.down_since),
        "ended": feed.ended,
    }


def parsed_feed_document(feed: ParsedFeed) -> Document:
    """A feed as its bytes tell it, not watched."""
    entries = [_entry(entry) for entry in feed.entries]
    return {"title": feed.title, "url": feed.url, "every": feed.every, "entries": entries}


def _entry(entry: Entry) -> Document:
    """`title` is the feed's own, "" where it gives none."""
    title = entry.title if entry.is_titled else ""
    known = {"identity": entry.identity, "guid": entry.guid, "title": title, "url": entry.url}
    return {**known, "published": _iso(entry.published), "html": entry.html}


def feed_link_document(link: FeedLink) -> Document:
    return {"url": link.url, "title": link.title, "folder": link.folder}


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


def _sentences(sentences: tuple[Sentence, ...]) -> list[Document]:
    return [_sentence(sentence) for sentence in sentences]


def _sentence(sentence: Sentence) -> Document:
    return {
        "text": sentence.text,
        "span": list(sentence.span) if sentence.span else None,
        "citations": [_citation(citation) for citation in sentence.citations],
        "before": _citation(sentence.before) if sentence.before else None,
        "glosses": [{"at": gloss.at, "citation": _citation(gloss.citation)} for gloss in sentence.glosses],
    }


def _nearest(near: Nearest) -> Document:
    return {
        "article_id": near.article_id,
        "title": near.title,
        "url": near.url,
        "source": near.source,
        "published": _iso(near.published),
    }


def _searched(searched: Searched) -> Document:
    return {
        "articles": searched.articles,
        "oldest": _iso(searched.oldest),
        "newest": _iso(searched.newest),
        "since": _iso(searched.scope.since),
        "until": _iso(searched.scope.until),
        "sources": list(searched.scope.sources),
        "widened": searched.widened,
    }


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
