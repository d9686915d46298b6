from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from retrieval.summary.likeness import (
    KIN,
    OTHER_DAYS,
    SAME_STORY,
    Profile,
    contemporary,
    likeness,
    profile,
    search_words,
)  # fmt: skip
from retrieval.summary.stories import Report, happened, news, said
from retrieval.text.sentences import split
from retrieval.types import Article
from tests.benchmarks.stories import area, read_pairs, scores
from tests.retrieval.articles import BAKERY, FERRY_RU

MONDAY = datetime(2031, 5, 5, 9, tzinfo=UTC)
FIRST = Article(
    "first",
    "Barge strikes Oster bridge",
    "A barge struck the Oster bridge on Monday and tore away one of its pillars. Police closed the bridge to all "
    "traffic. Nobody was hurt. “I heard a crack like thunder,” said Jon Ives, who keeps the lock at Oster.",
    source="Coast Herald",
    published=MONDAY,
)
SECOND = Article(
    "second",
    "Oster bridge stays closed after barge accident",
    "The Oster bridge will stay closed until August after a barge struck a pillar on Monday. The barge struck the "
    "Oster bridge on Monday and tore away one of its pillars. Engineers from Quill found cracks in two more pillars of "
    "the bridge. Mayor Orla Finch said the repairs of the bridge would cost $4 million.",
    source="Quill Post",
    published=MONDAY + timedelta(days=1),
)
MOST_RU = Article(
    "most",
    "Баржа врезалась в мост через Вешку",
    "Баржа врезалась в мост через Вешку и разрушила опору. Движение по мосту закрыли. Пострадавших нет.",
    "ru",
    published=MONDAY,
)
MOST_RU_AGAIN = Article(
    "most2",
    "Мост через Вешку закрыли до августа",
    "Мост через Вешку, в который врезалась баржа, закрыли до августа. Опору моста будут восстанавливать три месяца.",
    "ru",
    published=MONDAY + timedelta(days=1),
)


def equally_rare(words: Sequence[str]) -> list[float]:
    return [1.0] * len(words)


def about(article: Article) -> Profile:
    return profile(article, equally_rare)


def report(article: Article) -> Report:
    return Report(article, tuple(split(article.text, article.language)))


# --- likeness


@pytest.mark.parametrize(("one", "other"), [(FIRST, SECOND), (MOST_RU, MOST_RU_AGAIN)])
def test_two_reports_of_one_event_are_alike(one: Article, other: Article) -> None:
    assert likeness(about(one), about(one)) == pytest.approx(1.0)
    assert likeness(about(one), about(other)) == likeness(about(other), about(one)) > SAME_STORY


@pytest.mark.parametrize(("one", "other"), [(FIRST, BAKERY), (SECOND, BAKERY), (MOST_RU, FERRY_RU), (FIRST, MOST_RU)])
def test_reports_of_two_events_are_not(one: Article, other: Article) -> None:
    assert likeness(about(one), about(other)) < KIN


@pytest.mark.parametrize(
    ("one", "other"),
    [("Украина закупит вагоны", "Украинские вагоны закуплены"), ("Ships collide off Bergen", "Bergen ship collision")],
)
def test_the_ends_of_words_count_less_than_their_beginnings(one: str, other: str) -> None:
    language = "ru" if one[0] > "z" else "en"
    assert likeness(about(Article("a", one, "", language)), about(Article("b", other, "", language))) > 0.6


@pytest.mark.parametrize(
    ("text", "language", "days"),
    [
        ("Прогноз погоды по Вешке на {}: снег и ветер.", "ru", ("8 ноября", "16 ноября", "9 ноября")),
        ("The weather in Oster on {}: snow and wind.", "en", ("November 8", "November 16", "November 9")),
    ],
)
def test_two_forecasts_for_two_days_are_less_alike(text: str, language: str, days: Sequence[str]) -> None:
    first, later, eve = (
        about(Article(day, text.format(day).partition(":")[0], text.format(day), language)) for day in days
    )
    assert likeness(first, later) < OTHER_DAYS
    assert likeness(first, eve) == pytest.approx(likeness(first, later) / OTHER_DAYS, rel=0.01)


