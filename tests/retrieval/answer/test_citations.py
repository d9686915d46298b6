from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer.citations import cite, quoted, verify
from retrieval.types import Evidence, Gloss, Hit, Passage, Sentence, Span
from tests.retrieval.articles import BAKERY, LIGHTHOUSE

WHOLE = Passage(0, len(BAKERY.text), (Span(0, 60),))
EVIDENCE = [Evidence(Hit(1, 1.0), WHOLE, BAKERY)]
SPANS = st.tuples(st.integers(0, len(BAKERY.text)), st.integers(1, 80))


@given(SPANS)
def test_a_citation_is_a_slice(place: tuple[int, int]) -> None:
    span = Span(place[0], place[0] + place[1])
    citation = cite(BAKERY, span)
    assert BAKERY.text[citation.start : citation.end] == citation.quote


def test_a_true_sentence_is_kept() -> None:
    sentence = quoted(BAKERY, Span(0, 65))
    assert verify([sentence], EVIDENCE) == (sentence,)


TRUE = quoted(BAKERY, Span(0, 65))
NOBODY, HOLM = Span(66, 82), Span(21, 32)


@pytest.mark.parametrize(
    "sentence",
    [
        Sentence(TRUE.text, ()),
        replace(TRUE, text="A fire destroyed everything."),
        replace(TRUE, citations=(replace(TRUE.citations[0], start=5, end=70),)),
        replace(TRUE, citations=(replace(TRUE.citations[0], quote="Invented."),), text="Invented."),
        replace(TRUE, citations=(replace(TRUE.citations[0], revision=9),)),
        replace(TRUE, citations=(replace(TRUE.citations[0], start=3, end=3, quote=""),), text=""),
        quoted(LIGHTHOUSE, Span(0, 40)),  # true, and not among the evidence
    ],
    ids=["uncited", "reworded", "moved", "invented", "another revision", "empty", "not given"],
)
def test_what_its_citations_do_not_bear_out_is_dropped(sentence: Sentence) -> None:
    assert verify([sentence], EVIDENCE) == ()


def test_a_reworded_sentence_is_kept_if_its_citations_bear_it_out() -> None:
    told = replace(TRUE, text="The Holm bakery in Mill Street was destroyed by a fire early on Tuesday.")
    assert verify([told], EVIDENCE) == (told,)
    assert verify([replace(told, text=told.text.replace("Tuesday", "Friday"))], EVIDENCE) == ()


def test_a_true_sentence_with_another_ones_citation_is_dropped() -> None:
    nobody = quoted(BAKERY, NOBODY)
    assert nobody.text == "Nobody was hurt."
    assert verify([nobody, replace(nobody, citations=TRUE.citations)], EVIDENCE) == (nobody,)


def test_what_stands_beside_a_sentence_is_kept_if_it_is_a_slice() -> None:
    before, name = cite(BAKERY, NOBODY), cite(BAKERY, HOLM)
    sentence = replace(TRUE, before=before, glosses=(Gloss(6, name),))
    assert verify([sentence], EVIDENCE) == (sentence,)


def test_what_stands_beside_a_sentence_and_is_no_slice_goes_alone() -> None:
    invented = replace(cite(BAKERY, NOBODY), quote="Somebody died.")
    foreign = cite(LIGHTHOUSE, Span(0, 12))
    true = Gloss(6, cite(BAKERY, HOLM))
    glosses = (Gloss(2, foreign), true, Gloss(9, invented), Gloss(0, true.citation), Gloss(999, true.citation))
    [kept] = verify([replace(TRUE, before=invented, glosses=glosses)], EVIDENCE)
    assert kept == replace(TRUE, glosses=(true,))


@given(SPANS, SPANS, st.integers(-2, 200), st.sampled_from([None, 0, 1, -1]), st.text(max_size=40) | st.just(TRUE.text))
def test_whatever_passes_is_made_of_slices(
    own: tuple[int, int], beside: tuple[int, int], at: int, shift: int | None, text: str
) -> None:
    said, extra = quoted(BAKERY, Span(own[0], sum(own))), cite(BAKERY, Span(beside[0], sum(beside)))
    if shift is not None:
        extra = replace(extra, start=extra.start + shift)
        said = replace(said, text=text)
    for sentence in verify([replace(said, before=extra, glosses=(Gloss(at, extra),))], EVIDENCE):
        shown = [*sentence.citations, *(gloss.citation for gloss in sentence.glosses)]
        for citation in [*shown, *([sentence.before] if sentence.before else [])]:
            assert citation.quote
            assert BAKERY.text[citation.start : citation.end] == citation.quote
        assert all(0 < gloss.at <= len(sentence.text) for gloss in sentence.glosses)
