"""What tests share: the dev data's folder if it is there, the real default model, a corpus in a temporary folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from retrieval import Corpus
    from retrieval.ports import Embedder
    from retrieval.sources.workers import Workers

os.environ.setdefault("PTB_TIMEDELTA", "true")  # as reception.py does, for rooms that are tested without it
_shared = Path(os.environ.get("FOOTNOTE_SHARED", Path(__file__).parents[2] / "shared"))
SHARED: Path | None = _shared if _shared.is_dir() else None
SEEDS = Path(__file__).parents[1] / "seeds"
EXPORTED = Path(os.environ.get("FOOTNOTE_TEST_MODELS", Path(__file__).parents[1] / "data" / "models"))


@pytest.fixture
def shared() -> Path:
    """The folder with the dev data, which is not part of the project."""
    if SHARED is None:
        pytest.skip("the dev data is not here: set FOOTNOTE_SHARED to its folder")
    return SHARED


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The real default model, exported once and kept between runs."""
    from retrieval.models import load_embedder

    return load_embedder(None, EXPORTED)


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    """The real child processes that parse, started once."""
    from retrieval.sources.workers import Workers

    with Workers() as running:
        yield running


@pytest.fixture
def make_corpus(embedder: Embedder, workers: Workers, tmp_path: Path) -> Iterator[Callable[..., Corpus]]:
    """Opens corpora with the real model; a local server may be fetched from. `make_corpus(folder)` reopens that
    folder.
    """
    from retrieval import CorpusSettings, open_corpus

    opened: list[Corpus] = []

    def make(data: Path | None = None) -> Corpus:
        settings = CorpusSettings(data or tmp_path / "corpus", allowed_networks=(ip_network("127.0.0.0/8"),))
        opened.append(open_corpus(settings, embedder, workers))
        return opened[-1]

    yield make
    for corpus in opened:
        corpus.close()


@pytest.fixture(scope="session")
def starter(embedder: Embedder, workers: Workers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """The starter articles, read only: a test that changes a corpus makes its own."""
    from retrieval import CorpusSettings, open_corpus

    corpus = open_corpus(CorpusSettings(tmp_path_factory.mktemp("starter")), embedder, workers)
    list(corpus.add_files([SEEDS / "articles"], root=SEEDS / "articles"))
    yield corpus
    corpus.close()
