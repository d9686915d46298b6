"""Articles in, the parts that answer questions out: the real store, index, model and writer, put together by a test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from retrieval.answer.confidence import Confidence, Fit
from retrieval.answer.coverage import Weighing
from retrieval.answer.extract import ExtractiveWriter
from retrieval.answer.rank import Ranker
from retrieval.asked.question import Known
from retrieval.asking import Asking
from retrieval.finding import Finder
from retrieval.grouping import Stories
from retrieval.index.local import LocalIndex
from retrieval.ingest import Ingest
from retrieval.ports import Embedder, Prose, Reader
from retrieval.remembering import Memory
from retrieval.store import Store
from retrieval.types import Article, Evidence, Question, Sentence


def always(state: str) -> Confidence:
    """A confidence of one half whatever was found, which is enough for an "answer", for "closest", or for nothing."""
    threshold, closest = {"answer": (0.4, 0.2), "closest": (0.6, 0.4), "refusal": (0.8, 0.6)}[state]
    fit = Fit({}, 0.0, threshold, closest)
    return Confidence(fit, fit, fit)


def surer_with(figure: str, weight: float) -> Confidence:
    """By that figure alone; always an answer."""
    fit = Fit({figure: weight}, 0.0, 0.0, 0.0)
    return Confidence(fit, fit, fit)


class Engine:
    """A store and an index in a folder, filled by `add`."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self.embedder = embedder
        self.store = Store(f"sqlite:///{folder / 'corpus.db'}")
        self._ingest = Ingest(self.store, embedder)
        load = lambda ids: self.store.passages_of(ids, embedder.fingerprint)  # noqa: E731
        self.index = LocalIndex(folder / "index", load, self.store.id, embedder.fingerprint, embedder.dim)
        self.stories = Stories(self.store, self.index)
        self._memory = Memory()
        self.finder = Finder(self.store, self.index, embedder, self.stories, self._memory)

    def add(self, *articles: Article) -> None:
        for article in articles:
            self._ingest.add(article)
        self.index.apply(self.store.changes(self.index.applied(), 1000))
        self._memory.look(self.store.state())

    def asking(self, confidence: Confidence, *, reader: Reader | None = None, prose: Prose | None = None) -> Asking:
        weighing = Weighing(self.index.rarity, self.index.spellings)
        writer = ExtractiveWriter(self.embedder, weighing)
        return Asking(self.finder, Ranker(reader, weighing), writer, confidence, prose, self._known)

    def _known(self) -> Known:
        return Known(sorted(self.store.languages()), self.store.sources())

    def close(self) -> None:
        self.index.close()
        self.store.close()


class Speaker:
    """A stand-in for a language model: says what it was given to say, and notes what it was asked."""

    def __init__(self, *says: Sentence) -> None:
        self._says = says
        self.asked: list[str] = []

    def compose(
        self, question: Question, sentences: Sequence[Sentence], evidence: Sequence[Evidence]
    ) -> tuple[Sentence, ...]:
        self.asked.append(question.standalone)
        return self._says

    def is_reached(self) -> bool:
        """Always there."""
        return True
