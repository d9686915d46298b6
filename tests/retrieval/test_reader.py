from __future__ import annotations

import pytest

from retrieval.reader import OnnxReader

TEXT = (
    "The keeper Marta Ellings switched off the lamp at Gull Point on Sunday. She had kept the lighthouse for 41 years. "
    "The coast guard will run it by remote control from June because the post was cut from its budget."
)


@pytest.fixture(scope="module")
def reader() -> OnnxReader:
    return OnnxReader()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who switched off the lamp at Gull Point?", "Marta Ellings"),
        ("How long did she keep the lighthouse?", "41 years"),
        ("From when will it be run by remote control?", "June"),
    ],
)
def test_the_answer_is_marked(reader: OnnxReader, question: str, answer: str) -> None:
    (reading,) = reader.read(question, [TEXT])
    assert answer in TEXT[reading.span.start : reading.span.end]
    assert reading.margin > 0


def test_what_the_text_does_not_tell_scores_below_what_it_tells(reader: OnnxReader) -> None:
    (told,) = reader.read("Who switched off the lamp at Gull Point?", [TEXT])
    (untold,) = reader.read("Who built the railway station in Lisbon?", [TEXT])
    assert untold.margin < 0 < told.margin


def test_a_reading_is_the_same_alone_and_in_company(reader: OnnxReader) -> None:
    question = "How long did she keep the lighthouse?"
    texts = [TEXT, "Nothing of the kind.", TEXT * 3]
    assert reader.read(question, texts) == [reader.read(question, [text])[0] for text in texts]


@pytest.mark.parametrize("text", ["x", "😀 😀", "слово", "a " * 2000, "\u200b"])
def test_any_text_can_be_read(reader: OnnxReader, text: str) -> None:
    (reading,) = reader.read("What is it? " * 100, [text])
    assert 0 <= reading.span.start <= reading.span.end <= len(text)


def test_it_reads_english_only(reader: OnnxReader) -> None:
    assert reader.knows("en")
    assert not reader.knows("ru")
