"""Until when an unknown outcome rests, and when a backup was last put back"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import syndicator.store.schema

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = syndicator.store.schema.Moment(timezone=True)
    op.add_column("delivery", sa.Column("rests_until", moment, nullable=True))
    op.add_column(
        "delivery", sa.Column("is_stirred", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("channel", sa.Column("restored_at", moment, nullable=True))
    # What was under way when the program stopped rests as its next attempt says.
    op.execute("UPDATE delivery SET rests_until = next_attempt WHERE standing = 'sending'")
