"""Where a text is cut so that it fits: behind a sentence, else a phrase, else a word."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import regex

from syndicator.text.graphemes import grapheme_ends
from syndicator.text.sentences import sentence_ends
from syndicator.text.titles import leads_on
from syndicator.text.words import (
    CLAUSE_SPACE,
    LEADING_VOWELS,
    is_firm,
    phrase_ends,
    wholes,
    word_end,
    words,
)

ELLIPSIS = "…"

#: What a language writes where CLDR's pattern (``characters/ellipsis``, final) or its own standard has
#: another: six dots in Chinese (GB/T 15834-2011, 4.11), four tshegs in Dzongkha (CLDR).
ELLIPSES = {"zh": "……", "yue": "……", "dz": "་་་་"}

#: Characters that no cut text ends with: spaces, opening marks, commas and the like, leading vowels, signs of
#: what follows.
DANGLING = " \t\r\n\f\v\u00a0\u200b\u3000,;:-–—/([{<«‹“‘„‚&¿¡#@§№、，；：「『（《〈【،؛፣၊·" + LEADING_VOWELS

#: Full stops before an ellipsis say nothing.
STOPS = "." + ELLIPSIS

#: A quotation mark that opens, and a currency's sign whose number is gone; at the end of a text.
OPENING = regex.compile(r"""(?<![^\s(\[{«“„‚‘「『])["']$|(?<!\p{Nd}|\p{Nd}\s)\p{Sc}$""")

#: The parts of the room that may be lost by a cut behind a sentence, a phrase, a clause of Thai or Lao, and a
#: word that ends a phrase.
MAX_SENTENCE_LOSS, MAX_PHRASE_LOSS, MAX_CLAUSE_LOSS, MAX_WORD_LOSS = 0.25, 0.12, 0.2, 0.2

#: Characters behind the room that are looked at, since a word's end shows in what follows it.
AHEAD_CHARS = 64

#: Characters of the smallest window that is looked at: the same for most rooms, and found again.
WINDOW_CHARS = 512

#: Texts whose places are kept, for the next channel.
MAX_KEPT = 32


@dataclass(frozen=True)
class Places:
    """Where a text may be cut, in characters from its beginning: each kind of place is looked for when it is
    first asked for, and kept. ``language``: BCP 47."""

    text: str
    language: str

    @cached_property
    def sentences(self) -> Sequence[int]:
        return sentence_ends(self.text, self.language)

    @cached_property
    def phrases(self) -> Sequence[int]:
        return phrase_ends(self.text)

    @cached_property
    def words(self) -> Sequence[tuple[int, int]]:
        """From where to where each is, spaces and marks among them."""
        return words(self.text)

    @cached_property
    def graphemes(self) -> Sequence[int]:
        return grapheme_ends(self.text)

    @cached_property
    def phrase_loss(self) -> float:
        """The part of the room that may be lost by a cut behind a phrase."""
        return MAX_CLAUSE_LOSS if CLAUSE_SPACE.search(self.text) else MAX_PHRASE_LOSS

    @cached_property
    def _torn(self) -> frozenset[int]:
        return frozenset(place for start, end in wholes(self.text) for place in range(start + 1, end))

    def tears(self, end: int) -> bool:
        """Whether a cut there would tear an address, a name or a number, or a title from its name."""
        return end in self._torn or leads_on(self.text, end, self.language)

    def may_end(self, end: int) -> bool:
        """Whether a place is between graphemes, and not inside of what is never torn: misspelt syllables may
        have ICU see a word end in the middle of a grapheme."""
        return _last(self.graphemes, end) == end and not self.tears(end)


def ellipsis(language: str) -> str:
    """What a language (BCP 47) writes where a text is broken off."""
    return ELLIPSES.get(language.partition("-")[0].lower(), ELLIPSIS)


def beginning(text: str, whole: int, broken: int, language: str = "") -> tuple[str, bool]:
    """The beginning of a text, and whether it is broken off. ``whole``: the characters of it that fit,
    ``broken``: those that fit with an ellipsis behind them. Nothing where nothing fits."""
    window = WINDOW_CHARS
    while window < whole + AHEAD_CHARS:
        window *= 2
    seen = text[:window]
    places = _places(seen, language)
    sentence = _last(places.sentences, whole)
    if sentence >= max(1, whole * (1 - MAX_SENTENCE_LOSS)) and places.may_end(sentence):
        return seen[:sentence], False
    for end in _broken_off(seen, places, broken, language):
        if kept := _without_what_dangles(seen[:end]):
            return kept, True
    return "", True


def _without_what_dangles(text: str) -> str:
    while (kept := text.rstrip(DANGLING + STOPS)) and OPENING.search(kept, len(kept) - 1):
        text = kept[:-1]
    return kept


def _broken_off(text: str, places: Places, room: int, language: str) -> Iterator[int]:
    """Places in the room where a text may be broken off, the best first."""
    phrase = _last(places.phrases, room)
    if phrase >= max(1, room * (1 - places.phrase_loss)) and places.may_end(phrase):
        yield phrase
    yield _word(text, places, room, language)
    fitting = places.graphemes[: bisect_right(places.graphemes, room)]
    yield next((end for end in reversed(fitting) if not places.tears(end)), 0)


def _word(text: str, places: Places, room: int, language: str) -> int:
    """The last word that ends a phrase and does not lose too much, else the last word; 0: there is none."""
    last = 0
    fitting = bisect_right(places.words, room, key=lambda word: word[1])
    for start, plain_end in reversed(places.words[:fitting]):
        end = word_end(text, start, plain_end)
        if not 0 < end <= room or not places.may_end(end):
            continue
        last = last or end
        if end < room * (1 - MAX_WORD_LOSS):
            break
        if is_firm(text, end, language):
            return end
    return last


def _last(places: Sequence[int], room: int) -> int:
    fitting = bisect_right(places, room)
    return places[fitting - 1] if fitting else 0


#: The places of a text, known again.
_places = lru_cache(MAX_KEPT)(Places)
