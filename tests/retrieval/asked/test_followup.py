from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.asked.followup import readings
from retrieval.types import Turn
from retrieval.words.noun_phrases import mentions, phrases

BOTH = ("en", "ru")
DIALOGUES = [
    json.loads(line)
    for line in Path(__file__).with_name("conversations.jsonl").read_text(encoding="utf-8").splitlines()
]


def name_of(row: dict[str, Any]) -> str:
    return f"{row['previous'][-1]} | {row['question']}"


@pytest.mark.parametrize("row", DIALOGUES, ids=name_of)
def test_a_question_is_read_as_a_conversation_means_it(row: dict[str, Any]) -> None:
    found = readings(row["question"], [Turn(question) for question in row["previous"]], BOTH)
    standalones = [question.standalone for question in found]
    assert (standalones[0] == row["question"]) is row["alone"]
    assert len(found) == row["alone"] + row["carried"]
    for word in row["standalone_has"]:
        assert word in standalones[-1]
    for word in row["standalone_lacks"]:
        assert word not in standalones[-1]


def test_half_of_the_dialogues_are_russian() -> None:
    russian = [row for row in DIALOGUES if any("а" <= letter <= "я" for letter in row["question"])]
    assert len(DIALOGUES) >= 60
    assert abs(len(russian) * 2 - len(DIALOGUES)) <= len(DIALOGUES) // 5


def test_without_a_conversation_there_is_one_reading() -> None:
    assert [question.standalone for question in readings(" and  why? ", (), BOTH)] == ["and why?"]


def test_a_carried_question_knows_the_articles_of_the_last_turn() -> None:
    turns = [Turn("Who runs the mill?", ("a",)), Turn("Who runs the Eastmere tram project?", ("b", "c"))]
    alone, carried = readings("who paid?", turns, BOTH)
    assert (alone.lately, carried.lately) == ((), ("b", "c"))
    assert carried.text == "who paid?"


@pytest.mark.parametrize(
    ("earlier", "text", "kind"),
    [
        ("What did Marlow say about tariffs?", "and Denby?", "statement"),
        ("Who stole the Silver Lantern?", "and when?", "time"),
        ("Who stole the Silver Lantern?", "why?", "reason"),
        ("When was the Harbour Bridge built?", "tell me more", "time"),
        ("When was the Harbour Bridge built?", "is it safe?", "truth"),
        ("When was the Harbour Bridge built?", "what happened to it?", "events"),
        ("Сколько домов затопило?", "а в июне?", "number"),
        ("Почему закрыли мост?", "а где?", "place"),
        ("Почему закрыли мост?", "подробнее", "reason"),
    ],
)
def test_a_fragment_asks_for_what_the_earlier_question_did(earlier: str, text: str, kind: str) -> None:
    assert readings(text, [Turn(earlier)], BOTH)[-1].asked_for == kind


def test_a_carried_date_dates_the_question() -> None:
    earlier = [Turn("How many houses were flooded in March?")]
    assert readings("why?", earlier, BOTH)[-1].undated is False


def test_a_russian_follow_up_stays_russian() -> None:
    assert readings("а Reuters?", [Turn("Что сообщил Марлоу о пошлинах?")], BOTH)[-1].language == "ru"


@pytest.mark.parametrize(
    ("text", "names_nobody_else"),
    [
        ("Did Farrow say that she resigned?", True),
        ("Will the Harbour Bridge reopen once it is repaired?", True),
        ("Who said they would leave the Eastmere council?", True),
        ("Why did the mayor of Kestwick cancel it?", False),
        ("Where does Farrow keep them?", False),
        ("Is it true that the Harbour Bridge is closed?", True),
        ("How long does it take to sail from Kestwick to Dunmere?", True),
        ("Is there a strike at the Kestwick brewery?", True),
        ("How many ships did the Kestwick yard build this year?", True),
        ("Сказала ли Фарн, что она уходит?", True),
        ("Почему его уволили?", False),
        ("Что мэр сказал о ней?", False),
    ],
)
def test_a_pronoun_may_point_inside_its_own_question(text: str, names_nobody_else: bool) -> None:
    found = readings(text, [Turn("Who stole the Silver Lantern?")], BOTH)
    assert (found[0].standalone == text and len(found) == 1) is names_nobody_else


def test_only_the_last_three_turns_are_carried() -> None:
    turns = [Turn("Who opened the Mill Tunnel?"), Turn("why?"), Turn("how?"), Turn("Who runs the zoo?"), Turn("where?")]
    assert "Tunnel" not in readings("when?", turns, BOTH)[-1].standalone
    assert "zoo" in readings("when?", turns, BOTH)[-1].standalone


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Who is in charge of the Eastmere tram project?", ["the Eastmere tram project"]),
        ("When did the Heron start leaking oil?", ["the Heron"]),
        ("Who paid for the roof garden at St Maud's?", ["the roof garden at St Maud's"]),
        ("How many homes were flooded on 14 March?", []),
        ("Which ferry replaced the Old Gannet?", ["the Old Gannet"]),
        ("How many beds does the new hospital wing have?", ["the new hospital wing"]),
        ("Who founded Room to Sail?", ["Room to Sail"]),
        ("Когда Илька Фарн ушла в отставку?", ["Илька Фарн", "отставку"]),
        ("Почему закрыли мост Портовый?", ["мост Портовый"]),
    ],
)
def test_a_question_mentions(question: str, found: list[str]) -> None:
    assert [mention.text for mention in phrases(question)] == found


@settings(deadline=None)  # the first call loads the statistics of languages
@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=4))
def test_whatever_is_typed_has_a_reading(text: str, previous: list[str]) -> None:
    found = readings(text, [Turn(question) for question in previous], BOTH)
    assert 1 <= len(found) <= 2
    assert all(question.text == " ".join(text.split()) for question in found)


@given(st.text(alphabet="aeo GRTwh' ,?-«»йа7:", max_size=60))
def test_a_mention_is_a_slice_of_its_question(question: str) -> None:
    for mention in mentions(question):
        assert question[mention.span.start : mention.span.end] == mention.text


def test_what_is_pointed_at_is_asked_first_whichever_way_it_is_meant() -> None:
    pointed = Turn("Saltgate Bridge closed after cracks are found", ("bridge",), pointed=True)
    for text in ("why?", "who paid?", "What will the ferry to Tern Island cost in Brennock?"):
        for question in readings(text, (Turn("Who runs the mill?", ("mill",)), pointed), BOTH):
            assert (question.about, question.lately) == (("bridge",), ("bridge",))
    assert readings("who paid?", (pointed, Turn("Who runs the mill?", ("mill",))), BOTH)[-1].about == ()


@pytest.mark.parametrize(
    ("title", "text", "standalone"),
    [
        ("Saltgate Bridge is closed", "why?", "why (Saltgate Bridge is closed)?"),
        ("Саатгейтский мост закрыт", "а почему?", "почему (Саатгейтский мост закрыт)?"),
        ("The repair took two years, she said.", "who?", "who (The repair took two years, she said)?"),
        ("Is the bridge closed?", "why?", "why is the bridge closed?"),
    ],
)
def test_what_follows_a_title_or_a_sentence_is_asked_about_it(title: str, text: str, standalone: str) -> None:
    assert readings(text, [Turn(title, pointed=True)], BOTH)[-1].standalone == standalone
