"""Every key that the parser sees has a line, and stands in it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicator.config.lines import Place, line_of, lines


def places(told: Any, place: Place = ()) -> Iterator[Place]:
    """Where everything stands that is in a parsed file."""
    inside = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    for key, value in inside:
        yield (*place, key)
        yield from places(value, (*place, key))


EXAMPLE = '''\
# a comment with [a.table] = in it
title = "one" # two

[site]
"quoted \\u00e9" . 'lite.ral'.bare = """
[not.a.table]
key = \\"""no\\"""
"""
after = 1

[[shelves]]
label = \'\'\'
[[shelves]]\'\'\'
[shelves.part]
x = 1979-05-27 07:32:00
[[shelves]]
label = "b"
[[shelves.books]]
pages = [ 1, # ]
  2,
  { a.b = 3, c = [
    { d = "}" },
  ] },
]
[[shelves.books]]
pages = []
[deep.er]
'''


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("title",), 2),
        (("site",), 4),
        (("site", "quoted é", "lite.ral", "bare"), 5),
        (("site", "after"), 9),
        (("shelves",), 11),
        (("shelves", 0, "label"), 12),
        (("shelves", 0, "part"), 14),
        (("shelves", 0, "part", "x"), 15),
        (("shelves", 1), 16),
        (("shelves", 1, "books", 0, "pages"), 19),
        (("shelves", 1, "books", 0, "pages", 1), 20),
        (("shelves", 1, "books", 0, "pages", 2, "a", "b"), 21),
        (("shelves", 1, "books", 0, "pages", 2, "c", 0, "d"), 22),
        (("shelves", 1, "books", 1), 25),
        (("deep", "er"), 27),
    ],
)
def test_a_key_stands_in_its_line(place: Place, line: int) -> None:
    assert lines(EXAMPLE)[place] == line


def test_the_example_is_seen_as_the_parser_sees_it() -> None:
    assert set(lines(EXAMPLE)) == set(places(tomllib.loads(EXAMPLE)))


def test_what_has_no_line_has_that_of_what_is_around_it() -> None:
    known = lines(EXAMPLE)

    assert line_of(("shelves", 1, "nothing", 3), known) == 16
    assert line_of(("nothing",), known) == 1


# Files as people and programs write them. Each key has a number of its own, so that the line in which it
# stands can be told from all others; the first letter may be written as an escape.

BLANKS = st.sampled_from(["", " ", "\t"])
BREAKS = st.sampled_from(["", " ", "\n", ' # ] } "\n', "\n\n\t"])


class Writer:
    """Writes TOML, and counts keys."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.keys = 0

    def key(self) -> str:
        self.keys += 1
        parts = [f"k{self.keys}x", *(f"p{n}x" for n in range(self.draw(st.integers(0, 2))))]
        dot = self.draw(BLANKS) + "." + self.draw(BLANKS)
        return dot.join(self.quoted(part) for part in parts)

    def quoted(self, part: str) -> str:
        escaped = f'"\\u{ord(part[0]):04x}{part[1:]}"'
        return self.draw(st.sampled_from([part, f'"{part}"', f"'{part}'", escaped]))

    def pair(self, depth: int) -> str:
        return f"{self.key()}{self.draw(BLANKS)}={self.draw(BLANKS)}{self.value(depth)}"

    def value(self, depth: int) -> str:
        kinds = ["plain", "text", "lines", "raw lines"] + ["list", "table"] * (depth < 3)
        match self.draw(st.sampled_from(kinds)):
            case "plain":
                return self.draw(
                    st.sampled_from(
                        ["1", "-1_0.5e3", "true", "1979-05-27 07:32:00", "07:32:00", "inf", "'it#s'"]
                    )
                )
            case "text":
                return json.dumps(self.draw(st.text("ab=[]{}#'\"\\,.\n", max_size=8)))
            case "lines":
                said = self.draw(st.text("a=[]#'\n", max_size=8)) + self.draw(
                    st.sampled_from(["", '\\"', '"', '""'])
                )
                return f'"""{said}"""'
            case "raw lines":
                return "'''" + self.draw(st.text('a=[]#"\\\n', max_size=8)) + self.draw(BLANKS) + "'''"
            case "list":
                items = [self.value(depth + 1) for _ in range(self.draw(st.integers(0, 3)))]
                end = self.draw(st.sampled_from(["", ","])) if items else ""
                return (
                    "["
                    + self.draw(BREAKS)
                    + f"{self.draw(BREAKS)},{self.draw(BREAKS)}".join(items)
                    + end
                    + self.draw(BREAKS)
                    + "]"
                )
            case _:
                pairs = [self.pair(depth + 1) for _ in range(self.draw(st.integers(0, 3)))]
                return "{" + self.draw(BLANKS) + ", ".join(pairs) + self.draw(BLANKS) + "}"

    def header(self) -> str:
        name = f"{self.draw(BLANKS)}{self.key()}{self.draw(BLANKS)}"
        return self.draw(st.sampled_from(["[{}]", "[[{}]]"])).format(name)


@st.composite
def files(draw: st.DrawFn) -> str:
    writer = Writer(draw)
    written: list[str] = []
    headers: list[str] = []
    for _ in range(draw(st.integers(1, 8))):
        match draw(st.sampled_from(["pair", "pair", "header", "again", "comment"])):
            case "pair":
                written.append(draw(BLANKS) + writer.pair(0))
            case "header":
                headers.append(writer.header())
                written.append(headers[-1])
            case "again" if headers and headers[-1].startswith("[["):
                written.append(headers[-1])
            case _:
                written.append(draw(st.sampled_from(['# [x] = "', "", "  "])))
    return "\n".join(written) + draw(st.sampled_from(["", "\n", "\n# end"]))


@pytest.mark.slow
@given(files())
def test_every_place_that_the_parser_sees_has_a_line_in_which_its_key_stands(text: str) -> None:
    found, rows = lines(text), text.split("\n")

    seen = set(places(tomllib.loads(text)))

    assert set(found) == seen
    for place in seen:
        if isinstance(place[-1], str):
            assert place[-1][1:] in rows[found[place] - 1]
