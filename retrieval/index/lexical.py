"""Words in, passages out: BM25 by tantivy over stems, title and body as two fields.

Stems are made in Python, the same for passages and questions and for the answer's own reckoning; tantivy sees them
separated by spaces. (Measured at 100,000 passages, p50: tantivy 0.8 ms with adds and deletes; SQLite FTS5 109 ms.)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import tantivy
from tantivy import Occur, Query

from retrieval.ports import StoredPassage
from retrieval.text.stems import content_stems, stems

TITLE_BOOST = 0.5  # a title's word counts this much beside the body's; measured on dev data
FUZZY_LENGTH = 5  # an unknown word at least this long is looked up with one letter wrong
HEAP = 32_000_000  # bytes for the writer; tantivy wants 15 MB a thread
ANALYZER = "stems"
VERSION = str(tantivy.__version__)


class LexicalIndex:
    """Lives in a folder of its own; segments are written once, so a hard link of the folder is a copy."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._schema, self._broken = _schema(), False
        analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        with self._writing():
            self._index = tantivy.Index(self._schema, path=str(folder), reuse=True)
            self._index.register_tokenizer(ANALYZER, analyzer)
            self._writer = self._index.writer(HEAP, 1)
            self._index.reload()

    def replace(self, article_ids: Iterable[str], passages: Iterable[StoredPassage]) -> None:
        """Takes those articles' passages out and puts these in, all or nothing. Raises OSError."""
        documents = [_document(passage) for passage in passages]
        if self._broken:
            self.settle()
        with self._writing():
            for article_id in article_ids:
                self._writer.delete_documents_by_term("article", article_id)
            for document in documents:
                self._writer.add_document(document)
            self._writer.commit()
            self._index.reload()

    def settle(self) -> None:
        """Waits until no thread of tantivy's writes or deletes files; what was not committed is dropped."""
        with suppress(ValueError, RuntimeError):  # a merge that failed leaves its segments as they were
            self._writer.wait_merging_threads()
        with self._writing():
            self._writer = self._index.writer(HEAP, 1)
            self._broken = False

    def ids(self, article_ids: Sequence[str]) -> list[int]:
        """The passages that the index holds of these articles."""
        terms = [(Occur.Should, Query.term_query(self._schema, "article", key)) for key in article_ids]
        return [*self._found(Query.boolean_query(terms), max(1, len(self)))] if terms else []

    def search(self, question: str, language: str, limit: int) -> dict[int, float]:
        """passage id -> BM25."""
        words = content_stems(question, language) or stems(question, language)
        terms = [(Occur.Should, query) for word in dict.fromkeys(words) for query in self._term(word)]
        return self._found(Query.boolean_query(terms), limit) if terms else {}

    def rarity(self, words: Sequence[str]) -> list[float]:
        """BM25's idf of each word, divided by that of a word that no passage holds."""
        total, counts = len(self), [self._held("body", word) for word in words]
        nowhere = math.log(1 + (total + 0.5) / 0.5)
        return [math.log(1 + (total - count + 0.5) / (count + 0.5)) / nowhere for count in counts]

    def __len__(self) -> int:
        return int(self._index.searcher().num_docs)

    def close(self) -> None:
        with suppress(ValueError, RuntimeError):
            self._writer.wait_merging_threads()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """tantivy says ValueError whatever went wrong, a full disk too, and its writer takes nothing after that."""
        try:
            yield
        except (ValueError, RuntimeError) as error:
            self._broken = True
            raise OSError(f"tantivy: {error}") from error

    def _held(self, field: str, word: str) -> int:
        """Passages with the word. tantivy's own count has removed ones in it until their segment is merged."""
        query = Query.const_score_query(Query.term_query(self._schema, field, word), 1.0)
        return int(self._index.searcher().search(query, 1, count=True).count)

    def _term(self, word: str) -> list[Query]:
        known = self._held("body", word) or self._held("title", word)
        if not known and len(word) >= FUZZY_LENGTH and not word.isdigit():
            return [Query.fuzzy_term_query(self._schema, "body", word, 1, True)]
        title = Query.term_query(self._schema, "title", word)
        return [Query.term_query(self._schema, "body", word), Query.boost_query(title, TITLE_BOOST)]

    def _found(self, query: Query, limit: int) -> dict[int, float]:
        searcher = self._index.searcher()
        hits = searcher.search(query, limit).hits
        keys = searcher.fast_field_values("passage", [address for _, address in hits])
        return {int(key): float(score) for key, (score, _) in zip(keys, hits, strict=True)}


def _document(passage: StoredPassage) -> tantivy.Document:
    return tantivy.Document(
        passage=passage.id,
        article=passage.article_id,
        title=" ".join(stems(passage.title, passage.language)),
        body=" ".join(stems(passage.text, passage.language)),
    )


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("passage", indexed=True, fast=True)
    builder.add_text_field("article", tokenizer_name="raw")
    for name in ("title", "body"):
        builder.add_text_field(name, tokenizer_name=ANALYZER)
    return builder.build()
