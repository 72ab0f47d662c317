"""What posts show, since when, what was posted under them, and which story they are of"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import syndicator.store.schema

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("posted_at", syndicator.store.schema.Moment(timezone=True)))
    op.add_column("delivery", sa.Column("shows", sa.String(32)))
    op.add_column("delivery", sa.Column("replies", sa.JSON()))
    op.add_column("delivery", sa.Column("story", sa.String(200)))
    op.create_index("ix_delivery_channel_story", "delivery", ["channel", "story"])
