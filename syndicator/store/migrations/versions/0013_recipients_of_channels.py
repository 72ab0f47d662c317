"""Channels that have recipients of their own"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from syndicator.store.schema import Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "announcement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("post", sa.String(length=200), nullable=False),
        sa.Column("occasion", sa.String(length=16), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("due", Moment(timezone=True), nullable=False),
        sa.Column("expires", Moment(timezone=True), nullable=True),
        sa.Column("is_taken_back", sa.Boolean(), nullable=False),
        sa.Column("is_spent", sa.Boolean(), nullable=False),
        sa.Column("created", Moment(timezone=True), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
        sa.UniqueConstraint("channel", "key", name=op.f("uq_announcement_channel_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_announcement_channel_post"), "announcement", ["channel", "post"])
    op.create_index(
        op.f("ix_announcement_channel_is_spent_id"), "announcement", ["channel", "is_spent", "id"]
    )
    op.create_index(op.f("ix_announcement_is_spent_expires"), "announcement", ["is_spent", "expires"])
    op.create_table(
        "recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("has", sa.BigInteger(), nullable=False),
        sa.Column("next_attempt", Moment(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", Moment(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created", Moment(timezone=True), nullable=False),
        sa.Column("changed", Moment(timezone=True), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient")),
        sa.UniqueConstraint("channel", "address", name=op.f("uq_recipient_channel_address")),
    )
    op.create_index(op.f("ix_recipient_channel_state_has"), "recipient", ["channel", "state", "has"])
    op.create_index(op.f("ix_recipient_state_changed"), "recipient", ["state", "changed"])
