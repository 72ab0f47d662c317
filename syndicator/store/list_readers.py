"""Readers of mailing lists: by the number in their tickets, and what is noted of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select, update

from syndicator.domain.recipient import Recipient
from syndicator.store import schema
from syndicator.store.engine import Base
from syndicator.store.records import recipient_of


class ListReaders(Base):
    """The rows of ``schema.recipient`` whose addresses are people's."""

    def recipient_numbered(self, number: int) -> Recipient | None:
        """The recipient of this number, of whichever channel and in whatever state."""
        table = schema.recipient
        with self.reading() as connection:
            row = connection.execute(select(table).where(table.c.id == number)).one_or_none()
        return recipient_of(row) if row else None

    def note_details(self, number: int, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
        """Change the details of a recipient, if there still is one of this number."""
        table = schema.recipient
        is_it = table.c.id == number
        with self.writing() as connection:
            details = connection.scalar(select(table.c.details).where(is_it).with_for_update())
            if details is not None:
                connection.execute(update(table).where(is_it).values(details=dict(change(details))))
