from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.revisions import compare
from retrieval.types import Article, Weight
from tests.retrieval.articles import BAKERY, FERRY_RU, LIGHTHOUSE

PARAGRAPHS = [
    "The barge struck the bridge at Quill on Monday, and the road was shut at once.",
    "Nobody was hurt. Some 40 people walked home over the old footbridge.",
    "Engineers will look at the piers before the bridge is opened again, said Ada Lund of the harbour board.",
    "The barge carried gravel, and it lies aground below the weir until the water rises.",
]
articles = st.lists(st.sampled_from(PARAGRAPHS), min_size=1, unique=True).map(
    lambda told: Article("barge", "Barge strikes bridge", "\n\n".join(told))
)
anything = st.builds(
    Article, st.just("any"), st.text(max_size=60), st.text(max_size=400), st.sampled_from(["en", "ru"])
)


def became(article: Article, *changes: tuple[str, str]) -> Weight:
    """What the change of these words, in title and text, is called."""
    title, text = article.title, article.text
    for was, now in changes:
        assert was in title + text
        title, text = title.replace(was, now), text.replace(was, now)
    return compare(article, replace(article, title=title, text=text, revision=2))


def with_more(article: Article, more: str) -> Weight:
    return compare(article, replace(article, text=f"{article.text}{more}", revision=2))


@given(anything)
def test_what_stays_as_it_is_is_nothing(article: Article) -> None:
    assert compare(article, replace(article, revision=2)) == "nothing"


@given(anything)
def test_white_space_is_nothing(article: Article) -> None:
    spaced = replace(article, text=f"\n{article.text.replace(' ', '  ')}\n\n", title=f" {article.title} ")
    assert compare(article, spaced) == compare(spaced, article) == "nothing"


@given(anything, anything)
def test_any_two_texts_are_compared(one: Article, other: Article) -> None:
    assert compare(one, other) in ("nothing", "wording", "news")


@given(articles, st.randoms())
def test_another_order_of_paragraphs_is_no_news(article: Article, drawn: Random) -> None:
    told = article.text.split("\n\n")
    drawn.shuffle(told)
    assert compare(article, replace(article, text="\n\n".join(told))) in ("nothing", "wording")


@given(articles, st.sampled_from(PARAGRAPHS))
def test_a_paragraph_more_is_news_and_only_if_it_was_not_there(article: Article, paragraph: str) -> None:
    longer = f"{article.text}\n\n{paragraph}"
    known = paragraph in article.text
    assert (compare(article, replace(article, text=longer)) == "news") != known


@pytest.mark.parametrize(
    ("article", "was", "now"),
    [
        (BAKERY, "Nobody was hurt.", "Nobody was hurt!"),
        (BAKERY, "brigade", "brigde"),
        (BAKERY, "destroyed", "destoryed"),
        (BAKERY, "Peder", "Pedar"),
        (BAKERY, "burns in Mill", "burns, in Mill"),
        (BAKERY, "12,000", "12000"),
        (BAKERY, "three months", "3 months"),
        (BAKERY, "wants to reopen", "hopes to reopen"),
        (BAKERY, "Tuesday. Nobody", "Tuesday, and nobody"),
        (LIGHTHOUSE, "the post was", "the position was"),
        (LIGHTHOUSE, "She had kept the lighthouse for 41 years.", "For 41 years she had kept the lighthouse."),
        (LIGHTHOUSE, "years. The coast guard", "years, and the coast guard"),
        (FERRY_RU, "Савельев", "Савелев"),
        (FERRY_RU, "разместили", "поселили"),
        (FERRY_RU, "Игорь Савельев.", "Игорь Савельев вечером."),
    ],
)
def test_typos_punctuation_and_another_word_are_wording(article: Article, was: str, now: str) -> None:
    changed = replace(article, title=article.title.replace(was, now), text=article.text.replace(was, now))
    assert compare(article, changed) == compare(changed, article) == "wording"


@pytest.mark.parametrize(
    ("article", "was", "now"),
    [
        (BAKERY, "12,000", "13,000"),
        (BAKERY, "three months", "four months"),
        (BAKERY, "Nobody was hurt.", "Two people were hurt."),
        (BAKERY, "Nobody was hurt.", "Several neighbours were hurt."),
        (BAKERY, "Tuesday", "Wednesday"),
        (BAKERY, "Peder Holm", "Jens Holm"),
        (BAKERY, "had been left on", "had not been left on"),
        (LIGHTHOUSE, "41 years", "31 years"),
        (LIGHTHOUSE, "June", "July"),
        (LIGHTHOUSE, "opens in", "closes in"),
        (FERRY_RU, "четверга", "пятницы"),
        (FERRY_RU, "140", "160"),
        (FERRY_RU, "Савельев", "Петров"),
        (FERRY_RU, "не выйдет", "выйдет"),
    ],
)
def test_another_number_name_day_or_denial_is_news(article: Article, was: str, now: str) -> None:
    assert became(article, (was, now)) == "news"


