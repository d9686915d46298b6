from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from retrieval import Article, Corpus, Interest
from retrieval.grouping import Stories
from retrieval.matching.interests import Interests
from retrieval.matching.matcher import SHOWN, Matcher
from retrieval.matching.relevance import FLOOR, LEVELS
from retrieval.matching.remembered import CountedRarities, Titles
from retrieval.ports import Embedder, Vectors
from tests.benchmarks.topics import article_of, by_bm25, by_cosine, labelled, matched, mean_average_precision, read
from tests.retrieval.articles import BAKERY, FERRY_RU, LIGHTHOUSE
from tests.retrieval.engine import Engine
from tests.retrieval.summary.test_stories import FIRST, MONDAY, SECOND

BREWERY = Article(
    "brewery",
    "Brewery workers vote to end four-week strike",
    "Workers of the Holm brewery voted on Friday to end their strike after four weeks. The union won a pay rise of 6 "
    "per cent. The brewery will make beer again from Monday.\n\n"
    "The mayor welcomed the end of the walkout. Pubs had run dry.",
    source="Coast Herald",
    published=datetime(2026, 5, 15, tzinfo=UTC),
)
FLOOD_RU = Article(
    "navodnenie",
    "Наводнение в Сибири: эвакуированы три села",
    "Наводнение в Сибири вынудило власти эвакуировать три села. Вода в реке поднялась на четыре метра.\n\n"
    "Новых наводнений в Сибири ждут в июне. Губернатор обещал построить дамбу до конца лета.",
    "ru",
    source="Вестник",
    published=datetime(2026, 5, 21, tzinfo=UTC),
)
NOW = datetime(2026, 5, 31, tzinfo=UTC)


