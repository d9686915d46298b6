"""What is read -> what of it could be followed: an article's story, its source, its topic; the question it answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from bot.following.proposals import read_number, unpack_offer
from bot.following.proposing import Proposing
from bot.references import find_referred
from bot.sheet import BUTTON_CHARACTERS, clipped, plain, spoken
from bot.store import BotStore
from bot.texts import Texts
from bot.types import Button, Heard, Kind, Reply, Subscription
from retrieval import Article, Corpus


class Offering:
    """Buttons that lead from what is read to what is followed."""

    def __init__(
        self, corpus: Corpus, store: BotStore, texts: Texts, clock: Callable[[], datetime], proposing: Proposing
    ) -> None:
        self._corpus, self._store = corpus, store
        self._texts = texts
        self._clock = clock
        self._proposing = proposing

    def article(self, heard: Heard, article_id: str, question: str = "") -> Reply:
        """Raises UnknownArticle."""
        article = self._corpus.article(article_id)
        rows = tuple((button,) for button in self._choices(heard, article, question))
        return Reply(plain(self._texts.say(heard.chat.language, "offer.follow"), rows))

    def answer(self, heard: Heard, number: str) -> Reply:
        """Of the article that answered a question, by the turn's number, or by a key under answers of long ago. Raises
        UnknownArticle.
        """
        turn, chat_id = read_number(number), heard.chat.id
        asked = None if turn is None else self._store.turns.find(turn, chat_id)
        if asked is not None and asked.articles:
            return self.article(heard, asked.articles[0], asked.standalone)
        packed = self._store.resolve(number, chat_id)
        if packed is None or (offer := unpack_offer(packed)) is None:
            return spoken(self._texts, heard, "button.stale", failed=True)
        return self.article(heard, *offer)

    def replied(self, heard: Heard) -> Reply | None:
        """The article of the message that was replied to; None when it names none that we know."""
        article = find_referred(self._corpus, heard.replied) if heard.replied else None
        return None if article is None else self.article(heard, article.id)

    def question(self, heard: Heard, question: str) -> Reply:
        """Follows a question at once: its one press said enough."""
        return self._proposing.accept(heard, self._proposal(heard, Kind.QUESTION, question, question))

    def topic(self, heard: Heard, topic: str) -> Reply:
        """A topic that was summed up."""
        return self._proposing.show(heard, self._proposal(heard, Kind.TOPIC, topic, topic))

    def _choices(self, heard: Heard, article: Article, question: str) -> Iterator[Button]:
        title = clipped(article.title) or self._texts.say(heard.chat.language, "untitled")
        story = str(self._corpus.story(article.id).id)
        yield self._choice(heard, "yes", self._proposal(heard, Kind.STORY, story, title))
        if article.source:
            yield self._choice(heard, "try", self._proposal(heard, Kind.SOURCE, article.source, article.source))
        if article.title:
            yield self._choice(heard, "try", self._proposal(heard, Kind.TOPIC, title, title))
        if question:
            yield self._choice(heard, "yes", self._proposal(heard, Kind.QUESTION, question, question))

    def _choice(self, heard: Heard, verb: str, proposal: Subscription) -> Button:
        text = self._texts.say(heard.chat.language, f"offer.kind.{proposal.kind}", title=clipped(proposal.title))
        return Button(clipped(text, BUTTON_CHARACTERS), f"{verb}:{self._proposing.key(heard, proposal)}")

    def _proposal(self, heard: Heard, kind: Kind, subject: str, title: str) -> Subscription:
        return Subscription(heard.chat.id, kind, subject, clipped(title), self._clock(), thread_id=heard.thread_id)
