from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval import (
    Answer,
    Article,
    Closest,
    Corpus,
    CorpusSettings,
    NoArticle,
    Passage,
    Refusal,
    SourceError,
    Span,
    Turn,
    UnknownArticle,
    open_corpus,
)  # fmt: skip
from retrieval.corpus import PAGE
from retrieval.ports import Embedder
from retrieval.store import Store
from retrieval.summaries import SUMMARISED
from tests.retrieval.articles import BAKERY, FERRY_RU, LIGHTHOUSE
from tests.retrieval.disk import full_disk

Make = Callable[..., Corpus]
NOW = datetime(2026, 5, 31, tzinfo=UTC)


@pytest.fixture
def corpus(make_corpus: Make) -> Corpus:
    made = make_corpus()
    for article in (LIGHTHOUSE, BAKERY, FERRY_RU):
        made.add(article)
    return made


def shown(corpus: Corpus, question: str, *previous: Turn) -> Answer | Closest:
    """How sure one is of it changes with every fit, and is not what these tests are about."""
    reply = corpus.ask(question, previous=previous, now=NOW)
    assert not isinstance(reply, Refusal), reply
    return reply


def texts(reply: Answer | Closest) -> list[str]:
    return [sentence.text for sentence in reply.sentences]


def test_an_answer_is_the_articles_own_sentence(corpus: Corpus) -> None:
    answer = shown(corpus, "How long did Marta Ellings keep the lighthouse?")
    assert "She had kept the lighthouse for 41 years." in texts(answer)
    assert answer.sentences[0].citations[0].title == LIGHTHOUSE.title


@pytest.mark.parametrize(
    ("question", "marked"),
    [
        ("How long did Marta Ellings keep the lighthouse?", "41 years"),
        ("Сколько туристов осталось на острове?", "140"),
        ("Кто сообщил об отмене парома?", "Игорь Савельев"),
    ],
)
def test_the_short_answer_is_marked_by_the_reader_or_where_it_knows_no_russian_by_rules(
    corpus: Corpus, question: str, marked: str
) -> None:
    assert corpus.reads("en")
    assert not corpus.reads("ru")
    sentence = shown(corpus, question).sentences[0]
    assert sentence.span is not None
    assert sentence.text[slice(*sentence.span)] == marked


def test_without_a_reader_words_and_meaning_choose_the_sentence(embedder: Embedder, tmp_path: Path) -> None:
    corpus = open_corpus(CorpusSettings(tmp_path, reader="none"), embedder)
    for article in (LIGHTHOUSE, BAKERY, FERRY_RU):
        corpus.add(article)
    reply = shown(corpus, "How long did Marta Ellings keep the lighthouse?")
    assert "She had kept the lighthouse for 41 years." in texts(reply)
    assert isinstance(corpus.ask("Who won the chess championship in Buenos Aires?", now=NOW), Refusal)
    assert not corpus.reads("en")
    corpus.close()


def test_every_citation_is_a_slice_of_its_article(corpus: Corpus) -> None:
    for question in ("Who owns the bakery?", "Why will the coast guard run the lamp?", "Сколько туристов на острове?"):
        for sentence in shown(corpus, question).sentences:
            assert sentence.citations
            for citation in sentence.citations:
                text = corpus.article(citation.article_id).text
                assert text[citation.start : citation.end] == citation.quote == sentence.text


def test_a_russian_question_is_answered_from_russian_articles(corpus: Corpus) -> None:
    answer = shown(corpus, "Кто сообщил об отмене парома?")
    assert "Игорь Савельев" in answer.sentences[0].text


def test_what_no_article_tells_is_refused_with_the_nearest_titles(corpus: Corpus) -> None:
    reply = corpus.ask("Who won the chess championship in Buenos Aires?", now=NOW)
    assert isinstance(reply, Refusal)
    assert reply.reason == "not told"
    assert 1 <= len(reply.nearest) <= 3


def test_an_empty_corpus_and_an_empty_question_say_so(make_corpus: Make, corpus: Corpus, tmp_path: Path) -> None:
    nothing = make_corpus(tmp_path / "other").ask("Who owns the bakery?")
    assert isinstance(nothing, Refusal)
    assert nothing.reason == "empty corpus"
    for text in ("", "  ", "?!"):
        reply = corpus.ask(text)
        assert isinstance(reply, Refusal)
        assert reply.reason == "empty question"


def test_a_follow_up_leans_on_the_question_before(corpus: Corpus) -> None:
    answer = shown(corpus, "and who is the owner?", Turn("What destroyed the Holm bakery?", ("bakery",)))
    assert any("Peder Holm" in text for text in texts(answer))
    assert "bakery" in answer.question


