"""Subscriptions to more than feeds, each with wishes of its own; when a chat may be written to; alerts by story."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _chats()
    _subscriptions()
    _outbox()


def _chats() -> None:
    op.add_column("chats", sa.Column("zone", sa.Text, nullable=False, server_default="UTC"))
    op.add_column("chats", sa.Column("quiet_from", sa.SmallInteger))
    op.add_column("chats", sa.Column("quiet_to", sa.SmallInteger))
    op.add_column("chats", sa.Column("muted_until", sa.DateTime(timezone=True)))
    op.add_column("chats", sa.Column("paused", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("chats", sa.Column("away_from", sa.BigInteger))


def _subscriptions() -> None:
    op.drop_index("subscriptions_feed", "subscriptions")
    op.rename_table("subscriptions", "followed_feeds")
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("thread_id", sa.BigInteger),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("after", sa.BigInteger, nullable=False),
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
        sqlite_autoincrement=True,
    )
    op.execute(
        'INSERT INTO subscriptions (chat_id, kind, subject, title, since, "after", muted, rhythm, minute, weekday, '
        "silent, matching, must, must_not, shift, \"by\") SELECT chat_id, 'feed', feed, title, since, 0, muted, "
        "'instant', 480, 0, false, 'balanced', '[]', '[]', 0, 0 FROM followed_feeds ORDER BY since, chat_id, feed"
    )
    op.drop_table("followed_feeds")
    op.create_index("subscriptions_chat", "subscriptions", ["chat_id"])
    op.create_index("subscriptions_subject", "subscriptions", ["kind", "subject", "id"])
    op.create_table(
        "interests",
        sa.Column("subscription", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("vector", sa.LargeBinary),
        sa.Column("fingerprint", sa.Text, nullable=False),
    )
    op.create_table(
        "hushed",
        sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("story", sa.BigInteger, primary_key=True, autoincrement=False),
    )


def _outbox() -> None:
    op.add_column("outbox", sa.Column("edits", sa.BigInteger))
    op.add_column("outbox", sa.Column("silent", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("outbox", sa.Column("story", sa.BigInteger))
    op.add_column("outbox", sa.Column("message_id", sa.BigInteger))
    _adopt_open_alerts()
    op.drop_index("outbox_open", "outbox")
    _index("outbox_ready", ["lane", "id"], "state = 'ready'")
    _index("outbox_sending", ["lease_until"], "state = 'sending'")
    _index("outbox_waiting", ["not_before"], "state = 'waiting'")
    _index("outbox_told", ["story", "id"], "message_id IS NOT NULL")
    op.drop_index("outbox_chat", "outbox")
    op.create_index("outbox_chat", "outbox", ["chat_id", "finished_at", "lane", "id"])


def _adopt_open_alerts() -> None:
    """What waits to be sent was written as (article, feed), and becomes (article, story, subscription ...)."""
    tx = op.get_bind()
    found = sa.text("SELECT id FROM subscriptions WHERE chat_id = :chat AND subject = :feed")
    write = sa.text("UPDATE outbox SET content = :content, state = 'ready' WHERE id = :id")
    for row_id, chat_id, content in tx.execute(
        sa.text("SELECT id, chat_id, content FROM outbox WHERE finished_at IS NULL AND lane = 1")
    ).all():
        parcel = json.loads(content)
        if "alert" in parcel:
            article_id, feed = parcel["alert"]
            subscription = tx.execute(found, {"chat": chat_id, "feed": feed}).scalar() or 0
            parcel = {"alert": [article_id, 0, subscription, 0, 1, 0.0, ""]}
        tx.execute(write, {"content": json.dumps(parcel, ensure_ascii=False, separators=(",", ":")), "id": row_id})


def _index(name: str, columns: list[str], condition: str) -> None:
    partial: dict[str, Any] = {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
    op.create_index(name, "outbox", columns, **partial)
