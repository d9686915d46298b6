"""The card of a subscription: what it is, how it wishes to be told, and buttons that change it; /tune and /unfollow.

subscription | card | a press or options | Wishes, muted or gone | card again -> Reply
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.following.listing import Listing
from bot.following.proposals import pack_proposal, read_number, unpack_proposal
from bot.following.subscribing import Subscribing, most_of
from bot.following.wishes import (
    TIMED,
    WEEKDAYS,
    changed,
    changed_by_options,
    clock,
    kept_words,
    marked,
    rhythm_words,
)
from bot.hours import DAY, due
from bot.rights import Rights, may_change_there
from bot.sheet import Buttons, Sheet, clipped, plain, spoken
from bot.store import BotStore
from bot.texts import Texts
from bot.types import Button, Chat, Heard, Hours, Kind, MarkKind, Matching, Reply, Rhythm, Subscription, Wishes
from bot.zones import local, zone_words

KEEP_UNDO = timedelta(days=7)
HOUR = 60  # minutes: the step of a digest's time


class Tuning:
    """Subscriptions of the chat that is spoken in, and of those that the person governs. Raises RightsUnknown."""

    def __init__(  # noqa: PLR0913 what it is wired to, named by the one room that wires it
        self,
        store: BotStore,
        texts: Texts,
        clock: Callable[[], datetime],
        *,
        rights: Rights,
        subscribing: Subscribing,
        listing: Listing,
    ) -> None:
        self._store = store
        self._texts = texts
        self._say = partial(spoken, texts)
        self._clock = clock
        self._rights = rights
        self._subscribing = subscribing
        self._listing = listing

    def open(self, heard: Heard, number: str) -> Reply:
        """The card as a message of its own: an alert stays what it is."""
        one = self._load(heard, number)
        return self._gone(heard) if one is None else self._card(heard, one)

    def open_here(self, heard: Heard, number: str) -> Reply:
        """The card in place of the message whose button was pressed."""
        return replace(self.open(heard, number), replaces=True)

    def open_feed(self, heard: Heard, feed: str) -> Reply:
        """By the feed's address, which older buttons hold."""
        theirs = self._store.subscriptions(heard.chat.id)
        found = next((one for one in theirs if (one.kind, one.subject) == (Kind.FEED, feed)), None)
        return self._gone(heard) if found is None else self._card(heard, found)

    def press(self, heard: Heard, argument: str) -> Reply:
        """ "number:change": the card as it is then, in its place."""
        number, _, change = argument.partition(":")
        one = self._load(heard, number)
        if one is None:
            return replace(self._gone(heard), replaces=True)
        if change in ("mute", "unmute"):
            one = replace(one, muted=change == "mute")
            self._store.set_muted(one.id, one.muted)
        elif (wishes := changed(one.wishes, change)) is not None:
            one = self._wish(one, wishes)
        return replace(self._card(heard, one), replaces=True)

    def tune(self, heard: Heard, text: str) -> Reply:
        """/tune 2 daily 8:30 +ship -ferry: what is not named stays as it is."""
        reference, _, options = text.partition(" ")
        if not options.strip() and not reference:
            return self._say(heard, "tune.usage", failed=True)
        one = self._find(heard, reference)
        if isinstance(one, Reply):
            return one
        if not options.strip():
            return self._card(heard, one)
        wishes = changed_by_options(one.wishes, options)
        if wishes is None:
            return self._say(heard, "tune.usage", failed=True)
        return self._card(heard, self._wish(one, wishes))

    def unfollow(self, heard: Heard, reference: str) -> Reply:
        """By number in the list, by address, or by words of the title."""
        if not reference:
            return self._say(heard, "unfollow.usage", failed=True)
        one = self._find(heard, reference)
        return one if isinstance(one, Reply) else self._leave(heard, one)

    def leave(self, heard: Heard, number: str) -> Reply:
        """Unfollow was pressed on a card."""
        one = self._load(heard, number)
        return replace(self._gone(heard) if one is None else self._leave(heard, one), replaces=True)

    def restore(self, heard: Heard, packed: str) -> Reply:
        """Undo: followed again as it was. Raises SourceError for a feed that cannot be had any more."""
        proposal = unpack_proposal(packed)
        if proposal is None or not may_change_there(self._rights, heard, proposal.chat_id):
            return self._say(heard, "button.stale", failed=True)
        if (same := self._subscribing.find_same(proposal)) is not None:
            return replace(self._card(heard, same), replaces=True)
        if self._subscribing.is_full(proposal.chat_id):
            return self._say(heard, "follow.limit", failed=True, count=most_of(proposal.chat_id))
        begun = self._subscribing.begin(proposal)
        return self._gone(heard) if begun is None else replace(self._card(heard, begun.subscription), replaces=True)

    def _load(self, heard: Heard, number: str) -> Subscription | None:
        """None also for a stranger's: a number is easily guessed."""
        row = read_number(number)
        one = None if row is None else self._store.subscription(row)
        return one if one is not None and may_change_there(self._rights, heard, one.chat_id) else None

    def _find(self, heard: Heard, reference: str) -> Subscription | Reply:
        found = self._listing.find(heard.chat.id, reference)
        if len(found) == 1:
            return found[0]
        key = "unfollow.several" if found else "unfollow.unknown"
        return self._say(heard, key, failed=True, reference=clipped(reference))

    def _wish(self, one: Subscription, wishes: Wishes) -> Subscription:
        self._store.set_wishes(one.id, wishes)
        self._store.retime(one.chat_id, self._clock())
        return replace(one, wishes=wishes)

    def _leave(self, heard: Heard, one: Subscription) -> Reply:
        if not self._subscribing.end(one):
            return self._gone(heard)
        key = self._store.handle(
            pack_proposal(one), owner=heard.chat.id, by=heard.user_id, until=self._clock() + KEEP_UNDO
        )
        language = heard.chat.language
        undo = Button(self._texts.say(language, "button.undo"), f"back:{key}")
        row = (undo, self._listing.back_button(language, one.chat_id))
        return Reply(plain(self._texts.say(language, "unfollow.done", title=clipped(one.title)), (row,)))

    def _card(self, heard: Heard, one: Subscription) -> Reply:
        language = heard.chat.language
        chat = self._store.known_chat(one.chat_id) or heard.chat
        sheet = Sheet()
        sheet.write(clipped(one.title), MarkKind.BOLD)
        sheet.write("\n" + "\n".join(filter(None, self._lines(language, one, chat))))
        return Reply(sheet.messages(_rows(self._buttons(language, one))))

    def _lines(self, language: str, one: Subscription, chat: Chat) -> Iterator[str]:
        say, wishes = self._texts.say, one.wishes
        yield say(language, f"card.{one.kind}")
        yield say(language, "card.rhythm", rhythm=rhythm_words(wishes, self._texts, language))
        if one.kind is Kind.TOPIC:
            yield say(language, "card.matching", matching=say(language, f"wish.{wishes.matching}"))
        if words := kept_words(wishes):
            yield say(language, "card.words", words=clipped(words))
        yield say(language, "card.silent") if wishes.silent else ""
        if one.muted:
            yield say(language, "card.muted")
        elif wishes.rhythm is not Rhythm.INSTANT:
            yield self._next(language, wishes, chat.hours)
        if wishes.rhythm in TIMED and not chat.hours.zone_chosen:
            yield say(language, "presence.ask_zone")

    def _next(self, language: str, wishes: Wishes, hours: Hours) -> str:
        now = self._clock()
        moment = local(due(wishes, hours, now)[0], hours.zone)
        date, zone = self._texts.date(language, moment), zone_words(hours.zone, now)
        return self._texts.say(language, "card.next", date=date, time=f"{moment:%H:%M}", zone=zone)

    def _buttons(self, language: str, one: Subscription) -> Iterator[tuple[Button, ...]]:
        wishes = one.wishes
        yield tuple(self._choice(language, one, each, wishes.rhythm) for each in Rhythm)
        if wishes.rhythm in TIMED:
            earlier, later = (wishes.minute - HOUR) % DAY, (wishes.minute + HOUR) % DAY
            yield (
                _change(one, f"« {clock(earlier)}", str(earlier)),
                _change(one, f"{clock(later)} »", str(later)),
            )
        if wishes.rhythm is Rhythm.WEEKLY:
            names = {day: self._texts.say(language, f"weekday_short.{day}") for day in WEEKDAYS}
            yield tuple(_change(one, marked(names[day], day == wishes.weekday), f"d{day}") for day in WEEKDAYS)
        if one.kind is Kind.TOPIC:
            yield tuple(self._choice(language, one, each, wishes.matching) for each in Matching)
        yield (
            self._switch(language, one, "sound" if wishes.silent else "silent"),
            self._switch(language, one, "unmute" if one.muted else "mute"),
        )
        if wishes.must or wishes.must_not:
            yield (self._switch(language, one, "nowords"),)
        leave = Button(self._texts.say(language, "button.unfollow"), f"out:{one.id}")
        yield leave, self._listing.back_button(language, one.chat_id, one.id)

    def _choice(self, language: str, one: Subscription, each: Rhythm | Matching, current: Rhythm | Matching) -> Button:
        return _change(one, marked(self._texts.say(language, f"button.{each}"), each is current), each.value)

    def _switch(self, language: str, one: Subscription, change: str) -> Button:
        return _change(one, self._texts.say(language, f"button.{change}"), change)

    def _gone(self, heard: Heard) -> Reply:
        return self._say(heard, "unfollow.not_followed", failed=True)


def _change(one: Subscription, text: str, change: str) -> Button:
    return Button(text, f"tune:{one.id}:{change}")


def _rows(rows: Iterator[tuple[Button, ...]]) -> Buttons:
    return tuple(rows)
