"""Buttons under an alert: more or less like this, no more of this story, talk about it -> what changes, and is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.following.proposals import read_number
from bot.keeping.mentions import mentioned
from bot.rights import Rights, may_change_there
from bot.sheet import clipped, spoken
from bot.store import BotStore
from bot.texts import Texts
from bot.types import Heard, Reply
from retrieval import STEP, Corpus

MOST_STEPS = 5  # in either direction: beyond that another matching, or other words, help more


class Feedback:
    """Raises RightsUnknown."""

    def __init__(
        self, corpus: Corpus, store: BotStore, texts: Texts, clock: Callable[[], datetime], rights: Rights
    ) -> None:
        self._corpus = corpus
        self._store = store
        self._texts = texts
        self._say = partial(spoken, texts)
        self._clock = clock
        self._rights = rights

    def more(self, heard: Heard, number: str) -> Reply:
        """The subscription also gets what is a little further from its words."""
        return self._shift(heard, number, -1)

    def less(self, heard: Heard, number: str) -> Reply:
        """Only what is a little nearer to its words."""
        return self._shift(heard, number, 1)

    def hush(self, heard: Heard, story: str) -> Reply:
        """The chat hears no more of a story."""
        number = read_number(story)
        if number is None:
            return self._say(heard, "button.stale", failed=True)
        self._store.hush(heard.chat.id, number)
        return self._say(heard, "feedback.hush")

    def talk(self, heard: Heard, article_id: str) -> Reply:
        """The next question leans on this article. Raises UnknownArticle."""
        article = self._corpus.article(article_id)
        self._store.turns.remember(mentioned(heard, article.title, (article.id,), self._clock(), invited=True))
        title = clipped(article.title) or self._texts.say(heard.chat.language, "untitled")
        return self._say(heard, "feedback.talk", title=title)

    def _shift(self, heard: Heard, number: str, steps: int) -> Reply:
        row = read_number(number)
        one = None if row is None else self._store.subscription(row)
        if one is None or not may_change_there(self._rights, heard, one.chat_id):
            return self._say(heard, "button.stale", failed=True)
        wanted = round(one.wishes.shift / STEP) + steps
        word = "more" if steps < 0 else "less"
        if abs(wanted) > MOST_STEPS:
            return self._say(heard, f"feedback.{word}_no_further", title=clipped(one.title))
        self._store.set_wishes(one.id, replace(one.wishes, shift=wanted * STEP))
        return self._say(heard, f"feedback.{word}", title=clipped(one.title))
