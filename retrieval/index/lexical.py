"""Words in, passages out: BM25 by tantivy over stems, title and body as two fields.

Stems are made in Python, the same for passages and questions and for the answer's own reckoning; tantivy sees them
separated by spaces. (Measured at 100,000 passages, p50: tantivy 0.8 ms with adds and deletes; SQLite FTS5 109 ms.)
Two more fields list the corpus' words by how they sound (`vocabulary`), and the abbreviations that it explains.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import tantivy
from tantivy import FieldType, Occur, Query

from retrieval.index.vocabulary import LONG, MISSPELT, Asked, Vocabulary, asked_words, entries
from retrieval.ports import EVERYTHING, StoredPassage
from retrieval.text.abbreviations import abbreviations
from retrieval.text.stems import content_stems, stems
from retrieval.types import Scope

TITLE_BOOST = 0.5  # a title's word counts this much beside the body's; measured on dev data
OTHERWISE = 0.4  # what other words for the same count beside those that were asked: those must win
LONG_FORMS = 2  # of an abbreviation that are searched for
HEAP = 32_000_000  # bytes for the writer; tantivy wants 15 MB a thread
ANALYZER = "stems"
VERSION = str(tantivy.__version__)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LexicalIndex:
    """Lives in a folder of its own; segments are written once, so a hard link of the folder is a copy."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._schema, self._broken = _schema(), False
        self._vocabulary = Vocabulary(lambda prefix: self._terms("keys", prefix), self._known)
        analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        with self._writing():
            self._index = tantivy.Index(self._schema, path=str(folder), reuse=True)
            self._index.register_tokenizer(ANALYZER, analyzer)
            self._writer = self._index.writer(HEAP, 1)
            self._index.reload()

    def replace(self, article_ids: Iterable[str], passages: Iterable[StoredPassage]) -> None:
        """Takes those articles' passages out and puts these in, all or nothing. Raises OSError."""
        held = list(passages)
        firsts = {passage.article_id: passage.id for passage in reversed(held)}
        documents = [_document(passage, firsts[passage.article_id]) for passage in held]
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
        return self._keys(Query.boolean_query(terms)) if terms else []

    def within(self, scope: Scope) -> list[int]:
        """The passages of articles in the scope."""
        return self._keys(Query.boolean_query(self._limits(scope)))

    def search(self, question: str, language: str, limit: int, scope: Scope = EVERYTHING) -> dict[int, float]:
        """passage id -> BM25."""
        written = {asked.stem: asked for asked in asked_words(question, language)}
        words = content_stems(question, language) or stems(question, language)
        terms = [query for word in dict.fromkeys(words) for query in self._term(word, written.get(word))]
        terms += self._abbreviated(question, language)
        if not terms:
            return {}
        wanted = Query.boolean_query([(Occur.Should, query) for query in terms])
        limits = self._limits(scope)
        return self._found(Query.boolean_query([(Occur.Must, wanted), *limits]) if limits else wanted, limit)

    def spellings(self, question: str, language: str) -> dict[str, tuple[str, ...]]:
        """Stem of the question that no passage has -> the stems that it is taken for, where there are any."""
        unknown = [asked for asked in asked_words(question, language) if not self._known(asked.stem)]
        found = {asked.stem: tuple(self._vocabulary.spellings(asked)) for asked in unknown}
        return {stem: spelt for stem, spelt in found.items() if spelt}

    def rarity(self, words: Sequence[str]) -> list[float]:
        """BM25's idf of each word, divided by that of a word that no passage holds."""
        nowhere = self._idf(0)
        return [self._idf(self._held("body", word)) / nowhere for word in words]

    def firsts(self) -> dict[int, int]:
        """passage id -> that of its article's first passage."""
        searcher = self._index.searcher()
        places = [place for _, place in searcher.search(Query.all_query(), max(1, len(self)), count=False).hits]
        columns = (searcher.fast_field_values(name, places) for name in ("passage", "first"))
        return dict(zip(*columns, strict=True))

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

    def _known(self, word: str) -> bool:
        listed = self._index.searcher().doc_freq  # a tenth of the time: the unknown words are many
        return any(listed(field, word) and self._held(field, word) for field in ("body", "title"))

    def _idf(self, held: int) -> float:
        """Of a word that so many passages hold."""
        return math.log(1 + (len(self) - held + 0.5) / (held + 0.5))

    def _terms(self, field: str, prefix: str) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = self._index.searcher().terms_with_prefix(field, prefix)
        return found

    def _term(self, word: str, asked: Asked | None) -> list[Query]:
        """Queries that add up to what a passage gains from the word. `asked` is None for what has but one spelling."""
        exact = self._said([word])
        if asked is None:
            return exact
        if not self._known(word):
            spelt = [Query.boolean_query(_any(self._said([other]))) for other in self._vocabulary.spellings(asked)]
            return [Query.disjunction_max_query([*spelt, *self._near(asked, bool(spelt))])]
        others = [self._instead([word], [other]) for other in self._vocabulary.variants(asked)]
        return [Query.disjunction_max_query([Query.boolean_query(_any(exact)), *others])] if others else exact

    def _near(self, asked: Asked, is_spelt: bool) -> list[Query]:
        """Whatever has a letter wrong, or two in a long word that is not to be found otherwise. Worth little: 1."""
        if len(asked.stem) < MISSPELT:
            return []
        wrong = 2 if len(asked.stem) >= LONG and not is_spelt else 1
        return [Query.fuzzy_term_query(self._schema, "body", asked.stem, wrong, True)]

    def _said(self, words: Sequence[str]) -> list[Query]:
        """The words in that order, in the body and in the title."""
        return [self._phrase("body", words), Query.boost_query(self._phrase("title", words), TITLE_BOOST)]

    def _phrase(self, field: str, words: Sequence[str]) -> Query:
        if len(words) == 1:
            return Query.term_query(self._schema, field, words[0])
        return Query.phrase_query(self._schema, field, list(words))

    def _instead(self, asked: Sequence[str], other: Sequence[str]) -> Query:
        """What means the same as the asked words: worth a share of them, however rare it is itself."""
        mine, its = (sum(self._idf(self._held("body", word)) for word in words) for words in (asked, other))
        return Query.boost_query(Query.boolean_query(_any(self._said(other))), OTHERWISE * mine / its)

    def _abbreviated(self, question: str, language: str) -> list[Query]:
        """Long forms of the question's abbreviations, and abbreviations of its words."""
        words, telling = stems(question, language), set(content_stems(question, language))
        found = []
        for at, word in enumerate(words):
            for long, short in self._explained(f"{word}_"):
                if words[at : at + len(long)] == long:
                    found.append(self._instead(long, short))
            if word in telling:
                found += [self._instead([word], long) for _, long in self._explained(f"{word}=")[:LONG_FORMS]]
        return found

    def _explained(self, prefix: str) -> list[tuple[list[str], list[str]]]:
        """(words, other words for them), the most often explained first."""
        terms = [term for term, _ in self._terms("explained", prefix) if self._held("explained", term)]
        sides = [term.split("=") for term in terms]
        return [(one.split("_"), other.split("_")) for one, other in sides]

    def _limits(self, scope: Scope) -> list[tuple[Occur, Query]]:
        """What a passage must fulfil, without a score of its own."""
        limits = []
        if scope.since or scope.until:
            since, until = (None if day is None else _microseconds(day) for day in (scope.since, scope.until))
            limits.append(
                Query.range_query(
                    self._schema, "published", FieldType.Integer, since, until, include_upper=until is None
                )
            )
        for names in filter(None, (scope.sources, scope.among)):
            limits.append(Query.term_set_query(self._schema, "source", list(names)))
        return [(Occur.Must, Query.const_score_query(limit, 0.0)) for limit in limits]

    def _keys(self, query: Query) -> list[int]:
        """Every passage that fulfils the query."""
        searcher = self._index.searcher()
        hits = searcher.search(query, max(1, len(self)), count=False).hits
        keys: list[int] = searcher.fast_field_values("passage", [address for _, address in hits])
        return keys

    def _found(self, query: Query, limit: int) -> dict[int, float]:
        searcher = self._index.searcher()
        hits = searcher.search(query, limit).hits
        keys = searcher.fast_field_values("passage", [address for _, address in hits])
        return {int(key): float(score) for key, (score, _) in zip(keys, hits, strict=True)}


