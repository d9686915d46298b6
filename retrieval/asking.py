"""A question and those before it -> an answer, the closest passages, or a refusal.

    the ways it may be meant | scope | found | ranked by reading | written | how sure -> the surest way's reply

A language model, where there is one, puts an answer that is sure enough into its own words; what it says is verified.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from retrieval.answer.citations import verify
from retrieval.answer.confidence import Confidence
from retrieval.answer.rank import Ranker
from retrieval.asked.followup import readings
from retrieval.asked.question import Known, understand
from retrieval.asked.scope import find_scope
from retrieval.finding import PASSAGES, Finder, Found
from retrieval.grouping import openers_of
from retrieval.ports import Prose, Vectors, Writer
from retrieval.text.stems import content_stems
from retrieval.timing import Stopwatch
from retrieval.types import (
    Answer,
    Closest,
    Draft,
    Evidence,
    Nearest,
    Question,
    Refusal,
    Scope,
    Sentence,
    Turn,
)  # fmt: skip

NEAREST = 3  # titles offered with a refusal
ALSO = 3  # other sources named beside an answer
SURER = 0.15  # a question that may lean on another is taken by itself if it is surer by so much: short ones find more
EVENTS = 24  # passages of a timeline


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way in which a question may be meant, and what came of it."""

    question: Question
    evidence: Sequence[Evidence]
    draft: Draft
    confidence: float
    found: Found

    @property
    def articles(self) -> tuple[str, ...]:
        """Ids, best first, each once."""
        return tuple(dict.fromkeys([*(e.article.id for e in self.evidence), *self.found.articles]))


