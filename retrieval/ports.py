"""What the engine asks of the outside: each port lists its promises, and belongs to the rooms that call it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
import numpy.typing as npt

from retrieval.types import Change, Draft, Evidence, Hit, Question, Reading, Scope, Sentence, Span

Vectors = npt.NDArray[np.float32]  # (n, dim), unit length

EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as an index takes it. `vector` (dim,) is None for a language that the model does not know."""

    id: int
    article_id: str
    title: str
    text: str
    language: str
    vector: Vectors | None
    published: datetime | None
    source: str | None


class Embedder(Protocol):
    """Text -> unit vectors. Questions and passages apart, since some models want a prefix for each."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors would: weights, tokenizer, pooling, prompts, precision."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    @property
    def max_tokens(self) -> int:
        """Word pieces that fit, special tokens not counted."""

    def knows(self, language: str) -> bool:
        """Whether vectors mean anything for text in this language (ISO 639-1)."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Word pieces in each text, counted with the model's own tokenizer, special tokens not counted."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        """(n, dim). Safe to call from several threads."""

    def questions(self, texts: Sequence[str]) -> Vectors:
        """(n, dim). Safe to call from several threads."""


class Reader(Protocol):
    """Question and passage -> where each sentence would answer, and whether it does."""

    def knows(self, language: str) -> bool:
        """Whether it can read this language (ISO 639-1)."""

    def read(self, question: str, text: str, sentences: Sequence[Span]) -> list[Reading]:
        """One for each sentence of the text, read in its context. Safe to call from several threads."""


class Index(Protocol):
    """A follower of the store's log, deletable and rebuildable at any time. Fuses meaning and words by itself."""

    def applied(self) -> int:
        """The number of the last change that a search sees."""

    def apply(self, changes: Sequence[Change]) -> None:
        """Takes the next changes of the log, in order, once each. Readers see all of them or none."""

    def search(
        self, question: str, language: str, limit: int, vector: Vectors | None, scope: Scope = EVERYTHING
    ) -> list[Hit]:
        """Best first, of articles in the scope: an undated one is in none that has dates.

        `vector` (1, dim) is None when the model does not know the language: words only, no noise. Words and names that
        are misspelt, or in another alphabet, and abbreviations that an article explains, find what they stand for;
        passages with the very words win.
        """

    def spellings(self, question: str, language: str) -> Mapping[str, tuple[str, ...]]:
        """Stem of the question that no passage holds -> stems that `search` takes it for, most frequent first.

        Stems that passages hold, and those that are near to none, are left out.
        """

    def rarity(self, stems: Sequence[str]) -> list[float]:
        """Of each word, its inverse document frequency over that of a word never met: 0 (everywhere) to 1 (nowhere)."""

    def unsaved(self) -> int:
        """How many changes the next start would have to replay."""

    def save(self) -> None:
        """Makes what is applied the point from which the next start resumes. A crash during it loses nothing."""

    def clear(self) -> None:
        """Back to nothing applied, for a rebuild."""

    def close(self) -> None:
        """Lets go of files. Unsaved changes are replayed from the log at the next start."""


class Writer(Protocol):
    """Evidence -> what is said. May not cite what it was not given; its output is verified all the same."""

    def write(self, question: Question, evidence: Sequence[Evidence], vector: Vectors | None) -> Draft:
        """One to three sentences, best first. `evidence` best first; `vector` (1, dim) of the question, if there is
        one.
        """


class Prose(Protocol):
    """An answer's sentences -> the same in words of its own. Its output is verified all the same."""

    def compose(
        self, question: Question, sentences: Sequence[Sentence], evidence: Sequence[Evidence]
    ) -> tuple[Sentence, ...]:
        """Each with citations among what it was shown, and borne out by them; () when it cannot, and the articles' own
        sentences are said.
        """

    def is_reached(self) -> bool:
        """False when the last calls failed, until one goes well."""
