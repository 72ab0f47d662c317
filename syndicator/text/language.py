"""Detection of the language that a text is in."""

from __future__ import annotations

import pycld2
import regex

from syndicator.text.markup import legal

#: Scripts that name the language by themselves.
SCRIPTS = {"lo": r"\p{Lao}", "th": r"\p{Thai}", "km": r"\p{Khmer}", "my": r"\p{Myanmar}"}

#: Letters below which the source's declaration is more trustworthy than a guess. Marks count: many of the
#: region's vowels are marks.
MIN_LETTERS = 40

#: Characters of a text that are looked at: more tell nothing new.
MAX_CHARS = 5000

#: The detector's outdated tags, and those by which BCP 47's registry has replaced them.
CURRENT_TAGS = {"iw": "he", "jw": "jv", "mo": "ro", "in": "id", "ji": "yi"}


def detect(text: str, hint: str = "") -> str:
    """The language of a text as a BCP 47 tag; ``hint`` where the text is too short or too mixed to tell.

    A hint of the language that the text is in wins with all that it says (``lo-LA``).
    """
    text = legal(text[:MAX_CHARS])
    hinted = hint.partition("-")[0].lower()
    letters = len(regex.findall(r"[\p{L}\p{M}]", text))
    if letters < MIN_LETTERS and hint:
        return hint
    tag = _by_script(text, letters) or _by_words(text, letters, hinted)
    return hint if tag.partition("-")[0] in ("", hinted) else tag


def _by_script(text: str, letters: int) -> str:
    counts = {
        tag: len(regex.findall(rf"(?=[\p{{L}}\p{{M}}]){script}", text))
        for tag, script in SCRIPTS.items()
        if letters
    }
    return next((tag for tag, count in counts.items() if count > letters / 2), "")


def _by_words(text: str, letters: int, hinted: str) -> str:
    if letters < MIN_LETTERS:
        return ""
    try:
        is_reliable, _, guesses = pycld2.detect(text, hintLanguage=hinted or None)
    except pycld2.error:
        return ""
    tag = str(guesses[0][1])
    is_language = is_reliable and tag != "un" and not tag.startswith("xx")
    return CURRENT_TAGS.get(tag, tag) if is_language else ""
