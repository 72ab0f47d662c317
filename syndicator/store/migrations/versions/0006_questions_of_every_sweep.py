"""Indices for what every sweep asks: which sources have been due longest, and which events are old."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_index("ix_source_next_look", "source", ["next_look"])
    op.create_index("ix_event_at", "event", ["at"])


def downgrade() -> None:
    op.drop_index("ix_event_at", "event")
    op.drop_index("ix_source_next_look", "source")
