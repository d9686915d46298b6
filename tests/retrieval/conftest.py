"""What tests of the engine share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.ports import Embedder
from tests.retrieval.engine import Engine


@pytest.fixture
def engine(embedder: Embedder, tmp_path: Path) -> Iterator[Engine]:
    """Empty."""
    made = Engine(tmp_path, embedder)
    yield made
    made.close()
