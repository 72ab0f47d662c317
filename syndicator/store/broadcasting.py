"""The rows of recipients for **broadcast**: claimed by the batch, settled, put off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Update, and_, bindparam, case, null, or_, select, update

from syndicator.domain.recipient import Letter, LetterOutcome, Reception, Recipient, RecipientState
from syndicator.store import schema
from syndicator.store.announcing import Tally, count_letters, newest_announcement, next_announcements
from syndicator.store.engine import Base
from syndicator.store.leases import NOW, claim_some, is_free
from syndicator.store.locks import batches
from syndicator.store.records import recipient_of


class Broadcasting(Base):
    """See ``jobs.broadcast_ports.BroadcastStore``."""

    def claim_letters(
        self, channel: str, now: datetime, lease: timedelta, count: int, *, joins: bool
    ) -> Sequence[Letter]:
        table, owner = schema.recipient, schema.channel
        may_work = select(owner.c.name).where(owner.c.name == channel, owner.c.is_paused.is_(False))
        is_due = and_(
            table.c.channel == channel, is_behind(newest_announcement(channel, now), now), may_work.exists()
        )

        def work(connection: Connection) -> Sequence[Letter]:
            rows = claim_some(connection, table, now, lease, count, is_due, order=[table.c.has, table.c.id])
            recipients = [recipient_of(row) for row in rows]
            announcements = next_announcements(
                connection, channel, [r.has for r in recipients], now, joins=joins
            )
            return [
                Letter(recipient=r, announcements=announcements[r.has])
                for r in recipients
                if announcements[r.has]
            ]

        return self.transact(work)

    def settle_letters(
        self,
        settled: Sequence[tuple[Recipient, Letter, LetterOutcome]],
        now: datetime,
    ) -> None:
        tallies: defaultdict[int, Tally] = defaultdict(Tally)
        for _, letter, outcome in settled:
            is_sent = outcome.reception is Reception.DELIVERED
            for announcement in letter.announcements:
                tally = tallies[announcement.id]
                tallies[announcement.id] = Tally(tally.sent + is_sent, tally.failed + (not is_sent))
        alike: defaultdict[_After, list[int]] = defaultdict(list)
        for recipient, _, _ in settled:
            alike[_After.of(recipient)].append(recipient.id)

        def work(connection: Connection) -> None:
            for after in sorted(alike, key=lambda each: min(alike[each])):
                for rows in batches(alike[after]):
                    connection.execute(_SETTLE, {**asdict(after), "rows": rows, "now": now})
            count_letters(connection, tallies)

        if settled:
            self.transact(work)

    def renew_letters(self, letters: Sequence[Letter], until: datetime) -> None:
        self._change_held(letters, lease_until=until)

    def put_off_letters(self, letters: Sequence[Letter], until: datetime, reason: str = "") -> None:
        self._change_held(letters, next_attempt=until, reason=reason, token=None, lease_until=None)

    def _change_held(self, letters: Sequence[Letter], **values: Any) -> None:
        """Change the recipients of letters, the lowest id first, unless they are in another hand by now."""
        table = schema.recipient
        recipients = sorted((letter.recipient for letter in letters), key=lambda each: each.id)
        is_held = and_(table.c.id == bindparam("row"), table.c.token == bindparam("hand"))
        held = [{"row": each.id, "hand": each.token} for each in recipients]
        if held:
            with self.writing() as connection:
                connection.execute(update(table).where(is_held).values(**values), held)


def is_behind(newest: Any, now: datetime) -> Any:
    """Recipients that are to be sent something now, and are in no hand."""
    table = schema.recipient
    may_be_tried = or_(table.c.next_attempt.is_(None), table.c.next_attempt <= now)
    is_active = table.c.state == RecipientState.ACTIVE.value
    return and_(is_active, table.c.has < newest, may_be_tried, is_free(table, now))


@dataclass(frozen=True, slots=True)
class _After:
    """What a recipient is after a letter. Most of a group are alike: one statement writes them."""

    hand: str
    is_dead: bool
    now_has: int
    then: datetime | None
    count: int
    since: datetime | None
    why: str

    @classmethod
    def of(cls, after: Recipient) -> _After:
        return cls(
            hand=after.token,
            is_dead=after.state is RecipientState.DEAD,
            now_has=after.has,
            then=after.next_attempt,
            count=after.failures,
            since=after.failing_since,
            why=after.reason,
        )


def _settling() -> Update:
    """The update of rows after their letters (``_After``). Whoever has left meanwhile stays away; who was
    told meanwhile that it joins anew is active."""
    table = schema.recipient
    dies = and_(bindparam("is_dead"), table.c.state == RecipientState.ACTIVE.value)
    return (
        update(table)
        .where(table.c.id.in_(bindparam("rows", expanding=True)), table.c.token == bindparam("hand"))
        .values(
            state=case((dies, RecipientState.DEAD.value), else_=table.c.state),
            changed=case((dies, NOW), else_=table.c.changed),
            has=case((table.c.has < bindparam("now_has"), bindparam("now_has")), else_=table.c.has),
            next_attempt=bindparam("then"),
            failures=bindparam("count"),
            failing_since=bindparam("since"),
            reason=bindparam("why"),
            token=null(),
            lease_until=null(),
        )
    )


_SETTLE = _settling()
