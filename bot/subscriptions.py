"""Who follows what, and when their chats may be written to -> rows in <data>/bot.db, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from bot.hours import due
from bot.outgoing.outbox import AT_ONCE, Outbox, slices
from bot.outgoing.parcels import unpack
from bot.outgoing.rows import state_at
from bot.outgoing.steps import LANES
from bot.outgoing.types import Alert, Lane
from bot.tables import chats, hushed, interests, outbox, subscriptions
from bot.types import TERMINAL_CHAT, WORDED, Chat, Hours, Kind, Matching, Rhythm, Subscription, Wishes
from retrieval import Interest

_PLAIN = ("chat_id", "kind", "subject", "title", "since", "after", "muted", "thread_id", "by")


@dataclass(frozen=True, slots=True)
class Page:
    """Subscriptions with their chats. `end`: the number that the next page begins after; None: this is the last."""

    rows: Sequence[tuple[Subscription, Chat]]
    end: int | None


class Subscriptions(Outbox):
    """The outbox, and what it is filled for. Sync, safe to call from several threads."""

    # -- one chat's

    def subscribe(self, subscription: Subscription, interest: Interest | None = None) -> int | None:
        """The number that the new subscription got; None when this place follows the same already: that stays as it is.

        `interest`: its words as the engine compares them, where it has words.
        """
        with self._engine.begin() as tx:
            if tx.execute(_same(subscription)).first():
                return None
            key = tx.execute(sa.insert(subscriptions).values(_row(subscription))).inserted_primary_key
            number = int(key[0]) if key else 0
            if interest is not None:
                tx.execute(sa.insert(interests).values(_interest_row(number, interest)))
            return number

    def unsubscribe(self, subscription_id: int) -> bool:
        """False when there is no such subscription (any more)."""
        with self._engine.begin() as tx:
            tx.execute(sa.delete(interests).where(interests.c.subscription == subscription_id))
            return tx.execute(sa.delete(subscriptions).where(subscriptions.c.id == subscription_id)).rowcount > 0

    def subscription(self, subscription_id: int) -> Subscription | None:
        with self._reading.connect() as tx:
            row = tx.execute(sa.select(*_SUBSCRIPTION).where(subscriptions.c.id == subscription_id)).first()
        return None if row is None else _subscription(row)

    def subscriptions(self, chat_id: int) -> list[Subscription]:
        """What a chat follows, in all its topics, by title."""
        theirs = sa.select(*_SUBSCRIPTION).where(subscriptions.c.chat_id == chat_id)
        with self._reading.connect() as tx:
            rows = tx.execute(theirs.order_by(subscriptions.c.title, subscriptions.c.id)).all()
        return [_subscription(row) for row in rows]

    def set_wishes(self, subscription_id: int, wishes: Wishes) -> None:
        with self._engine.begin() as tx:
            of_it = sa.update(subscriptions).where(subscriptions.c.id == subscription_id)
            tx.execute(of_it.values(_wishes_row(wishes)))

    def set_muted(self, subscription_id: int, muted: bool) -> None:
        """A muted subscription is kept, and sends nothing."""
        with self._engine.begin() as tx:
            tx.execute(sa.update(subscriptions).where(subscriptions.c.id == subscription_id).values(muted=muted))

    def hush(self, chat_id: int, story: int) -> None:
        """The chat hears no more of that story."""
        with self._engine.begin() as tx:
            theirs = (hushed.c.chat_id == chat_id, hushed.c.story == story)
            if tx.execute(sa.select(hushed.c.story).where(*theirs)).first() is None:
                tx.execute(sa.insert(hushed).values(chat_id=chat_id, story=story))

    # -- when a chat may be written to

    def set_hours(self, chat_id: int, hours: Hours) -> None:
        quiet_from, quiet_to = hours.quiet or (None, None)
        values = {"zone": hours.zone, "quiet_from": quiet_from, "quiet_to": quiet_to, "muted_until": hours.muted_until}
        with self._engine.begin() as tx:
            tx.execute(sa.update(chats).where(chats.c.chat_id == chat_id).values(values))

    def set_paused(self, chat_id: int, paused: bool, away_from: int | None) -> None:
        """`away_from`: the log's number from which on nothing is planned for it; None once that is made up for."""
        with self._engine.begin() as tx:
            theirs = sa.update(chats).where(chats.c.chat_id == chat_id)
            tx.execute(theirs.values(paused=paused, away_from=away_from))

    # -- everybody's

    def followed_feeds(self) -> set[str]:
        """The feeds that anybody follows."""
        with self._reading.connect() as tx:
            feeds = sa.select(subscriptions.c.subject).where(subscriptions.c.kind == Kind.FEED).distinct()
            return set(tx.execute(feeds).scalars())

    def worded(self, after: int = 0) -> list[Interest]:
        """What people follow in words, of subscriptions with a greater number, in order. One that was never embedded
        has an empty language and fingerprint.
        """
        columns = (subscriptions.c.id, subscriptions.c.subject, interests.c.language, interests.c.vector)
        joined = subscriptions.outerjoin(interests, interests.c.subscription == subscriptions.c.id)
        query = sa.select(*columns, interests.c.fingerprint).select_from(joined)
        query = query.where(subscriptions.c.kind.in_(WORDED), subscriptions.c.id > after).order_by(subscriptions.c.id)
        with self._reading.connect() as tx:
            return [Interest(key, text, language or "", vector, print_ or "") for key, text, language, vector, print_
                    in tx.execute(query)]  # fmt: skip

    def worded_ids(self) -> set[int]:
        """The subscriptions to words."""
        with self._reading.connect() as tx:
            return set(tx.execute(sa.select(subscriptions.c.id).where(subscriptions.c.kind.in_(WORDED))).scalars())

    def keep_interests(self, made: Iterable[Interest]) -> None:
        """Words that were embedded anew."""
        with self._engine.begin() as tx:
            for interest in made:
                tx.execute(sa.delete(interests).where(interests.c.subscription == interest.key))
                tx.execute(sa.insert(interests).values(_interest_row(interest.key, interest)))

    def page(self, wanted: Iterable[tuple[Kind, str]], ids: Sequence[int], after: int, limit: int) -> Page:
        """The next subscriptions with a greater number, in order, that are of one of these kinds and subjects, or have
        one of these ids (in order); not muted ones, of chats that messages reach and that are not paused, and never the
        terminal's.
        """
        found: dict[int, tuple[Subscription, Chat]] = {}
        end: int | None = None
        later = [number for number in ids if number > after]
        with self._reading.connect() as tx:
            for query in _pages(wanted, later[:AT_ONCE], after):
                rows = tx.execute(query.limit(limit)).all()
                found |= dict(map(_with_chat, rows))
                end = _sooner(end, rows[-1][0] if len(rows) == limit else None)
        if len(later) > AT_ONCE:
            end = _sooner(end, later[AT_ONCE - 1])
        return Page([found[number] for number in sorted(found) if end is None or number <= end], end)

    def owners(self, ids: Iterable[int]) -> dict[int, tuple[Subscription, Chat]]:
        """Those of these ids whose chats messages reach and that are not paused, muted ones too."""
        with self._reading.connect() as tx:
            rows = [
                row for few in slices(sorted(ids)) for row in tx.execute(_reached().where(subscriptions.c.id.in_(few)))
            ]
        return dict(map(_with_chat, rows))

    def retime(self, chat_id: int, now: datetime) -> None:
        """What waits for the chat is given its time anew, after its hours or a subscription's wishes have changed."""
        waiting = sa.select(outbox.c.id, outbox.c.content).where(outbox.c.chat_id == chat_id, outbox.c.tries == 0)
        waiting = waiting.where(outbox.c.finished_at.is_(None), sa.text("outbox.state = 'waiting'"))
        wishes = {one.id: one.wishes for one in self.subscriptions(chat_id)}
        with self._engine.begin() as tx:
            chat = tx.execute(sa.select(chats).where(chats.c.chat_id == chat_id)).first()
            hours = Hours() if chat is None else chat_of(chat).hours
            for row in tx.execute(waiting).all():
                content = unpack(row.content)
                wished = wishes.get(content.subscription, Wishes()) if isinstance(content, Alert) else Wishes()
                moment, together = due(wished, hours, now)
                lane = LANES.index(Lane.DIGEST if together else Lane.ALERT)
                again = sa.update(outbox).where(outbox.c.id == row.id)
                tx.execute(again.values(not_before=moment, lane=lane, state=state_at(moment, now)))

    def begin_anew(self, end: int) -> None:
        """The log was begun anew, and its numbers mean other things: nobody is behind its `end`, no story was told."""
        done = (outbox.c.story.is_not(None), outbox.c.finished_at.is_not(None))
        with self._engine.begin() as tx:
            tx.execute(sa.update(subscriptions).values(after=sa.func.min(subscriptions.c.after, end)))
            tx.execute(sa.update(chats).values(away_from=None))
            tx.execute(sa.delete(hushed))
            forgotten = sa.literal("old:") + sa.cast(outbox.c.id, sa.Text)
            tx.execute(sa.update(outbox).where(*done).values(key=forgotten, story=None, message_id=None))

    def open_questions(self) -> dict[int, str]:
        """Subscription -> the question that is to be answered."""
        asked = sa.select(subscriptions.c.id, subscriptions.c.subject)
        asked = asked.where(subscriptions.c.kind == Kind.QUESTION, subscriptions.c.muted.is_(False))
        with self._reading.connect() as tx:
            return {row.id: row.subject for row in tx.execute(asked)}

    def hushed_among(self, stories: Iterable[int]) -> set[tuple[int, int]]:
        """(chat, story), of these stories."""
        with self._reading.connect() as tx:
            rows = tx.execute(sa.select(hushed).where(hushed.c.story.in_(list(stories))))
            return {(row.chat_id, row.story) for row in rows}

    def hushed(self, chat_id: int) -> set[int]:
        """The stories that the chat wants to hear no more of."""
        with self._reading.connect() as tx:
            return set(tx.execute(sa.select(hushed.c.story).where(hushed.c.chat_id == chat_id)).scalars())


