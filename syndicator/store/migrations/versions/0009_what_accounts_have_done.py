"""What accounts have done, and what their services say is left"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("channel", sa.Column("ledger", sa.JSON(), nullable=False, server_default="{}"))
