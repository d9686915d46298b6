"""Texts -> stems: different spellings of one word, or number, meet."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.text.stems import content_stems, stems


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "Elections", "election"),
        ("en", "running", "runs"),
        ("en", "the mayor’s plan", "the mayor plan"),
        ("en", "don’t", "don't"),
        ("en", "the U.S. army", "the US army"),
        ("en", "oil-rich", "oil rich"),
        ("en", "of\ufb01cial", "official"),
        ("ru", "выборами", "выборы"),
        ("ru", "Ещё ёлки", "еще елка"),
        ("ru", "за\u0301мок", "замок"),
        ("ru", "чёрно-белый", "черно белый"),
        ("de", "Häuser", "HÄUSER"),
        ("fr", "l’État", "l'état"),
    ],
)
def test_spellings_of_one_word_meet(language: str, one: str, other: str) -> None:
    assert stems(one, language) == stems(other, language)


@pytest.mark.parametrize("written", ["1,200", "1 200", "1\u00a0200", "1\u202f200", "1200"])
def test_a_thousand_is_found_whichever_way_it_is_written(written: str) -> None:
    assert stems(f"about {written} men", "en") == ["about", "1200", "men"]


def test_other_numbers_keep_their_parts() -> None:
    assert stems("3.5 and 3,5 and $7.25bn", "en") == ["3.5", "and", "3.5", "and", "7.25", "bn"]
    assert stems("12.03.2024, May 5 2024, 2-1", "en") == ["12", "03", "2024", "may", "5", "2024", "2", "1"]
    assert stems("1,2,3", "en") == ["1", "2", "3"]
    assert stems("1.200.000", "de") == ["1200000"]
    assert stems("G20 in 1990s", "en") == ["g20", "in", "1990s"]


def test_accents_are_kept() -> None:
    assert stems("año", "es") != stems("ano", "es")


def test_each_word_is_stemmed_by_its_own_script() -> None:
    assert stems("компания Apple's iPhones", "ru") == [*stems("компания", "ru"), "appl", "iphon"]
    assert stems("the выборами story", "en")[1] == stems("выборы", "ru")[0]


def test_ukrainian_words_are_not_stemmed_as_russian() -> None:
    assert stems("новими словами", "uk") == ["новими", "словами"]


def test_an_unknown_language_is_split_and_lower_cased() -> None:
    assert stems("Habari za Asubuhi", "sw") == ["habari", "za", "asubuhi"]


def test_chinese_and_japanese_become_pairs_of_characters() -> None:
    assert stems("北京大学", "zh") == ["北京", "京大", "大学"]
    assert stems("我 iPhone手机", "zh") == ["我", "iphon", "手机"]


def test_signs_within_words_do_not_break_them() -> None:
    assert len(stems("किताबें अच्छी", "hi")) == 2


def test_content_is_what_remains_without_function_and_question_words() -> None:
    assert content_stems("What did the mayor say about the bridges?", "en") == ["mayor", "say", "bridg"]
    assert content_stems("Почему же закрыли мост в Туле?", "ru") == stems("закрыли мост Туле", "ru")
    assert content_stems("Кто такой the CEO of Apple?", "ru") == ["ceo", "appl"]
    assert content_stems("Did the US leave?", "en") == ["us", "leav"]
    assert content_stems("Wer ist das?", "de") == stems("Wer ist das?", "de")


def test_threads_agree() -> None:
    words = [f"walking{suffix}" for suffix in "abcdefgh"] * 50
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda word: stems(f"{word} nations", "en"), words))
    assert found == [stems(f"{word} nations", "en") for word in words]


@settings(deadline=None)
@given(st.text(), st.sampled_from(["en", "ru", "zh", "de", "xx"]))
def test_stems_are_never_empty_nor_hold_spaces(text: str, language: str) -> None:
    found = stems(text, language)
    assert all(stem and not any(character.isspace() for character in stem) for stem in found)
    assert len(content_stems(text, language)) <= len(found)
