"""/following and /unfollow -> what a chat follows, numbered, with a button for each that opens its card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from bot.following.proposals import read_number
from bot.following.wishes import in_brackets
from bot.rights import Rights, may_change_there
from bot.sheet import Buttons, clipped, plain, spoken
from bot.store import BotStore
from bot.texts import Texts
from bot.types import Button, Heard, Kind, Message, Reply, Subscription
from retrieval import Corpus, Feed

PER_MESSAGE = 10  # a list that a thumb can scroll
PER_ROW = 5  # buttons with a number on each
CHARACTERS = 90  # of a title, and of its wishes: ten of both fit into a message, whatever they are made of


class Listing:
    """Chats' subscriptions, by title. Raises RightsUnknown."""

    def __init__(self, corpus: Corpus, store: BotStore, texts: Texts, rights: Rights) -> None:
        self._corpus = corpus
        self._store = store
        self._texts = texts
        self._say = partial(spoken, texts)
        self._rights = rights

    def following(self, heard: Heard, text: str = "") -> Reply:
        """What this chat follows, or "@channel", for whoever may change that."""
        if not text:
            return self._all(heard, heard.chat.id)
        found = self._rights.find_chat(text.split()[0])
        if found is None:
            return self._say(heard, "rights.no_chat", failed=True, name=clipped(text))
        if not may_change_there(self._rights, heard, found.id):
            return self._say(heard, "rights.denied_there", failed=True, name=clipped(found.title))
        return self._all(heard, found.id)

    def back(self, heard: Heard, argument: str) -> Reply:
        """ "chat:number": ten of the list, in place of a card."""
        chat, _, place = argument.partition(":")
        number, first = read_number(chat.removeprefix("-")), read_number(place) or 0
        chat_id = -(number or 0) if chat.startswith("-") else number
        if chat_id is None or not may_change_there(self._rights, heard, chat_id):
            return self._say(heard, "button.stale", failed=True)
        messages = self._all(heard, chat_id).messages
        return Reply((messages[min(first // PER_MESSAGE, len(messages) - 1)],), replaces=True)

    def back_button(self, language: str, chat_id: int, subscription_id: int = 0) -> Button:
        """Leads to the ten that the subscription is among; to the first ones when it is gone."""
        ids = [one.id for one in self._store.subscriptions(chat_id)]
        place = ids.index(subscription_id) if subscription_id in ids else 0
        return Button(self._texts.say(language, "button.back"), f"list:{chat_id}:{place}")

    def find(self, chat_id: int, reference: str) -> list[Subscription]:
        """Those that are meant by a number in the list, by an address, or by words of the title."""
        followed = self._store.subscriptions(chat_id)
        if number := read_number(reference):
            return followed[number - 1 : number]
        exact = [one for one in followed if one.subject in (reference, f"https://{reference}")]
        words = reference.casefold()
        return exact or [one for one in followed if words in one.title.casefold()]

    def _all(self, heard: Heard, chat_id: int) -> Reply:
        followed = self._store.subscriptions(chat_id)
        if not followed:
            return self._say(heard, "following.none")
        watched = {feed.url: feed for feed in self._corpus.feeds()}
        pages = range(0, len(followed), PER_MESSAGE)
        return Reply(tuple(self._page(heard.chat.language, followed, first, watched) for first in pages))

    def _page(
        self, language: str, followed: Sequence[Subscription], first: int, watched: Mapping[str, Feed]
    ) -> Message:
        numbered = list(enumerate(followed[first : first + PER_MESSAGE], start=first + 1))
        lines = [self._line(language, number, one, watched) for number, one in numbered]
        head = [self._texts.say(language, "following.head", count=len(followed)), ""] if first == 0 else []
        buttons = [Button(str(number), f"card:{one.id}") for number, one in numbered]
        rows: Buttons = tuple(tuple(buttons[at : at + PER_ROW]) for at in range(0, len(buttons), PER_ROW))
        return replace(plain("\n".join(head + lines))[0], buttons=rows)

    def _line(self, language: str, number: int, one: Subscription, watched: Mapping[str, Feed]) -> str:
        wishes = clipped(in_brackets(one, self._texts, language), CHARACTERS)
        feed = watched.get(one.subject) if one.kind is Kind.FEED else None
        named = " ".join(filter(None, (f"{number}.", clipped(one.title, CHARACTERS), wishes)))
        return named + self._trouble(language, feed)

    def _trouble(self, language: str, feed: Feed | None) -> str:
        """ "; no answer since 5 March 2026", where that is so."""
        if feed is not None and feed.ended:
            return self._texts.say(language, "following.ended")
        if feed is None or feed.down_since is None:
            return ""
        return self._texts.say(language, "following.down", date=self._texts.date(language, feed.down_since))
