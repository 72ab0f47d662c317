"""Graphemes: the characters of a text as its readers see them (UAX #29)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import regex
from icu4py.breakers import BaseBreaker, CharacterBreaker

#: What can join others, or be more than one: all else is a grapheme by itself.
JOINING = regex.compile(r"[^\p{Grapheme_Cluster_Break=Other}\n\t]")

#: The last character that is one unit of UTF-16.
LAST_OF_ONE_UNIT = "\uffff"

#: Characters of a text whose graphemes are worth keeping, and how many such texts are.
MAX_KEPT_CHARS, MAX_KEPT = 2000, 256


def graphemes(text: str) -> Iterator[str]:
    """The graphemes of a text."""
    start = 0
    for end in grapheme_ends(text):
        yield text[start:end]
        start = end


def grapheme_ends(text: str) -> Sequence[int]:
    """Where the graphemes of a text end, in characters from its beginning. Known again for a short while."""
    return _kept_ends(text) if len(text) <= MAX_KEPT_CHARS else _ends(text)


def _ends(text: str) -> Sequence[int]:
    if not JOINING.search(text):
        return range(1, len(text) + 1)
    return [end for _, end in pieces(CharacterBreaker(text, "en"), text)]


_kept_ends = lru_cache(MAX_KEPT)(_ends)


def pieces(breaker: BaseBreaker, text: str) -> list[tuple[int, int]]:
    """The pieces that ICU breaks a text into, from where to where in characters: ICU counts UTF-16 units,
    which are other places behind the first emoji."""
    if text.isascii() or max(text) <= LAST_OF_ONE_UNIT:
        return list(breaker.segments())
    found, start = [], 0
    for piece in breaker:
        end = start + len(str(piece))
        found.append((start, end))
        start = end
    return found
