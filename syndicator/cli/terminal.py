"""What a person at the terminal reads, and types in."""

from __future__ import annotations

import sys

import typer
from rich.console import Console
from rich.text import Text

from syndicator.domain.errors import SyndicatorError


def print_line(text: str) -> None:
    """Text as it is, on lines as long as they are, and nothing in it that a terminal would obey."""
    Console().print(Text(text), soft_wrap=True)


def guide(text: str) -> None:
    """The same, of what a person is to do before there is an answer: standard output is that one's."""
    Console(stderr=True).print(Text(text), soft_wrap=True)


def ask_hidden(what: str, *, may_be_empty: bool = False) -> str:
    """What a person types in, or pastes, unseen. Raises ``SyndicatorError`` where there is none."""
    if not sys.stdin.isatty():
        raise SyndicatorError("there is nobody to ask at this terminal: hand it over with --token-stdin")
    default = "" if may_be_empty else None
    return str(
        typer.prompt(f"{what} (not shown)", default=default, show_default=False, hide_input=True)
    ).strip()
