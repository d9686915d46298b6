from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer.spans import fits, mark
from retrieval.types import AskedFor

MARKED: list[tuple[AskedFor, str, str, str]] = [
    # numbers
    ("number", "Сколько пострадало при пожаре?", "При пожаре в порту пострадали 90 человек.", "90 человек"),
    ("number", "Сколько человек пострадало?", "Пострадали не менее 90 человек.", "не менее 90"),
    ("number", "Сколько стоит мост?", "Мост длиной 300 метров стоит 4,2 млн рублей.", "4,2 млн рублей"),
    ("number", "Сколько лет капитану?", "Капитану парома 45 лет, он служит на 3 судах.", "45"),
    ("number", "Какой процент жителей голосовал?", "Голосовали 12 % жителей, это 3400 человек.", "12 %"),
    ("number", "Сколько судов стояло в порту?", "5 марта 2026 года в порту стояло двадцать два судна.", "двадцать два"),
    ("number", "Сколько домов затопило?", "В Вельмаре затопило сотни домов.", "сотни"),
    ("number", "How much does the bridge cost?", "The 300 metre bridge cost $3.2 million.", "$3.2 million"),
    ("number", "How many sailors were rescued?", "Nine boats rescued 14 sailors off Vellmar.", "14"),
    ("number", "How long did the search last?", "The search by 40 divers lasted three days.", "three days"),
    ("number", "How old is the keeper?", "The keeper, 71 years old, has 3 dogs.", "71"),
    ("number", "How many people live in Vellmar?", "In 2024 some 5,300 people lived in Vellmar.", "some 5,300"),
    # times
    ("time", "Когда открыли мост?", "Мост открыли 5 марта 2026 года.", "5 марта 2026 года"),
    ("time", "Когда уйдёт паром?", "Паром уйдёт в понедельник.", "в понедельник"),
    ("time", "В каком году построили маяк?", "Маяк построили в 1998 году.", "1998"),
    ("time", "Когда построили маяк?", "Маяк построили два года назад.", "два года назад"),
    ("time", "Когда случился пожар?", "Пожар случился вчера вечером в порту.", "вчера вечером"),
    ("time", "When does the ferry leave?", "The ferry leaves at 7 p.m. from Vellmar.", "7 p.m."),
    ("time", "When was the pier built?", "The pier was built two years ago.", "two years ago"),
    ("time", "What year did the mill burn down?", "On May 3, 1987 the mill burned down.", "1987"),
    ("time", "When was the vote?", "The vote was on Thursday, March 5, 2026.", "Thursday, March 5, 2026"),
    ("time", "When was the harbour deepened?", "The harbour was deepened in the 1990s.", "1990s"),
    # places
    ("place", "Где нашли лодку?", "Лодку нашли около Вельмара.", "Вельмара"),
    ("place", "Где живёт Ильза Брандт?", "Ильза Брандт живёт в Северной Гавани.", "Северной Гавани"),
    ("place", "Где хранили зерно?", "Зерно хранили на старом складе.", "старом складе"),
    ("place", "Where was the boat found?", "The boat was found near Vellmar on Monday.", "Vellmar"),
    ("place", "Where does the ferry from Vellmar go?", "The ferry from Vellmar goes to Ostrand.", "Ostrand"),
    # persons
    ("person", "Кто открыл мост?", "Мост открыла Ильза Брандт, а не губернатор.", "Ильза Брандт"),
    ("person", "Кто руководил поисками?", "Поисками в Вельмаре руководил Пётр Н. Лодкин.", "Пётр Н. Лодкин"),
    ("person", "Who designed the bridge?", "The bridge was designed by Tomas van Eyden.", "Tomas van Eyden"),
    ("person", "Who founded the mill?", "Anna Holm and Piet Vos founded the mill.", "Anna Holm and Piet Vos"),
    ("speaker", "Who said the pier was unsafe?", "The pier is unsafe, said Ilse Brandt.", "Ilse Brandt"),
    # reasons
    ("reason", "Почему закрыли мост?", "Мост закрыли из-за трещин в опорах.", "трещин в опорах"),
    ("reason", "Почему отменили рейс?", "Рейс отменили, потому что капитан заболел.", "капитан заболел"),
    ("reason", "Why was the bridge shut?", "The bridge was shut because of deep cracks, she said.", "deep cracks"),
    ("reason", "Why did the mill close?", "The mill closed because its owner had died.", "its owner had died"),
    # things
    ("thing", "Как называется пьеса?", "Пьеса называется «Соль и ветер».", "«Соль и ветер»"),
    ("thing", "Какая компания строит мост?", "Мост строит компания Norvik Marine.", "Norvik Marine"),
    ("thing", "Which company builds the bridge?", "The bridge is built by Norvik Marine.", "Norvik Marine"),
    ("thing", "Which singer opened the festival?", "The festival was opened by Mara Lindqvist.", "Mara Lindqvist"),
]  # fmt: skip

