"""The databases -> how much lies in them now: what waits, who is there, which feeds answer. Sync."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.keeping.figures import Queued
from bot.store import BotStore
from retrieval import Corpus, Feed


@dataclass(frozen=True, slots=True)
class Stock:
    """Counts, by state where there are states."""

    inbox: int = 0
    queued: Sequence[Queued] = ()
    chats: Mapping[str, int] = field(default_factory=dict)
    feeds: Mapping[str, int] = field(default_factory=dict)
    passages: int = 0


def take_stock(corpus: Corpus, store: BotStore) -> Stock:
    """Takes a while where there is much."""
    feeds = {"up": 0, "down": 0, "ended": 0} | Counter(state_of(feed) for feed in corpus.feeds())
    chats = store.figures.chats()._asdict()
    return Stock(store.figures.pending()[0], store.figures.queued(), chats, feeds, corpus.stats().passages)


def state_of(feed: Feed) -> str:
    """Whether it answers."""
    return "ended" if feed.ended else "down" if feed.down_since is not None else "up"
