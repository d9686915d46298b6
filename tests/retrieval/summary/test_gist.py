from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.summary.gist import BUDGETS, SLACK, bag_of, gist, is_whole, leaning, likeness_of, weigh
from retrieval.summary.types import Length
from retrieval.text.sentences import split

HARBOUR = (
    "The harbour of Tollness will close for repairs from June, the town council decided on Monday. "
    "Its outer wall cracked in the winter storms. "
    "Repairs of the harbour wall will cost the council about 3.2 million crowns.\n\n"
    "Photo: Ana Lund\n\n"
    "Forty fishing boats must move to Quill Bay while the harbour is closed. "
    "The council will pay the boat owners for the longer way to the fishing grounds. "
    "Mayor Orla Finch said the town had no choice. "
    '"I would rather close the harbour for a summer than lose the wall for good," Finch said. '
    "Boat owners want the council to keep one quay of the harbour open. "
    "Read more: The storm that shook Tollness\n\n"
    "The harbour of Tollness will close for repairs from June, the council of the town decided on Monday. "
    "Engineers found the cracks in the outer wall of the harbour in February. "
    "The fish market will stay where it is. "
    "A ferry to Quill Bay will carry the crews for free every morning. "
    "The council hopes to open the harbour again before the herring arrives in October."
)
ZAVOD = (
    "Завод «Маяк» в городе Верхнеозёрск остановит печь на ремонт и сократит зарплаты рабочих. "
    "Он объяснил это ремонтом. "
    "Печь завода работает с 1978 года и ни разу не останавливалась. "
    "Фото: Анна Белова\n\n"
    "На время ремонта печи 240 рабочих завода получат две трети зарплаты. "
    "Профсоюз завода требует платить рабочим полностью. "
    "Читайте также: Что ждёт город. "
    "Ремонт печи обойдётся заводу в 1,5 млрд рублей."
)


def told(text: str, language: str, length: Length = "medium") -> list[str]:
    return [text[span.start : span.end] for span in gist(text, split(text, language), language, length)]


def test_a_summary_opens_with_the_lead() -> None:
    assert told(HARBOUR, "en", "short")[0].startswith("The harbour of Tollness will close")
    assert told(ZAVOD, "ru", "short")[0].startswith("Завод «Маяк»")


@pytest.mark.parametrize("length", BUDGETS)
def test_each_length_has_its_number_of_sentences_and_words(length: Length) -> None:
    sentences, budget = told(HARBOUR, "en", length), BUDGETS[length]
    assert budget.fewest <= len(sentences) <= budget.most
    assert len(sentences) == budget.fewest or sum(len(s.split()) for s in sentences) <= SLACK * budget.words


def test_longer_summaries_say_more() -> None:
    sizes = [len(told(HARBOUR, "en", length)) for length in BUDGETS]
    assert sizes == sorted(set(sizes))


def test_nothing_is_said_twice() -> None:
    sentences = told(HARBOUR, "en", "long")
    assert sum("will close for repairs" in sentence for sentence in sentences) == 1


def test_credits_and_pointers_are_not_told() -> None:
    for text, language in ((HARBOUR, "en"), (ZAVOD, "ru")):
        said = " ".join(told(text, language, "long"))
        assert not any(word in said for word in ("Photo", "Read more", "Фото", "Читайте"))


def test_a_pronoun_without_its_name_gives_way() -> None:
    assert not any(sentence.startswith("Он ") for sentence in told(ZAVOD, "ru", "short"))


def test_a_text_of_fragments_is_told_as_it_is() -> None:
    assert told("Sold out", "en") == ["Sold out"]
    assert told("", "en") == []


@pytest.mark.parametrize(
    "text",
    [
        "The bridge at Oster was closed after a barge struck it.",
        "“We will rebuild the mill by autumn,” Holm said.",
        "Мост через Вешку закрыли после столкновения с баржей.",
        "議会は月曜日に港を六月から修理のために閉鎖することを決めた。",
        "The council voted nine to two (with one abstention).",
    ],
)
def test_a_sentence_is_whole(text: str) -> None:
    assert is_whole(text)


@pytest.mark.parametrize(
    "text",
    [
        "Bakery burns in Mill Street",
        "By Marta Ellings and Peder Holm in Tollness",
        "Photo: the harbour wall after the storms of last winter.",
        "Read more about the storm that shook the town of Tollness.",
        "Sign up for our morning newsletter, which never leaves you without news.",
        "and then the wall came down upon the boats below.",
        "No comment.",
        "Читайте также: что ждёт город после закрытия порта на ремонт.",
        "Фото: стена порта после штормов прошлой зимы, автор неизвестен.",
        "Reporting by Ana Lund in Tollness and Jon Ives in Oster.",
        "The harbour wall in February. Ana Lund/Getty Images.",
    ],
)
def test_a_fragment_a_credit_or_a_pointer_is_not_whole(text: str) -> None:
    assert not is_whole(text)


@pytest.mark.parametrize(
    "text",
    [
        "He had kept the lighthouse for years.",
        "But the council disagreed with the engineers.",
        "Они потребовали остановить работы.",
        "Однако совет отклонил предложение.",
        '"We had no choice in the matter.',
        "“We had no choice in the matter.”",
        "I shall miss the fog of the coast.”",
    ],
)
def test_a_sentence_that_leans_on_another_loses(text: str) -> None:
    assert leaning(text) > 0


@pytest.mark.parametrize(
    "text",
    ["Finch said the town had no choice.", '"I shall miss the fog," Ellings said.', "Совет отклонил предложение мэра."],
)
def test_a_sentence_that_stands_alone_loses_nothing(text: str) -> None:
    assert leaning(text) == 0


def test_speech_of_nobody_loses_more_than_a_pronoun() -> None:
    assert leaning("“We had no choice.”") > leaning("He had no choice.")


def test_what_shares_the_words_of_all_weighs_most() -> None:
    texts = ["Harbour wall cracked.", "Lunch was good.", "The harbour wall will cost money.", "Money for the wall."]
    weights = weigh([bag_of(text, "en") for text in texts], 0.0)
    assert min(weights) == weights[1] == 0.0
    assert max(weights) == 1.0


def test_of_two_alike_the_earlier_weighs_more() -> None:
    bags = [bag_of("The harbour wall cracked.", "en")] * 3
    assert all(one > other for one, other in pairwise(weigh(bags, 0.5)))


def test_likeness_is_of_words_not_of_forms() -> None:
    assert likeness_of(bag_of("The walls cracked", "en"), bag_of("A wall cracks", "en")) == pytest.approx(1.0)
    assert likeness_of(bag_of("Стены порта", "ru"), bag_of("Стена порта", "ru")) == pytest.approx(1.0)
    assert likeness_of(bag_of("", "en"), bag_of("A wall", "en")) == 0.0


@given(st.lists(st.text('ab .!?"“”Aб', max_size=60), max_size=12), st.sampled_from(list(BUDGETS)))
def test_a_summary_is_sentences_of_the_text_in_their_order(paragraphs: list[str], length: Length) -> None:
    text = "\n\n".join(paragraphs)
    spans = split(text, "en")
    chosen = gist(text, spans, "en", length)
    assert set(chosen) <= set(spans)
    assert chosen == sorted(set(chosen))
    assert bool(chosen) == bool(spans)
    assert len(chosen) <= BUDGETS[length].most
