"""The order of the queue, in which what was published at one moment has one, too"""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_delivery_queue", "delivery", ["channel", "standing", "urgent", "published", "id"], unique=False
    )
    op.drop_index("ix_delivery_channel_standing_urgent_published", "delivery")
