from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer.citations import cite, quoted, verify
from retrieval.types import Evidence, Hit, Passage, Sentence, Span
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
