"""Measuring and cutting text the way channels count, and the way readers read.

Cuts fall between words as ICU knows them, because Lao, Thai, Khmer, Burmese and Chinese write none apart.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import regex
from icu4py.breakers import WordBreaker

ELLIPSIS = "…"

#: Marks of repetition and abbreviation that belong to the word before them, whatever ICU says.
CLINGING = ("ໆ", "ຯ", "ๆ", "ฯ")

#: Vowels that are written before the consonant they follow in speech: alone, they are half a syllable.
LEADING_VOWELS = "ເແໂໃໄเแโใไ"

#: Characters that no cut text ends with: spaces, opening marks, commas and the like, leading vowels.
DANGLING = " \t\r\n\u00a0\u200b,;:-–—/([{<«‹“‘„\"'&¿¡、，；：「『（《" + LEADING_VOWELS

#: Full stops before an ellipsis say nothing.
STOPS = "." + ELLIPSIS

#: The part of the room that may be lost by a cut at the end of a sentence rather than of a word.
MAX_SENTENCE_LOSS = 0.2

#: A sentence's last characters; what only looks like them is an abbreviation, an initial or a number.
SENTENCE_END = regex.compile(
    r"""(?<!(?<![\p{L}\p{M}])(?:Mr|Mrs|Ms|Dr|St|No|Col|Gen|\p{Lu}|ດຣ|ສ|ນ|ທ|ປ|พ|ศ|ส|ค|น))
        (?:(?<!\d)\.|\.{2,}|[!?။។。！？])+["'”’»)]*$""",
    regex.VERBOSE,
)

#: Characters from a text's end that are enough to recognise the end of a sentence.
SENTENCE_END_CHARS = 16


@dataclass(frozen=True)
class Counting:
    """A ruler that counts units of a text with ``count``, which never falls as a text grows."""

    count: Callable[[str], int]

    def measure(self, text: str) -> int:
        return self.count(text)

    def cut(self, text: str, room: int, language: str = "") -> str:  # noqa: ARG002 - the port's
        """The text where it fits, else as many whole words as fit, and an ellipsis unless they end a
        sentence; cut inside a word only where not even the first one fits, never inside a grapheme.
        Nothing where there is no room for anything."""
        if self.count(text) <= room:
            return text
        left = room - self.count(ELLIPSIS)
        for ends in (_word_ends, _grapheme_ends):
            beginning = text[: self._last(ends(text), text, left)].rstrip().rstrip(DANGLING)
            if _ends_sentence(beginning):
                return beginning
            if beginning := beginning.rstrip(DANGLING + STOPS):
                return beginning + ELLIPSIS
        return ""

    def _last(self, ends: Sequence[int], text: str, room: int) -> int:
        """The last of these places that leaves what comes before it within the room; a sentence's end
        rather than one a little further on."""

        def count(end: int) -> int:
            return self.count(text[:end].rstrip())

        fitting = bisect_right(ends, room, key=count)
        near = bisect_left(ends, room * (1 - MAX_SENTENCE_LOSS), hi=fitting, key=count)
        sentences = (end for end in reversed(ends[near:fitting]) if _ends_sentence(text[:end].rstrip()))
        return next(sentences, ends[fitting - 1] if fitting else 0)


def graphemes(text: str) -> Iterator[str]:
    """The characters of a text as readers see them (UAX #29)."""
    return (match.group() for match in regex.finditer(r"\X", text))


def _ends_sentence(text: str) -> bool:
    return SENTENCE_END.search(text[-SENTENCE_END_CHARS:]) is not None


def _grapheme_ends(text: str) -> list[int]:
    return [match.end() for match in regex.finditer(r"\X", text)]


def _word_ends(text: str) -> list[int]:
    """The ends of words, with the spaces and marks behind them. Misspelt syllables may have ICU see a word
    begin in the middle of a grapheme: none does."""
    whole = set(_grapheme_ends(text))
    ends, end = [], 0
    for piece in map(str, WordBreaker(text, "lo")):
        if piece[0].isalnum() and not piece.startswith(CLINGING) and end in whole:
            ends.append(end)
        end += len(piece)
    return [*ends, end]


GRAPHEMES = Counting(lambda text: sum(1 for _ in graphemes(text)))
CHARACTERS = Counting(len)
