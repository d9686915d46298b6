"""Alerts: what readers see of an article and why it came, in one message that Telegram takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerting import notices
from bot.alerting.notices import Notice, Voice
from bot.outgoing.sender import entities_of
from bot.outgoing.types import Alert, FeedNews
from bot.types import Button, Chat, Hours, Kind, MarkKind, Message, Subscription
from retrieval import Article, Nearest, Sentence, Span
from tests.bot.answering.test_render import (
    TEXTS,
    addresses,
    citations,
    long_strangers,
    marked,
    moments,
    neighbours,
    sendable,
    sentences,
    targets,
)
from tests.botapi.checks import keyboard_of, text_of
from tests.fake_corpus import FERRY, cited

HANDLE = "0123456789abcdef"
SOON = datetime(2026, 3, 5, 20, tzinfo=UTC)  # twelve hours after the ferry's article
SAILS, NINETY, FOUR = cited(FERRY)
BERLIN = Chat(1, "en", hours=Hours("Europe/Berlin"))
POST = Nearest("post", "Tern Island ferry is back", "https://post.example/1", "Harbour Post", None)


def voice(chat: Chat = BERLIN, now: datetime = SOON) -> Voice:
    return Voice(TEXTS, chat, now)


def following(kind: Kind, title: str = "ferry prices", **fields: object) -> Subscription:
    return replace(Subscription(1, kind, title, title, SOON, id=7), **fields)  # type: ignore[arg-type]


def notice(kind: Kind = Kind.TOPIC, title: str = "ferry prices", **fields: object) -> Notice:
    made = Notice(Alert("ferry", 5, 7), FERRY, following(kind, title), (SAILS, NINETY))
    return replace(made, **fields)  # type: ignore[arg-type]


def taken(message: Message) -> bool:
    """What a strict server would take, word for word."""
    entities = [entity.to_dict() for entity in entities_of(message.text, message.marks)]
    rows = [[{"text": button.text, "callback_data": button.data} for button in row] for row in message.buttons]
    shown, _ = text_of({"text": message.text, "entities": entities})
    keyboard_of({"reply_markup": {"inline_keyboard": rows}} if rows else {})
    return shown == message.text and sendable(message)


def test_an_alert_tells_the_article_why_it_came_and_who_else_tells_it() -> None:
    message = notices.alert(notice(reason=FOUR, others=(POST,)), voice())
    assert message.text == (
        "Ferry to Tern Island sails again\n\n"
        "The ferry sails again on Monday. [1] It carries ninety people. [1]\n\n"
        "Because you follow “ferry prices”: “Tickets cost four crowns.” [1]\n"
        "The Example · 5 March 2026, 09:00 · also: Harbour Post"
    )
    assert marked(message, MarkKind.BOLD) == ["Ferry to Tern Island sails again"]
    page = "https://news.example/ferry"
    assert targets(message) == [
        page,
        f"{page}#:~:text=The%20ferry%20sails%20again%20on%20Monday.",
        f"{page}#:~:text=It%20carries%20ninety%20people.",
        f"{page}#:~:text=Tickets%20cost%20four%20crowns.",
        "https://post.example/1",
    ]


def test_a_russian_chat_gets_a_russian_frame_around_the_articles_own_words() -> None:
    message = notices.alert(notice(reason=FOUR, others=(POST,)), voice(replace(BERLIN, language="ru")))
    assert message.text.endswith(
        "Потому что вы следите за темой «ferry prices»: «Tickets cost four crowns.» [1]\n"
        "The Example · 5 марта 2026, 09:00 · также: Harbour Post"
    )


def test_a_reason_that_is_told_already_is_not_said_twice() -> None:
    message = notices.alert(notice(reason=NINETY), voice())
    assert message.text.count("It carries ninety people.") == 1
    assert "\nBecause you follow “ferry prices”\n" in message.text


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (Kind.FEED, "New in “harbours”"),
        (Kind.SOURCE, "New from “harbours”"),
        (Kind.TOPIC, "Because you follow “harbours”"),
        (Kind.STORY, "A development of a story you follow, “harbours”"),
        (Kind.QUESTION, "An article may answer your question “harbours”"),
        (Kind.EVERYTHING, "Because you follow everything"),
    ],
)
def test_every_kind_of_following_is_named(kind: Kind, line: str) -> None:
    assert f"\n\n{line}\n" in notices.alert(notice(kind, "harbours"), voice()).text


@pytest.mark.parametrize(("kind", "language"), [*product(Kind, TEXTS.languages())])
def test_nobody_in_a_channel_is_told_that_he_follows_something(kind: Kind, language: str) -> None:
    channel = Chat(-100, language, "channel")
    said = notices.alert(notice(kind), voice(channel)).text
    assert not any(word in said for word in ("you follow", "вы следите", "your", "ваш"))


def test_the_answer_to_a_question_is_bold() -> None:
    answer = replace(FOUR, span=Span(13, 24))
    message = notices.alert(notice(Kind.QUESTION, "What does the ferry cost?", reason=answer), voice())
    assert "your question “What does the ferry cost?”: “Tickets cost four crowns.” [1]\n" in message.text
    assert marked(message, MarkKind.BOLD)[1:] == ["four crowns"]


def test_an_answer_among_the_first_sentences_is_bold_there() -> None:
    answer = replace(NINETY, span=Span(11, 17))
    message = notices.alert(notice(Kind.QUESTION, "How many?", reason=answer), voice())
    assert marked(message, MarkKind.BOLD)[1:] == ["ninety"]
    assert message.text.count("ninety people") == 1


def test_what_is_older_than_a_week_has_no_time_of_day() -> None:
    later = voice(now=SOON + timedelta(days=8))
    assert notices.alert(notice(), later).text.endswith("\nThe Example · 5 March 2026")


def test_a_day_is_the_readers_own() -> None:
    auckland = Chat(1, "en", hours=Hours("Pacific/Auckland"))
    late = replace(FERRY, published=datetime(2026, 3, 5, 18, tzinfo=UTC))
    assert notices.alert(notice(article=late), voice(auckland)).text.endswith("6 March 2026, 07:00")


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland"])
def test_a_day_whose_hour_was_never_told_is_the_same_everywhere(zone: str) -> None:
    dated = replace(FERRY, published=datetime(2026, 3, 5, tzinfo=UTC))
    told = notices.alert(notice(article=dated), voice(Chat(1, "en", hours=Hours(zone))))
    assert told.text.endswith("\nThe Example · 5 March 2026")


def test_an_article_of_which_little_is_known_is_still_told() -> None:
    bare = Article("bare", "", "It rained.")
    message = notices.alert(notice(article=bare, told=()), voice())
    assert message.text == "Untitled\n\nBecause you follow “ferry prices”"
    assert targets(message) == []


def test_many_sources_are_counted_and_those_without_a_name_have_their_titles() -> None:
    others = (POST, replace(POST, source=None), *(replace(POST, source=f"S{n}") for n in range(4)))
    said = notices.alert(notice(others=others), voice()).text
    assert said.endswith("also: Harbour Post, Tern Island ferry is back, S0 and 3 more")


def test_a_changed_alert_says_when() -> None:
    assert notices.alert(notice(), voice(), updated=True).text.endswith("\nUpdated 21:00")


def test_a_sentence_that_does_not_fit_is_left_out_whole() -> None:
    long = replace(NINETY, text="Long. " * 700)
    said = notices.alert(notice(told=(SAILS, long), reason=FOUR), voice()).text
    assert "The ferry sails again on Monday." in said
    assert "Tickets cost four crowns." in said
    assert "Long." not in said
    said = notices.alert(notice(reason=long), voice()).text
    assert "It carries ninety people." in said
    assert "Long." not in said


def test_a_development_says_what_is_new() -> None:
    message = notices.development(notice(Kind.STORY, "The ferry", told=(FOUR,)), voice())
    assert message.text == (
        "Ferry to Tern Island sails again\n\nWhat is new: Tickets cost four crowns. [1]\n\n"
        "A development of a story you follow, “The ferry”\nThe Example · 5 March 2026, 09:00"
    )


def data(rows: tuple[tuple[Button, ...], ...]) -> list[list[str]]:
    return [[button.data for button in row] for row in rows]


def test_buttons_let_a_person_go_on_and_say_what_he_thinks_of_it() -> None:
    assert data(notices.alert_buttons(notice(), voice(), HANDLE)) == [
        [f"sum:{HANDLE}", f"talk:{HANDLE}"],
        ["more:7", "less:7"],
        ["fol:0123456789abcdef", "hush:5", "sub:7"],
    ]


def test_only_what_is_followed_in_words_can_be_more_or_less_like_it() -> None:
    assert data(notices.alert_buttons(notice(Kind.FEED), voice(), HANDLE)) == [
        [f"sum:{HANDLE}", f"talk:{HANDLE}"],
        ["fol:0123456789abcdef", "hush:5", "sub:7"],
    ]


def test_a_groups_buttons_change_nothing_and_a_channel_has_none() -> None:
    group, channel = Chat(-5, "en", "group"), Chat(-100, "en", "channel")
    assert data(notices.alert_buttons(notice(), voice(group), HANDLE)) == [
        [f"sum:{HANDLE}", f"talk:{HANDLE}"],
        ["sub:7"],
    ]
    assert notices.alert_buttons(notice(), voice(channel), HANDLE) == ()


def test_a_feed_in_trouble_can_be_left_and_one_that_is_back_needs_no_button() -> None:
    feed = following(Kind.FEED, "The Example")
    down = notices.feed_news(FeedNews("https://x.example/rss", "down"), feed, voice())
    assert down.text.startswith("The Example has not answered for five days.")
    assert data(down.buttons) == [["sub:7"]]
    back = notices.feed_news(FeedNews("https://x.example/rss", "back"), feed, voice())
    assert (back.text, back.buttons) == ("The Example is back.", ())


def test_a_feed_without_a_title_is_called_by_its_address() -> None:
    feed = following(Kind.FEED, "\u202e")
    assert "https://x.example/rss" in notices.feed_news(FeedNews("https://x.example/rss", "ended"), feed, voice()).text


def test_a_closed_topic_is_named_by_what_was_sent_there() -> None:
    lost = [following(Kind.TOPIC, title) for title in ("EU AI law", "floods", "rye", "bread")]
    assert notices.stray(lost, voice()).text == (
        "The topic where I sent “EU AI law”, “floods”, “rye” is closed; its alerts go to the general topic now."
    )


articles = st.builds(
    Article,
    st.just("a"),
    long_strangers,
    st.just("Text."),
    st.just("en"),
    addresses,
    st.none() | long_strangers,
    st.none(),
    moments,
)
chats = st.builds(
    Chat,
    st.just(1),
    st.sampled_from(TEXTS.languages()),
    st.sampled_from(("private", "group", "channel")),
    hours=st.builds(Hours, st.sampled_from(("UTC", "Asia/Kathmandu", "No/Such"))),
)
numbers = st.integers(1, 2**63 - 1)
subscriptions = st.builds(
    Subscription, st.just(1), st.sampled_from(Kind), long_strangers, long_strangers, st.just(SOON), id=numbers
)
strange_notices = st.builds(
    Notice,
    st.builds(Alert, st.just("a"), numbers, numbers, score=st.floats(0, 1)),
    articles,
    subscriptions,
    st.lists(sentences, max_size=3).map(tuple),
    st.none() | sentences,
    st.lists(neighbours, max_size=6).map(tuple),
)


@settings(max_examples=80, deadline=None)
@given(strange_notices, chats, st.booleans())
def test_any_alert_can_be_sent(told: Notice, chat: Chat, updated: bool) -> None:
    buttons = notices.alert_buttons(told, voice(chat), HANDLE)
    message = notices.alert(told, voice(chat), buttons, updated=updated)
    assert taken(message)
    assert message.buttons == buttons


@settings(max_examples=60, deadline=None)
@given(strange_notices, chats)
def test_any_development_can_be_sent(told: Notice, chat: Chat) -> None:
    assert taken(notices.development(told, voice(chat), notices.alert_buttons(told, voice(chat), HANDLE)))


@settings(max_examples=60, deadline=None)
@given(st.lists(subscriptions, min_size=1, max_size=4), long_strangers, chats)
def test_any_news_of_a_feed_and_of_a_topic_can_be_sent(lost: list[Subscription], feed: str, chat: Chat) -> None:
    address = f"https://x.example/{feed}"
    assert all(
        taken(notices.feed_news(FeedNews(address, kind), lost[0], voice(chat))) for kind in ("down", "back", "ended")
    )
    assert taken(notices.stray(lost, voice(chat)))


@given(st.lists(citations, max_size=2).map(tuple), long_strangers)
def test_the_same_words_from_nowhere_are_said_once(cited: tuple[object, ...], text: str) -> None:
    same = Sentence(text, cited)  # type: ignore[arg-type]
    said = notices.alert(notice(told=(same,), reason=same), voice()).text
    assert ": “" not in said
