from __future__ import annotations

import pytest

from retrieval.answer.question import understand

BOTH = ("en", "ru")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Who opened the bridge?", "person"),
        ("whose idea was it", "person"),
        ("When did the ferry sail?", "time"),
        ("which day was the vote", "time"),
        ("Where was the boat found?", "place"),
        ("How many people were hurt?", "number"),
        ("what was the cost of the bridge", "number"),
        ("Why was the bridge shut?", "reason"),
        ("what did the mayor say about the budget", "statement"),
        ("Which team won?", "thing"),
        ("Кто открыл мост?", "person"),
        ("Когда открыли мост?", "time"),
        ("Сколько человек пострадало?", "number"),
        ("Почему закрыли мост?", "reason"),
        ("Где нашли лодку?", "place"),
        ("Что сказал мэр о бюджете?", "statement"),
    ],
)
def test_what_is_asked_for(text: str, kind: str) -> None:
    assert understand(text, (), BOTH).asked_for == kind


def test_a_question_that_stands_by_itself_is_left_alone() -> None:
    question = understand("Who won the Lantern Prize this year?", ("When did the storm hit?",), BOTH)
    assert question.standalone == "Who won the Lantern Prize this year?"


def test_a_short_question_that_names_somebody_stands_by_itself() -> None:
    assert understand("Who is Ilse?", ("When does the tram start?",), BOTH).standalone == "Who is Ilse?"


@pytest.mark.parametrize("text", ["why?", "and when did it open?", "who paid for that?", "How old is she?"])
def test_a_follow_up_carries_the_question_before(text: str) -> None:
    question = understand(text, ("Who designed the new hospital wing?",), BOTH)
    assert question.standalone == f"Who designed the new hospital wing? {text}"
    assert question.text == text


def test_a_chain_of_follow_ups_goes_back_to_the_one_that_stands() -> None:
    earlier = ("Who won the cup?", "Who designed the new hospital wing?", "and when did it open?")
    assert understand("why?", earlier, BOTH).standalone == (
        "Who designed the new hospital wing? and when did it open? why?"
    )


def test_a_russian_follow_up_is_carried_and_stays_russian() -> None:
    question = understand("а когда он откроется?", ("Кто построил новый мост?",), BOTH)
    assert question.standalone == "Кто построил новый мост? а когда он откроется?"
    assert question.language == "ru"


@pytest.mark.parametrize(
    ("text", "undated"),
    [("Who is the mayor?", True), ("Who was the mayor in 1986?", False), ("What burned in March?", False),
     ("Что горело в марте?", False), ("Кто мэр?", True), ("What may happen next?", True)],
)  # fmt: skip
def test_a_question_with_a_date_is_not_about_the_present(text: str, undated: bool) -> None:
    assert understand(text, (), BOTH).undated is undated
