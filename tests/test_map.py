"""The map shows the house as it is: docs/map.md."""

from __future__ import annotations

import re

import pytest

from syndicator.store import schema
from tests.test_docstrings import FOLDER, MODULES, is_there

ROOT = FOLDER.parent
MAP = (ROOT / "docs" / "map.md").read_text("utf-8")
TREE = re.search(r"^```\nsyndicator/\n(.*?)^```", MAP, re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    return MAP.split(f"## {title}\n")[1].split("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """A section's table without its head, cell by cell."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def drawn() -> set[str]:
    """The folders of the tree, as paths below ``syndicator``."""
    assert TREE
    parents: list[str] = []
    found = set()
    for indent, name in re.findall(r"^( +)(\w+)/", TREE[1], re.MULTILINE):
        parents = [*parents[: len(indent) // 2 - 1], name]
        found.add("/".join(parents))
    return found


def test_every_folder_is_drawn_and_none_that_is_not_there() -> None:
    there = {
        str(path.parent.relative_to(FOLDER))
        for path in FOLDER.rglob("__init__.py")
        if path.parent != FOLDER and "migrations" not in path.parts
    }
    data = {path.parent.name for path in FOLDER.glob("*/*.toml")}
    assert drawn() == there | data


def test_every_module_at_the_top_is_drawn() -> None:
    assert TREE
    top = {path.name for path in FOLDER.glob("*.py") if not path.name.startswith("__")}
    assert set(re.findall(r"\b(\w+\.py)\b", re.sub(r"^.*?/ .*$", "", TREE[1], flags=re.MULTILINE))) == top


@pytest.mark.parametrize("pointer", re.findall(r"`([\w.]+)`", "".join(row[2] for row in rows("The words"))))
def test_every_word_of_the_glossary_is_in_the_code(pointer: str) -> None:
    module = pointer.rpartition(".")[0]
    assert f"syndicator.{pointer}" in MODULES or f"syndicator.{module}" in MODULES
    assert is_there(pointer), f"docs/map.md: {pointer} is nowhere"


@pytest.mark.parametrize("cells", rows("Where do I ...?"), ids=lambda cells: cells[0])
def test_every_place_is_there(cells: list[str]) -> None:
    places = [place for place in re.findall(r"`([\w./]+)`", cells[1]) if "/" in place]
    assert places
    for place in places:
        assert (FOLDER / place).exists() or (ROOT / place).exists(), f"docs/map.md: {place} is nowhere"


@pytest.mark.parametrize("cells", rows("How an article travels"), ids=lambda cells: cells[0])
def test_the_way_of_an_article_leads_through_what_is_there(cells: list[str]) -> None:
    for pointer in re.findall(r"`((?:\w+\.)+\w+)`", cells[0]):
        assert is_there(pointer), f"docs/map.md: {pointer} is nowhere"
    for record in re.findall(r"`([\w.]+)`", cells[1]):
        table, _, column = record.partition(".")
        assert not column or column in schema.metadata.tables[table].c, f"docs/map.md: {record} is no column"


def test_the_readme_leads_to_it() -> None:
    assert "(docs/map.md)" in (ROOT / "README.md").read_text("utf-8")


def test_it_is_short() -> None:
    assert len(MAP.splitlines()) < 130
