"""CorpusSettings -> a Corpus. The only place that chooses and constructs the parts."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from retrieval.answer.confidence import load_fitted
from retrieval.answer.coverage import Weighing
from retrieval.answer.extract import ExtractiveWriter
from retrieval.answer.rank import Ranker
from retrieval.corpus import Corpus
from retrieval.index.local import LocalIndex
from retrieval.llm.model import LanguageModel
from retrieval.llm.settings import LlmSettings
from retrieval.models import load_embedder
from retrieval.parts import Parts
from retrieval.ports import Embedder
from retrieval.reader import load_reader
from retrieval.reading import Sources
from retrieval.sites import Sites
from retrieval.sources.robots import Robots
from retrieval.sources.web import GuardedFetcher
from retrieval.sources.workers import Workers
from retrieval.store import Store

CONFIDENCE = "confidence.json"  # in the data folder, once `calibrate` was run


@dataclass(frozen=True, slots=True)
class CorpusSettings:
    """Where the articles are kept, and with what they are searched."""

    data: Path  # created if missing; may hold other files beside ours
    model: str | None = None  # folder or hub name; None: the packaged all-MiniLM-L6-v2
    languages: tuple[str, ...] = ()  # that the model knows; empty: what its card says
    allowed_networks: tuple[IPv4Network | IPv6Network, ...] = ()  # private ones that links and feeds may reach
    models: Path | None = None  # exported models; None: a folder in `data`
    reader: str | None = None  # folder or hub name; None: the shipped one; "none": words and meaning choose sentences
    llm: LlmSettings | None = None  # a language model that puts answers into its own words; None: the articles' own

    @property
    def confidence(self) -> Path:
        """What `calibrate` writes: while it is there, it is in force instead of the shipped one."""
        return self.data / CONFIDENCE


def open_sources(settings: CorpusSettings, workers: Workers | None = None) -> tuple[Sources, Sites]:
    """What reads files, links and feeds, without anything to keep them in. Close the first."""
    fetch = GuardedFetcher(settings.allowed_networks)
    robots, parsers = Robots(fetch), workers or Workers()
    sources = Sources(fetch, parsers, robots, lent=workers is not None)
    return sources, Sites(sources, parsers, robots)


def open_corpus(settings: CorpusSettings, embedder: Embedder | None = None, workers: Workers | None = None) -> Corpus:
    """Raises ModelFailed, StoreFailed. `embedder`, `workers`: those that are there already, for several corpora in one
    process; whoever made them closes them.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    models = settings.models or settings.data / "models"
    embedder = embedder or load_embedder(settings.model, models, settings.languages)
    store = Store(f"sqlite:///{settings.data / 'corpus.db'}")
    fingerprint = embedder.fingerprint
    load = lambda ids: store.passages_of(ids, fingerprint)  # noqa: E731
    index = LocalIndex(settings.data / "index", load, store.id, fingerprint, embedder.dim)
    reader = None if settings.reader == "none" else load_reader(settings.reader, models)
    weighing = Weighing(index.rarity, index.spellings)
    writer = ExtractiveWriter(embedder, weighing)
    confidence = load_fitted(settings.confidence)
    sources, sites = open_sources(settings, workers)
    prose = LanguageModel(settings.llm) if settings.llm else None
    return Corpus(Parts(store, index, embedder, Ranker(reader, weighing), writer, confidence, sources, sites, prose))
