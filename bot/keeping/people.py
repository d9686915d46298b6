"""Who may use the bot and how much of it was used today -> rows, and back. Sync, safe to call from several threads.

A group has its number here as a person has: it can be shut out, and told that the bot is not for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from bot.tables import invites, people, spendings
from retrieval import reads_only, unhurried


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of somebody at the door."""

    banned: bool = False
    admitted: bool = False  # by an invite
    told_at: datetime | None = None  # when it was last said that the bot is not for him


class Banned(NamedTuple):
    """Somebody who is shut out."""

    user_id: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Invite:
    """Whoever knows the code is let in, as long as it lasts."""

    code: str
    left: int  # how many people it still lets in
    until: datetime
    by: int


class People:
    """Bans, invites, admissions, and what was spent of daily budgets."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reads_only(engine)
        self._unhurried = unhurried(engine)

    # -- at the door

    def standings(self, ids: Iterable[int]) -> Mapping[int, Standing]:
        """Of whoever is unknown, too: one read."""
        known = sa.select(people.c.user_id, people.c.banned_at, people.c.admitted_at, people.c.told_at)
        found: dict[int, Standing] = defaultdict(Standing)
        with self._reading.connect() as tx:
            for row in tx.execute(known.where(people.c.user_id.in_(set(ids)))):
                found[row.user_id] = Standing(row.banned_at is not None, row.admitted_at is not None, row.told_at)
        return found

    def is_banned(self, user_id: int) -> bool:
        """Whether that person, or that group, is shut out."""
        return self.standings([user_id])[user_id].banned

    def tell(self, user_id: int, now: datetime) -> None:
        """It was said just now that the bot is not for him."""
        with self._engine.begin() as tx:
            _put(tx, user_id, told_at=now)

    # -- bans

    def ban(self, user_id: int, by: int, now: datetime) -> bool:
        """False when he is shut out already. He is told so once, whatever he was told before."""
        with self._engine.begin() as tx:
            standing = sa.select(people.c.banned_at).where(people.c.user_id == user_id)
            if tx.execute(standing).scalar() is not None:
                return False
            _put(tx, user_id, banned_at=now, banned_by=by, told_at=None)
        return True

    def unban(self, user_id: int) -> bool:
        """False when he is not shut out."""
        theirs = sa.update(people).where(people.c.user_id == user_id, people.c.banned_at.is_not(None))
        with self._engine.begin() as tx:
            return tx.execute(theirs.values(banned_at=None, banned_by=None, told_at=None)).rowcount > 0

    def banned(self) -> list[Banned]:
        """Everybody who is shut out, the last first."""
        query = sa.select(people.c.user_id, people.c.banned_at).where(people.c.banned_at.is_not(None))
        with self._reading.connect() as tx:
            return [Banned(*row) for row in tx.execute(query.order_by(people.c.banned_at.desc(), people.c.user_id))]

    # -- invites

    def invite(self, invite: Invite, now: datetime) -> None:
        """Whoever comes by its code is let in from now on."""
        row = {"code": invite.code, "by": invite.by, "created_at": now, "until": invite.until, "left": invite.left}
        with self._engine.begin() as tx:
            tx.execute(sa.insert(invites).values(row))

    def invites(self, now: datetime) -> list[Invite]:
        """Those that still let somebody in, the newest first."""
        query = sa.select(invites).where(invites.c.left > 0, invites.c.until > now)
        with self._reading.connect() as tx:
            rows = tx.execute(query.order_by(invites.c.created_at.desc(), invites.c.code))
            return [Invite(row.code, row.left, row.until, row.by) for row in rows]

    def revoke(self, code: str) -> bool:
        """It lets nobody in any more; those who came by it stay. False when there is no such invite."""
        with self._engine.begin() as tx:
            return tx.execute(sa.delete(invites).where(invites.c.code == code)).rowcount > 0

    def admit(self, user_id: int, code: str, now: datetime) -> bool:
        """Lets him in by an invite, which then lets in one person less. False when it lets nobody in (any more)."""
        usable = (invites.c.code == code, invites.c.left > 0, invites.c.until > now)
        with self._engine.begin() as tx:
            if not tx.execute(sa.update(invites).where(*usable).values(left=invites.c.left - 1)).rowcount:
                return False
            _put(tx, user_id, admitted_at=now, invite=code)
        return True

    # -- daily budgets

    def spend(self, user_id: int, kind: str, day: date, most: int) -> bool:
        """Counts one more, unless as many as `most` were spent that day: then it costs one read, and False."""
        theirs = (spendings.c.user_id == user_id, spendings.c.kind == kind, spendings.c.day == day)
        with self._reading.connect() as tx:
            spent = tx.execute(sa.select(spendings.c.count).where(*theirs)).scalar()
        if (spent or 0) >= most:
            return False
        one = sqlite.insert(spendings).values(user_id=user_id, kind=kind, day=day, count=1)
        keys, more = ["user_id", "kind", "day"], {"count": spendings.c.count + 1}
        with self._unhurried.begin() as tx:  # no row where another thread spent the last one just now
            return tx.execute(one.on_conflict_do_update(keys, set_=more, where=spendings.c.count < most)).rowcount > 0

    def spent(self, user_id: int, day: date) -> Mapping[str, int]:
        """How many of each kind he spent that day."""
        theirs = sa.select(spendings.c.kind, spendings.c.count)
        with self._reading.connect() as tx:
            rows = tx.execute(theirs.where(spendings.c.user_id == user_id, spendings.c.day == day))
            return {kind: count for kind, count in rows}  # noqa: C416 a row is no pair to `dict`

    def prune_spendings(self, before: date) -> int:
        """Forgets what was spent on earlier days; how many rows that were."""
        with self._engine.begin() as tx:
            return tx.execute(sa.delete(spendings).where(spendings.c.day < before)).rowcount


def _put(tx: sa.Connection, user_id: int, **values: Any) -> None:
    if not tx.execute(sa.update(people).where(people.c.user_id == user_id).values(values)).rowcount:
        tx.execute(sa.insert(people).values(user_id=user_id, **values))
