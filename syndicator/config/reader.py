"""Reading declarations: once, whole, and with every mistake reported in one go, by file and line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from syndicator.config.declared import Declared, Inlet, Outlet
from syndicator.config.example import must_be_one, old_name
from syndicator.config.file import MAIN_FILE, File, read
from syndicator.config.lines import Place
from syndicator.config.partners import Partners, fitting, misfits
from syndicator.config.rules import NAME, web_address, zone
from syndicator.config.shapes import Scope, TableMistakes, filled, unknown
from syndicator.config.tables import ChannelTable, FeedFile, MainFile, SourceTable
from syndicator.domain.errors import DeclarationError
from syndicator.domain.feed import Feed
from syndicator.secret import Secret

#: The folder of feeds, beside the main file.
FEEDS_FOLDER = "feeds"

NAME_RULE = "is no name: use a-z, 0-9 and hyphens, 63 of them at most"


@dataclass(frozen=True)
class KindsOf:
    """Lookups by name, which raise ``LookupError``: classes of sources, channels and formats."""

    source: Callable[[str], type[Any]]
    channel: Callable[[str], type[Any]]
    format: Callable[[str], type[Any]]


@dataclass(frozen=True)
class Socket:
    """Where classes are plugged in: a table of tables, the keys that all of those may have, and the
    fields that are no settings because wiring hands their values in: to all classes, or to those that ask
    for them by having such a field (``on_request``)."""

    table: str
    common: type[SourceTable | ChannelTable]
    injected: Collection[str]
    on_request: Collection[str] = ()

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset(f.name for f in fields(self.common))


SOURCES = Socket("sources", SourceTable, ("name", "http"))
CHANNELS = Socket(
    "channels",
    ChannelTable,
    ("name", "session"),
    ("actors", "announcements", "callbacks", "guard", "site"),
)


def load(folder: Path, kinds: KindsOf) -> Declared:
    """The declarations in a folder. Raises ``DeclarationError`` with every mistake in them."""
    folder = folder.resolve()
    if folder.exists() and not folder.is_dir():
        raise DeclarationError([f"{folder}: is no folder; name the one that {MAIN_FILE} is in"])
    main = read(folder / MAIN_FILE)
    if not main.path.exists():
        message = "there is no such file; create it (docs/declaring.md), or say where it is: --folder"
        raise DeclarationError([f"{main.name}: {message}"])
    files = [read(path) for path in sorted((folder / FEEDS_FOLDER).glob("[!.]*.toml"))]
    if (folder / FEEDS_FOLDER).is_file():
        main.report((), f"{folder / FEEDS_FOLDER} is a file, and is to be a folder with a file for each feed")
    elif not files:
        main.report(
            (), f"no feed is declared; create {FEEDS_FOLDER}/NAME.toml beside this file (docs/declaring.md)"
        )
    partners = Partners(folder)
    reader = DeclarationsReader(folder, kinds, main, partners)
    declared = reader.declared(files)
    mistakes = [m for file in (main, *files, *partners.own.values()) for m in file.mistakes]
    if mistakes or declared is None:
        raise DeclarationError(mistakes)
    return declared


class DeclarationsReader:
    """Checks files against the types of what they declare, and reports the mistakes in them."""

    def __init__(self, folder: Path, kinds: KindsOf, main: File, partners: Partners) -> None:
        self.main, self.kinds, self.partners = main, kinds, partners
        names = {s.table: dict(self._tables(s)).keys() for s in (SOURCES, CHANNELS)}
        known = {"profiles": partners.names, **({} if main.data is None else names)}
        self.scope = Scope(folder=folder, names=known, format=kinds.format)
        self.readers: dict[str, Mapping[str, Secret]] = {}

    def declared(self, files: Sequence[File]) -> Declared | None:
        """What the files declare, if it is all there: there may be mistakes in it all the same."""
        self.partners.check(self.scope)
        feeds = {file.path.stem: feed for file in files if (feed := self._feed(file))}
        tables = self._main()
        home = tables.site.timezone if tables else "UTC"
        sources = {name: self._source(name, table, home) for name, table in self._tables(SOURCES)}
        channels = {name: self._channel(name, table, home) for name, table in self._tables(CHANNELS)}
        if tables is None:
            return None
        if self.readers and tables.keep.is_in_bucket and not tables.keep.private:
            self.main.report(
                ("keep", "documents"),
                f"is for everybody, and there are private feeds: {', '.join(sorted(self.readers))}; declare "
                'another bucket for them, private = "s3://BUCKET/PREFIX"',
            )
        must_be_one(self.main, tables)
        _check_moves(self.main, tables, {file.path.stem for file in files})
        _check_unique(self.main, {name: channel for name, channel in channels.items() if channel})
        return Declared(
            folder=self.scope.folder,
            site=tables.site.site(tables.web, tables.hub),
            keep=tables.keep,
            web=tables.web,
            fetch=tables.fetch,
            hub=tables.hub,
            example=tables.example_site,
            sources={name: source for name, source in sources.items() if source},
            channels={name: channel for name, channel in channels.items() if channel},
            feeds=feeds,
            readers=self.readers,
            warnings=(*_remarks(self.main, tables, feeds), *_twins(files, feeds)),
        )

    def _main(self) -> MainFile | None:
        if self.main.data is None:
            return None
        # What is left out has defaults, and those are treated like values: paths start at the folder.
        whole = {"keep": {}, "web": {}, "fetch": {}, "hub": {}, **self.main.data}
        values = self._filled(self.main, (), MainFile, whole)
        return MainFile(**values) if values else None

    def _tables(self, socket: Socket) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The tables in a table of the main file; what is none is reported with the file."""
        tables = (self.main.data or {}).get(socket.table)
        for name, table in tables.items() if isinstance(tables, Mapping) else ():
            if isinstance(table, Mapping):
                yield name, table

    def _source(self, name: str, table: Mapping[str, Any], home: str) -> Inlet | None:
        kind, common, settings = self._plugged(SOURCES, self.kinds.source, name, table, {"timezone": home})
        if kind is None or common is None or settings is None:
            return None
        try:
            zone(settings.get("timezone", home))
        except ValueError as e:
            self.main.report((SOURCES.table, name, "timezone"), str(e))
        return Inlet(kind=kind, settings=settings, brakes=SourceTable(**common).brakes)

    def _channel(self, name: str, table: Mapping[str, Any], home: str) -> Outlet | None:
        kind, common, settings = self._plugged(CHANNELS, self.kinds.channel, name, table, {"timezone": home})
        if kind is None or common is None or settings is None:
            return None
        table_of_all = ChannelTable(**common)
        return Outlet(
            kind=kind,
            settings=settings,
            max_age=table_of_all.max_age,
            style=table_of_all.post,
            pace=table_of_all.pace(home),
            policy=table_of_all.policy,
            wait_for_page=table_of_all.wait_for_page,
            backlog=table_of_all.backlog,
            roundup=table_of_all.roundup,
        )

    def _plugged(
        self,
        socket: Socket,
        lookup: Callable[[str], type[Any]],
        name: str,
        table: Mapping[str, Any],
        defaults: Mapping[str, Any],
    ) -> tuple[type[Any] | None, dict[str, Any] | None, dict[str, Any] | None]:
        """The class that a table names, the values of the keys that all kinds have, and its own ones."""
        place = (socket.table, name)
        if not NAME.fullmatch(name):
            self.main.report(place, f"{name!r} {NAME_RULE}")
        shared = {key: value for key, value in table.items() if key in socket.keys}
        common = self._filled(self.main, place, socket.common, shared)
        kind = self._kind(socket, lookup, table.get("kind"), place)
        if kind is None:
            return None, common, None
        known = {f.name for f in fields(kind)}
        own = {key: value for key, value in defaults.items() if key in known}
        own |= {key: value for key, value in table.items() if key not in socket.keys}
        requested = [name for name in socket.on_request if name in known]
        injected = {**dict.fromkeys((*socket.injected, *requested)), "name": name}
        settings = self._filled(self.main, place, kind, own, injected=injected, beside=socket.keys)
        return kind, common, settings

    def _kind(
        self, socket: Socket, lookup: Callable[[str], type[Any]], name: object, place: Place
    ) -> type[Any] | None:
        if not isinstance(name, str):  # reported with the keys that all kinds have
            return None
        try:
            kind = lookup(name)
        except LookupError as e:
            self.main.report((*place, "kind"), str(e.args[0]))
            return None
        field_names = {f.name for f in fields(kind)} if is_dataclass(kind) else set()
        if not field_names.issuperset(socket.injected):
            fields_text = " and ".join(socket.injected)
            self.main.report((*place, "kind"), f"{name!r} must be a dataclass with the fields {fields_text}")
            return None
        return kind

    def _feed(self, file: File) -> Feed | None:
        name = file.path.stem
        if not NAME.fullmatch(name):
            file.report((), f"the file's name is the feed's address, and {name!r} {NAME_RULE}")
        values = self._filled(file, (), FeedFile, file.data) if file.data is not None else None
        if not values:
            return None
        declared = FeedFile(**values)
        if declared.readers is not None:
            self.readers[name] = declared.readers
        return self._for_partner(declared.feed(name), declared.profile, file)

    def _for_partner(self, feed: Feed, name: str, file: File) -> Feed:
        """The feed as its partner has it."""
        partner, table = self.partners.get(name, self.scope), file.data or {}
        if partner is None:
            return feed
        for place, message in misfits(partner, feed, table):
            file.report(place, message)
        return replace(feed, **fitting(partner, table))

    def _filled(
        self,
        file: File,
        place: Place,
        kind: type[Any],
        table: Mapping[str, Any],
        injected: Mapping[str, object] | None = None,
        beside: Collection[str] = (),
    ) -> dict[str, Any] | None:
        try:
            return filled(kind, table, self.scope, injected=injected or {}, beside=beside)
        except TableMistakes as e:
            for inside, message in e.mistakes:
                file.report((*place, *inside), message)
            return None


