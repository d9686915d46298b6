"""Splitting: within Telegram's limits, no word lost, no mark and no sentence cut that need not be."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pages import LIMITS, split, units
from bot.types import Button, Mark, MarkKind, Message

ALPHABET = st.sampled_from("ab. !?…\n «»[1]ж漢👍🏽\u200dé") | st.characters()


def words(*messages: Message) -> str:
    return "".join("".join(message.text.split()) for message in messages)


def within_limits(message: Message) -> bool:
    bounds = all(0 <= mark.start < mark.end <= len(message.text) for mark in message.marks)
    return 0 < units(message.text) <= LIMITS.units and len(message.marks) <= LIMITS.marks and bounds


@st.composite
def marked_texts(draw: st.DrawFn) -> tuple[str, list[Mark]]:
    """Runs of text, some of them marked, as a renderer writes them; now and then a very long one."""
    text, marks = "", []
    for _ in range(draw(st.integers(1, 12))):
        run = draw(st.text(ALPHABET, max_size=30)) * draw(st.sampled_from((1, 1, 3, 40, 300)))
        if draw(st.booleans()) and run.strip():
            kind = draw(st.sampled_from(MarkKind))
            marks.append(
                Mark(len(text), len(text) + len(run), kind, "https://x.example/" if kind is MarkKind.LINK else None)
            )
        text += run + draw(st.sampled_from((" ", "\n\n", "")))
    return text, marks


@settings(max_examples=200, deadline=None)
@given(marked_texts())
def test_every_message_is_within_the_limits_and_no_word_is_lost(marked: tuple[str, list[Mark]]) -> None:
    text, marks = marked
    messages = split(text, marks)
    assert all(map(within_limits, messages))
    assert words(*messages) == "".join(text.split())
    assert all(message.text == message.text.strip() for message in messages)


@settings(max_examples=200, deadline=None)
@given(marked_texts())
def test_a_mark_that_fits_is_never_cut(marked: tuple[str, list[Mark]]) -> None:
    text, marks = marked
    shown = [
        (mark.kind, "".join(message.text[mark.start : mark.end].split()))
        for message in split(text, marks)
        for mark in message.marks
    ]
    for mark in marks:
        whole = text[mark.start : mark.end]
        if units(whole) <= LIMITS.units // 2:  # longer ones may meet white space that is trimmed
            assert (mark.kind, "".join(whole.split())) in shown


@given(st.integers(1, 400), st.integers(1, 3))
def test_more_marks_than_a_message_may_have_go_on_in_the_next(count: int, width: int) -> None:
    text = " ".join("x" * width for _ in range(count))
    marks = [Mark(i * (width + 1), i * (width + 1) + width, MarkKind.BOLD) for i in range(count)]
    messages = split(text, marks)
    assert all(map(within_limits, messages))
    assert sum(len(message.marks) for message in messages) == count


def test_a_break_falls_between_paragraphs_then_sentences_then_words() -> None:
    paragraph = "One sentence here. " * 100
    first, *_ = split(paragraph + "\n\n" + paragraph * 2, [])
    assert first.text == paragraph.strip()
    first, *_ = split("Many words in it make a sentence. " * 300, [])
    assert first.text.endswith("sentence.")
    first, *_ = split("word " * 2000, [])
    assert first.text.endswith("word")
    assert units(first.text) > LIMITS.units - 10


def test_a_footnote_stays_with_its_sentence() -> None:
    sentence = "A sentence of the article that is cited. [1] "
    for message in split(sentence * 300, []):
        assert message.text.endswith("[1]")
        assert message.text.startswith("A sentence")


def test_astral_letters_count_twice() -> None:
    messages = split("👍" * 5000, [])
    assert [len(message.text) for message in messages] == [2048, 2048, 904]


def test_a_joined_emoji_is_not_torn() -> None:
    family = "👩\u200d👩\u200d👧🏽"
    messages = split(family * 1000, [])
    assert all(len(message.text) % len(family) == 0 for message in messages)


def test_a_quote_longer_than_a_message_goes_on_as_a_quote() -> None:
    quote = "A sentence. " * 600
    messages = split("Start.\n\n" + quote, [Mark(8, 8 + len(quote), MarkKind.QUOTE)])
    assert len(messages) > 1
    assert all(message.marks[-1].kind is MarkKind.QUOTE for message in messages[1:])
    assert all(message.text.endswith(("Start.", "sentence.")) for message in messages)


def test_buttons_stand_under_the_last_message() -> None:
    row = (Button("Summary", "sum:1"),)
    first, last = split("word " * 1000, [], (row,))
    assert first.buttons == ()
    assert last.buttons == (row,)


def test_nothing_to_say_is_no_message() -> None:
    assert split(" \n ", []) == ()
