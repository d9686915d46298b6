from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from retrieval import Article, Corpus, UnknownArticle
from retrieval.grouping import Stories, openers_of
from tests.retrieval.articles import BAKERY, FERRY_RU, LIGHTHOUSE
from tests.retrieval.engine import Engine
from tests.retrieval.summary.test_stories import FIRST, MONDAY, MOST_RU, MOST_RU_AGAIN, SECOND

THIRD = Article(
    "third",
    "Repairs of Oster bridge begin after barge accident",
    "Divers began to repair the pillar of the Oster bridge that a barge struck on Monday. The bridge stays closed "
    "until August. The barge will be towed to Quill.",
    source="Valley Wire",
    published=MONDAY + timedelta(days=2),
)
COPY = replace(
    SECOND,
    id="copy",
    title="Barge accident closes Oster bridge until August",
    text=f"OSTER (Valley Wire) - {SECOND.text} Additional reporting by Ines Pell.",
    source="Valley Wire",
    published=SECOND.published,
)
MOST_RU_COPY = replace(
    MOST_RU,
    id="most-copy",
    title="В опору моста через Вешку врезалась баржа",
    text=f"ВЕШКА, 5 мая. {MOST_RU.text}",
    source="Причал",
)


@pytest.fixture
def stories(engine: Engine) -> Stories:
    return Stories(engine.store, engine.index)


def rows(engine: Engine) -> list[tuple[str, int, str | None]]:
    with engine.store.engine.connect() as tx:
        found = tx.execute(sa.text("SELECT article_id, story, copy_of FROM tellings ORDER BY article_id"))
        return [(row.article_id, row.story, row.copy_of) for row in found]


def together(stories: Stories, article_id: str) -> list[str]:
    return [article.id for article in stories.story_of(article_id).articles]


def index_again(engine: Engine) -> None:
    engine.index.apply(engine.store.changes(engine.index.applied(), 1000))


def test_several_sources_tell_one_story_oldest_first(engine: Engine, stories: Stories) -> None:
    engine.add(SECOND, BAKERY, FIRST, LIGHTHOUSE, THIRD)
    assert stories.follow()
    assert together(stories, "first") == together(stories, "third") == ["first", "second", "third"]
    assert together(stories, "bakery") == ["bakery"]
    assert [other.article_id for other in stories.others("second")] == ["third", "first"]


def test_russian_sources_tell_one_story_too(engine: Engine, stories: Stories) -> None:
    engine.add(MOST_RU, FERRY_RU, MOST_RU_AGAIN, FIRST)
    stories.follow()
    assert together(stories, "most2") == ["most", "most2"]
    assert together(stories, "parom") == ["parom"]


def test_articles_of_two_languages_are_never_of_one_story(engine: Engine, stories: Stories) -> None:
    engine.add(MOST_RU, replace(MOST_RU, id="other", language="uk", title="Баржа врезалась в мост"))
    stories.follow()
    assert together(stories, "other") == ["other"]


def test_a_storys_number_is_that_of_the_change_which_founded_it(engine: Engine, stories: Stories) -> None:
    engine.add(BAKERY, FIRST, SECOND)
    stories.follow()
    assert stories.stories_of(["first", "second", "bakery", "nowhere"]) == {"bakery": 1, "first": 2, "second": 2}
    assert stories.story_of("second").id == 2


def test_the_same_words_a_month_later_are_another_story(engine: Engine, stories: Stories) -> None:
    engine.add(FIRST, replace(SECOND, published=MONDAY + timedelta(days=30)))
    stories.follow()
    assert together(stories, "second") == ["second"]


def test_an_undated_article_comes_first_in_the_story_of_what_is_held(engine: Engine, stories: Stories) -> None:
    engine.add(
        FIRST, replace(SECOND, published=None), replace(THIRD, published=None, title="Geese fly south", text=".")
    )
    stories.follow()
    assert together(stories, "first") == ["second", "first"]
    assert together(stories, "third") == ["third"]


