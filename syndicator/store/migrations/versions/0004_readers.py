"""Who reads what; and every feed has a page from now on"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import syndicator.store.schema

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reader",
        sa.Column("feed", sa.String(length=64), nullable=False),
        sa.Column("format", sa.String(length=32), nullable=False),
        sa.Column("agent", sa.String(length=32), nullable=False),
        sa.Column("whole", sa.BigInteger(), nullable=False),
        sa.Column("same", sa.BigInteger(), nullable=False),
        sa.Column("delta", sa.BigInteger(), nullable=False),
        sa.Column("other", sa.BigInteger(), nullable=False),
        sa.Column("last_whole", syndicator.store.schema.Moment(timezone=True), nullable=True),
        sa.Column("last_same", syndicator.store.schema.Moment(timezone=True), nullable=True),
        sa.Column("last_seen", syndicator.store.schema.Moment(timezone=True), nullable=False),
        sa.Column("subscribers", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("feed", "format", "agent", name=op.f("pk_reader")),
    )
    # Feeds that were built before pages were have to be built once more.
    op.execute("UPDATE feed SET wants = wants + 1")
