"""The tables that an operator writes, where they are not what the rest of the program is given.

``docs/declaring.md`` explains every key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from syndicator.config.declared import Fetch, Hub, Keep, Web
from syndicator.config.example import ExampleTables
from syndicator.config.rules import (
    NAME,
    ChannelName,
    Colour,
    Domain,
    FormatName,
    Keyword,
    Language,
    Line,
    PartnerName,
    SourceName,
    WebAddress,
    Zone,
)
from syndicator.domain.brakes import Brakes
from syndicator.domain.capabilities import NEVER, Spent
from syndicator.domain.feed import Feed, Filter, Site
from syndicator.domain.money import MoneyBudget
from syndicator.domain.pacing import Cap, Pace, QuietHours
from syndicator.domain.policy import OnCorrection, OnRetraction, Policy
from syndicator.domain.post import Style
from syndicator.secret import Secret


@dataclass(frozen=True, kw_only=True)
class SiteTable:
    """``[site]``: the newsroom. ``timezone`` is that of every source that does not say its own."""

    title: Line
    url: WebAddress
    language: Language = "en"
    timezone: Zone = "UTC"
    authority: Domain = ""
    copyright: str = ""
    icon: WebAddress = ""
    hubs: tuple[WebAddress, ...] = ()
    former_hosts: tuple[Domain, ...] = ()
    accent: Colour = "#9c3b2e"
    logo: Path | None = None
    rights: Mapping[Line, tuple[ChannelName, ...]] = field(default_factory=dict)
    story_tags: str = ""

    def site(self, web: Web, hub: Hub) -> Site:
        """The publisher as feeds name it."""
        own = (web.hub,) if hub.enabled else ()
        return Site(
            title=self.title,
            url=self.url,
            feeds_url=f"{web.address}/feeds",
            authority=self.authority or urlsplit(self.url).hostname or "",
            language=self.language,
            copyright=self.copyright,
            icon=self.icon,
            hubs=tuple(dict.fromkeys((*own, *self.hubs))),
            former_hosts=self.former_hosts,
            accent=self.accent,
            logo=self.logo,
            rights=self.rights,
            story_tags=self.story_tags,
        )


@dataclass(frozen=True, kw_only=True)
class MainFile(ExampleTables):
    """``syndicator.toml``."""

    site: SiteTable
    keep: Keep
    web: Web
    fetch: Fetch
    hub: Hub
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    channels: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, site in self.example_tables.items():
            if site.listen.rpartition(":")[2] == str(self.web.port):
                raise ValueError(f"{name}.listen: [web] has port {self.web.port} already; choose another one")


@dataclass(frozen=True, kw_only=True)
class SourceTable:
    """``[sources.NAME]``: what holds for sources of every kind. ``most_...`` and ``hold``: see
    ``brakes.Brakes``."""

    kind: str
    most_news: Annotated[int, Field(ge=0)] | None = None
    most_changed: Annotated[int, Field(ge=0)] | None = None
    most_withdrawn: Annotated[int, Field(ge=0)] | None = None
    hold: timedelta | None = None

    @property
    def brakes(self) -> Brakes:
        return Brakes(
            most_news=self.most_news,
            most_changed=self.most_changed,
            most_withdrawn=self.most_withdrawn,
            hold=self.hold,
        )


def _quiet_hours(text: str) -> str:
    if text:
        QuietHours.from_text(text)
    return text


@dataclass(frozen=True, kw_only=True)
class ChannelTable:
    """``[channels.NAME]``: what holds for channels of every kind. ``max_age``: how long after its
    publication an article is still posted. ``on_correction``, ``on_retraction``, ``repost_within``: what
    becomes of posts whose article changes. ``wait_for_page``: how long a first post waits until its article's
    page can be shared. ``post``: how its posts are written. ``min_gap``, ``max_per_hour``, ``max_per_day``:
    how far apart, and how many, posts are at the most. ``quiet_hours``: when nothing but urgent news is
    posted, in the site's zone. ``money_per_month``: what posts may cost in a calendar month, in the currency
    of the service's price. ``without_money``: what becomes of posts for which none is left. ``backlog``: so
    many due posts make one; ``roundup``: whether what is left of it is told of in one post."""

    kind: str
    max_age: timedelta = timedelta(hours=24)
    on_correction: OnCorrection = OnCorrection.EDIT
    on_retraction: OnRetraction = OnRetraction.DELETE
    repost_within: timedelta = NEVER
    wait_for_page: timedelta = timedelta(minutes=2)
    post: Style = field(default_factory=Style)
    min_gap: timedelta | None = None
    max_per_hour: Annotated[int, Field(ge=1)] | None = None
    max_per_day: Annotated[int, Field(ge=1)] | None = None
    quiet_hours: Annotated[str, AfterValidator(_quiet_hours)] = ""
    money_per_month: Annotated[float, Field(gt=0)] | None = None
    without_money: Literal["wait", "skip"] = "wait"
    backlog: Annotated[int, Field(ge=1, le=500)] | None = None
    roundup: bool = False

    def pace(self, zone: str) -> Pace:
        """What the newsroom wants of the account's pace."""
        caps = [
            Cap(of=Spent.POSTS, most=self.max_per_hour or 0, per=timedelta(hours=1)),
            Cap(of=Spent.POSTS, most=self.max_per_day or 0, per=timedelta(days=1)),
        ]
        return Pace(
            quotas=[cap for cap in caps if cap.most],
            min_gap=self.min_gap or timedelta(),
            quiet=QuietHours.from_text(self.quiet_hours, ZoneInfo(zone)) if self.quiet_hours else None,
            money=MoneyBudget(most=self.money_per_month, zone=ZoneInfo(zone))
            if self.money_per_month
            else None,
            skips_unpaid=self.without_money == "skip",
        )

    @property
    def policy(self) -> Policy:
        return Policy(
            on_correction=self.on_correction,
            on_retraction=self.on_retraction,
            repost_within=self.repost_within,
        )


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """Which articles: see ``feed.Filter``."""

    sections: tuple[Line, ...] = ()
    tags: tuple[Line, ...] = ()
    authors: tuple[Line, ...] = ()
    languages: tuple[Language, ...] = ()
    places: tuple[Line, ...] = ()
    keywords: tuple[Keyword, ...] = ()
    sources: tuple[SourceName, ...] = ()
    any: tuple[Conditions, ...] = ()
    exclude: Conditions | None = None

    def __post_init__(self) -> None:
        for number, alternative in enumerate(self.any):
            if alternative == Conditions():
                raise ValueError(
                    f"any.{number}: asks for nothing, and so accepts every article: add a condition"
                )

    def filter(self) -> Filter:
        conditions = {f.name: getattr(self, f.name) for f in fields(Conditions)}
        conditions["any"] = tuple(each.filter() for each in self.any)
        conditions["exclude"] = self.exclude.filter() if self.exclude else None
        return Filter(**conditions)


