from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from retrieval.finding import PASSAGES, PER_ARTICLE, Found
from retrieval.grouping import Stories
from retrieval.types import Article, Evidence, Question, Scope
from tests.retrieval.articles import BAKERY, LIGHTHOUSE
from tests.retrieval.engine import Engine
from tests.retrieval.summary.test_stories import FIRST, MOST_RU, MOST_RU_AGAIN, SECOND

NOW = datetime(2026, 5, 31, 12, tzinfo=UTC)
ASKED = Question("Who won the regatta?", "Who won the regatta?", "en", "person", undated=True)


def regatta(name: str, words: str, days: float | None = None, source: str | None = None) -> Article:
    """Published so many days ago; never, as far as anybody knows, for None."""
    published = None if days is None else NOW - timedelta(days=days)
    return Article(name, "Regatta", f"The regatta was won by {words}.", published=published, source=source)


def found(engine: Engine, question: Question = ASKED, *without: str) -> Found:
    """By words alone, of which these articles have equally many in common with the question."""
    return engine.finder.find(question, None, NOW, without)


def evidence(engine: Engine, question: Question = ASKED, limit: int = PASSAGES) -> list[Evidence]:
    return engine.finder.evidence(found(engine, question).hits, limit)


def test_of_equal_matches_the_newest_comes_first_and_the_undated_last(engine: Engine) -> None:
    engine.add(regatta("undated", "Ada Lund"), regatta("old", "Eva Lund", 400), regatta("new", "Ida Lund", 1))
    assert found(engine).articles == ("new", "old", "undated")


def test_a_date_far_ahead_is_wrong_and_gains_nothing(engine: Engine) -> None:
    engine.add(regatta("next_year", "Ada Lund", -300), regatta("new", "Eva Lund", 2))
    assert found(engine).articles[0] == "new"
    engine.add(regatta("tonight", "Ida Lund", -0.5))  # another time zone, or a clock
    assert found(engine).articles[0] == "tonight"


def test_a_question_with_a_date_of_its_own_does_not_favour_the_present(engine: Engine) -> None:
    engine.add(regatta("old", "Eva Lund", 400), regatta("new", "Ida Lund", 1))
    dated = Question(ASKED.text, ASKED.text, "en", "person", undated=False)
    assert [hit.score for hit in found(engine, dated).hits] == [1.0, 1.0]
    newer, older = found(engine).hits
    assert newer.score > older.score


def test_within_a_scope_its_end_is_the_present(engine: Engine) -> None:
    engine.add(regatta("early", "Ada Lund", 300), regatta("late", "Eva Lund", 206), regatta("now", "Ida Lund", 1))
    limited = Question(
        ASKED.text, ASKED.text, "en", "person", undated=False, scope=Scope(until=NOW - timedelta(days=200))
    )
    assert found(engine, limited).articles == ("late", "early")


def test_what_was_just_talked_about_comes_first(engine: Engine) -> None:
    engine.add(regatta("one", "Ada Lund", 5), regatta("two", "Eva Lund", 5), regatta("three", "Ida Lund", 5))
    last = found(engine).articles[-1]
    leaning = Question(ASKED.text, ASKED.text, "en", "person", undated=True, lately=(last, "gone"))
    assert found(engine, leaning).articles[0] == last


def test_copies_are_shown_once_and_the_best_match_of_them(engine: Engine) -> None:
    text = (
        "Ada Lund won the regatta of Otter Bay on Saturday, two lengths ahead of the harbour master. Some {} boats "
        "took part, more than in any year before, and the wind held until the last of them was home. The cup was "
        "handed over on the quay by the mayor, who had come third."
    )
    for number in range(5):
        engine.add(Article(f"copy{number}", "Regatta", text.format(60 + number), published=NOW - timedelta(number + 1)))
    engine.add(Article("other", "Cup", "Eva Lund did not come to the regatta.", published=NOW - timedelta(400)))
    shown = [each.article.id for each in evidence(engine)]
    assert shown[0] == "copy0"
    assert sorted(shown) == ["copy0", "other"]


