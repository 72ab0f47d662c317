"""Who follows actors. Posts go to recipients, which are inboxes: one for all followers of a server, if it has
one for all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, select, update

from syndicator.domain.recipient import Recipient, RecipientState
from syndicator.fediverse.mentioned import MENTIONS_ALONE
from syndicator.fediverse.received import host_of
from syndicator.fediverse.record import OwedAnswer, TooMany
from syndicator.fediverse.strangers import Stranger
from syndicator.store import schema
from syndicator.store.actor_tables import follower
from syndicator.store.errors import NotReady
from syndicator.store.recipients import Recipients
from syndicator.store.upsert import upsert

#: Accounts of one server that may follow an actor: the largest servers have some millions of accounts.
MAX_OF_SERVER = 200_000

#: Inboxes of one server that a post is sent to, where it has none for all its accounts.
MAX_INBOXES_OF_SERVER = 2000


class Followers(Recipients):
    """See ``record.ActorStore``. A follower is put on record before its inbox becomes a recipient, and taken
    away before that is looked after: whatever happens between, no follower is left without one."""

    def follow(self, channel: str, stranger: Stranger, request: str, now: datetime) -> bool:
        changed = {**_inboxes(stranger), "request": request, "answer_due": now, "answer_failures": 0}
        with self.writing() as connection:
            is_new = connection.scalar(select(follower.c.id).where(*_is(stranger.id, channel))) is None
            if is_new:
                _must_have_room(connection, channel, stranger)
            query = upsert(connection, follower).on_conflict_do_update(
                index_elements=["channel", "account"], set_=changed
            )
            connection.execute(query, {"channel": channel, "account": stranger.id, "created": now, **changed})
        self._have_told(channel, _inboxes(stranger)["address"], now)
        return is_new

    def unfollow(self, account: str, now: datetime, channel: str = "", request: str = "") -> int:
        conditions = list(_is(account, channel))
        if request and not channel:
            conditions.append(follower.c.request == request)
        with self.writing() as connection:
            gone = connection.execute(
                delete(follower).where(*conditions).returning(follower.c.channel, follower.c.address)
            ).all()
        for row in gone:
            self._look_after(row.channel, row.address, now)
        return len(gone)

    def move_follower(self, stranger: Stranger, now: datetime) -> None:
        inboxes = _inboxes(stranger)
        with self.writing() as connection:
            rows = connection.execute(
                select(follower.c.channel, follower.c.address).where(*_is(stranger.id))
            ).all()
            connection.execute(update(follower).where(*_is(stranger.id)).values(**inboxes))
        for row in rows:
            self._have_told(row.channel, inboxes["address"], now)
            if row.address != inboxes["address"]:
                self._look_after(row.channel, row.address, now)

    def have_mentioned(self, channel: str, inbox: str, now: datetime) -> None:
        kept = self.recipient(channel, inbox)
        if kept and kept.state is RecipientState.ACTIVE:
            return
        details = {MENTIONS_ALONE: True}
        self.join(Recipient(channel=channel, address=inbox, host=host_of(inbox), details=details), now)
        if self._is_needed(channel, inbox):  # somebody there has followed at this moment
            self._have_told(channel, inbox, now)

    def is_follower(self, account: str) -> bool:
        with self.reading() as connection:
            return connection.scalar(select(follower.c.id).where(*_is(account)).limit(1)) is not None

    def count_followers(self, channel: str) -> tuple[int, int]:
        recipient = schema.recipient
        is_told = and_(
            recipient.c.channel == follower.c.channel,
            recipient.c.address == follower.c.address,
            recipient.c.state == RecipientState.ACTIVE.value,
        )
        query = (
            select(func.count(follower.c.id), func.count(recipient.c.id.distinct()))
            .select_from(follower.join(recipient, is_told))
            .where(follower.c.channel == channel)
        )
        try:
            with self.reading() as connection:
                people, inboxes = connection.execute(query).one()
        except NotReady:  # nobody can have followed yet
            return 0, 0
        return people, inboxes

    def owed_answers(self, channel: str, now: datetime, count: int) -> Sequence[OwedAnswer]:
        query = (
            select(follower)
            .where(follower.c.channel == channel, follower.c.answer_due <= now)
            .order_by(follower.c.answer_due, follower.c.id)
            .limit(count)
        )
        with self.reading() as connection:
            return [
                OwedAnswer(
                    channel=row.channel,
                    account=row.account,
                    inbox=row.inbox,
                    request=row.request,
                    failures=row.answer_failures,
                )
                for row in connection.execute(query)
            ]

    def settle_answer(self, answer: OwedAnswer, next_attempt: datetime | None) -> None:
        is_it = (*_is(answer.account, answer.channel), follower.c.request == answer.request)
        failures = answer.failures + 1 if next_attempt else 0
        with self.writing() as connection:
            connection.execute(
                update(follower).where(*is_it).values(answer_due=next_attempt, answer_failures=failures)
            )

    def _have_told(self, channel: str, address: str, now: datetime) -> None:
        """Make an inbox a recipient, unless it is one; one that was given up is one again."""
        self.join(Recipient(channel=channel, address=address, host=host_of(address)), now)

    def _look_after(self, channel: str, address: str, now: datetime) -> None:
        """Let an inbox be no recipient any more where nobody follows from there. Somebody may do so at this
        moment: that is looked for once more afterwards."""
        if self._is_needed(channel, address):
            return
        self.change_state(channel, address, RecipientState.LEFT, now, "nobody there follows any more")
        if self._is_needed(channel, address):
            self._have_told(channel, address, now)

    def _is_needed(self, channel: str, address: str) -> bool:
        query = select(follower.c.id).where(follower.c.channel == channel, follower.c.address == address)
        with self.reading() as connection:
            return connection.scalar(query.limit(1)) is not None


def _must_have_room(connection: Connection, channel: str, stranger: Stranger) -> None:
    """Whoever makes up accounts fills no disk, and multiplies no post. Raises ``TooMany``."""
    recipient = schema.recipient
    if stranger.shared_inbox:
        rows, limit = follower, MAX_OF_SERVER
        counted = (follower.c.channel == channel, follower.c.address == stranger.shared_inbox)
    else:
        rows, limit = recipient, MAX_INBOXES_OF_SERVER
        counted = (recipient.c.channel == channel, recipient.c.host == host_of(stranger.inbox))
    count = connection.scalar(select(func.count()).select_from(rows).where(*counted)) or 0
    if count >= limit:
        raise TooMany(f"{limit:,} follow from {host_of(stranger.inbox)} already: no more are taken")


def due_answers(connection: Connection, now: datetime, limit: int) -> Sequence[tuple[str, datetime]]:
    """Channels that owe followers an answer, and since when."""
    owner = schema.channel
    may_work = and_(owner.c.is_declared.is_(True), owner.c.is_paused.is_(False))
    query = (
        select(follower.c.channel, func.min(follower.c.answer_due))
        .join(owner, and_(owner.c.name == follower.c.channel, may_work))
        .where(follower.c.answer_due <= now)
        .group_by(follower.c.channel)
        .limit(limit)
    )
    return [(channel, since) for channel, since in connection.execute(query)]


def _is(account: str, channel: str = "") -> tuple[Any, ...]:
    """Conditions: of this account, and where one is named, of this actor."""
    is_account = follower.c.account == account
    return (is_account, follower.c.channel == channel) if channel else (is_account,)


def _inboxes(stranger: Stranger) -> dict[str, str]:
    return {"inbox": stranger.inbox, "address": stranger.shared_inbox or stranger.inbox}
