"""What a citation stands between: slices of the same text, none of them twice, none of them wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval import Article, Corpus, Surroundings
from retrieval.surroundings import surroundings
from retrieval.text.sentences import split
from retrieval.types import Span
from tests.retrieval.articles import BAKERY, LIGHTHOUSE

OVEN = "The fire brigade said an oven had been left on overnight."


def place(article: Article, quote: str) -> Span:
    start = article.text.index(quote)
    return Span(start, start + len(quote))


def around(article: Article, quote: str, many: int) -> Surroundings:
    found = surroundings(article, place(article, quote), many)
    assert found is not None
    return found


def test_a_sentence_stands_between_its_neighbours_over_the_paragraphs() -> None:
    found = around(BAKERY, OVEN, 1)
    assert [one.quote for one in (*found.before, found.cited, *found.after)] == [
        "Nobody was hurt.", OVEN, "The owner, Peder Holm, wants to reopen within three months.",
    ]  # fmt: skip
    assert {one.title for one in (*found.before, found.cited, *found.after)} == {BAKERY.title}


@pytest.mark.parametrize(("many", "before", "after"), [(0, 0, 0), (1, 1, 1), (2, 2, 2), (9, 2, 2)])
def test_there_are_as_many_neighbours_as_are_wanted_or_there(many: int, before: int, after: int) -> None:
    found = around(BAKERY, OVEN, many)
    assert (len(found.before), len(found.after)) == (before, after)


def test_part_of_a_sentence_has_no_part_of_it_for_a_neighbour() -> None:
    found = around(BAKERY, "an oven had been left on", 2)
    assert OVEN not in {one.quote for one in (*found.before, *found.after)}
    assert found.before[-1].quote == "Nobody was hurt."


@pytest.mark.parametrize("span", [Span(-1, 5), Span(5, 5), Span(7, 3), Span(0, 10_000)])
def test_what_the_article_does_not_have_stands_nowhere(span: Span) -> None:
    assert surroundings(BAKERY, span, 2) is None


def test_a_long_article_is_not_cut_up_for_it() -> None:
    filler = "\n\n".join(f"Paragraph {number} has a sentence. And another one." for number in range(3_000))
    article = replace(BAKERY, text=f"{filler}\n\n{BAKERY.text}\n\n{filler}")
    found = around(article, OVEN, 2)
    assert [one.quote for one in found.before] == [
        "A fire destroyed the Holm bakery in Mill Street early on Tuesday.", "Nobody was hurt.",
    ]  # fmt: skip
    assert article.text[found.after[0].start : found.after[0].end] == found.after[0].quote


@given(st.text(alphabet="ab. \n\tÄж!?\u2028", max_size=300), st.data(), st.integers(0, 4))
def test_neighbours_are_slices_in_order_that_touch_nothing(text: str, data: st.DataObject, many: int) -> None:
    sentences = split(text, "en")
    if not sentences:
        return
    article = Article("any", "Any", text)
    span = data.draw(st.sampled_from(sentences))
    found = surroundings(article, span, many)
    assert found is not None
    row = [*found.before, found.cited, *found.after]
    assert all(text[one.start : one.end] == one.quote for one in row)
    assert all(one.end <= other.start for one, other in pairwise(row))
    at = sentences.index(span)
    assert [Span(one.start, one.end) for one in row] == sentences[max(0, at - many) : at + many + 1]


def test_a_revision_is_shown_as_it_was_and_said_to_have_changed(make_corpus: Callable[..., Corpus]) -> None:
    corpus = make_corpus()
    corpus.add(BAKERY)
    span = place(BAKERY, OVEN)
    found = corpus.wire.surroundings("bakery", 1, *span)
    assert found is not None
    assert not found.changed
    corpus.add(replace(BAKERY, text=BAKERY.text.replace("overnight", "all night") + " It was insured."))
    for revision, quote, changed in ((1, OVEN, True), (2, OVEN.replace("overnight", "all night"), False)):
        found = corpus.wire.surroundings("bakery", revision, span.start, span.start + len(quote))
        assert found is not None
        assert (found.cited.quote, found.changed, found.cited.revision) == (quote, changed, revision)


def test_another_title_alone_changes_nothing_of_a_text(make_corpus: Callable[..., Corpus]) -> None:
    corpus = make_corpus()
    corpus.add(BAKERY)
    corpus.add(replace(BAKERY, title="Bakery lost"))
    found = corpus.wire.surroundings("bakery", 1, *place(BAKERY, OVEN))
    assert found is not None
    assert not found.changed


def test_what_is_gone_stands_nowhere_even_when_its_id_comes_back(make_corpus: Callable[..., Corpus]) -> None:
    corpus = make_corpus()
    corpus.add(BAKERY)
    corpus.add(LIGHTHOUSE)
    corpus.remove("bakery")
    span = place(BAKERY, OVEN)
    assert corpus.wire.surroundings("bakery", 1, *span) is None
    corpus.add(replace(LIGHTHOUSE, id="bakery", text=f"Once more: {LIGHTHOUSE.text}"))
    assert corpus.wire.surroundings("bakery", 1, *span) is None
    assert corpus.wire.surroundings("lighthouse", 9, *span) is None
    assert corpus.wire.surroundings("nowhere", 1, *span) is None
