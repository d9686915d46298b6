"""Texts -> passages: whole sentences, packed to what a model reads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.text.chunks import CEILING, CRUMB, LIMIT, Room, split_passages
from retrieval.text.sentences import split
from retrieval.types import Span


def count(texts: Sequence[str]) -> list[int]:
    """Like a word-piece tokenizer: four characters of a word are a piece."""
    return [sum(-(-len(word) // 4) for word in text.split()) for text in texts]


def sentence(pieces: int) -> str:
    return " ".join(["Ab", *["cd"] * (pieces - 2), "ef."])


def paragraph(*sizes: int) -> str:
    return " ".join(map(sentence, sizes))


def sizes(text: str) -> list[int]:
    """Word pieces in each passage."""
    return count([text[passage.start : passage.end] for passage in split_passages(text, "en", count)])


def test_whole_sentences_are_packed_to_the_limit() -> None:
    assert sizes(paragraph(*[50] * 9)) == [200, 200, 50]


def test_a_passage_ends_with_its_paragraph_once_it_is_three_quarters_full() -> None:
    assert sizes("\n\n".join([paragraph(80, 80), paragraph(30, 60)])) == [160, 90]
    assert sizes("\n\n".join([paragraph(60, 60), paragraph(60)])) == [180]


def test_a_line_break_within_a_paragraph_ends_nothing() -> None:
    assert sizes("\n".join([paragraph(60, 60), paragraph(60)])) == [180]


def test_a_crumb_goes_to_its_neighbour_if_the_model_still_reads_both() -> None:
    assert sizes(paragraph(100, 100, CRUMB - 1)) == [200 + CRUMB - 1]
    assert sizes(paragraph(100, 100, CRUMB)) == [200, CRUMB]
    assert sizes(paragraph(CRUMB - 1, 200)) == [200 + CRUMB - 1]
    assert sizes("\n\n".join([paragraph(230), paragraph(CRUMB - 1)])) == [230, CRUMB - 1]


def test_a_long_sentence_that_the_model_reads_stays_whole() -> None:
    assert sizes(paragraph(CEILING)) == [CEILING]


def test_a_sentence_beyond_the_model_is_cut_at_a_clause() -> None:
    text = " ".join(["Ab", *["cd"] * 138, "ef,", *["cd"] * 159, "gh."])
    passages = split_passages(text, "en", count)
    assert [text[start:end][-3:] for passage in passages for start, end in passage.sentences] == ["ef,", "gh."]
    assert sizes(text) == [140, 160]


def test_a_smaller_model_gets_smaller_passages() -> None:
    text = paragraph(*[30] * 10)
    passages = split_passages(text, "en", count, Room(limit=100, ceiling=126))
    assert max(count([text[passage.start : passage.end] for passage in passages])) <= 126
    assert len(passages) == 3


def test_what_is_left_out_is_in_no_passage() -> None:
    text = "One thing happened.\n\nSubscribe to us now.\n\nAnother thing happened."
    start = text.index("Subscribe")
    passages = split_passages(text, "en", count, left_out=[Span(start, start + 20)])
    assert [text[passage.start : passage.end] for passage in passages] == [
        "One thing happened.",
        "Another thing happened.",
    ]


def test_all_sentences_are_counted_in_one_call() -> None:
    calls: list[int] = []

    def counted(texts: Sequence[str]) -> list[int]:
        calls.append(len(texts))
        return count(texts)

    split_passages(paragraph(*[20] * 30), "en", counted)
    assert calls == [30]


def test_nothing_comes_of_nothing() -> None:
    assert split_passages(" \n\n ", "en", count) == []


def test_even_a_counter_that_never_fits_comes_to_an_end() -> None:
    passages = split_passages("abc de", "en", lambda texts: [CEILING + 1] * len(texts))
    assert [len(passage.sentences) for passage in passages] == [1] * 5


articles = st.lists(
    st.builds(
        lambda word, length, end: " ".join([word.title(), *[word] * length]) + end,
        st.sampled_from(["ab", "слово", "extraordinarily", "x" * 70]),
        st.integers(0, 150),
        st.sampled_from([". ", "? ", ".\n\n", "; ", ".\n", "。"]),
    ),
    max_size=30,
).map("".join)


@settings(deadline=None)
@given(articles | st.text(), st.integers(20, LIMIT), st.sampled_from(["en", "ru"]))
def test_passages_are_slices_that_cover_every_sentence_and_fit(text: str, limit: int, language: str) -> None:
    passages = split_passages(text, language, count, Room(limit))
    spans = [span for passage in passages for span in passage.sentences]
    assert spans == sorted(spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))
    assert "".join("".join(text[start:end] for start, end in spans).split()) == "".join(text.split())
    assert {start for start, _ in split(text, language)} <= {start for start, _ in spans}
    for passage in passages:
        assert (passage.start, passage.end) == (passage.sentences[0].start, passage.sentences[-1].end)
    assert all(size <= CEILING for size in count([text[passage.start : passage.end] for passage in passages]))