def test_a_changed_death_toll_is_news_even_if_the_new_number_stood_elsewhere() -> None:
    text = "The landslide at Otter Bay killed 12 people. Another 15 were hurt.\n\nThe road is shut."
    slide = Article("slide", "Landslide at Otter Bay", text)
    assert became(slide, ("killed 12", "killed 15")) == "news"
    assert became(slide, ("killed 12", "killed twelve")) == "wording"


def test_a_number_or_a_name_that_is_taken_out_of_a_sentence_is_news() -> None:
    assert became(BAKERY, ("About 12,000 loaves a week came", "Loaves came")) == "news"
    assert became(LIGHTHOUSE, ("at Gull Point for", "there for")) == "news"


def test_countries_that_differ_by_a_letter_are_no_typos() -> None:
    visit = Article("visit", "Minister travels", "The minister will visit Iran next spring, her office said.")
    assert became(visit, ("Iran", "Iraq")) == "news"
    visit = replace(visit, text=visit.text.replace("Iran", "Gambia"))
    assert became(visit, ("Gambia", "Zambia")) == "news"


@pytest.mark.parametrize(
    ("was", "now", "weight"),
    [
        ("Bakery burns", "Bakery burns down", "wording"),  # "down" has no content
        ("Bakery burns", "Bakery collapses", "news"),
        ("Bakery burns", "Two bakeries burn", "news"),
        ("Bakery burns in Mill Street", "In Mill Street, bakery burns", "wording"),
        ("Bakery burns", "BAKERY BURNS", "wording"),
        ("Bakery", "Bakrey", "wording"),
    ],
)
def test_words_of_the_title_are_news_and_its_spelling_is_not(was: str, now: str, weight: Weight) -> None:
    changed = replace(BAKERY, title=BAKERY.title.replace(was, now))
    assert compare(BAKERY, changed) == weight


def test_an_added_paragraph_is_news_without_numbers_or_names() -> None:
    assert with_more(BAKERY, "\n\nThe mayor promised help and praised the crew on the quay.") == "news"
    assert with_more(FERRY_RU, "\n\nСпасатели доставили на остров хлеб и воду для отдыхающих.") == "news"


def test_a_paragraph_that_repeats_what_the_article_says_is_none() -> None:
    assert with_more(BAKERY, "\n\nAn oven had been left on overnight, the fire brigade said.") == "wording"


def test_a_sentence_with_a_new_name_or_number_is_news_within_a_paragraph() -> None:
    assert with_more(BAKERY, " The crew of Quill helped.") == "news"
    assert with_more(BAKERY, " Some 30 neighbours helped.") == "news"
    assert with_more(BAKERY, " Some neighbours helped.") == "wording"


def test_many_new_words_are_news_and_so_are_many_that_went() -> None:
    first, *rest = LIGHTHOUSE.text.split("\n\n")
    assert compare(LIGHTHOUSE, replace(LIGHTHOUSE, text=first)) == "news"
    rewritten = "The keeper climbed down the stairs, and the beam went dark behind her while the children waved."
    assert compare(LIGHTHOUSE, replace(LIGHTHOUSE, text="\n\n".join([rewritten, *rest]))) == "news"


@pytest.mark.parametrize(
    "line",
    [
        "Subscribe to our newsletter",
        "Updated at 10:45",
        "Обновлено в 10:45",
        "Share | Save | Print",
        "Read more: Fire in Quill",
    ],
)
def test_another_line_of_furniture_is_nothing(line: str) -> None:
    assert with_more(BAKERY, f"\n\n{line}") == "nothing"
    assert compare(replace(BAKERY, text=f"{BAKERY.text}\n\n{line}"), BAKERY) == "nothing"


def test_an_article_that_becomes_another_is_news() -> None:
    assert compare(BAKERY, replace(LIGHTHOUSE, id=BAKERY.id)) == "news"
    assert compare(BAKERY, replace(FERRY_RU, id=BAKERY.id)) == "news"


def test_a_long_article_that_is_wholly_rewritten_is_compared_soon() -> None:
    words = [f"word{number}" for number in range(4_000)]
    one = ". ".join(" ".join(words[at : at + 8]).capitalize() for at in range(0, 4_000, 8))
    other = one.replace("word", "term")
    assert compare(Article("one", "One", one), Article("one", "One", other)) == "news"
