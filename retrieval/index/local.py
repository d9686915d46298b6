"""The index on this machine: FAISS for meaning beside tantivy for words, following the store's log.

    apply(changes): the articles they touch are taken out, and put in again as the store now has them

Applying a change twice, or late, therefore does no harm, and a rebuild is the same thing done to every article.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from retrieval.index.dense import DenseIndex
from retrieval.index.fusion import fuse
from retrieval.index.lexical import LexicalIndex
from retrieval.index.snapshot import copy_links, load_current, publish, work_folder
from retrieval.ports import StoredPassage, Vectors
from retrieval.types import Change, Hit

DEPTH = 100  # candidates of each kind before they are fused

Load = Callable[[Sequence[str]], Iterable[StoredPassage]]  # article ids -> their current passages


class LocalIndex:
    """Implements ports.Index. `root` belongs to it: it may be deleted whenever no process has it open."""

    def __init__(self, root: Path, load: Load, fingerprint: str, dim: int) -> None:
        self._root, self._load, self._fingerprint, self._dim = root, load, fingerprint, dim
        self._lock = threading.Lock()
        self._work = work_folder(root)
        self._applied = self._saved = 0
        snapshot = load_current(root, fingerprint)
        if snapshot is not None:
            copy_links(snapshot.folder, self._work)
            self._applied = self._saved = snapshot.applied
        self._open(fresh=snapshot is None)

    def applied(self) -> int:
        return self._applied

    def unsaved(self) -> int:
        """How many changes the next start would have to replay."""
        return self._applied - self._saved

    def apply(self, changes: Sequence[Change]) -> None:
        touched = list(dict.fromkeys(c.article_id for c in changes if c.kind != "listed"))
        with self._lock:
            if touched:
                self._replace(touched)
            if changes:
                self._applied = changes[-1].number

    def search(self, question: str, language: str, limit: int, vector: Vectors | None) -> list[Hit]:
        with self._lock:
            lexical = self._lexical.search(question, language, DEPTH)
            dense = {} if vector is None else self._dense.search(vector, DEPTH)
        return fuse(dense, lexical)[:limit]

    def rarity(self, stems: Sequence[str]) -> list[float]:
        with self._lock:
            return self._lexical.rarity(stems)

    def save(self) -> None:
        with self._lock:
            if self._applied != self._saved:
                dense = self._work / "dense.faiss"
                dense.unlink(missing_ok=True)  # the old one may be linked from a generation
                self._dense.save(dense)
                publish(self._root, self._work, self._fingerprint, self._applied)
                self._saved = self._applied

    def clear(self) -> None:
        """Back to nothing applied, for a rebuild."""
        with self._lock:
            self._lexical.close()
            shutil.rmtree(self._work)
            self._work = work_folder(self._root)
            self._applied, self._saved = 0, -1
            self._open(fresh=True)

    def close(self) -> None:
        with self._lock:
            self._lexical.close()
            shutil.rmtree(self._work, ignore_errors=True)

    def __len__(self) -> int:
        return len(self._lexical)

    def _open(self, fresh: bool) -> None:
        self._lexical = LexicalIndex(self._work / "lexical")
        file = self._work / "dense.faiss"
        self._dense = DenseIndex(self._dim) if fresh else DenseIndex.load(file, self._dim)

    def _replace(self, article_ids: Sequence[str]) -> None:
        gone = self._lexical.ids(article_ids) if len(self._lexical) else []
        passages = list(self._load(article_ids))
        self._lexical.replace(article_ids, passages)
        self._lexical.commit()
        if gone:
            self._dense.remove(gone)
        embedded = [(passage.id, passage.vector) for passage in passages if passage.vector is not None]
        if embedded:
            self._dense.add([key for key, _ in embedded], np.stack([vector for _, vector in embedded]))
