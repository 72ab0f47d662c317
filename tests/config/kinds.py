"""Classes to declare, as an installed package might bring them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar, Literal

from syndicator.config import KindsOf
from syndicator.secret import Secret


class Pace(Enum):
    SLOW = "slow"
    FAST = "fast"


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A part of a source."""

    label: str
    every: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Wire:
    """A source with a setting of every type."""

    name: str
    address: str
    every: timedelta = timedelta(minutes=5)
    rechecks: tuple[timedelta, ...] = ()
    timezone: str = "UTC"
    cache: Path = Path("var/wire")
    most: int = 50
    share: float = 0.5
    embargoes: bool = False
    pace: Pace = Pace.SLOW
    tone: Literal["plain", "loud"] = "plain"
    shelves: tuple[Shelf, ...] = ()
    first: Shelf = field(default_factory=lambda: Shelf(label="first"))
    headers: Mapping[str, str] = field(default_factory=dict)
    key: Secret | None = None
    http: object = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Pager:
    """A channel that checks itself."""

    name: str
    number: str
    token: Secret
    session: object = field(repr=False)

    unique: ClassVar[tuple[str, ...]] = ("number",)

    def __post_init__(self) -> None:
        if not self.number.isdigit():
            raise ValueError("number: must be made of digits")


@dataclass(frozen=True, kw_only=True)
class Homeless:
    """Has none of the fields that wiring fills in."""

    address: str = ""


class Rss:
    """A format."""


def among(noun: str, known: Mapping[str, type[Any]]) -> Any:
    """A lookup like those of the program."""

    def lookup(name: str) -> type[Any]:
        if name in known:
            return known[name]
        nearest = get_close_matches(name, known, n=1)
        raise LookupError(
            f"no such kind of {noun}: {name!r}; do you mean {nearest[0]!r}?" if nearest else name
        )

    return lookup


KINDS = KindsOf(
    source=among("source", {"wire": Wire, "homeless": Homeless}),
    channel=among("channel", {"pager": Pager}),
    format=among("format", dict.fromkeys(("rss", "atom", "json"), Rss)),
)
