"""What is new in the corpus, who follows what, what was told before, now -> who is to be sent what, and when. Pure.

A chat hears of a story once, whichever feeds, sources and revisions carry it: the delivery's key says so. What comes of
an article later changes the alert that was sent about it, or replies to it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache, partial
from hashlib import blake2b
from typing import Literal, Protocol

from bot.hours import due
from bot.outgoing.types import Alert, Delivery, FeedNews, Lane, Manner, Told
from bot.types import WORDED, Chat, Hours, Kind, Subscription, Wishes
from retrieval import LEVELS, News

LONGEST_ID = 64  # characters of an article's id that stand in a key as they are
FRESH = timedelta(days=3)  # what is older when it comes in is no news, unless a feed brings it
ANSWERING = "q:"  # what the key of a question's answer begins with
TROUBLE = ("down", "back", "ended")

Subject = tuple[Kind, str]
Slot = Callable[[Wishes, Hours], tuple[datetime, bool]]


class Holds(Protocol):
    """An article's words."""

    def holds(self, phrase: str) -> bool:
        """Whether the article has these words one after the other, in whatever form."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round of planning knows of the corpus. `matches`: worded subscription -> (news, how near it is)."""

    news: Sequence[News]
    words: Callable[[str], Holds]  # of an article, by its id
    matches: Mapping[int, Sequence[tuple[News, float]]] = field(default_factory=dict)

    def wanted(self) -> dict[Subject, list[News]]:
        """What is followed, worded subscriptions aside -> the news about it."""
        found: dict[Subject, list[News]] = {}
        for one in self.news:
            for subject in _subjects(one):
                found.setdefault(subject, []).append(one)
        return found


@dataclass(frozen=True, slots=True)
class Candidate:
    """News that a subscription is about, before it is known what its chat has heard already."""

    subscription: Subscription
    chat: Chat
    news: News
    score: float
    key: str


@dataclass(frozen=True, slots=True)
class History:
    """What the chats of some candidates have heard: alerts by key, and the stories that they want no more of. `told` is
    asked only for those who follow a story.
    """

    told: Mapping[str, Told] = field(default_factory=dict)
    hushed: Collection[tuple[int, int]] = frozenset()  # (chat, story)


def candidates(at: Round, followers: Iterable[tuple[Subscription, Chat]], now: datetime) -> list[Candidate]:
    """All that these subscriptions are about, in their order and that of the news."""
    wanted = at.wanted()
    found = []
    for subscription, chat in followers:
        if subscription.kind in WORDED:
            near: Iterable[tuple[News, float]] = at.matches.get(subscription.id, ())
        else:
            near = ((one, 0.0) for one in wanted.get((subscription.kind, subscription.subject), ()))
        for one, score in near:
            if _is_for(subscription, one, score, at, now):
                key = key_of(subscription, chat.id, one)
                found.append(Candidate(subscription, chat, one, score, key))
    return found


def plan(found: Iterable[Candidate], history: History, now: datetime) -> list[Delivery]:
    """A delivery for each candidate that its chat has not heard of."""
    slot = lru_cache(maxsize=None)(partial(due, now=now))  # a million chats share few wishes and hours
    return [delivery for one in found if (delivery := _planned(one, history, slot)) is not None]


def _planned(one: Candidate, history: History, slot: Slot) -> Delivery | None:
    wishes, chat, news = one.subscription.wishes, one.chat, one.news
    when, together = slot(wishes, chat.hours)
    lane = Lane.DIGEST if together else Lane.ALERT
    manner = Manner(thread_id=one.subscription.thread_id, silent=wishes.silent)
    if news.article is None:
        feed_news = FeedNews(one.subscription.subject, _trouble(news))
        return Delivery(one.key, lane, chat.id, feed_news, manner, when)
    if (chat.id, news.story) in history.hushed and one.subscription.kind is not Kind.QUESTION:
        return None
    known = history.told.get(one.key)
    alert = Alert(
        news.article.id, news.story, one.subscription.id, news.change.number, news.article.revision, one.score
    )
    if known is None:
        return Delivery(one.key, lane, chat.id, alert, manner, when)
    if one.subscription.kind is Kind.STORY and known.state == "sent" and _is_development(news, known):
        return follow_up(alert, chat.id, one.subscription, (when, lane), "reply")
    return None


