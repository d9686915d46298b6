"""A text -> the abbreviations that it explains: "the Harbour Safety Board (HSB)", "ЕЦБ (Европейский центральный банк)".

The algorithm of Schwartz & Hearst, "A Simple Algorithm for Identifying Abbreviation Definitions in Biomedical Text"
(PSB 2003): the letters of the short form are looked for in the words beside it, from the last one back. There they may
stand anywhere in a word; here each capital must begin one, since news is full of brackets that explain nothing.
"""

from __future__ import annotations

import re

LONGEST = 10  # characters of a short form
_BRACKETS = re.compile(r"\(([^()]{2,120})\)")
_SHORT = re.compile(r"[^\W\d_][\w&.-]{1,9}")
_WORD = re.compile(r"\S+")
_BREAK = re.compile(r"(?<=[^\W\d_]{2})[.!?;:]\s|\n|[\"«»“”]")  # no name reaches over these; U.S. belongs to one
_QUOTES = "\"'«»“”‘’"
_LEANING = re.compile(r"(?:of|on|in|to|for|the|and|a|an|at|и|в|на|по|с|для|при|о|об)\b")
_TAIL = re.compile(r"[,;:]\s.*", re.DOTALL)  # (HSB, founded in 1990)


def abbreviations(text: str) -> dict[str, str]:
    """Short form -> long form, both as the text writes them. The first explanation counts."""
    found: dict[str, str] = {}
    for match in _BRACKETS.finditer(text):
        before = _BREAK.split(text[max(0, match.start() - 150) : match.start()].rstrip())[-1]
        inside = _TAIL.sub("", match[1]).strip(f"{_QUOTES} ")
        last = before.split()[-1] if before.split() else ""
        if _is_short(inside):
            pair = inside, _long_form(inside, _last_words(before, inside))
        elif _is_short(last):
            pair = last, _whole(last, inside)
        else:
            continue
        if pair[1]:
            found.setdefault(pair[0], pair[1])
    return found


def _is_short(token: str) -> bool:
    """Two capitals at least, and more capitals than small letters: HSB, BoE, ФСБ, but no name."""
    capitals = sum(letter.isupper() for letter in token)
    return _SHORT.fullmatch(token) is not None and capitals >= 2 and 2 * capitals > len(token)


def _last_words(before: str, short: str) -> str:
    """As many as the paper lets a long form have."""
    letters = sum(letter.isalnum() for letter in short)
    words = list(_WORD.finditer(before))[-min(letters + 5, 2 * letters) :]
    return before[words[0].start() :] if words else ""


def _whole(short: str, words: str) -> str:
    """The words, if they are the long form from the first one on."""
    return words if _long_form(short, words) == words else ""


def _long_form(short: str, words: str) -> str:
    """The shortest end of the words that spells the short form; empty when none does, or it is a single word."""
    letters, at = [sign for sign in short if sign.isalnum()], len(words)
    for left, letter in reversed([*enumerate(letters)]):
        at -= 1
        while at >= 0 and not _stands_for(letter, words, at, left == 0):
            at -= 1
        if at < 0:
            return ""
    return words[at:] if " " in words[at:].strip() else ""


def _stands_for(letter: str, words: str, at: int, is_first: bool) -> bool:
    """Whether the letter at that place may be the short form's: its first one is never "of", as in "of the Nations"."""
    begins = at == 0 or not words[at - 1].isalnum()
    if words[at].casefold() != letter.casefold() or (is_first and _LEANING.match(words, at)):
        return False
    return begins or (letter.islower() and not is_first)
