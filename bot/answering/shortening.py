"""A question of any length in, one that can be searched for out; and a reply that says so above. Pure.

Whoever pastes a text and asks about it puts the question at its end; whoever only tells begins with what matters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.pages import split
from bot.types import Reply

MOST_CHARACTERS = 1000  # of a question; what is longer only blurs what it is about

_BETWEEN = re.compile(r"(?<=[.!?…])\s+|\n+")


def shortened(question: str) -> str:
    """The question itself if it is short; else the last questions in it, or its first sentences, as many as fit."""
    if len(question) <= MOST_CHARACTERS:
        return question
    sentences = [" ".join(sentence.split()) for sentence in _BETWEEN.split(question)]
    asked = [sentence for sentence in sentences if sentence.endswith("?")]
    kept = _fitting(reversed(asked))[::-1] or _fitting(sentences)
    return " ".join(kept) or _cut(asked[-1] if asked else sentences[0])


def _fitting(sentences: Iterable[str]) -> list[str]:
    """The first of them, with spaces between."""
    kept: list[str] = []
    for sentence in sentences:
        if len(" ".join([*kept, sentence])) > MOST_CHARACTERS:
            break
        kept.append(sentence)
    return kept


def _cut(words: str) -> str:
    """After a word, if there is one that ends."""
    start = words[:MOST_CHARACTERS]
    return start.rpartition(" ")[0] or start


def headed(reply: Reply, line: str) -> Reply:
    """With a line of ours above what is said."""
    if not reply.messages:
        return reply
    first, *others = reply.messages
    above = f"{line}\n\n"
    marks = [replace(mark, start=mark.start + len(above), end=mark.end + len(above)) for mark in first.marks]
    return replace(reply, messages=(*split(above + first.text, marks, first.buttons), *others))
