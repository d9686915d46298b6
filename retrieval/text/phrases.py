"""A text -> whether it has given words one after the other, in whatever form: "tax" is found in "Taxes rise"."""

from __future__ import annotations

from collections.abc import Iterable

from retrieval.text.stems import stems


class Words:
    """The words of texts in one language (ISO 639-1). A phrase is in one of them, never half in the next."""

    def __init__(self, texts: Iterable[str], language: str) -> None:
        self._language = language
        self._lines = tuple(_line(text, language) for text in texts)

    def holds(self, phrase: str) -> bool:
        """Every word counts, "the" too. What has no words is never held."""
        wanted = _line(phrase, self._language)
        return wanted != _NOTHING and any(wanted in line for line in self._lines)


def _line(text: str, language: str) -> str:
    return f" {' '.join(stems(text, language))} "


_NOTHING = _line("", "en")
