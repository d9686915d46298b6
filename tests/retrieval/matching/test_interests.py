from __future__ import annotations

import random
import threading
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.matching.interests import BLOCK, WORDS, Interests, interest_words
from retrieval.matching.relevance import FLOOR, LEVELS, STEP, by_both, by_words
from retrieval.matching.sketch import Sketch, told_words
from retrieval.ports import Vectors
from retrieval.types import Interest

DIM = 8
MODEL = "onnx-int8:a"


class Rarities:
    """All words as rare, or some of them told otherwise."""

    def __init__(self, **told: float) -> None:
        self.edition = 1
        self.told = told
        self.asked: list[str] = []

    def __call__(self, stems: Sequence[str]) -> list[float]:
        self.asked += stems
        return [self.told.get(stem, 0.5) for stem in stems]


def unit(*values: float) -> Vectors:
    vector = np.zeros(DIM, np.float32)
    vector[: len(values)] = values
    return vector / np.linalg.norm(vector)


def wanted(key: int, text: str, vector: Vectors | None = None, language: str = "en", model: str = MODEL) -> Interest:
    if vector is None:
        return Interest(key, text, language, None, "")
    return Interest(key, text, language, vector.astype(np.float16).tobytes(), model)


def holding(*interests: Interest) -> Interests:
    held = Interests()
    held.put(interests)
    return held


def scores(held: Interests, article: Sketch, rarities: Rarities | None = None) -> dict[int, float]:
    return {match.key: match.score for match in held.matches(article, rarities or Rarities(), 0.0)}


def about(text: str, *vectors: Vectors, title: str = "", language: str = "en") -> Sketch:
    """The first vector is the title's."""
    words = told_words(title, text, language)
    return Sketch(words, np.stack(vectors), MODEL) if vectors else Sketch(words)


def test_words_that_stand_in_an_article_often_make_it_match() -> None:
    held = holding(wanted(1, "tern colony"), wanted(2, "harbour dredging"))
    article = about("The tern colony grew. The colony of terns has 40 nests now, and terns breed early.")
    assert [match.key for match in held.matches(article, Rarities())] == [1]
    assert scores(held, article)[1] >= LEVELS["balanced"]
    assert scores(held, article)[2] < FLOOR


def test_meaning_makes_an_article_match_that_has_none_of_the_words() -> None:
    held = holding(wanted(1, "labour disputes", unit(1)), wanted(2, "volcanoes", unit(0, 1)))
    article = about("Brewers walked out.", unit(1, 0, 1), unit(1, 0.2))
    assert [match.key for match in held.matches(article, Rarities())] == [1]


def test_what_both_tell_is_surer_than_what_one_tells() -> None:
    held = holding(wanted(1, "terns", unit(1)), wanted(2, "terns", unit(0, 1)), wanted(3, "geese", unit(1)))
    told = scores(held, about("The terns are back. Terns!", unit(1, 1), unit(1, 0.5)))
    assert told[1] > told[2]
    assert told[1] > told[3]


def test_one_passage_of_many_counts_less_than_an_article_that_is_about_it_throughout() -> None:
    held = holding(wanted(1, "terns", unit(1)))
    near, far = unit(1, 0.3), unit(0, 0, 1)
    touching = scores(held, about("", far, near, far, far, far, far, far))
    throughout = scores(held, about("", far, near, near, near, near, near, near))
    assert touching[1] < throughout[1]


def test_a_title_that_is_about_it_counts_like_the_text() -> None:
    held = holding(wanted(1, "terns", unit(1)))
    assert scores(held, about("", unit(1), unit(0, 1))) == scores(held, about("", unit(0, 1), unit(1)))


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    held = holding(wanted(1, "tern city"))
    told = Rarities(tern=0.9, citi=0.1)
    assert scores(held, about("A tern."), told)[1] > scores(held, about("A city."), told)[1]


