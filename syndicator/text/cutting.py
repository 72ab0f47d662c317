"""Where a text is cut so that it fits: behind a sentence, else a phrase, else a word."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from syndicator.text.graphemes import grapheme_ends
from syndicator.text.sentences import sentence_ends
from syndicator.text.words import CLAUSE_SPACE, LEADING_VOWELS, is_firm, phrase_ends, wholes, word_ends

ELLIPSIS = "…"

#: What a language writes where CLDR's pattern (``characters/ellipsis``, final) or its own standard has
#: another: six dots in Chinese (GB/T 15834-2011, 4.11), four tshegs in Dzongkha (CLDR).
ELLIPSES = {"zh": "……", "yue": "……", "dz": "་་་་"}

#: Characters that no cut text ends with: spaces, opening marks, commas and the like, leading vowels, signs of
#: what follows.
DANGLING = " \t\r\n\f\v\u00a0\u200b\u3000,;:-–—/([{<«‹“‘„‚&¿¡#@、，；：「『（《〈【،؛፣၊·" + LEADING_VOWELS

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


@dataclass(frozen=True, slots=True)
class Places:
    """Where a text may be cut, in characters from its beginning: behind sentences, phrases, words, and
    graphemes that are not inside of what is never torn."""

    sentences: Sequence[int]
    phrases: Sequence[int]
    words: Sequence[int]
    graphemes: Sequence[int]
    phrase_loss: float


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
    if sentence and sentence >= whole * (1 - MAX_SENTENCE_LOSS):
        return seen[:sentence], False
    for end in _broken_off(seen, places, broken, language):
        if kept := _without_what_dangles(seen[:end]):
            return kept, True
    return "", True


def _without_what_dangles(text: str) -> str:
    while (kept := text.rstrip(DANGLING + STOPS)) and OPENING.search(kept, len(kept) - 1):
        text = kept[:-1]
    return kept


def _broken_off(text: str, places: Places, room: int, language: str) -> Sequence[int]:
    phrase = _last(places.phrases, room)
    word = _last(places.words, room)
    grapheme = _last(places.graphemes, room)
    if phrase >= room * (1 - places.phrase_loss) and phrase:
        return phrase, word, grapheme
    return _firm(text, places.words, room, language), grapheme


def _firm(text: str, words: Sequence[int], room: int, language: str) -> int:
    """The last word that ends a phrase and does not lose too much, else the last word."""
    fitting = bisect_right(words, room)
    for at in range(fitting - 1, -1, -1):
        if words[at] < room * (1 - MAX_WORD_LOSS):
            break
        if is_firm(text, words[at], language):
            return words[at]
    return words[fitting - 1] if fitting else 0


def _last(places: Sequence[int], room: int) -> int:
    fitting = bisect_right(places, room)
    return places[fitting - 1] if fitting else 0


@lru_cache(MAX_KEPT)
def _places(text: str, language: str) -> Places:
    graphemes = grapheme_ends(text)
    torn = {place for start, end in wholes(text) for place in range(start + 1, end)}
    may_end = [end for end in graphemes if end not in torn] if torn else graphemes
    seen = set(may_end)
    return Places(
        sentences=[end for end in sentence_ends(text, language) if end in seen],
        phrases=[end for end in phrase_ends(text) if end in seen],
        words=word_ends(text, seen),
        graphemes=may_end,
        phrase_loss=MAX_CLAUSE_LOSS if CLAUSE_SPACE.search(text) else MAX_PHRASE_LOSS,
    )
