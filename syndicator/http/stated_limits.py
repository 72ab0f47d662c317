"""What services say of their limits while a step of a delivery talks to them, handed to whoever listens: no
channel has to pass it on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from syndicator.domain.capabilities import Spent
from syndicator.domain.ledger import StatedLimit
from syndicator.http.meta_usage import nearly_used_up, says_usage
from syndicator.http.retry_after import rate_left

#: What was last said of each kind.
Limits = dict[str, StatedLimit]

_limits: ContextVar[Limits | None] = ContextVar("limits", default=None)


@contextmanager
def listening() -> Iterator[Limits]:
    """Gathers what services say of their limits to this thread's requests."""
    heard: Limits = {}
    before = _limits.set(heard)
    try:
        yield heard
    finally:
        _limits.reset(before)


def kind_of(method: str, *, has_files: bool) -> Spent | None:
    """The kind that a request counts as; ``None``: it changes nothing."""
    match method:
        case "GET" | "HEAD" | "OPTIONS":
            return None
        case "DELETE":
            return Spent.DELETIONS
        case _:
            return Spent.PHOTOS if has_files else Spent.POSTS


def note(kind: str | None, headers: Mapping[str, str]) -> None:
    """Hand on what the headers of a reply to a request of this kind say."""
    heard = _limits.get()
    if heard is None:
        return
    if says_usage(headers):
        heard.pop(Spent.REQUESTS, None)
        if nearly := nearly_used_up(headers, datetime.now(UTC)):
            heard[Spent.REQUESTS] = nearly
    if kind is not None and (stated := rate_left(headers, datetime.now(UTC))):
        heard[kind] = stated


def state(kind: str, stated: StatedLimit) -> None:
    """Hand on what a service was asked about, and says of this kind."""
    heard = _limits.get()
    if heard is not None:
        heard[kind] = stated