class OtherModel:
    """The real one, under another name, that knows other languages."""

    def __init__(self, inner: Embedder, *languages: str) -> None:
        self._inner, self._languages = inner, languages
        self.fingerprint = f"other:{inner.fingerprint}"
        self.dim, self.max_tokens = inner.dim, inner.max_tokens
        self.embedded: list[str] = []

    def knows(self, language: str) -> bool:
        return language in self._languages

    def count(self, texts: Sequence[str]) -> list[int]:
        return self._inner.count(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        return self._inner.passages(texts)

    def questions(self, texts: Sequence[str]) -> Vectors:
        return self._inner.questions(texts)


@pytest.fixture
def matcher(engine: Engine) -> Matcher:
    engine.add(LIGHTHOUSE, BAKERY, BREWERY, FERRY_RU, FLOOD_RU)
    return Matcher(engine.store, engine.index, engine.embedder, engine.stories)


def following(matcher: Matcher, *texts: str) -> Interests:
    held = Interests()
    held.put(matcher.interest(text, key) for key, text in enumerate(texts))
    return held


def keys(matcher: Matcher, held: Interests, article_id: str, least: float = LEVELS["balanced"]) -> Collection[int]:
    return [match.key for match in matcher.match(held, article_id, least)]


def test_each_article_reaches_those_who_follow_what_it_is_about(matcher: Matcher) -> None:
    held = following(matcher, "lighthouses", "strikes at breweries", "наводнения в Сибири", "fires", "паромы")
    assert {key: keys(matcher, held, key) for key in ("lighthouse", "brewery", "navodnenie", "bakery", "parom")} == {
        "lighthouse": [0],
        "brewery": [1],
        "navodnenie": [2],
        "bakery": [3],
        "parom": [4],
    }


def test_a_question_may_be_followed_too(matcher: Matcher) -> None:
    held = following(matcher, "When does the strike at the brewery end?", "Where is the best cheese made?")
    assert keys(matcher, held, "brewery") == [0]


def test_other_words_for_it_are_found_by_meaning(matcher: Matcher) -> None:
    assert matcher.score("labour unrest in the beer industry", "brewery") > 5 * matcher.score(
        "labour unrest in the beer industry", "bakery"
    )


def test_english_topics_leave_russian_articles_alone(matcher: Matcher) -> None:
    held = following(matcher, "floods in Siberia", "ferries", "storms at sea", "weather", "tourists on islands")
    assert matcher.match(held, "navodnenie") == matcher.match(held, "parom") == []


def test_a_match_scores_what_the_topic_alone_scores(matcher: Matcher) -> None:
    texts = ["lighthouses", "strikes at breweries", "наводнения в Сибири", "fires", "coast guard budget cuts"]
    held = following(matcher, *texts)
    for article_id in ("lighthouse", "brewery", "navodnenie", "bakery"):
        for match in matcher.match(held, article_id, 0.0):
            assert match.score == pytest.approx(matcher.score(texts[match.key], article_id), abs=2e-4)


def test_only_matches_above_the_floor_are_given(matcher: Matcher) -> None:
    held = following(matcher, "lighthouses", "volcanoes", "football")
    assert [match.key for match in matcher.match(held, "lighthouse")] == [0]
    assert all(match.score >= FLOOR for match in matcher.match(held, "lighthouse"))


def test_an_article_without_a_title_is_matched_by_its_text(engine: Engine) -> None:
    engine.add(replace(BREWERY, title=""))
    matcher = Matcher(engine.store, engine.index, engine.embedder, engine.stories)
    assert matcher.score("strikes at breweries", "brewery") >= LEVELS["balanced"]
    assert matcher.score("labour unrest", "brewery") > matcher.score("volcanoes", "brewery")


def test_an_unknown_article_matches_nobody(matcher: Matcher, engine: Engine) -> None:
    held = following(matcher, "lighthouses")
    assert matcher.match(held, "nowhere") == []
    assert matcher.score("lighthouses", "nowhere") == 0.0
    assert matcher.reason("lighthouses", "nowhere") is None
    engine.store.remove("lighthouse")
    assert matcher.match(held, "lighthouse") == []


def test_an_interest_has_a_vector_in_the_languages_that_the_model_knows(matcher: Matcher, embedder: Embedder) -> None:
    english, russian = matcher.interest("lighthouses", 7), matcher.interest("маяки и паромы", 8)
    assert (english.key, english.text, english.language, english.fingerprint) == (
        7,
        "lighthouses",
        "en",
        embedder.fingerprint,
    )
    assert len(np.frombuffer(english.vector or b"", np.float16)) == embedder.dim
    assert russian == Interest(8, "маяки и паромы", "ru", None, "")


def test_an_interest_of_another_model_is_told_and_goes_by_words(
    matcher: Matcher, engine: Engine, embedder: Embedder
) -> None:
    now = matcher.interest("lighthouse keepers")
    other = Matcher(engine.store, engine.index, OtherModel(embedder, "en"), engine.stories)
    old = other.interest("lighthouse keepers")
    assert matcher.is_current(now)
    assert not matcher.is_current(old)
    assert matcher.is_current(matcher.interest("маяки и паромы"))
    assert not matcher.is_current(replace(now, vector=None, fingerprint=""))
    without = replace(now, vector=None, fingerprint="")
    assert matcher.score(old, "lighthouse") == matcher.score(without, "lighthouse") != matcher.score(now, "lighthouse")


def test_a_model_without_languages_is_asked_for_no_vector(engine: Engine, embedder: Embedder) -> None:
    nobody = OtherModel(embedder)
    engine.add(LIGHTHOUSE)
    matcher = Matcher(engine.store, engine.index, nobody, engine.stories)
    assert matcher.score("lighthouse keeper", "lighthouse") > FLOOR
    assert matcher.reason("lighthouse keeper", "lighthouse") is not None
    assert nobody.embedded == []


def test_the_reason_is_the_articles_own_sentence_nearest_to_the_topic(matcher: Matcher, engine: Engine) -> None:
    for text, article_id, quote in (
        ("museums", "lighthouse", "Her cottage will become a museum of the coast, which opens in September."),
        ("pay rises", "brewery", "The union won a pay rise of 6 per cent."),
        ("строительство дамб", "navodnenie", "Губернатор обещал построить дамбу до конца лета."),
    ):
        reason = matcher.reason(text, article_id)
        article = engine.store.article(article_id)
        assert reason is not None
        assert reason.quote == quote == article.text[reason.start : reason.end]
        assert (reason.article_id, reason.revision, reason.title) == (article.id, article.revision, article.title)


def test_a_topic_that_no_sentence_tells_still_has_a_reason(matcher: Matcher, engine: Engine) -> None:
    reason = matcher.reason("volcanoes", "parom")
    assert reason is not None
    assert engine.store.article("parom").text.startswith(reason.quote)


def test_a_sample_tells_what_would_have_come_newest_first_with_reasons(matcher: Matcher, engine: Engine) -> None:
    engine.add(replace(BREWERY, id="later", title="Brewery strike may return, says union",
                       text="A new strike of brewery workers is likely in June, the union said. Brewery pay is low.",
                       published=datetime(2026, 5, 25, tzinfo=UTC)))  # fmt: skip
    sample = matcher.sample("strikes at breweries", NOW)
    assert [sampled.article.article_id for sampled in sample.found] == ["later", "brewery"]
    assert sample.stories == 2
    for sampled in sample.found:
        assert sampled.score >= LEVELS["balanced"]
        assert sampled.score == matcher.score("strikes at breweries", sampled.article.article_id)
        assert sampled.reason == matcher.reason("strikes at breweries", sampled.article.article_id)


def test_a_sample_has_the_first_article_of_a_story_only(engine: Engine) -> None:
    engine.add(SECOND, FIRST, LIGHTHOUSE)
    stories = Stories(engine.store, engine.index)
    stories.follow()
    matcher = Matcher(engine.store, engine.index, engine.embedder, engine.stories)
    sample = matcher.sample("barge accident at a bridge", MONDAY + timedelta(days=3), "wide")
    assert [sampled.article.article_id for sampled in sample.found] == ["first"]
    assert sample.stories == 1


def test_a_sample_ends_with_the_newest_article_and_begins_with_the_oldest(matcher: Matcher) -> None:
    sample = matcher.sample("lighthouses", NOW + timedelta(days=400))
    assert (sample.since, sample.until) == (LIGHTHOUSE.published, FLOOD_RU.published)
    assert sample.days == 17
    assert [sampled.article.article_id for sampled in sample.found] == ["lighthouse"]


def test_a_sample_looks_at_no_more_days_than_asked_and_at_nothing_after_now(matcher: Matcher) -> None:
    few = matcher.sample("lighthouses", NOW, days=5)
    assert (few.days, few.found, few.stories) == (5, (), 0)
    before = matcher.sample("brewery strike", datetime(2026, 5, 13, tzinfo=UTC))
    assert before.until == BAKERY.published
    assert before.found == ()


def test_a_wide_sample_has_all_that_a_strict_one_has(matcher: Matcher) -> None:
    found = {
        level: {each.article.article_id for each in matcher.sample("burning buildings", NOW, level).found}
        for level in LEVELS
    }
    assert found["strict"] <= found["balanced"] <= found["wide"] == {"bakery"}


def test_a_sample_shows_the_newest_few_and_counts_all(engine: Engine) -> None:
    days = [datetime(2026, 5, day, tzinfo=UTC) for day in range(1, SHOWN + 4)]
    engine.add(*(replace(BREWERY, id=f"b{day:%d}", text=f"{BREWERY.text} It was day {day:%d}.", published=day)
                 for day in days))  # fmt: skip
    sample = Matcher(engine.store, engine.index, engine.embedder, engine.stories).sample("brewery strike", NOW)
    assert sample.stories == SHOWN + 3
    assert [sampled.article.published for sampled in sample.found] == days[::-1][:SHOWN]


def test_without_dated_articles_a_sample_is_empty(engine: Engine) -> None:
    engine.add(replace(BREWERY, published=None))
    sample = Matcher(engine.store, engine.index, engine.embedder, engine.stories).sample("brewery strike", NOW)
    assert (sample.found, sample.stories, sample.days, sample.since, sample.until) == ((), 0, 0, None, None)


def test_rarities_stay_until_the_log_has_grown_by_a_tenth(engine: Engine) -> None:
    engine.add(LIGHTHOUSE, BAKERY)
    rarities = CountedRarities(engine.index)
    edition, before = rarities.edition, rarities(["fire", "lamp", "fire"])
    assert before == engine.index.rarity(["fire", "lamp", "fire"])
    engine.add(replace(BAKERY, id="again", text="Another fire. " + BAKERY.text))
    assert (rarities.edition, rarities(["fire"])) == (edition, before[:1])
    engine.add(*(replace(BAKERY, id=f"b{at}", text=f"Fire {at}. {BAKERY.text}") for at in range(30)))
    assert rarities.edition == edition + 1
    assert rarities(["fire"]) == engine.index.rarity(["fire"]) != before[:1]


def test_a_title_is_embedded_once(embedder: Embedder) -> None:
    counted = OtherModel(embedder, "en")
    titles = Titles(counted)
    first = titles(["A ferry", "A barge", "A ferry"])
    again = titles(["A barge", "A tern"])
    assert counted.embedded == ["A ferry", "A barge", "A tern"]
    assert (first["A barge"] == again["A barge"]).all()
    assert (again["A tern"] == embedder.passages(["A tern"])[0]).all()


def test_the_starter_articles_reach_who_follows_them_in_two_languages(starter: Corpus) -> None:
    matcher = Matcher(starter._store, starter._index, starter._embedder, starter._stories)
    for text, title in (
        ("city budget", "Lindhaven council passes budget, trims parking rise"),
        ("забастовка в Кронберге", "Третья неделя без пива: чего ждут на «Кронберге»"),
        ("городской бюджет", "Бюджет принят: парковка по 3,20, баня в Бренноке спасена"),
        ("велодорожки", "Велодорожка на Харбор-роуд: город согласился на 1,8 километра"),
    ):
        article = starter.find(title)
        assert article is not None
        assert matcher.score(text, article.id) >= LEVELS["balanced"], text
    for text in ("volcanoes", "EU AI law", "вулканы Камчатки", "crude oil prices in Texas"):
        scores = [matcher.score(text, article.id) for article in starter.articles(limit=20)]
        assert max(scores) < LEVELS["balanced"], text


def test_topics_of_a_newswire_are_ranked_better_than_by_words_or_meaning_alone(shared: Path, engine: Engine) -> None:
    rows = read(shared / "data" / "topics" / "reuters_train.jsonl.gz")[::16]
    engine.add(*map(article_of, rows))
    part = labelled(rows, set(engine.store.ids()))
    some = part.has.sum(1) >= 3  # (topics,)
    matcher = Matcher(engine.store, engine.index, engine.embedder, engine.stories)
    tables = [matched(matcher, part.articles), by_bm25(part.articles), by_cosine(engine, part.articles)]
    figures = [mean_average_precision(table[some], part.has[some]) for table in tables]
    assert figures[0] > max(figures[1:])
    told = tables[0] >= LEVELS["balanced"]
    assert (told & part.has).sum() >= 0.6 * told.sum() > 20
