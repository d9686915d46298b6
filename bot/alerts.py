"""What changed in the corpus, who follows which feed -> who is to be alerted of what. Pure.

An article is announced to a chat once, whichever of its feeds carries it and however often: the key says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from hashlib import blake2b

from bot.types import TERMINAL_CHAT, Alert, Delivery, FeedNews, Lane, Subscription
from retrieval import Change

LONGEST_ID = 64  # characters of an article's id that stand in a key as they are


def plan(changes: Iterable[Change], followers: Callable[[str], Sequence[Subscription]]) -> list[Delivery]:
    """One delivery for each follower of a feed that newly lists an article or is in trouble, in the order of the
    changes."""
    following = lru_cache(maxsize=None)(followers)  # a feed often lists several articles in one round
    return [
        Delivery(key, Lane.ALERT, follower.chat_id, content)
        for change in changes
        if change.feed is not None
        for follower in following(change.feed)
        if follower.chat_id != TERMINAL_CHAT
        for key, content in _due(change, change.feed, follower.chat_id)
    ]


def _due(change: Change, feed: str, chat_id: int) -> list[tuple[str, Alert | FeedNews]]:
    """What a follower is to be told of one change, with the key that keeps it from being told twice."""
    match change.kind:
        case "listed":
            return [(alert_key(change.article_id, chat_id), Alert(change.article_id, feed))]
        case "down" | "back" | "ended":
            return [(f"f:{change.number}:{chat_id}", FeedNews(feed, change.kind))]
    return []


def alert_key(article_id: str, chat_id: int) -> str:
    """The same for the same article in the same chat. It ends in the chat's number, which may be rewritten."""
    short = article_id if len(article_id) <= LONGEST_ID else blake2b(article_id.encode(), digest_size=16).hexdigest()
    return f"a:{short}:{chat_id}"
