"""A question and the articles' sentences -> an answer in a model's own words, borne out by what it cites.

    shown | written | judged | written once more, told what was wrong | judged -> what holds, or nothing

Nothing that a model writes is believed: ids are looked up, quotations, figures, names and negations compared.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from retrieval.answer.citations import cite
from retrieval.llm.breaker import Breaker
from retrieval.llm.endpoint import Endpoint, EndpointFailed, Written
from retrieval.llm.judging import judge
from retrieval.llm.prompt import MOST_SENTENCES, Prompt, make_prompt
from retrieval.llm.reply import proposals, says_nothing
from retrieval.llm.settings import LlmSettings
from retrieval.types import Citation, Evidence, Question, Sentence

REPAIR_SECONDS = 1.5  # below that, there is no time to ask again

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a model was asked since the start, and what it cost. `calls` counts requests, `failures` those of them that
    brought nothing."""

    calls: int = 0
    failures: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    milliseconds: float = 0.0


@dataclass(frozen=True, slots=True)
class _Judged:
    """What of a reply may be said, and what was wrong with the rest."""

    sentences: tuple[Sentence, ...]
    faults: tuple[str, ...]


class LanguageModel:
    """Implements ports.Prose. Safe to call from several threads; never raises for what the model or its server does."""

    def __init__(self, settings: LlmSettings, breaker: Breaker | None = None) -> None:
        self._settings = settings
        self._endpoint = Endpoint(settings)
        self._breaker = breaker or Breaker()
        self._lock = threading.Lock()
        self._usage = Usage()

    def usage(self) -> Usage:
        with self._lock:
            return self._usage

    def is_reached(self) -> bool:
        """False from as many failures in a row on as the breaker stands."""
        return self._breaker.is_whole()

    def compose(
        self, question: Question, sentences: Sequence[Sentence], evidence: Sequence[Evidence]
    ) -> tuple[Sentence, ...]:
        """() when the model cannot, or when nothing that it writes holds. Only sentences in the question's language are
        shown: what is said in another one than what is cited could not be compared with it."""
        prompt = make_prompt(question, _showable(question.language, sentences, evidence))
        if not prompt.shown or not self._breaker.lets_through():
            return ()
        deadline = time.monotonic() + self._settings.seconds
        try:
            composed = self._composed(prompt, question.language, deadline)
        except EndpointFailed:
            self._breaker.failed()
            return ()
        self._breaker.went_well()
        return composed

    def _composed(self, prompt: Prompt, language: str, deadline: float) -> tuple[Sentence, ...]:
        """Raises EndpointFailed when not even the first reply came."""
        reply = self._ask(prompt.messages, deadline)
        first = _judged(reply, prompt.shown, language)
        if not first.faults or deadline - time.monotonic() < REPAIR_SECONDS:
            return first.sentences
        try:
            second = _judged(self._ask(_again(prompt, reply, first.faults), deadline), prompt.shown, language)
        except EndpointFailed:
            return first.sentences
        return max(second.sentences, first.sentences, key=len)

    def _ask(self, messages: Sequence[Mapping[str, str]], deadline: float) -> str:
        started = time.monotonic()
        try:
            written = self._endpoint.write(messages, deadline)
        except EndpointFailed as failure:
            self._count(None, started, failure.reason)
            raise
        self._count(written, started, "ok")
        return written.text

    def _count(self, written: Written | None, started: float, outcome: str) -> None:
        took = (time.monotonic() - started) * 1000
        tokens = (written.prompt_tokens, written.completion_tokens) if written else (0, 0)
        with self._lock:
            u = self._usage
            self._usage = Usage(
                u.calls + 1,
                u.failures + (written is None),
                u.prompt_tokens + tokens[0],
                u.completion_tokens + tokens[1],
                u.milliseconds + took,
            )
        message = "language model asked: model=%s outcome=%s prompt_tokens=%d completion_tokens=%d milliseconds=%.0f"
        log.info(message, self._settings.model, outcome, *tokens, took)


def _showable(language: str, sentences: Sequence[Sentence], evidence: Sequence[Evidence]) -> list[Citation]:
    """What the answer would say and what stands before it, then the rest of the evidence; each once."""
    said = [c for s in sentences for c in (*([s.before] if s.before else []), *s.citations)]
    read = [cite(e.article, span) for e in evidence for span in e.passage.sentences]
    spoken = {(e.article.id, e.article.revision) for e in evidence if e.article.language == language}
    fitting = (c for c in (*said, *read) if (c.article_id, c.revision) in spoken)
    return list({(c.article_id, c.revision, c.start, c.end): c for c in fitting}.values())


def _judged(reply: str, shown: Mapping[str, Citation], language: str) -> _Judged:
    proposed = proposals(reply)
    if not proposed and not says_nothing(reply):
        return _Judged((), ("The reply was not in the format that was asked for.",))
    kept: dict[str, Sentence] = {}
    faults = []
    for proposal in proposed:
        verdict = judge(proposal, shown, language)
        if isinstance(verdict, Sentence):
            kept.setdefault(verdict.text, verdict)
        else:
            faults.append(f"{proposal.text[:200]!r}: {verdict}.")
    return _Judged(tuple(kept.values())[:MOST_SENTENCES], tuple(faults))


def _again(prompt: Prompt, reply: str, faults: Sequence[str]) -> tuple[Mapping[str, str], ...]:
    wrong = "\n".join(["Some of it cannot be said:", *faults, "Write the whole answer again, in the same format."])
    return (*prompt.messages, {"role": "assistant", "content": reply[:4000]}, {"role": "user", "content": wrong})
