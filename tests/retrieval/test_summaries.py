from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from retrieval import Article, Turn, UnknownArticle
from retrieval.asked.question import Known
from retrieval.grouping import Stories
from retrieval.index.local import LocalIndex
from retrieval.ingest import Ingest
from retrieval.ports import Embedder
from retrieval.store import Store
from retrieval.summaries import Summaries
from retrieval.summary.types import Length, TopicSummary
from tests.retrieval.articles import BAKERY, FERRY_RU, LIGHTHOUSE
from tests.retrieval.summary.test_gist import HARBOUR
from tests.retrieval.summary.test_stories import FIRST, MONDAY, MOST_RU, MOST_RU_AGAIN, SECOND

NOW = MONDAY + timedelta(days=2)
OLD_BARGE = Article(
    "old",
    "Barge sinks off Gull Point",
    "A barge full of gravel sank off Gull Point on Friday in a storm. The coast guard saved its crew of four.",
    source="Coast Herald",
    published=MONDAY - timedelta(days=400),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'corpus.db'}")
    yield opened
    opened.close()


@pytest.fixture
def summaries(store: Store, embedder: Embedder, tmp_path: Path) -> Iterator[Summaries]:
    """Over nine articles in English and Russian, of many days."""
    ingest = Ingest(store, embedder)
    harbour = Article("harbour", "Tollness harbour to close", HARBOUR, source="Quill Post", published=MONDAY)
    for article in (LIGHTHOUSE, BAKERY, FERRY_RU, FIRST, SECOND, MOST_RU, MOST_RU_AGAIN, OLD_BARGE, harbour):
        ingest.add(article)
    load = lambda ids: store.passages_of(ids, embedder.fingerprint)  # noqa: E731
    index = LocalIndex(tmp_path / "index", load, store.id, embedder.fingerprint, embedder.dim)
    index.apply(store.changes(0, 100))
    stories = Stories(store, index)
    stories.follow()
    yield Summaries(store, index, embedder, lambda: Known(sorted(store.languages()), store.sources()), stories)
    index.close()


def told(summary: TopicSummary) -> list[list[str]]:
    return [[article.article_id for article in story.articles] for story in summary.stories]


def test_an_unknown_article_has_no_summary(summaries: Summaries) -> None:
    with pytest.raises(UnknownArticle):
        summaries.article("nowhere")
    with pytest.raises(UnknownArticle):
        summaries.story("nowhere")


@pytest.mark.parametrize(("length", "least", "most"), [("short", 1, 2), ("medium", 3, 5), ("long", 5, 8)])
def test_an_article_is_told_at_the_length_asked_for(
    summaries: Summaries, length: Length, least: int, most: int
) -> None:
    assert least <= len(summaries.article("harbour", length).sentences) <= most


@pytest.mark.parametrize("article_id", ["lighthouse", "bakery", "parom", "most", "harbour"])
def test_a_summary_is_cited_slices_in_the_articles_order(summaries: Summaries, article_id: str) -> None:
    summary = summaries.article(article_id)
    citations = [citation for sentence in summary.sentences for citation in sentence.citations]
    assert citations == sorted(citations, key=lambda citation: citation.start)
    assert len(citations) == len(summary.sentences) > 0
    for citation in (*citations, *summary.facts.who, *summary.facts.when, *summary.facts.numbers):
        assert summary.article.text[citation.start : citation.end] == citation.quote


def test_a_summary_has_the_facts(summaries: Summaries) -> None:
    assert [citation.quote for citation in summaries.article("parom").facts.numbers] == [
        "140 туристов",
        "28 метров в секунду",
    ]


@pytest.mark.parametrize(("article_id", "story"), [("first", ["first", "second"]), ("most2", ["most", "most2"])])
def test_a_story_is_told_oldest_first(summaries: Summaries, article_id: str, story: list[str]) -> None:
    summary = summaries.story(article_id)
    assert [article.id for article in summary.articles] == story
    assert summary.happened
    assert {sentence.citations[0].article_id for sentence in summary.new} == {story[-1]}


def test_a_story_of_one_article_has_nothing_new(summaries: Summaries) -> None:
    summary = summaries.story("bakery")
    assert [article.id for article in summary.articles] == ["bakery"]
    assert summary.new == ()


def test_a_story_tells_who_says_what(summaries: Summaries) -> None:
    speakers = [s.text[slice(*s.span)] for s in summaries.story("second").said if s.span]
    assert any("Finch" in speaker for speaker in speakers)