class Asking:
    """`known` tells what there is, each time. Sync, and safe to call from several threads."""

    def __init__(  # noqa: PLR0913 the parts of an answer, each from a room of its own
        self,
        finder: Finder,
        ranker: Ranker,
        writer: Writer,
        confidence: Confidence,
        prose: Prose | None,
        known: Callable[[], Known],
    ) -> None:
        self._finder, self._ranker, self._writer = finder, ranker, writer
        self._confidence, self._prose, self._known = confidence, prose, known

    def ask(  # noqa: PLR0913 what limits a question, each by its name
        self,
        text: str,
        previous: Sequence[Turn],
        now: datetime,
        *,
        unscoped: bool = False,
        without: Collection[str] = frozenset(),
        sources: Sequence[str] = (),
    ) -> Answer | Closest | Refusal:
        """`unscoped`: dates and sources in the question limit nothing. `without`: articles that are passed over.
        `sources`: of all others nothing is said, whatever the question names.
        """
        watch, known = Stopwatch(), self._known()
        meant = readings(text, previous, known.languages)
        if not any(character.isalnum() for character in text) or (not previous and _leans(meant[0])):
            return Refusal(meant[0].text, "empty question", ())
        among = tuple(sources)
        whole = [replace(question, scope=Scope(among=among)) for question in meant]
        scoped = whole if unscoped else [_scoped(question, now, known.sources, among) for question in meant]
        watch.lap("understand")
        with self._ranker.crowd:
            pointed = [self._within(question.about, question, now, watch) for question in whole if question.about]
            chosen = _meant(pointed) if pointed else None
            if chosen is None or not self._tells(chosen):
                anywhere = _meant([self._attempt(question, now, without, watch) for question in scoped])
                chosen = self._nearer(chosen, anywhere) if chosen else anywhere
        reply = self._reply(chosen, watch)
        if not isinstance(reply, Answer):
            return reply
        others = self._others(reply.sentences, without)
        return replace(reply, also=tuple(near for near in others if not among or near.source in among)[:ALSO])

    def ask_of(self, text: str, article_id: str, now: datetime) -> Answer | None:
        """What that article alone tells, if it is sure enough to be said; within the days and sources of the text.

        In its own words: a language model would be asked for every article that comes in.
        """
        watch, known = Stopwatch(), self._known()
        if not any(character.isalnum() for character in text):
            return None
        question = _scoped(understand(text, known.languages), now, known.sources)
        watch.lap("understand")
        reply = self._reply(self._within((article_id,), question, now, watch), watch, own_words=True)
        return reply if isinstance(reply, Answer) else None

    def _within(self, articles: Sequence[str], question: Question, now: datetime, watch: Stopwatch) -> Attempt:
        """In these articles alone."""
        vector = self._finder.vector(question)
        watch.lap("embed")
        found = self._finder.find_in(articles, question, vector, now)
        watch.lap("search")
        return self._drafted(question, found, vector, watch)

    def _attempt(self, question: Question, now: datetime, without: Collection[str], watch: Stopwatch) -> Attempt:
        vector = self._finder.vector(question)
        watch.lap("embed")
        found = self._finder.find(question, vector, now, without)
        watch.lap("search")
        return self._drafted(question, found, vector, watch)

    def _drafted(self, question: Question, found: Found, vector: Vectors | None, watch: Stopwatch) -> Attempt:
        """What would be said of what was found."""
        evidence = self._finder.evidence(found.matching, EVENTS if question.asked_for == "events" else PASSAGES)
        watch.lap("load")
        evidence = self._ranker.rank(question, evidence)
        watch.lap("rank")
        draft = self._writer.write(question, evidence, vector) if evidence else Draft((), {})
        draft = replace(draft, sentences=verify(draft.sentences, evidence), values=verify(draft.values, evidence))
        watch.lap("write")
        confidence = self._confidence.fit(draft.figures).probability(draft.figures) if draft.sentences else 0.0
        return Attempt(question, evidence, draft, confidence, found)

    def _tells(self, attempt: Attempt) -> bool:
        """Whether it answers."""
        sure = attempt.confidence >= self._confidence.fit(attempt.draft.figures).threshold
        return bool(attempt.draft.sentences) and sure

    def _nearer(self, pointed: Attempt, anywhere: Attempt) -> Attempt:
        """What is pointed at may only come close; then another must tell it clearly to be said instead."""
        close = pointed.confidence >= self._confidence.fit(pointed.draft.figures).closest
        return pointed if close and _sure(anywhere) < _sure(pointed) + SURER else anywhere

    def _reply(self, attempt: Attempt, watch: Stopwatch, *, own_words: bool = False) -> Answer | Closest | Refusal:
        asked, draft, sure = attempt.question.standalone, attempt.draft, attempt.confidence
        fit, searched = self._confidence.fit(draft.figures), self._finder.searched(attempt.question, attempt.found)
        if draft.sentences and sure >= fit.threshold:
            sentences = draft.sentences if own_words else self._worded(attempt)
            watch.lap("word")
            trace = watch.trace(draft.figures, attempt.articles)
            verdict = draft.verdict if sentences == draft.sentences else None  # it is the first sentence's
            told = (draft.values, verdict, draft.timeline)
            return Answer(asked, sentences, sure, trace, searched, *told)
        trace = watch.trace(draft.figures, attempt.articles)
        if draft.sentences and sure >= fit.closest:
            return Closest(asked, draft.sentences, sure, trace, searched)
        if attempt.evidence:
            return Refusal(asked, "not told", _nearest(attempt), sure, trace, searched)
        return Refusal(asked, "nothing found" if searched.articles else "empty corpus", (), sure, trace, searched)

    def _others(self, sentences: Sequence[Sentence], without: Collection[str]) -> tuple[Nearest, ...]:
        """The newest article of each other source about the event that the first sentence is about."""
        cited = {citation.source for sentence in sentences for citation in sentence.citations}
        others: dict[str, Nearest] = {}
        for other in self._finder.others(sentences[0].citations[0].article_id):
            if other.source and other.source not in cited and other.article_id not in without:
                others.setdefault(other.source, other)
        return tuple(others.values())

    def _worded(self, attempt: Attempt) -> tuple[Sentence, ...]:
        """By the language model, if there is one and it keeps to the articles; in the articles' own words otherwise."""
        draft = attempt.draft
        if self._prose is None or draft.timeline or draft.values:
            return draft.sentences
        composed = self._prose.compose(attempt.question, draft.sentences, attempt.evidence)
        return verify(composed, attempt.evidence) or draft.sentences


def _leans(question: Question) -> bool:
    """ "And why?": whoever asks no more than that means something that was said before."""
    return not content_stems(question.standalone, question.language)


def _sure(attempt: Attempt) -> float:
    return attempt.confidence


def _meant(tried: Sequence[Attempt]) -> Attempt:
    """The way in which a question was meant: by itself comes first."""
    carried = max(tried[1:], key=_sure, default=tried[0])
    return tried[0] if _sure(tried[0]) >= _sure(carried) + SURER else carried


def _scoped(question: Question, now: datetime, known: Collection[str], among: tuple[str, ...] = ()) -> Question:
    """The text stays whole where it names no scope."""
    scope, rest = find_scope(question.standalone, now, known)
    return replace(question, scope=replace(scope, among=among), standalone=rest if scope else question.standalone)


def _nearest(attempt: Attempt) -> tuple[Nearest, ...]:
    """One article of each story."""
    articles = {e.article.id: Nearest.to(e.article) for e in attempt.evidence}
    return tuple(articles[opener] for opener in openers_of(articles, attempt.found.stories)[:NEAREST])
