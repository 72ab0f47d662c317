"""What a person at the terminal reads."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text


def print_line(text: str) -> None:
    """Text as it is, on lines as long as they are, and nothing in it that a terminal would obey."""
    Console().print(Text(text), soft_wrap=True)
