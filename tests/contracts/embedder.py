"""What every Embedder promises. A class for each embedder inherits these tests and gives `embedder`."""

from __future__ import annotations

import numpy as np

from retrieval.ports import Embedder

TEXTS = [
    "The ferry to the island was cancelled because of the storm.",
    "A short one.",
    "Council members voted 27 to 22 for the budget, and the mayor said she could live with it.",
]


class EmbedderContract:
    """Needs the fixture embedder."""

    def test_vectors_are_unit_length(self, embedder: Embedder) -> None:
        for vectors in (embedder.passages(TEXTS), embedder.questions(TEXTS)):
            assert vectors.shape == (len(TEXTS), embedder.dim)
            assert vectors.dtype == np.float32
            assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)

    def test_nothing_gives_no_vectors(self, embedder: Embedder) -> None:
        assert embedder.passages([]).shape == (0, embedder.dim)

    def test_the_same_text_is_near_itself_and_far_from_another(self, embedder: Embedder) -> None:
        one, again, other = embedder.passages([TEXTS[0], TEXTS[0], TEXTS[2]])
        assert one @ again > 0.999
        assert one @ other < 0.6

    def test_a_question_is_nearest_to_what_answers_it(self, embedder: Embedder) -> None:
        (question,) = embedder.questions(["Why did the boat not sail?"])
        assert int((embedder.passages(TEXTS) @ question).argmax()) == 0

    def test_word_pieces_are_counted_beyond_what_fits(self, embedder: Embedder) -> None:
        assert embedder.count(["word " * 1000, "word"]) == [1000, 1]
        assert embedder.max_tokens < 1000

    def test_it_says_what_it_knows(self, embedder: Embedder) -> None:
        assert embedder.knows("en")
        assert embedder.fingerprint
