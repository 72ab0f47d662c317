"""The tables of actors: their keys, what they have published, who follows them, and how people reacted."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text, UniqueConstraint

from syndicator.store.schema import Moment, metadata

#: Private keys. They never leave this database: ``portable.export_record`` leaves them out.
actor_key = Table(
    "actor_key",
    metadata,
    Column("channel", String(64), primary_key=True),
    Column("private_key", Text, nullable=False),  # PEM: signing needs it as it is
    Column("created", Moment, nullable=False),
)

#: The names that actors have had, each with the moment since which it was the last: old ones lead on.
#: ``profile``: a digest of the one that followers' servers were last told under that name.
actor_name = Table(
    "actor_name",
    metadata,
    Column("channel", String(64), primary_key=True),
    Column("name", String(320), primary_key=True),  # handle and domain, with an @ between
    Column("since", Moment, nullable=False),
    Column("profile", String(32), nullable=False, server_default=""),
)

#: Notes, each at an address for ever: one that was deleted is answered with its tombstone.
actor_post = Table(
    "actor_post",
    metadata,
    Column("id", String(32), primary_key=True),  # a part of the address
    Column("channel", String(64), nullable=False),
    Column("key", Text, nullable=False),  # the delivery's
    Column("url", Text, nullable=False),  # of the article: where people are led
    Column("note", JSON, nullable=False),  # as it stands now
    Column("digest", String(32), nullable=False),  # of what it shows
    Column("edits", Integer, nullable=False),
    Column("published", Moment, nullable=False),
    Column("updated", Moment),
    Column("deleted", Moment),
    Index(None, "channel", "key"),
    Index(None, "channel", "deleted", "published"),
)

follower = Table(
    "follower",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String(64), nullable=False),
    Column("account", Text, nullable=False),  # an address
    Column("inbox", Text, nullable=False),  # its own: answers go there
    Column("address", Text, nullable=False),  # the inbox that posts go to: of its whole server, if it has one
    Column("request", Text, nullable=False),  # the id of the request to follow
    Column("created", Moment, nullable=False),
    Column("answer_due", Moment, index=True),  # none once the request was answered
    Column("answer_failures", Integer, nullable=False, default=0),
    UniqueConstraint("channel", "account"),
    Index(None, "channel", "address"),
    Index(None, "account"),
)

#: Likes, shares and replies, to be counted: digests alone, and nothing of the people behind them.
reaction = Table(
    "reaction",
    metadata,
    Column("name", String(32), primary_key=True),  # of account and activity: by it, it is taken back
    Column("who", String(32), nullable=False, unique=True),  # of account and post: nobody likes a post twice
    Column("post_id", String(32), nullable=False),
    Column("kind", String(8), nullable=False),
    Index(None, "post_id", "kind"),
)
