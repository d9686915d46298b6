"""A word -> a key that its other spellings share: misspelt as it sounds, written in another alphabet, inflected.

    Novikov, Новиковым -> novikov     Zelensky, Zelenskiy, Зеленского -> silinsk     Tchaikovsky, Чайковский -> cikovsk

Keys only propose words to compare: many different words share one, the shorter the more.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_CACHED_WORDS = 1 << 16  # as many as the stemmer keeps

_LETTERS = """
    а=a б=b в=v г=g ґ=g д=d е=e э=e є=ie ж=zh з=z и=i ы=i і=i к=k л=l љ=l м=m н=n њ=n о=o п=p р=r с=s т=t у=u ф=f х=kh
    ц=ts ч=ch ћ=ch ш=sh щ=shch ъ= ь= ю=iu я=ia ј=i ђ=dzh џ=dzh
    æ=e œ=e ø=o ł=l đ=d ð=d þ=t ı=i '= ’= ʼ=
"""
_IN_ASCII = str.maketrans(dict(pair.split("=") for pair in _LETTERS.split()))

# One letter for a sound that several write: X for "sh", C for "ch", J for "zh" and "dzh". The order matters.
_SOUNDS = [
    (re.compile(pattern), letter)
    for pattern, letter in (
        (r"([^aeiou])\1+", r"\1"),
        (
            r"shch|sch|sh",
            "X",
        ),
        (r"ch(?=[lnr])", "k"),  # Christina, Кристина
        (r"tsch|tch|ch|cz", "C"),
        (r"dzh|zh|dj|j", "J"),
        (r"kh|gh", "h"),
        (r"ph", "f"),
        (r"th|dt", "t"),
        (r"ts|tz|z", "s"),  # Suarez, Suares
        (r"ck|cq|qu|q", "k"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"x", "ks"),
        (r"w", "v"),
        (r"h(?![aeiouy])", ""),  # Johnson, Джонсон
        (r"a[iy]", "i"),  # Biden, Байден
        (r"ou|oo", "u"),
        (r"[eiy]+u", "u"),  # Müller, Мюллер
        (r"[eiy]+", "i"),
        (r"(.)\1+", r"\1"),
    )
]
_ENDING = re.compile(r"(?<=[a-z]{3})(?:[oi]go|[oi]m[aiou]*|ami|[ai]h|[aiou]+)$")  # a Russian case; -e, -y, -iy
_LATIN, _CYRILLIC = ("abcdefghijklmnopqrstuvwxyz", "aeiouy"), ("абвгдежзийклмнопрстуфхцчшщъыьэюя", "аеиоуыэюя")


@lru_cache(maxsize=_CACHED_WORDS)
def sound_of(word: str) -> str:
    """Letters a to z; empty for a word with other signs in it, or of an alphabet that is not known here."""
    folded = unicodedata.normalize("NFKD", word.casefold())
    sound = "".join(letter for letter in folded if not unicodedata.combining(letter)).translate(_IN_ASCII)
    if not (sound.isascii() and sound.isalpha()):
        return ""
    for pattern, letter in _SOUNDS:
        sound = pattern.sub(letter, sound)
    return sound.lower()


def key_of(word: str) -> str:
    """How the word sounds, without its ending."""
    return _ENDING.sub("", sound_of(word))


def is_cyrillic(word: str) -> bool:
    """By its first letter."""
    return "Ѐ" <= word[:1] <= "ӿ"


def distance(one: str, other: str, most: int) -> int:
    """Letters missed, added, replaced or swapped with their neighbour between the two (optimal string alignment).

    At most `most` + 1: beyond that nobody asks.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, beside in enumerate(other, 1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (letter != beside))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == beside:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return most + 1
        before, last = last, line
    return min(last[-1], most + 1)


def slips(word: str) -> set[str]:
    """What may have been meant: a letter missed, added or swapped with its neighbour, or another vowel.

    The first letter is right, and no consonant stands for another: so differ the names of two people.
    """
    letters, vowels = _CYRILLIC if is_cyrillic(word) else _LATIN
    halves = [(word[:at], word[at:]) for at in range(1, len(word) + 1)]
    less = {start + end[1:] for start, end in halves if end}
    swapped = {start + end[1] + end[0] + end[2:] for start, end in halves if len(end) > 1}
    more = {start + letter + end for start, end in halves for letter in letters}
    other = {start + vowel + end[1:] for start, end in halves if end and end[0] in vowels for vowel in vowels}
    return (less | swapped | more | other) - {word}
