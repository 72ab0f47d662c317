"""What docstrings and comments point to is there."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import syndicator

FOLDER = Path(syndicator.__path__[0])
MODULES = [
    m.name for m in pkgutil.walk_packages(syndicator.__path__, "syndicator.") if "migrations" not in m.name
]

#: ``module.Name``, by the module's last names.
POINTER = re.compile(r"``((?:[a-z_]\w*\.)+[A-Za-z_]\w*)``")
FILES = ("syndicator.toml",)


def pointers() -> set[tuple[str, str]]:
    """Each with the file that it stands in."""
    return {
        (str(path.relative_to(FOLDER)), found)
        for path in FOLDER.rglob("*.py")
        for found in POINTER.findall(path.read_text("utf-8"))
        if found not in FILES
    }


def is_there(pointer: str) -> bool:
    """Whether a module of such a name has it, or it is one; what names no module of ours is no pointer."""
    if any(f".{name}".endswith(f".{pointer}") for name in MODULES):
        return True
    module, _, name = pointer.rpartition(".")
    meant = [each for each in MODULES if f".{each}".endswith(f".{module}")]
    return not meant or any(hasattr(importlib.import_module(each), name) for each in meant)


@pytest.mark.parametrize(("file", "pointer"), sorted(pointers()))
def test_what_is_pointed_to_is_there(file: str, pointer: str) -> None:
    assert is_there(pointer), f"{file}: ``{pointer}`` is nowhere"


def test_a_pointer_to_what_has_moved_is_noticed() -> None:
    assert is_there("ports.Channel")
    assert not is_there("ports.WatchStore")
