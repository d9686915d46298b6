"""What is no article: its summary and what it alone answers, by exact slices, and nothing of it kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from retrieval import Answer, Article, Corpus, NoArticle, Refusal, Summary
from retrieval.unfiled import LONGEST
from tests.feedserver import FeedServer

NOW = datetime(2026, 5, 31, 12, tzinfo=UTC)
FIRE = (
    "A small fire in the engine room of the ferry Old Kestrel stopped all crossings on Tuesday morning. Nobody was "
    "hurt, the coastguard said. Ninety-two passengers were taken ashore by two fishing boats.\n\n"
    "The operator, Strait Lines, expects the ship back by Saturday. The cause was a leaking fuel pipe."
)
FIRE_RU = (
    "Небольшой пожар в машинном отделении остановил утром во вторник все рейсы парома. Никто не пострадал, сообщила "
    "береговая охрана. Оператор обещает вернуть судно в субботу. Причиной стала течь топливной трубы."
)


@pytest.fixture
def corpus(make_corpus: Callable[[], Corpus]) -> Corpus:
    corpus = make_corpus()
    corpus.add(Article("bakery", "A bakery opens", "The bakery on Mill Lane opens at six. It sells rye bread."))
    return corpus


def slices_of(told: Answer | Summary, article: Article) -> list[bool]:
    citations = [c for sentence in told.sentences for c in sentence.citations]
    return [article.text[c.start : c.end] == c.quote for c in citations]


@pytest.mark.parametrize(
    ("text", "question", "told"),
    [
        (FIRE, "What caused the fire?", "a leaking fuel pipe"),
        (FIRE, "How many passengers were taken ashore?", "Ninety-two"),
        (FIRE_RU, "Что стало причиной пожара?", "течь топливной трубы"),
    ],
)
def test_a_text_answers_with_its_own_sentences(corpus: Corpus, text: str, question: str, told: str) -> None:
    article = corpus.unfiled.article(text, "Ferry fire")
    answer = corpus.unfiled.ask(question, article, NOW)
    assert isinstance(answer, Answer)
    assert told in answer.sentences[0].text
    assert all(slices_of(answer, article))


@pytest.mark.parametrize("question", ["Who won the Cup?", "When does the bakery open?", "Кто выиграл кубок?", "?!"])
def test_it_answers_nothing_that_it_does_not_tell(corpus: Corpus, question: str) -> None:
    assert corpus.unfiled.ask(question, corpus.unfiled.article(FIRE), NOW) is None


def test_it_is_summed_up_by_its_own_sentences(corpus: Corpus) -> None:
    article = corpus.unfiled.article(FIRE, "Ferry fire")
    short, long = (corpus.unfiled.summarise(article, length) for length in ("short", "long"))  # type: ignore[arg-type]
    assert 0 < len(short.sentences) < len(long.sentences)
    assert slices_of(long, article) == [True] * len(long.sentences)
    assert any(fact.quote == "Saturday" for fact in long.facts.when)


def test_nothing_of_it_is_kept(corpus: Corpus) -> None:
    before = corpus.last_change()
    article = corpus.unfiled.article(FIRE, "Ferry fire")
    corpus.unfiled.summarise(article)
    corpus.unfiled.ask("What caused the fire?", article, NOW)
    assert corpus.last_change() == before
    assert corpus.stats().articles == 1
    assert isinstance(corpus.ask("What caused the fire on the ferry?", now=NOW), Refusal)


def test_what_is_shown_is_cleaned_and_has_an_end(corpus: Corpus) -> None:
    article = corpus.unfiled.article(
        "One\u202e line.\n\n\nAnother  line.", " A\ntitle ", url="https://t.me/x/1", source="X"
    )
    assert article.text == "One line.\n\nAnother line."
    assert (article.id, article.title, article.source) == ("https://t.me/x/1", "A title", "X")
    assert len(corpus.unfiled.article("A sentence of it. " * 9000).text) <= LONGEST
    with pytest.raises(NoArticle):
        corpus.unfiled.article(" \n?! ")


def test_a_page_is_read_and_not_added(corpus: Corpus) -> None:
    with FeedServer() as site:
        url = site.publish("Ferry fire", *FIRE.split("\n\n"))
        page = corpus.unfiled.page(url)
    assert page.title == "Ferry fire"
    assert "leaking fuel pipe" in page.text
    assert corpus.find(url) is None
