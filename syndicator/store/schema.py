"""The tables. What a row has and what it wants are columns of it; messages only ring doorbells.

The pending deliveries are the outbox of the transactional-outbox pattern.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    and_,
)


class Moment(TypeDecorator[datetime]):
    """An aware UTC time. Naive ones are refused; SQLite, which has no zones, gets UTC text."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(
        self,
        value: Any,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _lease() -> list[Column[Any]]:
    """A row in hand: whose, and until when. A lease that has run out is nobody's."""
    return [Column("token", String(32)), Column("lease_until", Moment)]


source = Table(
    "source",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("memory", JSON, nullable=False, default=dict),
    Column("since", Moment),  # the end of the first complete look
    Column("next_look", Moment, nullable=False, index=True),
    Column("looked_at", Moment),
    Column("found_at", Moment),  # when it last showed something new
    Column("failures", Integer, nullable=False, default=0),  # in a row
    Column("error", Text, nullable=False, default=""),
    Column("problems", JSON, nullable=False, default=list),
    Column("past", JSON, nullable=False, default=dict, server_default="{}"),  # brakes.Past
    Column("held", JSON, nullable=False, default=dict, server_default="{}"),  # by kind: brakes.Held
    Column("decision", String(16), nullable=False, default="", server_default=""),  # about what is held
    Column("gone_since", Moment),  # since when it has answered 410
    Column("is_paused", Boolean, nullable=False, default=False),
    Column("is_gone", Boolean, nullable=False, default=False),
    Column("is_declared", Boolean, nullable=False, default=True),
    *_lease(),
)

