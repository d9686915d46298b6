"""The people's database as SQLAlchemy tables: what bot/migrations/ has built by its last number.

A row of the inbox or the outbox is open until `finished_at` is set; then an answer is emptied: what was asked is kept
in `turns`, as long as its chat wants. An alert's row stays for good: its key says that this chat had this story, its
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
    sa.Column("since", UtcDateTime),  # when it was first heard of
    sa.Column("askers", sa.Text, nullable=False, server_default="everyone"),  # of a group: everyone | admins
    sa.Column(
        "sources", sa.JSON, nullable=False, server_default="[]"
    ),  # whose articles a group is answered from; []: all
    sa.Column("keep_days", sa.SmallInteger),  # how long its questions are kept; NULL: as long as the operator says
    sa.Index("chats_brief", "chat_id", **_where("keep_days = 0")),
)
turns = sa.Table(  # questions, and what was said to them
    "turns",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("update_id", sa.BigInteger),  # NULL: asked in the terminal
    sa.Column("chat_id", sa.BigInteger, nullable=False),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("thread_id", sa.BigInteger),  # forum topic
    sa.Column("asked_message", sa.BigInteger),  # the person's own message
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("standalone", sa.Text, nullable=False),  # as it was understood
    sa.Column("outcome", sa.Text, nullable=False),  # answered | closest | refused | topic
    sa.Column("cited", sa.JSON, nullable=False),  # [article, revision, start, end] of each sentence, in their order
    sa.Column("articles", sa.JSON, nullable=False),  # ids of those that answered it
    sa.Column("trace", sa.JSON, nullable=False),  # confidence, milliseconds, figures, hits
    sa.Column("told", sa.JSON, nullable=False, server_default="{}"),  # what was said, to be said again: answers.py
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("forgotten", sa.Boolean, nullable=False, server_default=sa.false()),  # /new: no follow-up refers to it
    sa.Index("turns_chat", "chat_id", "asked_at"),
    sa.Index("turns_user", "user_id"),
    sa.Index("turns_update", "update_id"),
    sa.Index("turns_message", "chat_id", "asked_message"),
    sa.Index("turns_outcome", "outcome", "asked_at"),
    sqlite_autoincrement=True,  # a button holds the number of a turn that may be gone
)
ratings = (
    sa.Table(  # what people think of an answer, with all that is needed to make a question for an evaluation of it
        "ratings",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("chat_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("asker", sa.BigInteger),  # whose question it was: in groups everybody may rate what another asked
        sa.Column("verdict", sa.Text, nullable=False),  # helpful | unhelpful | wrong | missing | outdated | unclear
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("standalone", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("quotes", sa.JSON, nullable=False),  # [article, quote] of each sentence that was cited
        sa.Column("trace", sa.JSON, nullable=False),
        sa.Column("rated_at", UtcDateTime, nullable=False),
        sa.Index("ratings_one", "turn", "user_id", unique=True),
        sa.Index("ratings_user", "user_id"),
        sa.Index("ratings_chat", "chat_id"),
        sa.Index("ratings_asker", "asker"),
    )
)
people = sa.Table(  # those of whom something is to be known beyond what they do in a chat
    "people",
    metadata,
    sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("banned_at", UtcDateTime),
    sa.Column("banned_by", sa.BigInteger),
    sa.Column("admitted_at", UtcDateTime),  # by an invite link
    sa.Column("invite", sa.Text),
    sa.Column("told_at", UtcDateTime),  # when it was last said to a stranger that this bot is not for everybody
)
invites = sa.Table(
    "invites",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("by", sa.BigInteger, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("until", UtcDateTime, nullable=False),
    sa.Column("left", sa.Integer, nullable=False),  # how many people it still lets in
)
spendings = sa.Table(  # of daily budgets
    "spendings",
    metadata,
    sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, primary_key=True),  # question | link | feed | file
    sa.Column("day", sa.Date, primary_key=True),  # UTC
    sa.Column("count", sa.Integer, nullable=False),
)
figures = sa.Table(  # what happened in each hour, about nobody in particular
    "figures",
    metadata,
    sa.Column("hour", UtcDateTime, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)
broadcasts = sa.Table(
    "broadcasts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("by", sa.BigInteger, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("audience", sa.Text, nullable=False, server_default="people"),  # people | everybody: groups as well
    sa.Column("state", sa.Text, nullable=False),  # drafted | spreading | catching | spread | stopping | told | over
    sa.Column("after", sa.BigInteger),  # the last chat that its message was queued for
    sa.Column("planned", sa.Integer),  # chats that it was queued for, once it is told
    sa.Column("reached", sa.Integer),  # of these, the ones that got it
    sqlite_autoincrement=True,
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
    sa.Column("owner", sa.BigInteger),  # the chat that alone may use it; NULL: it says nothing about anybody
    sa.Column("by", sa.BigInteger),  # the person who said what is in it; NULL: the owner, or nobody
    sa.Column("said_at", UtcDateTime),  # when that was; NULL: these are nobody's words
    sa.Index("handles_owner", "owner", **_where("owner IS NOT NULL")),
    sa.Index("handles_by", "by", **_where('"by" IS NOT NULL')),
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
    sa.Column("message_id", sa.BigInteger),  # that it arrived as; not of an alert that was part of a digest
    sa.Index("outbox_ready", "lane", "id", **_where("state = 'ready'")),
    sa.Index("outbox_sending", "lease_until", **_where("state = 'sending'")),
    sa.Index("outbox_waiting", "not_before", **_where("state = 'waiting'")),
    sa.Index("outbox_chat", "chat_id", "finished_at", "lane", "id"),
    sa.Index("outbox_told", "story", "id", **_where("message_id IS NOT NULL")),
    sa.Index("outbox_message", "chat_id", "message_id", **_where("message_id IS NOT NULL")),
    sqlite_autoincrement=True,
)
cursors = sa.Table(
    "cursors",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)
