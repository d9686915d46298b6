"""A word's key: other spellings of it share it, other words do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.text.spelling import distance, key_of, slips, sound_of


@pytest.mark.parametrize(
    "spellings",
    [
        "Novikov Novikova Новиков Новикова Новикову Новиковым Новикове",
        "Zelensky Zelenskyy Zelenskiy Zelinsky Зеленский Зеленского Зеленскому Зеленским",
        "Tchaikovsky Chaikovsky Tchaikovskiy Чайковский Чайковского",
        "Shoigu Shoygu Шойгу",
        "Khrushchev Хрущёв Хрущев",
        "Yevgeny Evgeny Евгений",
        "Dmitry Dmitri Dmitriy Дмитрий Дмитрием",
        "Putin Путин Путина Путиным",
        "Biden Байден Байденом",
        "Johnson Jonson Джонсон",
        "Müller Muller Мюллер",
        "Maxim Максим Максима",
        "Suárez Suares Suarez",
        "Philadelphia Filadelfia Филадельфия",
        "Brandt Brant Брандт",
        "Massachusetts Masachusets",
        "Netanyahu Netanyaho Нетаньяху",
        "O'Hara O’Hara OHara",
        "receive recieve",
        "accommodate acommodate",
        "Григорьева Grigorieva Grigoryeva",
    ],
)
def test_spellings_of_one_name_share_a_key(spellings: str) -> None:
    keys = {key_of(word) for word in spellings.split()}
    assert len(keys) == 1
    assert keys != {""}


@pytest.mark.parametrize(
    ("one", "other"),
    [("Novikov", "Novak"), ("Brandt", "Brent"), ("Пушкин", "Путин"), ("Harper", "Hooper"), ("Lindqvist", "Lindberg")],
)
def test_different_names_have_different_keys(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


@pytest.mark.parametrize("word", ["", "1990", "G20", "北京", "דוד", "---"])
def test_what_has_no_known_sound_has_no_key(word: str) -> None:
    assert key_of(word) == sound_of(word) == ""


@given(st.text(st.characters(codec="utf-8")))
def test_keys_are_small_latin_letters_whatever_the_case(word: str) -> None:
    key = key_of(word)
    assert all("a" <= letter <= "z" for letter in key)
    assert sound_of(word).startswith(key)


@pytest.mark.parametrize(
    ("one", "other", "wrong"),
    [("harbour", "harbour", 0), ("harbour", "harbor", 1), ("harbour", "harobur", 1), ("harbour", "arbours", 2),
     ("кот", "кит", 1), ("harbour", "lighthouse", 4), ("", "abc", 3), ("a", "abcde", 4)],
)  # fmt: skip
def test_distance_counts_the_letters_that_are_wrong(one: str, other: str, wrong: int) -> None:
    assert distance(one, other, 3) == distance(other, one, 3) == wrong


@pytest.mark.parametrize("meant", ["lindqist", "lindqvvist", "lidnqvist", "lendqvist", "lindqvis"])
def test_a_slip_is_undone(meant: str) -> None:
    assert "lindqvist" in slips(meant)


@pytest.mark.parametrize("meant", ["mindqvist", "lintqvist", "lindqvist", "lndqist"])
def test_another_consonant_is_no_slip(meant: str) -> None:
    assert "lindqvist" not in slips(meant)


@given(st.text("abcdeiou", min_size=1, max_size=9) | st.text("абвгдеи", min_size=1, max_size=9))
def test_every_slip_is_one_letter_away(word: str) -> None:
    assert {distance(word, slip, 2) for slip in slips(word)} == {1}