def _any(queries: Iterable[Query]) -> list[tuple[Occur, Query]]:
    return [(Occur.Should, query) for query in queries]


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _explanations(text: str, language: str) -> Iterator[str]:
    """Both ways: "hsb=harbour_safeti_board" and "harbour_safeti_board=hsb"."""
    for short, long in abbreviations(text).items():
        one, other = ("_".join(stems(form, language)) for form in (short, long))
        if one and other and "_" not in one:
            yield f"{one}={other}"
            yield f"{other}={one}"


def _document(passage: StoredPassage, first: int) -> tantivy.Document:
    whole = f"{passage.title}\n{passage.text}"
    document = tantivy.Document(
        passage=passage.id,
        first=first,
        article=passage.article_id,
        title=" ".join(stems(passage.title, passage.language)),
        body=" ".join(stems(passage.text, passage.language)),
        keys=" ".join(entries(whole, passage.language)),
        explained=" ".join(_explanations(whole, passage.language)),
    )
    if passage.published is not None:
        document.add_integer("published", _microseconds(passage.published))
    if passage.source is not None:
        document.add_text("source", passage.source)
    return document


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("passage", indexed=True, fast=True)
    builder.add_integer_field("first", fast=True)
    builder.add_text_field("article", tokenizer_name="raw")
    builder.add_integer_field("published", fast=True)
    builder.add_text_field("source", tokenizer_name="raw")
    for name in ("title", "body"):
        builder.add_text_field(name, tokenizer_name=ANALYZER)
    for name in ("keys", "explained"):
        builder.add_text_field(name, tokenizer_name=ANALYZER, index_option="basic")
    return builder.build()
