"""/follow and lists of feeds -> what is meant, proposed or begun, and said back.

text | options | subject | Proposing -> Reply
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.following.offering import Offering
from bot.following.options import read_options
from bot.following.proposing import Proposing
from bot.following.subjects import find_source, read_subject
from bot.following.subscribing import Subscribing, most_of, of_feed
from bot.rights import Found, Rights, may_change_here
from bot.sheet import clipped, plain, spoken
from bot.store import BotStore
from bot.suggestions import Suggestion, in_order_for
from bot.texts import Texts
from bot.types import Button, Heard, Kind, Reply, Subscription
from retrieval import Corpus, FeedLink, NotAFeed, SourceError

FEEDS_OFFERED = 8  # of a site that has many
FAULTS_SHOWN = 10  # of a list of feeds
SOURCES_SHOWN = 10  # of all that are known, when one is not

Then = Callable[[Heard, Subscription], Reply]  # shows a proposal, or follows at once


class Following:
    """What people want to follow. Raises SourceError for a feed that cannot be had, RightsUnknown."""

    def __init__(  # noqa: PLR0913 what it is wired to, named by the one room that wires it
        self,
        corpus: Corpus,
        store: BotStore,
        texts: Texts,
        clock: Callable[[], datetime],
        *,
        rights: Rights,
        subscribing: Subscribing,
        proposing: Proposing,
        offering: Offering,
        suggestions: Sequence[Suggestion] = (),
    ) -> None:
        self._corpus = corpus
        self._store = store
        self._texts = texts
        self._say = partial(spoken, texts)
        self._clock = clock
        self._rights = rights
        self._subscribing = subscribing
        self._proposing = proposing
        self._offering = offering
        self._suggestions = tuple(suggestions)

    def follow(self, heard: Heard, text: str) -> Reply:
        """Shows what would come and asks; a list of feeds is followed at once. Without words: what was replied to."""
        if not text:
            return self._offering.replied(heard) or self._suggest(heard)
        return self._understand(heard, text, self._proposing.show)

    def begin(self, heard: Heard, text: str) -> Reply:
        """Follows at once; of several feeds of a site one has to be chosen."""
        return self._understand(heard, text, self._proposing.accept) if text else self._suggest(heard)

    def follow_list(self, heard: Heard, name: str, content: bytes | None = None) -> Reply:
        """Follows the feeds of an OPML file: its bytes, or the one at that address. Raises SourceError."""
        if not may_change_here(self._rights, heard):
            return self._say(heard, "rights.denied", failed=True)
        links = self._corpus.feed_list(name, content)
        return self._follow_all(heard, replace(self._nothing(heard), by=heard.user_id), links)

    def _understand(self, heard: Heard, text: str, then: Then) -> Reply:
        options = read_options(text)
        place = self._place(heard, options.to)
        if isinstance(place, Reply):
            return place
        sources = self._corpus.sources()
        meant = read_subject(options.subject, sources)
        if meant.kind is Kind.SOURCE and find_source(meant.subject, sources) is None:
            known = ", ".join(map(clipped, sources[:SOURCES_SHOWN])) or "–"
            return self._say(heard, "follow.no_source", failed=True, name=clipped(meant.subject), known=known)
        title = meant.subject or self._texts.say(heard.chat.language, f"kind.{meant.kind}")
        wanted = replace(place, kind=meant.kind, subject=meant.subject, title=clipped(title), wishes=options.wishes)
        return self._feed(heard, wanted, then) if meant.kind is Kind.FEED else then(heard, wanted)

    def _place(self, heard: Heard, to: str | None) -> Subscription | Reply:
        """A subscription to nothing yet, where it is to be sent."""
        if to is None:
            return self._nothing(heard)
        found = self._rights.find_chat(to)
        if found is None:
            return self._say(heard, "rights.no_chat", failed=True, name=clipped(to))
        if not self._rights.governs(found.id, heard.user_id):
            return self._say(heard, "rights.denied_there", failed=True, name=clipped(found.title))
        self._introduce(heard, found)
        return replace(self._nothing(heard), chat_id=found.id, thread_id=None)

    def _introduce(self, heard: Heard, found: Found) -> None:
        """A place that was never heard of goes by the language and the clock of whoever follows for it."""
        place = self._store.chat(found.id, language=heard.chat.language, kind=found.kind)
        if not place.hours.zone_chosen:
            self._store.set_hours(place.id, replace(place.hours, zone=heard.chat.hours.zone))

    def _nothing(self, heard: Heard) -> Subscription:
        return Subscription(heard.chat.id, Kind.FEED, "", "", self._clock(), thread_id=heard.thread_id)

    def _feed(self, heard: Heard, wanted: Subscription, then: Then) -> Reply:
        try:
            return then(heard, wanted)
        except NotAFeed as fault:
            if fault.reason == "html page":
                return self._found_at(heard, wanted, then)
            no_feed = fault
        try:
            links = self._corpus.feed_list(wanted.subject)
        except NotAFeed:  # neither: what was asked for is a feed
            raise no_feed from None
        return self._follow_all(heard, replace(wanted, by=heard.user_id), links)

    def _found_at(self, heard: Heard, wanted: Subscription, then: Then) -> Reply:
        """A site was named: its one feed is taken, of several one is chosen."""
        links = self._corpus.feeds_at(wanted.subject)
        if len(links) == 1:
            return then(heard, replace(wanted, subject=links[0].url))
        rows, listed = [], []
        for link in links[:FEEDS_OFFERED]:
            title = clipped(link.title) or link.url
            key = self._proposing.key(heard, replace(wanted, subject=link.url, title=title))
            rows.append((Button(title, f"try:{key}"),))
            listed.append(f"• {clipped(link.title)} {link.url}")  # where nothing can be pressed, it is typed
        head = self._texts.say(heard.chat.language, "follow.choose")
        return Reply(plain("\n".join([head, *listed]), tuple(rows)))

    def _follow_all(self, heard: Heard, place: Subscription, links: Sequence[FeedLink]) -> Reply:
        theirs = self._store.subscriptions(place.chat_id)
        followed = {one.subject for one in theirs if one.kind is Kind.FEED and one.thread_id == place.thread_id}
        fresh = [link.url for link in links if link.url not in followed]
        room = max(0, most_of(place.chat_id) - len(theirs))
        begun, failed = 0, list[str]()
        for watched in self._corpus.watch_all(fresh[:room]):
            if isinstance(watched, SourceError):
                failed.append(self._texts.error(heard.chat.language, watched))
            else:
                begun += self._subscribing.keep(of_feed(place, watched), watched) is not None
        left_out = len(fresh) - len(fresh[:room])
        known = len(links) - begun - len(failed) - left_out
        counts = {
            "follow.list_begun": begun, "follow.list_known": known, "follow.list_left_out": left_out,
            "follow.list_failed": len(failed),
        }  # fmt: skip
        return Reply(plain(self._tally(heard, counts, most_of(place.chat_id), failed)), failed=not begun)

    def _tally(self, heard: Heard, counts: dict[str, int], limit: int, failed: Sequence[str]) -> str:
        """What became of a list of feeds: how many were begun, and whatever else there is to say."""
        begun, *others = counts
        told = [begun, *(key for key in others if counts[key])]
        lines = [self._texts.say(heard.chat.language, key, count=counts[key], limit=limit) for key in told]
        return "\n".join([*lines, *failed[:FAULTS_SHOWN]])

    def _suggest(self, heard: Heard) -> Reply:
        language = heard.chat.language
        offered = in_order_for(language, self._suggestions)
        rows = tuple((Button(clipped(one.title), f"follow:{self._store.handle(one.url)}"),) for one in offered)
        usage = self._texts.say(language, "follow.usage")
        said = f"{usage}\n\n{self._texts.say(language, 'follow.suggested')}" if rows else usage
        return Reply(plain(said, rows), failed=not rows)
