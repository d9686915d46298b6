"""Articles and their revisions, passages, vectors, the log, feeds and their entries, and the database's own name."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("current", sa.Boolean, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("url", sa.Text),
        sa.Column("source", sa.Text),
        sa.Column("author", sa.Text),
        sa.Column("published", sa.DateTime(timezone=True)),
        sa.Column("digest", sa.Text, nullable=False),
    )
    op.create_index("articles_digest", "articles", ["digest"])
    op.create_index("articles_url", "articles", ["url"])
    op.create_index("articles_newest", "articles", ["current", "published"])
    op.create_index("articles_language", "articles", ["current", "language"])
    op.create_table(
        "passages",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("spans", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(["article_id", "revision"], ["articles.id", "articles.revision"], ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("passages_article", "passages", ["article_id", "revision"])
    op.create_table(
        "vectors",
        sa.Column("passage_id", sa.Integer, sa.ForeignKey("passages.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "log",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("feed", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_index("log_article", "log", ["article_id", "revision"])
    op.create_table(
        "feeds",
        sa.Column("url", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
    )
    op.create_table(
        "entries",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("feed", sa.Text, sa.ForeignKey("feeds.url", ondelete="CASCADE"), nullable=False),
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("url", sa.Text),
        sa.Column("published", sa.DateTime(timezone=True)),
        sa.Column("html", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("feed", "identity"),
    )
    op.create_index("entries_state", "entries", ["state"])
    about = op.create_table("about", sa.Column("store", sa.Text, nullable=False))
    op.bulk_insert(about, [{"store": uuid.uuid4().hex}])  # tells an index of this database from one of another
