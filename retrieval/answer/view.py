"""A sentence and a question -> the sentence as the question sees it: what is new, and near to what is known."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from retrieval.text.stems import content_stems, stems
from retrieval.types import Span
from retrieval.words.kinds import WORD

CLAUSE = 3  # words that a comma is worth in the distance between two words
BEHIND = 3  # words behind a number among which what is counted stands


@dataclass(frozen=True)
class Token:
    start: int
    end: int
    stem: str  # "" for a function word
    depth: int  # clause marks before it


@dataclass(frozen=True)
class View:
    """A sentence as the question sees it."""

    sentence: str
    question: str
    language: str

    @cached_property
    def tokens(self) -> list[Token]:
        found = []
        for match in WORD.finditer(self.sentence):
            stem = (content_stems(match[0], self.language) or [""])[0]
            depth = len(re.findall(r"[,;:()–—]", self.sentence[: match.start()]))
            found.append(Token(match.start(), match.end(), stem, depth))
        return found

    @cached_property
    def asked(self) -> frozenset[str]:
        return frozenset(stems(self.question, self.language))

    @cached_property
    def touched(self) -> list[int]:
        """Numbers of the tokens that the question has too."""
        return [at for at, token in enumerate(self.tokens) if token.stem and token.stem in self.asked]

    def inside(self, span: Span) -> list[int]:
        return [at for at, token in enumerate(self.tokens) if token.start < span.end and token.end > span.start]

    def is_new(self, span: Span) -> bool:
        """Whether it says something that the question does not."""
        own = [self.tokens[at].stem for at in self.inside(span)]
        return any(stem and stem not in self.asked for stem in own)

    def nearness(self, span: Span) -> float:
        """To the question's words: each counts once, the nearer the more."""
        within = self.inside(span)
        if not within:
            return 0.0
        nearest: dict[str, float] = {}
        for at in self.touched:
            if at not in within:
                edge = min(within, key=lambda inner: abs(inner - at))
                away = abs(edge - at) + CLAUSE * abs(self.tokens[edge].depth - self.tokens[at].depth)
                stem = self.tokens[at].stem
                nearest[stem] = max(nearest.get(stem, 0.0), 1 / away)
        times = Counter(self.tokens[at].stem for at in self.touched)
        return sum(near / times[stem] for stem, near in nearest.items())

    def behind(self, span: Span) -> list[Token]:
        """The words that follow it, to the next clause mark."""
        within = self.inside(span)
        following = self.tokens[within[-1] + 1 : within[-1] + 1 + BEHIND] if within else []
        return [token for token in following if token.depth == self.tokens[within[-1]].depth]
