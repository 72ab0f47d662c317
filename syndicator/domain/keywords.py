"""Whether a text mentions a word: as readers see it, whatever its capitals and however it is encoded.

Words end where their script says so. Lao, Thai, Khmer, Burmese, Chinese, Japanese and Korean texts write
words, or what clings to them, without a space between: there, a keyword is found inside of what stands
around it, but never inside of one character as readers see it.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from syndicator.domain.markup import parted_text

#: Articles whose folded text is cached: every feed in turn looks at the same one.
MAX_CACHED_ARTICLES = 64

#: Characters that readers do not see, such as the hints where Lao and Khmer lines may be broken.
INVISIBLE = (
    0xAD,
    0x61C,
    0x180E,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    0xFEFF,
)

#: Invisible characters, which are dropped, and curly apostrophes, which become straight.
ALIKE = dict.fromkeys(INVISIBLE) | dict.fromkeys((0x2018, 0x2019, 0x2BC), "'")

#: First and last characters of scripts that do not part their words, or not from what clings to them:
#: https://www.unicode.org/reports/tr14/#SA, https://www.unicode.org/reports/tr29/#Word_Boundaries
UNPARTED = (
    ("\u0e00", "\u0fff"),  # Thai, Lao, Tibetan
    ("\u1000", "\u109f"),  # Burmese
    ("\u1100", "\u11ff"),  # Hangul
    ("\u1780", "\u17ff"),  # Khmer
    ("\u1950", "\u19ff"),  # Tai Le, New Tai Lue
    ("\u1a20", "\u1aaf"),  # Tai Tham
    ("\u2e80", "\u31ff"),  # radicals, Japanese, Bopomofo
    ("\u3400", "\u9fff"),  # Chinese
    ("\ua9e0", "\ua9ff"),
    ("\uaa60", "\uaadf"),  # more Burmese, Tai Viet
    ("\uac00", "\ud7ff"),  # Hangul
    ("\uf900", "\ufaff"),
    ("\U0001b000", "\U0001b16f"),
    ("\U00020000", "\U0003ffff"),
)


def folded(text: str) -> str:
    """Text in the one form in which it is compared: no capitals, no variants of a character, no invisible
    characters, single spaces, straight apostrophes."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(plain.translate(ALIKE).split())


def mentions(text: str, word: str) -> bool:
    """Whether a folded text has a folded word, or words, on their own."""
    return place_of(word, text) >= 0


def place_of(word: str, text: str) -> int:
    """Where a text has a word, or words, on their own for the first time; -1: nowhere."""
    at = text.find(word) if word else -1
    while at >= 0:
        end = at + len(word)
        if not _cling(text[at - 1 : at], word[0]) and not _cling(word[-1], text[end : end + 1]):
            break
        at = text.find(word, at + 1)
    return at


@lru_cache(maxsize=MAX_CACHED_ARTICLES)
def readable(title: str, summary: str, content_html: str) -> str:
    """All text of an article, folded, with a line between its parts."""
    return "\n".join(map(folded, (title, summary, parted_text(content_html))))


def _cling(before: str, after: str) -> bool:
    """Whether two neighbours are parts of one word, or of one character."""
    if not before or not after:
        return False
    if unicodedata.category(after).startswith("M"):
        return True
    return _is_of_word(before) and _is_of_word(after)


def _is_of_word(character: str) -> bool:
    is_letter = character.isalnum() or unicodedata.category(character).startswith("M")
    return is_letter and not any(first <= character <= last for first, last in UNPARTED)