def test_a_word_counts_less_in_a_longer_article_and_more_in_a_title() -> None:
    short, long = "The tern is back.", "The tern is back." + " The harbour was dredged in the spring." * 60
    assert told_words("", short, "en")["tern"] > told_words("", long, "en")["tern"]
    assert told_words("A tern", short, "en")["tern"] > told_words("A heron", short, "en")["tern"]
    assert max(told_words("Tern", "tern " * 500, "en").values()) < 1


def test_general_words_are_no_topic() -> None:
    assert interest_words(wanted(1, "latest news about the harbour")) == ["harbour"]
    assert interest_words(wanted(1, "последние новости о чайках", language="ru"))[-1] == "чайк"
    assert interest_words(wanted(1, "the news")) == ["news"]
    assert len(interest_words(wanted(1, " ".join(f"w{'abcdefghijklmnop'[at]}x" for at in range(16))))) == WORDS


def test_russian_goes_by_words_on_russian_articles() -> None:
    held = holding(wanted(1, "наводнения в Сибири", language="ru"), wanted(2, "цены на хлеб", language="ru"))
    article = about("Наводнение в Сибири: вода поднялась. Из-за наводнений закрыты дороги Сибири.", language="ru")
    assert [match.key for match in held.matches(article, Rarities())] == [1]
    assert scores(held, article)[1] >= LEVELS["balanced"]


def test_an_english_topic_does_not_match_russian_by_its_vector() -> None:
    held = holding(wanted(1, "ferry cancelled", unit(1)))
    assert held.matches(about("Паром на остров отменили.", language="ru"), Rarities()) == []


def test_a_name_in_latin_letters_is_found_in_a_russian_article() -> None:
    held = holding(wanted(1, "Tesla", unit(1)))
    article = about("Tesla снизила цены. Завод Tesla откроют осенью.", language="ru")
    assert [match.key for match in held.matches(article, Rarities())] == [1]


def test_a_vector_of_another_model_is_not_compared() -> None:
    held = holding(wanted(1, "geese", unit(1), model="onnx-int8:old"), wanted(2, "geese", unit(1)))
    told = scores(held, about("Nothing of them.", unit(1), unit(1)))
    assert told[1] < FLOOR < told[2]


