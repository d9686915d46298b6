"""Paragraphs of an article -> the same without publishers' furniture: appeals, prompts, buttons, links, notices.

Each line is judged by what it says, how much of it says so, and where it stands. Prose that merely talks about
donations or subscriptions tells about others; furniture speaks to the reader. Quoted speech is held against no line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from retrieval.sources import cues
from retrieval.sources.prose import ends_sentence
from retrieval.types import Span

_EDGE = 4  # paragraphs at either end where bylines, dates and addresses stand
_CLOSING = 8  # paragraphs at the end where most furniture stands, or a third of the article if that is more
_NOTICE = 30  # words: a notice or a line of links is no longer
_PROMPT = 70  # words: nobody prompts at such length outside an appeal
_TITLE = 22  # words: the longest title below "Related"
_MAX_LINE = 2_000  # characters of a paragraph that are looked at: furniture is shorter, and the patterns stay quick
_FRAGMENT = 6  # words: what is as short and no sentence is a button when furniture stands around it
_MAX_LINKS = 10  # titles below "Related"
_MAX_GAP = 2  # paragraphs within an appeal that do not sound like one
_QUOTED = re.compile('“[^”]*”|"[^"]*"|„[^“”]*[“”]|«[^»]*[!?.,—…][^»]*»|(?<=: )«[^»]*»')  # a name in «» is no speech
_LINE = re.compile(r"[^\s][^\n]*")
_MARKS = re.compile(r"^[\s*_#>|•·▪→►–—-]+|[\s*_|→►]+$")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’»)]*\s+")


def strip_furniture(paragraphs: Sequence[str]) -> list[str]:
    """What is left, in order and unchanged. May be empty."""
    gone = _furniture(paragraphs)
    return [paragraph for number, paragraph in enumerate(paragraphs) if number not in gone]


def find_furniture(text: str) -> list[Span]:
    """Where a text that is kept just as it was given holds furniture: whole lines, in order."""
    lines = [Span(match.start(), match.end()) for match in _LINE.finditer(text)]
    gone = _furniture([text[line.start : line.end] for line in lines])
    return [line for number, line in enumerate(lines) if number in gone]


def _furniture(paragraphs: Sequence[str]) -> set[int]:
    """The numbers of the paragraphs that are furniture."""
    lines = [_plain(paragraph) for paragraph in paragraphs]
    gone = {number for number, line in enumerate(lines) if _is_furniture(line, _is_near_end(number, len(lines)))}
    for start in range(len(lines)):
        gone.update(_appeal(start, lines, gone))
        gone.update(_links(start, lines))
    gone.update(_edges(paragraphs, lines, gone))
    gone.update(_left_over(lines, gone))
    return gone


def _plain(paragraph: str) -> str:
    return _MARKS.sub("", paragraph[:_MAX_LINE].lower().replace("’", "'").replace("ё", "е"))


def _is_near_end(number: int, count: int) -> bool:
    return number >= count - max(_CLOSING, count // 3)


def _is_furniture(line: str, near_end: bool) -> bool:
    """Whether the line is furniture by itself."""
    if not re.search(r"\w|[×✕✖]", line):
        return True  # a rule, an arrow, a cross
    words = len(line.split())
    ends = " !:." if words > 2 else " !:"  # "729,500 shares." is the end of a sentence, "12 shares" is a counter
    return (words <= _NOTICE and _is_notice(line.rstrip(ends))) or (words <= _PROMPT and _prompts(line, near_end))


def _is_notice(line: str) -> bool:
    return _is_button_row(line) or any(notice.fullmatch(line) for notice in cues.NOTICES)


def _is_button_row(line: str) -> bool:
    """Whether most of the short parts between dividers are buttons: "Share | Save | Listen to this article (3 min)"."""
    parts = [part for part in cues.DIVIDER.split(line) if part]
    buttons = sum(bool(cues.BUTTON.fullmatch(part)) for part in parts)
    return buttons >= 2 and buttons * 3 >= len(parts) * 2 and all(len(part.split()) <= _FRAGMENT for part in parts)


def _prompts(line: str, near_end: bool) -> bool:
    """Whether half of its sentences, and two thirds amid an article, want something of the reader."""
    spoken = _QUOTED.sub(" ", line)
    if cues.REPORTED.search(spoken):
        return False
    weights = [_weight(sentence) for sentence in _SENTENCE_END.split(spoken) if sentence.strip()]
    if max(weights, default=0) < 3 and sum(weights) < 4:
        return False
    asking = sum(weight >= 2 for weight in weights)
    return asking * 2 >= len(weights) if near_end else asking * 3 >= len(weights) * 2


def _weight(sentence: str) -> int:
    sentence = _MARKS.sub("", sentence)
    return sum(weight for cue, weight in cues.CUES if cue.search(sentence))


def _appeal(start: int, lines: Sequence[str], gone: set[int]) -> range:
    """The paragraphs of the appeal for money that opens at `start`: as long as they speak to the reader."""
    is_opener = len(lines[start].split()) <= _NOTICE and cues.APPEALS.fullmatch(lines[start])
    if not is_opener and not (start in gone and cues.MONEY.search(lines[start])):
        return range(0)
    end, gap = start, 0
    for number in range(start + 1, len(lines)):
        gap = 0 if number in gone or _speaks_to_reader(lines[number], after_opener=bool(is_opener)) else gap + 1
        if gap > _MAX_GAP:
            break
        end = number if gap == 0 else end
    appeal = range(start, end + 1)
    asks = any(cues.MONEY.search(lines[number]) and _weight(lines[number]) >= 2 for number in appeal)
    return appeal if asks else range(0)


def _speaks_to_reader(line: str, *, after_opener: bool) -> bool:
    """After "Dear readers" the publisher's "we" and "you" are enough; without it money must be spoken of, too."""
    spoken = _QUOTED.sub(" ", line)
    if cues.REPORTED.search(spoken):
        return False
    addressed = len(cues.DIRECT.findall(spoken))
    return addressed >= 2 if after_opener else addressed >= 1 and bool(cues.MONEY.search(spoken))


