"""The words that an operator wrote for an article's posts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("article", sa.Column("operator_words", sa.Text(), nullable=False, server_default=""))
