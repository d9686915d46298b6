"""Lead pictures, the stories that articles tell, blocks that a source repeats, and what became of a feed's visits."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("articles", sa.Column("image", sa.Text))
    op.create_table(
        "tellings",
        sa.Column("article_id", sa.Text, primary_key=True),
        sa.Column("story", sa.Integer, nullable=False),
        sa.Column("copy_of", sa.Text),
        sa.Column("signature", sa.LargeBinary),
        sa.Column("profile", sa.JSON),
        sa.Column("published", sa.DateTime(timezone=True)),
    )
    op.create_index("tellings_story", "tellings", ["story"])
    op.create_table(
        "blocks",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("article_id", sa.Text, primary_key=True),
    )
    op.create_index("blocks_article", "blocks", ["article_id"])
    op.add_column("about", sa.Column("grouped", sa.Integer, nullable=False, server_default="0"))
    op.add_column("feeds", sa.Column("address", sa.Text))  # where it is asked for, once it has moved
    op.add_column("feeds", sa.Column("moved_to", sa.Text))  # where the last visit was sent for good
    op.add_column("feeds", sa.Column("down_since", sa.DateTime(timezone=True)))
    op.add_column("feeds", sa.Column("told_down", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("feeds", sa.Column("ended", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("feeds", sa.Column("every", sa.Integer))  # seconds between visits that the publisher asks for
