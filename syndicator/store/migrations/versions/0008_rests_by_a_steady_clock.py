"""Until when an unknown outcome rests, by a clock that nobody sets"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("rests_steadily", sa.String(length=64), nullable=True))
