"""What stands after /summary: how long, and the article or the topic that is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from bot.references import find_meant, links, read_length
from retrieval import Article, Corpus, TopicSummary
from tests.fake_corpus import BAKERY, FERRY, NOON, FakeCorpus

LONG_NIGHT = replace(BAKERY, id="night", title="Long night at the bakery", published=NOON - timedelta(days=1))


@pytest.fixture
def corpus() -> Corpus:
    return cast("Corpus", FakeCorpus(FERRY, LONG_NIGHT))


@pytest.mark.parametrize(
    ("text", "length", "rest"),
    [
        ("short climate last week", "short", "climate last week"),
        ("climate last week, long", "long", "climate last week"),
        ("Наводнения вчера кратко", "short", "Наводнения вчера"),
        ("Подробно: наводнения", "long", "наводнения"),
        ("средний  пересказ шторма", "medium", "пересказ шторма"),
        ("a short walk home", "medium", "a short walk home"),
        ("shortage of bread", "medium", "shortage of bread"),
        ("long", "long", ""),
        ("", "medium", ""),
        ("https://x.example/a long", "long", "https://x.example/a"),
    ],
)
def test_a_first_or_last_word_says_how_long(text: str, length: str, rest: str) -> None:
    assert read_length(text) == (length, rest)


@pytest.mark.parametrize("text", ["tern island", "Ferry to Tern Island sails again", "ferry"])
def test_a_titles_own_words_mean_its_article(corpus: Corpus, text: str) -> None:
    assert find_meant(corpus, text, NOON, "medium") == FERRY


@pytest.mark.parametrize("text", ["bakery yesterday", "вчера", "yesterday"])
def test_words_with_a_time_mean_a_topic(corpus: Corpus, text: str) -> None:
    told = find_meant(corpus, text, NOON, "medium")
    assert isinstance(told, TopicSummary)
    assert [near.article_id for story in told.stories for near in story.articles] == ["night"]


def test_words_that_no_title_has_mean_a_topic(corpus: Corpus) -> None:
    told = find_meant(corpus, "rye bread", NOON, "short")
    assert isinstance(told, TopicSummary)
    assert len(told.stories) == 1


def test_a_title_near_to_words_with_a_time_when_nothing_was_written_then() -> None:
    class Lenient(FakeCorpus):
        """Finds by the first word, as the engine does by most of the words."""

        def find(self, reference: str, *, sources: Sequence[str] = ()) -> Article | None:
            return super().find(reference.split()[0], sources=sources)

    corpus = cast("Corpus", Lenient(FERRY, LONG_NIGHT))
    assert find_meant(corpus, "ferry yesterday", NOON, "medium") == FERRY
    assert isinstance(find_meant(corpus, "bakery yesterday", NOON, "medium"), TopicSummary)


def test_links_lose_our_fragments_and_their_punctuation() -> None:
    assert links("(see https://x.example/a_(b)), https://y.example/#:~:text=c.") == [
        "https://x.example/a_(b)",
        "https://y.example/",
    ]
