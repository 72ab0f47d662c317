"""Every key is in the documentation, with its default."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import MISSING, Field, is_dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import syndicator.channels
import syndicator.sources
from syndicator.config import S3, Example, Fetch, Hub, Keep, Web, load
from syndicator.config.reader import CHANNELS, SOURCES
from syndicator.config.shapes import settings
from syndicator.config.tables import ChannelTable, Conditions, FeedFile, SiteTable, SourceTable
from syndicator.domain.post import Style
from syndicator.sources.page import Listing
from syndicator.sources.pages.extract import Select
from syndicator.wiring import KINDS

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "declaring.md").read_text("utf-8")

TABLES: dict[str, type[Any]] = {
    "[site]": SiteTable,
    "[keep]": Keep,
    "[keep.s3]": S3,
    "[web]": Web,
    "[fetch]": Fetch,
    "[hub]": Hub,
    "[example]": Example,
    "[sources.NAME]": SourceTable,
    "[channels.NAME]": ChannelTable,
    "[channels.NAME.post]": Style,
    "feeds/NAME.toml": FeedFile,
    "Conditions": Conditions,
    "listings": Listing,
    "select": Select,
} | {name: syndicator.sources.kind(name) for name in syndicator.sources.kind.built_in}


def section(text: str, heading: str) -> str:
    """What stands below a heading, as far as the next one."""
    found = re.search(rf"^##+ {re.escape(heading)}\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"there is no section {heading}"
    return found[1]


def rows(text: str) -> dict[str, str]:
    """The keys of a section's table, with their defaults."""
    return dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]*?) ?\| ", text, re.MULTILINE))


def span(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    unit, size = next((u, s) for u, s in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)) if seconds % s == 0)
    return f'"{seconds // size}{unit}"'


def written(value: Any) -> str:
    """A default as a declaration would say it."""
    match value:
        case bool():
            return str(value).lower()
        case timedelta():
            return span(value)
        case str() | Path():
            return f'"{value}"'
        case tuple():
            return f"[{', '.join(map(written, value))}]"
        case _:
            return str(value)


def default(setting: Field[Any]) -> str:
    if setting.default is MISSING:
        return "required" if setting.default_factory is MISSING else ""
    if setting.name == "timezone" and setting.default == "UTC":
        return "the site's"
    value = setting.default
    return f"`{written(value)}`" if value not in ("", (), None) and not is_dataclass(value) else ""


def injected(kind: type[Any]) -> Collection[str]:
    return SOURCES.injected if hasattr(kind, "look") else CHANNELS.injected if hasattr(kind, "send") else ()


@pytest.mark.parametrize("heading", TABLES)
def test_every_key_is_documented_with_its_default(heading: str) -> None:
    kind = TABLES[heading]
    expected = {f.name: default(f) for f in settings(kind, injected(kind))}
    if kind is SiteTable:
        expected["timezone"] = '`"UTC"`'

    assert rows(section(TEXT, heading)) == expected


@pytest.mark.parametrize("name", syndicator.channels.kind.built_in)
def test_every_setting_of_a_channel_is_documented(name: str) -> None:
    text = section((DOCS / "channels.md").read_text("utf-8"), name)

    documented = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))

    assert documented == {
        f.name for f in settings(syndicator.channels.kind(name), (*CHANNELS.injected, *CHANNELS.on_request))
    }


def blocks(text: str) -> list[str]:
    return re.findall(r"^```toml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_every_example_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/news")
    main, feed, *others = blocks(TEXT)
    *tables, sport = others
    bucket = next(table for table in tables if "[keep.s3]" in table)
    tables.remove(bucket)  # a table of its own each time: both examples declare [keep]
    broker = tmp_path / "broker"
    broker.write_text("redis://broker")
    whole = "\n".join([main, *tables]).replace("/run/secrets/broker", str(broker))
    outbox = '\n[channels.fediverse]\nkind = "outbox"\nfolder = "x"\n'
    (tmp_path / "feeds").mkdir()
    (tmp_path / "syndicator.toml").write_text(whole + outbox)
    (tmp_path / "feeds" / "all.toml").write_text(feed)
    (tmp_path / "feeds" / "sport.toml").write_text(sport)

    declared = load(tmp_path, KINDS)
    (tmp_path / "syndicator.toml").write_text(main + bucket)
    (tmp_path / "feeds" / "all.toml").write_text(feed)
    (tmp_path / "feeds" / "sport.toml").unlink()

    assert load(tmp_path, KINDS).keep.private == "s3://river-desk/news"
    assert set(declared.sources) == {"site", "wire", "lao"}
    assert set(declared.feeds) == {"all", "sport"}
    assert declared.warnings == ()
