"""What every Reader promises. A class for each reader inherits these tests and gives `reader`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from retrieval.ports import Reader
from retrieval.text.sentences import split
from retrieval.types import Span

TEXT = (
    "The keeper Marta Ellings switched off the lamp at Gull Point on Sunday. She had kept the lighthouse for 41 years. "
    "The coast guard will run it by remote control from June because the post was cut from its budget."
)
SENTENCES = split(TEXT, "en")
QUESTIONS = ["Who switched off the lamp?", "What will be cut?", "Why?", ""]


class ReaderContract:
    """Needs the fixture reader, of one that knows English."""

    @pytest.mark.parametrize("question", QUESTIONS)
    def test_each_reading_lies_in_its_sentence(self, reader: Reader, question: str) -> None:
        readings = reader.read(question, TEXT, SENTENCES)
        for sentence, reading in zip(SENTENCES, readings, strict=True):
            assert sentence.start <= reading.span.start < reading.span.end <= sentence.end

    def test_a_sentence_is_read_in_its_text_whatever_else_is_asked_about(self, reader: Reader) -> None:
        together = reader.read(QUESTIONS[0], TEXT, SENTENCES)
        assert [reader.read(QUESTIONS[0], TEXT, [sentence])[0] for sentence in SENTENCES] == together

    def test_no_sentence_is_better_than_all_of_them_together(self, reader: Reader) -> None:
        (whole,) = reader.read(QUESTIONS[0], TEXT, [Span(0, len(TEXT))])
        assert max(reading.margin for reading in reader.read(QUESTIONS[0], TEXT, SENTENCES)) <= whole.margin

    def test_nothing_is_read_of_nothing(self, reader: Reader) -> None:
        assert reader.read("Who?", TEXT, []) == []

    @pytest.mark.parametrize("text", ["x", "😀 😀", "слово", "a " * 2000, "\u200b"])
    @pytest.mark.parametrize("question", ["What is it? " * 100, "!?" * 300, "1-2-" * 100, ""])
    def test_anything_can_be_read(self, reader: Reader, text: str, question: str) -> None:
        far = Span(max(0, len(text) - 2), len(text))  # what is beyond the model's reach is "not here"
        readings = reader.read(question, text, [Span(0, len(text)), far])
        assert len(readings) == 2
        assert all(0 <= reading.span.start <= reading.span.end <= len(text) for reading in readings)

    def test_several_threads_read_the_same(self, reader: Reader) -> None:
        alone = [reader.read(question, TEXT, SENTENCES) for question in QUESTIONS]
        with ThreadPoolExecutor(4) as crew:
            assert list(crew.map(lambda question: reader.read(question, TEXT, SENTENCES), QUESTIONS * 5)) == alone * 5

    def test_it_says_what_it_knows(self, reader: Reader) -> None:
        assert reader.knows("en")