article = Table(
    "article",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("guid", Text, nullable=False, unique=True),
    Column("source", String(64), nullable=False),
    Column("key", Text, nullable=False),
    Column("content", JSON, nullable=False),
    Column("published", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("release", Moment),
    Column("continues_id", Integer),  # an article, as an operator says
    Column("operator_words", Text, nullable=False, server_default=""),  # for its posts, likewise
    Index(None, "state", "release"),
    Index(None, "published"),
)

alias = Table(
    "alias",
    metadata,
    Column("name", Text, primary_key=True),  # SOURCE:KEY, an address, an old name
    Column("article_id", ForeignKey("article.id"), nullable=False, index=True),
)

#: Which articles a feed carries, and which of them stand in which archive. One that was retracted stays here
#: with the time of that (``gone``), for the tombstone; one that merely leaves the feed is forgotten.
membership = Table(
    "membership",
    metadata,
    Column("feed", String(64), primary_key=True),
    Column("article_id", ForeignKey("article.id"), primary_key=True, index=True),
    Column("published", Moment, nullable=False),
    Column("page", Integer),  # the archive that it stands in
    Column("gone", Moment),
    Column("left_out", Text),  # why it is in none of the documents, or not in all of them
)
#: One index for each question that a build asks, over the rows alone that answer it: neither a long archive
#: nor many feeds make any of them slower. (PostgreSQL's have the same conditions, by their migrations: told
#: here, its dialect would be loaded by every process, 0.1 s and 3 MB.)
for _name, _columns, _condition in (
    ("open", ["published"], and_(membership.c.page.is_(None), membership.c.gone.is_(None))),
    ("archived", ["published"], and_(membership.c.page.is_not(None), membership.c.gone.is_(None))),
    ("page", ["page", "published"], membership.c.page.is_not(None)),
    ("gone", ["gone"], membership.c.gone.is_not(None)),
    ("left_out", ["article_id"], membership.c.left_out.is_not(None)),
):
    Index(
        f"ix_membership_{_name}",
        membership.c.feed,
        *(membership.c[_column] for _column in _columns),
        sqlite_where=_condition,
    )

#: Closed parts of a feed's history (RFC 5005 section 4), numbered from 1 without a gap.
archive = Table(
    "archive",
    metadata,
    Column("feed", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("wants", Integer, nullable=False, default=1),
    Column("has", Integer, nullable=False, default=0),
    Column("changed", Moment, nullable=False),  # when what it wants last changed
)
_unbuilt = archive.c.wants != archive.c.has
Index(
    "ix_archive_unbuilt",
    archive.c.feed,
    archive.c.number,
    sqlite_where=_unbuilt,
)

feed = Table(
    "feed",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("declaration", String(64), nullable=False, default=""),  # a hash; a change means a refill
    Column("wants", Integer, nullable=False, default=1),
    Column("has", Integer, nullable=False, default=0),
    Column("changed", Moment, nullable=False),  # when what it wants last changed
    Column("built_at", Moment),
    Column("expires", Moment),  # when the next entry is too old
    Column("next_build", Moment, nullable=False),
    Column("failures", Integer, nullable=False, default=0),
    Column("error", Text, nullable=False, default=""),
    Column("is_declared", Boolean, nullable=False, default=True),
    *_lease(),
)

channel = Table(
    "channel",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("paused_until", Moment),  # the account needs rest
    Column("quiet_until", Moment),  # nobody is woken for posts, unless they are urgent
    Column("is_paused", Boolean, nullable=False, default=False),  # by an operator
    Column("is_stopped", Boolean, nullable=False, default=False),  # misconfigured
    Column("failures", Integer, nullable=False, default=0),
    Column("error", Text, nullable=False, default=""),
    Column("posted_at", Moment),
    Column("ledger", JSON, nullable=False, default=dict, server_default="{}"),  # ledger.Ledger
    Column("restored_at", Moment),  # when a backup was last put back
    Column("is_declared", Boolean, nullable=False, default=True),
    *_lease(),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("article_id", ForeignKey("article.id"), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("wants", Integer),
    Column("has", Integer),
    Column("standing", String(16), nullable=False),
    Column("remote_id", Text),
    Column("remote_url", Text, nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt", Moment, nullable=False),
    Column("attempted", Integer),
    Column("attempted_at", Moment),
    Column("rests_until", Moment),  # a request whose outcome is unknown may be worked at until then
    Column("rests_steadily", String(64)),  # the same, as a SteadyTime: whatever becomes of the time of day
    Column("is_stirred", Boolean, nullable=False, default=False),  # by a hand that had lost the channel
    Column("round", Integer, nullable=False, default=0),
    Column("posted_at", Moment),
    Column("shows", String(32)),  # a digest of what the post shows, where that is known
    Column("replies", JSON(none_as_null=True)),  # [remote id, address] of each post under it
    Column("photo_owed", Integer, nullable=False, default=0, server_default="0"),
    Column("reason", Text, nullable=False, default=""),
    Column("created", Moment, nullable=False),
    Column("settled_at", Moment),
    # what decides whose turn it is, kept beside the queue so that one index answers
    Column("urgent", Boolean, nullable=False, default=False),
    Column("published", Moment, nullable=False),
    Column("story", String(200)),  # of its article: the post before is found by it
    Column("roundup_id", Integer),  # the delivery of the round-up that tells of it; a round-up's own: itself
    Column("is_named", Boolean),  # there, and not only counted
    UniqueConstraint("article_id", "channel"),
    Index("ix_delivery_queue", "channel", "standing", "urgent", "published", "id"),
    Index(None, "standing", "next_attempt"),
    Index(None, "channel", "story"),
)
_in_roundup = delivery.c.roundup_id.is_not(None)
Index("ix_delivery_roundup", delivery.c.roundup_id, sqlite_where=_in_roundup)

#: What happened to deliveries, for operators.
event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("delivery_id", ForeignKey("delivery.id"), nullable=False, index=True),
    Column("text", Text, nullable=False),
)

#: Feed documents that may be subscribed to, and how often sending them went well or not.
topic = Table(
    "topic",
    metadata,
    Column("name", String(128), primary_key=True),  # FEED.EXTENSION
    Column("wants", String(64), nullable=False, default=""),  # a hash of what is served
    Column("changed", Moment),
    Column("sent", BigInteger, nullable=False, default=0),
    Column("failed", BigInteger, nullable=False, default=0),
)

#: WebSub subscribers, and the hubs of others that are told of news.
subscription = Table(
    "subscription",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("topic", String(128), nullable=False),
    Column("callback", Text, nullable=False),
    Column("host", String(255), nullable=False),  # of the callback
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("secret", Text, nullable=False, default=""),  # signing needs it as it is
    Column("created", Moment, nullable=False),
    Column("expires", Moment, index=True),
    Column("ended", Moment),
    Column("wants", String(64), nullable=False, default=""),
    Column("has", String(64), nullable=False, default=""),
    Column("next_attempt", Moment),  # none while nothing is owed
    Column("sent_at", Moment),
    Column("failures", Integer, nullable=False, default=0),
    Column("failing_since", Moment),
    Column("reason", Text, nullable=False, default=""),
    Column("log", JSON, nullable=False, default=list),
    *_lease(),
    UniqueConstraint("topic", "callback"),
    Index(None, "topic", "next_attempt"),
    Index(None, "host"),
)

#: Requests to subscribe or unsubscribe that the callback has not confirmed, and denials not yet told.
intent = Table(
    "intent",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("topic", String(128), nullable=False),
    Column("callback", Text, nullable=False),
    Column("host", String(255), nullable=False),
    Column("mode", String(16), nullable=False),
    Column("lease_seconds", BigInteger, nullable=False, default=0),
    Column("secret", Text, nullable=False, default=""),
    Column("seen", String(64), nullable=False, default=""),  # what the topic was when it was asked for
    Column("reason", Text, nullable=False, default=""),
    Column("failures", Integer, nullable=False, default=0),
    Column("asked_at", Moment, nullable=False),
    Column("next_attempt", Moment, index=True),  # none once it has failed for good
    *_lease(),
    UniqueConstraint("topic", "callback"),
    Index(None, "host"),
)

#: What channels with recipients have told them, and how it went.
announcement = Table(
    "announcement",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String(64), nullable=False),
    Column("key", String(200), nullable=False),
    Column("post", String(200), nullable=False),
    Column("occasion", String(16), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("due", Moment, nullable=False),
    Column("expires", Moment),
    Column("is_taken_back", Boolean, nullable=False, default=False),  # before it was due
    Column("is_spent", Boolean, nullable=False, default=False),  # it has expired, and its payload is gone
    Column("created", Moment, nullable=False),
    Column("sent", BigInteger, nullable=False, default=0),
    Column("failed", BigInteger, nullable=False, default=0),
    UniqueConstraint("channel", "key"),
    Index(None, "channel", "post"),
    Index(None, "channel", "is_spent", "id"),
    Index(None, "is_spent", "expires"),
    sqlite_autoincrement=True,  # recipients have what they had, whatever is forgotten
)

#: Whoever a channel sends its posts to one by one.
recipient = Table(
    "recipient",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String(64), nullable=False),
    Column("address", Text, nullable=False),
    Column("host", String(255), nullable=False),  # of the address
    Column("state", String(16), nullable=False),
    Column("details", JSON, nullable=False, default=dict),
    Column("has", BigInteger, nullable=False, default=0),
    Column("next_attempt", Moment),
    Column("failures", Integer, nullable=False, default=0),
    Column("failing_since", Moment),
    Column("reason", Text, nullable=False, default=""),
    Column("created", Moment, nullable=False),
    Column("changed", Moment, nullable=False),  # its state
    *_lease(),
    UniqueConstraint("channel", "address"),
    Index(None, "channel", "state", "has"),
    Index(None, "state", "changed"),
)

#: Workers, web servers and beats that have been heard of lately.
process = Table(
    "process",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("started", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
)

#: Who reads which feed in which format, summed up: readers' names, and nothing of the people behind them.
reader = Table(
    "reader",
    metadata,
    Column("feed", String(64), primary_key=True),
    Column("format", String(32), primary_key=True),  # the extension
    Column("agent", String(32), primary_key=True),
    Column("whole", BigInteger, nullable=False),  # answers with status 200, ...
    Column("same", BigInteger, nullable=False),  # 304,
    Column("delta", BigInteger, nullable=False),  # 226,
    Column("other", BigInteger, nullable=False),  # and any other
    Column("last_whole", Moment),
    Column("last_same", Moment),
    Column("last_seen", Moment, nullable=False),
    Column("subscribers", BigInteger),  # as it last said itself
)
