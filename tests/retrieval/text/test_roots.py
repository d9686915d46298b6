from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.text.roots import root_of
from retrieval.text.stems import stems


def roots(text: str, language: str = "ru") -> set[str]:
    return {root_of(stem, language) for stem in stems(text, language)}


@pytest.mark.parametrize(
    "kin",
    [
        "паром паромы паромов паромом",
        "Газпром Газпрома Газпрому",
        "Сибирь Сибири сибирский сибирских",
        "наводнение наводнения наводнений",
        "бюджет бюджета бюджетный",
        "экономика экономики экономический",
    ],
)
def test_a_russian_words_cases_and_its_adjective_have_one_root(kin: str) -> None:
    assert len(roots(kin)) == 1


@pytest.mark.parametrize("apart", ["война воины", "риск рис", "партия партизан", "президент президиум", "газ газон"])
def test_other_words_keep_roots_of_their_own(apart: str) -> None:
    assert len(roots(apart)) == 2


def test_other_languages_keep_their_stems() -> None:
    for text, language in (("terns nationalised the harbours", "en"), ("міністерський сибірський", "uk")):
        assert roots(text, language) == set(stems(text, language))
    assert roots("Tesla iPhones", "ru") == set(stems("Tesla iPhones", "ru"))


@given(st.text(alphabet="абвгдежзийклмнопрстуфхцчшщъыьэюя", min_size=1, max_size=20))
def test_every_stem_has_a_root_that_it_begins_with(word: str) -> None:
    for stem in stems(word, "ru"):
        root = root_of(stem, "ru")
        assert root
        assert stem.startswith(root[:-1])  # ...ик for ...ическ
