"""The languages that a date may be written in: those known of its text, else those of its script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from syndicator.text.dates.names import known_language

#: Languages known of a text that are tried: declared, the page's, detected.
MAX_LANGUAGES = 4

#: Languages that are tried where none that is known understands a date, by the script of the text. All that
#: do must agree.
LANGUAGES_BY_SCRIPT = (
    (r"\p{Lao}", ("lo",)),
    (r"\p{Thai}", ("th",)),
    (r"\p{Khmer}", ("km",)),
    (r"\p{Myanmar}", ("my",)),
    (r"\p{Greek}", ("el",)),
    (r"\p{Hebrew}", ("he",)),
    (r"\p{Armenian}", ("hy",)),
    (r"\p{Georgian}", ("ka",)),
    (r"\p{Hangul}", ("ko",)),
    (r"[\p{Hiragana}\p{Katakana}\p{Han}]", ("zh", "ja")),
    (r"\p{Devanagari}", ("hi", "mr", "ne")),
    (r"\p{Bengali}", ("bn", "as")),
    (r"\p{Gurmukhi}", ("pa",)),
    (r"\p{Gujarati}", ("gu",)),
    (r"\p{Tamil}", ("ta",)),
    (r"\p{Telugu}", ("te",)),
    (r"\p{Kannada}", ("kn",)),
    (r"\p{Malayalam}", ("ml",)),
    (r"\p{Sinhala}", ("si",)),
    (r"\p{Cyrillic}", ("ru", "uk", "bg")),
    (r"\p{Arabic}", ("ar", "fa")),
    (r"\p{Latin}", ("fr", "vi", "de", "es", "it", "pt", "nl", "pl", "hr", "cs", "hu")),
)

#: Languages that call other months by names of English ones: English is tried after them.
UNLIKE_ENGLISH = frozenset(("bas", "dua", "st", "teo"))


def of(text: str, tags: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """The languages of a text, and whether each is known: English and those of the tags (BCP 47) are, those
    of the text's script are not."""
    known = list(dict.fromkeys(filter(None, map(known_language, tags[:MAX_LANGUAGES]))))
    first = () if UNLIKE_ENGLISH.intersection(known) else ("en",)
    for language in dict.fromkeys((*first, *known, "en")):
        yield language, True
    for script, languages in LANGUAGES_BY_SCRIPT:
        if regex.search(script, text):
            yield from ((language, False) for language in languages if language not in known)
            return
