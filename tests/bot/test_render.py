"""Rendering: what readers see, and that no stranger's text breaks it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import render
from bot.pages import LIMITS, units
from bot.texts import load_texts
from bot.types import Button, Mark, MarkKind, Message
from retrieval import Answer, Article, Citation, Nearest, Refusal, Sentence, Span, Summary
from tests.fake_corpus import FERRY, cited

TEXTS = load_texts()
ROW = ((Button("Summary", "sum:0123456789abcdef"), Button("Mute", "mute:0123456789abcdef")),)


def marked(message: Message, kind: MarkKind) -> list[str]:
    return [message.text[mark.start : mark.end] for mark in message.marks if mark.kind is kind]


def targets(message: Message) -> list[str | None]:
    return [mark.url for mark in message.marks if mark.kind is MarkKind.LINK]


def citation(article_id: str = "a", quote: str = "It rained.", **fields: object) -> Citation:
    known = Citation(
        article_id, 1, 0, len(quote), quote, "Rain", "https://x.example/rain", "The X", datetime(2026, 3, 5, tzinfo=UTC)
    )
    return replace(known, **fields)  # type: ignore[arg-type]


def test_each_sentence_has_its_footnote_and_each_source_its_quote() -> None:
    other = citation("b", "It snowed.", title="Snow", url="https://y.example/snow", source=None, published=None)
    found = Answer("?", (Sentence("It rained.", (citation(),), Span(3, 9)), Sentence("It snowed.", (other,))), 0.9)
    (message,) = render.answer(found, TEXTS, "en").messages
    assert message.text == (
        "It rained. [1] It snowed. [2]\n\n[1] “It rained.”\nRain — The X, 5 March 2026\n\n[2] “It snowed.”\nSnow"
    )
    assert marked(message, MarkKind.LINK) == ["[1]", "[2]"]
    assert targets(message) == [
        "https://x.example/rain#:~:text=It%20rained.",
        "https://y.example/snow#:~:text=It%20snowed.",
    ]
    assert marked(message, MarkKind.QUOTE) == [
        "[1] “It rained.”\nRain — The X, 5 March 2026",
        "[2] “It snowed.”\nSnow",
    ]
    assert marked(message, MarkKind.BOLD) == ["rained"]


def test_the_same_source_twice_keeps_one_number_and_links_each_place() -> None:
    first, second = cited(FERRY)[:2]
    (message,) = render.answer(Answer("?", (first, second, first), 0.9), TEXTS, "ru").messages
    assert marked(message, MarkKind.LINK) == ["[1]", "[1]", "[1]"]
    assert len(set(targets(message))) == 2
    (quote,) = marked(message, MarkKind.QUOTE)
    assert quote == (
        "[1] «The ferry sails again on Monday.»\n«It carries ninety people.»\n"
        "Ferry to Tern Island sails again — The Example, 5 марта 2026"
    )


def test_a_source_without_an_address_has_a_plain_footnote() -> None:
    found = Answer("?", (Sentence("It rained.", (citation(url=None),)),), 0.9)
    (message,) = render.answer(found, TEXTS, "en").messages
    assert message.text.startswith("It rained. [1]\n")
    assert targets(message) == []


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "tg://resolve?domain=x",
        "https://",
        "http://[",
        "https://x.example/a b",
        "",
    ],
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert render.web_link(url) is None
    assert render.place_link(url, "Words.") is None


def test_a_text_fragment_escapes_what_has_a_meaning_in_it() -> None:
    url = render.place_link("https://x.example/p?q=1#part", "Re-opened, R&D says: 50% более")
    assert url == (
        "https://x.example/p?q=1#part:~:text=Re%2Dopened%2C%20R%26D%20says%3A%2050%25%20%D0%B1%D0%BE%D0%BB%D0%B5%D0%B5"
    )


def test_a_long_sentence_is_searched_by_both_its_ends() -> None:
    sentence = " ".join(f"word{n}" for n in range(30))
    url = render.place_link("https://x.example/", sentence)
    assert url is not None
    fragment = url.partition(":~:text=")[2]
    assert [unquote(piece) for piece in fragment.split(",")] == [
        "word0 word1 word2 word3 word4",
        "word25 word26 word27 word28 word29",
    ]


def test_an_address_too_long_with_its_place_links_the_page() -> None:
    page = "https://x.example/" + "a" * 2000
    assert render.place_link(page, "Десять слов, " * 10) == page
    assert render.place_link(page + "a" * 100, "Words.") is None


def test_titles_lose_what_could_disturb() -> None:
    assert render.clean("Pay\u202egnp.exe\x00\x1b[31m\u2066 now\n\tplease\ud800") == "Paygnp.exe[31m now please"
    assert render.clean("👩\u200d👧 ok") == "👩\u200d👧 ok"


def test_a_refusal_names_the_nearest_titles() -> None:
    nearest = (
        Nearest("a", "Rain", "https://x.example/rain", "The X", datetime(2026, 3, 5, tzinfo=UTC)),
        Nearest("b", " \u202e", None, None, None),
    )
    reply = render.refusal(Refusal("?", "not told", nearest), TEXTS, "en")
    assert reply.refused
    assert reply.messages[0].text == (
        "The articles do not say.\n\nNearest to your question:\n• Rain — The X, 5 March 2026\n• Untitled"
    )
    assert targets(reply.messages[0]) == ["https://x.example/rain"]


@pytest.mark.parametrize("reason", ["empty question", "empty corpus", "nothing found", "not told"])
@pytest.mark.parametrize("language", TEXTS.languages())
def test_every_refusal_has_words(reason: str, language: str) -> None:
    reply = render.refusal(Refusal("?", reason, ()), TEXTS, language)  # type: ignore[arg-type]
    assert reply.refused
    assert reply.messages[0].text


def test_a_summary_links_every_sentence_to_its_place() -> None:
    (message,) = render.summary(Summary(FERRY, tuple(cited(FERRY))), TEXTS, "en").messages
    assert message.text == (
        "Ferry to Tern Island sails again\n\n"
        "• The ferry sails again on Monday. [1]\n• It carries ninety people. [1]\n• Tickets cost four crowns. [1]\n\n"
        "[1] The Example, 5 March 2026"
    )
    assert marked(message, MarkKind.BOLD) == ["Ferry to Tern Island sails again"]
    assert len(set(targets(message))) == 4


def test_an_alert_is_one_message_with_two_sentences_and_buttons() -> None:
    message = render.alert(Summary(FERRY, tuple(cited(FERRY))), ROW, TEXTS, "ru")
    assert message.text == (
        "Ferry to Tern Island sails again\n\nThe ferry sails again on Monday. It carries ninety people.\n\n"
        "The Example, 5 марта 2026 · Читать"
    )
    assert targets(message) == ["https://news.example/ferry"]
    assert message.buttons == ROW


def test_an_alert_leaves_out_whole_sentences_that_do_not_fit() -> None:
    long = Sentence("Long. " * 700, ())
    message = render.alert(Summary(FERRY, (cited(FERRY)[0], long)), ROW, TEXTS, "en")
    assert "sails again on Monday." in message.text
    assert "Long." not in message.text
    assert render.alert(Summary(FERRY, (long,)), ROW, TEXTS, "en").buttons == ROW


strangers = st.text(st.characters() | st.sampled_from("👍🏽\u200d\u202e\n. [1]"), max_size=60)
long_strangers = st.builds(lambda text, times: (text + " ") * times, strangers, st.sampled_from((1, 1, 5, 200)))
moments = st.none() | st.just(datetime(2026, 3, 5, tzinfo=UTC))
addresses = (
    st.none() | st.sampled_from(("https://x.example/a#b", "javascript:x", "https://x.example/" + "ж" * 400)) | strangers
)
citations = st.builds(
    Citation, st.sampled_from("abc"), st.just(1), st.integers(0, 9), st.just(10), long_strangers, long_strangers,
    addresses, st.none() | long_strangers, moments,
)  # fmt: skip
spans = st.none() | st.builds(Span, st.integers(0, 40), st.integers(0, 80))
sentences = st.builds(Sentence, long_strangers, st.lists(citations, max_size=40).map(tuple), spans)
told = st.lists(sentences, min_size=1, max_size=4).map(tuple)
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


def sendable(message: Message) -> bool:
    """Telegram takes it, and shows what we meant."""
    bounds = all(0 <= mark.start < mark.end <= len(message.text) for mark in message.marks)
    links = all(_is_web(mark) for mark in message.marks if mark.kind is MarkKind.LINK)
    buttons = all(0 < len(b.data.encode()) <= LIMITS.data_bytes for row in message.buttons for b in row)
    message.text.encode()  # no lone surrogate
    return (
        0 < units(message.text) <= LIMITS.units and len(message.marks) <= LIMITS.marks and bounds and links and buttons
    )


def _is_web(mark: Mark) -> bool:
    return mark.url is not None and mark.url.startswith(("http://", "https://"))


@settings(max_examples=100, deadline=None)
@given(told, st.sampled_from(TEXTS.languages()))
def test_any_answer_can_be_sent(said: tuple[Sentence, ...], language: str) -> None:
    messages = render.answer(Answer("?", said, 0.5), TEXTS, language).messages
    assert all(map(sendable, messages))
    footnotes = sum(len(sentence.citations) for sentence in said)
    whole = " ".join(message.text for message in messages)
    assert whole.count("[") >= footnotes  # none of them fell off


@settings(max_examples=100, deadline=None)
@given(articles, told, st.sampled_from(TEXTS.languages()))
def test_any_summary_and_alert_can_be_sent(article: Article, said: tuple[Sentence, ...], language: str) -> None:
    assert all(map(sendable, render.summary(Summary(article, said), TEXTS, language).messages))
    assert sendable(render.alert(Summary(article, said), ROW, TEXTS, language))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.builds(Nearest, st.just("a"), long_strangers, addresses, st.none() | long_strangers, moments), max_size=3
    )
)
def test_any_refusal_can_be_sent(nearest: list[Nearest]) -> None:
    assert all(map(sendable, render.refusal(Refusal("?", "not told", tuple(nearest)), TEXTS, "en").messages))
