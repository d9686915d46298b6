"""Lessons -> one epoch's pairs: each epoch the same questions with other noise, other windows, other wrong passages.

What is varied is what differs between a dataset and people: questions are typed carelessly, passages begin anywhere,
titles are there or not, and most of what a search finds does not tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from retrieval.text.sentences import split
from retrieval.training.pairs import Lesson, Text, places
from retrieval.types import Span

# Wrong passages a question and epoch, by origin.
WRONG = {"squad": 0.25, "evidence": 0.0, "news": 1.5, "own": 0.5, "seeds": 2.0, "cloze": 0.0}
TITLED = 0.5  # chances, each time a pair is made
WINDOWED = 0.25
CUT_OUT = 0.1
SWAPPED = 0.1
LOWER = UNMARKED = MISTYPED = 0.12
_NAME = re.compile(r"(?<=[a-z,] )[A-Z]\w+(?: (?:of |the |de )?[A-Z]\w+)*|\b\d[\d,.]*\d\b")
_BESIDE = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wqeytruiopsdfghjklaxczbvnm", strict=True))  # a key near each key


@dataclass(frozen=True, slots=True)
class Pair:
    """`spans` in characters of `text`; none: it does not tell. What stands before `body` is a title, and no answer."""

    question: str
    text: str
    body: int
    spans: tuple[Span, ...]


def epoch(lessons: Sequence[Lesson], chance: Random) -> list[Pair]:
    """As many as the lessons and about half as many again, in their order."""
    names = [name for lesson in lessons for name in _NAME.findall(lesson.question)]
    varied = [other for lesson in lessons for other in _others(lesson, names, chance)]
    return [_pair(lesson, chance) for lesson in varied]


def _others(lesson: Lesson, names: Sequence[str], chance: Random) -> Iterator[Lesson]:
    """The lesson, and what can be made of it that does not tell."""
    if not lesson.answers:
        yield replace(lesson, passage=chance.choice([lesson.passage, *lesson.near]))
        return
    yield lesson
    untold = replace(lesson, answers=())
    wanted = WRONG[lesson.origin]
    count = int(wanted) + (chance.random() < wanted % 1)
    for wrong in chance.sample(lesson.near, min(count, len(lesson.near))):
        yield replace(untold, passage=wrong)
    if chance.random() < CUT_OUT and (rest := _without_answer(lesson)):
        yield replace(untold, passage=Text(lesson.passage.title, rest))
    if chance.random() < SWAPPED and (other := _about_another(lesson, names, chance)):
        yield replace(untold, question=other)


def _without_answer(lesson: Lesson) -> str:
    """The passage without the sentences that hold the answer."""
    text, spans = lesson.passage.text, lesson.spans
    kept = [s for s in _sentences(text) if not any(s.start < span.end and span.start < s.end for span in spans)]
    rest = " ".join(text[s.start : s.end] for s in kept)
    return "" if places(rest, lesson.answers) else rest


def _about_another(lesson: Lesson, names: Sequence[str], chance: Random) -> str | None:
    """The question with a name or a number of the passage replaced by one that the passage does not know."""
    text = f"{lesson.passage.title} {lesson.passage.text}"
    known = [name for name in _NAME.findall(lesson.question) if name in text]
    other = chance.choice(names) if known else ""
    if not other or other in text or other[0].isdigit() != known[0][0].isdigit():
        return None
    return lesson.question.replace(known[0], other)


def _pair(lesson: Lesson, chance: Random) -> Pair:
    text, spans = lesson.passage.text, lesson.spans
    if chance.random() < WINDOWED:
        start, end = _window(text, spans, chance)
        text = text[start:end]
        spans = [Span(s.start - start, s.end - start) for s in spans if start <= s.start and s.end <= end]
    title = f"{lesson.passage.title}. " if lesson.passage.title and chance.random() < TITLED else ""
    shifted = tuple(Span(s.start + len(title), s.end + len(title)) for s in spans)
    return Pair(careless(lesson.question, chance), title + text, len(title), shifted)


def _window(text: str, spans: Sequence[Span], chance: Random) -> Span:
    """A run of whole sentences, with one of the spans in it if there are any."""
    sentences = _sentences(text)
    must = chance.choice(spans) if spans else sentences[chance.randrange(len(sentences))]
    first = max((at for at, s in enumerate(sentences) if s.start <= must.start), default=0)
    last = min((at for at, s in enumerate(sentences) if s.end >= must.end), default=len(sentences) - 1)
    first, last = chance.randint(0, first), chance.randint(last, len(sentences) - 1)
    return Span(sentences[first].start, sentences[last].end)


def careless(question: str, chance: Random) -> str:
    """Sometimes in lower case, sometimes without its question mark, sometimes with a slip of the fingers."""
    if chance.random() < LOWER:
        question = question.lower()
    if chance.random() < UNMARKED:
        question = question.rstrip("? ")
    return mistyped(question, chance) if chance.random() < MISTYPED else question


def mistyped(question: str, chance: Random) -> str:
    """One slip in a longer word: a letter left out, doubled, exchanged with the next, or of the key beside."""
    words = list(re.finditer(r"[A-Za-z]{4,}", question))
    if not words:
        return question
    word = chance.choice(words)
    at = chance.randrange(word.start() + 1, word.end() - 1)
    letter = question[at]
    slip = chance.choice(["", letter * 2, question[at + 1] + letter, _BESIDE.get(letter.lower(), letter)])
    return question[:at] + slip + question[at + (2 if len(slip) == 2 and slip != letter * 2 else 1) :]


@cache
def _sentences(text: str) -> list[Span]:
    return split(text, "en")
