from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval import Article, Passage, Span
from retrieval.index.local import LocalIndex
from retrieval.index.snapshot import CURRENT
from retrieval.ingest import Ingest
from retrieval.ports import Embedder, Index
from retrieval.store import Store
from retrieval.types import Hit
from tests.contracts.index import IndexContract, Open, follow
from tests.retrieval.articles import BAKERY, LIGHTHOUSE
from tests.retrieval.disk import full_disk


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
        opened.append(LocalIndex(tmp_path / "index", load, store.id, embedder.fingerprint, embedder.dim))
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


@pytest.mark.parametrize(("database", "model"), [("the same", "another model"), ("another database", "the same")])
def test_a_snapshot_of_another_model_or_database_is_not_opened(
    store: Store, ingest: Ingest, tmp_path: Path, database: str, model: str
) -> None:
    ingest.add(LIGHTHOUSE)
    load = lambda ids: store.passages_of(ids, "the same")  # noqa: E731
    mine = LocalIndex(tmp_path / "index", load, "the same", "the same", 8)
    follow(mine, store).save()
    mine.close()
    other = LocalIndex(tmp_path / "index", load, database, model, 8)
    assert other.applied() == 0
    other.close()


def saved(open_index: Open, store: Store, ingest: Ingest, tmp_path: Path) -> Path:
    """The generation that an index of one article publishes."""
    ingest.add(LIGHTHOUSE)
    follow(open_index(), store).save()
    (folder,) = (tmp_path / "index").glob("gen-*")
    return folder


def republish(folder: Path, file: str, content: bytes) -> None:
    """As if the generation had been published with that file."""
    (folder / file).unlink(missing_ok=True)
    (folder / file).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][file] = hashlib.sha256(content).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("file", ["dense.faiss", "lexical/meta.json"])
def test_a_sound_snapshot_that_the_libraries_cannot_open_is_made_anew(
    open_index: Open, store: Store, ingest: Ingest, tmp_path: Path, file: str
) -> None:
    folder = saved(open_index, store, ingest, tmp_path)
    republish(folder, file, b"from another time")
    index = open_index()
    assert index.applied() == 0
    assert len(follow(index, store)) == 1


@pytest.mark.parametrize("library", ["faiss", "tantivy"])
def test_a_snapshot_by_another_library_version_is_not_opened(
    open_index: Open, store: Store, ingest: Ingest, tmp_path: Path, library: str
) -> None:
    manifest = saved(open_index, store, ingest, tmp_path) / "manifest.json"
    told = json.loads(manifest.read_text())
    told["match"][library] += ".1"
    manifest.write_text(json.dumps(told))
    assert open_index().applied() == 0


def test_a_snapshot_of_an_older_format_is_made_anew(
    open_index: Open, store: Store, ingest: Ingest, tmp_path: Path
) -> None:
    manifest = saved(open_index, store, ingest, tmp_path) / "manifest.json"
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**told, "format": str(int(told["format"]) - 1)}))
    index = open_index()
    assert index.applied() == 0
    assert len(follow(index, store).search("lighthouse", "en", 10, None)) == 1


def test_a_removed_article_spells_no_word(open_index: Open, store: Store) -> None:
    put(store, Article("a", "Title", "Mayor Oleg Novikov resigned."))
    put(store, Article("b", "Title", "Nobody else resigned."))
    index = follow(open_index(), store)
    assert index.spellings("новиковым", "ru") == {"новиков": ("novikov",)}
    store.remove("a")
    assert follow(index, store).spellings("новиковым", "ru") == {}


def words(number: int) -> Article:
    return Article(f"a{number}", f"Title {number}", f"Common words and one that is its own: w{number}q. " * 40)


def put(store: Store, article: Article) -> None:
    span = Span(0, len(article.text))
    store.add(article, [Passage(span.start, span.end, (span,))], None, "model")


def test_what_is_saved_while_segments_are_merged_is_whole(open_index: Open, store: Store) -> None:
    index = open_index()
    for number in range(60):  # a segment each; tantivy merges eight at a time, in threads of its own
        put(store, words(number))
        follow(index, store).save()
        again = open_index()
        assert again.applied() == number + 1
        assert len(again.search("common", "en", 100, None)) == number + 1
        again.close()


def test_rarity_does_not_count_what_was_removed(open_index: Open, store: Store) -> None:
    index = open_index()
    for number in range(12):
        put(store, words(number))
    follow(index, store)
    for number in range(5):
        store.remove(f"a{number}")
    asked = ["common", "w1q", "w7q", "nowher"]
    before = follow(index, store).rarity(asked)
    index.clear()
    assert follow(index, store).rarity(asked) == before
    assert before[1] == before[3] == 1.0


