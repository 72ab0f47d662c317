"""Memberships of articles in feeds, and how an article's filing changes them.

A feed keeps a *membership* of each article that it has carried: a live one, in the feed or in one of its
numbered archives, or the tombstone of one that was retracted or withheld. A correction leaves the article in
its archive; one that comes back after a retraction is in none, so that readers see it again. Whenever a
feed's worth of live articles stands in none, the older half of them becomes the next archive (RFC 5005
section 4). Pure.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from syndicator.domain.article import Article, ArticleState


@dataclass(frozen=True, kw_only=True, slots=True)
class Membership:
    """An article in one feed, as it is on record. ``archive``: the number of the archive that it stands in
    (``None``: in none). ``published`` orders the feed. ``is_gone``: there is nothing but a tombstone."""

    feed: str
    published: datetime
    archive: int | None = None
    is_gone: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """Changes of an article's memberships, as names of feeds; each feed is in one of these at most.

    ``buried``: they become tombstones. ``left``: they are forgotten, since the article has gone elsewhere.
    ``revived``: tombstones that become live again. ``joined``: there was none before. ``moved``: they are
    ordered by another time of publication. ``archives``: feed and number of the archives that are to be built
    anew; ``feeds``: the feeds themselves.
    """

    buried: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    revived: frozenset[str] = frozenset()
    joined: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()
    archives: frozenset[tuple[str, int]] = frozenset()
    feeds: frozenset[str] = frozenset()


def changes(memberships: Collection[Membership], article: Article, carriers: Collection[str]) -> Changes:
    """The changes of an article's memberships that its present state calls for. ``carriers``: the feeds that
    carry it while it is live."""
    live = frozenset(each.feed for each in memberships if not each.is_gone)
    tombstones = frozenset(each.feed for each in memberships if each.is_gone)
    archives = frozenset((each.feed, each.archive) for each in memberships if each.archive is not None)
    if article.state is ArticleState.WITHDRAWN:  # its tombstones stand already
        return Changes(buried=live, archives=archives, feeds=live)
    if article.state is not ArticleState.LIVE:  # withheld until its time
        return Changes(buried=live, archives=archives, feeds=live | tombstones)
    after = frozenset(carriers)
    is_moved = any(each.published != article.published for each in memberships if each.feed in live & after)
    return Changes(
        left=(live | tombstones) - after,
        revived=tombstones & after,
        joined=after - live - tombstones,
        moved=live & after if is_moved else frozenset(),
        archives=archives,
        feeds=live | tombstones | after,
    )


def closing(waiting: int, length: int) -> int:
    """The number of a feed's oldest articles that become its next archive; 0: it is not time. ``waiting``:
    live articles that stand in none. ``length``: that of the feed."""
    return (length + 1) // 2 if waiting >= length else 0