def test_an_article_that_is_in_no_story_yet_is_told_alone(summaries: Summaries, store: Store) -> None:
    undated = replace(BAKERY, id="undated", published=None)
    store.add(undated, store.with_passages("bakery")[1], None, "none")
    assert [article.id for article in summaries.story("undated").articles] == ["undated"]


def test_a_topic_is_told_by_story(summaries: Summaries) -> None:
    summary = summaries.topic("barge bridge", NOW)
    assert told(summary)[0] == ["second", "first"]
    assert summary.sources == len({a.source for story in summary.stories for a in story.articles if a.source})
    assert "bridge" in summary.stories[0].sentence.text
    assert "bakery" not in [article for story in told(summary) for article in story]


def test_a_topic_is_told_in_russian(summaries: Summaries) -> None:
    summary = summaries.topic("мост через Вешку", NOW)
    assert told(summary)[0] == ["most2", "most"]


def test_a_topic_keeps_to_its_days(summaries: Summaries) -> None:
    summary = summaries.topic("barge last week", NOW + timedelta(days=7))
    assert summary.searched.scope
    assert told(summary) == [["second", "first"]]


def test_a_topic_keeps_to_its_sources(summaries: Summaries) -> None:
    summary = summaries.topic("Oster bridge according to Quill Post", NOW)
    assert summary.searched.scope.sources == ("Quill Post",)
    assert told(summary)[0] == ["second"]
    assert summary.sources == 1


def test_without_a_topic_all_of_the_period_is_told(summaries: Summaries) -> None:
    summary = summaries.topic("last week", NOW + timedelta(days=7), "long")
    assert summary.topic == ""
    assert sorted(sorted(story) for story in told(summary)) == [["first", "second"], ["harbour"], ["most", "most2"]]


def test_the_news_are_the_newest(summaries: Summaries) -> None:
    assert {"second", "most2"} <= {story[0] for story in told(summaries.topic("news", NOW))}


@pytest.mark.parametrize("text", ["zebra quantum knitting", "", "???", "квантовая вязка зебр"])
def test_what_nobody_wrote_about_has_no_stories(summaries: Summaries, text: str) -> None:
    summary = summaries.topic(text, NOW)
    assert summary.stories == ()
    assert summary.sources == 0
    assert summary.searched.articles == 9


def test_a_short_summary_has_fewer_stories(summaries: Summaries) -> None:
    lengths: tuple[Length, ...] = ("short", "medium", "long")
    short, medium, long = (len(summaries.topic("news", NOW, length).stories) for length in lengths)
    assert short == 3
    assert medium == 5
    assert long == 7


def test_everything_in_a_topic_is_cited(summaries: Summaries, store: Store) -> None:
    for story in summaries.topic("news", datetime(2031, 5, 7, tzinfo=UTC), "long").stories:
        (citation,) = story.sentence.citations
        assert store.article(citation.article_id).text[citation.start : citation.end] == story.sentence.text
        assert citation.article_id in [article.article_id for article in story.articles]


@pytest.mark.parametrize(
    "asked",
    ["What happened last week?", "what happened yesterday", "news of last week", "Что случилось вчера?",
     "что нового за последнюю неделю"],
)  # fmt: skip
def test_what_happened_in_a_time_is_asked_for_by_itself(summaries: Summaries, asked: str) -> None:
    assert summaries.tells(asked, NOW)


@pytest.mark.parametrize(
    "asked",
    ["What happened to the barge last week?", "Who won yesterday?", "and last week?", "а вчера?", "What is new?",
     "Что случилось с паромом вчера?"],
)  # fmt: skip
def test_what_happened_to_something_is_a_question_like_any_other(summaries: Summaries, asked: str) -> None:
    assert not summaries.tells(asked, NOW)


@pytest.mark.parametrize("asked", ["and the day before yesterday?", "and last week?", "а вчера?", "and in May?"])
def test_another_time_is_enough_after_a_question_of_what_happened(summaries: Summaries, asked: str) -> None:
    what, who = Turn("What happened yesterday?"), Turn("Who won yesterday?")
    assert summaries.tells(asked, NOW, (who, what))
    assert summaries.tells(asked, NOW, (what, Turn("and last week?")))
    assert not summaries.tells(asked, NOW, (what, who))
    assert not summaries.tells("and why?", NOW, (what,))


@pytest.mark.parametrize("topic", ["Oster bridge in May 2031", "мост в мае 2031 года"])
def test_a_month_beside_a_topic_limits_it_though_nothing_is_asked(summaries: Summaries, topic: str) -> None:
    told = summaries.topic(topic, NOW)
    assert told.searched.scope.since == datetime(2031, 5, 1, tzinfo=UTC)
    assert told.topic in {"Oster bridge", "мост"}
    assert told.stories
