"""What a person wants to follow, its options taken off -> what kind of thing that is. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.types import Kind

_SAID: dict[str, Kind] = {
    "topic": Kind.TOPIC,
    "тема": Kind.TOPIC,
    "source": Kind.SOURCE,
    "источник": Kind.SOURCE,
    "question": Kind.QUESTION,
    "вопрос": Kind.QUESTION,
    "feed": Kind.FEED,
    "лента": Kind.FEED,
}
_FORCED = re.compile(rf"({'|'.join(_SAID)})\s*:\s*(?=\S)", re.IGNORECASE)
_SITE = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?::\d+)?(?:[/?#]\S*)?")
_EVERYTHING = frozenset(("everything", "all", "всё", "все"))
_QUESTION_WORD = re.compile(
    r"(?:who|whom|whose|what|when|where|why|how|which|кто|кого|кому|что|чего|чему|когда|где|куда|откуда|почему|зачем"
    r"|как|как(?:ой|ая|ое|ие)|сколько|чей|чья|чьё|чьи)\b",
    re.IGNORECASE,
)
_FEWEST = 3  # words of a question that has no question mark: "Who" and "How to" may well be names


@dataclass(frozen=True, slots=True)
class Meant:
    """`subject` is spelt as a subscription keeps it: an address in full, a source as its articles have it."""

    kind: Kind
    subject: str


def read_subject(text: str, sources: Iterable[str]) -> Meant:
    """An address, everything, a source that is known, a question, else a topic. "topic: Nature" is no source."""
    if forced := _FORCED.match(text):
        kind, rest = _SAID[forced[1].casefold()], text[forced.end() :].strip()
        return Meant(kind, _spelt(kind, rest, sources))
    if _is_address(text):
        return Meant(Kind.FEED, address(text))
    if text.casefold() in _EVERYTHING:
        return Meant(Kind.EVERYTHING, "")
    known = find_source(text, sources)
    if known is not None:
        return Meant(Kind.SOURCE, known)
    return Meant(Kind.QUESTION if _is_question(text) else Kind.TOPIC, text)


def find_source(name: str, sources: Iterable[str]) -> str | None:
    """The source that is called so, whatever its case."""
    wanted = name.strip().casefold()
    return next((source for source in sources if source.casefold() == wanted), None)


def address(text: str) -> str:
    """What a person typed as a feed -> an address: "news.example/rss" means https."""
    first = text.split()[0]
    return first if "://" in first else f"https://{first}"


def _spelt(kind: Kind, text: str, sources: Iterable[str]) -> str:
    if kind is Kind.FEED:
        return address(text)
    return (find_source(text, sources) or text) if kind is Kind.SOURCE else text


def _is_address(text: str) -> bool:
    return "://" in text.split(maxsplit=1)[0] or _SITE.fullmatch(text) is not None


def _is_question(text: str) -> bool:
    return text.endswith("?") or (len(text.split()) >= _FEWEST and _QUESTION_WORD.match(text) is not None)
