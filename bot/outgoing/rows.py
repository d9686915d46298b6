"""A delivery -> its row in the outbox, and rows -> the delivery that they are sent as. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from bot.outgoing.parcels import pack, unpack
from bot.outgoing.steps import LANES, Step
from bot.outgoing.types import Alert, Delivery, Digest, Lane, Manner, Told
from bot.tables import outbox

COLUMNS = ("key", "lane", "chat_id", "content", "reply_to", "thread_id", "edits", "silent", "story", "state", "tries",
           "unclear", "not_before")  # fmt: skip

_WAITING = sa.text("outbox.state = 'waiting'")  # as its index says it


def columns_of(step: Step, now: datetime, *, keep: bool = False, counted: bool = True) -> dict[str, Any]:
    """`keep`: an alert's content outlives it, since it may have to be changed or sent after all."""
    columns: dict[str, Any] = {"state": step.state, "reason": step.reason, "lease_until": None}
    if counted:
        columns |= {"tries": step.tries, "unclear": step.unclear}
    if step.state == "ready":
        due = step.until or now + timedelta(seconds=step.wait)
        return columns | {"state": state_at(due, now), "not_before": due}
    return columns | {"finished_at": now} | ({} if keep else {"content": ""})


def state_at(due: datetime, now: datetime) -> str:
    """Of a row that is to be sent."""
    return "waiting" if due > now else "ready"


def row_of(delivery: Delivery, now: datetime) -> dict[str, Any]:
    content, manner = delivery.content, delivery.manner
    due = delivery.due or now
    return {
        "key": delivery.key,
        "lane": LANES.index(delivery.lane),
        "chat_id": delivery.chat_id,
        "content": pack(content),
        "reply_to": manner.reply_to,
        "thread_id": manner.thread_id,
        "edits": manner.edits,
        "silent": manner.silent,
        "story": content.story if isinstance(content, Alert) and not content.update else None,
        "state": state_at(due, now),
        "tries": 0,
        "unclear": 0,
        "not_before": due,
    }


def delivery_of(rows: Sequence[sa.Row[Any]]) -> Delivery:
    head, lane = rows[0], LANES[rows[0].lane]
    contents = [unpack(row.content) for row in rows]
    alerts = tuple(content for content in contents if isinstance(content, Alert))
    together = len(rows) > 1 or (lane is Lane.DIGEST and head.story is not None)
    content = Digest(alerts) if together else contents[0]
    manner = Manner(head.reply_to, head.thread_id, head.edits, all(row.silent for row in rows))
    ids = tuple(row.id for row in rows)
    return Delivery(head.key, lane, head.chat_id, content, manner, None, ids, max(row.tries for row in rows))


def told_of(row: Any) -> Told:
    alert = unpack(row.content) if row.content else None
    state = {"done": "sent", "unknown": "sent", "dead": "dead"}.get(row.state, "open")
    about = (alert.article_id, alert.revision) if isinstance(alert, Alert) else ("", 0)
    return Told(*about, state, row.message_id)  # type: ignore[arg-type]


@lru_cache
def upsert(dialect: sa.Dialect) -> tuple[str, Callable[[dict[str, Any]], tuple[Any, ...]]]:
    """As the driver takes it: the statement, and its values from a row. To have SQLAlchemy bind the values of a million
    rows takes longer than to insert them.
    """
    write = sqlite.insert(outbox)
    new = write.excluded
    sooner = sa.and_(_WAITING, sa.text("outbox.tries = 0"), new.not_before < outbox.c.not_before)
    changed = {name: new[name] for name in ("lane", "content", "silent", "state", "not_before")}
    write = write.on_conflict_do_update(index_elements=["key"], set_=changed, where=sooner)
    compiled = write.compile(dialect=dialect, column_keys=COLUMNS)
    in_order = itemgetter(*(compiled.positiontup or ()))
    moment = lru_cache(outbox.c.not_before.type.dialect_impl(dialect).bind_processor(dialect) or str)
    return str(compiled), lambda row: in_order(row | {"not_before": moment(row["not_before"])})
