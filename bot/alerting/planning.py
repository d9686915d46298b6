"""The corpus' log, and who follows what -> the outbox, in pieces that may be cut off anywhere and done again.

    news | matched with what is followed in words
         | page after page of subscriptions: candidates | history | plan | enqueue
         | page after page of sent alerts whose articles changed

How far it came is written with each page in one transaction, by the subscriptions' own numbers: chats may get others.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Literal

from bot.alerting.alerts import ANSWERING, Candidate, History, Round, candidates, follow_up, plan, story_key
from bot.hours import due
from bot.outgoing.outbox import PLANNED
from bot.outgoing.types import Alert, Delivery, Lane
from bot.store import BotStore
from bot.types import Chat, Kind, Subscription, Wishes
from retrieval import Corpus, Interests, News, StoreFailed, UnknownArticle

How = Literal["edit", "reply"]

logger = logging.getLogger(__name__)

NEWS_AT_ONCE = 100  # log entries of one fan-out: a poll's articles reach a chat together
FOLLOWERS_AT_ONCE = 2_000  # subscriptions of one transaction: nobody else writes meanwhile
ANSWERS_TRIED = 20  # questions that one article is read for, the nearest ones: each costs a reader's run
MISSED_AT_MOST = 2_000  # log entries that are gone through once more for one chat
HOW: Mapping[str, How] = {"wording": "edit", "news": "reply"}  # by what an update changed of its article
FAN_OUT, FOLLOWER, ROW = "fan-out", "subscription", "row"  # cursors of a fan-out that is under way


class Planner:
    """For one caller at a time; a second one waits."""

    def __init__(
        self, corpus: Corpus, store: BotStore, clock: Callable[[], datetime], *, at_once: int = FOLLOWERS_AT_ONCE
    ) -> None:
        self._corpus, self._wire = corpus, corpus.wire
        self._store = store
        self._clock = clock
        self._at_once = at_once
        self._interests = Interests()
        self._loaded = 0  # the last worded subscription among them
        self._planning = threading.Lock()

    def run(self) -> int:
        """Brings the outbox up to the end of the log; how many deliveries were queued (some may be known)."""
        queued = 0
        with self._planning:
            self._adopt()
            if self._store.cursor() > (end := self._corpus.last_change()):  # the articles and their log were begun anew
                self._store.begin_anew(end)
                self._store.enqueue((), {PLANNED: end, FAN_OUT: 0})
            while (done := self._fan_out()) is not None:
                queued += done
        return queued

    def of_chat(self, chat: Chat, after: int) -> tuple[list[Delivery], int]:
        """What one chat is to be told of the next piece of the log after that number, whether or not it can be reached;
        and the number that this goes up to: the same at the end of the log.
        """
        news = self._wire.news(after, NEWS_AT_ONCE)
        if not news:
            return [], after
        followed = [(one, chat) for one in self._store.subscriptions(chat.id) if not one.muted]
        with self._planning:
            at = self._round(news)
        return self._planned(at, followed, self._clock()), news[-1].change.number

    def replay(self, chat: Chat) -> int:
        """What the chat missed since it was away, as one digest; how many alerts are ready for it."""
        places = self._store.places()
        end = places.get(FAN_OUT) or places.get(PLANNED, 0)  # one that was cut off may have passed this chat
        for deliveries in self._again(chat, end if chat.away_from is None else chat.away_from, end):
            self._store.enqueue([_together(one) for one in deliveries], {}, _answered(deliveries))
        self._store.catch_up(chat.id, self._clock())
        return self._store.waiting(chat.id)

    def replan(self, chat_id: int, after: int) -> None:
        """After a subscription ended by which a chat was still to be told something: another may be about that too."""
        chat = self._store.known_chat(chat_id)
        if chat is not None and chat.active and not chat.paused:
            for deliveries in self._again(chat, after, self._store.cursor()):
                self._store.enqueue(deliveries, {}, _answered(deliveries))

    def _again(self, chat: Chat, after: int, end: int) -> Iterator[list[Delivery]]:
        """What the log tells a chat between two numbers, a piece at a time."""
        after = max(after, end - MISSED_AT_MOST)
        while after < end:
            deliveries, after = self.of_chat(chat, after)
            yield deliveries

    def forget_interests(self) -> None:
        """What nobody follows in words any more is compared with nothing."""
        with self._planning:
            self._interests.discard(set(self._interests.keys()) - self._store.worded_ids())

    # -- one fan-out

    def _fan_out(self) -> int | None:
        """The next piece of the log for everybody; None at its end. One that was cut off goes on where it was."""
        places = self._store.places()
        news = self._news(places.get(PLANNED, 0), places.get(FAN_OUT, 0) or self._wire.log_end())
        if not news:
            return None
        end = news[-1].change.number
        if not places.get(FAN_OUT):
            places = {FAN_OUT: end, FOLLOWER: 0, ROW: 0}
            self._store.enqueue((), places)
        queued = self._tell(news, places[FOLLOWER]) + self._change(news, places[ROW])
        self._store.enqueue((), {PLANNED: end, FAN_OUT: 0})
        return queued

    def _news(self, after: int, end: int) -> list[News]:
        return [one for one in self._wire.news(after, NEWS_AT_ONCE) if one.change.number <= end]

    def _tell(self, news: Sequence[News], after: int) -> int:
        """New alerts, page by page."""
        at, now = self._round(news), self._clock()
        wanted, ids = at.wanted().keys(), sorted(at.matches)
        queued, end = 0, False
        while not end:
            page = self._store.page(wanted, ids, after, self._at_once)
            end, after = page.end is None, page.end or _last(page.rows, after)
            deliveries = self._planned(at, page.rows, now)
            self._store.enqueue(deliveries, {FOLLOWER: after}, _answered(deliveries))
            queued += len(deliveries)
        return queued

    def _change(self, news: Sequence[News], after: int) -> int:
        """What was sent about articles that tell something else since is changed too, or replied to."""
        revised = _revised(news)
        weight = lru_cache(maxsize=None)(self._weight)
        stories = sorted({one.story for one, since in revised.values() if weight(one.change.article_id, since) in HOW})
        queued = 0
        while stories and (sent := self._store.sent_alerts(stories, after, self._at_once)):
            after = sent[-1][0]
            alerts = [alert for _, told in sent if (alert := _sole(told)) and alert.article_id in revised]
            owners = self._store.owners({alert.subscription for alert in alerts})
            deliveries = []
            for alert in alerts:
                one, since = revised[alert.article_id]
                how = HOW.get(weight(alert.article_id, max(since, alert.revision)))
                if how is not None and alert.subscription in owners:
                    deliveries.append(self._changed(alert, *owners[alert.subscription], one, how))
            self._store.enqueue(deliveries, {ROW: after})
            queued += len(deliveries)
        return queued

    def _weight(self, article_id: str, since: int) -> str:
        try:
            return self._wire.weight(article_id, since)
        except StoreFailed:
            raise
        except Exception:
            logger.exception("article %s could not be compared with its revision %d", article_id, since)
            return "nothing"

    def _changed(self, told: Alert, subscription: Subscription, chat: Chat, news: News, how: How) -> Delivery:
        revision = told.revision if news.article is None else news.article.revision
        newest = Alert(told.article_id, told.story, subscription.id, news.change.number, revision)
        when, _ = due(Wishes(), chat.hours, self._clock())
        return follow_up(newest, chat.id, subscription, (when, Lane.DIGEST), how)  # nobody waits for it

    def _adopt(self) -> None:
        """Alerts that an older bot keyed by their article are keyed by its story: they are not told again."""
        while old := self._store.keyed_by_article(FOLLOWERS_AT_ONCE):
            story = lru_cache(maxsize=None)(self._story)
            self._store.rekey([(row, story_key(number, chat_id) if (number := story(article_id)) else "", number)
                               for row, article_id, chat_id in old])  # fmt: skip

    def _story(self, article_id: str) -> int:
        """0 for an article that is gone."""
        try:
            return self._corpus.story(article_id).id
        except UnknownArticle:
            return 0

    # -- what a round knows

    def _round(self, news: Sequence[News]) -> Round:
        return Round(news, lru_cache(maxsize=None)(self._wire.words), self._matches(news))

    def _matches(self, news: Sequence[News]) -> dict[int, list[tuple[News, float]]]:
        """Of each article that is new or changed, the worded subscriptions that it is near to. A question's only where
        the article answers it.
        """
        self._load()
        questions = self._store.open_questions()
        found: dict[int, list[tuple[News, float]]] = {}
        for one in news:
            if one.change.kind not in ("added", "updated") or one.article is None:
                continue
            for key, score in self._near(one.article.id, questions):
                found.setdefault(key, []).append((one, score))
        return found

    def _near(self, article_id: str, questions: Mapping[int, str]) -> list[tuple[int, float]]:
        """An article that cannot be matched is told to nobody who follows words, and holds nobody else up."""
        try:
            matches = {match.key: match.score for match in self._wire.match(self._interests, article_id)}
            return [(key, matches[key]) for key in self._answering(matches, article_id, questions)]
        except StoreFailed:
            raise
        except Exception:
            logger.exception("article %s could not be matched", article_id)
            return []

    def _answering(self, matches: Mapping[int, float], article_id: str, questions: Mapping[int, str]) -> Iterator[int]:
        """Without the questions that the article does not answer."""
        asked = sorted(matches.keys() & questions.keys(), key=lambda key: -matches[key])
        nearest = list(dict.fromkeys(questions[key] for key in asked))[:ANSWERS_TRIED]
        now = self._clock()
        answered = {text for text in nearest if self._wire.answers(text, article_id, now) is not None}
        return (key for key in matches if key not in questions or questions[key] in answered)

    def _load(self) -> None:
        """What was newly followed in words; what another model embedded is embedded anew."""
        fresh = self._store.worded(self._loaded)
        if not fresh:
            return
        stale = [one for one in fresh if not self._wire.is_current(one)]
        made = {one.key: self._wire.interest(one.text, one.key) for one in stale}
        self._store.keep_interests(made.values())
        self._interests.put([made.get(one.key, one) for one in fresh])
        self._loaded = fresh[-1].key

    def _planned(self, at: Round, followers: Iterable[tuple[Subscription, Chat]], now: datetime) -> list[Delivery]:
        found = candidates(at, followers, now)
        return plan(found, self._history(found), now)

    def _history(self, found: Sequence[Candidate]) -> History:
        """Whether a story was told matters to those who follow it: for all others the outbox drops a known key."""
        stories = {one.news.story for one in found if one.news.article is not None}
        keys = dict.fromkeys(one.key for one in found if one.subscription.kind is Kind.STORY)
        told = self._store.told(list(keys)) if keys else {}
        return History(told, self._store.hushed_among(stories) if stories else frozenset())


def _revised(news: Sequence[News]) -> dict[str, tuple[News, int]]:
    """Of each article that was updated: the last news, and the revision before the first of them."""
    updates = [one for one in news if one.change.kind == "updated" and one.article is not None]
    since = {one.change.article_id: one.change.revision - 1 for one in reversed(updates)}
    return {one.change.article_id: (one, since[one.change.article_id]) for one in updates}


def _answered(deliveries: Iterable[Delivery]) -> list[int]:
    """Questions that have their answer, and are asked no more."""
    answers = (one.content for one in deliveries if one.key.startswith(ANSWERING))
    return [content.subscription for content in answers if isinstance(content, Alert)]


def _last(rows: Sequence[tuple[Subscription, Chat]], after: int) -> int:
    return rows[-1][0].id if rows else after


def _sole(told: Delivery) -> Alert | None:
    """The alert that a message is about, when it is about one."""
    content = told.content
    alerts = getattr(content, "alerts", (content,))
    return alerts[0] if len(alerts) == 1 and isinstance(alerts[0], Alert) else None


def _together(delivery: Delivery) -> Delivery:
    """What was missed comes at once, as one message."""
    return Delivery(delivery.key, Lane.DIGEST, delivery.chat_id, delivery.content, delivery.manner)
