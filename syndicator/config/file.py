"""A file of declarations, with the line of everything in it and the mistakes found so far."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from syndicator.config.lines import Place, line_of, lines

#: The main file's name.
MAIN_FILE = "syndicator.toml"

ERROR_POSITION = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


@dataclass
class File:
    """``data`` of its ``text`` is ``None`` where there is none to be had: then ``read`` has reported why."""

    path: Path
    text: str = ""
    data: Mapping[str, Any] | None = None
    numbered_mistakes: list[tuple[int, str]] = field(default_factory=list)

    @cached_property
    def lines(self) -> Mapping[Place, int]:
        """Where everything stands. Read when there is something to say of a line: most files are right."""
        return {} if self.data is None else lines(self.text)

    @property
    def name(self) -> str:
        """As an operator would type it."""
        here = Path.cwd()
        return str(self.path.relative_to(here) if self.path.is_relative_to(here) else self.path)

    @property
    def mistakes(self) -> list[str]:
        """Line by line, those of one line in the order of being found."""
        return [
            f"{self.name}:{mistake}"
            for _, mistake in sorted(self.numbered_mistakes, key=lambda numbered: numbered[0])
        ]

    def report(self, place: Place, message: str) -> None:
        """Note a mistake in what stands at a place."""
        line = line_of(place, self.lines)
        self.numbered_mistakes.append((line, f"{line}: {self.name_of(place)}{message}"))

    def remark(self, place: Place, message: str) -> str:
        """The same for what is worth a remark."""
        return f"{self.name}:{line_of(place, self.lines)}: {self.name_of(place)}{message}"

    def name_of(self, place: Place) -> str:
        """A place as it is written: ``[table.of.tables] key: ``."""
        depth, value = 0, self.data
        for part in place:
            value = value.get(str(part)) if isinstance(value, Mapping) else None
            if not isinstance(value, Mapping):
                break
            depth += 1
        table = f"[{'.'.join(map(str, place[:depth]))}]" if depth else ""
        key = ".".join(part for part in place[depth:] if isinstance(part, str))
        name = f"{table} {key}".strip()
        return f"{name}: " if name else ""


def read(path: Path) -> File:
    """A file as it is; what cannot be read is a mistake in it."""
    file = File(path)
    try:
        # A mark at the beginning is what some editors leave there; ends of lines are TOML's two.
        file.text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        file.data = tomllib.loads(file.text)
    except OSError as e:
        file.numbered_mistakes.append((0, f" cannot be read ({e.strerror}); create it, readable for us"))
    except UnicodeDecodeError as e:
        line = e.object[: e.start].count(b"\n") + 1
        file.numbered_mistakes.append((line, f"{line}: is not UTF-8; save the file in this encoding"))
    except tomllib.TOMLDecodeError as e:
        file.numbered_mistakes.append(_syntax(str(e), file.text))
    return file


def _syntax(message: str, text: str) -> tuple[int, str]:
    position = ERROR_POSITION.search(message)
    reason = ERROR_POSITION.sub("", message)
    if position and position["line"]:
        line = int(position["line"])
        return line, f"{line}:{position['column']}: is not TOML: {reason}"
    line = text.rstrip("\n").count("\n") + 1
    return line, f"{line}: is not TOML: {reason} (the file ends here)"
