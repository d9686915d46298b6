"""Question and the passages found -> the same passages, read, the most promising first.

    the two best matches, read | the next two, unless one is clearly best | by match and reading together

A passage that is not read keeps its match, and is taken to be read as an average one. Beside other questions fewer are
read, one after the other, none that could not come first any more, and one alone while others wait to be read. In a
language that nobody reads, what counts beside the match is how much of the question stands in one sentence and around
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from retrieval.answer.candidates import Candidate, candidates
from retrieval.answer.coverage import Weighing
from retrieval.answer.crowd import MOST_READ, Crowd
from retrieval.answer.margins import best_margin, squash
from retrieval.ports import Reader
from retrieval.priority import give_way
from retrieval.types import Evidence, Question, Reading, Span

AT_ONCE = 2  # side by side, one thread each: twice as fast as two threads for one
GIVING_WAY = 9  # to threads that hold Python's lock, which this work lets go of: while they wait, everybody does
READ = 0.3  # what a reading weighs beside a match, both 0..1; on dev data .2 to .4 do as well
UNREAD = 0.3  # what an unread passage is taken for
TITLE = 200  # characters of it that are read with a passage
GATHERED = 0.8  # what a sentence's share of the question weighs beside a match, where nothing is read; dev data
CLEAR = 4.0  # a margin that ends the search: on dev data nothing is lost, and a third of the reading saved


class Ranker:
    """`reader` None: passages stay as they were found. `most` passages are read, fewer when a margin is `clear`."""

    def __init__(self, reader: Reader | None, weighing: Weighing, most: int = MOST_READ, clear: float = CLEAR) -> None:
        self.weighing = weighing
        self._reader, self._most, self._clear = reader, most, clear
        self.crowd = Crowd(AT_ONCE)
        self._crew = ThreadPoolExecutor(AT_ONCE, "read", partial(give_way, GIVING_WAY))

    def reads(self, language: str) -> bool:
        """Whether questions and passages in this language (ISO 639-1) are read."""
        return self._reader is not None and self._reader.knows(language)

    def rank(self, question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
        """`evidence` best match first."""
        reader = self._reader
        if reader is None or not reader.knows(question.language):
            return self._by_words(question, evidence)
        ranked = list(evidence)
        readable = [at for at, e in enumerate(evidence) if reader.knows(e.article.language)][: self._most]
        done = 0
        while wave := self._next(readable, done, ranked):
            with self.crowd.reading(len(wave)):
                readings = self._crew.map(lambda at: _read(reader, question, evidence[at]), wave)
                for at, read in zip(wave, readings, strict=True):
                    ranked[at] = replace(evidence[at], readings=read)
            if max(best_margin(ranked[at]) for at in wave) > self._clear:
                break
            done += len(wave)
        return sorted(ranked, key=promise, reverse=True)

    def _next(self, readable: Sequence[int], done: int, ranked: Sequence[Evidence]) -> Sequence[int]:
        """What is read now; nothing at the end."""
        if self.crowd.is_one():
            return readable[done : done + AT_ONCE]
        if done and self.crowd.is_waiting():  # the first passage tells more than any other
            return []
        wave = readable[done : min(done + 1, self.crowd.most_read())]
        best = max((promise(ranked[at]) for at in readable[:done]), default=0.0)
        return [at for at in wave if ranked[at].hit.score + READ > best]

    def _by_words(self, question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
        gathered: dict[int, float] = {}
        for candidate in candidates(question, evidence, self.weighing(question)):
            key = candidate.evidence.hit.passage_id
            gathered[key] = max(gathered.get(key, 0.0), _told(candidate))
        return sorted(evidence, key=lambda e: -e.hit.score - GATHERED * gathered.get(e.hit.passage_id, 0.0))


def _told(candidate: Candidate) -> float:
    """How much of the question stands in the sentence, and, for half, around it."""
    return candidate.features["words"] + candidate.features["context"] / 2


def _read(reader: Reader, question: Question, evidence: Evidence) -> tuple[Reading, ...]:
    """With the title in front, which names what the passage only calls "the bridge"."""
    title = f"{evidence.article.title[:TITLE]}\n" if evidence.article.title[:TITLE] else ""
    shift = len(title) - evidence.passage.start
    sentences = [Span(start + shift, end + shift) for start, end in evidence.passage.sentences]
    readings = reader.read(question.standalone, title + evidence.text, sentences)
    return tuple(Reading(Span(*(max(0, at - len(title)) for at in r.span)), r.margin) for r in readings)


def promise(evidence: Evidence) -> float:
    """Match and reading weighed together."""
    read = squash(best_margin(evidence)) if evidence.readings else UNREAD
    return evidence.hit.score + READ * read
