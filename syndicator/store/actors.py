"""Actors on record: their keys, and what they have published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select

from syndicator.fediverse.digests import digest
from syndicator.fediverse.keys import new_private_key
from syndicator.fediverse.received import REACTIONS, Deed
from syndicator.fediverse.record import ActorKey, ActorPost
from syndicator.store.actor_tables import actor_key, actor_name, actor_post, reaction
from syndicator.store.engine import Base
from syndicator.store.upsert import insert_missing, upsert

#: Reactions of one kind that are counted of a post: whoever makes up more fills no disk.
MAX_REACTIONS = 100_000

#: The fields of a note that are columns of the same name.
_POST = tuple(column.name for column in actor_post.c)


class Actors(Base):
    """See ``record.ActorStore``, but for followers."""

    def actor_key(self, channel: str, now: datetime) -> ActorKey:
        with self.reading() as connection:
            known = _key(connection, channel)
        if known:
            return known
        made = {"channel": channel, "private_key": new_private_key(), "created": now}
        with self.writing() as connection:
            insert_missing(connection, actor_key, [made])  # another process may have made one meanwhile
            known = _key(connection, channel)
        assert known  # noqa: S101 - it was inserted in this transaction
        return known

    def actor_names(self, channel: str) -> Sequence[str]:
        query = select(actor_name.c.name).where(actor_name.c.channel == channel)
        with self.reading() as connection:
            return connection.scalars(query.order_by(actor_name.c.since.desc())).all()

    def actor_profile(self, channel: str) -> str:
        query = select(actor_name.c.profile).where(actor_name.c.channel == channel)
        with self.reading() as connection:
            return connection.scalar(query.order_by(actor_name.c.since.desc()).limit(1)) or ""

    def name_actor(self, channel: str, name: str, now: datetime, profile: str = "") -> None:
        values = {"channel": channel, "name": name, "since": now, "profile": profile}
        with self.writing() as connection:
            query = upsert(connection, actor_name).on_conflict_do_update(
                index_elements=["channel", "name"], set_={"since": now, "profile": profile}
            )
            connection.execute(query, values)

    def actor_post(self, channel: str, post_id: str) -> ActorPost | None:
        query = select(actor_post).where(actor_post.c.channel == channel, actor_post.c.id == post_id)
        with self.reading() as connection:
            row = connection.execute(query).one_or_none()
        return _post(row) if row else None

    def actor_posts_of(self, channel: str, key: str) -> Sequence[ActorPost]:
        query = select(actor_post).where(actor_post.c.channel == channel, actor_post.c.key == key)
        order = (actor_post.c.deleted.is_(None), actor_post.c.published, actor_post.c.id)
        with self.reading() as connection:
            return [_post(row) for row in connection.execute(query.order_by(*order))]

    def keep_actor_post(self, post: ActorPost) -> None:
        values = {name: getattr(post, name) for name in _POST}
        with self.writing() as connection:
            query = upsert(connection, actor_post).on_conflict_do_update(
                index_elements=["id"], set_={name: value for name, value in values.items() if name != "id"}
            )
            connection.execute(query, values)
            if post.deleted:
                connection.execute(delete(reaction).where(reaction.c.post_id == post.id))

    def newest_actor_posts(self, channel: str, skip: int, count: int) -> Sequence[ActorPost]:
        order = (actor_post.c.published.desc(), actor_post.c.id)
        query = select(actor_post).where(*_standing(channel)).order_by(*order).offset(skip).limit(count)
        with self.reading() as connection:
            return [_post(row) for row in connection.execute(query)]

    def count_actor_posts(self, channel: str) -> int:
        query = select(func.count()).select_from(actor_post).where(*_standing(channel))
        with self.reading() as connection:
            return connection.scalar(query) or 0

    def react(self, channel: str, post_id: str, deed: Deed, account: str, about: str) -> bool:
        is_there = select(actor_post.c.id).where(*_standing(channel), actor_post.c.id == post_id)
        counted = (reaction.c.post_id == post_id, reaction.c.kind == deed.value)
        values = {
            "name": digest(account, about),
            "who": digest(account, *_of_post(deed, post_id, about)),
            "post_id": post_id,
            "kind": deed.value,
        }
        with self.writing() as connection:
            if connection.scalar(is_there) is None:
                return False
            count = connection.scalar(select(func.count()).select_from(reaction).where(*counted)) or 0
            if count >= MAX_REACTIONS:
                return False
            query = upsert(connection, reaction).on_conflict_do_nothing().returning(reaction.c.name)
            return connection.execute(query, values).first() is not None

    def has_reaction(self, account: str, about: str) -> bool:
        query = select(reaction.c.name).where(reaction.c.name == digest(account, about))
        with self.reading() as connection:
            return connection.scalar(query) is not None

    def take_back(self, account: str, about: str) -> bool:
        is_it = reaction.c.name == digest(account, about)
        with self.writing() as connection:
            return connection.execute(delete(reaction).where(is_it)).rowcount > 0

    def reactions(self, post_id: str) -> Mapping[Deed, int]:
        query = select(reaction.c.kind, func.count()).where(reaction.c.post_id == post_id)
        with self.reading() as connection:
            found = {Deed(kind): count for kind, count in connection.execute(query.group_by(reaction.c.kind))}
        return {deed: found.get(deed, 0) for deed in REACTIONS}


def _of_post(deed: Deed, post_id: str, about: str) -> tuple[str, ...]:
    """What of a reaction there is once for each account: many replies, one like, one share."""
    return (deed.value, post_id, about if deed is Deed.REPLY else "")


def _standing(channel: str) -> tuple[Any, Any]:
    return actor_post.c.channel == channel, actor_post.c.deleted.is_(None)


def _key(connection: Connection, channel: str) -> ActorKey | None:
    row = connection.execute(select(actor_key).where(actor_key.c.channel == channel)).one_or_none()
    return ActorKey(private_key=row.private_key, since=row.created) if row else None


def _post(row: Row[Any]) -> ActorPost:
    return ActorPost(**{name: getattr(row, name) for name in _POST})
