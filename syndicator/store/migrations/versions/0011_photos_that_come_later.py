"""How often a photo is still asked for that its post is out without"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("photo_owed", sa.Integer(), nullable=False, server_default="0"))
