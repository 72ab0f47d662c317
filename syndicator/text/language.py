"""Telling languages apart."""

from __future__ import annotations

import pycld2
import regex

from syndicator.text.markup import legal

#: Scripts that name the language by themselves.
SCRIPTS = {"lo": r"\p{Lao}", "th": r"\p{Thai}", "km": r"\p{Khmer}", "my": r"\p{Myanmar}"}

#: Below so many letters, what the source declares is more trustworthy than a guess. Marks count: many of
#: the region's vowels are marks.
ENOUGH = 40

#: Beyond so many characters nothing new is to be learned.
PLENTY = 5000

#: What the detector calls differently from BCP 47, whose registry replaced these long ago.
RENAMED = {"iw": "he", "jw": "jv", "mo": "ro", "in": "id", "ji": "yi"}


def detect(text: str, hint: str = "") -> str:
    """The language of a text as a BCP 47 tag; ``hint`` where the text is too short or too mixed to tell.

    A hint of the language that the text is in wins with all that it says (``lo-LA``).
    """
    text = legal(text[:PLENTY])
    hinted = hint.partition("-")[0].lower()
    letters = len(regex.findall(r"[\p{L}\p{M}]", text))
    if letters < ENOUGH and hint:
        return hint
    found = _by_script(text, letters) or _by_words(text, letters, hinted)
    return hint if found.partition("-")[0] in ("", hinted) else found


def _by_script(text: str, letters: int) -> str:
    counts = {
        tag: len(regex.findall(rf"(?=[\p{{L}}\p{{M}}]){script}", text))
        for tag, script in SCRIPTS.items()
        if letters
    }
    return next((tag for tag, count in counts.items() if count > letters / 2), "")


def _by_words(text: str, letters: int, hinted: str) -> str:
    if letters < ENOUGH:
        return ""
    try:
        is_reliable, _, guesses = pycld2.detect(text, hintLanguage=hinted or None)
    except pycld2.error:
        return ""
    tag = str(guesses[0][1])
    is_language = is_reliable and tag != "un" and not tag.startswith("xx")
    return RENAMED.get(tag, tag) if is_language else ""
