"""Changes of articles that change again and again: which of them are taken later, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from syndicator.domain.article import Sighting

#: In the memory of a source: by their keys, articles of which a change is taken later.
POSTPONED = "postponed"

#: How long after such a change operators are told of the article, and articles that are named to them.
TOLD_FOR, MAX_NAMED = timedelta(days=1), 5


@dataclass(frozen=True)
class Postponements:
    """What is postponed at a source: by key, when it is due (``None``: it was read again), when that was
    decided, both in seconds since 1970, and the article's address."""

    by_key: dict[str, tuple[int | None, int, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, memory: Mapping[str, Any], now: datetime) -> Postponements:
        told_since = now.timestamp() - TOLD_FOR.total_seconds()
        stored = memory.get(POSTPONED, {}).items()
        return cls({key: (due, at, url) for key, (due, at, url) in stored if due or at > told_since})

    def stored(self) -> dict[str, Any]:
        return {POSTPONED: {key: [*each] for key, each in self.by_key.items()}} if self.by_key else {}

    def add(self, sighting: Sighting, until: datetime, now: datetime) -> None:
        self.by_key[sighting.key] = int(until.timestamp()), int(now.timestamp()), sighting.url

    def take_due(self, now: datetime) -> list[str]:
        """Keys of articles that are to be read again now: what they said was not kept."""
        keys = [key for key, (due, _, _) in self.by_key.items() if due and due <= now.timestamp()]
        for key in keys:
            _, at, url = self.by_key[key]
            self.by_key[key] = None, at, url
        return keys

    def remarks(self) -> Iterator[str]:
        """What operators are told of it."""
        urls = [url for _, _, url in self.by_key.values()]
        for url in urls[:MAX_NAMED]:
            yield (
                f"{url}: changes again and again without saying so (a clock or a counter in its text?): "
                "its changes are taken once an hour, later once a day"
            )
        if more := len(urls[MAX_NAMED:]):
            yield f"{more} other articles change again and again without saying so"