def test_the_same_paragraph_under_two_headlines_is_not_one_event() -> None:
    appeal = "To read on, please sign up for the Quill Post, which tells you every day what matters in the valley."
    one, other = Article("a", "Mayor Finch resigns", appeal), Article("b", "Why geese fly south", appeal)
    assert likeness(about(one), about(other)) < KIN


def test_without_titles_the_words_decide() -> None:
    assert likeness(about(replace(FIRST, title="")), about(replace(SECOND, title=""))) > KIN
    assert likeness(about(replace(FIRST, title="")), about(replace(BAKERY, title=""))) < KIN


def test_an_article_without_words_is_like_none() -> None:
    assert likeness(about(Article("a", "?", "!!!")), about(FIRST)) == 0.0


def test_only_articles_of_one_language_and_of_near_days_may_be_of_one_story() -> None:
    later = about(replace(SECOND, published=MONDAY + timedelta(days=30)))
    undated = about(replace(SECOND, published=None))
    assert contemporary(about(FIRST), about(SECOND))
    assert contemporary(about(FIRST), undated)
    assert not contemporary(about(FIRST), later)
    assert not contemporary(about(FIRST), about(replace(MOST_RU, published=MONDAY)))


def test_an_article_is_searched_for_by_its_heaviest_words() -> None:
    words = search_words(SECOND, about(SECOND), 8).split()
    assert {"oster", "bridg"} <= set(words)
    assert len(words) <= 8


@pytest.mark.parametrize(("language", "least"), [("ru", 0.92), ("en", 0.97)])
def test_labelled_pairs_of_articles_are_told_apart(shared: Path, language: str, least: float) -> None:
    pairs = read_pairs(shared / "data" / "stories" / "pairs.jsonl.gz", language)
    figure = area(pairs, scores(pairs))
    assert figure is not None
    assert figure >= least


# --- what is told


def test_what_happened_is_told_in_the_order_of_time_and_once() -> None:
    told = happened([report(FIRST), report(SECOND)])
    assert [sentence.citations[0].article_id for sentence in told] == ["first", "first", "second"]
    assert [sentence.citations[0].start for sentence in told[:2]] == sorted(s.citations[0].start for s in told[:2])
    assert sum("tore away" in sentence.text for sentence in told) == 1


def test_one_article_tells_its_story_alone() -> None:
    told = happened([report(FIRST)])
    assert 1 <= len(told) <= 3
    assert told[0].text.startswith("A barge struck")


def test_what_is_new_was_not_said_before() -> None:
    told = [sentence.text for sentence in news([report(FIRST), report(SECOND)], None, equally_rare)]
    assert any("Engineers" in text for text in told)
    assert not any("tore away" in text for text in told)


def test_what_is_new_is_told_since_the_day_that_was_asked_for() -> None:
    reports = [report(FIRST), report(SECOND)]
    assert news(reports, MONDAY + timedelta(hours=1), equally_rare)
    assert news(reports, MONDAY + timedelta(days=2), equally_rare) == ()


def test_nothing_is_new_where_nothing_is_earlier() -> None:
    assert news([report(FIRST)], None, equally_rare) == ()
    assert news([report(FIRST), report(SECOND)], MONDAY - timedelta(days=1), equally_rare) == ()


def test_who_spoke_is_marked_and_speaks_once() -> None:
    told = said([report(FIRST), report(SECOND)])
    speakers = [sentence.text[slice(*sentence.span)] for sentence in told if sentence.span]
    assert len(speakers) == len(told) == 2
    assert any("Jon Ives" in speaker for speaker in speakers)
    assert any("Orla Finch" in speaker for speaker in speakers)


def test_everything_told_is_a_slice_of_its_article() -> None:
    reports = [report(FIRST), report(SECOND)]
    texts = {each.article.id: each.article.text for each in reports}
    told = [*happened(reports), *news(reports, None, equally_rare), *said(reports)]
    assert told
    for sentence in told:
        (citation,) = sentence.citations
        assert texts[citation.article_id][citation.start : citation.end] == citation.quote == sentence.text
