from __future__ import annotations

import pytest

from retrieval.reader import OnnxReader
from retrieval.text.sentences import split
from retrieval.types import Span

TEXT = (
    "The keeper Marta Ellings switched off the lamp at Gull Point on Sunday. She had kept the lighthouse for 41 years. "
    "The coast guard will run it by remote control from June because the post was cut from its budget."
)
SENTENCES = split(TEXT, "en")


@pytest.fixture(scope="module")
def reader() -> OnnxReader:
    return OnnxReader()


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("Who switched off the lamp at Gull Point?", 0, "Marta Ellings"),
        ("How long did she keep the lighthouse?", 1, "41 years"),
        ("From when will it be run by remote control?", 2, "June"),
    ],
)
def test_the_sentence_that_answers_wins_and_the_answer_is_marked(
    reader: OnnxReader, question: str, sentence: int, answer: str
) -> None:
    readings = reader.read(question, TEXT, SENTENCES)
    best = max(range(len(readings)), key=lambda at: readings[at].margin)
    assert best == sentence
    assert answer in TEXT[readings[best].span.start : readings[best].span.end]
    assert readings[best].margin > 0


def test_what_the_text_does_not_tell_scores_below_what_it_tells(reader: OnnxReader) -> None:
    whole = [Span(0, len(TEXT))]
    (told,) = reader.read("Who switched off the lamp at Gull Point?", TEXT, whole)
    (untold,) = reader.read("Who built the railway station in Lisbon?", TEXT, whole)
    assert untold.margin < 0 < told.margin


def test_each_reading_lies_in_its_sentence(reader: OnnxReader) -> None:
    for sentence, reading in zip(SENTENCES, reader.read("What will be cut?", TEXT, SENTENCES), strict=True):
        assert sentence.start <= reading.span.start < reading.span.end <= sentence.end


@pytest.mark.parametrize("text", ["x", "😀 😀", "слово", "a " * 2000, "\u200b"])
@pytest.mark.parametrize("question", ["What is it? " * 100, "!?" * 300, "1-2-" * 100, ""])
def test_anything_can_be_read(reader: OnnxReader, text: str, question: str) -> None:
    far = Span(max(0, len(text) - 2), len(text))  # what is beyond the model's reach is "not here"
    readings = reader.read(question, text, [Span(0, len(text)), far])
    assert len(readings) == 2
    assert all(0 <= reading.span.start <= reading.span.end <= len(text) for reading in readings)


def test_it_reads_english_only(reader: OnnxReader) -> None:
    assert reader.knows("en")
    assert not reader.knows("ru")
