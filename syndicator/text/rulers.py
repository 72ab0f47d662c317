"""Rulers: they measure and cut text the way channels count, and the way readers read."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from syndicator.text.cutting import WINDOW_CHARS, beginning, ellipsis
from syndicator.text.graphemes import grapheme_ends


class Measure(Protocol):
    """What a ruler is made of: it counts, and says how much fits."""

    def measure(self, text: str) -> int:
        """The length of a text, in the ruler's unit."""
        ...

    def fitting(self, text: str, room: int) -> int:
        """The characters at a text's beginning that fit the room."""
        ...


def _grapheme_count(text: str) -> int:
    if "\n" not in text or "\r" in text:
        return len(grapheme_ends(text))
    lines = text.split("\n")  # a line feed is a grapheme by itself (UAX #29, GB4), and lines are known again
    return sum(len(grapheme_ends(line)) for line in lines) + len(lines) - 1


def _utf8_bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(frozen=True)
class Counting:
    """A ruler that counts units of a text with ``count``, which never falls as a text grows."""

    count: Callable[[str], int]

    def measure(self, text: str) -> int:
        return self.count(text)

    def fitting(self, text: str, room: int) -> int:
        """The characters at a text's beginning that fit the room; fewer characters are asked about than twice
        what fits, unless the whole text may fit."""
        if len(text) <= 2 * room and self.measure(text) <= room:
            return len(text)
        top = 64
        while top < len(text) and self.measure(text[:top]) <= room:
            top *= 2
        return bisect_right(range(min(top, len(text))), room, key=lambda end: self.measure(text[: end + 1]))

    def cut(self, text: str, room: int, language: str = "") -> str:
        """The text where it fits, else as many whole sentences as fit, else phrases, else words, and an
        ellipsis where a sentence is broken off; cut inside a word only where not even the first one fits,
        never inside a grapheme, an address, a name or a number. Nothing where there is no room for anything.

        ``language`` (BCP 47) decides on abbreviations and the ellipsis.
        """
        return cut(self, text, room, language)


def cut(ruler: Measure, text: str, room: int, language: str = "") -> str:
    """``Counting.cut``, for any measure."""
    whole = ruler.fitting(text, room)
    if whole >= len(text):
        return text
    mark = ellipsis(language)
    broken = ruler.fitting(text, room - ruler.measure(mark))
    kept, is_broken = beginning(text, whole, broken, language)
    return kept + mark if kept and is_broken else kept


@dataclass(frozen=True)
class Graphemes(Counting):
    """A ruler that counts graphemes: no text has more of them than characters."""

    count: Callable[[str], int] = _grapheme_count

    def fitting(self, text: str, room: int) -> int:
        if len(text) <= room:
            return len(text)
        window = WINDOW_CHARS
        while True:
            ends = grapheme_ends(text[:window])
            if len(ends) <= room and window >= len(text):
                return len(text)
            if len(ends) > room:  # the window's last one may go on behind it
                return ends[room - 1] if room > 0 else 0
            window *= 2


@dataclass(frozen=True)
class Both:
    """A ruler for two limits at once, each ``(ruler, limit)``: it counts in the first one's unit, so that
    what is as long as the first limit is within the second, too."""

    first: tuple[Counting, int]
    second: tuple[Counting, int]

    def measure(self, text: str) -> int:
        (one, most), (other, most_other) = self.first, self.second
        return max(one.measure(text), -(-other.measure(text) * most // most_other))

    def fitting(self, text: str, room: int) -> int:
        (one, most), (other, most_other) = self.first, self.second
        return min(one.fitting(text, room), other.fitting(text, max(0, room) * most_other // most))

    def cut(self, text: str, room: int, language: str = "") -> str:
        return cut(self, text, room, language)


@dataclass(frozen=True)
class Characters(Counting):
    """A ruler that counts Unicode's characters."""

    count: Callable[[str], int] = len

    def fitting(self, text: str, room: int) -> int:
        return min(len(text), max(0, room))


GRAPHEMES = Graphemes()
CHARACTERS = Characters()
UTF8_BYTES = Counting(_utf8_bytes)
UTF16_UNITS = Counting(_utf16_units)
