"""Digests: what readers see of several stories at once, page by page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerting import digests
from bot.alerting.digests import PAGE, Item, Sending
from bot.alerting.notices import Notice, Voice
from bot.outgoing.types import Alert
from bot.types import Chat, Kind, MarkKind, Message
from retrieval import Sentence
from tests.bot.alerting.test_notices import (
    FOUR,
    HANDLE,
    POST,
    SAILS,
    SOON,
    chats,
    data,
    following,
    notice,
    strange_notices,
    taken,
    voice,
)  # fmt: skip
from tests.bot.answering.test_render import marked, targets
from tests.fake_corpus import BAKERY

DAILY = Sending("daily", 2, SOON, mixed=False)
RYE = Notice(Alert("bakery", 6, 8), BAKERY, following(Kind.TOPIC, "rye bread", id=8))
TWO = digests.numbered([notice(reason=FOUR, others=(POST,)), RYE])


def test_a_digest_numbers_its_stories_and_cites_a_sentence_of_each() -> None:
    message = digests.digest(TWO, DAILY, voice())
    assert message.text == (
        "Daily digest · 2 stories · 5 March 2026\n\n"
        "1. Ferry to Tern Island sails again\n"
        "Tickets cost four crowns. [1]\n"
        "The Example · 5 March 2026, 09:00 · also: Harbour Post\n\n"
        "2. A bakery opens"
    )
    assert marked(message, MarkKind.BOLD) == [
        "Daily digest · 2 stories · 5 March 2026",
        "Ferry to Tern Island sails again",
        "A bakery opens",
    ]
    assert targets(message)[:2] == [
        "https://news.example/ferry",
        "https://news.example/ferry#:~:text=Tickets%20cost%20four%20crowns.",
    ]


def test_a_digest_of_several_subscriptions_says_which_each_story_came_by() -> None:
    said = digests.digest(TWO, replace(DAILY, mixed=True), voice()).text
    assert "also: Harbour Post · “ferry prices”\n\n2. A bakery opens\n“rye bread”" in said


def test_without_a_matching_sentence_the_one_that_tells_the_article_stands_there() -> None:
    items = digests.numbered([notice(told=(SAILS,))])
    assert "\nThe ferry sails again on Monday. [1]\n" in digests.digest(items, DAILY, voice()).text


@pytest.mark.parametrize(
    ("language", "sending", "line"),
    [
        ("en", replace(DAILY, stories=1), "Daily digest · 1 story · 5 March 2026"),
        ("ru", replace(DAILY, stories=3), "Сводка за день · 3 сюжета · 5 марта 2026"),
        ("en", replace(DAILY, heading="hourly"), "Hourly digest · 2 stories · 20:00"),
        ("ru", replace(DAILY, heading="weekly", stories=21), "Сводка за неделю · 21 сюжет · 5 марта 2026"),
        ("en", replace(DAILY, heading="resting", stories=7), "While you were resting: 7 stories"),
        ("ru", replace(DAILY, heading="resting", stories=7), "Пока вы отдыхали: 7 сюжетов"),
        ("en", replace(DAILY, heading="new", stories=7), "7 new stories"),
        ("ru", replace(DAILY, heading="new", stories=2), "2 новых сюжета"),
    ],
)
def test_the_head_is_in_the_readers_language(language: str, sending: Sending, line: str) -> None:
    assert digests.heading_line(sending, voice(Chat(1, language))) == line


def test_pages_follow_each_other_around() -> None:
    assert data(digests.pager(HANDLE, 1, 3)) == [[f"pg:{HANDLE}:3", f"pg:{HANDLE}:1", f"pg:{HANDLE}:2"]]
    assert data(digests.pager(HANDLE, 3, 3)) == [[f"pg:{HANDLE}:2", f"pg:{HANDLE}:3", f"pg:{HANDLE}:1"]]
    assert [button.text for button in digests.pager(HANDLE, 2, 3)[0]] == ["‹", "2/3", "›"]
    assert digests.pager(HANDLE, 1, 1) == ()


def test_no_page_has_more_than_its_share_and_none_is_empty() -> None:
    items = digests.numbered([notice()] * (2 * PAGE + 1))
    assert [len(page) for page in digests.paged(items, DAILY, voice())] == [PAGE, PAGE, 1]
    assert digests.paged([], DAILY, voice()) == []


def test_what_does_not_fit_goes_to_the_next_page_whole() -> None:
    items = digests.numbered([notice(reason=Sentence("Long. " * 300, FOUR.citations))] * 4)
    pages = digests.paged(items, DAILY, voice())
    assert [len(page) for page in pages] == [2, 2]
    said = [digests.digest(page, DAILY, voice()).text for page in pages]
    assert sum(text.count("Long.") for text in said) == 1200
    assert "\n\n3. Ferry" in said[1]


def test_a_story_whose_sentence_fits_nowhere_has_its_title() -> None:
    items = digests.numbered([notice(reason=Sentence("Long. " * 700, FOUR.citations), others=(POST,))])
    said = digests.digest(items, DAILY, voice()).text
    assert said.endswith("1. Ferry to Tern Island sails again\nThe Example · 5 March 2026, 09:00")


def test_stories_that_are_gone_leave_their_numbers() -> None:
    assert "\n\n5. Ferry" in digests.digest([Item(5, notice())], DAILY, voice()).text
    assert digests.digest([], DAILY, voice()).text.endswith("These articles are not here any more.")


numbers = st.integers(1, 2**40)
alerts = st.builds(Alert, st.text(max_size=20), numbers, numbers, numbers, st.integers(1, 9), st.floats(0, 1))
headings = st.sampled_from(("hourly", "daily", "weekly", "resting", "new"))
sendings = st.builds(
    Sending, headings, st.integers(2, 999), st.just(SOON), st.booleans(),
    st.lists(st.lists(alerts, min_size=1, max_size=3).map(tuple), max_size=3).map(tuple),
)  # fmt: skip


@given(sendings)
def test_a_digest_is_unpacked_as_it_was_packed(sending: Sending) -> None:
    assert digests.unpacked(sending.packed()) == sending


@given(sendings)
def test_items_are_numbered_on_from_page_to_page(sending: Sending) -> None:
    firsts = [sending.first_number(page) for page in range(1, len(sending.pages) + 2)]
    assert firsts[0] == 1
    assert firsts[-1] == 1 + sum(map(len, sending.pages))


@settings(max_examples=25, deadline=None)
@given(st.lists(strange_notices, min_size=1, max_size=20), sendings, chats)
def test_any_digest_can_be_sent_and_no_story_is_lost(told: list[Notice], sending: Sending, chat: Chat) -> None:
    items = digests.numbered(told)
    pages = digests.paged(items, sending, voice(chat))
    assert [item for page in pages for item in page] == items
    buttons = digests.pager(HANDLE, len(pages), len(pages))
    assert all(taken(digests.digest(page, sending, voice(chat), buttons)) for page in pages)


@settings(max_examples=25, deadline=None)
@given(st.lists(strange_notices, max_size=PAGE), sendings, chats)
def test_a_page_whose_articles_have_grown_is_still_one_message(
    told: list[Notice], sending: Sending, chat: Chat
) -> None:
    message: Message = digests.digest(digests.numbered(told), sending, voice(chat))
    assert taken(message)
    assert all(f"{number}. " in message.text for number in range(1, len(told) + 1))


def test_the_plainest_page_fits_whatever_the_titles() -> None:
    wide = replace(notice().article, title="𝔉" * 500, source="𝔖" * 500)
    titles = following(Kind.TOPIC, "𝔗" * 500)
    long = Sentence("Long. " * 700, FOUR.citations)
    items = digests.numbered([notice(article=wide, subscription=titles, reason=long)] * PAGE)
    for language in ("en", "ru"):
        speaking = Voice(voice().texts, Chat(1, language), SOON)
        said = digests.digest(items, replace(DAILY, mixed=True, heading="resting"), speaking).text
        assert f"\n\n{PAGE}. 𝔉" in said
