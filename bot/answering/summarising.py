"""/summary and the buttons Summary, Shorter, Longer, Whole story -> an article, a story or a topic in a few sentences.

text | how long | article or topic | Corpus | summaries, with buttons -> Reply
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.answering import summaries
from bot.keeping.mentions import mentioned
from bot.references import ORDER, find_meant, find_referred, find_titled, links, read_length
from bot.sheet import Buttons, spoken
from bot.store import BotStore
from bot.texts import Texts
from bot.types import Button, Heard, Reply
from retrieval import Article, Corpus, Length, Summary, TopicSummary

KEEP_TOPIC = timedelta(days=7)  # the buttons under a topic hold what a person wrote; they work so long
WHOLE = 0.9  # a summary with this share of the article's characters would not become longer
ARTICLE_VERBS: Mapping[Length, str] = {"short": "short", "medium": "sum", "long": "long"}
TOPIC_VERBS: Mapping[Length, str] = {"short": "tshort", "medium": "topic", "long": "tlong"}


class Summarising:
    """What chats want summed up. Administrators may name pages that are not known yet: these are fetched and added."""

    def __init__(
        self, corpus: Corpus, store: BotStore, texts: Texts, clock: Callable[[], datetime], admins: frozenset[int]
    ) -> None:
        self._corpus = corpus
        self._store = store
        self._texts = texts
        self._say = partial(spoken, texts, failed=True)
        self._clock = clock
        self._admins = admins

    def verbs(self) -> dict[str, Callable[[Heard, str], Reply]]:
        """What the buttons of this room do."""
        verbs: dict[str, Callable[[Heard, str], Reply]] = {"story": self.story}
        for length in ORDER:
            verbs[ARTICLE_VERBS[length]] = partial(self.article, length=length)
            verbs[TOPIC_VERBS[length]] = partial(self.topic, length=length)
        return verbs

    def command(self, heard: Heard, text: str) -> Reply:
        """/summary. Raises SourceError for a page that cannot be had."""
        length, reference = read_length(text)
        sources = heard.chat.sources
        if find_titled(self._corpus, text, sources):  # "Long" may be its first word
            length, reference = "medium", text
        meant = reference or heard.replied or ""
        if not meant.strip():
            return self._say(heard, "summary.usage")
        if reference and not links(reference):
            found = find_meant(self._corpus, reference, self._clock(), length, sources)
            return self._told(heard, reference, found, length)
        article = self._known_or_fetched(heard, meant)
        if article is None:
            return self._say(heard, "summary.unknown_link" if links(meant) else "summary.unknown")
        return self.article(heard, article.id, length)

    def article(self, heard: Heard, article_id: str, length: Length = "medium") -> Reply:
        """Raises UnknownArticle."""
        told = self._corpus.summarise(article_id, length)
        buttons = self._article_buttons(heard, told, length)
        self._store.turns.remember(mentioned(heard, told.article.title, (article_id,), self._clock()))
        return summaries.summary(told, self._texts, heard.chat.language, buttons)

    def opened(self, heard: Heard, article_id: str) -> Reply:
        """An article that a link leads to: its summary, and a button to ask about it. Raises UnknownArticle."""
        return with_row(self.article(heard, article_id), (self.asks(heard, article_id),))

    def asks(self, heard: Heard, article_id: str) -> Button:
        """What is asked next is about the article."""
        key = self._store.handle(article_id)
        return Button(self._texts.say(heard.chat.language, "button.ask"), f"talk:{key}")

    def story(self, heard: Heard, article_id: str) -> Reply:
        """All articles about the same event. Raises UnknownArticle."""
        told = self._corpus.summarise_story(article_id, sources=heard.chat.sources)
        return summaries.story(told, self._texts, heard.chat.language)

    def topic(self, heard: Heard, text: str, length: Length = "medium") -> Reply:
        """What was written about it; when nothing was, that is said."""
        told = self._corpus.summarise_topic(text, self._clock(), length, sources=heard.chat.sources)
        return self._told(heard, text, told, length)

    def _told(self, heard: Heard, text: str, meant: Article | TopicSummary, length: Length) -> Reply:
        if isinstance(meant, Article):
            return self.article(heard, meant.id, length)
        language = heard.chat.language
        shown = (near.article_id for development in meant.stories for near in development.articles)
        self._store.turns.remember(mentioned(heard, text, shown, self._clock()))
        if not meant.stories:
            return summaries.topic(meant, self._texts, language)
        key = self._store.handle(text, owner=heard.chat.id, by=heard.user_id, until=self._clock() + KEEP_TOPIC)
        row = (*self._shorter(language, TOPIC_VERBS, length, key), *self._longer(language, TOPIC_VERBS, length, key))
        follow = self._follow(heard, meant.topic) if meant.topic else ()
        return summaries.topic(meant, self._texts, language, tuple(filter(None, (row, follow))))

    def _known_or_fetched(self, heard: Heard, meant: str) -> Article | None:
        article, addresses = find_referred(self._corpus, meant, heard.chat.sources), links(meant)
        if article is None and addresses and heard.user_id in self._admins:
            return self._corpus.add_page(addresses[0]).article
        return article

    def _article_buttons(self, heard: Heard, told: Summary, length: Length) -> Buttons:
        language = heard.chat.language
        key, said = self._store.handle(told.article.id), sum(len(sentence.text) for sentence in told.sentences)
        row = self._shorter(language, ARTICLE_VERBS, length, key) if len(told.sentences) > 1 else ()
        if said < WHOLE * len(told.article.text):
            row += self._longer(language, ARTICLE_VERBS, length, key)
        story_told = self._corpus.summarise_story(told.article.id, sources=heard.chat.sources)
        several = len(story_told.articles) > 1
        story = (Button(self._texts.say(language, "button.story"), f"story:{key}"),) if several else ()
        follow = Button(self._texts.say(language, "button.follow"), f"fol:{key}")
        return tuple(filter(None, (row, (*story, follow))))

    def _follow(self, heard: Heard, topic: str) -> tuple[Button, ...]:
        key = self._store.handle(topic, owner=heard.chat.id, by=heard.user_id, until=self._clock() + KEEP_TOPIC)
        return (Button(self._texts.say(heard.chat.language, "button.follow"), f"ftop:{key}"),)

    def _shorter(self, language: str, verbs: Mapping[Length, str], length: Length, key: str) -> tuple[Button, ...]:
        below = ORDER[: ORDER.index(length)][-1:]
        return tuple(Button(self._texts.say(language, "button.shorter"), f"{verbs[step]}:{key}") for step in below)

    def _longer(self, language: str, verbs: Mapping[Length, str], length: Length, key: str) -> tuple[Button, ...]:
        above = ORDER[ORDER.index(length) + 1 :][:1]
        return tuple(Button(self._texts.say(language, "button.longer"), f"{verbs[step]}:{key}") for step in above)


def with_row(reply: Reply, row: tuple[Button, ...]) -> Reply:
    """The same with one more row of buttons under its last message."""
    *before, last = reply.messages
    return replace(reply, messages=(*before, replace(last, buttons=(*last.buttons, row))))
