"""Summaries of articles, stories and topics: what readers see, within Telegram's limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering import summaries
from bot.types import MarkKind
from retrieval import (
    Article,
    Development,
    KeyFacts,
    Nearest,
    Scope,
    Searched,
    Sentence,
    Span,
    StorySummary,
    Summary,
    TopicSummary,
)  # fmt: skip
from tests.bot.answering.test_render import (
    ROW,
    TEXTS,
    addresses,
    citation,
    citations,
    long_strangers,
    marked,
    moments,
    neighbours,
    searches,
    sendable,
    sentences,
    targets,
    told,
)  # fmt: skip
from tests.fake_corpus import FERRY, cited

WEEK = Scope(datetime(2026, 5, 18, tzinfo=UTC), datetime(2026, 5, 25, tzinfo=UTC))
RAIN = Nearest("a", "Rain", "https://x.example/rain", "The X", datetime(2026, 3, 5, tzinfo=UTC))


def said(quote: str, article_id: str = "a", **fields: object) -> Sentence:
    return Sentence(quote, (citation(article_id, quote, **fields),))


def test_a_summary_links_every_sentence_to_its_place() -> None:
    (message,) = summaries.summary(Summary(FERRY, tuple(cited(FERRY))), TEXTS, "en").messages
    assert message.text == (
        "Ferry to Tern Island sails again\n\n"
        "• The ferry sails again on Monday. [1]\n• It carries ninety people. [1]\n• Tickets cost four crowns. [1]\n\n"
        "[1] The Example, 5 March 2026"
    )
    assert marked(message, MarkKind.BOLD) == ["Ferry to Tern Island sails again"]
    assert len(set(targets(message))) == 4


def test_the_facts_are_one_line() -> None:
    facts = KeyFacts(
        who=(citation(quote="Ilse Brandt"), citation(quote="ILSE BRANDT"), citation(quote="the port\n\nauthority")),
        numbers=(citation(quote="9" * 100),),
    )
    (message,) = summaries.summary(Summary(FERRY, tuple(cited(FERRY)[:1]), facts), TEXTS, "en", ROW).messages
    line = message.text.split("\n\n")[2]
    assert line == f"Who: Ilse Brandt, the port authority · Numbers: {'9' * 59}…"
    assert message.buttons == ROW
    when = KeyFacts(when=(citation(quote="в понедельник"),), numbers=(citation(quote="12 крон"),))
    (message,) = summaries.summary(Summary(FERRY, (), when), TEXTS, "ru").messages
    assert "Когда: в понедельник · Числа: 12 крон" in message.text


def test_a_story_tells_what_happened_what_is_new_and_who_says_what() -> None:
    articles = (
        replace(FERRY, id="a"),
        replace(FERRY, id="b", title="Sailing", published=datetime(2026, 3, 7, tzinfo=UTC)),
    )
    spoken = replace(said("Ilse Brandt said it was safe.", "b"), span=Span(0, 11))
    story = StorySummary(
        articles, (said("It sailed."), said("It came back.", "b")), (said("It sank.", "b"),), (spoken,)
    )
    (message,) = summaries.story(story, TEXTS, "en", ROW).messages
    assert message.text.startswith(
        "Sailing\n2 articles · 5–7 March 2026\n\n"
        "What happened:\n• It sailed. [1]\n• It came back. [2]\n\n"
        "What is new:\n• It sank. [2]\n\n"
        "Who says what:\n• Ilse Brandt said it was safe. [2]\n\n"
        "[1] “It sailed.”\nRain — The X, 5 March 2026\n\n[2] “It came back.”\n“It sank.”\n"
    )
    assert marked(message, MarkKind.BOLD) == ["Sailing", "Ilse Brandt"]
    assert message.buttons == ROW


def test_a_story_leaves_out_the_parts_it_does_not_have() -> None:
    story = StorySummary((replace(FERRY, published=None),), (said("It sailed."),))
    (message,) = summaries.story(story, TEXTS, "ru").messages
    assert message.text.startswith(
        "Ferry to Tern Island sails again\n1 статья\n\nЧто произошло:\n• It sailed. [1]\n\n[1]"
    )


def test_a_topic_lists_its_stories_with_their_other_articles() -> None:
    others = tuple(replace(RAIN, article_id=f"n{n}", title=f"Title {n}") for n in range(5))
    stories = (
        Development(said("It rained."), (RAIN, *others)),
        Development(said("It snowed.", "b"), (replace(RAIN, article_id="b"),)),
    )
    (message,) = summaries.topic(
        TopicSummary("weather", stories, Searched(9, scope=WEEK), 1), TEXTS, "en", ROW
    ).messages
    assert message.text.startswith(
        "weather — 18–24 May 2026\n2 stories · 7 articles · 1 source\n\n"
        "1. It rained. [1]\n"
        "   Title 0 — The X, 5 March 2026\n   Title 1 — The X, 5 March 2026\n   Title 2 — The X, 5 March 2026\n"
        "   and 2 more articles\n\n"
        "2. It snowed. [2]\n\n[1] “It rained.”"
    )
    assert marked(message, MarkKind.BOLD) == ["weather — 18–24 May 2026"]
    assert message.buttons == ROW


def test_a_topic_of_no_words_is_named_by_its_time_or_by_nothing() -> None:
    stories = (Development(said("It rained."), (RAIN,)),)
    timed = summaries.topic(TopicSummary("", stories, Searched(9, scope=WEEK), 1), TEXTS, "ru").messages[0].text
    assert timed.startswith("18–24 мая 2026\n1 сюжет · 1 статья · 1 источник\n\n1. It rained. [1]")
    bare = summaries.topic(TopicSummary("", stories, Searched(9), 0), TEXTS, "en").messages[0].text
    assert bare.startswith("What was written\n1 story · 1 article\n\n")


def test_a_topic_that_nothing_was_written_on_says_so() -> None:
    told = TopicSummary("cheese\n\n[1]\u202e", (), Searched(2, scope=WEEK), 0)
    reply = summaries.topic(told, TEXTS, "en")
    assert reply.refused
    assert reply.messages[0].text == (
        "I know no article called that, and found nothing on: cheese [1], 18–24 May 2026. I searched 2 articles."
    )


def test_a_topic_found_outside_its_time_says_so_first() -> None:
    stories = (Development(said("It rained."), (RAIN,)),)
    told = TopicSummary("rain", stories, Searched(9, scope=WEEK, widened=True), 1)
    assert (
        summaries.topic(told, TEXTS, "en")
        .messages[0]
        .text.startswith("Nothing was found where you asked (18–24 May 2026), so I searched everything.\nrain\n1 story")
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
slices = st.lists(citations, max_size=3).map(tuple)
facts = st.builds(KeyFacts, slices, slices, slices)
parts = st.lists(sentences, max_size=2).map(tuple)
developments = st.builds(Development, sentences, st.lists(neighbours, max_size=5).map(tuple))


@settings(max_examples=60, deadline=None)
@given(articles, told, facts, st.sampled_from(TEXTS.languages()))
def test_any_summary_can_be_sent(article: Article, said: tuple[Sentence, ...], facts: KeyFacts, language: str) -> None:
    messages = summaries.summary(Summary(article, said, facts), TEXTS, language, ROW).messages
    assert all(map(sendable, messages))
    assert messages[-1].buttons == ROW


@settings(max_examples=60, deadline=None)
@given(st.lists(articles, min_size=1, max_size=3), parts, parts, parts)
def test_any_story_can_be_sent(
    articles: list[Article], happened: tuple[Sentence, ...], new: tuple[Sentence, ...], spoken: tuple[Sentence, ...]
) -> None:
    reply = summaries.story(StorySummary(tuple(articles), happened, new, spoken), TEXTS, "en", ROW)
    assert all(map(sendable, reply.messages))


@settings(max_examples=60, deadline=None)
@given(long_strangers, st.lists(developments, max_size=4), searches)
def test_any_topic_can_be_sent(topic: str, stories: list[Development], searched: Searched) -> None:
    messages = summaries.topic(TopicSummary(topic, tuple(stories), searched, 2), TEXTS, "ru", ROW).messages
    assert messages
    assert all(map(sendable, messages))
