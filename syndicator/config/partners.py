"""Partners' rules: those that ship with us, and an operator's own in ``profiles/`` beside ``feeds/``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from syndicator.config.file import File, read
from syndicator.config.lines import Place
from syndicator.config.rules import NAME
from syndicator.config.shapes import Scope, TableMistakes, filled
from syndicator.domain.feed import Feed
from syndicator.domain.partner import Partner

#: An operator's own, beside ``feeds/``: a name that users know.
FOLDER = "profiles"

BUILT_IN = Path(str(files("syndicator"))) / "partners"


class Partners:
    """Partners by name; an operator's own one comes before one of ours with its name."""

    def __init__(self, folder: Path) -> None:
        own = sorted((folder / FOLDER).glob("[!.]*.toml"))
        self.own = {path.stem: read(path) for path in own}
        self.names = {path.stem for path in BUILT_IN.glob("*.toml")} | self.own.keys()
        self._known: dict[str, Partner | None] = {}

    def check(self, scope: Scope) -> None:
        """Report what is wrong with an operator's own ones, whether or not a feed uses them."""
        for name, file in self.own.items():
            if not NAME.fullmatch(name):
                file.report((), f"{name!r} is no name: use a-z, 0-9 and hyphens, 63 of them at most")
            self._known[name] = _partner(file, scope)

    def get(self, name: str, scope: Scope) -> Partner | None:
        """``None``: there is no such partner, or what is wrong with it is reported."""
        if name in self.names and name not in self._known:
            self._known[name] = _partner(read(BUILT_IN / f"{name}.toml"), scope)
        return self._known.get(name)


def _partner(file: File, scope: Scope) -> Partner | None:
    if file.data is None:
        return None
    name = file.path.stem
    try:
        return Partner(**filled(Partner, file.data, scope, injected={"name": name}, beside=()), name=name)
    except TableMistakes as e:
        for place, message in e.mistakes:
            file.report(place, message)
        return None


def misfits(partner: Partner, feed: Feed, written: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """What a feed declares that its partner does not take: the place and the mistake. ``written``: the
    feed's table as it is written."""
    profile = f"profile {partner.name!r}"
    if partner.formats and "formats" in written:
        for number, name in enumerate(feed.formats):
            if name not in partner.formats.accepts:
                yield (
                    ("formats", number),
                    f"{profile} takes {_listed(partner.formats.accepts)}, and not {name!r}",
                )
    entries = partner.entries
    if entries and not entries.advice and "length" in written and not entries.holds(feed.length):
        yield ("length",), f"{profile} takes {entries} entries"
    age = partner.age
    if age and not age.advice and feed.age and feed.age > age.most:
        yield ("age",), f"{profile} takes nothing that is {age} old"
    if partner.text and not partner.text.advice and feed.content == "summary":
        yield ("content",), f'{profile} takes whole articles only: write "full", or leave it out'


def fitting(partner: Partner, written: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a feed that its partner sets where the feed's table does not."""
    fields: dict[str, Any] = {"partner": partner}
    if partner.formats and "formats" not in written:
        fields["formats"] = partner.formats.accepts
    if partner.entries and partner.entries.most and "length" not in written:
        fields["length"] = partner.entries.most
    if partner.age and not partner.age.advice and "age" not in written:
        fields["age"] = partner.age.most
    return fields


def _listed(names: tuple[str, ...]) -> str:
    return " and ".join(map(repr, names))
