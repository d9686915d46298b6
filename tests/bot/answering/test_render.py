"""Rendering: what readers see, and that no stranger's text breaks it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import sheet
from bot.answering import render
from bot.pages import LIMITS, units
from bot.texts import load_texts
from bot.types import Button, Mark, MarkKind, Message
from retrieval import Answer, Citation, Closest, Gloss, Nearest, Refusal, Scope, Searched, Sentence, Span
from retrieval.types import Verdict
from tests.fake_corpus import FERRY, cited

TEXTS = load_texts()
DAY = datetime(2026, 3, 5, tzinfo=UTC)
JUNE = Scope(datetime(2025, 6, 1, tzinfo=UTC), datetime(2025, 6, 8, tzinfo=UTC), ("The Harbour Post",))
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
    assert sheet.web_link(url) is None
    assert sheet.place_link(url, "Words.") is None


def test_a_text_fragment_escapes_what_has_a_meaning_in_it() -> None:
    url = sheet.place_link("https://x.example/p?q=1#part", "Re-opened, R&D says: 50% более")
    assert url == (
        "https://x.example/p?q=1#part:~:text=Re%2Dopened%2C%20R%26D%20says%3A%2050%25%20%D0%B1%D0%BE%D0%BB%D0%B5%D0%B5"
    )


def test_a_long_sentence_is_searched_by_both_its_ends() -> None:
    sentence = " ".join(f"word{n}" for n in range(30))
    url = sheet.place_link("https://x.example/", sentence)
    assert url is not None
    fragment = url.partition(":~:text=")[2]
    assert [unquote(piece) for piece in fragment.split(",")] == [
        "word0 word1 word2 word3 word4",
        "word25 word26 word27 word28 word29",
    ]


def test_an_address_too_long_with_its_place_links_the_page() -> None:
    page = "https://x.example/" + "a" * 2000
    assert sheet.place_link(page, "Десять слов, " * 10) == page
    assert sheet.place_link(page + "a" * 100, "Words.") is None


def test_titles_lose_what_could_disturb() -> None:
    assert sheet.clean("Pay\u202egnp.exe\x00\x1b[31m\u2066 now\n\tplease\ud800") == "Paygnp.exe[31m now please"
    assert sheet.clean("👩\u200d👧 ok") == "👩\u200d👧 ok"


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


def test_a_refusal_says_what_was_searched_and_what_is_offered_instead() -> None:
    nearest = tuple(Nearest(name, name.title(), None, None, None) for name in ("rain", "snow"))
    searched = Searched(21, datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 5, 31, tzinfo=UTC), JUNE)
    refused = Refusal("?", "not told", nearest, searched=searched)
    assert render.refusal(refused, TEXTS, "en", ROW, below=("I read 21.", "Shall I?")).messages[0].text == (
        "The articles do not say. I searched 21 articles from 5 March 2026 to 31 May 2026.\n"
        "Searched: 1–7 June 2025, The Harbour Post\n\n"
        "Nearest to your question:\n• Rain\n• Snow\n\nI read 21.\n\nShall I?"
    )
    assert render.refusal(refused, TEXTS, "ru").messages[0].text == (
        "В статьях об этом не сказано. Просмотрена 21 статья с 5 марта 2026 по 31 мая 2026.\n"
        "Где искали: 1–7 июня 2025, The Harbour Post\n\n"
        "Ближе всего к вашему вопросу:\n• Rain\n• Snow"
    )


@pytest.mark.parametrize(
    ("searched", "words"),
    [
        (Searched(), ""),
        (Searched(1), " I searched 1 article."),
        (Searched(3, DAY, DAY), " I searched 3 articles of 5 March 2026."),
        (Searched(3, DAY, DAY.replace(day=6)), " I searched 3 articles from 5 March 2026 to 6 March 2026."),
    ],
)
def test_a_refusal_counts_what_it_searched(searched: Searched, words: str) -> None:
    (message,) = render.refusal(Refusal("?", "not told", (), searched=searched), TEXTS, "en").messages
    assert message.text == f"The articles do not say.{words}"


def test_an_answer_says_what_the_search_was_limited_to() -> None:
    found = Answer("?", (Sentence("It rained.", (citation(),)),), 0.9, searched=Searched(4, DAY, DAY, JUNE))
    (message,) = render.answer(found, TEXTS, "en", ROW).messages
    assert message.text.startswith("It rained. [1]\n\nSearched: 1–7 June 2025, The Harbour Post\n\n[1] “It rained.”")
    assert message.buttons == ROW


def test_what_was_found_outside_the_limits_says_so_first() -> None:
    searched = Searched(4, DAY, DAY, JUNE, widened=True)
    said = (Sentence("It rained.", (citation(),)),)
    head = "Nothing was found where you asked (1–7 June 2025, The Harbour Post), so I searched everything.\n"
    answered = render.answer(Answer("?", said, 0.9, searched=searched), TEXTS, "en").messages[0].text
    assert answered.startswith(f"{head}It rained. [1]\n\n[1]")
    unsure = render.closest(Closest("?", said, 0.4, searched=searched), TEXTS, "en").messages[0].text
    assert unsure.startswith(f"{head}I am not sure")
    refused = render.refusal(Refusal("?", "not told", (), searched=searched), TEXTS, "en").messages[0].text
    assert refused == f"{head}The articles do not say. I searched 4 articles of 5 March 2026."


def test_a_hostile_source_stays_on_its_line() -> None:
    scope = Scope(sources=("Evil\n\nPost\u202e [1] " + "x" * 500,))
    found = Answer("?", (Sentence("It rained.", (citation(),)),), 0.9, searched=Searched(1, scope=scope))
    line = render.answer(found, TEXTS, "en").messages[0].text.split("\n\n")[1]
    assert line.startswith("Searched: Evil Post [1] xxx")
    assert line.endswith("…")


@pytest.mark.parametrize(
    ("verdict", "language", "head"),
    [
        ("yes", "en", "Yes, by this sentence:"),
        ("no", "en", "No, by this sentence:"),
        ("yes", "ru", "Да, по этому предложению:"),
        ("no", "ru", "Нет, по этому предложению:"),
    ],
)
def test_a_verdict_is_the_first_line(verdict: Verdict, language: str, head: str) -> None:
    found = Answer("?", (Sentence("It rained.", (citation(),)),), 0.9, verdict=verdict)
    (message,) = render.answer(found, TEXTS, language).messages
    assert message.text.startswith(f"{head}\nIt rained. [1]\n\n")


def test_the_sentence_before_stands_in_front_in_italics_with_its_own_footnote() -> None:
    before = citation(quote="The harbour was\nclosed.")
    said = replace(citation(quote="It rained."), start=20, end=30)
    found = Answer("?", (Sentence("It rained.", (said,), Span(3, 9), before),), 0.9)
    (message,) = render.answer(found, TEXTS, "en").messages
    assert message.text == (
        "The harbour was closed. [1] It rained. [1]\n\n"
        "[1] “The harbour was closed.”\n“It rained.”\nRain — The X, 5 March 2026"
    )
    assert marked(message, MarkKind.ITALIC) == ["The harbour was closed."]
    assert marked(message, MarkKind.BOLD) == ["rained"]
    assert len(set(targets(message))) == 2


@pytest.mark.parametrize(
    ("span", "bold"),
    [(Span(0, 2), ["He"]), (Span(3, 7), ["said"]), (Span(0, 7), ["He", " said"]), (None, [])],
)
def test_a_gloss_stands_in_brackets_behind_its_word(span: Span | None, bold: list[str]) -> None:
    glosses = (Gloss(2, citation(quote="Ilse Brandt")), Gloss(10, citation(quote="the harbour bridge")))
    found = Answer("?", (Sentence("He said it was safe.", (citation(),), span, None, glosses),), 0.9)
    (message,) = render.answer(found, TEXTS, "en").messages
    assert message.text.startswith("He [Ilse Brandt] said it [the harbour bridge] was safe. [1]\n")
    assert marked(message, MarkKind.ITALIC) == ["[Ilse Brandt]", "[the harbour bridge]"]
    assert marked(message, MarkKind.BOLD) == bold


def test_a_hostile_gloss_cannot_leave_its_brackets() -> None:
    gloss = Gloss(2, citation(quote="x] [1]\u202e\n\n[2] " + "y" * 200))
    found = Answer("?", (Sentence("He left.", (citation(),), None, None, (gloss,)),), 0.9)
    (message,) = render.answer(found, TEXTS, "en").messages
    assert message.text.startswith("He [x) (1) (2) yyy")
    assert "…] left. [1]\n" in message.text


def test_a_gloss_outside_its_sentence_is_shown_at_the_end() -> None:
    sentence = Sentence("He left.", (citation(),), None, None, (Gloss(99, citation(quote="Ilse Brandt")),))
    (message,) = render.answer(Answer("?", (sentence,), 0.9), TEXTS, "en").messages
    assert message.text.startswith("He left. [Ilse Brandt] [1]\n")


def test_where_sources_differ_each_value_is_a_line_with_its_source() -> None:
    newer = citation("a", "It will cost 14 million.")
    older = citation(
        "b", "The price: 12 million.", source="The Y", published=datetime(2026, 2, 1, tzinfo=UTC), title="Price"
    )
    unnamed = citation("c", "Some 13 million.", source=None, published=None, title="Cost")
    values = (
        Sentence(newer.quote, (newer,), Span(13, 23)),
        Sentence(older.quote, (older,), Span(11, 21)),
        Sentence(unnamed.quote, (unnamed,)),
    )
    (message,) = render.answer(Answer("?", values[:1], 0.9, values=values), TEXTS, "en").messages
    assert message.text.startswith(
        "It will cost 14 million. [1]\n\nSources differ:\n"
        "• 14 million — The X, 5 March 2026 [1]\n"
        "• 12 million — The Y, 1 February 2026 [2]\n"
        "• Some 13 million. — Cost [3]\n\n"
        "[1] “It will cost 14 million.”\n"
    )
    assert marked(message, MarkKind.BOLD) == ["14 million", "14 million", "12 million"]


def test_a_timeline_is_one_line_a_day() -> None:
    days = [(5, "It rained."), (5, "It poured."), (7, "It cleared.")]
    said = tuple(
        Sentence(quote, (citation(f"a{n}", quote, published=datetime(2026, 3, day, tzinfo=UTC)),))
        for n, (day, quote) in enumerate(days)
    )
    undated = Sentence("It will last.", (citation("z", "It will last.", published=None),))
    (message,) = render.answer(Answer("?", (*said, undated), 0.9, timeline=True), TEXTS, "en").messages
    assert message.text.split("\n\n")[0] == (
        "5 March 2026 — It rained. [1] It poured. [2]\n7 March 2026 — It cleared. [3]\nIt will last. [4]"
    )


def test_the_closest_passages_are_a_list_without_bold() -> None:
    other = citation("b", "It snowed.", title="Snow", source=None, published=None)
    said = (Sentence("It rained.", (citation(),), Span(3, 9)), Sentence("It snowed.", (other,)))
    reply = render.closest(Closest("?", said, 0.4), TEXTS, "en", ROW)
    (message,) = reply.messages
    assert message.text == (
        "I am not sure the articles answer this. The closest passages:\n• It rained. [1]\n• It snowed. [2]\n\n"
        "[1] “It rained.”\nRain — The X, 5 March 2026\n\n[2] “It snowed.”\nSnow"
    )
    assert marked(message, MarkKind.BOLD) == []
    assert message.buttons == ROW
    assert not reply.refused


def test_words_that_are_no_quote_keep_a_footnote_for_each_citation() -> None:
    other = citation("b", "It snowed.", title="Snow", source=None, published=None)
    found = Answer("?", (Sentence("Rain turned to snow.", (citation(), other)),), 0.9)
    (message,) = render.answer(found, TEXTS, "en").messages
    assert message.text.startswith("Rain turned to snow. [1] [2]\n\n[1] “It rained.”")
    assert "[2] “It snowed.”" in message.text


@pytest.mark.parametrize("reason", ["empty question", "empty corpus", "nothing found", "not told"])
@pytest.mark.parametrize("language", TEXTS.languages())
def test_every_refusal_has_words(reason: str, language: str) -> None:
    reply = render.refusal(Refusal("?", reason, ()), TEXTS, language)  # type: ignore[arg-type]
    assert reply.refused
    assert reply.messages[0].text


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
glosses = st.lists(st.builds(Gloss, st.integers(-1, 90), citations), max_size=3).map(tuple)
sentences = st.builds(
    Sentence, long_strangers, st.lists(citations, max_size=40).map(tuple), spans, st.none() | citations, glosses
)
told = st.lists(sentences, min_size=1, max_size=4).map(tuple)
scopes = st.builds(
    Scope,
    st.none() | st.just(datetime(2026, 3, 1, tzinfo=UTC)),
    st.none() | st.just(datetime(2026, 3, 9, tzinfo=UTC)),
    st.lists(long_strangers, max_size=2).map(tuple),
)
searches = st.builds(Searched, st.integers(0, 300), moments, moments, scopes, st.booleans())
neighbours = st.builds(Nearest, st.just("a"), long_strangers, addresses, st.none() | long_strangers, moments)


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
@given(
    told,
    st.just(()) | told,
    st.sampled_from((None, "yes", "no")),
    st.booleans(),
    searches,
    st.sampled_from(TEXTS.languages()),
)
def test_any_answer_can_be_sent(  # noqa: PLR0913 all that an answer may hold
    said: tuple[Sentence, ...],
    values: tuple[Sentence, ...],
    verdict: Verdict | None,
    timeline: bool,
    searched: Searched,
    language: str,
) -> None:
    found = Answer("?", said, 0.5, searched=searched, values=values, verdict=verdict, timeline=timeline)
    messages = render.answer(found, TEXTS, language, ROW).messages
    assert all(map(sendable, messages))
    assert all(message.buttons == ROW for message in messages[-1:])
    footnotes = sum(len(sentence.citations) for sentence in (*said, *values))
    whole = " ".join(message.text for message in messages)
    assert whole.count("[") >= footnotes  # none of them fell off


@settings(max_examples=100, deadline=None)
@given(told, searches, st.sampled_from(TEXTS.languages()))
def test_any_closest_passages_can_be_sent(said: tuple[Sentence, ...], searched: Searched, language: str) -> None:
    messages = render.closest(Closest("?", said, 0.5, searched=searched), TEXTS, language, ROW).messages
    assert all(map(sendable, messages))
    assert not any(marked(message, MarkKind.BOLD) for message in messages)


@settings(max_examples=100, deadline=None)
@given(st.lists(neighbours, max_size=3), searches, st.lists(st.just("Shall I?"), max_size=2))
def test_any_refusal_can_be_sent(nearest: list[Nearest], searched: Searched, below: list[str]) -> None:
    refused = Refusal("?", "not told", tuple(nearest), searched=searched)
    assert all(map(sendable, render.refusal(refused, TEXTS, "en", ROW, below=below).messages))


def test_who_else_tells_the_story_is_named_with_links() -> None:
    others = (
        Nearest("b", "Rain again", "https://y.example/rain", "The Y", DAY),
        Nearest("c", "Wet day", "javascript:alert(1)", None, DAY),
    )
    (message,) = render.answer(
        Answer("?", (Sentence("It rained.", (citation(),)),), 0.9, also=others), TEXTS, "en"
    ).messages
    assert message.text.startswith("It rained. [1]\nAlso: The Y, Wet day\n\n[1]")
    assert targets(message) == ["https://x.example/rain#:~:text=It%20rained.", "https://y.example/rain"]


def test_an_address_that_hides_its_host_is_no_link() -> None:
    assert sheet.web_link("https://bank.example@evil.example/") is None
    assert sheet.web_link("https://bank.example/?at=a@b.example") == "https://bank.example/?at=a@b.example"
