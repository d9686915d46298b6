"""How a message looks in a terminal."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from bot.lines import coloured_lines, link_targets, plain_lines
from bot.types import Mark, MarkKind, Message

TEXT = "It rained. [1]\n\n[1] “It rained.”\nRain\n\nMore: here"
MESSAGE = Message(
    TEXT,
    (
        Mark(3, 9, MarkKind.BOLD),
        Mark(11, 14, MarkKind.LINK, "https://x.example/rain#:~:text=It%20rained."),
        Mark(16, 37, MarkKind.QUOTE),
        Mark(TEXT.index("here"), len(TEXT), MarkKind.LINK, "https://x.example/more#part"),
    ),
)


def test_plain_lines_bar_the_quotes_and_spell_out_the_links() -> None:
    assert plain_lines(MESSAGE) == (
        "It rained. [1]\n\n> [1] “It rained.”\n> Rain\n\nMore: here\n\n"
        "[1] https://x.example/rain\nhere: https://x.example/more#part"
    )


def test_the_same_page_is_spelled_out_once() -> None:
    twice = Message(
        "a [1] b [1]", tuple(Mark(s, s + 3, MarkKind.LINK, f"https://x.example/#:~:text={s}") for s in (2, 8))
    )
    assert link_targets(twice) == [("[1]", "https://x.example/")]


def test_coloured_lines_say_the_same_in_colours_with_clickable_links() -> None:
    out = StringIO()
    Console(file=out, force_terminal=True, color_system="standard", width=100).print(coloured_lines(MESSAGE))
    shown = out.getvalue()
    assert "\x1b[1mrained\x1b[0m" in shown
    assert "https://x.example/rain#:~:text=It%20rained.\x1b\\" in shown  # the place, for those who click
    assert "│ " in shown
    plain = coloured_lines(MESSAGE).plain
    assert plain.startswith("It rained. [1]\n\n│ [1] “It rained.”\n│ Rain\n\nMore: here")
    assert plain.endswith("[1] https://x.example/rain\nhere: https://x.example/more#part")


def test_letters_beyond_the_basic_plane_keep_their_marks() -> None:
    message = Message("👍👍 bold", (Mark(3, 7, MarkKind.BOLD),))
    (span,) = (span for span in coloured_lines(message).spans if span.style == "bold")
    assert coloured_lines(message).plain[span.start : span.end] == "bold"
