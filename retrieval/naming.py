"""An id, an address or words of a title -> the article that is meant by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from retrieval.asked.question import Known, understand
from retrieval.errors import UnknownArticle
from retrieval.reading import Sources
from retrieval.store import Store
from retrieval.text.stems import content_stems
from retrieval.types import Article, Evidence

Search = Callable[[str, Sequence[str]], list[Evidence]]  # words, and the sources whose articles alone are there


class Naming:
    """`search` gives the passages that match best. Sync, and safe to call from several threads."""

    def __init__(self, store: Store, reading: Sources, search: Search, known: Callable[[], Known]) -> None:
        self._store, self._reading, self._search, self._known = store, reading, search, known

    def find(self, reference: str, sources: Sequence[str] = ()) -> Article | None:
        """By one of `sources`; none given: by anybody."""
        found = self._find(reference.strip(), sources)
        return found if found is None or not sources or found.source in sources else None

    def _find(self, reference: str, sources: Sequence[str]) -> Article | None:
        with suppress(UnknownArticle):
            return self._store.article(reference)
        if "://" in reference:
            return self._store.find_by_url(self._reading.canonical(reference))
        return self._titled(reference, sources)

    def _titled(self, reference: str, sources: Sequence[str]) -> Article | None:
        """More than half of its words are the title's."""
        wanted = set(content_stems(reference, understand(reference, self._known().languages).language))
        for evidence in self._search(reference, sources) if wanted else ():
            title = set(content_stems(evidence.article.title, evidence.article.language))
            if len(wanted & title) * 2 > len(wanted):
                return evidence.article
        return None