def _pages(wanted: Iterable[tuple[Kind, str]], ids: Sequence[int], after: int) -> Iterator[sa.Select[Any]]:
    """One query for each subject, since each has its subscriptions in order: together they would have to be sorted."""
    query = _reached().where(subscriptions.c.id > after, subscriptions.c.muted.is_(False)).order_by(subscriptions.c.id)
    for kind, subject in wanted:
        yield query.where(subscriptions.c.kind == kind, subscriptions.c.subject == subject)
    if ids:
        yield query.where(subscriptions.c.id.in_(ids))


def _reached() -> sa.Select[Any]:
    """Subscriptions of chats that messages reach and that are not paused, with their chats."""
    both = subscriptions.join(chats, chats.c.chat_id == subscriptions.c.chat_id)
    query = sa.select(*_SUBSCRIPTION, *chats.c).select_from(both)
    return query.where(chats.c.active.is_(True), chats.c.paused.is_(False), chats.c.chat_id != TERMINAL_CHAT)


def _with_chat(row: Sequence[Any]) -> tuple[int, tuple[Subscription, Chat]]:
    """A row of these, by the subscription's number."""
    width = len(_SUBSCRIPTION)
    return row[0], (_subscription(row[:width]), chat_of(row[width:]))


def _sooner(one: int | None, other: int | None) -> int | None:
    """The smaller number; None is none."""
    return min((number for number in (one, other) if number is not None), default=None)


