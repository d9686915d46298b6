"""What every Index promises. A class for each index inherits these tests and gives `open_index`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from retrieval import Article, Passage, Scope, Span
from retrieval.ingest import Ingest
from retrieval.ports import Embedder, Index
from retrieval.store import Store
from tests.retrieval.articles import BAKERY, FERRY_RU, LIGHTHOUSE

UNDATED = Article("undated", "A ferry on fire", "The lighthouse keeper saw the fire.", source="Gull Post")

Open = Callable[[], Index]


def follow(index: Index, store: Store) -> Index:
    index.apply(store.changes(index.applied(), 1000))
    return index


def found(index: Index, store: Store, embedder: Embedder, question: str, language: str = "en") -> list[str]:
    vector = embedder.questions([question]) if embedder.knows(language) else None
    hits = index.search(question, language, 10, vector)
    evidence = store.evidence([hit.passage_id for hit in hits])
    return [evidence[hit.passage_id][1].id for hit in hits]


def put(store: Store, *texts: str, language: str = "en") -> None:
    """One article of each text, without vectors; their ids are 0, 1, 2."""
    for number, text in enumerate(texts):
        whole = Span(0, len(text))
        passage = Passage(whole.start, whole.end, (whole,))
        store.add(Article(str(number), f"Title {number}", text, language), [passage], None, "")


def by_words(index: Index, store: Store, question: str, language: str = "en", scope: Scope = Scope()) -> list[str]:  # noqa: B008 it is frozen
    keys = [hit.passage_id for hit in index.search(question, language, 10, None, scope)]
    evidence = store.evidence(keys)
    return [evidence[key][1].id for key in keys]


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

    @pytest.mark.parametrize(
        ("scope", "inside"),
        [
            (Scope(), {"lighthouse", "bakery", "parom", "undated"}),
            (Scope(since=datetime(2026, 5, 12, tzinfo=UTC)), {"bakery", "parom"}),
            (Scope(until=datetime(2026, 5, 12, tzinfo=UTC)), {"lighthouse"}),
            (Scope(datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 5, 20, tzinfo=UTC)), {"lighthouse", "bakery"}),
            (Scope(sources=("Coast Herald",)), {"lighthouse", "bakery"}),
            (Scope(sources=("Причал", "Gull Post")), {"parom", "undated"}),
            (Scope(sources=("coast herald",)), set()),
            (Scope(since=datetime(2026, 5, 12, tzinfo=UTC), sources=("Coast Herald",)), {"bakery"}),
            (Scope(since=datetime(2027, 1, 1, tzinfo=UTC)), set()),
        ],
    )
    def test_only_articles_in_the_scope_are_found(
        self, open_index: Open, store: Store, ingest: Ingest, scope: Scope, inside: set[str]
    ) -> None:
        for article in (LIGHTHOUSE, BAKERY, FERRY_RU, UNDATED):
            ingest.add(article)
        index = follow(open_index(), store)
        assert set(by_words(index, store, "lighthouse fire паром", scope=scope)) == inside

    def test_meaning_keeps_to_the_scope_too(
        self, open_index: Open, store: Store, ingest: Ingest, embedder: Embedder
    ) -> None:
        for article in (LIGHTHOUSE, BAKERY, UNDATED):
            ingest.add(article)
        index, vector = follow(open_index(), store), embedder.questions(["zzz"])
        may = Scope(since=datetime(2026, 5, 1, tzinfo=UTC), until=datetime(2026, 5, 12, tzinfo=UTC))
        (hit,) = index.search("zzz", "en", 10, vector, may)
        assert store.evidence([hit.passage_id])[hit.passage_id][1].id == "lighthouse"
        assert index.search("zzz", "en", 10, vector, Scope(sources=("nobody",))) == []
        assert len(index.search("zzz", "en", 10, vector)) == 3

    @pytest.mark.parametrize(
        ("written", "asked"),
        [
            ("Mayor Oleg Novikov resigned.", "кто такой новиков"),
            ("Минюст оспорил решение Новиковой.", "who is novikova"),
            ("Минюст оспорил решение Новиковым.", "who is novikov"),
            ("President Zelenskyy arrived.", "zelensky"),
            ("President Zelensky arrived.", "Zelinsky"),
            ("Вчера Зеленского встретили.", "Zelenskiy"),
            ("Symphony by Tchaikovsky was played.", "Чайковский"),
            ("Министр Шойгу приехал.", "shoigu"),
            ("Willa Brandt won the race.", "brant"),
            ("The governor of Massachusetts signed.", "masachusets"),
            ("The government fell.", "goverment"),
            ("Prime minister Netanyahu left.", "netanyaho"),
            ("Ольга Бжезинская уехала.", "Бжезинскоя"),
        ],
    )
    def test_a_word_that_no_passage_has_stands_for_another_spelling(
        self, open_index: Open, store: Store, written: str, asked: str
    ) -> None:
        put(store, "Nothing of the sort happened here at all.", written)
        index = follow(open_index(), store)
        language = "en" if asked.isascii() else "ru"
        assert by_words(index, store, asked, language) == ["1"]
        (spelt,) = index.spellings(asked, language).values()
        assert all(rarity < 1 for rarity in index.rarity(spelt))

    @pytest.mark.parametrize(
        "asked", ["novikov", "the crown prince", "who is Lindbergh", "Rubik", "harbor 1990", "марш", "北京", "?"]
    )
    def test_a_word_that_is_known_or_near_to_none_is_left_as_it_is(
        self, open_index: Open, store: Store, asked: str
    ) -> None:
        put(store, "Novikov met a Brown bear, Senator Rubio and Prince Mars in 1991.")
        assert follow(open_index(), store).spellings(asked, "en") == {}

    def test_the_very_spelling_wins_and_others_follow(self, open_index: Open, store: Store) -> None:
        put(store, "Zelenskyy spoke on Monday.", "Zelensky spoke on Monday.", "Nobody spoke on Monday.")
        index = follow(open_index(), store)
        assert by_words(index, store, "zelensky") == ["1", "0"]
        assert by_words(index, store, "Zelenskyy") == ["0", "1"]

    def test_a_common_word_does_not_stand_for_one_that_sounds_alike(self, open_index: Open, store: Store) -> None:
        put(store, "They walked through the desert.", "They all had a large dessert.")
        assert by_words(follow(open_index(), store), store, "desert") == ["0"]

    @pytest.mark.parametrize(
        ("explained", "asked", "elsewhere"),
        [
            ("The Harbour Safety Board (HSB) met.", "HSB", "A letter of the Harbour Safety Board arrived."),
            ("HSB (Harbour Safety Board) met.", "what did the harbour safety board do", "HSB had it painted."),
            ("Островной центральный банк (ОЦБ) закрыт.", "оцб", "Вклады Островного центрального банка целы."),
        ],
    )
    def test_an_abbreviation_and_what_it_stands_for_find_each_other(
        self, open_index: Open, store: Store, explained: str, asked: str, elsewhere: str
    ) -> None:
        language = "en" if asked.isascii() else "ru"
        put(store, explained, elsewhere, "Nothing of the sort happened.", language=language)
        index = follow(open_index(), store)
        assert by_words(index, store, asked, language) == ["0", "1"]
        store.remove("0")
        assert by_words(follow(index, store), store, asked, language) == []  # nobody explains it any more

    def test_an_abbreviation_outlives_one_of_two_articles_that_explain_it(self, open_index: Open, store: Store) -> None:
        explained = ("The Harbour Safety Board (HSB) met.", "They wrote to the Harbour Safety Board (HSB).")
        put(store, *explained, "A letter of the Harbour Safety Board arrived.")
        store.remove("0")
        assert by_words(follow(open_index(), store), store, "hsb") == ["1", "2"]
