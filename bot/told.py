"""`footnote ask` and `footnote summary`: an errand in, what the articles tell on standard output, an exit code out."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.answering import render, summaries
from bot.documents import Document, outcome_document, story_document, summary_document, topic_document
from bot.errand import Errand
from bot.printed import print_document, print_failure, print_reply
from bot.references import find_meant, find_referred, find_titled, links
from bot.terminal import ANSWERED, REFUSED
from bot.types import Reply
from retrieval import Answer, Article, Closest, Corpus, Refusal

Told = tuple[Reply, Document]


def ask_once(errand: Errand) -> int:
    """One question, without a conversation."""
    with errand.corpus() as corpus:
        outcome = corpus.ask(" ".join(errand.arguments.question))
    return _print_told(errand, (_reply(errand, outcome), outcome_document(outcome)))


def sum_up_once(errand: Errand) -> int:
    """An article, its story with --story, or a topic."""
    reference = " ".join(errand.arguments.reference)
    with errand.corpus() as corpus:
        told = _story(errand, corpus, reference) if errand.arguments.story else _summary(errand, corpus, reference)
    if told is None:
        return print_failure(errand, errand.say("cli.no_article", reference=reference))
    return _print_told(errand, told)


def _print_told(errand: Errand, told: Told) -> int:
    reply, document = told
    if not errand.arguments.json:
        return print_reply(reply)
    print_document(document)
    return REFUSED if reply.refused else ANSWERED


def _reply(errand: Errand, outcome: Answer | Closest | Refusal) -> Reply:
    match outcome:
        case Answer():
            return render.answer(outcome, errand.texts, errand.language)
        case Closest():
            return render.closest(outcome, errand.texts, errand.language)
        case Refusal():
            return render.refusal(outcome, errand.texts, errand.language)


def _summary(errand: Errand, corpus: Corpus, reference: str) -> Told | None:
    length = errand.arguments.length
    meant = _page(corpus, reference) if links(reference) else find_meant(corpus, reference, datetime.now(UTC), length)
    if isinstance(meant, Article):
        told = corpus.summarise(meant.id, length)
        return summaries.summary(told, errand.texts, errand.language), summary_document(told)
    if not (meant.stories or meant.searched.scope):
        return None  # neither a title nor a topic
    return summaries.topic(meant, errand.texts, errand.language), topic_document(meant)


def _story(errand: Errand, corpus: Corpus, reference: str) -> Told | None:
    article = _page(corpus, reference) if links(reference) else find_titled(corpus, reference)
    article = article or find_referred(corpus, reference)
    if article is None:
        return None
    told = corpus.summarise_story(article.id)
    return summaries.story(told, errand.texts, errand.language), story_document(told)


def _page(corpus: Corpus, reference: str) -> Article:
    """Known, or fetched and added: whoever uses the command may. Raises SourceError."""
    return find_referred(corpus, reference) or corpus.add_page(links(reference)[0]).article
