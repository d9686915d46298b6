"""A sentence and its quotes -> whether every name in it stands in them: inflected, shortened or as initials, not mixed.

A name is a word with a capital letter; at a sentence's beginning also a word that no such list of openers knows. Where
a language writes without capitals, or gives one to every noun, the other checks have to do (or are stricter).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from retrieval.text.stems import content_stems, stems
from retrieval.words.amounts import number_word
from retrieval.words.calendar import month_number, weekday_number
from retrieval.words.people import OPENERS

_WORD = re.compile(r"[^\W\d_](?:[^\W_]|[’'.&](?=\w))*")
_SPACES = re.compile(r"[\s-]*(?:(?:of|the|de|van|von|al|bin)[\s-]+)*")  # inside a name
_OPENS = re.compile(r"(?:^|[.!?…:;]|[“„«\"‘(—])\s*[\"“«(]?$")
_MORE = "n an ian ish es i s er ск ийск ин ец ц к ев ов ьев ын"  # Russia, Russian; Japan, Japanese; Берлин, берлинский
_ENDINGS = frozenset(_MORE.split())
_INITIALLED = re.compile(r"(?:\b[^\W\d_a-zа-яё][\w’'-]*\s+(?:(?:of|the|and|for|и)\s+)*)+[^\W\d_a-zа-яё][\w’'-]*")
_SHORTEST_STEM = 4


class _Name(NamedTuple):
    word: str
    stem: str
    run: int  # the number of the run of names it stands in


def names_stand(sentence: str, quotes: Sequence[str], language: str = "en") -> bool:
    """Whether every name stands in the quotes, and no two that there belong to different names have become one."""
    said = list(_names(sentence, language))
    known = {stem for quote in quotes for stem in stems(quote, language)}
    told = [list(_names(quote, language)) for quote in quotes]
    initials = {letters for quote in quotes for letters in _initials(quote)}
    spelt_out = {name.stem for name in said if _is_spelt_out(name, sentence, known)}
    for name in said:
        if not (
            is_known(name.stem, known) or name.word.casefold().replace(".", "") in initials or name.stem in spelt_out
        ):
            return False
    return not _mixed(said, told) and not _swapped(said, sentence, quotes, language)


def _names(text: str, language: str) -> Iterator[_Name]:
    run, last = 0, 0
    for match in _WORD.finditer(text):
        word = match.group().strip(".’'")
        if not word[:1].isupper() or not _is_name(word, text[: match.start()], text[match.end() :]):
            continue
        run += not _SPACES.fullmatch(text[last : match.start()]) or last == 0
        last = match.end()
        found = stems(word, language)
        if found:
            yield _Name(word, found[0], run)


def _is_name(word: str, before: str, behind: str) -> bool:
    folded = word.casefold()
    if month_number(word) or weekday_number(word) or number_word(word) is not None or folded == "i":
        return False
    opens = _OPENS.search(before[-4:]) is not None
    return not opens or (folded not in OPENERS and (bool(content_stems(word, "en")) or word.isupper()))


def is_known(stem: str, known: Collection[str]) -> bool:
    """Whether the stem is among those, or one that differs by how names are inflected and derived."""
    return stem in known or any(
        _same_name(stem, other) for other in known if other[:_SHORTEST_STEM] == stem[:_SHORTEST_STEM]
    )


def _same_name(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    roots = {shorter, shorter.removesuffix("a")}  # Canada, Canadian
    return any(
        len(root) >= _SHORTEST_STEM and longer.startswith(root) and longer[len(root) :] in _ENDINGS for root in roots
    )


def _initials(text: str) -> Iterator[str]:
    """ "European Union" -> "eu": what a run of capitalised words may be called for short."""
    runs = _INITIALLED.findall(text)
    for run in runs:
        letters = "".join(word[0] for word in run.split() if word[0].isupper()).casefold()
        yield from (letters[start:end] for start in range(len(letters)) for end in range(start + 2, len(letters) + 1))


def _is_spelt_out(name: _Name, sentence: str, known: set[str]) -> bool:
    """Whether it belongs to a run whose initials the quotes have."""
    runs = _INITIALLED.findall(sentence)
    return any(
        name.word in run and any(letters in known for letters in _initials(run) if len(letters) > 1) for run in runs
    )


def _mixed(said: Sequence[_Name], told: Sequence[Sequence[_Name]]) -> bool:
    """Whether two words stand side by side that in the quotes only stand beside others: no Anna Moss is made of "Anna
    Reed" and "Paul Moss"."""
    partners: dict[str, set[str]] = {}
    for names in told:
        for one in names:
            partners.setdefault(one.stem, set()).update(o.stem for o in names if o.run == one.run and o is not one)
    return any(
        bool(partners.get(one.stem)) and bool(partners.get(other.stem)) and other.stem not in partners[one.stem]
        for one, other in pairwise(said)
        if one.run == other.run
    )


def _swapped(said: Sequence[_Name], sentence: str, quotes: Sequence[str], language: str) -> bool:
    """Whether "A beat B" became "B beat A": two names change places around the same words."""
    order, sources = stems(sentence, language), [stems(quote, language) for quote in quotes]
    content = set(content_stems(sentence, language)) - {name.stem for name in said}
    for one, other in pairwise(said):
        between = _between(one.stem, other.stem, order) - {name.stem for name in said}
        if one.run == other.run or not between & content:
            continue
        kept = any(between & content & _between(one.stem, other.stem, source) for source in sources)
        turned = any(between <= _between(other.stem, one.stem, source) for source in sources)
        if turned and not kept:
            return True
    return False


def _between(one: str, other: str, words: Sequence[str]) -> set[str]:
    """The words from the one to the other, if they stand in that order."""
    if one not in words or other not in words[words.index(one) :]:
        return set()
    start = words.index(one)
    return set(words[start + 1 : words.index(other, start)]) - {"the", "a", "an"}
