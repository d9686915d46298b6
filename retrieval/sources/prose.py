"""Text of any origin -> clean text, once, before any offset exists.

What cannot be seen goes (zero-width, bidirectional, control characters), what looks alike becomes alike (NFC, spaces).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# U+200C and U+200D are spelling in Arabic and Indic scripts and inside emoji; elsewhere they hide things.
_JOINERS = re.compile("(?<![\u0600-\u0dff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # NUL, halves of surrogate pairs: no UTF-8, no database
_SPACES = re.compile(r"[^\S\n]+")  # every white space of Unicode but the line end
_TERMINAL = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")


def clean(text: str) -> str:
    """NFC, nothing invisible, line ends as newlines, runs of spaces as one. Newlines stay."""
    text = _LINE_ENDS.sub("\n", text)
    text = _JOINERS.sub("", _INVISIBLE.sub("", text))
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", text))
    return "\n".join(line.strip() for line in text.split("\n")).strip()


def clean_line(text: str) -> str:
    """The same, on one line: for titles, names, single paragraphs."""
    return " ".join(filter(None, clean(text).split("\n")))


def clean_paragraphs(paragraphs: Iterable[str]) -> list[str]:
    """One line each, none empty."""
    return [line for paragraph in paragraphs if (line := clean_line(paragraph))]


def storable(text: str) -> str:
    """The text without what can be neither encoded nor stored: for a stranger's words that are kept uncleaned."""
    return _UNSTORABLE.sub("", text)


def ends_sentence(line: str) -> bool:
    """Whether the line ends the way a sentence ends: a full stop, closing quotes after it aside."""
    return _TERMINAL.search(line) is not None
