"""Whoever is limited to some sources hears nothing of any other: the real model over a few articles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from retrieval import (
    Answer,
    Article,
    Closest,
    Corpus,
    CorpusSettings,
    Nearest,
    Refusal,
    Sentence,
    open_corpus,
)  # fmt: skip
from retrieval.ports import Embedder
from retrieval.sources.workers import Workers
from tests.retrieval.articles import BAKERY, FERRY_RU, LIGHTHOUSE
from tests.retrieval.summary.test_stories import FIRST, MONDAY, SECOND

NOW = MONDAY + timedelta(days=3)
THIRD = replace(SECOND, id="third", source="Valley Wire", text=f"{SECOND.text} The lock keeper agrees.")
POST = ("Quill Post",)
HERALD = ("Coast Herald",)
QUESTIONS = (
    "Who heard a crack like thunder at the Oster bridge?",
    "How much will the repairs of the Oster bridge cost?",
    "How much will the repairs of the Oster bridge cost, according to Quill Post?",
    "What did Coast Herald write about the bakery?",
    "What happened with the Oster bridge?",
    "Who owns the bakery in Mill Street?",
    "Who kept the lighthouse at Gull Point for 41 years?",
    "Сколько туристов осталось на острове Лисий?",
    "Why was the Oster bridge closed on 5 May 2031?",
    "How many moons does Jupiter have?",
)


@pytest.fixture(scope="module")
def corpus(embedder: Embedder, workers: Workers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """Only read by these tests."""
    with closing(open_corpus(CorpusSettings(tmp_path_factory.mktemp("limited")), embedder, workers)) as made:
        for article in (LIGHTHOUSE, BAKERY, FERRY_RU, FIRST, SECOND, THIRD):
            made.add(article)
        yield made


def sources_of(corpus: Corpus, sentences: Iterable[Sentence], named: Iterable[Nearest]) -> set[str | None]:
    """Of all that is cited, and of all that is named by its title."""
    citations = [c for s in sentences for c in (*s.citations, *((s.before,) if s.before else ()))]
    glosses = [gloss.citation for s in sentences for gloss in s.glosses]
    return {corpus.article(c.article_id).source for c in (*citations, *glosses)} | {near.source for near in named}


def shown(corpus: Corpus, outcome: Answer | Closest | Refusal) -> set[str | None]:
    match outcome:
        case Answer():
            return sources_of(corpus, (*outcome.sentences, *outcome.values), outcome.also)
        case Closest():
            return sources_of(corpus, outcome.sentences, ())
        case Refusal():
            return sources_of(corpus, (), outcome.nearest)


@pytest.mark.parametrize("unscoped", [False, True])
@pytest.mark.parametrize("sources", [POST, HERALD, ("Причал", "Valley Wire")])
@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_by_another_source_is_said_offered_or_named(
    corpus: Corpus, question: str, sources: tuple[str, ...], unscoped: bool
) -> None:
    outcome = corpus.ask(question, now=NOW, unscoped=unscoped, sources=sources)
    assert shown(corpus, outcome) <= set(sources)
    listed = {corpus.article(article_id).source for article_id in outcome.trace.hits}
    assert listed <= set(sources)
    assert outcome.searched.articles <= sum(article.source in sources for article in corpus.articles())


def test_what_is_limited_is_still_answered(corpus: Corpus) -> None:
    costs = "How much will the repairs of the Oster bridge cost?"
    assert shown(corpus, corpus.ask(costs, now=NOW, sources=POST)) == {"Quill Post"}
    everybody = corpus.ask(costs, now=NOW)
    assert isinstance(everybody, Answer)
    assert {near.source for near in everybody.also} | shown(corpus, everybody) == {
        "Quill Post", "Valley Wire", "Coast Herald"
    }  # fmt: skip


def test_a_source_that_the_question_names_is_no_way_around(corpus: Corpus) -> None:
    outcome = corpus.ask("How much will the repairs cost, according to Quill Post?", now=NOW, sources=HERALD)
    assert shown(corpus, outcome) <= {"Coast Herald"}
    assert outcome.searched.widened
    assert outcome.searched.scope.sources == POST


def test_a_source_that_the_question_names_limits_further(corpus: Corpus) -> None:
    both = (*POST, *HERALD)
    outcome = corpus.ask("Why was the Oster bridge closed, according to Coast Herald?", now=NOW, sources=both)
    assert isinstance(outcome, Answer)
    assert sources_of(corpus, outcome.sentences, ()) == {"Coast Herald"}
    assert {near.source for near in outcome.also} <= {"Quill Post"}
    assert not outcome.searched.widened


@pytest.mark.parametrize("text", ["Oster bridge", "Oster bridge according to Quill Post", "news", "last week", "мост"])
@pytest.mark.parametrize("sources", [POST, HERALD])
def test_a_topic_is_told_by_these_sources_alone(corpus: Corpus, text: str, sources: tuple[str, ...]) -> None:
    told = corpus.summarise_topic(text, NOW, "long", sources=sources)
    articles = [article for story in told.stories for article in story.articles]
    assert sources_of(corpus, [story.sentence for story in told.stories], articles) <= set(sources)
    assert told.sources <= 1


def test_a_topic_of_these_sources_is_found(corpus: Corpus) -> None:
    told = corpus.summarise_topic("Oster bridge", NOW, sources=POST)
    assert [article.article_id for story in told.stories for article in story.articles] == ["second"]


def test_a_search_finds_passages_of_these_sources_alone(corpus: Corpus) -> None:
    found = {evidence.article.id for evidence in corpus.search("barge bridge bakery", now=NOW, sources=POST)}
    assert found == {"second"}
    assert {"first", "second"} <= {evidence.article.id for evidence in corpus.search("barge bridge", now=NOW)}


def test_a_story_is_told_by_these_sources_and_by_the_article_that_was_asked_for(corpus: Corpus) -> None:
    def told(article_id: str, *sources: str) -> list[str]:
        return [article.id for article in corpus.summarise_story(article_id, sources=sources).articles]

    assert told("second") == ["first", "second", "third"]
    assert told("second", *POST) == ["second"]
    assert told("second", *HERALD) == ["first", "second"]


@pytest.mark.parametrize(
    "reference", ["first", "Barge strikes Oster bridge", "Bakery burns in Mill Street", BAKERY.url]
)
def test_an_article_by_another_source_is_unknown(corpus: Corpus, reference: str) -> None:
    def source(found: Article | None) -> str | None:
        return found.source if found else None

    assert source(corpus.find(reference)) == "Coast Herald"
    assert source(corpus.find(reference, sources=HERALD)) == "Coast Herald"
    assert source(corpus.find(reference, sources=POST)) in (None, "Quill Post")
