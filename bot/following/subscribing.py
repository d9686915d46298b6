"""What it takes to begin and to end a subscription: the feed that must be watched, the words that are compared."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from bot.sheet import clipped
from bot.store import BotStore
from bot.types import TERMINAL_CHAT, WORDED, Kind, Subscription
from retrieval import Corpus, Feed, UnknownFeed

PER_CHAT = 50
AT_TERMINAL = 2_000  # whoever sits there has the machine to himself


@dataclass(frozen=True, slots=True)
class Begun:
    """A subscription that is in force. `feed`: the one that is watched for it."""

    subscription: Subscription
    feed: Feed | None = None


def most_of(chat_id: int) -> int:
    """As many subscriptions as one chat may have."""
    return AT_TERMINAL if chat_id == TERMINAL_CHAT else PER_CHAT


class Subscribing:
    """Nothing is said here, and nobody's rights are asked.

    `replan` goes through the log again for a chat, from a number on.
    """

    def __init__(
        self, corpus: Corpus, store: BotStore, clock: Callable[[], datetime], replan: Callable[[int, int], None]
    ) -> None:
        self._corpus = corpus
        self._store = store
        self._clock = clock
        self._replan = replan

    def is_full(self, chat_id: int) -> bool:
        return len(self._store.subscriptions(chat_id)) >= most_of(chat_id)

    def find_same(self, proposal: Subscription) -> Subscription | None:
        """What follows the same thing in the same place already."""
        wanted = (proposal.kind, proposal.subject, proposal.thread_id)
        theirs = self._store.subscriptions(proposal.chat_id)
        return next((one for one in theirs if (one.kind, one.subject, one.thread_id) == wanted), None)

    def begin(self, proposal: Subscription) -> Begun | None:
        """From now on: what the articles tell already is not sent. None: this place follows the same already.

        Raises SourceError for a feed that cannot be had.
        """
        feed = self._corpus.watch(proposal.subject) if proposal.kind is Kind.FEED else None
        if feed is not None:
            proposal = of_feed(proposal, feed)
        return self.keep(proposal, feed)

    def keep(self, proposal: Subscription, feed: Feed | None = None) -> Begun | None:
        """The same, of a feed that is watched already."""
        begun = replace(proposal, since=self._clock(), after=self._corpus.wire.log_end(), id=0)
        interest = self._corpus.wire.interest(begun.subject) if begun.kind in WORDED else None
        number = self._store.subscribe(begun, interest)
        return None if number is None else Begun(replace(begun, id=number), feed)

    def end(self, subscription: Subscription) -> bool:
        """False when it ended before. A feed that nobody follows is watched no more.

        What was still to be told by it is not, unless something else that the chat follows is about it too.
        """
        ended = self._store.unsubscribe(subscription.id)
        if (after := self._store.withdraw(subscription.chat_id, subscription.id)) is not None:
            self._replan(subscription.chat_id, after)
        if subscription.kind is Kind.FEED and subscription.subject not in self._store.followed_feeds():
            with suppress(UnknownFeed):  # nobody watches it any more: that is what we want
                self._corpus.unwatch(subscription.subject)
        return ended


def of_feed(proposal: Subscription, feed: Feed) -> Subscription:
    """The proposal with the feed's own name and address."""
    return replace(proposal, kind=Kind.FEED, subject=feed.url, title=clipped(feed.title) or feed.url)
