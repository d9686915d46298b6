"""Question and evidence -> the articles' own sentences, best first, and the figures that tell how far to trust them.

    sentences weighed by words and by what was read, or the best of them by meaning | votes | the form asked for

Without a language model: what a sentence shares with the question, weighted by how rare each word is, how well its
passage matched, whether it holds the kind of thing that is asked for, what a small reader that was trained to mark
answers makes of it in its context, and how many articles say the same; in a language that no reader reads, how near it
is in meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from retrieval.answer.candidates import Candidate, alike, candidates
from retrieval.answer.citations import quoted
from retrieval.answer.context import understandable
from retrieval.answer.coverage import Weighing
from retrieval.answer.figures import MOST_SENTENCES, figures
from retrieval.answer.quotations import tell_speaker, tell_statement
from retrieval.answer.spans import fits, mark
from retrieval.answer.timeline import timeline
from retrieval.answer.verdict import verdict
from retrieval.answer.votes import contradicting, count_votes
from retrieval.ports import Embedder, Vectors
from retrieval.types import AskedFor, Citation, Draft, Evidence, Question, Sentence, Span

WHOLE: tuple[AskedFor, ...] = ("events", "truth")  # no words of a sentence answer these alone
NEARLY = 0.65  # of the best one's score: with RULED_OUT, a fifth fewer sentences for a hundredth of the answers
RULED_OUT = -6.0  # margin
MEANT = 10  # sentences that are embedded for a question that no reader reads: 2 ms each


class ExtractiveWriter:
    """Implements ports.Writer with nothing but the articles' sentences. Without a reader, words and meaning decide."""

    def __init__(self, embedder: Embedder, weighing: Weighing) -> None:
        self._embedder, self._weighing = embedder, weighing

    def write(self, question: Question, evidence: Sequence[Evidence], vector: Vectors | None) -> Draft:
        weights = self._weighing(question)
        found = candidates(question, evidence, weights)
        if any(e.readings for e in evidence):
            count_votes(question.asked_for, found)
        elif vector is not None:
            self._weigh_meaning(found[:MEANT], vector)
        if question.asked_for == "truth":
            _weigh_settling(question, found)
        found.sort(key=lambda c: -c.score)
        return _draft(question, found, figures(question, _distinct(found), evidence, weights))

    def _weigh_meaning(self, found: Sequence[Candidate], vector: Vectors) -> None:
        known = [c for c in found if self._embedder.knows(c.evidence.article.language)]
        if known:
            cosines = self._embedder.passages([c.text for c in known]) @ vector[0]  # (n,)
            for candidate, cosine in zip(known, cosines, strict=True):
                candidate.features["meaning"] = float(cosine)


def _weigh_settling(question: Question, found: Sequence[Candidate]) -> None:
    """A sentence that settles a yes-or-no question by itself is what was asked for."""
    for candidate in found:
        candidate.features["settles"] = float(verdict(question, candidate.text) is not None)


def _distinct(found: Sequence[Candidate]) -> list[Candidate]:
    chosen: list[Candidate] = []
    for candidate in found:
        if len(chosen) < MOST_SENTENCES and not any(alike(candidate, other) for other in chosen):
            chosen.append(candidate)
    return chosen


def _worth_adding(chosen: Sequence[Candidate]) -> list[Candidate]:
    """The best, and of the others those that are nearly as good and that the reader does not rule out."""
    ruled_out = (c.reading is not None and c.reading.margin < RULED_OUT for c in chosen)
    near = (c.score > NEARLY * chosen[0].score for c in chosen)
    return [
        c for c, out, is_near in zip(chosen, ruled_out, near, strict=True) if c is chosen[0] or (is_near and not out)
    ]


def _draft(question: Question, found: Sequence[Candidate], how_sure: dict[str, float]) -> Draft:
    """In the form that the question asks for, or, when the articles do not allow it, plainly."""
    if days := timeline(found) if question.asked_for == "events" else []:
        return Draft(_told_once(_said(question, day) for day in days), how_sure, timeline=True)
    if told := _attributed(question, found):
        return Draft(_told_once(told), how_sure)
    sentences = _told_once(_said(question, candidate) for candidate in _worth_adding(_distinct(found)))
    values = tuple(_said(question, c) for c in contradicting(question.asked_for, found))
    settled = verdict(question, sentences[0].text) if sentences and question.asked_for == "truth" else None
    return Draft(sentences, how_sure, values, settled)


def _told_once(sentences: Iterable[Sentence]) -> tuple[Sentence, ...]:
    """What was said as a sentence need not be said again in front of another, nor the other way round."""
    told: list[Sentence] = []
    places: set[tuple[str, int]] = set()
    for sentence in sentences:
        before = sentence.before if sentence.before and _place(sentence.before) not in places else None
        if not places.issuperset(map(_place, sentence.citations)):
            told.append(replace(sentence, before=before))
            places.update(map(_place, (*sentence.citations, *([before] if before else []))))
    return tuple(told)


def _place(citation: Citation) -> tuple[str, int]:
    return citation.article_id, citation.start


def _attributed(question: Question, found: Sequence[Candidate]) -> list[Sentence]:
    """Who said it, or what they said, if the articles quote it."""
    if question.asked_for == "speaker":
        return tell_speaker(question, found)
    return tell_statement(question, found) if question.asked_for == "statement" else []


def _said(question: Question, candidate: Candidate) -> Sentence:
    """As it stands, with its short answer marked and with what it takes to understand it."""
    evidence = candidate.evidence
    sentences = evidence.passage.sentences
    before, glosses = understandable(evidence.article, sentences, sentences.index(candidate.span))
    sentence = quoted(evidence.article, candidate.span)
    return Sentence(sentence.text, sentence.citations, _marked(question, candidate), before, glosses)


def _marked(question: Question, candidate: Candidate) -> Span | None:
    """The reader's span, if it is of the kind that was asked for; where nothing was read, one found by rules."""
    if question.asked_for in WHOLE:
        return None
    if candidate.reading is None:
        return mark(question.asked_for, candidate.text, question.standalone, candidate.evidence.article.language)
    return candidate.marked if fits(question.asked_for, candidate.likely, question.standalone) else None