def test_vectors_of_another_length_are_held_beside_each_other() -> None:
    short = Interest(3, "terns", "en", np.ones(DIM // 2, np.float16).tobytes(), "onnx-int8:small")
    held = holding(wanted(1, "terns", unit(1)), short, wanted(2, "terns"))
    assert sorted(scores(held, about("Terns.", unit(1), unit(1)))) == [1, 2, 3]


def test_a_key_that_is_put_again_is_replaced() -> None:
    held = holding(wanted(1, "terns"), wanted(2, "terns"))
    held.put([wanted(1, "geese", unit(1))])
    assert len(held) == 2
    assert held.keys() == [1, 2]
    assert scores(held, about("Terns and terns."))[1] < FLOOR
    held.put([wanted(1, "geese"), wanted(1, "terns")])
    assert scores(held, about("Terns and terns."))[1] >= LEVELS["balanced"]


def test_what_is_discarded_never_matches_again() -> None:
    held = holding(wanted(1, "terns"), wanted(2, "terns"), wanted(3, "terns", unit(1)))
    held.discard([1, 3, 99])
    assert sorted(scores(held, about("Terns.", unit(1), unit(1)))) == [2]
    assert held.keys() == [2]
    assert len(held) == 1


def test_a_slot_that_was_let_go_knows_nothing_of_who_was_there() -> None:
    held = holding(wanted(1, "terns geese herons", unit(1)))
    held.discard([1])
    held.put([wanted(2, "volcanoes", unit(0, 1))])
    assert scores(held, about("Terns, geese, herons.", unit(1), unit(1)))[2] < FLOOR


def test_nothing_is_held_at_first() -> None:
    held = Interests()
    assert held.matches(about("Terns.", unit(1), unit(1)), Rarities(), 0.0) == []
    held.put([])
    held.discard([])
    assert len(held) == 0


def test_more_than_a_block_of_them_are_compared_as_each_alone() -> None:
    drawn = random.Random(3)
    vectors = np.random.default_rng(3).standard_normal((BLOCK + 200, DIM)).astype(np.float32)
    words = ["tern", "goose", "heron", "gull", "swan", "otter"]
    many = [
        wanted(key, " ".join(drawn.choices(words, k=2)), vector / np.linalg.norm(vector))
        for key, vector in enumerate(vectors)
    ]
    held = holding(*many)
    article = about("Terns and geese, a heron.", unit(1), unit(0.5, 1), unit(0.1, 0.9), unit(1, 1), unit(0, 0, 1))
    told = scores(held, article)
    assert len(told) == len(many)
    for key in [0, 1, BLOCK - 1, BLOCK, BLOCK + 199]:
        assert told[key] == pytest.approx(scores(holding(many[key]), article)[key], abs=2e-4)


@given(st.permutations(range(7)), st.lists(st.integers(0, 6), max_size=4))
def test_the_order_of_puts_and_what_came_between_change_nothing(order: list[int], gone: list[int]) -> None:
    texts = ["tern colony", "terns", "tern nests in May", "harbour", "the colony", "heron", "gulls and terns"]
    interests = [wanted(key, text, unit(1, key) if key % 2 else None) for key, text in enumerate(texts)]
    article = about("The tern colony has 40 nests. Gulls took some.", unit(1), unit(1, 2), unit(0, 1))
    held = Interests()
    for key in order:
        held.put([interests[key]])
    held.discard(gone)
    held.put([interests[key] for key in gone])
    assert scores(held, article) == pytest.approx(scores(holding(*interests), article), abs=2e-4)


def test_rarities_are_asked_for_new_words_only_until_they_change() -> None:
    rarities = Rarities()
    held = holding(wanted(1, "terns"))
    held.matches(about("Terns."), rarities)
    held.put([wanted(2, "terns geese")])
    held.matches(about("Terns."), rarities)
    assert rarities.asked == ["tern", "gees"]
    rarities.edition, rarities.told = 2, {"tern": 0.1, "gees": 0.9}
    assert (
        scores(held, about("Terns."), rarities)[2]
        == scores(holding(wanted(2, "terns geese")), about("Terns."), rarities)[2]
    )


def test_matches_are_given_best_first_and_none_below_the_floor() -> None:
    held = holding(wanted(1, "tern harbour"), wanted(2, "terns"), wanted(3, "terns"), wanted(4, "volcanoes"))
    found = held.matches(about("Terns, terns."), Rarities())
    assert [match.key for match in found] == [2, 3, 1]
    assert all(match.score >= FLOOR for match in found)


def test_threads_may_put_and_match_at_once() -> None:
    held, failed = Interests(), []

    def work(first: int) -> None:
        try:
            for key in range(first, first + 300):
                held.put([wanted(key, "terns", unit(1))])
                held.matches(about("Terns.", unit(1), unit(1)), Rarities())
                if key % 3 == 0:
                    held.discard([key])
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(1000 * number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(held) == len(held.matches(about("Terns.", unit(1), unit(1)), Rarities())) == 600


def test_the_levels_are_in_order_and_leave_room_below() -> None:
    assert 1 > LEVELS["strict"] > LEVELS["balanced"] > LEVELS["wide"] > FLOOR > 0
    assert LEVELS["wide"] - FLOOR >= 3 * STEP


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0, 1), st.floats(0, 1))
def test_more_of_either_never_scores_less(one: float, other: float, told: float, more: float) -> None:
    columns = [np.array([min(pair), max(pair)], np.float32) for pair in ((one, other), (told, more))]
    for scored in (by_both(*columns), by_words(columns[1])):
        assert 0 <= scored[0] <= scored[1] <= 1
