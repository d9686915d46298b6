from __future__ import annotations

import pytest

from retrieval.asked.question import understand

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
    assert understand(text, BOTH).asked_for == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Who said the bridge was unsafe?", "speaker"),
        ("who has warned of a second flood", "speaker"),
        ("Who told the council to wait?", "speaker"),
        ("Who called for a strike?", "speaker"),
        ("Who called the plan a disaster?", "speaker"),
        ("Who announced the new ferry?", "speaker"),
        ("Кто сказал, что мост опасен?", "speaker"),
        ("кто из депутатов заявил об уходе", "speaker"),
        ("Кто призвал к забастовке?", "speaker"),
        ("Кто рассказал о находке?", "speaker"),
        ("Who is said to be behind the theft?", "person"),
        ("Who said to be in charge was arrested?", "person"),
        ("Who was told to leave?", "person"),
        ("Who called the ambulance?", "person"),
        ("Кто вызвал спасателей?", "person"),
    ],
)
def test_who_said_it_asks_for_a_speaker(text: str, kind: str) -> None:
    assert understand(text, BOTH).asked_for == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("What happened to the lighthouse?", "events"),
        ("what happened in Kestwick on Friday", "events"),
        ("What's going on with the ferry?", "events"),
        ("what is new about the tram?", "events"),
        ("Latest on the harbour fire", "events"),
        ("timeline of the flood", "events"),
        ("any news about the strike?", "events"),
        ("Что случилось с маяком?", "events"),
        ("что сейчас происходит в порту", "events"),
        ("Что нового о пароме?", "events"),
        ("последние новости о забастовке", "events"),
        ("What did the mayor say happened?", "statement"),
        ("What may happen next?", "thing"),
        ("What is the new ferry called?", "thing"),
        ("Which of the following happened first:", "thing"),
        ("Что построили в порту?", "thing"),
    ],
)
def test_what_happened_asks_for_events(text: str, kind: str) -> None:
    assert understand(text, BOTH).asked_for == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Is the bridge open?", "truth"),
        ("and did the tram start?", "truth"),
        ("Isn't the lighthouse closed?", "truth"),
        ("Was the man who stole the lantern jailed?", "truth"),
        ("Was the bridge shut when the storm hit?", "truth"),
        ("has anyone been hurt", "truth"),
        ("Will Farrow resign?", "truth"),
        ("Закрыли ли мост?", "truth"),
        ("Не закрыт ли мост?", "truth"),
        ("Правда ли, что мост закрыли?", "truth"),
        ("А верно ли, что Фарн ушла?", "truth"),
        ("правда, что паром отменили?", "truth"),
        ("Is it when the tram opens?", "time"),
        ("Did Farrow say when she would resign?", "time"),
        ("Do you know where the lantern is?", "place"),
        ("Can you tell me who won?", "person"),
        ("Известно ли, когда откроют мост?", "time"),
        ("Did the mayor or the council decide?", "thing"),
        ("Is the ferry called:", "thing"),
        ("Will Stone opened what?", "thing"),
        ("Какой паром отменили или задержали?", "thing"),
    ],
)
def test_a_yes_or_no_question_asks_for_the_truth(text: str, kind: str) -> None:
    assert understand(text, BOTH).asked_for == kind


@pytest.mark.parametrize(
    "text", ["Which of the following opened in Kestwick:", "What is the largest ferry:", "The mayor said that she ____"]
)
def test_a_sentence_to_complete_is_no_question_of_truth(text: str) -> None:
    assert understand(text, BOTH).asked_for == "thing"


def test_a_question_is_tidied() -> None:
    question = understand("  who   paid for\nit? ", BOTH)
    assert question.text == question.standalone == "who paid for it?"
    assert not question.scope
    assert question.lately == ()


@pytest.mark.parametrize(
    ("text", "undated"),
    [("Who is the mayor?", True), ("Who was the mayor in 1986?", False), ("What burned in March?", False),
     ("Что горело в марте?", False), ("Кто мэр?", True), ("What may happen next?", True)],
)  # fmt: skip
def test_a_question_with_a_date_is_not_about_the_present(text: str, undated: bool) -> None:
    assert understand(text, BOTH).undated is undated
