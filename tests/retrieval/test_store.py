from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from retrieval import Passage, Scope, Span, StoreFailed, UnknownArticle
from retrieval.store import HEAD, MIGRATIONS, Store
from tests.retrieval.articles import BAKERY, FERRY_RU, LIGHTHOUSE

WHOLE = [Passage(0, 20, (Span(0, 10), Span(11, 20)))]
VECTORS = np.eye(1, 8, dtype=np.float32)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'corpus.db'}")
    yield opened
    opened.close()


def test_an_article_comes_back_as_it_was(store: Store) -> None:
    store.add(LIGHTHOUSE, WHOLE, VECTORS, "model")
    assert store.article("lighthouse") == LIGHTHOUSE


def test_the_log_is_ordered_and_names_what_happened(store: Store) -> None:
    store.add(LIGHTHOUSE, WHOLE, VECTORS, "model")
    store.add(replace(LIGHTHOUSE, text="Changed.", revision=2), WHOLE, VECTORS, "model")
    store.remove("lighthouse")
    changes = store.changes(0, 10)
    assert [(c.kind, c.revision) for c in changes] == [("added", 1), ("updated", 2), ("removed", 2)]
    assert [c.number for c in changes] == sorted(c.number for c in changes)
    assert store.changes(changes[1].number, 10) == changes[2:]
    assert store.last_change() == changes[-1].number


def test_an_update_replaces_passages_and_keeps_the_number_growing(store: Store) -> None:
    store.add(LIGHTHOUSE, WHOLE, VECTORS, "model")
    old = [p.id for p in store.passages_of(["lighthouse"], "model")]
    store.add(replace(LIGHTHOUSE, text="Changed for good.", revision=2), WHOLE, VECTORS, "model")
    new = list(store.passages_of(["lighthouse"], "model"))
    assert store.evidence(old) == {}
    assert [p.text for p in new] == ["Changed for good."]
    store.remove("lighthouse")
    assert store.add(LIGHTHOUSE, WHOLE, VECTORS, "model").revision == 3  # a number never means two texts


def test_a_removed_article_is_unknown(store: Store) -> None:
    store.add(LIGHTHOUSE, WHOLE, VECTORS, "model")
    assert store.remove("lighthouse").title == LIGHTHOUSE.title
    with pytest.raises(UnknownArticle):
        store.article("lighthouse")
    with pytest.raises(UnknownArticle):
        store.remove("lighthouse")


def test_vectors_of_another_model_are_not_given(store: Store) -> None:
    store.add(LIGHTHOUSE, WHOLE, VECTORS, "one model")
    (same,) = store.passages_of(["lighthouse"], "one model")
    (other,) = store.passages_of(["lighthouse"], "another model")
    assert same.vector is not None
    assert np.allclose(same.vector, VECTORS[0])
    assert other.vector is None


def test_articles_that_the_model_would_embed_otherwise_are_stale(store: Store) -> None:
    store.add(LIGHTHOUSE, WHOLE, VECTORS, "model")
    store.add(BAKERY, WHOLE, None, "model")
    store.add(FERRY_RU, WHOLE, None, "model")
    assert store.stale("model", lambda language: language == "en") == ["bakery"]
    assert store.stale("model", lambda language: True) == ["bakery", "parom"]
    assert store.stale("model", lambda language: False) == ["lighthouse"]  # its vectors mean nothing now
    assert store.stale("another model", lambda language: language == "en") == ["bakery", "lighthouse"]
    store.remove("bakery")
    assert store.stale("model", lambda language: language == "en") == []


def test_two_processes_that_add_one_article_write_two_revisions(store: Store, tmp_path: Path) -> None:
    other = Store(f"sqlite:///{tmp_path / 'corpus.db'}")
    revisions = [each.add(LIGHTHOUSE, WHOLE, None, "model").revision for each in (store, other, store)]
    other.close()
    assert revisions == [1, 2, 3]
    assert store.article("lighthouse").revision == 3


def test_replaced_passages_are_told_to_whoever_follows_the_log(store: Store) -> None:
    store.add(LIGHTHOUSE, WHOLE, VECTORS, "model")
    before = store.last_change()
    store.replace_passages(LIGHTHOUSE, WHOLE, VECTORS, "another model")
    (change,) = store.changes(before, 10)
    assert (change.kind, change.article_id, change.revision) == ("updated", "lighthouse", 1)


def test_passages_of_a_text_that_is_gone_are_not_replaced(store: Store) -> None:
    store.add(LIGHTHOUSE, WHOLE, VECTORS, "model")
    store.add(replace(LIGHTHOUSE, text="Changed for good."), WHOLE, VECTORS, "model")
    before = store.last_change()
    store.replace_passages(LIGHTHOUSE, WHOLE * 2, None, "model")
    assert len(store.with_passages("lighthouse")[1]) == 1
    store.remove("lighthouse")
    store.replace_passages(LIGHTHOUSE, WHOLE, VECTORS, "model")
    assert [change.kind for change in store.changes(before, 10)] == ["removed"]


def test_an_article_comes_with_its_passages(store: Store) -> None:
    store.add(LIGHTHOUSE, WHOLE, None, "model")
    assert store.with_passages("lighthouse") == (LIGHTHOUSE, WHOLE)
    with pytest.raises(UnknownArticle):
        store.with_passages("nowhere")


