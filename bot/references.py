"""What a person wrote after /summary in; the article or the topic that is meant, and how long to be, out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from retrieval import Article, Corpus, Length, TopicSummary

LENGTHS: Mapping[Length, frozenset[str]] = {
    "short": frozenset(("short", "brief", "briefly", "кратко", "коротко", "краткий", "короткий", "короткая")),
    "medium": frozenset(("medium", "средний", "средняя")),
    "long": frozenset(("long", "detailed", "подробно", "подробнее", "подробный", "длинный", "длинная")),
}
ORDER: tuple[Length, ...] = ("short", "medium", "long")

_LINK = re.compile(r"https?://[^\s<>\"»”]+", re.IGNORECASE)


def links(text: str) -> list[str]:
    """The web addresses in a text, without our own text fragments and without the punctuation that follows them."""
    return [_trimmed(link.partition(":~:")[0].rstrip("#")) for link in _LINK.findall(text)]


def _trimmed(link: str) -> str:
    link = link.rstrip(".,;:!?']")
    return link[:-1] if link.endswith(")") and link.count("(") < link.count(")") else link


def read_length(text: str) -> tuple[Length, str]:
    """A first or last word that says how long -> (length, the other words); "medium" where none does."""
    words = text.split()
    for place, word in ((0, words[0]), (-1, words[-1])) if words else ():
        for length, names in LENGTHS.items():
            if word.casefold().strip(",.:;") in names:
                rest = text.strip()
                return length, (rest[len(word) :] if place == 0 else rest[: -len(word)]).strip(" ,:;\n\t")
    return "medium", text


def find_titled(corpus: Corpus, text: str, sources: Sequence[str] = ()) -> Article | None:
    """The article whose id this is, or whose title has just these words one after the other. `sources`: those whose
    articles alone are there for whoever asks; none: all.
    """
    article = corpus.find(text, sources=sources) if text.strip() and not links(text) else None
    if article is None or text == article.id:
        return article
    return article if _words(text) and f" {_words(text)} " in f" {_words(article.title)} " else None


def find_referred(corpus: Corpus, text: str, sources: Sequence[str] = ()) -> Article | None:
    """The article that a link, a title or a whole message refers to; links first, then the first line, then all."""
    candidates = [*links(text), *([] if _LINK.fullmatch(text) else [text.split("\n", 1)[0], text])]
    known = (corpus.find(candidate, sources=sources) for candidate in dict.fromkeys(candidates) if candidate.strip())
    return next((article for article in known if article is not None), None)


def find_meant(
    corpus: Corpus, text: str, now: datetime, length: Length, sources: Sequence[str] = ()
) -> Article | TopicSummary:
    """A title's own words mean its article. A topic that names a time comes next, then the title nearest to it."""
    if titled := find_titled(corpus, text, sources):
        return titled
    topic = corpus.summarise_topic(text, now, length, sources=sources)
    article = find_referred(corpus, text, sources)
    timed = bool(topic.stories and topic.searched.scope)
    return topic if article is None or timed else article


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
