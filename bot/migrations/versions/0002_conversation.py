"""The articles of an answer, what a chat was offered last, and an end for handles that hold people's words."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("questions", sa.Column("articles", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("handles", sa.Column("until", sa.DateTime(timezone=True)))
    op.create_table(
        "offers",
        sa.Column("chat_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("article_id", sa.Text, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
