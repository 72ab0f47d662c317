"""Declarations as dataclasses, once they are known to be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field

from syndicator.config.rules import (
    Broker,
    Bucket,
    Database,
    DocumentsPlace,
    Listen,
    Network,
    Reachable,
    WebAddress,
)
from syndicator.domain.brakes import Brakes
from syndicator.domain.capabilities import NEVER
from syndicator.domain.errors import Misconfigured
from syndicator.domain.feed import Feed, Site
from syndicator.domain.pacing import Pace
from syndicator.domain.policy import Policy
from syndicator.domain.post import Style
from syndicator.domain.subscription import Terms
from syndicator.example_site import LISTEN, STATE
from syndicator.http.networks import is_loopback
from syndicator.secret import Secret

#: How long before its end a token is told of.
TOKEN_NOTICE = timedelta(days=14)


@dataclass(frozen=True, kw_only=True, slots=True)
class S3:
    """``[keep.s3]``: the server of a bucket that documents are kept in."""

    region: str = ""
    endpoint: WebAddress = ""
    access_key: Secret | None = None
    secret_key: Secret | None = None

    def __post_init__(self) -> None:
        if (self.access_key is None) != (self.secret_key is None):
            missing = "access_key" if self.access_key is None else "secret_key"
            raise ValueError(f"{missing}: is missing; both keys are declared, or none")


@dataclass(frozen=True, kw_only=True, slots=True)
class Keep:
    """``[keep]``: where things are kept. Relative paths start at the folder of the declarations.
    ``private``: the bucket of private feeds, where ``documents`` are in one. ``photos_mb``: millions of bytes
    of photos; what was used longest ago makes room."""

    database: Database = field(default="sqlite:///var/syndicator.db", repr=False)
    broker: Broker = field(default="filesystem:var/broker", repr=False)
    documents: DocumentsPlace = "var/documents"
    private: Bucket = ""
    s3: S3 = field(default_factory=S3)
    photos: Path = Path("var/photos")
    photos_mb: Annotated[int, Field(ge=50)] = 2000

    def __post_init__(self) -> None:
        if self.private and not self.is_in_bucket:
            raise ValueError(
                "private: goes with documents in a bucket; in a folder private feeds are kept apart already: "
                "remove it"
            )
        # What everybody may read is declared of buckets, seldom of what begins with something in them.
        if self.private and _bucket_of(self.private) == _bucket_of(self.documents):
            raise ValueError(
                f"private: must be another bucket than that of documents, {_bucket_of(self.documents)!r}, "
                "which is for everybody"
            )

    @property
    def is_in_bucket(self) -> bool:
        """Whether documents are in a bucket, not in a folder."""
        return self.documents.startswith("s3://")


def _bucket_of(place: str) -> str:
    return urlsplit(place).netloc


@dataclass(frozen=True, kw_only=True, slots=True)
class Web:
    """``[web]``: where feeds and the console are served. ``public_url`` is how the world reaches it.

    ``moved``: by the old name of a feed, its new one or an address. ``ended``: feeds that are no more.
    ``most_per_minute``: whole documents for one address; 0: any number. ``connections``: how many one
    address may have open. ``proxies``: who may speak for others, and has as many connections as it likes.
    """

    listen: Listen = "127.0.0.1:8000"
    public_url: WebAddress = ""
    password: Secret | None = None
    most_per_minute: Annotated[int, Field(ge=0)] = 1200
    connections: Annotated[int, Field(ge=1)] = 256
    proxies: tuple[Network, ...] = ()
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
        return is_loopback(self.host)

    @property
    def address(self) -> str:
        """How the world reaches it, without a trailing slash."""
        return (self.public_url or f"http://{self.listen}").rstrip("/")

    @property
    def hub(self) -> str:
        """The address of our own WebSub hub."""
        return f"{self.address}/hub"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetch:
    """``[fetch]``: private addresses that may be fetched all the same. ``allow``: of sources and channels.
    ``photos``: where pages may name photos."""

    allow: tuple[Reachable, ...] = ()
    photos: tuple[Reachable, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Hub(Terms):
    """``[hub]``: our own WebSub hub. ``requests``: how many one client may send it in a minute. ``allow``:
    private addresses that callbacks may be at, and hubs of others."""

    enabled: bool = True
    allow: tuple[Reachable, ...] = ()
    requests: int = 60

    def __post_init__(self) -> None:
        if not self.shortest_lease <= self.lease <= self.longest_lease:
            raise ValueError("lease: must be between shortest_lease and longest_lease")
        for name in ("subscriptions", "per_host", "pending_per_host", "requests"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: must be 1 or more; to have no hub at all, write enabled = false")


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """``[example]``: a small news site to try things with, served by ``syndicator up``. ``folder`` holds
    its stories, ``state`` what has happened on it so far."""

    folder: Path
    listen: Listen = LISTEN
    state: Path = STATE


@dataclass(frozen=True, kw_only=True, slots=True)
class Plug:
    """A source or channel: its class and its settings, without what wiring hands in."""

    kind: type[Any]
    settings: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Inlet(Plug):
    """A source. ``brakes``: how much of it at once is to be believed."""

    brakes: Brakes


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlet(Plug):
    """A channel. ``max_age``: how old an article may be when it is first posted. ``style``: of its posts.
    ``pace``: what the newsroom wants of it. ``policy``: what becomes of posts when their article changes.
    ``wait_for_page``: how long a first one waits until its article's page can be shared. ``backlog``: so many
    due posts make one; ``roundup``: whether what is left of it is told of in one post."""

    max_age: timedelta
    style: Style
    pace: Pace
    policy: Policy = field(default_factory=Policy)
    wait_for_page: timedelta = NEVER
    backlog: int | None = None
    roundup: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """Everything declared in one folder. ``readers``: the secrets of private feeds' readers, by feed and
    name. ``warnings`` are remarks that stop nothing."""

    folder: Path
    site: Site
    keep: Keep
    web: Web
    fetch: Fetch
    hub: Hub
    example: Example | None
    sources: Mapping[str, Inlet]
    channels: Mapping[str, Outlet]
    feeds: Mapping[str, Feed]
    readers: Mapping[str, Mapping[str, Secret]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def missing_secrets(self) -> Mapping[str, str]:
        """What would stop a channel at its first post, by its name: a secret that is not where it is declared
        to be, as far as this process can see."""
        missing: dict[str, str] = {}
        for name, outlet in self.channels.items():
            for key, secret in outlet.settings.items():
                if isinstance(secret, Secret):
                    try:
                        secret.reveal()
                    except Misconfigured as e:
                        missing[name] = f"syndicator.toml: [channels.{name}] {key}: {e}"
        return missing

    def ending_tokens(self, now: datetime) -> Mapping[str, str]:
        """What will stop a channel soon, by its name: a token that ends by itself (``token_life`` of its
        class) so long after it was put where it is declared to be."""
        ending: dict[str, str] = {}
        for name, outlet in self.channels.items():
            life: timedelta | None = getattr(outlet.kind, "token_life", None)
            for key, secret in outlet.settings.items() if life else ():
                kept_at = secret.kept_at if isinstance(secret, Secret) else None
                if not life or kept_at is None or (left := kept_at + life - now) > TOKEN_NOTICE:
                    continue
                age = f"{key}: kept in {secret} since {kept_at:%Y-%m-%d}, and good for {life.days} days"
                when = f"it ends in {_days(left)}" if left > timedelta() else "it has probably ended"
                ending[name] = f"{age}: {when}; make a new one, and: syndicator connect {name}"
        return ending

    @property
    def other_hubs(self) -> tuple[str, ...]:
        """Hubs of others, which are told that there is news."""
        return tuple(hub for hub in self.site.hubs if hub != self.web.hub)


def _days(span: timedelta) -> str:
    """A span to come in whole days, and less than one in words."""
    return f"{span.days} day{'s' * (span.days != 1)}" if span.days else "less than a day"