@dataclass(frozen=True, kw_only=True)
class FeedFile(Conditions):
    """``feeds/NAME.toml``: a feed."""

    title: Line
    description: str = ""
    language: Language = ""
    url: WebAddress = ""
    length: Annotated[int, Field(ge=1, le=1000)] = 50
    content: Literal["full", "summary"] = "full"
    formats: tuple[FormatName, ...] = ("rss", "atom", "json")
    channels: tuple[ChannelName, ...] = ()
    max_age: timedelta = timedelta(seconds=60)
    stale_while_revalidate: timedelta | None = None
    stale_if_error: timedelta = timedelta(days=1)
    profile: PartnerName = ""
    archive: bool = True
    age: timedelta | None = None
    readers: Mapping[str, Secret] | None = None

    def __post_init__(self) -> None:
        Conditions.__post_init__(self)
        if self.age is not None and not self.age:
            raise ValueError('age: must be longer than nothing, such as "48h"; leave it out for no limit')
        for name in self.readers or ():
            if not NAME.fullmatch(name):
                raise ValueError(f"readers.{name}: a reader's name is made of a-z, 0-9 and hyphens")

    def feed(self, name: str) -> Feed:
        return Feed(
            name=name,
            title=self.title,
            description=self.description,
            language=self.language,
            url=self.url,
            only=self.filter(),
            length=self.length,
            content=self.content,
            formats=self.formats,
            channels=self.channels,
            max_age=int(self.max_age.total_seconds()),
            archive=self.archive,
            age=self.age,
            stale_while_revalidate=(
                None
                if self.stale_while_revalidate is None
                else int(self.stale_while_revalidate.total_seconds())
            ),
            stale_if_error=int(self.stale_if_error.total_seconds()),
            is_private=self.readers is not None,  # where nobody is named, nobody is let in
        )
