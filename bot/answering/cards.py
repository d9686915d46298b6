"""A few words that somebody types in whatever chat -> cards: articles, each with the sentence that shows why.

words, and whose sources | Corpus (remembered until the log grows) | one message an article
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from bot.deep_links import deep_link
from bot.office import Office
from bot.sheet import Sheet, clean, clipped, source_and_date, title_of, web_link
from bot.types import MarkKind, Message
from retrieval import Citation, Sentence

MOST = 10  # cards; more than anybody scrolls through
REMEMBERED = 500  # searches
SNIPPET_CHARACTERS = 120  # of a card's second line, as long as phones show
KEEP_WORDS = timedelta(hours=1)  # "ask in private" works so long
LONGEST = 256  # characters, as Telegram cuts what is typed


@dataclass(frozen=True, slots=True)
class Card:
    """One article. `message` is what is posted when it is chosen; below it stand the two links."""

    key: str  # of the article, in 64 bytes
    title: str
    snippet: str
    message: Message
    url: str | None  # of the article
    ask_url: str | None  # that opens a chat with us about it
    image: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody may choose from. `start` opens a chat with us, in which what was typed is asked."""

    language: str
    cards: tuple[Card, ...]
    start: str


class Cards:
    """Sync, and may be called from several threads. Nothing is kept of who chose what."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._found = lru_cache(REMEMBERED)(self._search)

    def offer(self, user_id: int, language: str, text: str) -> Offer:
        """Best first; of no words the newest articles. `language`: of the person's own Telegram."""
        store, texts = self._office.store, self._office.texts
        chat = store.known_chat(user_id)
        spoken = chat.language if chat else texts.known(language)
        words = " ".join(text[:LONGEST].split())
        cards = self._found(words.casefold(), spoken, self._office.corpus.last_change())
        if not words:
            return Offer(spoken, cards, "in")
        key = store.handle(words, owner=user_id, by=user_id, until=self._office.clock() + KEEP_WORDS)
        return Offer(spoken, cards, f"q_{key}")

    def _search(self, words: str, language: str, _change: int) -> tuple[Card, ...]:
        corpus = self._office.corpus
        told = corpus.wire.snippets(words, self._office.clock(), MOST) if words else self._newest()
        return tuple(self._card(citation, language) for citation in told)

    def _newest(self) -> Sequence[Citation]:
        corpus = self._office.corpus
        leads = (corpus.wire.lead(article.id) for article in corpus.articles(limit=MOST))
        return [lead.citations[0] for lead in leads if lead is not None and lead.citations]

    def _card(self, told: Citation, language: str) -> Card:
        texts, sheet = self._office.texts, Sheet()
        title = title_of(told, texts, language)
        sheet.write(title, MarkKind.BOLD)
        sheet.write("\n")
        sheet.cite(Sentence(told.quote, (told,)), bold=False)
        sheet.write("\n\n")
        sheet.link("[1]", web_link(told.url))
        sheet.write(" " + (source_and_date(told, texts, language) or title))
        key, name = self._office.store.handle(told.article_id), self._office.username()
        article = self._office.corpus.find(told.article_id)
        return Card(
            key,
            clipped(title),
            clipped(clean(told.quote), SNIPPET_CHARACTERS),
            sheet.messages()[0],
            web_link(told.url),
            deep_link(name, "a", key) if name else None,
            web_link(article.image) if article else None,
        )
