"""Patterns that are declared of pages: regular expressions and CSS selectors, and whether they can work."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, SelectolaxError


def check_selector(name: str, selector: str) -> None:
    """Refuse what is no CSS selector; "" is none that is declared. Raises ``ValueError``."""
    if not selector:
        return
    try:
        LexborHTMLParser("").css(selector)
    except SelectolaxError as e:
        raise ValueError(f"{name}: {selector!r} is no CSS selector") from e


def check_pattern(name: str, pattern: str) -> None:
    """Refuse what is no regular expression, and a key without a group. Raises ``ValueError``."""
    try:
        groups = re.compile(pattern, re.IGNORECASE).groups
    except re.error as e:
        raise ValueError(f"{name}: not a regular expression: {e}") from e
    if name == "key" and pattern and not groups:
        raise ValueError(
            "key: needs a group in brackets, such as id=(\\d+), around the id itself, or to be a CSS selector"
        )
