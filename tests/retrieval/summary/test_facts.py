from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.summary.facts import MOST, key_facts
from retrieval.summary.gist import gist
from retrieval.summary.types import KeyFacts
from retrieval.text.sentences import split
from retrieval.types import Article
from tests.retrieval.articles import BAKERY, FERRY_RU, LIGHTHOUSE


def facts_of(article: Article) -> KeyFacts:
    sentences = split(article.text, article.language)
    return key_facts(article, sentences, gist(article.text, sentences, article.language))


def quotes(article: Article, kind: str) -> list[str]:
    return [citation.quote for citation in getattr(facts_of(article), kind)]


def written(text: str, language: str = "en") -> Article:
    return Article("invented", "", text, language)


@pytest.mark.parametrize("article", [LIGHTHOUSE, BAKERY, FERRY_RU])
def test_every_fact_is_a_slice_of_the_article(article: Article) -> None:
    facts = facts_of(article)
    for citation in (*facts.who, *facts.when, *facts.numbers):
        assert article.text[citation.start : citation.end] == citation.quote
        assert citation.article_id == article.id


def test_the_persons_of_an_article() -> None:
    assert quotes(LIGHTHOUSE, "who") == ["Marta Ellings"]
    assert quotes(BAKERY, "who")[0] == "Peder Holm"
    assert quotes(FERRY_RU, "who") == ["Игорь Савельев"]


def test_its_days() -> None:
    assert quotes(LIGHTHOUSE, "when") == ["Sunday", "from June", "in September"]
    assert quotes(BAKERY, "when") == ["Tuesday"]
    assert quotes(FERRY_RU, "when") == ["до четверга"]


def test_its_numbers() -> None:
    assert quotes(LIGHTHOUSE, "numbers") == ["41 years"]
    assert quotes(BAKERY, "numbers") == ["About 12,000 loaves a week", "three months"]
    assert quotes(FERRY_RU, "numbers") == ["140 туристов", "28 метров в секунду"]


@pytest.mark.parametrize(
    ("text", "language", "when"),
    [
        ("The bridge at Oster opened on 4 May 2031 after a year of work.", "en", "4 May 2031"),
        ("The bridge at Oster will open on May 4, 2031, the builders said.", "en", "May 4, 2031"),
        ("The council of Tollness meets again on Friday evening in the hall.", "en", "Friday evening"),
        ("The mill has been empty since 1998, when its owner left.", "en", "since 1998"),
        ("Prices in the town rose quickly last month, traders say.", "en", "last month"),
        ("Мост через Вешку откроют 4 мая 2031 года, сообщил мэр города.", "ru", "4 мая 2031 года"),
        ("Совет соберётся снова в пятницу вечером в здании школы.", "ru", "в пятницу вечером"),
        ("Мельница пустует с 1998 года, когда уехал её хозяин.", "ru", "с 1998 года"),
        ("Цены в городе выросли на прошлой неделе, говорят торговцы.", "ru", "на прошлой неделе"),
    ],
)
def test_a_day_is_told_as_it_stands(text: str, language: str, when: str) -> None:
    assert quotes(written(text, language), "when") == [when]


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("The wall will cost the town $3.2 million, the mayor said.", "en", "$3.2 million"),
        ("The fare will rise by 12 per cent, the ferry company said.", "en", "12 per cent"),
        ("The storm left 1,200 homes in the valley dark.", "en", "1,200 homes"),
        ("The vet found 30 hungry dogs behind the mill.", "en", "30 hungry dogs"),
        ("Стена обойдётся городу в 3,2 млн рублей, сказал мэр.", "ru", "3,2 млн рублей"),
        ("Без света остались 1200 домов в долине реки.", "ru", "1200 домов"),
        ("В больницу попали 14 местных жителей, сообщил врач.", "ru", "14 местных жителей"),
        ("Тариф вырастет на 12%, сообщила компания.", "ru", "12%"),
    ],
)
def test_a_number_is_told_with_what_it_counts(text: str, language: str, number: str) -> None:
    assert quotes(written(text, language), "numbers") == [number]


def test_a_year_and_a_day_are_no_numbers() -> None:
    assert quotes(written("The mill burnt in 1998 and was built again on 4 May 2001."), "numbers") == []


def test_places_are_not_who() -> None:
    text = "A storm struck in Tollness on Monday. Boats sank at Tollness. Mayor Orla Finch spoke in Tollness of ruin."
    assert quotes(written(text), "who") == ["Mayor Orla Finch"]


def test_one_person_is_named_once_and_in_full() -> None:
    text = "Finch resigned on Monday. The town was shocked when Finch left. Critics of Orla Finch were glad."
    assert quotes(written(text), "who") == ["Orla Finch"]


def test_one_russian_person_in_two_cases_is_one() -> None:
    text = "Мэр Пётр Ланской подал в отставку. Критики Ланского обрадовались. О Ланском спорили весь день."
    assert quotes(written(text, "ru"), "who") == ["Пётр Ланской"]


def test_who_is_named_most_comes_first() -> None:
    text = "Jon Ives met Orla Finch on Monday. Later Finch spoke. The crowd cheered Finch. Then Finch left."
    assert quotes(written(text), "who")[0] == "Orla Finch"


def test_words_that_only_open_a_sentence_are_no_names() -> None:
    assert quotes(written("Nobody was hurt. However, the mill is gone. Tuesday was quiet in the town."), "who") == []


def test_there_are_never_more_than_a_few() -> None:
    text = " ".join(f"The crew met A{letter}a B{letter}b in the hall." for letter in "cdefghk")
    assert len(quotes(written(text), "who")) == MOST


@given(st.text("АбAb 12.,$%\"-'’ \nв", max_size=200))
def test_any_text_gives_slices(text: str) -> None:
    for kind in ("who", "when", "numbers"):
        for quote in quotes(written(text), kind):
            assert quote
            assert quote in text