def chat_of(row: Sequence[Any]) -> Chat:
    """A row of the table of chats."""
    chat_id, language, kind, active, zone, quiet_from, quiet_to, muted_until, paused, away_from = row[:10]
    _, askers, sources, keep_days = row[10:]
    hours = _hours(zone, quiet_from, quiet_to, muted_until)
    return Chat(chat_id, language, kind, active, hours, paused, away_from, askers, tuple(sources), keep_days)


@lru_cache(maxsize=1_000)  # most of a million chats have the same
def _hours(zone: str, quiet_from: int | None, quiet_to: int | None, muted_until: datetime | None) -> Hours:
    return Hours(zone, None if quiet_from is None or quiet_to is None else (quiet_from, quiet_to), muted_until)


def _same(subscription: Subscription) -> sa.Select[tuple[int]]:
    """The same thing, followed in the same place."""
    table = subscriptions.c
    place = table.thread_id.is_(None) if subscription.thread_id is None else table.thread_id == subscription.thread_id
    what = (table.kind == subscription.kind, table.subject == subscription.subject)
    return sa.select(table.id).where(table.chat_id == subscription.chat_id, place, *what)


def _row(subscription: Subscription) -> dict[str, Any]:
    return {name: getattr(subscription, name) for name in _PLAIN} | _wishes_row(subscription.wishes)


def _wishes_row(wishes: Wishes) -> dict[str, Any]:
    return asdict(wishes) | {"must": list(wishes.must), "must_not": list(wishes.must_not)}


def _interest_row(number: int, interest: Interest) -> dict[str, Any]:
    kept = {"language": interest.language, "vector": interest.vector, "fingerprint": interest.fingerprint}
    return {"subscription": number, **kept}


_WISHES = [subscriptions.c[name] for name in ("rhythm", "minute", "weekday", "silent", "matching", "shift")]
_WORDS = [sa.cast(subscriptions.c[name], sa.Text) for name in ("must", "must_not")]
_SUBSCRIPTION = [*(subscriptions.c[name] for name in ("id", *_PLAIN)), *_WISHES, *_WORDS]


def _subscription(row: Sequence[Any]) -> Subscription:
    """A row of these columns."""
    number, chat_id, kind, subject, title, since, after, muted, thread_id, by, *wishes = row
    what = (Kind(kind), subject, title, since, after)
    return Subscription(chat_id, *what, _wishes(tuple(wishes)), muted, thread_id, by, number)


@lru_cache(maxsize=1_000)  # most of a million subscriptions have the same
def _wishes(row: tuple[Any, ...]) -> Wishes:
    rhythm, minute, weekday, silent, matching, shift, *words = row
    must, must_not = (tuple(json.loads(line)) for line in words)
    return Wishes(Rhythm(rhythm), minute, weekday, silent, Matching(matching), must, must_not, shift)
