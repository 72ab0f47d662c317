"""In which line of a TOML file a key stands: the parser itself does not tell.

Only ever reads what ``tomllib`` has already found to be valid, so that it needs to know where things
begin and end, and nothing else. TOML: https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence

#: Where something stands: keys, and numbers of elements, from 0.
Place = tuple[str | int, ...]

BLANK = re.compile(r"[ \t]*")
SPACE_OR_COMMENT = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
DOT = re.compile(r"[ \t]*\.[ \t]*")
EQUALS = re.compile(r"[ \t]*=[ \t]*")
HEADER_END = re.compile(r"[ \t]*\]{1,2}")
KEY_PART = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|[A-Za-z0-9_-]+')
STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})|\'\'\'.*?\'\'\'(?:\'{0,2})|"(?:\\.|[^"\\])*"|\'[^\']*\'', re.DOTALL
)
PLAIN_VALUE = re.compile(r"[^,\]}#\n]*")


def lines(text: str) -> Mapping[Place, int]:
    """The line (from 1) of every table, key and element in valid TOML."""
    return _LineScan(text).lines


def line_of(place: Sequence[str | int], known: Mapping[Place, int]) -> int:
    """The line of something, or of the nearest thing around it that has one."""
    around = tuple(place)
    while around and around not in known:
        around = around[:-1]
    return known.get(around, 1)


class _LineScan:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.lines: dict[Place, int] = {}
        self.newest: dict[Place, int] = {}  # the number of an array of tables' last element
        self._document()

    def _document(self) -> None:
        table: Place = ()
        while self._goes_on():
            if self._take("[["):
                table = self._header(is_element=True)
            elif self._take("["):
                table = self._header(is_element=False)
            else:
                self._pair(table)

    def _header(self, *, is_element: bool) -> Place:
        *parents, last = self._key()
        table: Place = ()
        for part in parents:
            table = self._within((*table, part))
        table = (*table, last)
        if is_element:
            self._note(table)
            self.newest[table] = self.newest.get(table, -1) + 1
            table = (*table, self.newest[table])
        self._note(table)
        self._skip(HEADER_END)
        return table

    def _within(self, table: Place) -> Place:
        """A table on the way to another one: of an array of tables, that is its last element."""
        self._note(table)
        return (*table, self.newest[table]) if table in self.newest else table

    def _pair(self, table: Place) -> None:
        place = table
        for part in self._key():
            place = (*place, part)
            self._note(place)
        self._skip(EQUALS)
        self._value(place)

    def _key(self) -> list[str]:
        self._skip(BLANK)
        parts = [self._part()]
        while DOT.match(self.text, self.at):
            self._skip(DOT)
            parts.append(self._part())
        return parts

    def _part(self) -> str:
        part = self._skip(KEY_PART)
        if part[0] not in "\"'":
            return part
        unquoted: str = tomllib.loads(f"key = {part}")["key"]
        return unquoted

    def _value(self, place: Place) -> None:
        if self._take("{"):
            while self._goes_on() and not self._take("}"):
                if not self._take(","):
                    self._pair(place)
        elif self._take("["):
            number = 0
            while self._goes_on() and not self._take("]"):
                if not self._take(","):
                    self._note((*place, number))
                    self._value((*place, number))
                    number += 1
        else:
            self._skip(STRING if self.text[self.at] in "\"'" else PLAIN_VALUE)

    def _goes_on(self) -> bool:
        self._skip(SPACE_OR_COMMENT)
        return self.at < len(self.text)

    def _note(self, place: Place) -> None:
        self.lines.setdefault(place, self.line)

    def _take(self, mark: str) -> bool:
        is_there = self.text.startswith(mark, self.at)
        self.at += len(mark) * is_there
        return is_there

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        skipped = match[0] if match else ""
        self.at += len(skipped)
        self.line += skipped.count("\n")
        return skipped
