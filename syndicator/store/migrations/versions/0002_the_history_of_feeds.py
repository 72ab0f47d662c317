"""The history of feeds: archives, retractions, age"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from syndicator.store.schema import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

#: Indexes over a part of the memberships: their name, the columns after the feed, and which part.
PARTS = (
    ("open", ["published"], "page IS NULL AND gone IS NULL"),
    ("archived", ["published"], "page IS NOT NULL AND gone IS NULL"),
    ("page", ["page", "published"], "page IS NOT NULL"),
    ("gone", ["gone"], "gone IS NOT NULL"),
    ("left_out", ["article_id"], "left_out IS NOT NULL"),
)


def upgrade() -> None:
    op.add_column("membership", sa.Column("page", sa.Integer(), nullable=True))
    op.add_column("membership", sa.Column("gone", Moment(timezone=True), nullable=True))
    op.add_column("membership", sa.Column("left_out", sa.Text(), nullable=True))
    op.drop_index("ix_membership_feed_published", table_name="membership")
    for name, columns, which in PARTS:
        _index_part(f"ix_membership_{name}", "membership", ["feed", *columns], which)

    op.add_column("feed", sa.Column("expires", Moment(timezone=True), nullable=True))

    op.create_table(
        "archive",
        sa.Column("feed", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wants", sa.Integer(), nullable=False),
        sa.Column("has", sa.Integer(), nullable=False),
        sa.Column("changed", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("feed", "number", name=op.f("pk_archive")),
    )
    _index_part("ix_archive_unbuilt", "archive", ["feed", "number"], "wants != has")


def _index_part(name: str, table: str, columns: list[str], which: str) -> None:
    part = sa.text(which)
    op.create_index(name, table, columns, sqlite_where=part, postgresql_where=part)
