"""The newest articles in, a question that they really answer out: for whoever does not know what to ask.

the newest stories in the reader's language | who speaks in each, or its title, as a question | the first one answered

Looked for once at each state of the log. Where that takes too long it goes on the next time, and the example before
stands as long as its article does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from time import perf_counter
from typing import NamedTuple

from bot.office import Office
from bot.sheet import clipped
from bot.types import Heard
from retrieval import Answer, Article, UnknownArticle

NEWEST = 40  # articles among which stories are looked for
STORIES = 8
LEAST_TRIES = 3  # of whoever has no example yet: the first two are about one story, and one story of five gives none
TRY_SECONDS = 0.1  # after that no more are tried: with the last one's answer it makes 0.3 s
TITLE_CHARACTERS = 90  # a longer one makes no question that anybody would ask
KEPT = 16  # chats' languages and sources

# "the captain Rurik Haldane": what he is may be inflected.
_NAME = re.compile(r"[A-ZА-ЯЁ][\w'’-]+\s+[A-ZА-ЯЁ][\w'’-]+$")


class _Example(NamedTuple):
    """A question, and the article that answers it, at that revision."""

    question: str
    article_id: str
    revision: int


@dataclass(slots=True)
class _Search:
    """For one language and choice of sources. `found` may be of an earlier state of the log, until it is `done`."""

    change: int  # the log's number
    found: _Example | None = None
    tried: int = 0
    done: bool = False


class Examples:
    """May be called from several threads: at worst two of them try the same."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._searches: dict[tuple[str, tuple[str, ...]], _Search] = {}

    def find(self, heard: Heard) -> str | None:
        """A question that is answered now; None where none was found so far."""
        search = self._search((heard.chat.language, heard.chat.sources))
        if not search.done:
            self._go_on(search, heard)
        return search.found.question if search.found else None

    def _go_on(self, search: _Search, heard: Heard) -> None:
        least, began = 1 if search.found else LEAST_TRIES, perf_counter()
        for question, story in islice(self._questions(heard), search.tried, None):
            if least <= 0 and (search.found or perf_counter() - began > TRY_SECONDS):
                return
            least -= 1
            search.tried += 1
            if (found := self._answered(heard, question, story)) is not None:
                search.found = found
                break
        search.done = True

    def _search(self, key: tuple[str, tuple[str, ...]]) -> _Search:
        """The one that goes on, or one that begins with what was found before."""
        search, change = self._searches.get(key), self._office.corpus.last_change()
        if search is None or search.change != change:
            if len(self._searches) >= KEPT:
                self._searches = {}
            found = search.found if search else None
            search = self._searches[key] = _Search(change, found if found and self._is_held(found) else None)
        return search

    def _is_held(self, example: _Example) -> bool:
        try:
            return self._office.corpus.article(example.article_id).revision == example.revision
        except UnknownArticle:
            return False

    def _answered(self, heard: Heard, question: str, story: frozenset[str]) -> _Example | None:
        """If it is by an article of the story that it was made from."""
        told = self._office.corpus.ask(question, now=self._office.clock(), sources=heard.chat.sources)
        cited = [c for s in told.sentences for c in s.citations] if isinstance(told, Answer) else []
        own = (_Example(question, c.article_id, c.revision) for c in cited if c.article_id in story)
        return next(own, None)

    def _questions(self, heard: Heard) -> Iterator[tuple[str, frozenset[str]]]:
        """Each with the articles that should answer it."""
        seen: set[str] = set()
        for article in self._newest(heard):
            if article.id not in seen:
                told = self._office.corpus.summarise_story(article.id, sources=heard.chat.sources)
                story = frozenset(each.id for each in told.articles)
                seen |= story
                speakers = [s.text[slice(*s.span)] for s in told.said if s.span is not None]
                for question in self._about(article, speakers):
                    yield question, story

    def _about(self, article: Article, speakers: list[str]) -> Iterator[str]:
        """In the article's language, which it is searched in. What somebody said is the better question, and where it
        takes reading, the slower and the less sure one.
        """
        say, names = self._office.texts.say, (_NAME.search(speaker) for speaker in speakers)
        named = [say(article.language, "greeting.said", speaker=clipped(name[0])) for name in names if name][:1]
        titled = [say(article.language, "greeting.titled", title=clipped(article.title))]
        if not 0 < len(article.title) <= TITLE_CHARACTERS:
            titled = []
        yield from (titled + named) if self._office.corpus.reads(article.language) else (named + titled)

    def _newest(self, heard: Heard) -> list[Article]:
        """Those in the chat's language first."""
        newest = self._office.corpus.articles(limit=NEWEST)
        theirs = [a for a in newest if heard.chat.hears_of(a.source)]
        own = [article for article in theirs if article.language == heard.chat.language]
        return (own or theirs)[:STORIES]