@pytest.mark.parametrize(("original", "copy"), [(SECOND, COPY), (MOST_RU, MOST_RU_COPY)])
def test_a_copy_by_another_source_is_marked_in_the_same_story(
    engine: Engine, stories: Stories, original: Article, copy: Article
) -> None:
    engine.add(original, copy)
    stories.follow()
    story = stories.story_of(original.id)
    assert {article.id for article in story.articles} == {original.id, copy.id}
    assert story.copies == {copy.id: original.id}


def test_a_copy_of_a_copy_is_one_of_the_first(engine: Engine, stories: Stories) -> None:
    engine.add(SECOND, COPY, replace(COPY, id="again", text=COPY.text.replace("(Valley Wire)", "(Lowland Radio)")))
    stories.follow()
    assert stories.story_of("copy").copies == {"copy": "second", "again": "second"}


def test_another_report_is_no_copy(engine: Engine, stories: Stories) -> None:
    engine.add(FIRST, SECOND, THIRD)
    stories.follow()
    assert stories.story_of("first").copies == {}


def test_what_a_page_says_to_everybody_makes_no_copies_and_no_stories(engine: Engine, stories: Stories) -> None:
    appeal = "To read on, please sign up for the Quill Post, which tells you all that matters in the valley."
    engine.add(
        Article("finch", "Mayor Finch resigns", appeal, published=MONDAY),
        Article("geese", "Why geese fly south", appeal, published=MONDAY),
    )
    stories.follow()
    assert rows(engine) == [("finch", 1, None), ("geese", 2, None)]


def test_two_stories_are_never_made_one(engine: Engine, stories: Stories) -> None:
    engine.add(FIRST, BAKERY)
    stories.follow()
    engine.add(replace(BAKERY, title=FIRST.title, text=FIRST.text, published=FIRST.published, source="Mill Post"))
    stories.follow()
    assert stories.stories_of(["first", "bakery"]) == {"first": 1, "bakery": 2}


def test_an_update_keeps_its_story_and_is_compared_by_its_new_words(engine: Engine, stories: Stories) -> None:
    engine.add(BAKERY, FIRST)
    stories.follow()
    engine.add(replace(BAKERY, title=SECOND.title, text=SECOND.text, published=SECOND.published))
    engine.add(COPY)
    stories.follow()
    assert stories.stories_of(["bakery", "first", "copy"]) == {"bakery": 1, "first": 2, "copy": 1}


def test_an_update_in_other_words_is_a_copy_no_longer(engine: Engine, stories: Stories) -> None:
    engine.add(SECOND, COPY)
    stories.follow()
    engine.add(replace(COPY, text=THIRD.text))
    stories.follow()
    assert stories.story_of("second").copies == {}
    assert together(stories, "second") == ["copy", "second"]


def test_a_removed_article_leaves_its_story_which_keeps_its_number(engine: Engine, stories: Stories) -> None:
    engine.add(FIRST, SECOND)
    stories.follow()
    engine.store.remove("first")
    index_again(engine)
    stories.follow()
    assert rows(engine) == [("second", 1, None)]
    with pytest.raises(UnknownArticle):
        stories.story_of("first")


def test_a_copy_whose_original_was_removed_is_shown_as_none(engine: Engine, stories: Stories) -> None:
    engine.add(SECOND, COPY)
    stories.follow()
    engine.store.remove("second")
    index_again(engine)
    stories.follow()
    assert stories.story_of("copy").copies == {}


def test_an_article_that_came_and_went_before_it_was_grouped_has_no_row(engine: Engine, stories: Stories) -> None:
    engine.add(FIRST, BAKERY)
    engine.store.remove("first")
    index_again(engine)
    assert stories.follow()
    assert [row[0] for row in rows(engine)] == ["bakery"]


