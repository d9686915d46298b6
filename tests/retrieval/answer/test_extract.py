from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from retrieval.answer.coverage import Weighing
from retrieval.answer.extract import ExtractiveWriter
from retrieval.answer.figures import MOST_SENTENCES
from retrieval.ports import Embedder
from retrieval.types import AskedFor, Draft, Evidence, Question
from tests.retrieval.answer.passages import Said, asked, found, passage

WHO = asked("Who steers the ferry Heron?", "person")
STEERS: Said = ("Orla Venn steers the ferry Heron.", "Orla Venn", 6.0)


def may(day: int) -> datetime:
    return datetime(2026, 5, day, 9, tzinfo=UTC)


@pytest.fixture
def writer(embedder: Embedder) -> ExtractiveWriter:
    """To whom all words are equally rare; "heran" is spelt "heron"."""

    def spellings(question: str, _language: str) -> Mapping[str, tuple[str, ...]]:
        return {"heran": ("heron",)} if "Heran" in question else {}

    return ExtractiveWriter(embedder, Weighing(lambda words: [1.0] * len(words), spellings))


def texts(draft: Draft) -> list[str]:
    return [sentence.text for sentence in draft.sentences]


def marks(draft: Draft) -> list[str | None]:
    return [sentence.text[slice(*sentence.span)] if sentence.span else None for sentence in draft.sentences]


def test_the_sentence_that_answers_comes_first_as_it_stands_and_cited(writer: ExtractiveWriter) -> None:
    evidence = [passage("a", ("It rained all day in Millrace.", "Millrace", -9.0), STEERS)]
    sentence = writer.write(WHO, evidence, None).sentences[0]
    (citation,) = sentence.citations
    assert sentence.text == "Orla Venn steers the ferry Heron."
    assert evidence[0].article.text[citation.start : citation.end] == citation.quote == sentence.text


def test_of_no_evidence_nothing_is_said(writer: ExtractiveWriter) -> None:
    assert writer.write(WHO, [], None) == Draft((), {})


def test_no_more_than_three_sentences_are_said_and_none_twice(writer: ExtractiveWriter) -> None:
    said = [
        passage(name, (f"Orla Venn {words} the ferry Heron.", "Orla Venn", 6.0))
        for name, words in (
            ("a", "steers and owns"),
            ("b", "has painted by hand"),
            ("c", "steers and owns"),
            ("d", "once nearly lost"),
            ("e", "bought in an auction"),
        )
    ]
    told = texts(writer.write(WHO, said, None))
    assert len(told) == len(set(told)) == MOST_SENTENCES


def test_what_is_much_worse_or_ruled_out_by_the_reader_is_not_added(writer: ExtractiveWriter) -> None:
    ruled_out: Said = ("Nobody else steers the ferry Heron at night.", "Nobody", -9.0)
    far_off: Said = ("Buns are cheap.", "Buns", -5.0)
    assert texts(writer.write(WHO, [passage("a", STEERS, ruled_out, far_off)], None)) == [STEERS[0]]
    good: Said = ("At the wheel of the Heron one mostly sees Orla Venn herself.", "Orla Venn", 5.0)
    assert set(texts(writer.write(WHO, [passage("a", STEERS), passage("b", good)], None))) == {STEERS[0], good[0]}


@pytest.mark.parametrize("margin", [-30.0, -9.0, 0.0])
def test_the_best_is_said_however_unsure_it_is(writer: ExtractiveWriter, margin: float) -> None:
    assert texts(writer.write(WHO, [passage("a", (STEERS[0], "Orla Venn", margin))], None)) == [STEERS[0]]


def test_what_more_articles_say_comes_first(writer: ExtractiveWriter) -> None:
    lone: Said = ("The ferry Heron has Ada Lund at the wheel.", "Ada Lund", 3.0)
    backed: Said = ("The ferry Heron has Orla Venn at the wheel.", "Orla Venn", 2.8)
    others = [
        passage(name, (f"{words}, Orla Venn.", "Orla Venn", 3.0))
        for name, words in (("c", "A captain"), ("d", "One knows"), ("e", "She is"))
    ]
    alone = writer.write(WHO, [passage("a", lone), passage("b", backed)], None)
    together = writer.write(WHO, [passage("a", lone), passage("b", backed), *others], None)
    assert texts(alone)[0] == lone[0]
    assert texts(together)[0] == backed[0]


