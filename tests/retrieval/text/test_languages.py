"""Texts -> languages: prose is told by statistics, crumbs by their script."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.text.languages import detect

PROSE = {
    "en": "The ferry was late again, and nobody on the pier could say when it would come.",
    "ru": "Паром снова опоздал, и никто на пристани не мог сказать, когда он придёт.",
    "uk": "Пором знову запізнився, і ніхто на пристані не міг сказати, коли він прийде.",
    "be": "Паром зноў спазніўся, і ніхто на прыстані не мог сказаць, калі ён прыйдзе.",
    "de": "Die Fähre kam schon wieder zu spät, und niemand am Steg wusste, wann sie kommen würde.",
    "fr": "Le bac était encore en retard, et personne sur le quai ne savait quand il viendrait.",
    "es": "El transbordador llegó tarde otra vez y nadie en el muelle sabía cuándo vendría.",
    "it": "Il traghetto era di nuovo in ritardo e nessuno sul molo sapeva quando sarebbe arrivato.",
    "zh": "渡轮又晚点了，码头上没有人知道它什么时候会来。",
    "ja": "フェリーはまた遅れて、桟橋の誰もいつ来るのか分からなかった。",
    "el": "Το πλοίο άργησε πάλι και κανείς στην προβλήτα δεν ήξερε πότε θα έρθει.",
}


@pytest.mark.parametrize(("language", "text"), PROSE.items())
def test_a_sentence_of_prose_is_recognised(language: str, text: str) -> None:
    assert detect(text) == language
    assert detect(text, PROSE) == language


@pytest.mark.parametrize("text", ["", "42", "?!", "OK", "Hello", "Paris 2024", "Manchester United", "Tesla Q3"])
def test_latin_crumbs_are_english(text: str) -> None:
    assert detect(text) == "en"
    assert detect(text, ("ru", "de", "en")) == "en"


@pytest.mark.parametrize("text", ["да", "Привет", "Москва", "курс доллара", "Что нового?", "Apple представила iPhone"])
def test_cyrillic_crumbs_are_russian(text: str) -> None:
    assert detect(text) == "ru"
    assert detect(text, ("en", "ru")) == "ru"


def test_one_letter_can_tell_ukrainian() -> None:
    assert detect("Їжа") == "uk"
    assert detect("Їжа", ("ru", "en", "uk")) == "uk"


def test_a_product_name_does_not_make_a_russian_question_english() -> None:
    assert detect("Сколько стоит iPhone 17 Pro Max?", ("en", "ru")) == "ru"


def test_a_restriction_holds_for_its_call_only() -> None:
    german = PROSE["de"]
    assert detect(german, ("en", "fr")) in {"en", "fr"}
    assert detect(german) == "de"


def test_a_language_that_the_statistics_do_not_know_can_be_allowed() -> None:
    assert detect("Was ist das für ein Fisch?", ("de", "xx")) == "de"
    assert detect("Hello", ("xx",)) == "xx"


def test_a_script_in_which_none_of_the_allowed_is_written_is_told_freely() -> None:
    assert detect(PROSE["ru"], ("en",)) == "ru"
    assert detect(PROSE["uk"], ("en", "de")) == "uk"
    assert detect(PROSE["de"], ("ru",)) == "de"
    assert detect(PROSE["en"], ("ru", "zh")) == "en"


def test_figures_alone_are_in_the_only_language_there_is() -> None:
    assert detect("1917?", ("ru",)) == "ru"


def test_threads_agree() -> None:
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(detect, [PROSE["fr"]] * 64)) == {"fr"}


def test_importing_does_not_load_the_statistics() -> None:
    program = "import sys; import retrieval.text.languages; sys.exit('py3langid' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0  # noqa: S603 - our own program


@settings(deadline=None)
@given(st.text(), st.sets(st.sampled_from(["en", "ru", "de", "uk", "zh", "xx"])))
def test_the_answer_is_always_a_code_and_among_those_allowed_if_they_have_its_script(
    text: str, among: set[str]
) -> None:
    assert len(detect(text, among)) == 2
    every_script = among | {"en", "ru", "zh"}
    assert detect(text, every_script) in every_script
