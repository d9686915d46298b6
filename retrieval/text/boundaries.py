"""What stands before and after a mark such as "." or "?!" -> whether a sentence ends there, by a language's habits."""

from __future__ import annotations

import re
from typing import NamedTuple

from retrieval.text.habits import Habits

REACH = 80  # characters of the sentence so far that are looked at: enough for "On the evening of Friday at 5 p.m."
AHEAD = 60  # characters looked at after the mark: enough for "U.S. Secretary of State Antony Blinken asked"
ADVERBIAL = 6  # words that an introductory adverbial has at most: "Shortly before noon on Friday"

_QUOTES = "\"'”’»›“"
_OPENING = "\"'«“‘„‹([{*_¿¡"
_DASHES = "–—-"
_GOES_ON = frozenset(",;:)]}»”’›%&+/=<>|~^.!?…")  # no sentence begins with these

_FOLLOWING = re.compile(rf"(?P<opening>[\s{re.escape(_OPENING + _DASHES)}]*)(?P<word>[^\W\d_]*)")
_ENUMERATOR = re.compile(r"[\s(•⁃‣◦▪●■]*(?:\d{1,3}(?:\.\d{1,3})*|[^\W\d_]|[ivxIVX]{1,5})\)?")  # 1  a  (IV  1.2
_ASIDE = re.compile(r"\s*\([^()]{1,50}\)[.,;:!?]")  # the (Smith 55). after a quotation
_DOTTED = re.compile(r"[^\W\d_]{1,2}(?:\.[^\W\d_]{1,2})+")  # U.S  Ph.D  т.е
_NUMERAL = re.compile(
    r"\W?\d+(?:[.,:/–-]\d+)*(?:-[^\W\d_]{1,3})?|[IVXLCDM]+(?:[–-][IVXLCDM]+)?|(?:тыс|млн|млрд|трлн|кв|куб)\.?"
)
_SHORT = re.compile(r"[^\W\d_]{1,2}\.")
_LETTER = re.compile(r"[^\W_]")


class Mark(NamedTuple):
    """A mark in its surroundings."""

    before: str  # the sentence so far, at most its last REACH characters
    mark: str  # ".", "?!", "...", ". . ."
    closing: str  # quotes and brackets right after the mark
    after: str  # the next AHEAD characters


class Following(NamedTuple):
    """How the text goes on after a mark."""

    first: str  # the first character after quotes, brackets and dashes; "" at the end
    word: str  # the letters that begin there
    tail: str  # what follows the word
    dashed: bool  # a dash leads to it

    def opens(self, habits: Habits) -> bool:
        """A capitalised word that is no name: a sentence begins, even after an abbreviation."""
        initial = len(self.word) == 1 and self.tail.startswith(".")
        return self.first.isupper() and not initial and not self.dashed and self.word.lower() in habits.starters


def following(after: str) -> Following:
    """`after` begins right behind the mark and what closes it."""
    match = _FOLLOWING.match(after)
    opening, word = match.group("opening", "word") if match else ("", "")
    rest = after[len(opening) :]
    return Following(rest[:1], word, rest[len(word) :], any(dash in opening for dash in _DASHES))


def ends_sentence(mark: Mark, habits: Habits) -> bool:
    """True if a sentence ends behind `mark.closing`."""
    ahead = following(mark.after)
    if not _may_begin(ahead) or not _LETTER.search(mark.before):
        return False
    if mark.closing and _quotation_goes_on(mark, ahead):
        return False
    if mark.mark == ".":
        return _stop_ends(mark, ahead, habits)
    if "!" in mark.mark or "?" in mark.mark:
        return _cry_ends(mark, ahead, habits)
    faltering = mark.mark in ("…", "...", ". . .")
    return not (faltering and ahead.word == habits.capital_pronoun != "")  # the thing is . . . I forgot


def _may_begin(ahead: Following) -> bool:
    """A sentence begins with anything but a small letter (iPhone may) or a mark that goes on."""
    if ahead.first.islower():
        return any(letter.isupper() for letter in ahead.word[1:3])
    return ahead.first not in _GOES_ON


def _quotation_goes_on(mark: Mark, ahead: Following) -> bool:
    """«Где он?» — Мария обернулась.   "It is late." (Smith 55)."""
    return (ahead.dashed and mark.closing[-1] in _QUOTES) or _ASIDE.match(mark.after) is not None


def _cry_ends(mark: Mark, ahead: Following, habits: Habits) -> bool:
    """After ! or ?: unless it is part of a name, or the sentence goes on to say who cried."""
    if mark.mark == "!" and _last_words(mark.before)[1].lower() in habits.exclaimed:
        return ahead.opens(habits)
    return not (mark.closing and _tells_who(mark.after, habits))


def _tells_who(after: str, habits: Habits) -> bool:
    """`Smith asked`, `U.S. President Joe Biden said`, `I said`: a name, then a verb of saying."""
    for place, word in enumerate(after.split()[:6]):
        bare = word.strip(".,:;")
        if bare in habits.saying:
            return place > 0
        if not bare[:1].isupper() or (bare != habits.capital_pronoun and bare.lower() in habits.starters):
            return False
    return False


def _stop_ends(mark: Mark, ahead: Following, habits: Habits) -> bool:
    """After a single full stop: the word that carries it decides, then the word that follows."""
    previous, word = _last_words(mark.before)
    whole = previous + word if _SHORT.fullmatch(previous) else word  # "т." "д" -> "т.д"
    if _ENUMERATOR.fullmatch(mark.before):
        return False
    if _is_unit(previous, word, habits) or _among(whole, habits.closing):
        return _unit_ends(mark.before, ahead, habits)
    if ahead.first.isdigit():
        return not any(_among(word, words) for words in (habits.leaning, habits.counting, habits.trailing))
    if (len(word) == 1 and word.isupper()) or _among(word, habits.trailing):
        return ahead.opens(habits)  # J. Smith, Apple Inc.
    if _among(word, habits.leaning) or _among(whole, habits.leaning):
        return False
    if _DOTTED.fullmatch(word):
        return not word.islower() and ahead.opens(habits)  # U.S. or i.e.
    return not (habits.ordinals and word.isdigit() and len(word) <= 2)


def _last_words(before: str) -> tuple[str, str]:
    """The last two, without what opens or joins them; empty where there is none."""
    previous, word = ["", "", *before.rsplit(None, 2)][-2:]
    return previous.lstrip(_OPENING + _DASHES), word.lstrip(_OPENING + _DASHES)


def _among(word: str, words: frozenset[str]) -> bool:
    return word in words or word.lower() in words


def _is_unit(previous: str, word: str, habits: Habits) -> bool:
    return word in habits.measuring and _NUMERAL.fullmatch(previous) is not None


def _unit_ends(before: str, ahead: Following, habits: Habits) -> bool:
    """`5 p.m.` and `1999 г.` end a sentence before a capital, unless they introduce it or go on: 5 p.m. Monday."""
    if ahead.dashed or ahead.first.isdigit() or ahead.word.lower() in habits.resuming:
        return False
    words = before.split()
    introduces = words[0].lower() in habits.openers or words[0].isdigit()
    return not (introduces and len(words) <= ADVERBIAL and len(before) < REACH)