def test_at_most_two_passages_of_an_article_are_found(engine: Engine) -> None:
    lines = [
        f"Heat {number} of the regatta was won by boat {number}, whose crew had trained for it all winter long in "
        f"the bay, and boat {number + 1} came second, to the joy of many."
        for number in range(60)
    ]
    engine.add(Article("long", "Regatta", "\n\n".join(lines)), regatta("short", "Ada Lund"))
    stored = engine.store.with_passages("long")[1]
    assert len(stored) > PER_ARTICLE
    assert [each.article.id for each in evidence(engine)].count("long") == PER_ARTICLE
    assert found(engine).articles.count("long") == 1


def test_no_more_is_loaded_than_was_wanted(engine: Engine) -> None:
    engine.add(*(regatta(str(number), f"boat {number} of {number * 7}") for number in range(12)))
    assert len(evidence(engine)) == PASSAGES
    assert len(evidence(engine, limit=3)) == 3
    assert len(found(engine).hits) == 12


def test_articles_that_are_passed_over_are_not_found(engine: Engine) -> None:
    engine.add(regatta("one", "Ada Lund"), regatta("two", "Eva Lund"))
    assert found(engine, ASKED, "one").articles == ("two",)
    assert found(engine, ASKED, "one", "two") == Found((), (), ())


def test_a_scope_without_matches_is_widened_and_one_with_any_is_not(engine: Engine) -> None:
    engine.add(regatta("post", "Ada Lund", 5, "Post"), regatta("wire", "Eva Lund", 5, "Wire"))
    within = Question(ASKED.text, ASKED.text, "en", "person", True, Scope(sources=("Wire",)))
    assert found(engine, within).articles == ("wire",)
    assert not found(engine, within).widened
    assert engine.finder.searched(within, found(engine, within)).articles == 1
    widened = found(engine, within, "wire")
    assert (widened.articles, widened.widened) == (("post",), True)
    searched = engine.finder.searched(within, widened)
    assert (searched.articles, searched.scope, searched.widened) == (2, within.scope, True)


def test_a_language_that_the_model_does_not_know_goes_by_words(engine: Engine) -> None:
    engine.add(LIGHTHOUSE, BAKERY)
    russian = Question("Кто сжёг пекарню?", "Кто сжёг пекарню?", "ru", "person", True)
    assert engine.finder.vector(russian) is None
    assert found(engine, russian) == Found((), (), ())
    vector = engine.finder.vector(ASKED)
    assert vector is not None
    assert vector.shape == (1, engine.embedder.dim)


def test_what_is_shown_has_one_article_of_every_story_first(engine: Engine) -> None:
    farmer = Article("farmer", "Farmer finds anchor", "A farmer at Quill found an old anchor of a barge in his field.")
    engine.add(FIRST, SECOND, farmer)
    Stories(engine.store, engine.index).follow()
    barge = replace(ASKED, text="barge bridge", standalone="barge bridge", undated=False)
    articles = found(engine, barge).articles
    assert set(articles[:2]) == {"first", "second"}
    assert [each.article.id for each in evidence(engine, barge)] == [articles[0], "farmer", articles[1]]


def test_an_answer_is_made_of_what_matches_best_whatever_its_story(engine: Engine) -> None:
    engine.add(MOST_RU, MOST_RU_AGAIN, Article("rybak", "Рыбак", "Рыбак видел, как баржа шла к Лисьему.", "ru"))
    Stories(engine.store, engine.index).follow()
    barge = Question("баржа мост Вешка", "баржа мост Вешка", "ru", "thing", undated=False)
    brought = found(engine, barge)
    assert set(brought.articles[:2]) == {"most", "most2"}
    assert [hit.score for hit in brought.matching] == sorted((hit.score for hit in brought.hits), reverse=True)
    assert sorted(hit.passage_id for hit in brought.hits) == sorted(hit.passage_id for hit in brought.matching)
    assert brought.stories["most"] == brought.stories["most2"]
