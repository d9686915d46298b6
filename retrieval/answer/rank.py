"""Question and the passages found -> the same passages, read, the most promising first.

    the two best matches, read | the next two, unless one is clearly best | by match and reading together

A passage that is not read keeps its match, and is taken to be read as an average one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from retrieval.ports import Reader
from retrieval.types import Evidence, Question, Reading, Span

MOST_READ = 8  # passages a question
AT_ONCE = 2  # side by side, one thread each: twice as fast as two threads for one
SCALE = 4.0  # margins are squashed to 0..1 over about this much
READ = 0.3  # what a reading weighs beside a match, both 0..1; on dev data .2 to .4 do as well
UNREAD = 0.3  # what an unread passage is taken for
CLEAR = 4.0  # a margin that ends the search: on dev data nothing is lost, and a third of the reading saved


class Ranker:
    """`reader` None: passages stay as they were found. `most` passages are read, fewer when a margin is `clear`."""

    def __init__(self, reader: Reader | None, most: int = MOST_READ, clear: float = CLEAR) -> None:
        self._reader, self._most, self._clear = reader, most, clear
        self._crew = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="read")

    def reads(self, language: str) -> bool:
        """Whether questions and passages in this language (ISO 639-1) are read."""
        return self._reader is not None and self._reader.knows(language)

    def rank(self, question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
        """`evidence` best match first."""
        reader = self._reader
        if reader is None or not reader.knows(question.language):
            return list(evidence)
        ranked = list(evidence)
        readable = [at for at, e in enumerate(evidence) if reader.knows(e.article.language)][: self._most]
        for start in range(0, len(readable), AT_ONCE):
            wave = readable[start : start + AT_ONCE]
            readings = self._crew.map(lambda at: _read(reader, question, evidence[at]), wave)
            for at, read in zip(wave, readings, strict=True):
                ranked[at] = replace(evidence[at], readings=read)
            if max(best_margin(ranked[at]) for at in wave) > self._clear:
                break
        return sorted(ranked, key=promise, reverse=True)


def _read(reader: Reader, question: Question, evidence: Evidence) -> tuple[Reading, ...]:
    start = evidence.passage.start
    sentences = [Span(s.start - start, s.end - start) for s in evidence.passage.sentences]
    return tuple(reader.read(question.standalone, evidence.text, sentences))


def promise(evidence: Evidence) -> float:
    """Match and reading weighed together."""
    read = squash(best_margin(evidence)) if evidence.readings else UNREAD
    return evidence.hit.score + READ * read


def best_margin(evidence: Evidence) -> float:
    """Of a passage that was read."""
    return best_reading(evidence).margin


def best_reading(evidence: Evidence) -> Reading:
    """Of the sentences of a passage that was read."""
    return max(evidence.readings, key=lambda reading: reading.margin)


def squash(margin: float) -> float:
    """A margin of logits -> 0 (surely not here) to 1 (surely here)."""
    return 1 / (1 + math.exp(-max(-100.0, min(100.0, margin)) / SCALE))
