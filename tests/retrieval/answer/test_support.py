"""What follows from quotes and what does not, in English and Russian, on invented examples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.answer.claims.figures import figures_stand, named_figures
from retrieval.answer.support import bears_out, rank_evidence, repaired, support
from retrieval.ports import Vectors

FIRE = "A fire destroyed the Holm bakery in Mill Street early on Tuesday, March 5, injuring 12 people and killing 3."
OWNER = "The owner, Peder Holm, wants to reopen within three months, and said the repairs will cost about $3.2m."
NOBODY = "Nobody was hurt when the ferry struck the quay at Gull Point."
KEEPER = '"I shall miss the fog and the long winters," Marta Ellings told the European Union\'s envoy, Ines Voss.'
PRICES = "Bread prices rose 5% in May, the ministry said, and the tax was not raised."
QUOTES = [FIRE, OWNER, NOBODY, KEEPER, PRICES]
PAROM = "Паром на остров Лисий не выйдет в море до четверга, сообщил начальник порта Игорь Савельев."
VETER = "Ветер 5 марта достиг 28 метров в секунду, на острове остались 1400 туристов, ущерб оценили в 3,2 млн рублей."
RUSSIAN = [PAROM, VETER]

TRUE = [
    FIRE,
    "A fire destroyed the Holm bakery in Mill Street.",
    "The Holm bakery in Mill Street was destroyed by a fire on March 5.",
    "The fire in Mill Street on 5 March injured twelve people and killed three.",
    "The fire killed 3 and injured 12 people.",
    "Holm wants to reopen within 3 months.",
    "The repairs will cost about 3.2 million dollars, the owner said.",
    "The repairs will cost about $3,200,000.",
    "Nobody was hurt when the ferry struck the quay.",
    "No one was hurt when the ferry struck the quay at Gull Point.",
    "“I shall miss the fog and the long winters,” Ellings said to the envoy of the EU.",
    "Bread prices rose by five per cent in May.",
    "The ministry said the tax wasn't raised.",
]
FALSE = {
    "another number": "The fire injured 13 people in Mill Street.",
    "numbers that change places": "The fire injured 3 people and killed 12.",
    "another day": "A fire destroyed the Holm bakery on Wednesday.",
    "another date": "A fire destroyed the Holm bakery on March 6.",
    "a day as a number": "The fire on March 12 destroyed the Holm bakery.",
    "another size": "The repairs will cost about $3.2bn.",
    "another currency": "The repairs will cost about €3.2m.",
    "a share for a number": "The fire injured 12% of the people in Mill Street.",
    "another name": "The owner, Anders Holm, wants to reopen within three months.",
    "another place": "A fire destroyed the Holm bakery in Harbour Street.",
    "two names made one": "Peder Ellings wants to reopen within three months.",
    "names that change places": "Ines Voss told Marta Ellings.",
    "a name at the beginning": "Boris wants to reopen within three months.",
    "a lost negation": "The tax was raised, the ministry said.",
    "somebody for nobody": "Somebody was hurt when the ferry struck the quay.",
    "a new negation": "The fire did not destroy the Holm bakery in Mill Street.",
    "the opposite": "Bread prices fell 5% in May, the ministry said.",
    "all of them": "A fire destroyed the whole Holm bakery and all of Mill Street.",
    "an altered quotation": "“I shall miss the fog and the short summers,” Marta Ellings said.",
    "an invented quotation": "Peder Holm said: “we will be back in spring”.",
    "something else": "The council will pay for a new school in the old town.",
    "mostly something else": "A fire destroyed the church, the school and the mayor's garage.",
    "nothing": "",
    "marks": "...",
}
TRUE_RUSSIAN = [
    PAROM,
    "Паром на остров Лисий не выйдет в море до четверга.",
    "По словам Савельева, паром не выйдет в море до четверга.",
    "5 марта ветер достиг 28 м в секунду.",
    "На острове остались 1 400 туристов.",
    "Ущерб оценили в 3,2 миллиона рублей.",
]
FALSE_RUSSIAN = {
    "a lost negation": "Паром на остров Лисий выйдет в море до четверга.",
    "another day": "Паром на остров Лисий не выйдет в море до пятницы.",
    "another name": "По словам Петрова, паром не выйдет в море до четверга.",
    "another first name": "Иван Савельев сообщил, что паром не выйдет в море.",
    "another number": "На острове остались 140 туристов.",
    "another size": "Ущерб оценили в 3,2 млрд рублей.",
    "another date": "6 марта ветер достиг 28 метров в секунду.",
    "something else": "Школу на острове построят к осени.",
}


@pytest.mark.parametrize("sentence", TRUE)
def test_what_the_quotes_tell_is_borne_out(sentence: str) -> None:
    assert bears_out(sentence, QUOTES)


@pytest.mark.parametrize("sentence", FALSE.values(), ids=FALSE.keys())
def test_what_the_quotes_do_not_tell_is_not(sentence: str) -> None:
    assert not bears_out(sentence, QUOTES)


@pytest.mark.parametrize("sentence", TRUE_RUSSIAN)
def test_it_is_the_same_in_russian(sentence: str) -> None:
    assert bears_out(sentence, RUSSIAN, "ru")


@pytest.mark.parametrize("sentence", FALSE_RUSSIAN.values(), ids=FALSE_RUSSIAN.keys())
def test_what_is_not_told_in_russian_is_not_borne_out(sentence: str) -> None:
    assert not bears_out(sentence, RUSSIAN, "ru")


def test_nothing_follows_from_no_quotes() -> None:
    assert not bears_out(FIRE, [])
    assert support(FIRE, []) == support("", QUOTES) == 0.0


@settings(deadline=None)  # the first call compiles patterns
@given(st.sampled_from(QUOTES))
def test_a_quote_bears_itself_out_wholly(quote: str) -> None:
    assert support(quote, QUOTES) == 1.0
    assert bears_out(quote, QUOTES)


@settings(deadline=None)
@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=3))
def test_support_of_anything_is_a_share(sentence: str, quotes: list[str]) -> None:
    assert 0.0 <= support(sentence, quotes) <= 1.0
    assert bears_out(sentence, quotes) in (True, False)


def test_jumping_about_is_worth_less_than_going_along() -> None:
    along = "A fire destroyed the bakery in Mill Street on Tuesday."
    about = "A bakery on Tuesday destroyed the fire in Mill Street."
    assert support(along, QUOTES) > support(about, QUOTES) + 0.2


SAME = [
    ("1,000 loaves", "1000 loaves"), ("1 000 loaves", "a thousand loaves"), ("3.2 million", "3.2m"),
    ("two hundred and fifty", "250"), ("twenty-five", "25"), ("5 per cent", "5%"), ("March 5", "5 March"),
    ("5th of March", "2031-03-05"), ("in March", "on March 5"), ("2031", "05.03.2031"), ("7.30 p.m.", "19:30"),
    ("двадцать пять", "25"), ("в марте", "5 марта"), ("12 тысяч", "12 000"), ("три миллиона", "3 млн"),
    ("Tuesday", "во вторник"), ("28 metres", "28m"), ("from 4 to 5 percent", "between 4 and 5%"),
    ("1.3 billion", "1. 3 billion"), ("a dozen", "12"),
]  # fmt: skip
DIFFERENT = [
    ("1,000", "100"), ("12", "12,000"), ("3.2m", "3.2bn"), ("5%", "5 of them"), ("$5", "€5"), ("March 5", "March 6"),
    ("March 5", "5 in March"), ("8 am", "8 pm"), ("-5 degrees", "5 degrees"), ("Tuesday", "Wednesday"),
    ("2031", "2030"), ("May 5", "he may, 5 times"), ("тридцать", "тринадцать"), ("3 млн", "3 млрд"),
    ("апреле", "августе"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "told"), SAME)
def test_one_figure_in_two_spellings_is_one(said: str, told: str) -> None:
    assert named_figures(said)
    assert figures_stand(said, [told])


@pytest.mark.parametrize(("said", "told"), DIFFERENT)
def test_two_figures_are_two(said: str, told: str) -> None:
    assert not figures_stand(said, [told])


@given(st.integers(0, 10**9))
def test_any_number_may_be_grouped(number: int) -> None:
    assert figures_stand(f"{number:,} loaves", [f"{number} loaves"])
    assert not figures_stand(f"{number + 1:,} loaves", [f"{number} loaves"])


def test_a_slip_in_a_quotation_is_repaired_with_the_sources_words() -> None:
    said = "“I shall mis the fog and the long winters,” she said."
    assert repaired(said, QUOTES) == "“I shall miss the fog and the long winters,” she said."


@pytest.mark.parametrize("sentence", ["Plain.", "A ‘word’ is quoted.", "“I shall miss the fog and the long winters”"])
def test_what_is_exact_needs_no_repair(sentence: str) -> None:
    assert repaired(sentence, QUOTES) == sentence


@pytest.mark.parametrize("sentence", ["“We will be back in spring,” he said.", "She: «I shall miss nothing at all»"])
def test_another_quotation_is_beyond_repair(sentence: str) -> None:
    assert repaired(sentence, QUOTES) is None


PAGE = [
    "Gull Point Herald",
    "Subscribe to our newsletter about the coast.",
    "The coast guard runs two boats from Gull Point.",
    "Marta Ellings switched off the lamp for the last time on Sunday.",
    "She had kept the lighthouse for 41 years.",
    "Her cottage will become a museum of the coast.",
    "Ferry tickets to Tern Island cost more from June.",
]


def test_the_sentences_that_bear_a_claim_out_come_first() -> None:
    order = rank_evidence("Ellings kept the lighthouse for 41 years until Sunday.", PAGE)
    assert set(order[:2]) == {3, 4}
    assert sorted(order) == list(range(len(PAGE)))


def test_meaning_helps_where_words_do_not() -> None:
    claim = "The coast gets an exhibition in the keeper's home."

    def embed(texts: object) -> Vectors:
        rows = [[1.0, 0.0] if text in (claim, PAGE[5]) else [0.0, 1.0] for text in texts]  # type: ignore[attr-defined]
        return np.asarray(rows, np.float32)

    assert rank_evidence(claim, PAGE)[0] != rank_evidence(claim, PAGE, "en", embed)[0] == 5


@pytest.mark.parametrize("page", [[], [""], ["", "..."], ["One."]])
def test_any_page_is_ranked(page: list[str]) -> None:
    assert sorted(rank_evidence("A claim.", page)) == list(range(len(page)))
    assert sorted(rank_evidence("", page)) == list(range(len(page)))
