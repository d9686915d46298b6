"""Who talks to the bot, what they follow and asked, what came in -> rows in <data>/bot.db, and back.

Everything is written down before it is acted upon: updates in the inbox before Telegram may forget them, messages in
the outbox before they are sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from bot.keeping.belongings import Belongings
from bot.keeping.broadcasts import Broadcasts
from bot.keeping.erasing import Erasing
from bot.keeping.figures import Figures
from bot.keeping.misses import Misses
from bot.keeping.people import People
from bot.keeping.ratings import Ratings
from bot.keeping.retention import KEEP_DAYS, Retention
from bot.keeping.turns import Turns
from bot.outgoing.moving import move_chat
from bot.outgoing.outbox import utc_now
from bot.outgoing.steps import LANES
from bot.outgoing.types import Delivery, Lane
from bot.subscriptions import Subscriptions, chat_of
from bot.tables import chats, handles, inbox, offers, outbox
from bot.types import Chat
from retrieval import open_engine, together

MIGRATIONS = Path(__file__).with_name("migrations")
HEAD = "0004"  # the last migration
KEEP_FINISHED = timedelta(days=30)


def open_store(data: Path, clock: Callable[[], datetime] = utc_now) -> BotStore:
    """Opens or makes <data>/bot.db. Raises StoreFailed."""
    data.mkdir(parents=True, exist_ok=True)
    return BotStore(open_engine(f"sqlite:///{data / 'bot.db'}", MIGRATIONS, HEAD), clock)


class BotStore(Subscriptions):
    """The outbox, subscriptions, and what else the people's side remembers. Sync, safe to call from several threads.

    What is a subject of its own has a room of its own: `turns`, `ratings`, `people`, `figures`, `broadcasts`.
    """

    def __init__(self, engine: sa.Engine, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(engine, clock)
        self.turns = Turns(engine)
        self.people = People(engine)
        self.ratings = Ratings(engine)
        self.figures = Figures(engine)
        self.misses = Misses(engine)
        self.broadcasts = Broadcasts(engine)
        self.belongings = Belongings(engine)
        self.retention = Retention(engine)
        self.erasing = Erasing(engine)

    def together(self) -> AbstractContextManager[None]:
        """All that this thread writes meanwhile is one transaction. It must be short: everybody else waits."""
        return together(self._engine)

    def close(self) -> None:
        """Lets go of the database's files."""
        self._engine.dispose()

    # -- chats

    def chat(self, chat_id: int, *, language: str, kind: Literal["private", "group", "channel"]) -> Chat:
        """The chat as it is known; an unknown one is written down with what is given."""
        if (known := self.known_chat(chat_id)) is not None:  # as a rule; nobody need wait for a turn to write
            return known
        fresh = Chat(chat_id, language, kind)
        row = {"chat_id": chat_id, "language": language, "kind": kind, "active": True, "since": self._clock()}
        with self._unhurried.begin() as tx:
            if tx.execute(sqlite.insert(chats).values(row).on_conflict_do_nothing(index_elements=["chat_id"])).rowcount:
                return fresh
        return self.known_chat(chat_id) or fresh

    def known_chat(self, chat_id: int) -> Chat | None:
        """The chat if it was ever heard of."""
        with self._reading.connect() as tx:
            row = tx.execute(sa.select(chats).where(chats.c.chat_id == chat_id)).first()
        return None if row is None else chat_of(row)

    def set_language(self, chat_id: int, language: str) -> None:
        """From now on the chat is spoken to in this language."""
        with self._engine.begin() as tx:
            tx.execute(sa.update(chats).where(chats.c.chat_id == chat_id).values(language=language))

    def set_askers(self, chat_id: int, askers: Literal["everyone", "admins"]) -> None:
        """Who is answered in a group from now on."""
        with self._engine.begin() as tx:
            tx.execute(sa.update(chats).where(chats.c.chat_id == chat_id).values(askers=askers))

    def set_sources(self, chat_id: int, sources: Sequence[str]) -> None:
        """Whose articles a group is answered from; none named: all."""
        with self._engine.begin() as tx:
            tx.execute(sa.update(chats).where(chats.c.chat_id == chat_id).values(sources=list(sources)))

    def set_active(self, chat_id: int, active: bool) -> None:
        """Whether messages reach the chat. What it follows is kept either way, and what waits for it is laid aside.
        Whoever is banned stays out of reach.
        """
        if active and self.people.is_banned(chat_id):
            return
        with self._engine.begin() as tx:
            if active:
                tx.execute(sa.update(chats).where(chats.c.chat_id == chat_id).values(active=True))
            else:
                self._leave(tx, chat_id, self._clock())

    def move(self, old_id: int, new_id: int) -> None:
        """A group got a new number: rewritten everywhere, merged where the new one is known already."""
        with self._engine.begin() as tx:
            move_chat(tx, old_id, new_id)

    # -- inbox

    def journal(self, updates: Sequence[tuple[int, str]]) -> list[int]:
        """Commits (update id, body) pairs; returns the ids that were not known before, in their order."""
        bodies = dict(updates)
        now = self._clock()
        with self._engine.begin() as tx:
            known = set(tx.execute(sa.select(inbox.c.update_id).where(inbox.c.update_id.in_(bodies))).scalars())
            fresh = [update_id for update_id in bodies if update_id not in known]
            if fresh:
                rows = [{"update_id": number, "body": bodies[number], "received_at": now} for number in fresh]
                tx.execute(sa.insert(inbox), rows)
        return fresh

    def unfinished(self) -> list[tuple[int, str]]:
        """What came in and was not finished, oldest first."""
        with self._reading.connect() as tx:
            pending = sa.select(inbox.c.update_id, inbox.c.body).where(inbox.c.finished_at.is_(None))
            return [(row.update_id, row.body) for row in tx.execute(pending.order_by(inbox.c.update_id))]

    def finish(self, update_id: int, deliveries: Sequence[Delivery]) -> bool:
        """One transaction: the update is done, and this is what is to be sent. A second time changes nothing: False."""
        with self._engine.begin() as tx:
            still_open = sa.update(inbox).where(inbox.c.update_id == update_id, inbox.c.finished_at.is_(None))
            if not tx.execute(still_open.values(finished_at=self._clock(), body="")).rowcount:
                return False
            self._insert(tx, deliveries)
        return True

    def prune(self, now: datetime, keep_days: int = KEEP_DAYS) -> None:
        """Drops finished updates and answers older than KEEP_FINISHED, handles at their end, and what people asked
        longer ago than `keep_days` or than their chat wants. Alerts' rows stay: their keys must.
        """
        if self.retention.prune(now, keep_days):
            self.erasing.want()
        self.people.prune_spendings(now.date())
        old = now - KEEP_FINISHED
        with self._engine.begin() as tx:
            tx.execute(sa.delete(handles).where(handles.c.until < now))
            tx.execute(sa.delete(inbox).where(inbox.c.finished_at < old))
            answers = outbox.c.lane == LANES.index(Lane.ANSWER)
            tx.execute(sa.delete(outbox).where(answers, outbox.c.finished_at < old))

    # -- what was offered

    def offer(self, chat_id: int, article_id: str, until: datetime) -> None:
        """Keeps what the chat was offered a summary of, in place of what it was offered before."""
        with self._unhurried.begin() as tx:
            tx.execute(sa.delete(offers).where(offers.c.chat_id == chat_id))
            tx.execute(sa.insert(offers).values(chat_id=chat_id, article_id=article_id, until=until))

    def offered(self, chat_id: int, now: datetime) -> str | None:
        """The article whose summary the chat was offered last; None when there is no offer, or it is too old."""
        standing = sa.select(offers.c.article_id).where(offers.c.chat_id == chat_id, offers.c.until > now)
        with self._reading.connect() as tx:
            return tx.execute(standing).scalar()

    def withdraw_offer(self, chat_id: int) -> None:
        """The talk went on: "yes" means nothing now."""
        theirs = offers.c.chat_id == chat_id
        with self._reading.connect() as tx:
            if tx.execute(sa.select(offers.c.chat_id).where(theirs)).first() is None:
                return
        with self._unhurried.begin() as tx:
            tx.execute(sa.delete(offers).where(theirs))

    # -- what buttons point at

    def handle(
        self, value: str, *, owner: int | None = None, by: int | None = None, until: datetime | None = None
    ) -> str:
        """A short key for what a button is about, the same one every time; it fits a button's 64 bytes.

        What has an `owner`, the only chat that the key works in, is kept `until` some time, longer when it is asked for
        again. Words are said `by` a person: they are kept no longer than the chat's words are, and go with the person.
        Anything else is for everybody and for good.
        """
        said = {"by": by, "said_at": None if by is None else self._clock()}
        marked = "\0".join([*(str(whose) for whose in (owner, by) if whose is not None), value])
        key = blake2b(marked.encode(), digest_size=8).hexdigest()
        with self._reading.connect() as tx:  # as a rule it is known, and nobody need wait for a turn to write
            known = tx.execute(sa.select(handles.c.until).where(handles.c.key == key)).first()
        if known is not None and (known.until is None or (until is not None and until <= known.until)):
            return key
        with self._unhurried.begin() as tx:
            later = sa.update(handles).where(handles.c.key == key).values(until=until, **said)
            if not tx.execute(later).rowcount:
                tx.execute(sa.insert(handles).values(key=key, value=value, until=until, owner=owner, **said))
        return key

    def resolve(self, key: str, chat_id: int) -> str | None:
        """What a button's key stands for; None for one that was never given out, or to another chat."""
        theirs = sa.or_(handles.c.owner.is_(None), handles.c.owner == chat_id)
        with self._reading.connect() as tx:
            return tx.execute(sa.select(handles.c.value).where(handles.c.key == key, theirs)).scalar()
