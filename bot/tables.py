"""The people's database as SQLAlchemy tables: what bot/migrations/ has built by its last number.

A row of the inbox or the outbox is open until `finished_at` is set; then an answer is emptied, so that nobody's words
are kept longer than the work takes. An alert's row stays for good: its key says that this chat had this story, and its
content (which article, and why; no words) which alert is to be changed when the article is.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from retrieval import UtcDateTime

metadata = sa.MetaData()


def _where(condition: str) -> dict[str, Any]:
    """Of an index that holds only such rows."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


_partial = _where("finished_at IS NULL")

chats = sa.Table(
    "chats",
    metadata,
    sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("zone", sa.Text, nullable=False, server_default="UTC"),
    sa.Column("quiet_from", sa.SmallInteger),  # local minutes of the day
    sa.Column("quiet_to", sa.SmallInteger),
    sa.Column("muted_until", UtcDateTime),
    sa.Column("paused", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("away_from", sa.BigInteger),  # the log's number from which on nothing was planned
)
questions = sa.Table(
    "questions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("chat_id", sa.BigInteger, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("articles", sa.JSON, nullable=False, server_default="[]"),  # ids of those that answered it
    sa.Index("questions_chat", "chat_id", "asked_at"),
)
offers = sa.Table(  # of a summary: what "yes" would mean now
    "offers",
    metadata,
    sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("article_id", sa.Text, nullable=False),
    sa.Column("until", UtcDateTime, nullable=False),
)
subscriptions = sa.Table(
    "subscriptions",
    metadata,
    sa.Column(
        "id", sa.Integer, primary_key=True, autoincrement=True
    ),  # what a fan-out goes along: chats get new numbers
    sa.Column("chat_id", sa.BigInteger, nullable=False),
    sa.Column("thread_id", sa.BigInteger),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
    sa.Column("after", sa.BigInteger, nullable=False),  # the log's number
    sa.Column("muted", sa.Boolean, nullable=False),
    sa.Column("rhythm", sa.Text, nullable=False),
    sa.Column("minute", sa.SmallInteger, nullable=False),
    sa.Column("weekday", sa.SmallInteger, nullable=False),
    sa.Column("silent", sa.Boolean, nullable=False),
    sa.Column("matching", sa.Text, nullable=False),
    sa.Column("must", sa.JSON, nullable=False),
    sa.Column("must_not", sa.JSON, nullable=False),
    sa.Column("shift", sa.Float, nullable=False),
    sa.Column("by", sa.BigInteger, nullable=False),
    sa.Index("subscriptions_chat", "chat_id"),
    sa.Index("subscriptions_subject", "kind", "subject", "id"),
    sqlite_autoincrement=True,
)
interests = sa.Table(  # a subscription's words as the engine compares them with articles; made anew at any time
    "interests",
    metadata,
    sa.Column("subscription", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("vector", sa.LargeBinary),
    sa.Column("fingerprint", sa.Text, nullable=False),
)
hushed = sa.Table(  # stories that a chat wants to hear no more of
    "hushed",
    metadata,
    sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("story", sa.BigInteger, primary_key=True, autoincrement=False),
)
handles = sa.Table(
    "handles",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("until", UtcDateTime),  # a person's own words are kept until then, anything else for good
)
inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("update_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("finished_at", UtcDateTime),
    sa.Index("inbox_open", "update_id", **_partial),
)
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("lane", sa.SmallInteger, nullable=False),  # 0 before 1 before 2: see LANES
    sa.Column("chat_id", sa.BigInteger, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("reply_to", sa.BigInteger),
    sa.Column("thread_id", sa.BigInteger),
    sa.Column("edits", sa.BigInteger),
    sa.Column("silent", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("story", sa.BigInteger),  # of an alert
    sa.Column("state", sa.Text, nullable=False),  # waiting | ready | sending | done | dead | unknown
    sa.Column("reason", sa.Text),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("unclear", sa.Integer, nullable=False),  # replies lost so far
    sa.Column("not_before", UtcDateTime, nullable=False),
    sa.Column("lease_until", UtcDateTime),
    sa.Column("finished_at", UtcDateTime),
    sa.Column("message_id", sa.BigInteger),  # of an alert that was sent by itself
    sa.Index("outbox_ready", "lane", "id", **_where("state = 'ready'")),
    sa.Index("outbox_sending", "lease_until", **_where("state = 'sending'")),
    sa.Index("outbox_waiting", "not_before", **_where("state = 'waiting'")),
    sa.Index("outbox_chat", "chat_id", "finished_at", "lane", "id"),
    sa.Index("outbox_told", "story", "id", **_where("message_id IS NOT NULL")),
    sqlite_autoincrement=True,
)
cursors = sa.Table(
    "cursors",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)
