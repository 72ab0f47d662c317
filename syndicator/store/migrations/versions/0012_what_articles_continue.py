"""What an article continues, as an operator says"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("article", sa.Column("continues_id", sa.Integer()))
