"""A question and the articles' sources -> the sources it asks, which it names after words like "according to"."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from retrieval.text.stems import stems


@dataclass(frozen=True, slots=True)
class NamedSources:
    """`text[start:end]` are the words: the name with what introduces it. `sources` are spelt as given, in order."""

    start: int
    end: int
    sources: tuple[str, ...]


_SAY = r"(?:say|said|write|written|report|reported|tell|told|publish(?:ed)?)"
_WRITINGS = r"(?:articles?|stories|story|news|reports?|coverage|headlines?|reported|published|written|wrote|pieces?)"
_SAY_RU = r"(?:пиш[еу]т|писал[аи]?|сообща[ею]т|сообщил[аио]?|рассказыва[ею]т|рассказал[аио]?|говор[ия]т|переда[её]т)"
_KIND_RU = r"(?:газет[аыеу]|сайт[ае]?|агентств[аоуе]|издани[яеию]|журнал[ае]?)"
_WRITINGS_RU = r"(?:стат(?:ь[яеюи]|ьях|ей)|новост(?:[ьи]|ей|ях)|материал(?:ы|ах?)?|заметк[аеи]|публикаци[яиюй])"
_ABOUT_ELSE = r"(?:about|on|of|regarding|об?|обо|про)\b(?! (?:its|their|his|her|себе|себя|сво[её]м|своих|своей)\b)"
_NAMED_BETWEEN = (
    (r"\b(?:according to|per) ", ""),
    (rf"\b(?P<kept>{_WRITINGS}) (?:(?!about|the\b)\w+ )?(?:in|from|by|on|at|of) ", ""),
    (r"^(?:in|from|on|at) ", r"\s*[,:]"),
    (r"^what(?:'s|’s| is| was| stands| stood)(?: there)? (?:in|on) ", r"\s+about\b"),
    (r"^what (?:does|do|did|has|have|had) ", rf"\s+{_SAY} {_ABOUT_ELSE}"),
    (r"\b(?:по (?:данным|сообщени(?:ю|ям)|информации|версии|материалам)|согласно|со ссылкой на) ", ""),
    (rf"\bкак {_SAY_RU} ", ""),
    (rf"\b(?:что|о ч[её]м) {_SAY_RU} (?:(?:в|во|на) )?", rf"(?:\s+{_ABOUT_ELSE}|\s*\?|\s*$)"),
    (r"\bчто ", rf"\s+{_SAY_RU} {_ABOUT_ELSE}"),
    (rf"\b(?P<kept>{_WRITINGS_RU}) (?:из|в|во|от|на) ", ""),
    (rf"\b(?:в|во|из|на) (?={_KIND_RU}\b)", ""),
    (r"\b(?P<kept>написано|пишется|сообщается|говорится|известно) (?:в|во|на|из) ", ""),
)  # what stands before a name and what must stand behind it, for the name to be a source's
_CUES = tuple((re.compile(cue, re.IGNORECASE), re.compile(behind, re.IGNORECASE)) for cue, behind in _NAMED_BETWEEN)
_SKIPPED = re.compile(rf"(?:(?:the|newspaper|website|site|agency|magazine|{_KIND_RU}) )*[«\"“„]?", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*")
_MOST_WORDS = 6
_CLOSED = re.compile(
    r"[»\"”]|\s*$|\s*[,.;:?!)]|\s+(?:who|what|when|where|why|how|which|whose|did|does|do|has|have|had|is|are|was|were|will"
    r"|and|or"
    r"|about|on|in|of|from|at|to|for|by|since|until|last|this|today|yesterday|over|during|between"
    r"|say|says|said|write|writes|wrote|report|reports|reported|tell|tells|told|publish|published|[а-яё]+)\b",
    re.IGNORECASE,
)  # the name is over: "according to World Health Organization" does not name "World"
_HARD_SIGN = re.compile(r"ъ\b", re.IGNORECASE)  # of the old spelling; it bars the word from being inflected
_SECOND_LEVEL = frozenset(["co", "com", "org", "net", "gov", "ac", "edu"])


def find_sources(text: str, sources: Collection[str]) -> NamedSources | None:
    """The first that is named as a source. `sources` are spelt as the articles' are."""
    cues = [(cue, behind) for before, behind in _CUES for cue in before.finditer(text)]
    names = _Names(sources if cues else ())
    for cue, behind in cues:
        found = names.find(text, cue.end())
        if found is None:
            continue
        end, spelt = found
        follows = behind.match(text, end)
        if follows:
            start = cue.end("kept") if cue.groupdict().get("kept") else cue.start()
            return NamedSources(start, follows.end(), spelt)
    return None


class _Names:
    """What each source may be called: in full, by its domain, or by its first or last word if only one has it."""

    def __init__(self, sources: Collection[str]) -> None:
        self._full: dict[str, set[str]] = {}
        self._short: dict[str, set[str]] = {}
        for source in sources:
            words = _key_words(_bare(source))
            for name in (source, _bare(source)):
                self._full.setdefault("".join(_key_words(name)), set()).add(source)
                self._full.setdefault(_squeezed(name), set()).add(source)
            for word in {words[0], words[-1]} if len(words) > 1 else ():
                self._short.setdefault(word, set()).add(source)

    def find(self, text: str, at: int) -> tuple[int, tuple[str, ...]] | None:
        """(end of the name, sources), the longest name first."""
        skipped = _SKIPPED.match(text, at)
        start = skipped.end() if skipped else at
        words = list(_WORD.finditer(text, start))[:_MOST_WORDS]
        for count in range(len(words), 0, -1):
            end = words[count - 1].end()
            spelt = self._called(text[start:end]) or self._called(text[at:end])
            if spelt and words[0].start() == start and (closed := _CLOSED.match(text, end)):
                return end + (closed[0] in {"»", '"', "”"}), spelt
        return None

    def _called(self, name: str) -> tuple[str, ...]:
        """A short name needs its capital ("the mayor" is nobody's "Mayor's Gazette"), as does a domain's "the"."""
        words = _key_words(_bare(name))
        capital = name.split()[-1][:1].isupper()
        found = self._full.get("".join(words), set())
        if not found and (capital or not name.casefold().startswith("the ")):
            found = self._full.get(_squeezed(name), set())
        if not found and len(words) == 1 and capital:
            short = self._short.get(words[0], set())
            found = short if len(short) == 1 else set()
        return tuple(sorted(found))


def _key_words(name: str) -> list[str]:
    words = stems(_HARD_SIGN.sub("", name), "ru")  # each word is stemmed by its own script
    return words[1:] if len(words) > 1 and words[0] == "the" else words


def _squeezed(name: str) -> str:
    return "".join(_WORD.findall(name.casefold()))


def _bare(source: str) -> str:
    """A domain's name: "news" for www.news.co.uk; whatever is no domain stays whole."""
    labels = source.casefold().removeprefix("www.").split(".")
    if len(labels) == 1 or " " in source.strip() or not all(labels):
        return source
    return labels[-3] if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else labels[-2]
