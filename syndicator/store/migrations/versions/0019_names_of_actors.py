"""The names that actors have had"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import syndicator.store.schema

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "actor_name",
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=320), nullable=False),
        sa.Column("since", syndicator.store.schema.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "name", name=op.f("pk_actor_name")),
    )
