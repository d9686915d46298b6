"""Following feeds: /follow, /following, /unfollow, lists of feeds and the buttons below -> what is said back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from bot.sheet import Sheet, clipped, plain, web_link
from bot.store import BotStore
from bot.suggestions import Suggestion, in_order_for
from bot.texts import Texts
from bot.types import TERMINAL_CHAT, Button, FeedNews, Heard, Message, Reply, Subscription
from retrieval import Corpus, Feed, NotAFeed, SourceError, UnknownFeed

FEEDS_PER_CHAT = 50
FEEDS_AT_TERMINAL = 2_000  # whoever sits there has the machine to himself
FEEDS_PER_MESSAGE = 10  # with two buttons each: a list that a thumb can scroll
FEEDS_OFFERED = 8  # of a site that has many
FAULTS_SHOWN = 10  # of a list of feeds


class Following:
    """One chat's feeds. Raises SourceError for a feed that cannot be had."""

    def __init__(
        self,
        corpus: Corpus,
        store: BotStore,
        texts: Texts,
        clock: Callable[[], datetime],
        suggestions: Sequence[Suggestion] = (),
    ) -> None:
        self._corpus = corpus
        self._store = store
        self._texts = texts
        self._clock = clock
        self._suggestions = tuple(suggestions)

    def follow(self, heard: Heard, reference: str) -> Reply:
        """Follows a feed from now on; what it carries already is not sent, its latest item is shown as a sample."""
        if not reference:
            return self._suggest(heard)
        followed = self._store.subscriptions(heard.chat.id)
        if len(followed) >= (limit := _limit(heard)):
            return self._say(heard, "follow.limit", failed=True, count=limit)
        address = _address(reference)
        try:
            return self._begin(heard, self._corpus.watch(address))
        except NotAFeed as fault:
            if fault.reason == "html page":
                return self._found_at(heard, address)
            no_feed = fault
        try:
            return self.follow_list(heard, address)
        except NotAFeed:  # neither: what was asked for is a feed
            raise no_feed from None

    def follow_list(self, heard: Heard, name: str, content: bytes | None = None) -> Reply:
        """Follows the feeds of an OPML file: its bytes, or the one at that address. Raises SourceError."""
        links = self._corpus.feed_list(name, content)
        followed = {one.feed for one in self._store.subscriptions(heard.chat.id)}
        fresh = [link.url for link in links if link.url not in followed]
        room = max(0, _limit(heard) - len(followed))
        begun, failed = 0, list[str]()
        for watched in self._corpus.watch_all(fresh[:room]):
            if isinstance(watched, SourceError):
                failed.append(self._texts.error(heard.chat.language, watched))
            else:
                begun += self._subscribe(heard, watched)
        left_out = len(fresh) - len(fresh[:room])
        return Reply(plain(self._tally(heard, len(links), begun, failed, left_out)), failed=not begun)

    def news(self, language: str, news: FeedNews, title: str) -> Message:
        """A followed feed cannot be had for days, can again, or is gone for good."""
        rows = ((Button(self._texts.say(language, "button.unfollow"), self._data("unfollow", news.feed)),),)
        said = self._texts.say(language, f"feed.{news.kind}", title=clipped(title) or news.feed)
        return plain(said, () if news.kind == "back" else rows)[0]

    def following(self, heard: Heard, _: str = "") -> Reply:
        """The chat's feeds, numbered, with buttons."""
        followed = self._store.subscriptions(heard.chat.id)
        if not followed:
            return self._say(heard, "following.none")
        watched = {feed.url: feed for feed in self._corpus.feeds()}
        pages = range(0, len(followed), FEEDS_PER_MESSAGE)
        return Reply(tuple(message for first in pages for message in self._page(heard, followed, first, watched)))

    def unfollow(self, heard: Heard, reference: str) -> Reply:
        """By number in the list, by address, or by words of the title."""
        if not reference:
            return self._say(heard, "unfollow.usage", failed=True)
        matching = _matching(self._store.subscriptions(heard.chat.id), reference)
        if len(matching) != 1:
            key = "unfollow.several" if matching else "unfollow.unknown"
            return self._say(heard, key, failed=True, reference=clipped(reference))
        return self.leave(heard, matching[0].feed)

    def leave(self, heard: Heard, feed: str) -> Reply:
        """Unfollows the feed at this address."""
        title = self._title(heard, feed)
        if not self._store.unsubscribe(heard.chat.id, feed):
            return self._say(heard, "unfollow.not_followed")
        if feed not in self._store.followed_feeds():
            with suppress(UnknownFeed):  # nobody watches it any more: that is what we want
                self._corpus.unwatch(feed)
        return self._say(heard, "unfollow.done", title=title)

    def mute(self, heard: Heard, feed: str) -> Reply:
        """The feed stays followed, and sends nothing."""
        return self._set_muted(heard, feed, muted=True)

    def unmute(self, heard: Heard, feed: str) -> Reply:
        """The feed's new articles arrive again."""
        return self._set_muted(heard, feed, muted=False)

    def _begin(self, heard: Heard, feed: Feed) -> Reply:
        title = clipped(feed.title) or feed.url
        if not self._subscribe(heard, feed):
            return self._say(heard, "follow.already", title=title)
        return Reply(self._sample(heard.chat.language, feed, title))

    def _subscribe(self, heard: Heard, feed: Feed) -> bool:
        title = clipped(feed.title) or feed.url
        return self._store.subscribe(Subscription(heard.chat.id, feed.url, title, self._clock()))

    def _found_at(self, heard: Heard, address: str) -> Reply:
        """A site was named: its one feed is followed, of several one is chosen."""
        links = self._corpus.feeds_at(address)
        if len(links) == 1:
            return self._begin(heard, self._corpus.watch(links[0].url))
        offered = links[:FEEDS_OFFERED]
        rows = tuple((Button(clipped(link.title) or link.url, self._data("follow", link.url)),) for link in offered)
        # Where nothing can be pressed, it is typed.
        listed = [f"• {clipped(link.title)} {link.url}" for link in offered]
        return Reply(plain("\n".join([self._texts.say(heard.chat.language, "follow.choose"), *listed]), rows))

    def _tally(self, heard: Heard, listed: int, begun: int, failed: Sequence[str], left_out: int) -> str:
        """What became of a list of feeds."""
        say, language = self._texts.say, heard.chat.language
        known = listed - begun - len(failed) - left_out
        lines = [say(language, "follow.list_begun", count=begun)]
        lines += [say(language, "follow.list_known", count=known)] if known else []
        lines += [say(language, "follow.list_left_out", count=left_out, limit=_limit(heard))] if left_out else []
        lines += [say(language, "follow.list_failed", count=len(failed))] if failed else []
        return "\n".join([*lines, *failed[:FAULTS_SHOWN]])

    def _suggest(self, heard: Heard) -> Reply:
        language = heard.chat.language
        offered = in_order_for(language, self._suggestions)
        rows = tuple((Button(clipped(one.title), self._data("follow", one.url)),) for one in offered)
        usage = self._texts.say(language, "follow.usage")
        said = f"{usage}\n\n{self._texts.say(language, 'follow.suggested')}" if rows else usage
        return Reply(plain(said, rows), failed=not rows)

    def _set_muted(self, heard: Heard, feed: str, *, muted: bool) -> Reply:
        if all(subscription.feed != feed for subscription in self._store.subscriptions(heard.chat.id)):
            return self._say(heard, "unfollow.not_followed")
        self._store.set_muted(heard.chat.id, feed, muted)
        language = heard.chat.language
        said = self._texts.say(language, "mute.done" if muted else "unmute.done", title=self._title(heard, feed))
        return Reply(plain(said, ((self._mute_button(language, feed, muted),),)))

    def _sample(self, language: str, feed: Feed, title: str) -> tuple[Message, ...]:
        sheet = Sheet(self._texts.say(language, "follow.done", title=title))
        if feed.latest is not None:
            sheet.write("\n\n" + self._texts.say(language, "follow.latest") + "\n")
            latest = clipped(feed.latest.title) or self._texts.say(language, "untitled")
            sheet.link(latest, web_link(feed.latest.url))
            if feed.latest.published:
                sheet.write(", " + self._texts.date(language, feed.latest.published))
        return sheet.messages()

    def _page(
        self, heard: Heard, followed: list[Subscription], first: int, watched: Mapping[str, Feed]
    ) -> tuple[Message, ...]:
        language, say = heard.chat.language, self._texts.say
        lines, rows = [], []
        for number, one in enumerate(followed[first : first + FEEDS_PER_MESSAGE], start=first + 1):
            key = "following.muted" if one.muted else "following.feed"
            lines.append(
                say(language, key, number=number, title=clipped(one.title))
                + self._trouble(language, watched.get(one.feed))
            )
            leave = Button(f"{number}. {say(language, 'button.unfollow')}", self._data("unfollow", one.feed))
            mute = self._mute_button(language, one.feed, one.muted)
            rows.append((leave, Button(f"{number}. {mute.text}", mute.data)))
        head = [say(language, "following.head", count=len(followed)), ""] if first == 0 else []
        return plain("\n".join(head + lines), tuple(rows))

    def _trouble(self, language: str, feed: Feed | None) -> str:
        """ "; no answer since 5 March 2026", where that is so."""
        if feed is not None and feed.ended:
            return self._texts.say(language, "following.ended")
        if feed is None or feed.down_since is None:
            return ""
        return self._texts.say(language, "following.down", date=self._texts.date(language, feed.down_since))

    def _mute_button(self, language: str, feed: str, muted: bool) -> Button:
        verb = "unmute" if muted else "mute"
        return Button(self._texts.say(language, f"button.{verb}"), self._data(verb, feed))

    def _data(self, verb: str, feed: str) -> str:
        return f"{verb}:{self._store.handle(feed)}"

    def _title(self, heard: Heard, feed: str) -> str:
        titles = {one.feed: one.title for one in self._store.subscriptions(heard.chat.id)}
        return clipped(titles.get(feed, feed))

    def _say(self, heard: Heard, key: str, *, failed: bool = False, **values: object) -> Reply:
        return Reply(plain(self._texts.say(heard.chat.language, key, **values)), failed=failed)


def _limit(heard: Heard) -> int:
    return FEEDS_AT_TERMINAL if heard.chat.id == TERMINAL_CHAT else FEEDS_PER_CHAT


def _address(reference: str) -> str:
    """What a person typed as a feed -> an address: "news.example/rss" means https."""
    first = reference.split()[0]
    return first if "://" in first else f"https://{first}"


def _matching(followed: list[Subscription], reference: str) -> list[Subscription]:
    number = int(reference) if reference.isdecimal() else 0
    if number:
        return followed[number - 1 : number]
    exact = [one for one in followed if one.feed in (reference, _address(reference))]
    words = reference.casefold()
    return exact or [one for one in followed if words in one.title.casefold()]
