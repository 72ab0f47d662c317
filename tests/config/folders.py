"""Folders of declarations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from syndicator.config import Declared, load
from syndicator.domain.errors import DeclarationError
from tests.config.kinds import KINDS

SITE = '[site]\ntitle = "The Test"\nurl = "https://news.test/"\n'
FEED = 'title = "All"\n'


def write(folder: Path, main: str = SITE, feeds: Mapping[str, str] | None = None) -> Path:
    """A folder with these declarations."""
    (folder / "feeds").mkdir(exist_ok=True)
    (folder / "syndicator.toml").write_text(dedent(main), "utf-8")
    for name, text in ({"all": FEED} if feeds is None else feeds).items():
        (folder / "feeds" / f"{name}.toml").write_text(dedent(text), "utf-8")
    return folder


def declared(folder: Path, main: str = SITE, feeds: Mapping[str, str] | None = None) -> Declared:
    return load(write(folder, main, feeds), KINDS)


def mistakes(folder: Path, main: str = SITE, feeds: Mapping[str, str] | None = None) -> list[str]:
    """What is wrong with these declarations, by file names without their folder."""
    with pytest.raises(DeclarationError) as raised:
        declared(folder, main, feeds)
    return [mistake.removeprefix(f"{folder}/") for mistake in raised.value.mistakes]
