"""Topics and their subscribers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import syndicator.store.schema

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "intent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=128), nullable=False),
        sa.Column("callback", sa.Text(), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("lease_seconds", sa.BigInteger(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("seen", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("asked_at", syndicator.store.schema.Moment(timezone=True), nullable=False),
        sa.Column("next_attempt", syndicator.store.schema.Moment(timezone=True), nullable=True),
        sa.Column("token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", syndicator.store.schema.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intent")),
        sa.UniqueConstraint("topic", "callback", name=op.f("uq_intent_topic_callback")),
    )
    with op.batch_alter_table("intent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intent_host"), ["host"], unique=False)
        batch_op.create_index(batch_op.f("ix_intent_next_attempt"), ["next_attempt"], unique=False)

    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=128), nullable=False),
        sa.Column("callback", sa.Text(), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created", syndicator.store.schema.Moment(timezone=True), nullable=False),
        sa.Column("expires", syndicator.store.schema.Moment(timezone=True), nullable=True),
        sa.Column("ended", syndicator.store.schema.Moment(timezone=True), nullable=True),
        sa.Column("wants", sa.String(length=64), nullable=False),
        sa.Column("has", sa.String(length=64), nullable=False),
        sa.Column("next_attempt", syndicator.store.schema.Moment(timezone=True), nullable=True),
        sa.Column("sent_at", syndicator.store.schema.Moment(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", syndicator.store.schema.Moment(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("log", sa.JSON(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=True),
        sa.Column("lease_until", syndicator.store.schema.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("topic", "callback", name=op.f("uq_subscription_topic_callback")),
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subscription_expires"), ["expires"], unique=False)
        batch_op.create_index(batch_op.f("ix_subscription_host"), ["host"], unique=False)
        batch_op.create_index(batch_op.f("ix_subscription_next_attempt"), ["next_attempt"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_subscription_topic_next_attempt"), ["topic", "next_attempt"], unique=False
        )

    op.create_table(
        "topic",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("wants", sa.String(length=64), nullable=False),
        sa.Column("changed", syndicator.store.schema.Moment(timezone=True), nullable=True),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_topic")),
    )
