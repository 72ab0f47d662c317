"""How many recipients channels have, as operators see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from syndicator.domain.recipient import RecipientState
from syndicator.store import schema
from syndicator.store.announcing import newest_announcement
from syndicator.store.engine import Base


@dataclass(frozen=True, kw_only=True, slots=True)
class Circulation:
    """The recipients of a channel. ``states`` counts them; ``behind``: active ones that are still to be sent
    something; ``failing``: active ones whose last attempt failed."""

    channel: str
    states: Mapping[str, int]
    behind: int
    failing: int


class Circulations(Base):
    """The rows of ``schema.recipient``, summed up."""

    def circulations(self, now: datetime) -> Sequence[Circulation]:
        """Every channel that has, or had, recipients, by its name."""
        table = schema.recipient
        failing = func.sum(case((table.c.failures > 0, 1), else_=0))
        states: dict[str, dict[str, int]] = {}
        failures: dict[str, int] = {}
        with self.reading() as connection:
            query = select(table.c.channel, table.c.state, func.count(), failing)
            for name, state, count, failed in connection.execute(
                query.group_by(table.c.channel, table.c.state)
            ):
                states.setdefault(name, {})[state] = count
                if state == RecipientState.ACTIVE.value:
                    failures[name] = failed
            behind = {
                name: connection.scalar(
                    select(func.count()).where(
                        table.c.channel == name,
                        table.c.state == RecipientState.ACTIVE.value,
                        table.c.has < newest_announcement(name, now),
                    )
                )
                for name in states
            }
        return [
            Circulation(channel=name, states=counts, behind=behind[name] or 0, failing=failures.get(name, 0))
            for name, counts in sorted(states.items())
        ]