def test_a_summary_is_in_the_articles_order_and_cited(corpus: Corpus) -> None:
    for article in (LIGHTHOUSE, FERRY_RU):
        summary = corpus.summarise(article.id)
        starts = [sentence.citations[0].start for sentence in summary.sentences]
        assert 3 <= len(starts) <= 5
        assert starts == sorted(starts)
        assert all(sentence.text in article.text for sentence in summary.sentences)
    with pytest.raises(UnknownArticle):
        corpus.summarise("nowhere")


def test_an_update_changes_the_answer_and_keeps_old_citations_true(corpus: Corpus) -> None:
    corpus.add(replace(BAKERY, text=BAKERY.text.replace("Peder Holm", "Signe Holm")))
    answer = shown(corpus, "Who is the owner of the Holm bakery?")
    assert any("Signe" in text for text in texts(answer))
    assert not any("Peder" in text for text in texts(answer))
    assert answer.sentences[0].citations[0].revision == 2


def test_the_same_article_again_changes_nothing(corpus: Corpus) -> None:
    before = corpus.last_change()
    assert corpus.add(LIGHTHOUSE).judgement == "same"
    assert corpus.add(replace(LIGHTHOUSE, id="copy", url=None)).judgement == "same"
    assert corpus.last_change() == before


def test_an_id_that_was_given_stays_its_own_and_a_page_is_known_by_its_address(corpus: Corpus) -> None:
    other = replace(LIGHTHOUSE, id="copy", text=LIGHTHOUSE.text + " More.")
    assert [corpus.add(other).judgement for _ in range(2)] == ["new", "same"]
    corpus.remove("copy")
    page = corpus.add(replace(other, id=str(LIGHTHOUSE.url)))
    assert (page.judgement, page.article.id, page.article.revision) == ("updated", "lighthouse", 2)


