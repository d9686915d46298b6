"""What was looked through for a question in, the lines that say so out."""

from __future__ import annotations

from bot.sheet import clipped
from bot.texts import Texts
from retrieval import Scope, Searched


def scope_words(scope: Scope, texts: Texts, language: str) -> str:
    """ "1–7 June 2025, The Harbour Post"; empty when the scope is all there is."""
    period = texts.period(language, scope.since, scope.until)
    return ", ".join(filter(None, (period, *map(clipped, scope.sources))))


def widened_line(searched: Searched, texts: Texts, language: str) -> str:
    """That nothing was found where the person asked; empty when that did not happen."""
    if not searched.widened:
        return ""
    return texts.say(language, "searched.widened", scope=scope_words(searched.scope, texts, language))


def scope_line(searched: Searched, texts: Texts, language: str) -> str:
    """What the search was limited to; empty when it was not."""
    if not is_limited(searched):
        return ""
    return texts.say(language, "searched.scope", scope=scope_words(searched.scope, texts, language))


def is_limited(searched: Searched) -> bool:
    """Whether there was more to search."""
    return bool(searched.scope) and not searched.widened


def extent_line(searched: Searched, texts: Texts, language: str) -> str:
    """How many articles were looked through, and of which days; empty when none were."""
    count, oldest, newest = searched.articles, searched.oldest, searched.newest
    if not count:
        return ""
    if oldest is None or newest is None:
        return texts.say(language, "searched.undated", count=count)
    first, last = texts.date(language, oldest), texts.date(language, newest)
    key = "searched.day" if first == last else "searched.days"
    return texts.say(language, key, count=count, first=first, last=last)
