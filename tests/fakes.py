"""Edges that behave, small enough to reason about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from syndicator.domain.article import Article, Photo, Sighting
from syndicator.domain.delivery import Receipt
from syndicator.domain.errors import OutcomeUnknown, PhotoError
from syndicator.domain.feed import Feed, Site
from syndicator.domain.photo import PhotoFile, PhotoLimits
from syndicator.domain.post import Limits, Post
from syndicator.jobs.ports import READ_AGAIN, Look

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

SITE = Site(
    title="The Ledger",
    url="https://ledger.example/",
    feeds_url="https://feeds.ledger.example/feeds",
    authority="ledger.example",
)

ALL = Feed(name="all", title="Everything", channels=("wire",))


def sighting(key: str = "1", **changes: Any) -> Sighting:
    """An article as a source might show it."""
    fields: dict[str, Any] = {
        "source": "page",
        "key": key,
        "url": f"https://ledger.example/{key}",
        "title": f"Bridge {key} reopens",
        "summary": "After two years of repairs, trams cross the river again.",
        "content_html": "<p>Trams cross the river again.</p>",
        "section": "City",
        "language": "en",
        "published": NOON,
    }
    return Sighting(**fields | changes)


class Clock:
    """A time that moves only when it is told to."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def tick(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


class Words:
    """A ruler that counts characters, and cuts anywhere."""

    def measure(self, text: str) -> int:
        return len(text)

    def cut(self, text: str, room: int) -> str:
        return text if len(text) <= room else text[: max(0, room - 1)] + "…"[:room]


@dataclass
class FakeBell:
    rung: list[tuple[str, str]] = field(default_factory=list)

    def ring(self, job: str, name: str) -> None:
        self.rung.append((job, name))


@dataclass
class FakeSource:
    """Shows what it is told to; ``trouble`` is raised instead."""

    name: str = "page"
    every: timedelta = timedelta(minutes=1)
    shows: Sequence[Sighting] = ()
    gone: Sequence[str] = ()
    trouble: Exception | None = None
    is_complete: bool = True
    next_look: datetime | None = None
    looks: int = 0
    asked_again: Sequence[str] = ()

    def look(self, memory: Mapping[str, Any], now: datetime) -> Look:
        if self.trouble:
            raise self.trouble
        self.looks += 1
        self.asked_again = memory.get(READ_AGAIN, ())
        return Look(
            sightings=self.shows,
            gone=self.gone,
            memory={"looks": memory.get("looks", 0) + 1},
            is_complete=self.is_complete,
            next_look=self.next_look,
        )

    def reads(self, url: str) -> bool:
        return any(s.url == url for s in self.shows)

    def read(self, url: str, now: datetime, page: bytes | None = None) -> Sighting:
        return next(s for s in self.shows if s.url == url)


@dataclass
class FakePhotos:
    """Every photo is 800 by 600, but for those in trouble."""

    trouble: dict[str, PhotoError] = field(default_factory=dict)

    def measure(self, photo: Photo) -> Photo:
        if photo.url in self.trouble:
            raise self.trouble[photo.url]
        return replace(photo, width=800, height=600, length=40_000, media_type="image/jpeg")

    def fit(self, photo: Photo, limits: PhotoLimits) -> PhotoFile:
        self.measure(photo)
        return PhotoFile(content=b"jpeg", media_type="image/jpeg", width=800, height=600)


@dataclass
class FakeChannel:
    """A channel that keeps what it shows, and fails in every way that a real one does.

    ``before``: raised before anything happens. ``after``: raised once it has happened (a lost answer).
    Both are used up in order, one per request; ``None`` means no trouble.
    """

    key_memory: timedelta | None = timedelta(hours=1)
    settles_within: timedelta = timedelta(seconds=60)
    can_find: bool = True
    limits: Limits = field(
        default_factory=lambda: Limits(ruler=Words(), text=500, alt=100, photo=PhotoLimits())
    )
    before: list[Exception | None] = field(default_factory=list)
    after: list[Exception | None] = field(default_factory=list)
    shown: dict[str, Post] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    made: int = 0

    def send(self, post: Post, *, key: str) -> Receipt:
        self._begin("send")
        if self.key_memory is None or key not in self.by_key:
            self.made += 1
            self.by_key[key] = f"p{self.made}"
            self.shown[f"p{self.made}"] = post
        self._end()
        return self._receipt(self.by_key[key])

    def edit(self, receipt: Receipt, post: Post) -> Receipt:
        self._begin("edit")
        assert receipt.remote_id in self.shown
        self.shown[receipt.remote_id] = post
        self._end()
        return receipt

    def delete(self, receipt: Receipt, post: Post) -> None:
        self._begin("delete")
        self.shown.pop(receipt.remote_id, None)
        self._end()

    def find(self, post: Post, *, key: str) -> Receipt | None:
        self._begin("find")
        if not self.can_find:
            raise OutcomeUnknown("this channel cannot tell")
        hit = next((i for i, p in self.shown.items() if p.article.guid == post.article.guid), None)
        return self._receipt(hit) if hit else None

    def check(self) -> str:
        return "me"

    def _receipt(self, remote_id: str) -> Receipt:
        return Receipt(remote_id=remote_id, url=f"https://wire.example/{remote_id}")

    def _begin(self, request: str) -> None:
        self.requests.append(request)
        self._raise(self.before)

    def _end(self) -> None:
        self._raise(self.after)

    def _raise(self, troubles: list[Exception | None]) -> None:
        trouble = troubles.pop(0) if troubles else None
        if trouble:
            raise trouble


def titles(articles: Sequence[Article]) -> list[str]:
    return [article.title for article in articles]
