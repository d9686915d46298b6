from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from retrieval.summary.stories import (
    SAME_STORY,
    Profile,
    Report,
    group,
    happened,
    likeness,
    news,
    profile,
    said,
    story_of,
)  # fmt: skip
from retrieval.text.sentences import split
from retrieval.text.stems import content_stems
from retrieval.types import Article
from tests.retrieval.articles import BAKERY

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


def ids(profiles: Sequence[Profile]) -> list[str]:
    return [each.article.id for each in profiles]


def test_an_article_is_like_itself_and_unlike_another_event() -> None:
    assert likeness(about(FIRST), about(FIRST)) == pytest.approx(1.0)
    assert likeness(about(FIRST), about(SECOND)) > SAME_STORY > likeness(about(FIRST), about(BAKERY))
    assert likeness(about(MOST_RU), about(MOST_RU_AGAIN)) > SAME_STORY


def test_vectors_count_as_much_as_words_where_both_have_them() -> None:
    one = replace(about(FIRST), vector=np.array([1.0, 0.0], np.float32))
    other = replace(about(FIRST), vector=np.array([0.0, 1.0], np.float32))
    assert likeness(one, other) == pytest.approx(0.5)
    assert likeness(one, about(FIRST)) == pytest.approx(1.0)


def test_a_story_is_the_articles_about_one_event() -> None:
    assert ids(story_of(about(FIRST), [about(BAKERY), about(SECOND)])) == ["first", "second"]
    assert ids(story_of(about(MOST_RU), [about(BAKERY), about(MOST_RU_AGAIN)])) == ["most", "most2"]


def test_the_same_words_a_month_later_are_another_event() -> None:
    later = replace(SECOND, published=MONDAY + timedelta(days=30))
    assert ids(story_of(about(FIRST), [about(later)])) == ["first"]
    assert len(group([about(FIRST), about(later)])) == 2


def test_every_article_is_in_one_story() -> None:
    stories = group([about(article) for article in (BAKERY, SECOND, MOST_RU, FIRST, MOST_RU_AGAIN)])
    assert sorted(sorted(ids(story)) for story in stories) == [["bakery"], ["first", "second"], ["most", "most2"]]


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


@pytest.mark.parametrize(("language", "least"), [("ru", 0.85), ("en", 0.9)])
def test_labelled_pairs_of_articles_are_told_apart(shared: Path, language: str, least: float) -> None:
    with gzip.open(shared / "data" / "stories" / "pairs.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["lang"] == language]
    articles = [
        Article(row[side]["url"], row[side]["title"], row[side]["text"], language) for row in rows for side in "ab"
    ]
    bags = [set(content_stems(f"{article.title} {article.text}", language)) for article in articles]

    def rarity(words: Sequence[str]) -> list[float]:
        counts = [sum(word in bag for bag in bags) for word in words]
        return [float(np.log((len(bags) + 1) / max(1, count)) / np.log(len(bags) + 1)) for count in counts]

    profiles = [profile(article, rarity) for article in articles]
    same: list[float] = []
    other: list[float] = []
    for row, one, two in zip(rows, profiles[::2], profiles[1::2], strict=True):
        (same if row["label"] == "OK" else other).append(likeness(one, two))
    above = np.mean([one > two for one in same for two in other])
    assert above >= least