PIECES = [*"abАб1290 .,-«»$%", "12 ", "in ", "Ilse Brandt ", "из-за ", "марта ", "2026 "]


def language_of(text: str) -> str:
    return "ru" if any("а" <= letter <= "я" for letter in text) else "en"


@pytest.mark.parametrize(("kind", "question", "sentence", "answer"), MARKED)
def test_the_shortest_slice_that_answers_is_marked(kind: AskedFor, question: str, sentence: str, answer: str) -> None:
    span = mark(kind, sentence, question, language_of(question))
    assert span is not None
    assert sentence[span.start : span.end] == answer


@pytest.mark.parametrize(
    ("kind", "question", "sentence"),
    [
        ("number", "How many were hurt?", "Nobody knows how it began."),
        ("number", "Which of the 12 ships sank?", "All 12 ships sank."),
        ("time", "When did the ferry leave?", "The ferry left early enough."),
        ("time", "What year was it?", "It was on a Monday."),
        ("place", "Where is Vellmar?", "Vellmar is lovely."),
        ("person", "Who is Ilse Brandt?", "Ilse Brandt is the mayor."),
        ("person", "Кто такая Ильза Брандт?", "Ильза Брандт стала мэром."),
        ("reason", "Why was it shut?", "It was shut on Monday."),
        ("thing", "What does it do?", "It sails between Vellmar and Ostrand for Norvik."),
        ("statement", "What did she say?", "She said that the pier was unsafe."),
        ("events", "What happened?", "Two barges collided near Vellmar."),
        ("truth", "Did it sink?", "The barge sank."),
    ],
)
def test_nothing_is_marked_where_nothing_is_likely(kind: AskedFor, question: str, sentence: str) -> None:
    assert mark(kind, sentence, question, language_of(question)) is None


@given(
    st.sampled_from(get_args(AskedFor)),
    st.lists(st.sampled_from([*"abАб1290 .,-«»$%", "12 ", "in ", "Ilse Brandt ", "из-за ", "марта ", "2026 "])).map(
        "".join
    ),
    st.text(max_size=40),
    st.sampled_from(["en", "ru", "de", "ka"]),
)
def test_a_mark_is_a_slice_of_the_sentence(kind: AskedFor, sentence: str, question: str, language: str) -> None:
    span = mark(kind, sentence, question, language)
    assert span is None or 0 <= span.start < span.end <= len(sentence)


@pytest.mark.parametrize(
    ("kind", "span", "question"),
    [
        ("number", "90", "How many were hurt?"),
        ("number", "a dozen", "How many were hurt?"),
        ("number", "hundreds", "How many homes were flooded?"),
        ("number", "none", "How many were hurt?"),
        ("number", "несколько десятков", "Сколько домов затопило?"),
        ("time", "Thursday", "When was the vote?"),
        ("time", "shortly before dusk", "When was the boat found?"),
        ("time", "после шторма", "Когда нашли лодку?"),
        ("time", "two barges", "What did the crew see when it woke?"),
        ("time", "it sinks", "When a hull fills, what becomes of it?"),
        ("person", "Ilse Brandt", "Who opened it?"),
        ("person", "two fishermen", "Who found the boat?"),
        ("person", "рыбаки", "Кто нашёл лодку?"),
        ("person", "blue paint", "What did the man who came bring?"),
        ("place", "a flooded quarry", "Where was the boat found?"),
        ("reason", "deep cracks", "Why was it shut?"),
        ("thing", "salt", "What did the barge carry?"),
        ("statement", "no comment", "What did she say?"),
    ],
)
def test_a_span_of_the_kind_fits(kind: AskedFor, span: str, question: str) -> None:
    assert fits(kind, span, question)


@pytest.mark.parametrize(
    ("kind", "span", "question"),
    [
        ("number", "Ilse Brandt", "How many were hurt?"),
        ("number", "трещин в опорах", "Сколько человек пострадало?"),
        ("time", "Ilse Brandt", "When was the vote?"),
        ("time", "deep cracks", "When was the bridge shut?"),
        ("time", "March", "What year was the bridge built?"),
        ("time", "глубокие трещины", "Когда закрыли мост?"),
        ("person", "deep cracks", "Who opened the bridge?"),
        ("person", "синяя краска", "Кто открыл мост?"),
        ("place", "$3.2 million", "Where was the boat found?"),
        ("place", "on Monday", "Where was the boat found?"),
        ("reason", "$3.2 million", "Why was it shut?"),
    ],
)
def test_a_span_that_is_plainly_of_another_kind_does_not_fit(kind: AskedFor, span: str, question: str) -> None:
    assert not fits(kind, span, question)
