"""What declarations say, once they are known to be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from syndicator.feed import Feed, Site
from syndicator.secret import Secret


@dataclass(frozen=True, kw_only=True, slots=True)
class Keep:
    """``[keep]``: where things are kept. Relative paths start at the folder of the declarations."""

    database: str = "sqlite:///var/syndicator.db"
    broker: str = "filesystem:var/broker"
    documents: str = "var/documents"
    photos: str = "var/photos"


@dataclass(frozen=True, kw_only=True, slots=True)
class Web:
    """``[web]``: where feeds and the console are served. ``public_url`` is how the world reaches it."""

    listen: str = "127.0.0.1:8000"
    public_url: str = ""
    password: Secret | None = None

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetch:
    """``[fetch]``: private addresses that may be fetched: hosts, ``host:port``, or networks (CIDR)."""

    allow: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """``[newsroom]``: a small news site to try things with, served by ``syndicator up``."""

    folder: str
    listen: str = "127.0.0.1:8001"
    state: str = "var/newsroom"


@dataclass(frozen=True, kw_only=True, slots=True)
class Plug:
    """A source or channel: its class and its settings, without what wiring hands in."""

    kind: type[Any]
    settings: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlet(Plug):
    """A channel. ``max_age``: how old an article may be when it is first posted."""

    max_age: timedelta = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """Everything declared in one folder. ``warnings`` are remarks that stop nothing."""

    folder: Path
    site: Site
    keep: Keep
    web: Web
    fetch: Fetch
    newsroom: Example | None
    sources: Mapping[str, Plug]
    channels: Mapping[str, Outlet]
    feeds: Mapping[str, Feed]
    warnings: tuple[str, ...] = field(default=())