def test_what_is_not_grouped_yet_is_alone(engine: Engine, stories: Stories) -> None:
    engine.add(FIRST, SECOND)
    story = stories.story_of("first")
    assert (story.id, [article.id for article in story.articles]) == (0, ["first"])


def test_stories_never_run_ahead_of_the_index(engine: Engine, stories: Stories) -> None:
    engine.add(FIRST)
    engine.store.remove("first")
    assert stories.follow()
    assert not stories.follow()
    index_again(engine)
    assert stories.follow()


def test_page_by_page_comes_to_the_same(engine: Engine, stories: Stories) -> None:
    engine.add(FIRST, BAKERY, SECOND, MOST_RU, COPY, MOST_RU_AGAIN, THIRD)
    while stories.follow(1):
        pass
    paged = rows(engine)
    restart(engine)
    stories.follow()
    assert rows(engine) == paged
    assert not stories.follow()


def restart(engine: Engine) -> None:
    """As if nothing had been grouped."""
    with engine.store.engine.begin() as tx:
        tx.execute(sa.text("DELETE FROM tellings"))
        tx.execute(sa.text("UPDATE about SET grouped = 0"))


def test_applying_changes_twice_does_no_harm(engine: Engine, stories: Stories) -> None:
    engine.add(FIRST, SECOND, COPY, BAKERY)
    stories.follow()
    once = rows(engine)
    with engine.store.engine.begin() as tx:
        tx.execute(sa.text("UPDATE about SET grouped = 0"))
    stories.follow()
    assert rows(engine) == once


def test_a_page_that_could_not_be_written_is_grouped_again(engine: Engine, stories: Stories) -> None:
    engine.add(FIRST, SECOND)
    with engine.store.engine.begin() as tx:
        tx.execute(sa.text("CREATE TRIGGER full BEFORE INSERT ON tellings BEGIN SELECT RAISE(ABORT, 'full'); END"))
    with pytest.raises(sa.exc.IntegrityError):
        stories.follow()
    assert rows(engine) == []
    with engine.store.engine.begin() as tx:
        tx.execute(sa.text("DROP TRIGGER full"))
    assert stories.follow()
    assert together(stories, "first") == ["first", "second"]


def test_two_followers_group_a_change_once(engine: Engine, stories: Stories) -> None:
    engine.add(FIRST, SECOND)
    other = Stories(engine.store, engine.index)
    assert stories.follow()
    assert not other.follow()
    engine.add(BAKERY)
    assert other.follow()
    assert [row[:2] for row in rows(engine)] == [("bakery", 3), ("first", 1), ("second", 1)]


def test_an_unknown_article_has_no_story(stories: Stories) -> None:
    with pytest.raises(UnknownArticle):
        stories.story_of("nowhere")
    assert stories.others("nowhere") == []


def test_a_corpus_groups_what_comes_in(make_corpus: Callable[..., Corpus]) -> None:
    corpus = make_corpus()
    for article in (FIRST, SECOND, BAKERY, COPY):
        corpus.add(article)
    assert [article.id for article in corpus.story("copy").articles] == ["first", "copy", "second"]
    assert corpus.story("copy").copies == {"copy": "second"}
    with pytest.raises(UnknownArticle):
        corpus.story("nowhere")


def test_the_first_article_of_each_story_opens_it() -> None:
    stories = {"a": 1, "b": 1, "c": 2, "d": 1, "f": 3}
    assert openers_of(["a", "b", "c", "d", "e", "f"], stories) == ["a", "c", "e", "f"]
    assert openers_of([], stories) == []


@given(st.permutations("abcdefgh"), st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 3)))
def test_the_best_article_always_opens_and_no_story_is_missed(found: list[str], stories: dict[str, int]) -> None:
    openers = openers_of(found, stories)
    assert openers[:1] == found[:1]
    assert {stories.get(each, each) for each in openers} == {stories.get(each, each) for each in found}
    assert len({stories.get(each, each) for each in openers}) == len(openers)
