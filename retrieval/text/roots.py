"""A stem -> what words of its kin share: Russian nouns in all their cases, and the adjectives made of them.

A stemmer takes "паром" for a case of "пар", and leaves "паромы" at "паром": stemmed until nothing more comes off, both
are one. "Сибирский" keeps its ending, which goes too. Of articles about one event the title of one then finds the other
in .53 of cases instead of .45, and other articles as rarely as before (tests/benchmarks/topics.py).
"""

from __future__ import annotations

import re
from functools import lru_cache

from retrieval.text.scripts import script_of
from retrieval.text.stems import stems

_CACHED_WORDS = 1 << 16
_ADJECTIVE = re.compile(r"(?<=[а-я]{4})(?:ьн|н|ск)$")


@lru_cache(maxsize=_CACHED_WORDS)
def root_of(stem: str, language: str) -> str:
    """The stem itself where it is not Russian. `language`: of the text, ISO 639-1."""
    if not "а" <= stem[0] <= "я" or (language != "ru" and script_of(language) == "cyrillic"):
        return stem
    while (shorter := stems(stem, "ru")[0]) != stem:
        stem = shorter
    return _ADJECTIVE.sub("", stem.removesuffix("ческ") + "к" if stem.endswith("ическ") else stem)
