"""What every Index promises. A class for each index inherits these tests and gives `open_index`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from retrieval.ingest import Ingest
from retrieval.ports import Embedder, Index
from retrieval.store import Store
from tests.retrieval.articles import BAKERY, FERRY_RU, LIGHTHOUSE

Open = Callable[[], Index]


def follow(index: Index, store: Store) -> Index:
    index.apply(store.changes(index.applied(), 1000))
    return index


def found(index: Index, store: Store, embedder: Embedder, question: str, language: str = "en") -> list[str]:
    vector = embedder.questions([question]) if embedder.knows(language) else None
    hits = index.search(question, language, 10, vector)
    evidence = store.evidence([hit.passage_id for hit in hits])
    return [evidence[hit.passage_id][1].id for hit in hits]


class IndexContract:
    """Needs the fixtures store, ingest, embedder, and open_index: opens the same index again and again."""

    def test_an_applied_article_is_found_by_words_and_by_meaning(
        self, open_index: Open, store: Store, ingest: Ingest, embedder: Embedder
    ) -> None:
        for article in (LIGHTHOUSE, BAKERY, FERRY_RU):
            ingest.add(article)
        index = follow(open_index(), store)
        assert found(index, store, embedder, "Who kept the lighthouse?")[0] == "lighthouse"
        assert found(index, store, embedder, "the blaze that ruined a bread shop")[0] == "bakery"
        assert found(index, store, embedder, "сколько туристов на острове", "ru") == ["parom"]

    def test_a_misspelt_word_is_found(self, open_index: Open, store: Store, ingest: Ingest) -> None:
        for article in (LIGHTHOUSE, BAKERY):
            ingest.add(article)
        index = follow(open_index(), store)
        (hit,) = index.search("cotage", "en", 10, None)
        assert store.evidence([hit.passage_id])[hit.passage_id][1].id == "lighthouse"

    def test_an_update_and_a_removal_are_followed(
        self, open_index: Open, store: Store, ingest: Ingest, embedder: Embedder
    ) -> None:
        ingest.add(LIGHTHOUSE)
        ingest.add(BAKERY)
        index = follow(open_index(), store)
        ingest.add(
            replace(LIGHTHOUSE, text="The keeper of Gull Point changed her mind and stays. Nobody minds at all.")
        )
        store.remove("bakery")
        follow(index, store)
        assert set(found(index, store, embedder, "bakery fire oven keeper")) == {"lighthouse"}
        assert index.search("museum", "en", 10, None) == []

    def test_applying_twice_changes_nothing(self, open_index: Open, store: Store, ingest: Ingest) -> None:
        ingest.add(LIGHTHOUSE)
        index = open_index()
        for _ in range(2):
            index.apply(store.changes(0, 1000))
        assert len(index.search("lighthouse", "en", 10, None)) == 1

    def test_a_saved_index_resumes_where_it_was(
        self, open_index: Open, store: Store, ingest: Ingest, embedder: Embedder
    ) -> None:
        ingest.add(LIGHTHOUSE)
        follow(open_index(), store).save()
        ingest.add(BAKERY)
        again = open_index()
        assert again.applied() == 1
        assert found(follow(again, store), store, embedder, "Who is the owner of the bakery?")[0] == "bakery"

    def test_an_unsaved_index_begins_anew(self, open_index: Open, store: Store, ingest: Ingest) -> None:
        ingest.add(LIGHTHOUSE)
        follow(open_index(), store)
        assert open_index().applied() == 0
