"""What a person says or presses, and to what he replies, in; the earlier questions it may refer to out.

    an edit -> what stood before it | a reply -> what it replies to | else -> the talk's last questions

A reply is about what it points at, however old that is and whatever was asked since. Nothing is looked for in words:
an answer is known by its message's number, an alert by its own, any other message by the addresses that stand in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from bot.keeping.retention import TALK, span
from bot.keeping.turns import Asked, Talk
from bot.office import Office
from bot.references import links
from bot.sheet import clean
from bot.types import Heard
from retrieval import Article, Corpus, Turn, UnknownArticle

CONVERSATION = TALK  # a follow-up refers to nothing older, unless it is a reply
MOST_ARTICLES = 8  # that one message may point at
MOST_CHARACTERS = 300  # of words that a question may lean on: a long sentence
FEWEST_CHARACTERS = 12  # of a quote that tells which sentence it is from

_COMMAND = re.compile(r"/\w+(?:@\w+)?\s*")


class Contexts:
    """Sync, safe to call from several threads."""

    def __init__(self, office: Office) -> None:
        self._corpus, self._store, self._rules = office.corpus, office.store, office.rules

    def of(self, heard: Heard, now: datetime) -> tuple[Turn, ...]:
        """Oldest first. The last may be pointed at."""
        pointed = self._pointed(heard, now)
        if pointed is not None:
            return (pointed,)
        was, talk = self.revised(heard), talk_of(heard)
        if was is not None:
            return self._store.turns.previous(talk, was.asked_at - CONVERSATION, was)
        return self._store.turns.previous(talk, now - CONVERSATION)

    def revised(self, heard: Heard) -> Asked | None:
        """What was asked before by a message that says something else now."""
        if not heard.edited or heard.message_id is None:
            return None
        return self._store.turns.asked_by(heard.chat.id, heard.message_id, but=heard.update_id)

    def pressed(self, heard: Heard) -> Asked | None:
        """The question under whose answer a button was pressed, as long as it is kept."""
        return None if heard.message_id is None else self._store.turns.answered_by(heard.chat.id, heard.message_id)

    def points(self, heard: Heard, now: datetime) -> bool:
        """Whether it replies to what tells of something: an answer, an alert, an article."""
        return self._told(heard, now) is not None

    def _pointed(self, heard: Heard, now: datetime) -> Turn | None:
        told = self._told(heard, now)
        if heard.quoted is not None:
            return self._quoted(heard.quoted, told, heard)
        if told is None and heard.replied is not None and heard.replied_id is None:
            return _words(heard.replied, ())  # somebody else's: what is asked may lean on it
        return told

    def _told(self, heard: Heard, now: datetime) -> Turn | None:
        """What the message that is replied to tells: an answer, an alert, or articles by their links."""
        chat, number = heard.chat, heard.replied_id
        asked = None if number is None else self._store.turns.answered_by(chat.id, number)
        if asked is not None and self._is_kept(asked, heard, now):
            return Turn(asked.turn.question, asked.articles, pointed=True)
        alert = None if number is None else self._store.alert_at(chat.id, number)
        articles = _held(self._corpus, (alert.article_id,)) if alert else self._named(heard)
        ids = tuple(article.id for article in articles[:MOST_ARTICLES])
        return Turn(articles[0].title, ids, pointed=True) if articles else None

    def _named(self, heard: Heard) -> list[Article]:
        """By the addresses that stand in the message, or by the title that is its first line."""
        text = heard.replied or ""
        find = partial(self._corpus.find, sources=heard.chat.sources)
        by_link = [article for link in dict.fromkeys(links(text)) if (article := find(link)) is not None]
        if by_link or heard.replied_id is None:
            return list({article.id: article for article in by_link}.values())
        title = text.partition("\n")[0].strip()
        article = find(title) if title else None
        return [article] if article is not None and clean(article.title) == title else []

    def _quoted(self, quote: str, told: Turn | None, heard: Heard) -> Turn | None:
        """The sentence that is quoted, and the article that has it."""
        ids = told.articles if told is not None else ()
        known = _held(self._corpus, ids)
        having = tuple(article.id for article in known if _has(article, quote))
        return _words(quote, having or ids) or told

    def _is_kept(self, asked: Asked, heard: Heard, now: datetime) -> bool:
        """Whether the chat wants it remembered so long."""
        days = self._rules.keep_days if heard.chat.keep_days is None else heard.chat.keep_days
        return asked.asked_at >= now - span(days)


def talk_of(heard: Heard) -> Talk:
    """In a group nobody's questions lean on another's."""
    return Talk(heard.chat.id, None if heard.chat.kind == "private" else heard.user_id, heard.thread_id)


def _words(text: str, articles: tuple[str, ...]) -> Turn | None:
    """Words to lean on, without addresses and names, cut where they are too many; None where there are none."""
    text = text[match.end() :] if (match := _COMMAND.match(text)) else text
    said = " ".join(word for word in text.split() if not word.startswith(("http://", "https://", "@")))
    if len(said) > MOST_CHARACTERS:
        said = said[:MOST_CHARACTERS].rpartition(" ")[0] or said[:MOST_CHARACTERS]
    return Turn(said, articles, pointed=True) if said else None


def _held(corpus: Corpus, ids: Iterable[str]) -> Sequence[Article]:
    found = []
    for article_id in ids:
        try:
            found.append(corpus.article(article_id))
        except UnknownArticle:
            continue
    return found


def _has(article: Article, quote: str) -> bool:
    """Whether its text has the words; a message shows it with other spaces, and with footnotes behind sentences."""
    said = " ".join(quote.partition(" [")[0].split())
    return len(said) >= FEWEST_CHARACTERS and said in " ".join(f"{article.title} {article.text}".split())
