"""What declarations say, once they are known to be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from syndicator.config.rules import Broker, Database, Listen, Reachable, WebAddress
from syndicator.feed import Feed, Site
from syndicator.secret import Secret


@dataclass(frozen=True, kw_only=True, slots=True)
class Keep:
    """``[keep]``: where things are kept. Relative paths start at the folder of the declarations."""

    database: Database = field(default="sqlite:///var/syndicator.db", repr=False)
    broker: Broker = field(default="filesystem:var/broker", repr=False)
    documents: Path = Path("var/documents")
    photos: Path = Path("var/photos")


@dataclass(frozen=True, kw_only=True, slots=True)
class Web:
    """``[web]``: where feeds and the console are served. ``public_url`` is how the world reaches it.

    ``moved``: by the old name of a feed, its new one or an address. ``ended``: feeds that are no more.
    ``most_per_minute``: whole documents for one address; 0: any number.
    """

    listen: Listen = "127.0.0.1:8000"
    public_url: WebAddress = ""
    password: Secret | None = None
    most_per_minute: Annotated[int, Field(ge=0)] = 1200
    moved: Mapping[str, str] = field(default_factory=dict)
    ended: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.is_private and self.password is None:
            raise ValueError(
                f"listen: others can reach {self.listen}, and the console with it: declare a password, "
                'such as password = "env:OPERATOR_PASSWORD"'
            )

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])

    @property
    def is_private(self) -> bool:
        """Whether nobody but this machine can connect."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    @property
    def address(self) -> str:
        """How the world reaches it, without a trailing slash."""
        return (self.public_url or f"http://{self.listen}").rstrip("/")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetch:
    """``[fetch]``: private addresses that may be fetched all the same."""

    allow: tuple[Reachable, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """``[newsroom]``: a small news site to try things with, served by ``syndicator up``. ``folder`` holds
    its stories, ``state`` what has happened on it so far."""

    folder: Path
    listen: Listen = "127.0.0.1:8001"
    state: Path = Path("var/newsroom")


@dataclass(frozen=True, kw_only=True, slots=True)
class Plug:
    """A source or channel: its class and its settings, without what wiring hands in."""

    kind: type[Any]
    settings: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlet(Plug):
    """A channel. ``max_age``: how old an article may be when it is first posted."""

    max_age: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """Everything declared in one folder. ``readers``: the secrets of private feeds' readers, by feed and
    name. ``warnings`` are remarks that stop nothing."""

    folder: Path
    site: Site
    keep: Keep
    web: Web
    fetch: Fetch
    newsroom: Example | None
    sources: Mapping[str, Plug]
    channels: Mapping[str, Outlet]
    feeds: Mapping[str, Feed]
    readers: Mapping[str, Mapping[str, Secret]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
