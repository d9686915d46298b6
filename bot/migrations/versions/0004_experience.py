"""Questions with what was said to them, what people think of it, who may ask how much, figures, broadcasts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    _chats()
    _turns()
    _people()
    _operator()
    op.add_column("handles", sa.Column("owner", sa.BigInteger))
    op.add_column("handles", sa.Column("by", sa.BigInteger))
    op.add_column("handles", sa.Column("said_at", sa.DateTime(timezone=True)))
    _partial_index("handles_by", "handles", ["by"], '"by" IS NOT NULL')
    _partial_index("handles_owner", "handles", ["owner"], "owner IS NOT NULL")
    _partial_index("outbox_message", "outbox", ["chat_id", "message_id"], "message_id IS NOT NULL")


def _chats() -> None:
    op.add_column("chats", sa.Column("since", sa.DateTime(timezone=True)))
    op.add_column("chats", sa.Column("askers", sa.Text, nullable=False, server_default="everyone"))
    op.add_column("chats", sa.Column("sources", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("chats", sa.Column("keep_days", sa.SmallInteger))
    _partial_index("chats_brief", "chats", ["chat_id"], "keep_days = 0")


def _turns() -> None:
    """What was asked before lasted for fifteen minutes: nobody will miss it."""
    op.drop_table("questions")
    op.create_table(
        "turns",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("update_id", sa.BigInteger),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("thread_id", sa.BigInteger),
        sa.Column("asked_message", sa.BigInteger),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("standalone", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("cited", sa.JSON, nullable=False),
        sa.Column("articles", sa.JSON, nullable=False),
        sa.Column("trace", sa.JSON, nullable=False),
        sa.Column("told", sa.JSON, nullable=False, server_default="{}"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("forgotten", sa.Boolean, nullable=False, server_default=sa.false()),
        sqlite_autoincrement=True,
    )
    op.create_index("turns_chat", "turns", ["chat_id", "asked_at"])
    op.create_index("turns_user", "turns", ["user_id"])
    op.create_index("turns_update", "turns", ["update_id"])
    op.create_index("turns_message", "turns", ["chat_id", "asked_message"])
    op.create_index("turns_outcome", "turns", ["outcome", "asked_at"])
    op.create_table(
        "ratings",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("asker", sa.BigInteger),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("standalone", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("quotes", sa.JSON, nullable=False),
        sa.Column("trace", sa.JSON, nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ratings_one", "ratings", ["turn", "user_id"], unique=True)
    op.create_index("ratings_user", "ratings", ["user_id"])
    op.create_index("ratings_chat", "ratings", ["chat_id"])
    op.create_index("ratings_asker", "ratings", ["asker"])


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("banned_at", sa.DateTime(timezone=True)),
        sa.Column("banned_by", sa.BigInteger),
        sa.Column("admitted_at", sa.DateTime(timezone=True)),
        sa.Column("invite", sa.Text),
        sa.Column("told_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "invites",
        sa.Column("code", sa.Text, primary_key=True),
        sa.Column("by", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left", sa.Integer, nullable=False),
    )
    op.create_table(
        "spendings",
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )


def _operator() -> None:
    op.create_table(
        "figures",
        sa.Column("hour", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("by", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("audience", sa.Text, nullable=False, server_default="people"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("after", sa.BigInteger),
        sa.Column("planned", sa.Integer),
        sa.Column("reached", sa.Integer),
        sqlite_autoincrement=True,
    )


def _partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
