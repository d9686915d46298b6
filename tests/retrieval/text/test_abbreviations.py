"""Which abbreviations a text explains, and how."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.text.abbreviations import abbreviations


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("On Monday the Harbour Safety Board (HSB) met.", "HSB", "Harbour Safety Board"),
        ("HSB (Harbour Safety Board) met.", "HSB", "Harbour Safety Board"),
        ('The Harbour Safety Board ("HSB") met.', "HSB", "Harbour Safety Board"),
        ("It was the Bank of Elmland (BoE) again.", "BoE", "Bank of Elmland"),
        ("Centre for Tide Control and Prevention (CTC)", "CTC", "Centre for Tide Control and Prevention"),
        ("The U.S. Office for Islands (USOI) said so.", "USOI", "U.S. Office for Islands"),
        ("the League of the Peoples of Elm (LPE, founded in 1951)", "LPE", "League of the Peoples of Elm"),
        ("a case of late-onset reef disorder (LORD)", "LORD", "late-onset reef disorder"),
        ("Островной центральный банк (ОЦБ) решил.", "ОЦБ", "Островной центральный банк"),
        ("ОЦБ (Островной центральный банк) решил.", "ОЦБ", "Островной центральный банк"),
        ("Федеральная служба по охране маяков (ФСОМ)", "ФСОМ", "Федеральная служба по охране маяков"),
        ("It burned. Harbour Safety Board (HSB)", "HSB", "Harbour Safety Board"),
        ("of the Order of the Petrel (OP)", "OP", "Order of the Petrel"),
    ],
)
def test_an_explained_abbreviation_is_found(text: str, short: str, long: str) -> None:
    assert abbreviations(text) == {short: long}


@pytest.mark.parametrize(
    "text",
    [
        "Ada Berg (41) won.",
        "Ada Berg (Gull Point) won.",
        "Ada Berg (HSB) won.",
        "Senator Ole Dahl (D-Elm.) spoke.",
        "She rose (as did he) and left.",
        "The price (USD 40) fell.",
        "They met. However it was Olga Berg (HSB)",
        "Организация островных государств (ОИГ)",
        "Harbour (H) and Harbourside (HB)",
        "The Harbour said: «Safety first». Board (HSB)",
        "(HSB)",
        "HSB ()",
        "",
    ],
)
def test_brackets_that_explain_nothing_are_passed_over(text: str) -> None:
    assert abbreviations(text) == {}


def test_the_first_explanation_counts_and_others_stand_beside_it() -> None:
    text = "Harbour Safety Board (HSB), Tide Research Unit (TRU), Home for Sick Birds (HSB)."
    assert abbreviations(text) == {"HSB": "Harbour Safety Board", "TRU": "Tide Research Unit"}


@given(st.lists(st.from_regex(r"[A-Z][a-z]{2,7}", fullmatch=True), min_size=2, max_size=5))
def test_initials_are_always_understood(words: list[str]) -> None:
    short, long = "".join(word[0] for word in words), " ".join(words)
    assert abbreviations(f"they say {short} ({long}) did it") == {short: long}


@given(st.text("ABab ().,\n", max_size=60))
def test_both_forms_stand_in_the_text(text: str) -> None:
    for short, long in abbreviations(text).items():
        assert short in text
        assert long in text
