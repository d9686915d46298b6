"""The people's database as SQLAlchemy tables: what bot/migrations/ has built by its last number.

A row of the inbox or the outbox is open until `finished_at` is set; then its content is emptied, so that nobody's words
are kept longer than the work takes. An alert's row stays for good: its key says that this chat had this article.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from retrieval import UtcDateTime

metadata = sa.MetaData()
_open = sa.text("finished_at IS NULL")
_partial: dict[str, Any] = {"sqlite_where": _open, "postgresql_where": _open}

chats = sa.Table(
    "chats",
    metadata,
    sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
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
    sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("feed", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("since", UtcDateTime, nullable=False),
    sa.Column("muted", sa.Boolean, nullable=False),
    sa.Index("subscriptions_feed", "feed"),
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
    sa.Column("lane", sa.SmallInteger, nullable=False),  # 0 before 1: see LANES
    sa.Column("chat_id", sa.BigInteger, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("reply_to", sa.BigInteger),
    sa.Column("thread_id", sa.BigInteger),
    sa.Column("state", sa.Text, nullable=False),  # ready | sending | done | dead | unknown
    sa.Column("reason", sa.Text),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("unclear", sa.Integer, nullable=False),  # replies lost so far
    sa.Column("not_before", UtcDateTime, nullable=False),
    sa.Column("lease_until", UtcDateTime),
    sa.Column("finished_at", UtcDateTime),
    sa.Index("outbox_open", "lane", "id", **_partial),
    sa.Index("outbox_chat", "chat_id", "lane", "id", **_partial),
    sqlite_autoincrement=True,
)
cursors = sa.Table(
    "cursors",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)
