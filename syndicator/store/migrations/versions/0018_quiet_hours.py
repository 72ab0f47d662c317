"""Quiet hours: until when nobody is woken for posts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import syndicator.store.schema

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("channel", sa.Column("quiet_until", syndicator.store.schema.Moment(timezone=True)))