def _is_development(news: News, known: Told) -> bool:
    """Another article of a story that is followed, with words of its own."""
    is_other = news.article is not None and news.article.id != known.article_id
    return is_other and news.copy_of is None and news.change.kind == "added"


def follow_up(
    alert: Alert, chat_id: int, subscription: Subscription, when: tuple[datetime, Lane], how: Literal["edit", "reply"]
) -> Delivery:
    """What comes of a story that was told: a silent change of the alert, or a silent reply to it."""
    alert = Alert(alert.article_id, alert.story, alert.subscription, alert.change, alert.revision, alert.score, how)
    place = _place(subscription.thread_id, chat_id)
    key = f"e:{_short(alert.article_id)}:{alert.revision}:{place}"
    manner = Manner(thread_id=subscription.thread_id, silent=True)
    return Delivery(key, when[1], chat_id, alert, manner, when[0])


def _is_for(subscription: Subscription, news: News, score: float, at: Round, now: datetime) -> bool:
    if news.change.number <= subscription.after:
        return False
    if news.article is None:
        return True
    if subscription.kind is not Kind.FEED and _is_old(news, now):
        return False
    wishes = subscription.wishes
    if subscription.kind is Kind.TOPIC and score < LEVELS[wishes.matching.value] + wishes.shift:
        return False
    if not wishes.must and not wishes.must_not:
        return True
    words = at.words(news.article.id)
    return all(map(words.holds, wishes.must)) and not any(map(words.holds, wishes.must_not))


def _is_old(news: News, now: datetime) -> bool:
    published = None if news.article is None else news.article.published
    return published is not None and now - published > FRESH


def _subjects(news: News) -> list[Subject]:
    """What one would have to follow, worded subscriptions aside, to be told of this."""
    change, article = news.change, news.article
    if change.kind in TROUBLE:
        return [(Kind.FEED, change.feed or "")]
    if article is None:
        return []
    if change.kind == "listed":
        return [(Kind.FEED, change.feed or "")]
    if change.kind not in ("added", "updated"):
        return []
    source = [(Kind.SOURCE, article.source)] if article.source else []
    return [(Kind.STORY, str(news.story)), *source, (Kind.EVERYTHING, "")]


def _trouble(news: News) -> Literal["down", "back", "ended"]:
    kinds: Mapping[str, Literal["down", "back", "ended"]] = {"down": "down", "back": "back", "ended": "ended"}
    return kinds[news.change.kind]


def key_of(subscription: Subscription, chat_id: int, news: News) -> str:
    """The same for the same story in the same place. It ends in the chat's number, which may be rewritten."""
    if news.article is None:
        return f"f:{news.change.number}:{_place(subscription.thread_id, chat_id)}"
    if subscription.kind is Kind.QUESTION:  # its answer is told even if the story was
        return f"{ANSWERING}{subscription.id}:{_place(subscription.thread_id, chat_id)}"
    return story_key(news.story, chat_id, subscription.thread_id)


def story_key(story: int, chat_id: int, thread_id: int | None = None) -> str:
    """Of the alert that tells a place of a story."""
    return f"s:{story}:{_place(thread_id, chat_id)}"


def _place(thread_id: int | None, chat_id: int) -> str:
    return str(chat_id) if thread_id is None else f"{thread_id}:{chat_id}"


def _short(article_id: str) -> str:
    return article_id if len(article_id) <= LONGEST_ID else blake2b(article_id.encode(), digest_size=16).hexdigest()