def test_a_misspelt_word_counts_as_what_it_stands_for(writer: ExtractiveWriter) -> None:
    evidence = [passage("a", "The Pelican is old and grey."), passage("b", "The Heron is old and grey.")]
    misspelt = asked("What about the Heran?", "thing")
    assert texts(writer.write(misspelt, evidence, None))[0] == "The Heron is old and grey."
    assert texts(writer.write(misspelt, evidence[::-1], None))[0] == "The Heron is old and grey."


# --- marks


@pytest.mark.parametrize(
    ("margin", "is_marked"), [(9.0, True), (0.0, True), (-1.9, True), (-2.0, False), (-9.0, False)]
)
def test_an_answer_that_is_likely_enough_is_marked(writer: ExtractiveWriter, margin: float, is_marked: bool) -> None:
    draft = writer.write(WHO, [passage("a", (STEERS[0], "Orla Venn", margin))], None)
    assert marks(draft) == (["Orla Venn"] if is_marked else [None])


def test_a_mark_of_another_kind_than_asked_for_is_not_shown(writer: ExtractiveWriter) -> None:
    when = asked("When does Orla Venn steer the ferry Heron?", "time")
    line = "Orla Venn steers the ferry Heron on Monday."
    assert marks(writer.write(when, [passage("a", (line, "Orla Venn", 6.0))], None)) == [None]
    assert marks(writer.write(when, [passage("a", (line, "Monday", 6.0))], None)) == ["Monday"]


@pytest.mark.parametrize(
    ("question", "line", "marked"),
    [
        (WHO, "The ferry Heron is steered by Orla Venn.", "Orla Venn"),
        (asked("Кто ведёт паром «Цапля»?", "person", "ru"), "Паром «Цапля» ведёт капитан Орла Венн.", "Орла Венн"),
        (asked("Когда уйдёт паром?", "time", "ru"), "Паром уйдёт из порта в четверг.", "в четверг"),
    ],
)
def test_where_nothing_was_read_the_answer_is_marked_by_rules(
    writer: ExtractiveWriter, question: Question, line: str, marked: str
) -> None:
    (mark,) = marks(writer.write(question, [passage("a", line, language=question.language)], None))
    assert mark is not None
    assert mark.endswith(marked)


@pytest.mark.parametrize("kind", ["events", "truth"])
def test_what_no_few_words_answer_has_no_mark(writer: ExtractiveWriter, kind: AskedFor) -> None:
    question = asked("Did Orla Venn steer the ferry Heron?", kind)
    assert marks(writer.write(question, [passage("a", STEERS)], None)) == [None]
    assert marks(writer.write(question, [passage("a", STEERS[0])], None)) == [None]


# --- meaning


def by_meaning(writer: ExtractiveWriter, embedder: Embedder, evidence: Sequence[Evidence]) -> Draft:
    question = asked("Who is in command of the boat?", "thing")
    return writer.write(question, evidence, embedder.questions([question.standalone]))


def test_where_nothing_was_read_the_sentence_nearest_in_meaning_wins(
    writer: ExtractiveWriter, embedder: Embedder
) -> None:
    near, far = (
        passage("a", "The captain of the ship is Orla Venn."),
        passage("b", "The price of the buns is up again."),
    )
    for evidence in ([near, far], [far, near]):
        draft = by_meaning(writer, embedder, evidence)
        assert texts(draft)[0] == near.text
        assert draft.figures["meaning"] > 0.4


def test_what_was_read_is_not_weighed_by_meaning(writer: ExtractiveWriter, embedder: Embedder) -> None:
    assert "meaning" not in by_meaning(writer, embedder, [passage("a", STEERS)]).figures
    assert "meaning" not in writer.write(WHO, [passage("a", STEERS[0])], None).figures


def test_a_language_that_the_model_does_not_know_has_no_meaning(writer: ExtractiveWriter, embedder: Embedder) -> None:
    russian = passage("a", "Паром ведёт Орла Венн.", language="ru")
    assert "meaning" not in by_meaning(writer, embedder, [russian]).figures


# --- forms