def _links(start: int, lines: Sequence[str]) -> Iterator[int]:
    """A line that leads elsewhere; if it is only a heading, the titles below it as well."""
    found = cues.RELATED.fullmatch(lines[start])
    if not found or len(lines[start].split()) > _NOTICE or cues.REPORTED.search(_QUOTED.sub(" ", lines[start])):
        return
    yield start
    if found["rest"].strip(" :"):
        return
    for number in range(start + 1, min(start + 1 + _MAX_LINKS, len(lines))):
        if not _is_title(lines[number]):
            return
        yield number


def _is_title(line: str) -> bool:
    return len(line.split()) <= _TITLE and (not ends_sentence(line) or line.endswith("?"))


def _edges(paragraphs: Sequence[str], lines: Sequence[str], gone: set[int]) -> Iterator[int]:
    """Bylines, dates, credits and addresses at either end."""
    left = [number for number in range(len(lines)) if number not in gone]
    for number in {*left[:_EDGE], *left[-_EDGE:]}:
        is_byline = cues.BYLINE.fullmatch(paragraphs[number].strip())
        is_credit = cues.CREDITS.fullmatch(lines[number].rstrip(" ."))
        if (is_byline or is_credit) and len(lines[number].split()) <= _NOTICE:
            yield number


def _left_over(lines: Sequence[str], gone: set[int]) -> list[int]:
    """Buttons and headings below or among the furniture at the very end."""
    fragments: list[int] = []
    left_over: list[int] = []
    for number in reversed(range(len(lines))):
        if number in gone:
            left_over += fragments
            fragments = []
        elif len(lines[number].split()) <= _FRAGMENT and not ends_sentence(lines[number]):
            fragments.append(number)
        else:
            break
    return left_over