def _check_moves(main: File, tables: MainFile, feeds: Collection[str]) -> None:
    """Report feeds in ``[web]`` that have moved or ended, and do not fit the feeds that there are."""
    for old, new in tables.web.moved.items():
        place = ("web", "moved", old)
        for message in (*_past(old, feeds), *_target(new, feeds)):
            main.report(place, message)
    for name in tables.web.ended:
        for message in _past(name, feeds):
            main.report(("web", "ended"), message)
        if name in tables.web.moved:
            main.report(
                ("web", "ended"), f"the feed {name!r} has moved, [web.moved] says: it is one or the other"
            )


def _check_unique(main: File, channels: Mapping[str, Outlet]) -> None:
    """Report values that two channels of a kind must not share: the fields that its class names in
    ``unique``, whatever the case of their letters."""
    first: dict[tuple[type[Any], str, str], str] = {}
    for name, outlet in channels.items():
        for key in getattr(outlet.kind, "unique", ()):
            value = str(outlet.settings.get(key, ""))
            earlier = first.setdefault((outlet.kind, key, value.lower()), name)
            if earlier != name:
                place = (CHANNELS.table, name, key)
                main.report(place, f"{value!r} is that of [channels.{earlier}] already: choose another")


def _past(name: str, feeds: Collection[str]) -> Iterator[str]:
    """Mistakes in the name of a feed that has moved or ended."""
    if not NAME.fullmatch(name):
        yield f"{name!r} {NAME_RULE}"
    elif name in feeds:
        yield f"the feed {name!r} is declared: remove {FEEDS_FOLDER}/{name}.toml, or what is said of it here"