def test_rows_that_share_an_address_are_all_kept_and_adding_them_again_changes_nothing(
    make_corpus: Make, tmp_path: Path
) -> None:
    rows = [
        {"id": str(n), "url": "https://coast.example/live", "text": f"{n} boats left. " + BAKERY.text} for n in range(3)
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    corpus = make_corpus()
    for judgement in ("new", "same"):
        added = [each for each in corpus.add_files([tmp_path / "rows.jsonl"]) if not isinstance(each, SourceError)]
        assert [(each.judgement, each.article.id) for each in added] == [(judgement, str(n)) for n in range(3)]


def test_a_removed_article_is_never_cited_again(corpus: Corpus) -> None:
    corpus.remove("bakery")
    reply = corpus.ask("Who is the owner of the Holm bakery?", now=NOW)
    shown = () if isinstance(reply, Refusal) else reply.sentences
    cited = [citation.article_id for sentence in shown for citation in sentence.citations]
    assert "bakery" not in cited
    assert "bakery" not in reply.trace.hits


def test_rebuilding_gives_the_same_answers(corpus: Corpus) -> None:
    questions = ["Who owns the bakery?", "When does the museum open?", "Сколько туристов на острове?"]
    before = [corpus.ask(question, now=NOW) for question in questions]
    corpus.rebuild()
    after = [corpus.ask(question, now=NOW) for question in questions]
    strip = [replace(reply, trace=replace(reply.trace, milliseconds={})) for reply in (*before, *after)]
    assert strip[: len(before)] == strip[len(before) :]


def test_another_process_s_articles_are_seen_by_the_next_question(corpus: Corpus, make_corpus: Make) -> None:
    make_corpus().add(Article("pier", "New pier", "The pier at Otter Bay was opened by Ruth Calloway on Friday."))
    assert "Ruth Calloway" in shown(corpus, "Who opened the pier at Otter Bay?").sentences[0].text


def test_articles_are_found_by_id_address_and_title(corpus: Corpus) -> None:
    assert LIGHTHOUSE.url is not None
    for reference in ("lighthouse", LIGHTHOUSE.url, LIGHTHOUSE.url + "?utm_source=letter", "lighthouse keeper retires"):
        found = corpus.find(reference)
        assert found is not None
        assert found.id == "lighthouse"
    assert corpus.find("https://elsewhere.example/") is None
    assert corpus.find("quantum chromodynamics") is None


def test_broken_files_are_named_and_the_others_go_on(make_corpus: Make, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "good.txt").write_text(f"{BAKERY.title}\n\n{BAKERY.text}")
    (folder / "broken.pdf").write_bytes(b"not a PDF at all")
    (folder / "empty.md").write_bytes(b"")
    (folder / "rows.jsonl").write_text(
        '{"id": "a", "title": "T", "text": "' + "A long enough row. " * 8 + '"}\nnot json\n'
    )
    seen: list[tuple[int, int]] = []
    results = list(make_corpus().add_files([folder, tmp_path / "nowhere.txt"], on_progress=lambda *at: seen.append(at)))
    broken = [result for result in results if isinstance(result, SourceError)]
    assert len(broken) == 4
    assert {Path(error.subject.split(":")[0]).name for error in broken} == {
        "broken.pdf",
        "empty.md",
        "rows.jsonl",
        "nowhere.txt",
    }
    assert len(results) - len(broken) == 2
    assert seen == [(done, len(results)) for done in range(1, len(results) + 1)]


def test_an_article_without_text_is_refused(corpus: Corpus) -> None:
    with pytest.raises(NoArticle):
        corpus.add(Article("blank", "Blank", "  \n "))


def test_the_seed_article_is_answered_and_its_appeal_never_cited(make_corpus: Make, shared: Path) -> None:
    corpus = make_corpus()
    (added,) = corpus.add_files([shared / "seed_article.txt"])
    assert not isinstance(added, SourceError)
    for word in ("$2", "monthly", "Dear readers", "Remind me"):
        assert word not in added.article.text
    for question in ("How much does it cost monthly?", "What does $2 support?", "How can readers support the paper?"):
        reply = corpus.ask(question)
        said = "" if isinstance(reply, Refusal) else " ".join(texts(reply))
        assert "$2" not in said
        assert "monthly" not in said
    assert "Novikov" in " ".join(texts(shown(corpus, "Who said Russia could offer Musk asylum?")))


def bulk(data: Path, articles: int) -> None:
    """What another process adds, without the time that embedding takes."""
    store = Store(f"sqlite:///{data / 'corpus.db'}")
    for number in range(articles):
        text = f"Parcel {number} was weighed at the counter, and its mark is mark{number}q."
        store.add(Article(f"parcel{number}", "Parcel", text), [Passage(0, len(text), (Span(0, len(text)),))], None, "-")
    store.close()


def test_a_question_does_not_wait_for_another_process_s_bulk(make_corpus: Make, tmp_path: Path) -> None:
    corpus = make_corpus()
    bulk(tmp_path / "corpus", PAGE + 1)
    last = f"mark{PAGE}q"
    assert not any(last in e.article.text for e in corpus.search(last))
    assert any(last in e.article.text for e in corpus.search(last))


def test_articles_rebuilt_by_another_process_are_still_found(corpus: Corpus, make_corpus: Make, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "corpus" / "corpus.db") as tx:
        tx.execute("UPDATE vectors SET fingerprint = 'another model'")
    tx.close()
    other = make_corpus()
    assert other.stale() == 2  # the Russian one has no vectors
    other.rebuild()
    assert other.stale() == 0
    answer = shown(corpus, "How long did Marta Ellings keep the lighthouse?")
    assert "41 years" in " ".join(texts(answer))


def test_an_index_is_not_trusted_with_a_database_that_is_not_its_own(make_corpus: Make, tmp_path: Path) -> None:
    data = tmp_path / "corpus"
    first = make_corpus()
    for article in (LIGHTHOUSE, FERRY_RU):
        first.add(article)
    first.close()
    for file in data.glob("corpus.db*"):
        file.unlink()
    second = make_corpus()
    second.add(BAKERY)
    assert [e.article.id for e in second.search("Who owns the bakery?")] == ["bakery"]
    second.close()
    shutil.copy(data / "corpus.db", tmp_path / "backup.db")
    third = make_corpus()
    for text in ("The first text of the lighthouse, before the storm.", "The second text of it, after the storm."):
        third.add(replace(LIGHTHOUSE, text=text))
    third.close()
    shutil.copy(tmp_path / "backup.db", data / "corpus.db")
    restored = make_corpus()
    restored.add(FERRY_RU)
    assert [e.article.id for e in restored.search("Сколько туристов на острове?")] == ["parom"]
    assert "lighthouse" not in [e.article.id for e in restored.search("Who keeps the lighthouse?")]


def test_a_full_disk_stops_neither_answers_nor_the_end(
    corpus: Corpus, make_corpus: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    make_corpus().add(Article("pier", "New pier", "The pier at Otter Bay was opened by Ruth Calloway on Friday."))
    with full_disk():
        shown(corpus, "How long did Marta Ellings keep the lighthouse?")
        corpus.save()
    told = [record.getMessage().split(":")[0] for record in caplog.records]
    assert told == ["searching without the newest changes", "index not saved"]
    assert "Ruth Calloway" in shown(corpus, "Who opened the pier at Otter Bay?").sentences[0].text
    with full_disk():
        corpus.close()
    assert len(list((tmp_path / "corpus" / "index").glob("work-*"))) == 1  # the other corpus's


def test_a_summary_of_a_long_text_is_chosen_from_its_beginning(corpus: Corpus) -> None:
    lines = [
        f"Aihe{number} nimi{number} paikka{number} kausi{number} luku{number} loppu{number}."
        for number in range(SUMMARISED)
    ]
    lines += [f"Kaupungin satama kertoo kaupungin satamasta tapauksen{number} jälkeen." for number in range(100)]
    corpus.add(Article("pitka", "Pitkä", " ".join(lines), language="fi"))
    said = [sentence.text for sentence in corpus.summarise("pitka").sentences]
    assert said
    assert all(text.startswith("Aihe") for text in said)
