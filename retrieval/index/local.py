"""The index on this machine: FAISS for meaning beside tantivy for words, following the store's log.

    apply(changes): the articles they touch are taken out, and put in again as the store now has them

Applying a change twice, or late, therefore does no harm, and a rebuild is the same thing done to every article.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from retrieval.index import dense, lexical
from retrieval.index.dense import DenseIndex
from retrieval.index.fusion import fuse, scaled
from retrieval.index.lexical import LexicalIndex
from retrieval.index.snapshot import WorkFolder, copy_links, load_current, publish
from retrieval.ports import EVERYTHING, StoredPassage, Vectors
from retrieval.types import Change, Hit, Scope

DEPTH = 1000  # candidates of each kind before they are fused: recency lifts some from far down

log = logging.getLogger(__name__)

Load = Callable[[Sequence[str]], Iterable[StoredPassage]]  # article ids -> their current passages


class LocalIndex:
    """Implements ports.Index. `root` belongs to it: it may be deleted whenever no process has it open.

    What was saved for another `store`, or under another `fingerprint`, or by other libraries, is not opened. `apply`,
    `save` and `clear` raise OSError, and leave what is searched as it was.
    """

    def __init__(self, root: Path, load: Load, store: str, fingerprint: str, dim: int) -> None:
        self._root, self._load, self._dim = root, load, dim
        self._match = {
            "store": store,
            "fingerprint": fingerprint,
            "faiss": dense.VERSION,
            "tantivy": lexical.VERSION,
        }
        self._lock = threading.Lock()
        self._applied = self._saved = 0
        if not self._resume():
            self._begin()

    def applied(self) -> int:
        return self._applied

    def unsaved(self) -> int:
        """How many changes the next start would have to replay."""
        return self._applied - self._saved

    def apply(self, changes: Sequence[Change]) -> None:
        touched = list(dict.fromkeys(c.article_id for c in changes if c.kind in ("added", "updated", "removed")))
        with self._lock:
            if touched:
                self._replace(touched)
            if changes:
                self._applied = changes[-1].number

    def search(
        self, question: str, language: str, limit: int, vector: Vectors | None, scope: Scope = EVERYTHING
    ) -> list[Hit]:
        with self._lock:
            words = self._lexical.search(question, language, DEPTH, scope)
            among = self._lexical.within(scope) if scope != EVERYTHING and vector is not None else None
            meaning = {} if vector is None else self._dense.search(vector, DEPTH, among)
            articles = scaled(self._whole.search(question, language, DEPTH, scope))
            whole = {key: articles.get(self._firsts.get(key, key), 0.0) for key in {*meaning, *words}}
        return fuse(meaning, words, whole, limit)

    def spellings(self, question: str, language: str) -> Mapping[str, tuple[str, ...]]:
        with self._lock:
            return self._lexical.spellings(question, language)

    def rarity(self, stems: Sequence[str]) -> list[float]:
        with self._lock:
            return self._lexical.rarity(stems)

    def save(self) -> None:
        with self._lock:
            if self._applied != self._saved:
                file = self._work.path / "dense.faiss"
                file.unlink(missing_ok=True)  # the old one may be linked from a generation
                self._dense.save(file)
                for part in (self._lexical, self._whole):
                    part.settle()  # a merge would write and delete segments while they are linked
                publish(self._root, self._work.path, self._match, self._applied)
                self._saved = self._applied

    def clear(self) -> None:
        """Back to nothing applied, for a rebuild."""
        with self._lock:
            old, work = (self._lexical, self._whole), self._work
            self._begin()
            self._applied, self._saved = 0, -1
            for part in old:
                part.close()
            work.remove()

    def close(self) -> None:
        with self._lock:
            for part in (self._lexical, self._whole):
                part.close()
            self._work.remove()

    def __len__(self) -> int:
        return len(self._lexical)

    def _begin(self) -> None:
        """Empty, in a work folder of its own."""
        work = WorkFolder(self._root)
        self._lexical, self._whole = LexicalIndex(work.path / "lexical"), LexicalIndex(work.path / "whole")
        self._dense, self._work = DenseIndex(self._dim), work
        self._firsts: dict[int, int] = {}  # passage -> its article's first passage, by which `_whole` names the article

    def _resume(self) -> bool:
        """Whether there was a generation, and it opened."""
        snapshot = load_current(self._root, self._match)
        if snapshot is None:
            return False
        work = WorkFolder(self._root)
        try:
            copy_links(snapshot.folder, work.path)
            self._dense = DenseIndex.load(work.path / "dense.faiss", self._dim)
            self._lexical, self._whole = LexicalIndex(work.path / "lexical"), LexicalIndex(work.path / "whole")
            self._firsts = self._lexical.firsts()
        except (OSError, RuntimeError, ValueError) as error:  # FAISS says RuntimeError, tantivy ValueError
            log.warning("index not opened, it is made anew: folder=%s reason=%s", snapshot.folder, error)
            work.remove()
            return False
        self._work, self._applied, self._saved = work, snapshot.applied, snapshot.applied
        return True

    def _replace(self, article_ids: Sequence[str]) -> None:
        gone = self._lexical.ids(article_ids) if len(self._lexical) else []
        passages = list(self._load(article_ids))
        of_article: dict[str, list[StoredPassage]] = {}
        for passage in passages:
            of_article.setdefault(passage.article_id, []).append(passage)
        self._lexical.replace(article_ids, passages)
        self._whole.replace(article_ids, [_whole(of) for of in of_article.values()])
        for key in gone:
            self._firsts.pop(key, None)
        self._firsts.update({passage.id: of[0].id for of in of_article.values() for passage in of})
        if gone:
            self._dense.remove(gone)
        embedded = [(passage.id, passage.vector) for passage in passages if passage.vector is not None]
        if embedded:
            self._dense.add([key for key, _ in embedded], np.stack([vector for _, vector in embedded]))


def _whole(passages: Sequence[StoredPassage]) -> StoredPassage:
    """An article as one passage, under the id of its first."""
    return replace(passages[0], text="\n".join(passage.text for passage in passages), vector=None)
