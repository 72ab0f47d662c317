"""Sanitised markup read as text, with nothing but the standard library (outside's: ``syndicator.text``)."""

from __future__ import annotations

import html
import re

#: A tag or a declaration. ``name`` begins with a slash where an element ends.
TAG = re.compile(r"""<(?P<name>/?[A-Za-z][A-Za-z0-9]*|!)(?:"[^"]*"|'[^']*'|[^'">])*>""")

#: Elements that stand inside words and lines; all others begin or end a line.
INLINE = (
    *("a", "abbr", "b", "cite", "code", "del", "em", "i", "ins", "mark", "q", "s", "small", "span"),
    *("strong", "sub", "sup", "time", "u"),
)

#: Text that was taken back: it does not read as what the article says. Sanitised markup has none within
#: another.
DELETED = re.compile(r"<(del|s)(?:\s[^<>]*)?>.*?</\1>", re.DOTALL)


def joined_text(markup: str) -> str:
    """The characters that the article says, with nothing between one element and the next."""
    return html.unescape(TAG.sub("", DELETED.sub("", markup)))


def parted_text(markup: str) -> str:
    """The same with a space wherever a line begins or ends."""
    return html.unescape(TAG.sub(_gap, DELETED.sub("", markup)))


def _gap(tag: re.Match[str]) -> str:
    return "" if tag["name"].lstrip("/").lower() in INLINE else " "
