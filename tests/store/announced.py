"""What is on record of announcements."""

from __future__ import annotations

from sqlalchemy import select

from syndicator.domain.recipient import Announcement
from syndicator.store import Store, schema
from syndicator.store.records import announcement_of


def announcements_of(store: Store, channel: str, post: str) -> list[Announcement]:
    """What a channel announced of a post and did not take back, in order."""
    table = schema.announcement
    query = select(table).where(
        table.c.channel == channel, table.c.post == post, table.c.is_taken_back.is_(False)
    )
    with store.reading() as connection:
        return [announcement_of(row) for row in connection.execute(query.order_by(table.c.id))]
