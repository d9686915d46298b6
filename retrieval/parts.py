"""What a corpus is made of, in one piece: whoever builds one chooses, and the corpus wires."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.answer.confidence import Confidence
from retrieval.answer.rank import Ranker
from retrieval.ports import Embedder, Index, Prose, Writer
from retrieval.reading import Sources
from retrieval.sites import Sites
from retrieval.store import Store


@dataclass(frozen=True, slots=True)
class Parts:
    """`build.open_corpus` chooses them."""

    store: Store
    index: Index
    embedder: Embedder
    ranker: Ranker
    writer: Writer
    confidence: Confidence
    sources: Sources
    sites: Sites
    prose: Prose | None = None
