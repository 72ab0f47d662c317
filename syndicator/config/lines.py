"""In which line of a TOML file a key stands: the parser itself does not tell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

Path = tuple[str | int, ...]

TOKEN = re.compile(
    r"""(?:\"{3}(?:\\.|[^\\])*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*|.)""",
    re.DOTALL,
)
PART = re.compile(
    r"""\s*(?:"(?P<basic>(?:\\.|[^"\\])*)"|'(?P<literal>[^']*)'|(?P<bare>[\w-]+))\s*(?P<dot>\.?)"""
)


def lines(text: str) -> Mapping[Path, int]:
    """The line (from 1) of every table and key in valid TOML. Elements of arrays of tables are numbered;
    what stands inside an inline table or array is not told apart from it."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for number, statement in _statements(text):
        if statement.startswith("[["):
            name = _numbered(_key(statement[2:]), counts)
            counts[name] = counts.get(name, -1) + 1
            table = (*name, counts[name])
            found.setdefault(name, number)
        elif statement.startswith("["):
            table = _numbered(_key(statement[1:]), counts)
        else:
            key = _key(statement)
            for length in range(1, len(key) + 1):
                found.setdefault((*table, *key[:length]), number)
            continue
        for length in range(1, len(table) + 1):
            found.setdefault(table[:length], number)
    return found


def line_of(path: Sequence[str | int], known: Mapping[Path, int]) -> int:
    """The line of a key, or of the nearest thing around it that has one."""
    place = tuple(path)
    while place and place not in known:
        place = place[:-1]
    return known.get(place, 1)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Headers and assignments, each with the line it begins in."""
    start, depth, current, number = 1, 0, "", 1
    for piece in TOKEN.findall(text + "\n"):
        if piece == "\n" and depth <= 0:
            if current.strip():
                yield start, current.strip()
            current, depth, start = "", 0, number + 1
        elif not piece.startswith("#"):
            if not current.strip() and piece.isspace():
                start = number + piece.count("\n")
            else:
                current += piece
            is_header = current.lstrip().startswith("[") and "=" not in current
            depth += 0 if is_header else (piece in "[{") - (piece in "]}")
        number += piece.count("\n")


def _key(statement: str) -> Path:
    parts: list[str] = []
    position = 0
    while match := PART.match(statement, position):
        basic, literal, bare = match["basic"], match["literal"], match["bare"]
        parts.append(json.loads(f'"{basic}"', strict=False) if basic is not None else literal or bare or "")
        position = match.end()
        if not match["dot"]:
            break
    return tuple(parts)


def _numbered(path: Path, counts: Mapping[Path, int]) -> Path:
    """A header's path with the number of the element that it continues put in: ``[[a]]`` then ``[a.b]``."""
    numbered: Path = ()
    for part in path[:-1]:
        numbered = (*numbered, part)
        if numbered in counts:
            numbered = (*numbered, counts[numbered])
    return (*numbered, *path[-1:])
