"""The profile that followers' servers have of an actor"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("actor_name", sa.Column("profile", sa.String(length=32), server_default="", nullable=False))