def _target(new: str, feeds: Collection[str]) -> Iterator[str]:
    """Mistakes in the place that a feed has moved to."""
    if "/" in new:
        try:
            web_address(new.replace("{ext}", "rss"))
        except ValueError as e:
            yield str(e)
    elif new not in feeds:
        yield unknown(feeds, new, f"there is no feed {new!r}")


def _remarks(main: File, tables: MainFile, feeds: Mapping[str, Feed]) -> Iterator[str]:
    yield from old_name(main, tables)
    delivered_to = {channel for feed in feeds.values() for channel in feed.channels}
    for name in tables.channels:
        if name not in delivered_to:
            yield main.remark(("channels", name), "no feed delivers to it")
    if not tables.sources:
        yield main.remark((), "no source is declared: nothing will be published")
    if not tables.web.is_private and not tables.web.public_url:
        yield main.remark(
            ("web", "listen"), f"feeds will say they are at {tables.web.address}: declare public_url"
        )


def _twins(files: Sequence[File], feeds: Mapping[str, Feed]) -> Iterator[str]:
    """Feeds that readers cannot tell apart."""
    titles = Counter(feed.title for feed in feeds.values())
    for file in files:
        feed = feeds.get(file.path.stem)
        if feed and titles[feed.title] > 1:
            yield file.remark(("title",), f"another feed has the title {feed.title!r}, too")
