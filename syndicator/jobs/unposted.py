"""New articles that go to no channel for when they were published, and what operators are told of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from syndicator.domain.article import Article, Sighting

#: In the memory of a source: by their keys, new articles that are not posted.
UNPOSTED = "unposted"

#: How long operators are told of one, and articles that are named to them.
TOLD_FOR, MAX_NAMED = timedelta(days=1), 5

NO_DATE = "has no date, as others of its source do"
OLD = "is dated {}, more than a day before the source was first read"


@dataclass(frozen=True)
class Unposted:
    """Articles that were not posted lately: by key, when that was decided, in seconds since 1970, and what is
    told of them."""

    by_key: dict[str, tuple[int, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, memory: Mapping[str, Any], now: datetime) -> Unposted:
        told_since = now.timestamp() - TOLD_FOR.total_seconds()
        return cls(
            {key: (at, line) for key, (at, line) in memory.get(UNPOSTED, {}).items() if at > told_since}
        )

    def stored(self) -> dict[str, Any]:
        return {UNPOSTED: {key: [*each] for key, each in self.by_key.items()}} if self.by_key else {}

    def add(self, sighting: Sighting, article: Article, now: datetime) -> None:
        """Note a new article that is not posted: it has no date, or an old one."""
        why = NO_DATE if sighting.is_undated else OLD.format(f"{article.published:%Y-%m-%d}")
        self.by_key[sighting.key] = int(now.timestamp()), f"{sighting.url}: {why}: in feeds, not posted"

    def remarks(self) -> Iterator[str]:
        """What operators are told of them."""
        lines = [line for _, line in self.by_key.values()]
        yield from lines[:MAX_NAMED]
        if more := len(lines[MAX_NAMED:]):
            yield f"{more} more new articles without a date, or with an old one: in feeds, not posted"
