"""Measuring and cutting text the way channels count, and the way readers read.

Cuts fall between words as ICU knows them, because Lao, Thai, Khmer, Burmese and Chinese write none apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import regex
from icu4py.breakers import WordBreaker

ELLIPSIS = "…"

#: Marks of repetition and abbreviation that belong to the word before them, whatever ICU says.
CLINGING = ("ໆ", "ຯ", "ๆ", "ฯ")

#: What no cut text ends with: spaces, opening marks, commas and the like.
DANGLING = " \t\n\u00a0\u200b,;:-–—/([{«‹“‘\"'&"

#: A cut at the end of a sentence is kept where it loses no more than this part of the room.
WORTH = 0.2

SENTENCE_END = regex.compile(r"(?<!\b(?:Mr|Mrs|Ms|Dr|St|No|Col|Gen)|ດຣ|ສ|ນ|ທ|\d)[.!?။។。！？]+[\"'”’)]*$")


@dataclass(frozen=True)
class Counting:
    """A ruler that counts units of a text with ``count``."""

    count: Callable[[str], int]

    def measure(self, text: str) -> int:
        return self.count(text)

    def cut(self, text: str, room: int) -> str:
        """The text where it fits, else as many whole words as fit, and an ellipsis unless they end a
        sentence; cut inside a word only where not even the first one fits."""
        if self.count(text) <= room:
            return text
        left = room - self.count(ELLIPSIS)
        if left < 0:
            return ""
        kept = self._most(_words(text), left) or self._most(graphemes(text), left)
        kept = kept.rstrip(DANGLING)
        return kept if SENTENCE_END.search(kept) else kept + ELLIPSIS

    def _most(self, pieces: Iterator[str], room: int) -> str:
        kept, sentence = "", ""
        for piece in pieces:
            if self.count((kept + piece).rstrip()) > room:
                break
            kept += piece
            if SENTENCE_END.search(kept.rstrip()):
                sentence = kept
        return sentence if sentence and self.count(sentence) >= room * (1 - WORTH) else kept


def graphemes(text: str) -> Iterator[str]:
    """What readers take for characters (UAX #29)."""
    return (match.group() for match in regex.finditer(r"\X", text))


def _words(text: str) -> Iterator[str]:
    """Words with the spaces and marks behind them."""
    word = ""
    for segment in WordBreaker(text, "lo"):
        piece = str(segment)
        joins = not piece[0].isalnum() or piece.startswith(CLINGING)
        if word and not joins:
            yield word
            word = ""
        word += piece
    if word:
        yield word


GRAPHEMES = Counting(lambda text: sum(1 for _ in graphemes(text)))
CHARACTERS = Counting(len)
