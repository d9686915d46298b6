from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.index.local import LocalIndex
from retrieval.index.snapshot import CURRENT
from retrieval.ingest import Ingest
from retrieval.ports import Embedder
from retrieval.store import Store
from tests.contracts.index import IndexContract, Open, follow
from tests.retrieval.articles import LIGHTHOUSE


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'corpus.db'}")
    yield opened
    opened.close()


@pytest.fixture
def ingest(store: Store, embedder: Embedder) -> Ingest:
    return Ingest(store, embedder)


@pytest.fixture
def open_index(store: Store, embedder: Embedder, tmp_path: Path) -> Iterator[Open]:
    opened: list[LocalIndex] = []

    def opens() -> LocalIndex:
        load = lambda ids: store.passages_of(ids, embedder.fingerprint)  # noqa: E731
        opened.append(LocalIndex(tmp_path / "index", load, embedder.fingerprint, embedder.dim))
        return opened[-1]

    yield opens
    for index in opened:
        index.close()


class TestLocalIndex(IndexContract):
    """FAISS beside tantivy."""


@pytest.mark.parametrize("name", ["manifest.json", "dense.faiss", CURRENT])
def test_a_damaged_snapshot_is_not_opened(
    open_index: Open, store: Store, ingest: Ingest, name: str, tmp_path: Path
) -> None:
    ingest.add(LIGHTHOUSE)
    follow(open_index(), store).save()
    (file,) = (tmp_path / "index").glob(name if name == CURRENT else f"gen-*/{name}")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.unlink()  # the bytes may be shared with a working copy, which is not what was damaged
    file.write_bytes(content)
    index = open_index()
    assert index.applied() == 0
    assert len(follow(index, store)) == 1


def test_another_models_snapshot_is_not_opened(
    store: Store, ingest: Ingest, embedder: Embedder, tmp_path: Path
) -> None:
    ingest.add(LIGHTHOUSE)
    load = lambda ids: store.passages_of(ids, embedder.fingerprint)  # noqa: E731
    mine = LocalIndex(tmp_path / "index", load, embedder.fingerprint, embedder.dim)
    follow(mine, store).save()
    mine.close()
    other = LocalIndex(tmp_path / "index", load, "another model", embedder.dim)
    assert other.applied() == 0
    other.close()
