"""Round-ups: which delivery tells of which"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("roundup_id", sa.Integer()))
    op.add_column("delivery", sa.Column("is_named", sa.Boolean()))
    op.create_index(
        "ix_delivery_roundup",
        "delivery",
        ["roundup_id"],
        unique=False,
        sqlite_where=sa.text("roundup_id IS NOT NULL"),
        postgresql_where=sa.text("roundup_id IS NOT NULL"),
    )
