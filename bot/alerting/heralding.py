"""What lies in the outbox and the moment it is to be sent in, what is said out: a letter, or later, or nothing.

    delivery | may the chat be written to now? | what of it is still wanted | notices | one message

An alert is about an article and a subscription; either may be gone, changed or unwanted by now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.alerting.alerts import story_key
from bot.alerting.digests import Heading, Item, Sending, digest, numbered, paged, pager, unpacked
from bot.alerting.gathering import Gatherer
from bot.alerting.notices import Notice, Voice, alert, alert_buttons, development, feed_news, settings_button, stray
from bot.alerting.ranking import importance
from bot.hours import held_until
from bot.outgoing.types import Alert, Aside, Content, Delivery, Digest, FeedNews, Held, Letter, Manner, Stray
from bot.sheet import Buttons, plain
from bot.store import BotStore
from bot.texts import Texts
from bot.types import WORDED, Chat, Heard, Kind, Message, Reply, Rhythm, Subscription
from retrieval import LEVELS, Corpus

JUST = timedelta(hours=1)  # what comes within it after quiet hours or a mute was held back by them
PAGES_KEPT = timedelta(days=60)  # for whoever scrolls back
UNDATED = timedelta(days=365)  # the age that an article without a date counts as
OUTRIGHT = LEVELS["balanced"]  # how near what a feed, a source or a story brings is to what is followed

_HEADINGS: dict[Rhythm, Heading] = {Rhythm.HOURLY: "hourly", Rhythm.DAILY: "daily", Rhythm.WEEKLY: "weekly"}


class Herald:
    """Puts into words what lies in the outbox. Sync, safe to call from several threads."""

    def __init__(self, corpus: Corpus, store: BotStore, texts: Texts, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._texts = texts
        self._clock = clock
        self._gatherer = Gatherer(corpus, clock)

    def letter(self, delivery: Delivery) -> Letter | Held | Aside | None:
        """None: there is nothing (any more) to say, or nobody to say it to. Aside: nobody to say it to just now."""
        if isinstance(delivery.content, Message):
            return Letter(delivery.chat_id, delivery.content, delivery.manner)
        chat = self._store.known_chat(delivery.chat_id)
        if chat is None:
            return None
        if chat.paused or not chat.active:
            return Aside()
        voice = Voice(self._texts, chat, self._clock())
        if (until := held_until(chat.hours, voice.now)) is not None:
            return Held(until)
        return self._said(delivery.content, voice, delivery.manner)

    def page(self, heard: Heard, key: str, number: int) -> Reply:
        """Another page of a digest, in place of the one that is shown. What is gone by now is left out."""
        voice = Voice(self._texts, heard.chat, self._clock())
        sending = self._sending(key, heard.chat.id)
        if sending is None or not 1 <= number <= len(sending.pages):
            return Reply(plain(voice.say("button.stale")), failed=True)
        subscriptions = self._subscriptions(heard.chat.id)
        found = [
            Item(place, notice)
            for place, about in enumerate(sending.pages[number - 1], start=sending.first_number(number))
            if about.subscription in subscriptions
            if (notice := self._gatherer.notice(about, subscriptions[about.subscription])) is not None
        ]
        buttons = self._digest_buttons(sending, number, voice)
        return Reply((digest(found, sending, voice, buttons),), replaces=True)

    def _said(self, content: Content, voice: Voice, manner: Manner) -> Letter | None:
        message: Message | None
        match content:
            case Alert():
                wanted = self._wanted((content,), voice.chat)
                return self._alert(*wanted[0], voice, manner) if wanted else None
            case Digest(alerts):
                return self._digest(self._wanted(alerts, voice.chat), voice, manner)
            case FeedNews():
                message = self._feed_news(content, voice, manner.thread_id)
            case Stray():
                message = self._stray(content, voice)
        return None if message is None else Letter(voice.chat.id, message, manner)

    def _wanted(self, alerts: Iterable[Alert], chat: Chat) -> list[tuple[Alert, Subscription]]:
        """Without what the chat has unfollowed, muted or had enough of. An answered question is muted as it is told."""
        hushed, subscriptions = self._store.hushed(chat.id), self._subscriptions(chat.id)
        followed = [(one, subscriptions[one.subscription]) for one in alerts if one.subscription in subscriptions]
        return [
            (one, subscription)
            for one, subscription in followed
            if one.story not in hushed and (not subscription.muted or subscription.kind is Kind.QUESTION)
        ]

    def _subscriptions(self, chat_id: int) -> dict[int, Subscription]:
        return {one.id: one for one in self._store.subscriptions(chat_id)}

    # -- alerts

    def _alert(self, about: Alert, subscription: Subscription, voice: Voice, manner: Manner) -> Letter | None:
        key = story_key(about.story, voice.chat.id, manner.thread_id)
        target = self._store.message_of(key) if about.update else None
        if about.update == "edit" and target is None:
            return None
        is_reply = about.update == "reply"
        gather = self._gatherer.development if is_reply else self._gatherer.notice
        notice = gather(about, subscription)
        if notice is None:
            return None
        buttons = alert_buttons(notice, voice, self._store.handle(about.article_id))
        if is_reply:
            manner = replace(manner, reply_to=target, silent=True)
            return Letter(voice.chat.id, development(notice, voice, buttons), manner)
        message = alert(notice, voice, buttons, updated=about.update == "edit")
        return Letter(voice.chat.id, message, replace(manner, edits=target))

    def _feed_news(self, news: FeedNews, voice: Voice, thread_id: int | None) -> Message | None:
        theirs = (one for one in self._store.subscriptions(voice.chat.id) if one.thread_id == thread_id)
        of_it = (one for one in theirs if one.kind is Kind.FEED and one.subject == news.feed and not one.muted)
        followed = next(of_it, None)
        return None if followed is None else feed_news(news, followed, voice)

    def _stray(self, lost: Stray, voice: Voice) -> Message | None:
        """The group's topic is forgotten by now: what this person follows outside of topics was moved there."""
        theirs = self._store.subscriptions(lost.chat_id)
        moved = [one for one in theirs if one.by == voice.chat.id and one.thread_id is None]
        return stray(moved, voice) if moved else None

    # -- digests

    def _digest(self, wanted: Sequence[tuple[Alert, Subscription]], voice: Voice, manner: Manner) -> Letter | None:
        found = [notice for one in _one_a_story(wanted) if (notice := self._gatherer.notice(*one)) is not None]
        manner = replace(manner, silent=all(notice.subscription.wishes.silent for notice in found))
        if len(found) < 2:
            return self._alert(found[0].about, found[0].subscription, voice, manner) if found else None
        found.sort(key=lambda notice: (-_importance(notice, voice.now), notice.about.change))
        subscriptions = {notice.subscription.id: notice.subscription for notice in found}
        sending = Sending(_heading(subscriptions.values(), voice), len(found), voice.now, len(subscriptions) > 1)
        pages = paged(numbered(found), sending, voice)
        sending = replace(sending, pages=tuple(tuple(item.notice.about for item in page) for page in pages))
        buttons = self._digest_buttons(sending, 1, voice)
        return Letter(voice.chat.id, digest(pages[0], sending, voice, buttons), manner)

    def _digest_buttons(self, sending: Sending, number: int, voice: Voice) -> Buttons:
        """Pages can be turned even in a channel: else nobody there could see the others."""
        turning: Buttons = ()
        if len(sending.pages) > 1:
            key = self._store.handle(sending.packed(), owner=voice.chat.id, until=voice.now + PAGES_KEPT)
            turning = pager(key, number, len(sending.pages))
        if sending.mixed or voice.chat.kind == "channel":
            return turning
        return (*turning, (settings_button(sending.pages[0][0].subscription, voice),))

    def _sending(self, key: str, chat_id: int) -> Sending | None:
        line = self._store.resolve(key, chat_id)
        try:
            return None if line is None else unpacked(line)
        except (ValueError, TypeError):  # a key of something else
            return None


def _one_a_story(wanted: Iterable[tuple[Alert, Subscription]]) -> list[tuple[Alert, Subscription]]:
    """The alert of each story that is nearest to what is followed; of equals the latest."""
    best: dict[int, tuple[Alert, Subscription]] = {}
    for one in sorted(wanted, key=lambda one: (one[0].score, one[0].change)):
        best[one[0].story] = one
    return list(best.values())


def _importance(notice: Notice, now: datetime) -> float:
    published = notice.article.published
    age = UNDATED if published is None else now - published
    closeness = notice.about.score if notice.subscription.kind in WORDED else OUTRIGHT
    return importance(1 + len(notice.others), age, closeness)


def _heading(subscriptions: Iterable[Subscription], voice: Voice) -> Heading:
    rhythms = {one.wishes.rhythm for one in subscriptions}
    if len(rhythms) == 1 and (heading := _HEADINGS.get(rhythms.pop())):
        return heading
    was_held = held_until(voice.chat.hours, voice.now - JUST) is not None
    return "resting" if was_held and voice.chat.kind == "private" else "new"
