"""Lines of text -> paragraphs: hard-wrapped lines are joined, words cut at a line's end mended, whole paragraphs kept.

A line was wrapped if the next word would not have fitted on it. In print a width is not an exact number of characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from itertools import groupby, pairwise

from retrieval.sources.prose import ends_sentence

MAX_WRAPPED = 120  # characters; who sets lines by hand sets shorter ones, and a line that is longer is a paragraph
_LOOSE = 0.8  # of the width: a line that leaves more room than this was ended on purpose
_TIGHT = 0.93  # the same for a line that ends a sentence
_LONG_WORD = 15  # characters; an address that begins a line does not show that the line before it was full
_LIST_ITEM = re.compile(r"(?:[•◦▪*+–-]|\d{1,3}[.)])\s+\S")
_COMPOUND = re.compile(r"\w+-\w+")
_LONGEST_WORD = 60  # characters; a paragraph grows line by line, and only its end matters
_CUT_WORD = re.compile(r"[^\W\d_]{2,}-$")


def paragraphs_of(lines: Sequence[str]) -> list[str]:
    """Empty lines divide; without wrapping every line is a paragraph of its own."""
    blocks = [[line.rstrip() for line in block] for filled, block in groupby(lines, key=_is_filled) if filled]
    if _is_double_spaced(blocks):
        blocks = [[line for block in blocks for line in block]]
    if not _is_wrapped(blocks):
        return [line.strip() for block in blocks for line in block]
    width = _width(blocks)
    compounds = frozenset(_COMPOUND.findall("\n".join(lines).lower()))
    return [_joined(run, compounds) for block in blocks for run in _runs(block, width)]


def _is_filled(line: str) -> bool:
    return bool(line.strip())


def _is_wrapped(blocks: Sequence[Sequence[str]]) -> bool:
    """Whether lines end where the room ended: most lines that have a successor do not end a sentence."""
    followed = [line for block in blocks for line in block[:-1]]
    if not followed or sum(len(line) > MAX_WRAPPED for line in followed) * 4 > len(followed):
        return False
    return sum(not ends_sentence(line) for line in followed) * 2 > len(followed)


def _is_double_spaced(blocks: Sequence[Sequence[str]]) -> bool:
    """Whether the empty lines are a matter of looks: every line stands alone, and sentences run on over them."""
    if len(blocks) < 8 or any(len(block) > 1 for block in blocks):
        return False
    running = sum(len(block[0]) > 40 and not ends_sentence(block[0]) for block in blocks)
    return running * 2 > len(blocks)


def _width(blocks: Sequence[Sequence[str]]) -> int:
    """The 90th percentile of the lines' lengths: one overlong address must not set the measure."""
    lengths = sorted(len(line.strip()) for block in blocks for line in block)
    return lengths[int(0.9 * (len(lengths) - 1))]


def _runs(block: Sequence[str], width: int) -> Iterator[list[str]]:
    """The lines of each paragraph."""
    run = [block[0]]
    for line, following in pairwise(block):
        if _is_end(line, following, width):
            yield run
            run = []
        run.append(following)
    yield run


def _is_end(line: str, following: str, width: int) -> bool:
    if _LIST_ITEM.match(following.strip()) or _indent(following) > _indent(line) + 1:
        return True
    needed = len(line.strip()) + 1 + min(len(following.split()[0]), _LONG_WORD)
    return needed < (_TIGHT if ends_sentence(line) else _LOOSE) * width


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _joined(run: Sequence[str], compounds: Set[str]) -> str:
    text = run[0].strip()
    for line in run[1:]:
        text = _mended(text, line.strip(), compounds)
    return text


def _mended(left: str, right: str, compounds: Set[str]) -> str:
    """Joins two lines. A hyphen between them goes unless the text writes the word with it elsewhere."""
    if left.endswith("\u00ad"):
        return left[:-1] + right
    if not (_CUT_WORD.search(left[-_LONGEST_WORD:]) and right[:1].islower()):
        return f"{left} {right}"
    word = left[-_LONGEST_WORD:].split()[-1] + right.split(maxsplit=1)[0]
    found = _COMPOUND.search(word.lower())
    return left + right if found and found[0] in compounds else left[:-1] + right
