"""Actors that people follow"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from syndicator.store.schema import Moment

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "actor_key",
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("private_key", sa.Text(), nullable=False),
        sa.Column("created", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_actor_key")),
    )
    op.create_table(
        "actor_post",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("note", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.Column("published", Moment(timezone=True), nullable=False),
        sa.Column("updated", Moment(timezone=True), nullable=True),
        sa.Column("deleted", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actor_post")),
    )
    op.create_index(op.f("ix_actor_post_channel_key"), "actor_post", ["channel", "key"])
    op.create_index(
        op.f("ix_actor_post_channel_deleted_published"), "actor_post", ["channel", "deleted", "published"]
    )
    op.create_table(
        "follower",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("inbox", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("created", Moment(timezone=True), nullable=False),
        sa.Column("answer_due", Moment(timezone=True), nullable=True),
        sa.Column("answer_failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follower")),
        sa.UniqueConstraint("channel", "account", name=op.f("uq_follower_channel_account")),
    )
    op.create_index(op.f("ix_follower_answer_due"), "follower", ["answer_due"])
    op.create_index(op.f("ix_follower_account"), "follower", ["account"])
    op.create_index(op.f("ix_follower_channel_address"), "follower", ["channel", "address"])
    op.create_table(
        "reaction",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("who", sa.String(length=32), nullable=False),
        sa.Column("post_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_reaction")),
        sa.UniqueConstraint("who", name=op.f("uq_reaction_who")),
    )
    op.create_index(op.f("ix_reaction_post_id_kind"), "reaction", ["post_id", "kind"])