def test_every_database_has_a_name_of_its_own(store: Store, tmp_path: Path) -> None:
    again, other = Store(f"sqlite:///{tmp_path / 'corpus.db'}"), Store(f"sqlite:///{tmp_path / 'other.db'}")
    assert again.id == store.id != other.id
    again.close()
    other.close()


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("SELECT language, count(*) FROM articles WHERE current = 1 GROUP BY language", "articles_language"),
        ("SELECT max(revision) FROM log WHERE article_id = 'a'", "log_article"),
    ],
)
def test_what_is_asked_with_every_question_reads_an_index_only(store: Store, query: str, index: str) -> None:
    with store.engine.connect() as tx:
        (step, *_) = tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}").all()
    assert f"COVERING INDEX {index} " in step.detail


def test_a_database_that_stays_busy_says_so(store: Store, tmp_path: Path) -> None:
    with store.engine.connect() as tx:
        tx.exec_driver_sql("PRAGMA busy_timeout=10")  # the pool has this one connection
    other = Store(f"sqlite:///{tmp_path / 'corpus.db'}")
    with other.engine.begin(), pytest.raises(StoreFailed) as caught:
        store.add(LIGHTHOUSE, WHOLE, None, "model")
    other.close()
    assert (caught.value.subject, caught.value.reason) == ("corpus.db", "busy")
    store.add(LIGHTHOUSE, WHOLE, None, "model")


def test_a_full_disk_says_so_and_keeps_what_is_there(store: Store) -> None:
    store.add(LIGHTHOUSE, WHOLE, None, "model")
    with store.engine.connect() as tx:
        tx.exec_driver_sql("PRAGMA max_page_count=1")  # SQLite makes it what is in use now
    with pytest.raises(StoreFailed) as caught:
        store.add(replace(BAKERY, text="More. " * 100_000), WHOLE, None, "model")
    assert caught.value.reason == "full"
    assert store.ids() == ["lighthouse"]


def test_the_same_words_are_found_under_any_id(store: Store) -> None:
    store.add(LIGHTHOUSE, WHOLE, VECTORS, "model")
    respaced = replace(LIGHTHOUSE, id="copy", text=LIGHTHOUSE.text.replace("\n\n", "  \n").upper())
    found = store.find_same(respaced)
    assert found is not None
    assert found.id == "lighthouse"
    assert store.find_same(BAKERY) is None


def test_articles_come_newest_first(store: Store) -> None:
    undated = replace(LIGHTHOUSE, id="undated", published=None, text="No date.")
    for article in (undated, LIGHTHOUSE, FERRY_RU, BAKERY):
        store.add(article, WHOLE, None, "model")
    assert [a.id for a in store.articles(10)] == ["parom", "bakery", "lighthouse", "undated"]
    assert [a.id for a in store.articles(2, offset=1)] == ["bakery", "lighthouse"]
    assert store.languages() == {"en": 3, "ru": 1}


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    broken = [Passage(0, 5, (Span(0, 5),)), Passage(6, 9, (Span(6, 9),))]
    with pytest.raises(IndexError):  # two passages, one vector
        store.add(LIGHTHOUSE, broken, VECTORS, "model")
    assert store.ids() == []
    assert store.last_change() == 0


def test_the_database_is_as_durable_as_promised(store: Store) -> None:
    """Its commits do not wait for the disk: lasting.py does."""
    with store.engine.connect() as tx:
        told = {
            name: tx.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert told == {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1}


def test_the_head_named_in_the_code_is_the_last_migration() -> None:
    assert max(path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")) == HEAD


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'corpus.db'}"
    store = Store(url)
    with store.engine.begin() as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(StoreFailed, match="newer schema"):
        Store(url)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "corpus.db").write_text("This is a letter, not a database. " * 50)
    with pytest.raises(StoreFailed, match="unreadable"):
        Store(f"sqlite:///{tmp_path / 'corpus.db'}")


def test_a_scope_limits_articles_by_day_and_source(store: Store) -> None:
    undated = replace(LIGHTHOUSE, id="undated", published=None, source="Post", text="No date.")
    for article in (LIGHTHOUSE, FERRY_RU, BAKERY, undated):
        store.add(article, WHOLE, None, "model")
    day = BAKERY.published
    assert day is not None
    assert [a.id for a in store.within(Scope(), 10)] == ["parom", "bakery", "lighthouse", "undated"]
    assert [a.id for a in store.within(Scope(since=day), 10)] == ["parom", "bakery"]
    assert [a.id for a in store.within(Scope(until=day), 10)] == ["lighthouse"]
    assert [a.id for a in store.within(Scope(sources=("Post", "Причал")), 10)] == ["parom", "undated"]
    assert [a.id for a in store.within(Scope(since=day, sources=("Coast Herald",)), 10)] == ["bakery"]
    assert [a.id for a in store.within(Scope(), 1)] == ["parom"]


def test_the_extent_of_a_scope_is_its_number_and_its_days(store: Store) -> None:
    assert store.extent() == (0, None, None)
    for article in (LIGHTHOUSE, FERRY_RU, BAKERY):
        store.add(article, WHOLE, None, "model")
    store.add(replace(BAKERY, text="Changed."), WHOLE, None, "model")  # an old revision counts no more
    assert store.extent() == (3, LIGHTHOUSE.published, FERRY_RU.published)
    assert store.extent(Scope(sources=("Coast Herald",))) == (2, LIGHTHOUSE.published, BAKERY.published)
    assert store.extent(Scope(sources=("Nobody",))) == (0, None, None)


def test_sources_are_named_once_while_an_article_has_them(store: Store) -> None:
    for article in (FERRY_RU, LIGHTHOUSE, BAKERY, replace(BAKERY, id="none", source=None, text="No source.")):
        store.add(article, WHOLE, None, "model")
    assert store.sources() == ["Coast Herald", "Причал"]
    store.remove("parom")
    assert store.sources() == ["Coast Herald"]