def test_what_happened_is_told_by_days_if_there_are_two(writer: ExtractiveWriter) -> None:
    question = asked("What happened with the ferry Heron?", "events")
    days = [
        passage("b", "The ferry Heron sank off Gull Point in a gale.", published=may(9)),
        passage("a", "The ferry Heron left the yard with new engines.", published=may(3)),
    ]
    draft = writer.write(question, days, None)
    assert draft.timeline
    assert texts(draft) == [days[1].text, days[0].text]
    assert not writer.write(question, days[:1], None).timeline


def test_who_said_it_is_named(writer: ExtractiveWriter) -> None:
    question = asked("Who said the pier was unsafe?", "speaker")
    quoting = passage("a", "“The pier is unsafe,” said the inspector Ruth Calloway.")
    draft = writer.write(question, [passage("b", "The pier is unsafe, and has been for years."), quoting], None)
    assert texts(draft)[0] == quoting.text
    assert str(marks(draft)[0]).endswith("Ruth Calloway")


def test_what_nobody_said_is_told_plainly(writer: ExtractiveWriter) -> None:
    draft = writer.write(
        asked("Who said the pier was unsafe?", "speaker"), [passage("a", "The pier is unsafe for visitors.")], None
    )
    assert texts(draft) == ["The pier is unsafe for visitors."]


def test_a_yes_or_no_question_is_settled(writer: ExtractiveWriter) -> None:
    question = asked("Did a fire destroy the bakery?", "truth")
    assert writer.write(question, [passage("a", "A fire destroyed the bakery on Tuesday.")], None).verdict == "yes"
    assert writer.write(question, [passage("a", "The fire did not destroy the bakery.")], None).verdict == "no"
    assert writer.write(WHO, [passage("a", STEERS)], None).verdict is None


def test_values_that_contradict_each_other_are_told_beside_the_answer(writer: ExtractiveWriter) -> None:
    question = asked("How many passengers were hurt?", "number")
    evidence = [
        passage("old", ("In Ash Lane 12 passengers were hurt.", "12", 8.0), published=may(3)),
        passage("new", ("They say that 31 passengers were hurt.", "31", 8.0), published=may(5)),
    ]
    draft = writer.write(question, evidence, None)
    assert [value.text[slice(*value.span)] for value in draft.values if value.span] == ["31", "12"]
    assert writer.write(question, evidence[:1], None).values == ()


def test_the_figures_are_those_of_what_is_said(writer: ExtractiveWriter) -> None:
    sure = writer.write(WHO, [passage("a", STEERS)], None).figures
    unsure = writer.write(WHO, [passage("a", (STEERS[0], "Orla Venn", -1.0))], None).figures
    assert sure["read_here"] > unsure["read_here"]
    assert sure.keys() == unsure.keys()


def test_sentences_of_several_articles_keep_their_own_citations(writer: ExtractiveWriter) -> None:
    evidence = [passage("a", STEERS), passage("b", ("The ferry Heron has a captain: Orla Venn.", "Orla Venn", 5.0))]
    assert found(WHO, evidence)
    for sentence in writer.write(WHO, evidence, None).sentences:
        (citation,) = sentence.citations
        (article,) = [e.article for e in evidence if e.article.id == citation.article_id]
        assert article.text[citation.start : citation.end] == sentence.text


def test_a_question_of_no_telling_words_is_still_answered(writer: ExtractiveWriter) -> None:
    empty = Question("Who is it?", "Who is it?", "en", "person", undated=True)
    assert texts(writer.write(empty, [passage("a", STEERS)], None)) == [STEERS[0]]


def test_what_is_said_as_a_sentence_is_not_said_again_in_front_of_another(writer: ExtractiveWriter) -> None:
    told = ("Orla Venn steers the ferry Heron.", "Orla Venn", 6.0)
    leaning = ("However, she will steer the ferry Heron no more.", "she", 2.0)
    draft = writer.write(WHO, [passage("a", told, leaning)], None)
    assert texts(draft) == [told[0], leaning[0]]
    assert [sentence.before for sentence in draft.sentences] == [None, None]


def test_a_sentence_that_settles_a_yes_or_no_question_comes_first(writer: ExtractiveWriter) -> None:
    question = asked("Was the ferry Heron sold?", "truth")
    looks = ("The ferry Heron was painted green before she was shown to buyers.", "Heron", 1.0)
    settles = ("The ferry Heron was not sold.", "not", -1.0)
    draft = writer.write(question, [passage("a", looks), passage("b", settles)], None)
    assert (texts(draft)[0], draft.verdict) == (settles[0], "no")
