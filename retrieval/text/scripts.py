"""A language (ISO 639-1) -> the letters it is written in."""

from __future__ import annotations

from typing import Literal

Script = Literal["latin", "cyrillic", "other"]

_LETTERS: dict[str, Script] = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "mn", "tg", "tt", "ba"), "cyrillic"),
    **dict.fromkeys(("ar", "fa", "ur", "ps", "ug", "he", "el", "hy", "ka", "am", "zh", "ja", "ko"), "other"),
    **dict.fromkeys(("th", "lo", "my", "km", "hi", "mr", "ne", "bn", "as", "pa", "gu", "or", "ta", "te"), "other"),
    **dict.fromkeys(("kn", "ml", "si", "dz", "sa"), "other"),
}


def script_of(language: str) -> Script:
    """Latin, unless it is known to be written otherwise. Serbian, written in both, counts as Cyrillic."""
    return _LETTERS.get(language, "latin")
