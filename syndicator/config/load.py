"""Reading declarations: once, whole, and with every mistake reported in one go, by file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from syndicator.config.declared import Declared, Example, Fetch, Keep, Outlet, Plug, Web
from syndicator.config.lines import line_of, lines
from syndicator.config.shapes import duration, in_words, model, unknown
from syndicator.errors import DeclarationError, Misconfigured
from syndicator.feed import Feed, Filter, Site
from syndicator.secret import Secret

MAIN = "syndicator.toml"
FEEDS = "feeds"

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class KindsOf:
    """Lookups by name, which raise ``LookupError``: classes of sources, channels and formats."""

    source: Callable[[str], type[Any]]
    channel: Callable[[str], type[Any]]
    format: Callable[[str], type[Any]]


@dataclass(frozen=True, kw_only=True)
class SiteTable:
    """``[site]``: the newsroom."""

    title: str
    url: str
    language: str = "en"
    authority: str = ""
    copyright: str = ""
    icon: str = ""
    hubs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Without:
    """``[exclude]`` of a feed: what it does not carry, although it would."""

    sections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FeedFile(Without):
    """``feeds/NAME.toml``: which articles the feed carries, and where it delivers them."""

    title: str
    description: str = ""
    language: str = ""
    url: str = ""
    exclude: Without = field(default_factory=Without)
    length: int = 50
    content: Literal["full", "summary"] = "full"
    formats: tuple[str, ...] = ("rss", "atom", "json")
    channels: tuple[str, ...] = ()
    max_age: timedelta = timedelta(seconds=60)


@dataclass
class File:
    """A declaration file that is being checked, and what is wrong with it."""

    path: Path
    name: str
    mistakes: list[str]
    data: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[tuple[str | int, ...], int] = field(default_factory=dict)

    def read(self) -> File:
        try:
            text = self.path.read_text("utf-8")
            self.data, self.lines = tomllib.loads(text), lines(text)
        except FileNotFoundError:
            self.mistakes.append(f"{self.name}: there is no such file")
        except UnicodeDecodeError as e:
            self.mistakes.append(f"{self.name}: not UTF-8 (byte {e.start}); save it as UTF-8")
        except OSError as e:
            self.mistakes.append(f"{self.name}: {e.strerror}")
        except tomllib.TOMLDecodeError as e:
            place = re.search(r"\(at line (\d+), column (\d+)\)|\(at end of document\)", str(e))
            where = f"{place[1]}:{place[2]}" if place and place[1] else str(text.count("\n") + 1)
            self.mistakes.append(f"{self.name}:{where}: not TOML: {str(e).partition(' (at')[0]}")
        return self

    def wrong(self, path: Sequence[str | int], what: str) -> None:
        self.mistakes.append(f"{self.name}:{line_of(path, self.lines)}: {what}")

    def table(self, name: str) -> Mapping[str, Any]:
        """A table of tables, such as ``[sources]``."""
        value = self.data.get(name, {})
        if isinstance(value, Mapping) and all(isinstance(v, Mapping) for v in value.values()):
            return value
        self.wrong((name,), f"{name}: must be tables, such as [{name}.NAME]")
        return {}

    def fill(self, kind: type[Any], value: Any, path: Sequence[str | int]) -> dict[str, Any] | None:
        """The settings of a dataclass from a table; mistakes are noted and give ``None``."""
        try:
            filled = model(kind).model_validate(value)
        except ValidationError as e:
            for error in e.errors():
                place = (*path, *error["loc"])
                self.wrong(place, in_words(error, kind, path))
            return None
        return {name: getattr(filled, name) for name in filled.model_fields_set}


def load(folder: Path, kinds: KindsOf) -> Declared:
    """The declarations in a folder. Raises ``DeclarationError`` with every mistake in them."""
    mistakes: list[str] = []
    main = File(folder / MAIN, MAIN, mistakes).read()
    if mistakes and not main.path.exists():
        raise DeclarationError(
            [
                f"{main.path}: there is no such file; say where it is (--folder), or write it (docs/declaring.md)"
            ]
        )
    feed_files = [
        File(path, f"{FEEDS}/{path.name}", mistakes).read()
        for path in sorted((folder / FEEDS).glob("*.toml"))
    ]
    if not feed_files:
        mistakes.append(
            f"{FEEDS}/: no feed is declared; write one, such as {FEEDS}/all.toml (docs/declaring.md)"
        )
    parts = _main(main, kinds) if main.data else None
    feeds = {file.path.stem: _feed(file, main, kinds) for file in feed_files if file.data or not mistakes}
    if mistakes or parts is None:
        raise DeclarationError(mistakes)
    site, keep, web, fetch, newsroom, sources, channels = parts
    declared = Declared(
        folder=folder,
        site=site,
        keep=_placed(keep, folder),
        web=web,
        fetch=fetch,
        newsroom=newsroom
        and replace(newsroom, folder=str(folder / newsroom.folder), state=str(folder / newsroom.state)),
        sources=sources,
        channels=channels,
        feeds={name: feed for name, feed in feeds.items() if feed},
    )
    return replace(declared, warnings=_remarks(declared))


def _main(file: File, kinds: KindsOf) -> tuple[Any, ...] | None:
    known = {"site", "keep", "web", "fetch", "newsroom", "sources", "channels"}
    for key in file.data.keys() - known:
        file.wrong((key,), unknown(key, known, "table"))
    site = file.fill(SiteTable, file.data.get("site", {}), ("site",))
    keep = file.fill(Keep, file.data.get("keep", {}), ("keep",))
    web = file.fill(Web, file.data.get("web", {}), ("web",))
    fetch = file.fill(Fetch, file.data.get("fetch", {}), ("fetch",))
    example = file.data.get("newsroom")
    newsroom = file.fill(Example, example, ("newsroom",)) if example is not None else {}
    sources = {n: _plug(file, "sources", n, v, kinds.source) for n, v in file.table("sources").items()}
    channels = {n: _plug(file, "channels", n, v, kinds.channel) for n, v in file.table("channels").items()}
    if site is None or keep is None or web is None or fetch is None or newsroom is None:
        return None
    made_web = _web(file, Web(**web))
    made_keep = _revealed(file, Keep(**keep))
    host = urlsplit(site["url"]).hostname
    if not host:
        file.wrong(("site", "url"), f"[site] url: {site['url']!r} is no address such as https://example.org/")
        return None
    authority = site.pop("authority", "") or host
    public = (made_web.public_url or f"http://{made_web.listen}").rstrip("/")
    made_site = Site(**site, authority=authority, feeds_url=f"{public}/feeds")
    made_example = Example(**newsroom) if example is not None else None
    return made_site, made_keep, made_web, Fetch(**fetch), made_example, sources, channels


def _plug(
    file: File, table: str, name: str, value: Mapping[str, Any], lookup: Callable[[str], type[Any]]
) -> Plug | None:
    path = (table, name)
    if not NAME.fullmatch(name):
        file.wrong(path, f"[{table}.{name}]: names are made of a-z, 0-9 and '-', at most 63 of them")
    settings = dict(value)
    kind_name = settings.pop("kind", None)
    if not isinstance(kind_name, str):
        file.wrong(path, f'[{table}.{name}] kind: is missing; say which kind it is, such as kind = "..."')
        return None
    try:
        kind = lookup(kind_name)
    except LookupError as e:
        file.wrong((*path, "kind"), f"[{table}.{name}] kind: {e.args[0]}")
        return None
    common = {}
    if table == "channels" and "max_age" in settings:
        common["max_age"] = _timed(file, path, "max_age", settings.pop("max_age"))
    filled = file.fill(kind, settings, path)
    if filled is None:
        return None
    for key, setting in filled.items():
        if isinstance(setting, Path):  # relative to the declarations, wherever a worker runs
            filled[key] = file.path.parent / setting
    if "timezone" in filled:
        _zone(file, (*path, "timezone"), filled["timezone"])
    if table == "channels":
        return Outlet(kind=kind, settings=filled, **{k: v for k, v in common.items() if v})
    return Plug(kind=kind, settings=filled)


def _feed(file: File, main: File, kinds: KindsOf) -> Feed | None:
    name = file.path.stem
    if not NAME.fullmatch(name):
        file.wrong((), f"the file's name is the feed's address: use a-z, 0-9 and '-', not {name!r}")
    filled = file.fill(FeedFile, file.data, ())
    if filled is None:
        return None
    for what, known in (
        ("channels", main.data.get("channels", {})),
        ("sources", main.data.get("sources", {})),
    ):
        for value in filled.get(what, ()):
            if value not in known:
                file.wrong((what,), f"{what}: {unknown(value, known, what.removesuffix('s'), MAIN)}")
    for value in filled.get("formats", ()):
        try:
            kinds.format(value)
        except LookupError as e:
            file.wrong(("formats",), f"formats: {e.args[0]}")
    if not 1 <= filled.get("length", 50) <= 1000:
        file.wrong(("length",), "length: must be between 1 and 1000 entries")
    conditions = {f.name for f in fields(Without)}
    only = Filter(**{key: filled.pop(key) for key in conditions & filled.keys()})
    without = filled.pop("exclude", Without())
    exclude = Filter(**{key: getattr(without, key) for key in conditions})
    if "max_age" in filled:
        filled["max_age"] = int(filled["max_age"].total_seconds())
    return Feed(name=name, only=only, exclude=exclude, **filled)


def _web(file: File, web: Web) -> Web:
    if not re.fullmatch(r".+:\d{1,5}", web.listen):
        file.wrong(
            ("web", "listen"), f"[web] listen: {web.listen!r} is not HOST:PORT, such as 127.0.0.1:8000"
        )
    elif web.host not in LOOPBACK and web.password is None:
        file.wrong(
            ("web", "listen"),
            f"[web] listen: {web.listen} can be reached by others, so the console needs a password; "
            'declare one, such as password = "env:OPERATOR_PASSWORD"',
        )
    return web


def _revealed(file: File, keep: Keep) -> Keep:
    """Addresses of databases and brokers hold passwords: they may be references."""
    shown = {}
    for name in ("database", "broker"):
        value = getattr(keep, name)
        if value.startswith(("env:", "file:")):
            try:
                shown[name] = Secret.parse(value).reveal()
            except Misconfigured as e:
                file.wrong(("keep", name), f"[keep] {name}: {e}")
    return replace(keep, **shown)


def _placed(keep: Keep, folder: Path) -> Keep:
    """The same with absolute paths."""
    database, broker = keep.database, keep.broker
    if database.startswith("sqlite:///") and not database.startswith("sqlite:////"):
        database = f"sqlite:///{folder / database.removeprefix('sqlite:///')}"
    if broker.startswith("filesystem:"):
        broker = f"filesystem:{folder / broker.removeprefix('filesystem:').removeprefix('//')}"
    return Keep(
        database=database,
        broker=broker,
        documents=str(folder / keep.documents),
        photos=str(folder / keep.photos),
    )


def _remarks(declared: Declared) -> tuple[str, ...]:
    used = {channel for feed in declared.feeds.values() for channel in feed.channels}
    remarks = [
        f"{MAIN}: [channels.{name}]: no feed delivers to it" for name in declared.channels if name not in used
    ]
    if not declared.sources:
        remarks.append(f"{MAIN}: no source is declared: nothing will ever be published")
    return tuple(remarks)


def _timed(file: File, path: Sequence[str], key: str, value: Any) -> timedelta | None:
    try:
        return duration(value)
    except ValueError as e:
        file.wrong((*path, key), f"[{'.'.join(path)}] {key}: {e}")
        return None


def _zone(file: File, path: Sequence[str], name: str) -> None:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        file.wrong(path, f"timezone: {name!r} is no time zone, such as Asia/Vientiane")
