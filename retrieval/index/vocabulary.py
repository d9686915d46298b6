"""A question's word -> the corpus' words that may be the same one: misspelt, in another alphabet, otherwise inflected.

    at index time    "Novikov" -> "novikov=+novikov"     key=, + for a capital or - for none, stem
    at query time    "новиковым" -> its key -> every stem listed under it, or under a key that is nearly the same

A word that the corpus has is taken as it is; only a name may then stand for its other spellings too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from retrieval.text.spelling import distance, is_cyrillic, key_of, slips, sound_of
from retrieval.text.stems import content_stems

SHORTEST = 3  # letters of a word that may be spelt otherwise
MISSPELT = 5  # letters of a stem from which a word may have one wrong; below, it is another word more often than not
LONG = 8  # letters from which it may have two
SPELLINGS = 3  # of one word that are searched for
TELLING = 5  # letters of a key that few different names share
_SAME_START = 3  # letters of a key in which two errors are not looked for

_MOST_WRONG = 3

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*")
_CACHED_WORDS = 1 << 16

Terms = Callable[[str], Sequence[tuple[str, int]]]  # prefix -> the listed terms that begin so, and in how many passages
Holds = Callable[[str], bool]  # a stem -> whether any passage has it now: terms stay for a while when passages go


class Asked(NamedTuple):
    """A word of the question."""

    word: str  # as it was written
    stem: str


class _Listed(NamedTuple):
    """A stem of the corpus under its key."""

    key: str
    stem: str
    named: int  # passages that write it with a capital
    common: int  # passages that do not

    @property
    def is_name(self) -> bool:
        return self.named >= self.common


def entries(text: str, language: str) -> set[str]:
    """The terms to list for a passage."""
    return {term for word in set(_WORD.findall(text)) for term in _entry(word, language)}


def asked_words(question: str, language: str) -> list[Asked]:
    """Those of the question's words that may be spelt otherwise, each once."""
    found = (Asked(word, stem) for word in _WORD.findall(question) for stem in _stem(word, language))
    return list({asked.stem: asked for asked in found}.values())


class Vocabulary:
    """What the corpus' words are. Asks the index anew each time, so it holds nothing that could grow old."""

    def __init__(self, terms: Terms, holds: Holds) -> None:
        self._terms, self._holds = terms, holds

    def spellings(self, asked: Asked) -> list[str]:
        """Stems that a word which no passage has may stand for, most frequent first; none when nothing is near."""
        key = key_of(asked.word)
        if len(asked.word) < SHORTEST or not key:
            return []
        return self._best(self._alike(asked, key)) or self._best(self._nearest(asked, key))

    def variants(self, asked: Asked) -> list[str]:
        """Other spellings of a name that passages have as it was asked."""
        key = key_of(asked.word)
        found = self._alike(asked, key) if len(key) >= TELLING else []
        if not any(one.stem == asked.stem and one.is_name for one in found):
            return []
        return self._best(one for one in found if one.is_name and one.stem != asked.stem)

    def _alike(self, asked: Asked, key: str) -> list[_Listed]:
        """Words that sound the same, and are written much the same where the alphabet is."""
        found = [one for one in self._listed(f"{key}=") if _may_be(asked, one) and _is_written_alike(asked, one)]
        return found if len(key) >= TELLING else _leading(found, asked)

    def _nearest(self, asked: Asked, key: str) -> list[_Listed]:
        """One letter wrong, or two in a long word."""
        if len(asked.stem) < MISSPELT:
            return []
        near = [one for other in slips(key) for one in self._listed(f"{other}=")]
        near += [one for stem in slips(asked.stem) if self._holds(stem) for one in self._of(stem)]
        if len(asked.stem) >= LONG and not near:
            near = [one for one in self._listed(key[:_SAME_START]) if distance(key, one.key, 2) <= 2]
        near = [one for one in near if _may_be(asked, one) and _wrong(asked, one) <= _allowed(asked)]
        return _leading(near, asked)

    def _of(self, stem: str) -> list[_Listed]:
        """The stem with what is told of it; nothing is, where its words end otherwise than it does."""
        return [one for one in self._listed(f"{key_of(stem)}=") if one.stem == stem] or [_Listed("", stem, 1, 0)]

    def _listed(self, prefix: str) -> list[_Listed]:
        found: dict[tuple[str, str], list[int]] = {}
        for term, passages in self._terms(prefix):
            key, _, told = term.partition("=")
            found.setdefault((key, told[1:]), [0, 0])[told[0] == "-"] += passages
        return [_Listed(*about, *counts) for about, counts in found.items()]

    def _best(self, found: Iterable[_Listed]) -> list[str]:
        ranked = sorted(found, key=lambda one: -one.named - one.common)
        held = (stem for stem in dict.fromkeys(one.stem for one in ranked) if self._holds(stem))
        return list(islice(held, SPELLINGS))


def _may_be(asked: Asked, one: _Listed) -> bool:
    """Who writes a capital means a name; who does not may mean either."""
    return one.is_name or not asked.word[0].isupper()


def _is_written_alike(asked: Asked, one: _Listed) -> bool:
    if is_cyrillic(one.stem) != is_cyrillic(asked.stem):
        return True
    most = _allowed(asked) + (len(one.key) >= TELLING)
    return len(asked.stem) >= MISSPELT and _wrong(asked, one) <= most


def _allowed(asked: Asked) -> int:
    return 2 if len(asked.stem) >= LONG else 1


def _wrong(asked: Asked, one: _Listed) -> int:
    """Letters between the stems, or between the sounds of words in two alphabets."""
    if is_cyrillic(asked.stem) == is_cyrillic(one.stem):
        return distance(asked.stem, one.stem, _MOST_WRONG)
    return distance(sound_of(asked.word), sound_of(one.stem), _MOST_WRONG)


def _leading(found: Sequence[_Listed], asked: Asked) -> list[_Listed]:
    """The nearest ones; a name rather than another word where both are as near."""
    ranks = [(_wrong(asked, one), not one.is_name) for one in found]
    return [one for one, rank in zip(found, ranks, strict=True) if rank == min(ranks)]


@lru_cache(maxsize=_CACHED_WORDS)
def _entry(word: str, language: str) -> tuple[str, ...]:
    key = key_of(word.removesuffix("'s").removesuffix("’s"))
    sign = "+" if word[0].isupper() else "-"
    return tuple(f"{key}={sign}{stem}" for stem in _stem(word, language)) if key else ()


def _stem(word: str, language: str) -> Iterator[str]:
    """One stem, or none for a function word, or for a script that is not written in words."""
    found = content_stems(word, language)
    if len(found) == 1 and len(word) >= SHORTEST:
        yield found[0]
