"""What sources have done, what is held of what they show, and what an operator says of that"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import syndicator.store.schema

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.add_column(sa.Column("past", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("held", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("decision", sa.String(length=16), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("gone_since", syndicator.store.schema.Moment(timezone=True), nullable=True)
        )
