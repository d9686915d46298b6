from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.text.duplicates import COPY, HASHES, resemblance, signature, without_copies
from retrieval.types import Article, Evidence, Hit, Passage

STORY = (
    "The ferry Heron ran aground off Gull Point early on Monday with ninety people on board. All of them were taken "
    "off by boat before noon. The captain, Orla Venn, said that a buoy had drifted in the gale. The ferry will be "
    "pulled free at the next spring tide, the harbour office said."
)
STORY_RU = (
    "Паром «Цапля» сел на мель у острова Лисий рано утром в понедельник, на борту было девяносто человек. Всех сняли "
    "на лодках до полудня. Капитан Орла Венн сказала, что буй унесло штормом."
)


def passages(*texts: str, article: str | None = None) -> list[Evidence]:
    """Of as many articles, unless one is named."""
    return [
        Evidence(Hit(at, 1 - at / 100), Passage(0, len(text), ()), Article(article or f"a{at}", "", text))
        for at, text in enumerate(texts)
    ]


def kept(*texts: str, article: str | None = None) -> list[int]:
    return [each.hit.passage_id for each in without_copies(passages(*texts, article=article))]


@pytest.mark.parametrize(
    "copy",
    [
        STORY,
        STORY.upper(),
        STORY.replace("ninety people", "some 90 people"),
        "GULL POINT (Wire) - " + STORY,
        STORY[: STORY.index("The ferry will")],
        STORY[STORY.index("All of them") :],
        STORY.replace("“", '"').replace(".", " ."),
        STORY + " The Wire's own report.",
    ],
)
def test_a_copy_is_left_out(copy: str) -> None:
    assert kept(STORY, copy) == [0]


def test_a_russian_copy_is_left_out() -> None:
    assert kept(STORY_RU, STORY_RU.replace("«Цапля»", "Цапля").replace("девяносто", "90"), STORY) == [0, 2]


@pytest.mark.parametrize(
    "other",
    [
        "The ferry Heron was pulled free off Gull Point at the spring tide on Friday. Nobody was on board.",
        "Orla Venn, the captain of the ferry Heron, has retired after twenty years at sea.",
        STORY[: STORY.index("All of them")]
        + "Her owners have sold her to a yard in the north, where she will be broken up for the steel. The island's "
        "council wants a new ferry before the autumn, and asked three yards for their prices.",
        STORY_RU,
    ],
)
def test_another_report_of_the_same_event_is_kept(other: str) -> None:
    assert kept(STORY, other) == [0, 1]


def test_what_repeats_a_short_report_and_goes_on_is_kept() -> None:
    brief = STORY[: STORY.index(" All of them")]
    assert kept(brief, STORY) == [0, 1]
    assert kept(STORY, brief) == [0]


def test_the_first_of_several_copies_is_kept_and_the_order_stays() -> None:
    other = "A bakery in Mill Street burned down in the night, and nobody knows why it did."
    assert kept(other, STORY, STORY + " More soon.", other + "!", STORY) == [0, 1]


def test_copies_within_one_article_are_kept() -> None:
    assert kept(STORY, STORY, article="the same") == [0, 1]


def test_two_short_lines_are_copies_only_when_they_are_the_same() -> None:
    assert kept("He was silent.", "He was silent!", "She was silent.") == [0, 2]


@given(st.lists(st.text("ab .", min_size=1, max_size=30), max_size=6))
def test_the_best_is_always_kept_and_doing_it_twice_changes_nothing(texts: list[str]) -> None:
    found = passages(*texts)
    once = without_copies(found)
    assert once[:1] == found[:1]
    assert without_copies(once) == once
    assert [each for each in found if each in once] == once


# --- whole articles

LONG = f"{STORY} " + (
    "Divers looked at the hull on Monday evening and found a dent below the waterline, but no hole. The council of "
    "Gull Point has asked the yard at Tollness for a second ferry until the Heron sails again. School children from "
    "the island will stay with families on the coast during the week. The owner of the line, Bram Holt, said that "
    "tickets would be paid back to everybody who asks for it before the end of May."
)
LONG_RU = f"{STORY_RU} " + (
    "Водолазы осмотрели корпус в понедельник вечером и нашли вмятину ниже ватерлинии, но не пробоину. Совет острова "
    "попросил у верфи второй паром, пока «Цапля» не выйдет снова. Школьники с острова поживут в семьях на берегу. "
    "Хозяин линии Брам Холт сказал, что деньги за билеты вернут всем, кто попросит об этом до конца мая."
)


def alike(one: str, other: str) -> float:
    return resemblance(signature(one), signature(other))


@pytest.mark.parametrize(
    "copy",
    [
        LONG.upper(),
        f"GULL POINT, May 5 (Lowland Wire) - {LONG}",
        f"By Ines Pell. {LONG} The Lowland Wire contributed to this report.",
        LONG[LONG.index("All of them") :],
        LONG[: LONG.index("The owner of the line")],
        LONG.replace("ninety", "some 90").replace("Monday evening", "Monday night").replace(",", ""),
    ],
)
def test_an_article_with_another_first_line_or_shortened_a_little_is_a_copy(copy: str) -> None:
    assert alike(LONG, copy) >= COPY


def test_a_russian_copy_is_one_too() -> None:
    assert alike(LONG_RU, f"О. ЛИСИЙ, 5 мая. {LONG_RU} Материал подготовила Инес Пелл.") >= COPY
    assert alike(LONG_RU, LONG_RU.replace("девяносто", "90").replace("«Цапля»", "Цапля")) >= COPY


@pytest.mark.parametrize(
    "other",
    [
        "The ferry Heron was pulled free off Gull Point at the spring tide on Friday. Nobody was on board.",
        f"“{STORY[: STORY.index('All of them')]}” That is how the week began. " + LONG_RU,
        STORY[: STORY.index("The captain")] + " Her owners have sold her to a yard in the north, where she will be "
        "broken up for the steel. The island's council wants a new ferry before the autumn, and asked three yards.",
        "",
    ],
)
def test_an_article_that_only_quotes_it_or_tells_the_same_is_no_copy(other: str) -> None:
    assert alike(LONG, other) < COPY


@given(st.text(max_size=60))
def test_a_signature_is_always_the_same_and_as_long(text: str) -> None:
    assert signature(text) == signature(f" {text} ")
    assert len(signature(text)) == 4 * HASHES
    assert resemblance(signature(text), signature(text)) == 1.0
