"""How many recipients channels have, as operators see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, select

from syndicator.domain.recipient import RecipientState
from syndicator.store import schema
from syndicator.store.announcing import newest_announcement
from syndicator.store.engine import Base


@dataclass(frozen=True, kw_only=True, slots=True)
class Circulation:
    """The recipients of a channel. ``states`` counts them; ``behind``: active ones that are still to be sent
    something; ``failing``: active ones whose last attempt failed; ``trouble``: why nobody can be sent
    anything at the moment."""

    channel: str
    states: Mapping[str, int]
    behind: int
    failing: int
    trouble: str

    @property
    def parts(self) -> Sequence[str]:
        """All of it in a few words each."""
        active = self.states.get(RecipientState.ACTIVE, 0)
        counts = {
            "behind": self.behind,
            "failing": self.failing,
            "to confirm": self.states.get(RecipientState.AWAITING, 0),
            "left": self.states.get(RecipientState.LEFT, 0),
            "given up": self.states.get(RecipientState.DEAD, 0),
        }
        recipients = f"{active:,} recipient{'s' * (active != 1)}"
        return [recipients, *(f"{count:,} {what}" for what, count in counts.items() if count)]


class Circulations(Base):
    """The rows of ``schema.recipient``, summed up."""

    def circulations(self, now: datetime) -> Sequence[Circulation]:
        """Every channel that has, or had, recipients, by its name."""
        table = schema.recipient
        is_active = table.c.state == RecipientState.ACTIVE.value
        failing = func.sum(case((table.c.failures > 0, 1), else_=0))
        query = select(table.c.channel, table.c.state, func.count(), failing)
        states: dict[str, dict[str, int]] = {}
        failures: dict[str, int] = {}
        with self.reading() as connection:
            for name, state, count, failed in connection.execute(
                query.group_by(table.c.channel, table.c.state)
            ):
                states.setdefault(name, {})[state] = count
                if state == RecipientState.ACTIVE.value:
                    failures[name] = failed
            behind, troubles = {}, {}
            for name in states:
                is_its_own = and_(table.c.channel == name, is_active)
                count = select(func.count()).where(is_its_own, table.c.has < newest_announcement(name, now))
                behind[name] = connection.scalar(count) or 0
                was_put_off = and_(table.c.failures == 0, table.c.next_attempt.is_not(None))
                trouble = select(table.c.reason).where(is_its_own, was_put_off, table.c.reason != "")
                troubles[name] = connection.scalar(trouble.limit(1)) or ""
        return [
            Circulation(
                channel=name,
                states=counts,
                behind=behind[name],
                failing=failures.get(name, 0),
                trouble=troubles[name],
            )
            for name, counts in sorted(states.items())
        ]
