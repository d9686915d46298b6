"""A text -> the language it is written in (ISO 639-1): by letters that only one has, by statistics, by script.

A wrong guess costs more than a dull one (stop words, stems and the reply's language hang on it), so a text too short to
tell falls back to the most likely language of its script.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterable
from typing import Any

from retrieval.text.scripts import Script, script_of

SAMPLE = 4_000  # characters: a few milliseconds of statistics, and far beyond what they need to be sure
CONFIDENT = 0.5  # of one language against all: single words and names stay below it, four words of prose are above

_FALLBACK = {"latin": "en", "cyrillic": "ru"}
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_CYRILLIC = re.compile(r"[Ѐ-ӿ]")
_OTHER = re.compile(r"[^\W\d_A-Za-zÀ-ɏЀ-ӿ]")
_LETTER = re.compile(r"[^\W\d_]")
_TELLING = (  # (language, letters that speak for it, letters that speak against it)
    ("uk", re.compile("[їєґЇЄҐ]"), re.compile("[ыэъёЫЭЪЁ]")),
    ("be", re.compile("[ўЎ]"), re.compile("[щъиЩЪИ]")),
    ("mk", re.compile("[ѓќѕЃЌЅ]"), re.compile("[ыэъЫЭЪ]")),
    ("sr", re.compile("[ђћЂЋ]"), re.compile("[ыэъЫЭЪ]")),
    ("ru", re.compile("[ыэёЫЭЁ]"), re.compile("[іўәөүұқғңһҳҷӣӯІЎӘӨҮҰҚҒҢҺҲҶӢӮ]")),
)
_DIALECTS = {"pcm": "en", "wuu": "zh", "yue": "zh", "ary": "ar", "arz": "ar", "nn": "no", "nb": "no"}


def detect(text: str, among: Collection[str] = ()) -> str:
    """The language of the text; with `among`, one of those, unless none of them is written in the text's script.

    Without evidence, English for Latin letters (or none) and Russian for Cyrillic ones, if `among` allows them.
    """
    sample = text[:SAMPLE]
    script = _script(sample)
    has_letters = _LETTER.search(sample) is not None
    allowed = [language for language in among if _written_in(script, language) or not has_letters]
    if len(allowed) == 1:
        return allowed[0]
    return _by_letters(sample, script, allowed) or _by_statistics(sample, script, allowed)


def _script(sample: str) -> Script:
    """The script of most of its letters; Latin where there are none. Product names are Latin everywhere, so another
    script needs only a third."""
    latin, cyrillic, other = (len(letters.findall(sample)) for letters in (_LATIN, _CYRILLIC, _OTHER))
    if 2 * max(cyrillic, other) <= latin:
        return "latin"
    return "cyrillic" if cyrillic > other else "other"


def _written_in(script: Script, language: str) -> bool:
    return script_of(language) == script or (language == "sr" and script == "latin")


def _by_letters(sample: str, script: Script, allowed: Collection[str]) -> str | None:
    if script != "cyrillic":
        return None
    for language, has, lacks in _TELLING:
        if (not allowed or language in allowed) and has.search(sample) and not lacks.search(sample):
            return language
    return None


def _by_statistics(sample: str, script: Script, allowed: Collection[str]) -> str:
    scores = _scores(sample, script, allowed)
    best = max(scores, key=scores.__getitem__, default=None)
    fallback = _FALLBACK.get(script)
    if best is not None and (scores[best] >= CONFIDENT or script == "other"):
        return best
    if fallback is not None and (not allowed or fallback in allowed):
        return fallback
    return best or next(iter(allowed), "en")


def _scores(sample: str, script: Script, allowed: Collection[str]) -> dict[str, float]:
    """language -> probability, among those that are possible."""
    scores: dict[str, float] = {}
    for label, probability in _statistics.rank(sample):
        language = _DIALECTS.get(label, label)
        if len(language) == 2 and (language in allowed if allowed else _written_in(script, language)):
            scores[language] = scores.get(language, 0.0) + probability
    total = sum(scores.values())
    return {language: probability / total for language, probability in scores.items()} if total else {}


class _Statistics:
    """py3langid, loaded when first asked (half a second) and shared by all threads: ranking changes nothing in it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._identifier: Any = None

    def rank(self, sample: str) -> Iterable[tuple[str, float]]:
        with self._lock:
            if self._identifier is None:
                from py3langid.langid import MODEL_FILE, LanguageIdentifier

                self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        ranked: list[tuple[str, float]] = self._identifier.rank(sample)
        return ranked


_statistics = _Statistics()