def test_a_full_disk_is_told_and_does_no_lasting_harm(
    open_index: Open, store: Store, ingest: Ingest, tmp_path: Path
) -> None:
    ingest.add(LIGHTHOUSE)
    index = follow(open_index(), store)
    with full_disk(), pytest.raises(OSError):  # noqa: PT011 each library has words of its own
        index.save()
    assert not list((tmp_path / "index").glob("gen-*"))
    ingest.add(BAKERY)
    with full_disk(), pytest.raises(OSError):  # noqa: PT011
        follow(index, store)
    assert index.applied() == 1
    assert len(index.search("lighthouse", "en", 10, None)) == 1
    follow(index, store).save()
    assert len(open_index().search("bakery", "en", 10, None)) == 1


def test_a_passage_is_found_under_its_new_id_when_the_article_is_cut_anew(
    open_index: Open, store: Store, ingest: Ingest
) -> None:
    ingest.add(LIGHTHOUSE)
    index = follow(open_index(), store)
    ingest.again("lighthouse")
    (hit,) = follow(index, store).search("lighthouse", "en", 10, None)
    assert hit.passage_id in store.evidence([hit.passage_id])


def long(key: str, *parts: str) -> Article:
    return Article(key, "Title", " ".join(parts))


def put_in_parts(store: Store, article: Article, *parts: str) -> None:
    """Each part is a passage of its own."""
    starts = [article.text.index(part) for part in parts]
    spans = [Span(start, start + len(part)) for start, part in zip(starts, parts, strict=True)]
    store.add(article, [Passage(span.start, span.end, (span,)) for span in spans], None, "model")


def ranked(index: Index, store: Store, question: str) -> list[tuple[str, str]]:
    """(article, passage) best first."""
    hits = index.search(question, "en", 10, None)
    found = store.evidence([hit.passage_id for hit in hits])
    told = [found[hit.passage_id] for hit in hits]
    return [(article.id, article.text[passage.start : passage.end]) for passage, article in told]


ABOUT = ("The regatta of Otter Bay drew sixty boats.", "Ada Lund won in the end, to cheers.")
ASIDE = ("The baker sold buns for a week.", "Eva Lund won in the end, to cheers.")
WON = "Who won the regatta of Otter Bay in the end?"


@pytest.mark.parametrize("order", [(ABOUT, ASIDE), (ASIDE, ABOUT)])
def test_a_passage_of_an_article_that_is_about_the_question_comes_before_its_like(
    open_index: Open, store: Store, order: tuple[tuple[str, str], ...]
) -> None:
    for key, parts in enumerate(order):
        put_in_parts(store, long(f"a{key}", *parts), *parts)
    told = [text for _, text in ranked(follow(open_index(), store), store, WON)]
    assert told.index(ABOUT[1]) < told.index(ASIDE[1])


def test_how_a_whole_article_matches_outlives_a_restart_an_update_and_a_removal(open_index: Open, store: Store) -> None:
    for key, parts in (("aside", ASIDE), ("about", ABOUT), ("other", ("Nothing of the sort happened here.",))):
        put_in_parts(store, long(key, *parts), *parts)
    index = follow(open_index(), store)
    before = index.search(WON, "en", 10, None)
    index.save()
    again = open_index()
    assert again.applied() == index.applied()
    assert again.search(WON, "en", 10, None) == before
    put_in_parts(store, long("aside", *ABOUT, "It rained."), *ABOUT, "It rained.")  # now it is about the same
    put_in_parts(store, long("about", *ASIDE, "It snowed."), *ASIDE, "It snowed.")
    told = ranked(follow(again, store), store, WON)
    assert told.index(("aside", ABOUT[1])) < told.index(("about", ASIDE[1]))
    again.save()
    store.remove("aside")
    third = follow(open_index(), store)
    assert {article for article, _ in ranked(third, store, WON)} == {"about"}
    third.clear()
    assert follow(third, store).search(WON, "en", 10, None) == ranked_again(open_index, store)


def ranked_again(open_index: Open, store: Store) -> list[Hit]:
    """By an index that knows nothing of what was."""
    fresh = open_index()
    fresh.clear()
    return follow(fresh, store).search(WON, "en", 10, None)


def test_an_index_whose_folder_was_emptied_in_part_says_so_and_goes_on_searching(
    open_index: Open, store: Store, tmp_path: Path
) -> None:
    index = open_index()
    put_in_parts(store, long("about", *ABOUT), *ABOUT)
    follow(index, store)
    (work,) = (tmp_path / "index").glob("work-*")
    shutil.rmtree(work / "whole")
    put_in_parts(store, long("aside", *ASIDE), *ASIDE)
    with pytest.raises(OSError, match="tantivy"):
        follow(index, store)
    assert index.applied() == 1
    assert index.search(WON, "en", 10, None)
